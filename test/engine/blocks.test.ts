/**
 * A source that is read by its blocks, beside the same source read whole: whatever happens to it, both ledgers come to
 * know the same.
 */
import fc from 'fast-check';
import { sql } from 'kysely';

import { DatabaseSource, type DatabaseSourceOptions } from '../../connectors/database/source';
import { ledgerOn } from '../../ledger/ledger';
import type { Store } from '../../ledger/store';
import type { Ledger } from '../../sync/ledger';
import type { KnownBlocks } from '../../sync/blocks';
import type { Cursor, RecordPage } from '../../sync/types';
import type { Database } from '../../sql/types';
import { overEveryStore } from '../ledger/stores';
import { overEveryDatabase, type Place } from '../sql/databases';

const WORDS = ['a', 'A', 'b', ''] as const;

type Step =
	| { do: 'put'; id: number; team: (typeof WORDS)[number] | null }
	| { do: 'drop' | 'soft' | 'return'; id: number }
	| { do: 'renumber'; id: number; to: number }
	| { do: 'wipe' | 'column' | 'break' | 'follow' }
	| { do: 'read' }
	| { do: 'conceal'; fields: string[] }
	| { do: 'pushed meanwhile'; id: number; team: (typeof WORDS)[number]; removed: boolean }
	| { do: 'die'; after: number };

const id = fc.integer({ min: 1, max: 12 });
const team = fc.constantFrom(...WORDS);
const one = <K extends string>(what: K) => fc.constant(what);

const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ do: one('put'), id, team: fc.option(team) }) },
	{
		weight: 3,
		arbitrary: fc.record({ do: fc.constantFrom('drop' as const, 'soft' as const, 'return' as const), id }),
	},
	{ weight: 1, arbitrary: fc.record({ do: one('renumber'), id, to: id }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constantFrom('wipe' as const, 'column' as const, 'break' as const) }) },
	{ weight: 1, arbitrary: fc.record({ do: one('follow') }) },
	{ weight: 6, arbitrary: fc.record({ do: one('read') }) },
	{
		weight: 1,
		arbitrary: fc.record({ do: one('conceal'), fields: fc.subarray(['name', 'team']) }),
	},
	{ weight: 2, arbitrary: fc.record({ do: one('pushed meanwhile'), id, team, removed: fc.boolean() }) },
	{ weight: 1, arbitrary: fc.record({ do: one('die'), after: fc.integer({ min: 0, max: 4 }) }) },
);

/** A store whose process dies at one of its next transactions. */
function mortal(store: Store): Store & { dieAfter?: number } {
	const made: Store & { dieAfter?: number } = { ...store };
	const db = new Proxy(store.db, {
		get: (target, name) => {
			const value: unknown = Reflect.get(target, name);
			if (name !== 'transaction') return typeof value === 'function' ? (value as () => void).bind(target) : value;
			return async (...given: Parameters<Database['transaction']>) => {
				if (made.dieAfter !== undefined && --made.dieAfter < 0) throw new Died();
				return await target.transaction(...given);
			};
		},
	});
	return Object.assign(made, { db });
}

class Died extends Error {}

/** One of the two: a ledger, and whether it lets the source read by blocks. */
class Side {
	token = 0;
	sync = 0;
	cursor: Cursor | undefined;
	sensitive: string[] = [];
	/** Rows that were read, by read. */
	read: number[] = [];

	constructor(
		readonly ledger: Ledger,
		readonly store: ReturnType<typeof mortal>,
		readonly byBlocks: boolean,
		readonly source: () => DatabaseSource,
	) {}

	async begin(): Promise<void> {
		const identity = { instance: 'i', workflow: `w${this.byBlocks}`, node: 'n' };
		this.sync = (await this.ledger.register(identity, `s${this.byBlocks}`)).id;
		this.token = (await this.ledger.beginTick(this.sync, 'test', 600_000))!;
	}

