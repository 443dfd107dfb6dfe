/** What the board shows of a crowd, and that nothing of it reads the crowd. */
import { sql } from 'kysely';

import { ledgerOn } from '../../ledger/ledger';
import { lookAt } from '../../ledger/look/look';
import { now, type Store } from '../../ledger/store';
import type { Ledger } from '../../sync/ledger';
import type { Database } from '../../sql/types';
import { crowd, EVERY, type Crowd } from './crowd';
import { overEveryStore } from './stores';

const RECORDS = 4200;
const DAY = 24 * 60 * 60 * 1000;

overEveryStore((place) => {
	let store: Store;
	let ledger: Ledger;
	let of: Crowd;
	beforeAll(async () => {
		store = await place.empty();
		ledger = await ledgerOn(store);
		of = await crowd(store, RECORDS);
	}, 60_000);

	test('an overview counts what is not at rest, and stops where counting would take long', async () => {
		const [sync] = await ledger.overview(1000);
		const [first] = sync!.destinations;
		expect(sync).toMatchObject({ name: 'Crowd', health: 'healthy', records: RECORDS });
		expect(first).toMatchObject({ name: 'Access list', holds: 1, down: null, load: null });
		expect(first!.open).toEqual({
			pending: { count: 6, more: false },
			held: { count: 3, more: false },
			failed: { count: 4, more: false },
			dropped: { count: 0, more: false },
		});
		const [bounded] = await ledger.overview(2, of.sync);
		expect(bounded!.destinations[0]!.open.pending).toEqual({ count: 2, more: true });
	});

	test('a first load shows how far it is, and how long it will take', async () => {
		const { db, table } = store;
		const at = await now(db);
		const [first] = of.places;
		await db.run(sql`UPDATE ${table('destination')} SET loaded_at = NULL WHERE id = ${first}`);
		await db.run(
			sql`INSERT INTO ${table('work')} (destination, run, outcome, count, since, at) VALUES (${first}, 99, 'created', 600, ${at - 60_000}, ${at})`,
		);
		const load = async (most: number) => (await ledger.overview(most, of.sync))[0]!.destinations[0]!.load!;
		const { done, total, perSecond, left } = await load(1000);
		expect([done, total]).toEqual([RECORDS - 6, RECORDS]);
		expect(perSecond).toBeGreaterThan(5);
		expect(left).toBe(Math.round((6 / perSecond) * 1000));
		// Where what is left cannot be counted, what was done counts.
		expect((await load(2)).done).toBeLessThanOrEqual(RECORDS);
		await db.run(sql`UPDATE ${table('link')} SET version = 1 WHERE destination = ${first} AND version = 0`);
		await ledger.loaded(of.sync);
		expect((await ledger.overview(1000, of.sync))[0]!.destinations[0]!.load).toBeNull();
		await db.run(sql`UPDATE ${table('link')} SET version = 0 WHERE destination = ${first} AND state = 'due'`);
	});

	test('the oldest change that is not confirmed has its age', async () => {
		const [sync] = await ledger.overview(1000, of.sync);
		// The first that is due is record 2.
		expect((await now(store.db)) - DAY - sync!.oldestUnconfirmed!).toBeLessThan(DAY);
		const [row] = await store.db.all(
			sql<{ at: number }>`SELECT changed_at AS at FROM ${store.table('record')} WHERE key = '2'`,
		);
		expect(sync!.oldestUnconfirmed).toBe(row!.at);
	});

	test('records come in pages by their keys, forwards and back, each with its standing everywhere', async () => {
		const first = await ledger.recordPage(of.sync, {}, 50);
		expect(first.rows.map(({ key }) => key).slice(0, 3)).toEqual(['1', '10', '100']);
		expect(
			first.rows.find(({ key }) => key === '1000')!.cells.map(({ standing, error }) => [standing, error]),
		).toEqual([
			['failed', 'the number is too long'],
			['failed', 'the number is too long'],
		]);
		const second = await ledger.recordPage(of.sync, { after: first.next! }, 50);
		const back = await ledger.recordPage(of.sync, { before: second.rows[0]!.key }, 50);
		expect(back.rows).toEqual(first.rows);
		expect((await ledger.recordPage(of.sync, { after: '999' }, 50)).next).toBeNull();
	});

	test('those of one standing come the oldest first, though all became due at the same moment', async () => {
		const keys: string[] = [];
		for (let after: Parameters<typeof ledger.standingPage>[3] = null; ;) {
			const page: Awaited<ReturnType<typeof ledger.standingPage>> = await ledger.standingPage(
				of.sync,
				of.places[0],
				'failed',
				after,
				3,
			);
			keys.push(...page.rows.map(({ key }) => key));
			if (page.next === null) break;
			after = page.next;
		}
		expect(keys).toEqual(['1000', '2000', '3000', '4000']);
	});

	test('what a sweep healed lately comes the latest first', async () => {
		const page = await ledger.healedPage(of.sync, of.places[0], (await now(store.db)) - DAY, null, 10);
		expect(page.rows.map(({ key }) => key).slice(0, 3)).toEqual(['50', '100', '150']);
		expect(page.rows[0]!.cells[0]!.healedAt).not.toBeNull();
		const more = await ledger.healedPage(of.sync, of.places[0], 0, page.next, 10);
		expect(more.rows[0]!.key).toBe('550');
	});

	test('a record is found by its key, the beginning of its name, and what is in it', async () => {
		const found = async (text: string) => (await ledger.search(of.sync, text, 20)).map(({ key }) => key);
		expect((await found('4200'))[0]).toBe('4200');
		expect(await found('person 4200')).toEqual(['4200']);
		expect(await found('100%')).toEqual([]);
		const within = await ledger.searchWithin(of.sync, 'ON 4200', null, 20, 100_000);
		expect(within).toMatchObject({ rows: [{ key: '4200' }], next: null });
		const cut = await ledger.searchWithin(of.sync, 'nobody', null, 20, 100);
		expect(cut.rows).toEqual([]);
		expect(cut.next).not.toBeNull();
		expect((await ledger.searchWithin(of.sync, '_', null, 20, 100_000)).rows).toEqual([]);
	});

	test('a record has both sides, and its history', async () => {
		expect(await ledger.record(of.sync, '100')).toMatchObject({
			fields: { team: 'Team 3' },
			sides: [{ fields: { team: 'Team 3' } }, { fields: { team: 'Team 3' } }],
		});
		expect(await ledger.record(of.sync, 'nobody')).toBeUndefined();
		const { rows } = await ledger.history(of.sync, { key: '100' }, null, 10);
		expect(rows.map(({ outcome, was, run }) => [outcome, was, run])).toEqual([
			['healed', 'Mine', 12],
			['created', 'Mine', 12],
		]);
	});

	test('charts have every stretch of time, also those in which nothing was done', async () => {
		const series = await ledger.series(of.sync, (await now(store.db)) - 2 * DAY, 3_600_000);
		expect(series.length).toBeGreaterThanOrEqual(48);
		expect(series.at(-2)).toMatchObject({ changes: 14, heals: 14, failures: 14 });
	});

	if (place.kind === 'sqlite') {
		test('no page reads a whole table', async () => {
			const seen: Parameters<Database['all']>[0][] = [];
			const db = new Proxy(store.db, {
				get: (target, name) =>
					name === 'all'
						? async (statement: Parameters<Database['all']>[0]) => {
								seen.push(statement);
								return await target.all(statement);
							}
						: (Reflect.get(target, name) as unknown),
			});
			const look = lookAt({ ...store, db });
			const [first] = of.places;
			await look.overview(1000);
			await look.recordPage(of.sync, { after: '5' }, 50);
			await look.recordPage(of.sync, { before: '5' }, 50);
			await look.standingPage(of.sync, first, 'pending', { at: 5, key: '5' }, 50);
			await look.healedPage(of.sync, first, 5, null, 50);
			await look.search(of.sync, 'person 1', 50);
			await look.record(of.sync, '5');
			await look.history(of.sync, { key: '5' }, null, 50);
			await look.history(of.sync, {}, null, 50);
			await look.series(of.sync, 0, DAY);
			await look.runs(of.sync, 50);
			await look.holds(of.sync);
			const scans: string[] = [];
			for (const statement of seen) {
				const plan = await store.db.all(sql<{ detail: string }>`EXPLAIN QUERY PLAN ${statement}`);
				scans.push(
					...plan.map(({ detail }) => detail).filter((step) => /^SCAN (r|l|record|link)\b/u.test(step)),
				);
			}
			expect(scans).toEqual([]);
			expect(seen.length).toBeGreaterThan(15);
		});
	}
});

