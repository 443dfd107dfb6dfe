/** Any node as source and destination, inside n8n-core's own executor: what the stories over real systems do not reach. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { IConnections, IDataObject } from 'n8n-workflow';

import { closeLedgers, openLedger } from '../../nodes/shared/ledger';
import { SourceWinsMapping } from '../../nodes/SourceWinsMapping/SourceWinsMapping.node';
import { SyncConfirm } from '../../nodes/SyncConfirm/SyncConfirm.node';
import { SyncFromAnyNode } from '../../nodes/SyncFromAnyNode/SyncFromAnyNode.node';
import { SyncPlan } from '../../nodes/SyncPlan/SyncPlan.node';
import { giving, inARow, n8nIsHere, runInProcess, type Finished, type NodeToRun } from '../n8n/inprocess';

const people = (count: number, more: IDataObject = {}): IDataObject[] =>
	Array.from({ length: count }, (_, n) => ({ id: n + 1, email: `p${n + 1}@x.test`, ...more }));

(n8nIsHere ? describe : describe.skip)('any node', () => {
	jest.setTimeout(60_000);
	let folder: string;
	const staticData: IDataObject = {};

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'one-way-sync-any-'));
		process.env['ONE_WAY_SYNC_LEDGER'] = join(folder, 'ledger.sqlite');
		for (const name of Object.keys(staticData)) delete staticData[name];
	});
	afterEach(async () => {
		await closeLedgers();
		delete process.env['ONE_WAY_SYNC_LEDGER'];
		rmSync(folder, { recursive: true, force: true });
	});

	const source = (parameters: IDataObject = {}): NodeToRun => ({
		name: 'Source',
		type: new SyncFromAnyNode(),
		parameters: { syncName: 'People', key: 'id', ...parameters },
	});
	/** n8n takes the upper of two branches first: the part is collected before the loop goes on. */
	const above = (node: NodeToRun) => ({ ...node, position: [660, -300] as [number, number] });
	const mapping: NodeToRun = {
		name: 'Mapping',
		type: new SourceWinsMapping(),
		parameters: {
			rows: { row: [{ field: 'login', value: '={{ $json.email }}' }] },
			match: ['login'],
			removal: 'delete',
		},
	};
	const plan = (name: string, parameters: IDataObject = {}): NodeToRun => ({
		name,
		type: new SyncPlan(),
		parameters: { destination: 'Somewhere', actual: 'confirmed', ...parameters },
	});
	/** What n8n's Filter and IF ask of a record's address. */
	const whereEmail = (operation: string, rightValue: string): IDataObject => ({
		combinator: 'and',
		options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 },
		conditions: [{ id: '1', leftValue: '={{ $json.email }}', rightValue, operator: { type: 'string', operation } }],
	});
	/** A node that writes: n8n's own, which gives every item an id. */
	const writer: NodeToRun = {
		name: 'Writer',
		type: 'n8n-nodes-base.set',
		typeVersion: 3.4,
		parameters: {
			mode: 'manual',
			includeOtherFields: true,
			assignments: { assignments: [{ id: '1', name: 'id', value: '=id of {{ $json.login }}', type: 'string' }] },
			options: {},
		},
	};
	const confirm: NodeToRun = { name: 'Confirm', type: new SyncConfirm(), parameters: {} };
	const given = (items: IDataObject[]): NodeToRun => ({ name: 'Reader', type: giving(items, 'reader') });
	const run = async (nodes: NodeToRun[], connections?: IConnections): Promise<Finished> =>
		await runInProcess({ mode: 'trigger', nodes, staticData, ...(connections && { connections }) });
	const line = async (items: IDataObject[], options: IDataObject = {}) =>
		await run([given(items), source(options), mapping, plan('Plan'), writer, confirm]);

	test('records go out once, and come again when they change', async () => {
		const first = await line(people(3));
		expect(first.json('Plan', 0)).toEqual(people(3).map(({ email }) => ({ login: email })));
		expect(first.json('Confirm').map(({ outcome, counterpart }) => [outcome, counterpart])).toEqual(
			people(3).map(({ email }) => ['created', `id of ${String(email)}`]),
		);
		const second = await line(people(3));
		expect(second.json('Source')).toEqual([]);
		const third = await line([{ id: 1, email: 'new@x.test' }, ...people(3).slice(1)]);
		expect(third.json('Plan', 1)).toEqual([{ id: 'id of p1@x.test', login: 'new@x.test' }]);
	});

	test('a create that nobody confirmed is held, and is not made again, where nobody can look (invariant 4)', async () => {
		const options = { options: { confirmMinutes: 0.05 } };
		const unconfirmed = await run([given(people(1)), source(), mapping, plan('Plan', options)]);
		expect(unconfirmed.json('Plan', 0)).toHaveLength(1);
		await delay(3500);
		const again = await run([given(people(1)), source(), mapping, plan('Plan', options)]);
		expect(again.json('Plan', 0)).toEqual([]);
		expect(again.json('Plan', 3)).toMatchObject([
			{ outcome: 'failed', key: '1', text: expect.stringMatching(/nobody confirmed it/u) },
		]);
	});

	test('a record that a node between drops is settled as not routed, and comes again when it changes', async () => {
		const filter: NodeToRun = {
			name: 'Filter',
			type: 'n8n-nodes-base.filter',
			typeVersion: 2.2,
			parameters: {
				conditions: whereEmail('notStartsWith', 'nobody'),
				options: {},
			},
		};
		const through = async (items: IDataObject[]) =>
			await run([
				given(items),
				source({ options: { runMinutes: 0.05 } }),
				filter,
				mapping,
				plan('Plan'),
				writer,
				confirm,
			]);
		const [first, second] = people(2) as [IDataObject, IDataObject];
		const dropped = { ...second, email: 'nobody@x.test' };
		expect((await through([first, dropped])).json('Confirm')).toMatchObject([{ key: '1', outcome: 'created' }]);
		await delay(3500);
		expect((await through([first, dropped])).json('Source')).toEqual([]);
		expect((await through([first, second])).json('Confirm')).toMatchObject([{ key: '2', outcome: 'created' }]);
		// Its counterpart would go stale unseen: it shows as failed.
		expect((await through([first, dropped])).json('Source')).toMatchObject([{ id: 2 }]);
		const after = await through([first, dropped]);
		expect(after.json('Source')).toEqual([]);
		expect(after.json('Source', 1)).toMatchObject([{ health: 'failing', text: expect.stringMatching(/dropped/u) }]);
	});

	test('a run that fails before Plan gives its records back', async () => {
		const stop: NodeToRun = {
			name: 'Stop',
			type: 'n8n-nodes-base.stopAndError',
			parameters: { errorMessage: 'no further' },
		};
		const nodes = [given(people(1)), source(), stop, mapping, plan('Plan')];
		expect((await run(nodes)).error()?.message).toMatch(/no further/u);
		const ledger = await openLedger();
		const [sync] = await ledger.syncs();
		expect(await ledger.counts(sync!.id)).toMatchObject({ underway: 0, later: 1, unrouted: 0 });
	});

	test('plans wait for approval, and are put out if nothing has changed since', async () => {
		const nodes = [
			given(people(2)),
			source(),
			mapping,
			plan('Plan', { mode: 'plan' }),
			plan('Approved', { mode: 'reviewed' }),
			writer,
			confirm,
		];
		const connections = {
			...inARow('Reader', 'Source', 'Mapping', 'Plan'),
			...inARow('Approved', 'Writer', 'Confirm'),
		};
		connections['Plan'] = { main: [[], [], [], [{ node: 'Approved', type: 'main', index: 0 }]] };
		const finished = await run(nodes, connections);
		expect(finished.json('Plan', 0)).toEqual([]);
		expect(finished.json('Plan', 3)).toMatchObject([
			{ outcome: 'held', action: 'create', key: '1', plan: expect.stringMatching(/./u) },
			{ outcome: 'held', action: 'create', key: '2' },
		]);
		expect(finished.json('Confirm').map(({ outcome }) => outcome)).toEqual(['created', 'created']);
	});

	test('reads in several parts are one read; a part is not taken for all', async () => {
		const more = { more: '={{ !$("Loop").context.noItemsLeft }}' };
		const loop: NodeToRun = {
			name: 'Loop',
			type: 'n8n-nodes-base.splitInBatches',
			typeVersion: 3,
			parameters: { batchSize: 2, options: {} },
		};
		const back = { name: 'Back', type: 'n8n-nodes-base.noOp' };
		const connections: IConnections = {
			...inARow('Reader', 'Loop'),
			Loop: { main: [[], [{ node: 'Back', type: 'main', index: 0 }]] },
			Back: {
				main: [
					[
						{ node: 'Source', type: 'main', index: 0 },
						{ node: 'Loop', type: 'main', index: 0 },
					],
				],
			},
			Source: { main: [[{ node: 'Mapping', type: 'main', index: 0 }]] },
			Mapping: { main: [[{ node: 'Plan', type: 'main', index: 0 }]] },
		};
		const finished = await run(
			[given(people(5)), loop, back, above(source(more)), mapping, plan('Plan')],
			connections,
		);
		expect(finished.json('Plan', 0)).toHaveLength(5);
		const apart = await run([given(people(5)), loop, back, above(source()), mapping, plan('Plan')], connections);
		expect(apart.error()?.message).toMatch(/ran before in this execution|are missing/u);
	});

	test('the first write into what is not empty is held, for the second input shows what stands there', async () => {
		const there: NodeToRun = {
			name: 'There',
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			parameters: { mode: 'raw', jsonOutput: '{ "id": "x", "login": "somebody@x.test" }', options: {} },
		};
		const connections = inARow('Reader', 'Source', 'Mapping', 'Plan');
		connections['Mapping']!['main']![0]!.push({ node: 'There', type: 'main', index: 0 });
		connections['There'] = { main: [[{ node: 'Plan', type: 'main', index: 1 }]] };
		const nodes = [given(people(1)), source(), mapping, there, plan('Plan', { actual: 'input' })];
		const first = await run(nodes, connections);
		expect(first.json('Plan', 0)).toEqual([]);
		const second = await run(nodes, connections);
		expect([...first.json('Plan', 3), ...second.json('Plan', 3)]).toMatchObject([{ outcome: 'held', count: 1 }]);
	});

	test('what cannot be believed changes nothing, and fails the run', async () => {
		await line(people(10));
		expect((await line([{}])).error()?.message).toMatch(/the input is empty/u);
		expect((await line(people(10).slice(0, 2))).json('Plan')).toEqual([]);
		const all = await line(people(10));
		expect(all.error()).toBeUndefined();
		expect(all.json('Source')).toEqual([]);
	});

	test('what comes from a node that failed is never taken for what the source holds, however its failure is put out', async () => {
		await line(people(4));
		const counts = async () => {
			const ledger = await openLedger();
			const [sync] = await ledger.syncs();
			const known = await ledger.find(sync!.identity);
			return { records: known?.records, ...(await ledger.counts(sync!.id)) };
		};
		const before = await counts();
		const as = (how: Pick<NodeToRun, 'type' | 'typeVersion' | 'parameters'>) => ({ name: 'Failing', ...how });
		const whole = as({ type: 'n8n-nodes-base.stopAndError', parameters: { errorMessage: 'the API is down' } });
		const item = as({
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			parameters: { mode: 'raw', jsonOutput: '={{ "no JSON" }}', options: {} },
		});
		// A node that fails as a whole puts out, by its first output, what it was given; one that fails for an item, that item.
		for (const [node, onError, output] of [
			[whole, 'continueErrorOutput', 0],
			[whole, 'continueRegularOutput', 0],
			[item, 'continueErrorOutput', 1],
			[item, 'continueRegularOutput', 0],
		] as const) {
			const connections = { ...inARow('Reader', 'Failing'), ...inARow('Source', 'Mapping', 'Plan') };
			connections['Failing'] = {
				main: [...Array.from({ length: output }, () => []), [{ node: 'Source', type: 'main', index: 0 }]],
			};
			for (const completeness of ['all', 'changed']) {
				const finished = await run(
					[given(people(1)), source({ completeness }), { ...node, onError }, mapping, plan('Plan')],
					connections,
				);
				const said = [finished.error('Source')?.message, ...finished.hints('Source')].join();
				expect(said).toMatch(/come from a node that failed/u);
			}
		}
		expect(await counts()).toEqual(before);
	});

	test('n8n’s empty item of Always Output Data is no record, and no empty source', async () => {
		await line(people(4));
		const nothing: NodeToRun = { ...given([]), alwaysOutputData: true };
		const read = async (options: IDataObject = {}) =>
			await run([nothing, source(options), mapping, plan('Plan'), writer, confirm]);
		expect((await read()).error()?.message).toMatch(/the input is empty/u);
		expect((await read({ completeness: 'changed' })).json('Source')).toEqual([]);
		const meant = await read({ empty: 'empty' });
		expect(meant.json('Confirm')).toEqual([]);
		expect(meant.hints('Source').join()).toMatch(/hold/iu);
	});

	describe.each([
		['n8n 2', false],
		['n8n 3', true],
	])('Always Output Data as %s means it', (_name, alwaysOutputAsIn3) => {
		test('makes no record, wherever it is set: neither at an IF whose other output has items, nor at nodes of ours', async () => {
			const iff: NodeToRun = {
				name: 'IF',
				type: 'n8n-nodes-base.if',
				typeVersion: 2.2,
				alwaysOutputData: true,
				parameters: {
					conditions: whereEmail('startsWith', 'p1'),
					options: {},
				},
			};
			const always = (node: NodeToRun, name = node.name): NodeToRun => ({
				...node,
				name,
				alwaysOutputData: true,
			});
			const nodes = [
				given(people(2)),
				always(source()),
				iff,
				always(mapping),
				always(plan('Plan')),
				always(mapping, 'Others’ mapping'),
				always(plan('Others’ plan', { destination: 'Elsewhere' })),
			];
			const to = (node: string) => [{ node, type: 'main' as const, index: 0 }];
			const connections: IConnections = {
				...inARow('Reader', 'Source', 'IF'),
				IF: { main: [to('Mapping'), to('Others’ mapping')] },
				...inARow('Mapping', 'Plan'),
				...inARow('Others’ mapping', 'Others’ plan'),
			};
			const through = async (items: IDataObject[]) =>
				await runInProcess({
					mode: 'trigger',
					nodes: nodes.map((node) => (node.name === 'Reader' ? given(items) : node)),
					connections,
					staticData,
					alwaysOutputAsIn3,
				});
			const real = (finished: Finished, node: string) =>
				[0, 1, 2, 3]
					.flatMap((output) => finished.json(node, output))
					.filter((json) => Object.keys(json).length > 0);

			// All go by the second output of the IF.
			const others = await through(people(3).slice(1));
			expect(others.error()).toBeUndefined();
			expect(others.json('IF', 0)).toEqual(alwaysOutputAsIn3 ? [] : [{}]);
			expect(real(others, 'Plan')).toEqual([]);
			expect(real(others, 'Others’ plan')).toEqual([{ login: 'p2@x.test' }, { login: 'p3@x.test' }]);
			// Nothing has changed, so that every node has nothing to say.
			const nothing = await through(people(3).slice(1));
			expect(nothing.error()).toBeUndefined();
			expect(real(nothing, 'Plan')).toEqual([]);
			expect(real(nothing, 'Others’ plan')).toEqual([]);
		});
	});

	test('only changed records remove nobody, and a record without a key is told of', async () => {
		await line(people(4), { completeness: 'changed' });
		const next = await line([{ id: 9, email: 'p9@x.test' }, { email: 'no key' }], { completeness: 'changed' });
		expect(next.json('Confirm')).toMatchObject([{ outcome: 'created', key: '9' }]);
		expect(next.json('Source', 1)).toMatchObject([
			{ health: 'failing', text: expect.stringMatching(/empty key/u) },
		]);
		expect((await line(people(4), { completeness: 'changed' })).json('Source')).toEqual([]);
	});
});