	/** One observation. `meanwhile` happens when all has been read, before any of it is taken in. */
	async observe(how: {
		complete: boolean;
		breaks?: boolean;
		dies?: number;
		meanwhile?: (side: Side) => Promise<void>;
	}) {
		const source = this.source();
		const observation = await this.ledger.observe(this.sync, this.token, source.tag, this.sensitive);
		try {
			const known: KnownBlocks | undefined = this.byBlocks ? await observation.blocks() : undefined;
			let last: RecordPage | undefined;
			let rows = 0;
			for await (const page of source.read(how.complete ? undefined : this.cursor, undefined, known)) {
				await observation.add(page.records);
				rows += page.records.length;
				last = page;
			}
			await how.meanwhile?.(this);
			if (how.breaks) return await observation.discard();
			this.store.dieAfter = how.dies;
			const { cursor, blocks, complete } = last!;
			await observation.finish({ complete: how.complete && complete, cursor, blocks });
			this.cursor = cursor;
			this.read.push(rows);
		} catch (error) {
			this.store.dieAfter = undefined;
			await observation.discard();
			if (!(error instanceof Died)) throw error;
		} finally {
			this.store.dieAfter = undefined;
			await source.close();
		}
	}

	async knows(): Promise<unknown[]> {
		return await this.store.db.all(
			sql`SELECT key, present, CASE WHEN present = 1 THEN fields END AS fields FROM ${this.store.table('record')} WHERE sync = ${this.sync} ORDER BY key`,
		);
	}
}

/** Plays the steps on a fresh table, and looks after every complete read whether both know the same. */
async function play(place: Place, store: Store, steps: Step[], options: Partial<DatabaseSourceOptions> = {}) {
	const db = await place.open();
	try {
		return await playOn(db, place, store, steps, options);
	} finally {
		await db.close();
	}
}

async function playOn(
	db: Database,
	place: Place,
	store: Store,
	steps: Step[],
	options: Partial<DatabaseSourceOptions>,
) {
	await db.run(sql`DROP TABLE IF EXISTS crew`);
	const time = { sqlite: sql`TEXT`, postgres: sql`TIMESTAMPTZ`, mysql: sql`DATETIME(6)` }[place.dialect];
	const primary = options.key ? sql`` : sql`PRIMARY KEY`;
	await db.run(
		sql`CREATE TABLE crew (id INTEGER ${primary}, name VARCHAR(20), team VARCHAR(20), gone VARCHAR(9), at ${time})`,
	);
	const mortalStore = mortal(store);
	const ledger = await ledgerOn(mortalStore);
	const source = () =>
		new DatabaseSource({
			database: place.config(),
			from: { table: { name: 'crew' } },
			removedColumn: 'gone',
			follow: { column: 'at', overlap: 0 },
			...options,
		});
	const sides = [true, false].map((byBlocks) => new Side(ledger, mortalStore, byBlocks, source));
	const [blockd, whole] = sides as [Side, Side];
	for (const side of sides) await side.begin();
	let clock = 0;
	let columns = 0;
	const now = () => new Date(Date.UTC(2026, 0, 1) + ++clock * 1000).toISOString().slice(0, 19).replace('T', ' ');
	const both = async (how: Parameters<Side['observe']>[0]) => {
		for (const side of sides) await side.observe(how);
		if (how.complete && !how.breaks && how.dies === undefined)
			expect(await blockd.knows()).toEqual(await whole.knows());
	};
	for (const step of [...steps, { do: 'read' as const }, { do: 'read' as const }]) {
		switch (step.do) {
			case 'put':
				if (options.key === undefined || step.team !== 'b')
					await db.run(sql`DELETE FROM crew WHERE id = ${step.id}`);
				await db.run(
					sql`INSERT INTO crew (id, name, team, at) VALUES (${step.id}, ${`n${step.id}`}, ${step.team}, ${now()})`,
				);
				break;
			case 'drop':
				await db.run(sql`DELETE FROM crew WHERE id = ${step.id}`);
				break;
			case 'soft':
			case 'return':
				await db.run(
					sql`UPDATE crew SET gone = ${step.do === 'soft' ? 'yes' : null}, at = ${now()} WHERE id = ${step.id}`,
				);
				break;
			case 'renumber':
				if ((await db.all(sql`SELECT 1 AS one FROM crew WHERE id = ${step.to}`)).length === 0)
					await db.run(sql`UPDATE crew SET id = ${step.to} WHERE id = ${step.id}`);
				break;
			case 'wipe':
				await db.run(sql`DELETE FROM crew`);
				break;
			case 'column':
				if (columns++ < 2)
					await db.run(sql`ALTER TABLE crew ADD COLUMN ${sql.id(`more${columns}`)} INTEGER DEFAULT 7`);
				break;
			case 'conceal':
				for (const side of sides) side.sensitive = step.fields;
				break;
			case 'break':
				await both({ complete: true, breaks: true });
				break;
			case 'die':
				await both({ complete: true, dies: step.after });
				await both({ complete: true }); // one may have come further than the other
				break;
			case 'follow':
				await both({ complete: false });
				break;
			case 'read':
				await both({ complete: true });
				break;
			case 'pushed meanwhile': {
				const fields = { id: step.id, name: 'pushed', team: step.team };
				const pushed = { key: String(step.id), fields, removed: step.removed, carries: 'some fields' as const };
				await both({
					complete: true,
					meanwhile: async ({ sync, token, sensitive }) =>
						void (await ledger.push(sync, 'pushed', [pushed], sensitive, token)),
				});
			}
		}
	}
	return { blockd, whole };
}

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 10);