describe('what a person does', () => {
	overEveryStore((place) => {
		let store: Store;
		let ledger: Ledger;
		let of: Crowd;
		const states = async () => {
			const rows = await store.db.all(
				sql<{
					state: string;
					count: number;
				}>`SELECT state, count(*) AS count FROM ${store.table('link')} WHERE destination = ${of.places[0]} GROUP BY state`,
			);
			return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
		};
		beforeEach(async () => {
			store = await place.empty();
			ledger = await ledgerOn(store);
			of = await crowd(store, RECORDS);
		}, 60_000);

		test('retries all that failed, or one', async () => {
			expect(await ledger.retry(of.sync, { key: '1000' })).toBe(2);
			expect(await ledger.retry(of.sync, {})).toBe(6);
			expect((await states())['failed']).toBeUndefined();
		});

		test('has all compared anew, those of some keys, or those that changed since', async () => {
			expect(await ledger.resync(of.sync, { keys: ['5', '6', 'nobody'] })).toBe(4);
			expect(await ledger.resync(of.sync, { since: (await now(store.db)) + DAY })).toBe(0);
			await ledger.resync(of.sync, {});
			expect(await states()).toEqual({ due: RECORDS - 3, held: 3 });
		});

		test('undoes a run: what it overwrote is to be written back while the sync is paused', async () => {
			await store.db.run(
				sql`INSERT INTO ${store.table('work')} (destination, run, outcome, count, since, at) VALUES (${of.places[0]}, 12, 'healed', 84, 0, ${await now(store.db)})`,
			);
			const undone = await ledger.undo(of.sync, 12);
			expect(undone).toMatchObject({ created: RECORDS, removed: 0, hidden: 0 });
			expect(undone.links + undone.busy).toBe(RECORDS / EVERY.healed);
			const [link] = await store.db.all(
				sql<{
					undo: string;
					state: string;
				}>`SELECT undo, state FROM ${store.table('link')} WHERE destination = ${of.places[0]} AND key = '50'`,
			);
			expect(link).toEqual({ undo: '{"team":"Mine"}', state: 'due' });
			expect(await ledger.find({ instance: 'i', workflow: 'crowd', node: 't' })).toMatchObject({ paused: true });
			expect(await ledger.pause(of.sync, false)).toBe(true);
			const left = await store.db.all(sql`SELECT 1 FROM ${store.table('link')} WHERE undo IS NOT NULL`);
			expect(left).toEqual([]);
		});

		test('forgets one record everywhere, and a whole sync', async () => {
			expect(await ledger.forgetRecord(of.sync, '100')).toBe(true);
			expect(await ledger.forgetRecord(of.sync, '100')).toBe(false);
			for (const name of ['record', 'link', 'history'] as const)
				expect(await store.db.all(sql`SELECT 1 FROM ${store.table(name)} WHERE key = '100'`)).toEqual([]);
			expect(await ledger.forgetSync(of.sync)).toBe(RECORDS - 1);
			for (const name of ['record', 'link', 'history', 'sync', 'destination', 'tally', 'hold'] as const)
				expect(await store.db.all(sql`SELECT 1 FROM ${store.table(name)}`)).toEqual([]);
		});

		test('hears once, by whatever sync looks, of one that has stopped', async () => {
			const minute = 60_000;
			await ledger.rhythm(of.sync, { tick: 10_000, read: 10_000 });
			expect(await ledger.tellStale('i', 60 * minute)).toEqual([]);
			await store.db.run(sql`UPDATE ${store.table('sync')} SET tick_at = tick_at - ${5 * minute}`);
			expect(await ledger.tellStale('i', 20_000)).toEqual([]);
			expect(await ledger.tellStale('another n8n', 60 * minute)).toEqual([]);
			expect(await ledger.tellStale('i', 60 * minute)).toMatchObject([
				{
					name: 'Crowd',
					text: expect.stringMatching(
						/^Its trigger has not run since .*, though it should every 10 seconds\.$/u,
					),
				},
			]);
			expect(await ledger.tellStale('i', 60 * minute)).toEqual([]);
			expect((await ledger.overview(10))[0]).toMatchObject({
				health: 'stale',
				trouble: expect.stringMatching(/has not run/u),
			});
			await ledger.beginTick(of.sync, 'h', minute);
			expect(await ledger.tellStale('i', 60 * minute)).toEqual([]);
			await ledger.endTick(of.sync, 0);
			// It is told anew when it stops anew; and that its sweeps have.
			await store.db.run(sql`UPDATE ${store.table('destination')} SET swept_at = swept_at - ${DAY}`);
			expect(await ledger.tellStale('i', 10 * DAY)).toMatchObject([
				{ kinds: ['sweep Access list', 'sweep Phone book'] },
			]);
			await ledger.pause(of.sync, true);
			expect(await ledger.tellStale('i', 10 * DAY)).toEqual([]);
		});
	});
});
