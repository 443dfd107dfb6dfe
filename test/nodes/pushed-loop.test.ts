/** When a trigger that is pushed to hands over: at once, and not by its own clock alone, which never strikes here. */
import { setTimeout as delay } from 'node:timers/promises';
import type { INodeExecutionData, IRun, ITriggerFunctions } from 'n8n-workflow';

import { ledgerOn } from '../../ledger/ledger';
import { closeLedgers } from '../../nodes/shared/ledger';
import { Loop } from '../../nodes/shared/trigger/loop';
import { nudge } from '../../nodes/shared/trigger/nudges';
import { DEFAULT_GUARD } from '../../sync/guard';
import type { Stamp } from '../../sync/items';
import type { Ledger } from '../../sync/ledger';
import { overEveryStore, type Place } from '../ledger/stores';
import { until } from '../n8n/until';

const identity = { instance: 'i', workflow: 'w', node: 't' };

overEveryStore((place: Place) => {
	let ledger: Ledger;
	let sync: number;
	let destination: number;
	let loop: Loop;
	/** Milliseconds that runs are apart at least. */
	let gather: number;
	/** What came of each run: the stamps of its items. */
	const runs: Stamp[][] = [];
	/** What a run does before it ends. */
	let during: (stamps: Stamp[]) => Promise<void>;
	const before = { ...process.env };

	/** The few members that the loop uses of what n8n gives a trigger. */
	const context = {
		getNode: () => ({ id: 't', name: 'From', type: 'package.from', parameters: {} }),
		getChildNodes: () => [{ name: 'to', type: 'package.syncToDatabase', disabled: false, parameters: {} }],
		getWorkflowStaticData: () => ({}),
		helpers: { createDeferredPromise: () => Promise.withResolvers<IRun>() },
		emit: (data: INodeExecutionData[][], _answer: unknown, done: PromiseWithResolvers<Partial<IRun>>) => {
			const stamps = data[0]!.map(({ json }) => json['_sync'] as unknown as Stamp);
			runs.push(stamps);
			void during(stamps).then(() => done.resolve({ status: 'success' }), done.reject);
		},
		saveFailedExecution: () => undefined,
	} as unknown as ITriggerFunctions;

	const push = async (to: Ledger, key: string, n: number) =>
		await to.push(sync, 'pushed', [{ key, fields: { n }, carries: 'all' }], []);

	beforeEach(async () => {
		await place.empty();
		// The loop opens the same by itself, as another process has it.
		Object.assign(process.env, place.env());
		ledger = await ledgerOn(await place.again());
		sync = (await ledger.register(identity, 'pushed')).id;
		await ledger.destinationsSeen(sync, [{ node: 'to', name: 'To' }], null);
		({ id: destination } = await ledger.destination(sync, 'to', 'To', { id: 'target', text: 'target' }));
		runs.length = 0;
		gather = 50;
		loop = new Loop(context, {
			schedule: { expression: '*/10 * * * * *' },
			get gather() {
				return gather;
			},
			tick: {
				identity,
				name: 'pushed',
				sensitive: [],
				completeEvery: null,
				pushed: true,
				sweepEvery: null,
				guard: DEFAULT_GUARD,
				batch: { keys: 1000, bytes: 1e6 },
				leaseTtl: 60_000,
				retryIn: 30_000,
				parkedTtl: 60_000,
				stuckAfter: 60_000,
				historyDays: 90,
			},
		});
	});
	afterEach(async () => {
		await loop.close();
		await closeLedgers();
	});
	afterAll(() => {
		for (const name of Object.keys(place.env())) {
			if (before[name] === undefined) delete process.env[name];
			else process.env[name] = before[name];
		}
	});

	/** A destination node takes these, and answers that it holds them. */
	const take = async (stamps: Stamp[]) => {
		for (const { key, version, run } of stamps) {
			const { claims, revision } = await ledger.claim(destination, run!, 'm', [{ key, version }], 60_000);
			if (claims[0]?.superseded !== undefined) continue;
			const done = {
				key,
				part: '',
				version,
				counterpart: key,
				fields: {},
				told: null,
				state: 'settled',
			} as const;
			await ledger.confirm(destination, run!, revision, [{ ...done, history: [] }]);
		}
	};

	test('a record that changes while its older version is under way is handed over again as soon as that run has ended', async () => {
		during = async (stamps) => {
			// Before it is claimed, and so superseded.
			if (runs.length === 1) await push(ledger, '1', 2);
			await take(stamps);
			// After it is confirmed.
			if (runs.length === 2) await push(ledger, '1', 3);
		};
		await push(ledger, '1', 1);
		nudge(identity);
		await until(() => runs.length >= 3, { what: 'the newest version', timeout: 20_000, every: 20 });
		expect(runs.map(([stamp]) => stamp!.version)).toEqual([1, 2, 3]);
		expect(await ledger.counts(sync)).toMatchObject({ due: 0, later: 0 });
	});

	test('many events become few runs, with the newest version of each record', async () => {
		during = take;
		for (let n = 1; n <= 100; n++) {
			await push(ledger, String(n % 10), n);
			nudge(identity);
		}
		await until(async () => (await ledger.counts(sync)).due === 0 && runs.length > 0, { every: 20 });
		await loop.idle();
		expect(runs.length).toBeLessThan(50);
		expect(Math.max(...runs.flat().map(({ version }) => version))).toBe(10);
	});

	test('no run begins before its time when the clock strikes meanwhile', async () => {
		during = take;
		gather = 1500;
		await push(ledger, '1', 1);
		nudge(identity);
		await until(() => runs.length === 1, { what: 'the first record', every: 20 });
		const first = performance.now();
		await push(ledger, '2', 1);
		nudge(identity);
		await loop.idle();
		loop.struck();
		await loop.idle();
		await push(ledger, '3', 1);
		await until(() => runs.length === 2, { what: 'the others', every: 20 });
		expect(performance.now() - first).toBeGreaterThan(1200);
		expect(runs[1]!.map(({ key }) => key).sort()).toEqual(['2', '3']);
		// And once that is over, the clock alone brings what nobody told of.
		await loop.idle();
		await push(ledger, '4', 1);
		await delay(1600);
		loop.struck();
		await loop.idle();
		expect(runs.at(-1)!.map(({ key }) => key)).toEqual(['4']);
	});

	if (place.kind === 'sqlite') return;

	test('what another process took in is handed over within seconds, a counterpart that it was told of too', async () => {
		during = take;
		const other = await ledgerOn(await place.again());
		await push(other, '1', 1);
		await until(() => runs.length === 1, { what: 'the pushed record', timeout: 8000, every: 20 });
		await until(async () => (await ledger.counts(sync)).underway === 0, { every: 20 });
		expect(await other.suspect(destination, ['1'])).toBe(1);
		await until(() => runs.length === 2, { what: 'the one to look at', timeout: 8000, every: 20 });
		expect(runs[1]).toMatchObject([{ key: '1', version: 1, reason: 'requested' }]);
		await other.push(sync, 'pushed', [{ key: '1', fields: {}, removed: true, carries: 'all' }], []);
		await until(() => runs.length === 3, { what: 'the removal', timeout: 8000, every: 20 });
		expect(runs[2]).toMatchObject([{ key: '1', change: 'removed' }]);
	});

	test('what another process took in waits for its turn, too, and is all handed over then', async () => {
		during = take;
		gather = 4000;
		const other = await ledgerOn(await place.again());
		await push(other, '1', 1);
		await until(() => runs.length === 1, { what: 'the first record', timeout: 8000, every: 20 });
		const first = performance.now();
		await push(other, '2', 1);
		await delay(2000);
		await push(other, '3', 1);
		await until(() => runs.length === 2, { what: 'the others', timeout: 8000, every: 20 });
		expect(performance.now() - first).toBeGreaterThan(3500);
		expect(runs[1]!.map(({ key }) => key).sort()).toEqual(['2', '3']);
		expect(await ledger.counts(sync)).toMatchObject({ due: 0, later: 0 });
	});

	test('looking for what other processes brought starts nothing by itself', async () => {
		during = async (stamps) =>
			await ledger.endRun(stamps[0]!.run!, { ok: false, retryIn: 30_000 }).then(() => undefined);
		await push(ledger, '1', 1);
		await until(() => runs.length === 1, { timeout: 8000, every: 20 });
		await delay(4000);
		expect(runs).toHaveLength(1);
	});
});
