/** Events that a source pushes, as the ledger takes them in. */
import fc from 'fast-check';
import { sql } from 'kysely';

import { ledgerOn } from '../../ledger/ledger';
import type { Store } from '../../ledger/store';
import { DEFAULT_GUARD } from '../../sync/guard';
import { followHints } from '../../sync/hints';
import type { Ledger, PushedRecord } from '../../sync/ledger';
import type { Fields, Source, Value } from '../../sync/types';
import { tick } from '../../sync/tick';
import { MemorySource } from '../engine/memory';
import { overEveryStore } from './stores';

overEveryStore((place) => {
	let store: Store;
	let ledger: Ledger;
	let sync: number;

	beforeEach(async () => {
		store = await place.empty();
		ledger = await ledgerOn(store);
		sync = (await ledger.register({ instance: 'i', workflow: 'w', node: 't' }, 'pushed')).id;
		await ledger.destinationsSeen(sync, [{ node: 'to', name: 'To' }], null);
		await ledger.destination(sync, 'to', 'To', { id: 'target', text: 'target' });
	});

	const push = async (...records: PushedRecord[]) => await ledger.push(sync, 'push', records, ['secret']);
	const all = (key: string, fields: Fields, ordering?: Value): PushedRecord => ({
		key,
		fields,
		carries: 'all',
		...(ordering !== undefined && { ordering }),
	});
	const record = async (key: string) => {
		const [row] = await store.db.all(sql<{ version: number; present: number; fields: string | null }>`
			SELECT version, present, fields FROM ${store.table('record')} WHERE sync = ${sync} AND key = ${key}`);
		return row && { ...row, fields: row.fields === null ? null : (JSON.parse(row.fields) as Fields) };
	};
	const link = async (key: string) => {
		const [row] = await store.db.all(
			sql<{
				state: string;
				initial: number;
			}>`SELECT state, initial FROM ${store.table('link')} WHERE key = ${key}`,
		);
		return row;
	};
	const read = async (records: { key: string; fields: Fields }[]) => {
		const token = (await ledger.beginTick(sync, 'reader', 60_000))!;
		const observation = await ledger.observe(sync, token, 'reader', []);
		await observation.add(records);
		return { finish: async () => await observation.finish({ complete: true }) };
	};

	test('a pushed record is due at once, and the same event again changes nothing', async () => {
		expect(await push(all('1', { id: 1, name: 'Ada' }))).toEqual({ changed: 1, unchanged: 0, older: 0 });
		expect(await record('1')).toEqual({ version: 1, present: 1, fields: { id: 1, name: 'Ada' } });
		expect(await link('1')).toEqual({ state: 'due', initial: 0 });
		expect(await push(all('1', { name: 'Ada', id: 1 }))).toEqual({ changed: 0, unchanged: 1, older: 0 });
		expect(await record('1')).toMatchObject({ version: 1 });
	});

	test('a pushed body is merged over known fields unless it is declared whole', async () => {
		await push(all('1', { id: 1, name: 'Ada', team: 'R&D' }));
		await push({ key: '1', fields: { team: 'Sales' }, carries: 'some fields' });
		expect(await record('1')).toEqual({ version: 2, present: 1, fields: { id: 1, name: 'Ada', team: 'Sales' } });
		await push(all('1', { id: 1, team: 'Sales' }));
		expect(await record('1')).toEqual({ version: 3, present: 1, fields: { id: 1, team: 'Sales' } });
	});

	test('an event that carries its key alone is always a change', async () => {
		const thin: PushedRecord = { key: '1', fields: { id: 1 }, carries: 'its key' };
		await push(thin);
		await push(thin);
		expect(await record('1')).toMatchObject({ version: 2, fields: { id: 1 } });
	});

	test('a removal keeps the last known fields until every destination has confirmed it', async () => {
		await push(all('1', { id: 1, name: 'Ada' }));
		await store.db.run(
			sql`UPDATE ${store.table('link')} SET counterpart = 'c1', state = 'settled' WHERE key = '1'`,
		);
		await push({ key: '1', fields: {}, removed: true, carries: 'all' });
		expect(await record('1')).toEqual({ version: 2, present: 0, fields: { id: 1, name: 'Ada' } });
		expect(await link('1')).toMatchObject({ state: 'intended' });
		await push(all('1', { id: 1, name: 'Ada' }));
		expect(await record('1')).toMatchObject({ version: 3, present: 1 });
		expect(await link('1')).toMatchObject({ state: 'due' });
	});

	test('a removal of what was never seen leaves nothing', async () => {
		expect(await push({ key: '1', fields: {}, removed: true, carries: 'all' })).toEqual({
			changed: 0,
			unchanged: 0,
			older: 0,
		});
		expect(await record('1')).toBeUndefined();
	});

	test('events out of order or twice have no effect beyond the newest one (invariant 7)', async () => {
		interface Event {
			at: number;
			value: number;
			removed: boolean;
		}
		const events = fc.uniqueArray(fc.record<Event>({ at: fc.nat(50), value: fc.nat(3), removed: fc.boolean() }), {
			minLength: 1,
			maxLength: 8,
			selector: ({ at }) => at,
		});
		const shuffled = events.chain((list) =>
			fc.tuple(
				fc.constant(list),
				fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2, maxLength: list.length * 2 }),
			),
		);
		let n = 0;
		await fc.assert(
			fc.asyncProperty(shuffled, async ([list, arriving]) => {
				const key = String(++n);
				for (const { at, value, removed } of arriving)
					await push({ ...all(key, { value }, at), ...(removed && { removed }) });
				const last = list.reduce((newest, one) => (one.at > newest.at ? one : newest));
				const now = await record(key);
				expect(now?.present).toBe(last.removed ? 0 : 1);
				if (!last.removed) expect(now?.fields).toEqual({ value: last.value });
			}),
			{ numRuns: 40 },
		);
	});

	test('events that are committed together leave what they leave one after the other', async () => {
		const NOWHERE = { state: 'settled', initial: 0 };
		interface Event {
			at: number | undefined;
			name: 'a' | 'b';
			value: number;
			what: 'all' | 'some fields' | 'its key' | 'removed';
		}
		const event = fc.record<Event>({
			at: fc.option(fc.nat(5), { nil: undefined }),
			name: fc.constantFrom('a', 'b'),
			value: fc.nat(2),
			what: fc.constantFrom('all', 'some fields', 'its key', 'removed'),
		});
		let n = 0;
		await fc.assert(
			fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 8 }), async (events) => {
				const [one, other] = [`one ${++n}`, `other ${n}`];
				const asPushed = (key: string, { at, name, value, what }: Event): PushedRecord => ({
					...all(key, { [name]: value }, at),
					...(what === 'removed' ? { removed: true } : { carries: what }),
				});
				for (const event of events) await push(asPushed(one, event));
				await push(...events.map((event) => asPushed(other, event)));
				expect(await record(other)).toEqual(await record(one));
				// One that came and went at once needs no link: it stands nowhere.
				expect((await link(other)) ?? NOWHERE).toEqual((await link(one)) ?? NOWHERE);
			}),
			{ numRuns: 25 },
		);
	});

	test('a read that began before a push neither changes nor removes its record (invariant 7)', async () => {
		await push(all('1', { n: 1 }), all('2', { n: 1 }));
		const before = await read([{ key: '1', fields: { n: 1 } }]);
		await push(all('1', { n: 2 }), all('2', { n: 2 }), all('3', { n: 2 }));
		await before.finish();
		for (const key of ['1', '2', '3']) expect(await record(key)).toMatchObject({ present: 1, fields: { n: 2 } });
		await (await read([{ key: '1', fields: { n: 3 } }])).finish();
		expect(await record('1')).toMatchObject({ present: 1, fields: { n: 3 } });
		expect(await record('2')).toMatchObject({ present: 0 });
	});

	test('a sensitive value is kept as its fingerprint alone', async () => {
		await push(all('1', { id: 1, secret: 'hunter2' }));
		await push({ key: '1', fields: { secret: 'hunter3' }, carries: 'some fields' });
		const rows = await store.db.all(sql`SELECT * FROM ${store.table('record')}`);
		expect(JSON.stringify(rows)).not.toContain('hunter');
		expect(await record('1')).toMatchObject({ version: 2 });
		await push({ key: '1', fields: { secret: 'hunter3' }, carries: 'some fields' });
		expect(await record('1')).toMatchObject({ version: 2 });
	});

	test('a new destination gets every pushed record', async () => {
		await push(all('1', { id: 1 }), all('2', { id: 2 }));
		await ledger.destinationsSeen(
			sync,
			[
				{ node: 'to', name: 'To' },
				{ node: 'too', name: 'Too' },
			],
			null,
		);
		const counts = await ledger.counts(sync);
		expect(counts.due).toBe(4);
	});

	test('a hint stays until it was followed, also one that came again meanwhile', async () => {
		await ledger.hint(sync, ['2', '1']);
		const first = await ledger.hints(sync, 10);
		expect(first.map(({ key }) => key)).toEqual(['1', '2']);
		await ledger.hint(sync, ['1']);
		await ledger.hinted(sync, first);
		expect((await ledger.hints(sync, 10)).map(({ key }) => key)).toEqual(['1']);
	});

	test('a hint where a reader exists is only a hint: the record is fetched, and one that is gone is removed', async () => {
		await push(all('1', { n: 1 }), all('2', { n: 1 }));
		await ledger.hint(sync, ['1', '2', '3']);
		const token = (await ledger.beginTick(sync, 'reader', 60_000))!;
		const source: Source = {
			tag: 'reader',
			read: () => {
				throw new Error('nothing is read as a whole');
			},
			fetch: async (keys) => keys.filter((key) => key !== '2').map((key) => ({ key, fields: { n: 5, key } })),
			close: async () => undefined,
		};
		expect(await followHints(ledger, { sync, token }, source, [], new AbortController().signal)).toBe(3);
		expect(await record('1')).toMatchObject({ present: 1, fields: { n: 5 } });
		expect(await record('2')).toMatchObject({ present: 0 });
		expect(await record('3')).toMatchObject({ present: 1, fields: { n: 5 } });
		expect(await ledger.hints(sync, 10)).toEqual([]);
	});

	test('a tick that another one has taken over from pushes nothing', async () => {
		const token = (await ledger.beginTick(sync, 'reader', -1))!;
		await ledger.beginTick(sync, 'another', 60_000);
		await expect(ledger.push(sync, 'reader', [all('1', { n: 1 })], [], token)).rejects.toThrow(/taken over/u);
		expect(await record('1')).toBeUndefined();
	});

	test('a counterpart that its destination says was changed is looked at again, and nothing else', async () => {
		await push(all('1', { n: 1 }), all('2', { n: 1 }), all('3', { n: 1 }));
		const links = store.table('link');
		await store.db.run(sql`UPDATE ${links} SET counterpart = 'c' || key, state = 'settled'`);
		await store.db.run(sql`UPDATE ${links} SET state = 'gone' WHERE key = '3'`);
		const { id } = await ledger.destination(sync, 'to', 'To', { id: 'target', text: 'target' });
		expect(await ledger.suspect(id, ['c1', 'nobody', 'c3'])).toBe(2);
		expect(await link('1')).toMatchObject({ state: 'due' });
		expect(await link('2')).toMatchObject({ state: 'settled' });
		expect(await link('3')).toMatchObject({ state: 'gone' });
		expect(await ledger.claimSweep(id, 'holder', 1000)).toBeDefined();
	});

	test('what no event had told of is counted when a complete read finds it, and told where it is much', async () => {
		const source = new MemorySource();
		for (let n = 0; n < 30; n++) source.records.set(String(n), { n, v: 1 });
		const once = async () =>
			await tick(
				ledger,
				{
					handOver: async () => ({ how: 'silent' }),
					openSource: async () => source,
					destinations: () => [{ node: 'to', name: 'To' }],
					signal: new AbortController().signal,
				},
				{
					identity: { instance: 'i', workflow: 'w', node: 't' },
					name: 'pushed',
					holder: 'test',
					sensitive: [],
					completeEvery: 0,
					pushed: true,
					sweepEvery: null,
					guard: DEFAULT_GUARD,
					batch: { keys: 1000, bytes: 1e6 },
					leaseTtl: 60_000,
					retryIn: 0,
					parkedTtl: 60_000,
					stuckAfter: 60_000,
					historyDays: 90,
				},
			);
		const repairs = async () => (await ledger.syncs())[0]!.repairs;
		expect((await once()).kinds).not.toContain('repairs');
		expect(await repairs()).toBe(0);
		source.records.set('1', { n: 1, v: 2 });
		expect((await once()).kinds).not.toContain('repairs');
		expect(await repairs()).toBe(1);
		for (let n = 0; n < 8; n++) source.records.set(String(n), { n, v: 3 });
		await ledger.hint(sync, ['0', '1']);
		const told = await once();
		expect(told.kinds).toContain('repairs');
		expect(told.troubles.join()).toContain('6 changes were found by the full comparison');
		expect(await repairs()).toBe(7);
	});
});