overEveryStore((ledgers) => {
	overEveryDatabase(
		(place) => {
			test('knows what a reader of everything knows, whatever happens (invariants 1, 3, 6)', async () => {
				await fc.assert(
					fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
						await play(place, await ledgers.empty(), steps);
					}),
					{ numRuns: RUNS },
				);
			}, 600_000);

			test('knows it also where keys come twice, and where they are empty', async () => {
				await fc.assert(
					fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
						await play(place, await ledgers.empty(), steps, { key: ['id', 'team'] });
					}),
					{ numRuns: RUNS },
				);
			}, 600_000);

			test('reads a block again of which a record without a slot was spoken of meanwhile', async () => {
				const put = { do: 'put' as const, id: 1, team: null };
				const pushed = (removed: boolean) => ({
					do: 'pushed meanwhile' as const,
					id: 1,
					team: 'a' as const,
					removed,
				});
				const read = { do: 'read' as const };
				await play(place, await ledgers.empty(), [pushed(false), put, pushed(true)]); // while everything is read
				await play(place, await ledgers.empty(), [pushed(false), pushed(true), read, put, pushed(true)]); // while its block is
			});

			test('notices who is gone after a read in which most of the others had changed', async () => {
				const put = (id: number, word: 'a' | 'b') => ({ do: 'put' as const, id, team: word });
				const read = { do: 'read' as const };
				const first = [1, 2, 3, 4, 5, 6].map((number) => put(number, 'a'));
				const most = [1, 2, 3, 4].map((number) => put(number, 'b'));
				const gone = { do: 'drop' as const, id: 6 };
				const { blockd } = await play(place, await ledgers.empty(), [
					...first,
					read,
					...most,
					read,
					gone,
					read,
				]);
				expect(await blockd.knows()).toContainEqual(expect.objectContaining({ key: '6', present: 0 }));
			});

			test('reads everything again where it holds other records than are known, whatever its blocks say', async () => {
				const put = (id: number) => ({ do: 'put' as const, id, team: 'a' as const });
				const { blockd } = await play(place, await ledgers.empty(), [1, 2, 3, 4].map(put), {
					removedColumn: undefined,
				});
				const { db, table } = blockd.store;
				// As if a read had missed who is gone: nothing but their number is left to tell.
				await db.run(sql`INSERT INTO ${table('record')} (sync, key, version, fingerprint, tag, fields, present, slot, touched, changed_at)
					SELECT sync, '9', 1, fingerprint, tag, fields, 1, slot, touched, changed_at FROM ${table('record')} WHERE sync = ${blockd.sync} AND key = '1'`);
				await db.run(sql`UPDATE ${table('sync')} SET records = records + 1 WHERE id = ${blockd.sync}`);
				for (let times = 0; times < 3; times++) await blockd.observe({ complete: true });
				expect(await blockd.knows()).toContainEqual(expect.objectContaining({ key: '9', present: 0 }));
				const before = blockd.read.length;
				await blockd.observe({ complete: true });
				await blockd.observe({ complete: true });
				expect(blockd.read.slice(before)).toEqual([0, 0]);
			});

			test('reads only the rows of blocks that differ', async () => {
				const put = (number: number, word: 'a' | 'b' = 'a') => ({ do: 'put' as const, id: number, team: word });
				const read = { do: 'read' as const };
				const all = Array.from({ length: 12 }, (_, at) => put(at + 1));
				const { blockd, whole } = await play(place, await ledgers.empty(), [
					...all,
					read,
					read,
					put(3, 'b'),
					read,
					{ do: 'drop', id: 4 },
					read,
				]);
				expect(whole.read).toEqual([12, 12, 12, 11, 11, 11]);
				expect(blockd.read).toEqual([12, 0, 1, 0, 0, 0]);
			});
		},
		ledgers.kind === 'sqlite' ? undefined : ['sqlite'],
	);
});
