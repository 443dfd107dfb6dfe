/** Which tables are read by their blocks, and which whole. */
import { sql } from 'kysely';

import { DatabaseSource, type DatabaseSourceOptions } from '../../connectors/database/source';
import { packOf, type KnownBlocks, type ReadBlocks } from '../../sync/blocks';
import type { RecordPage } from '../../sync/types';
import type { ServerConfig } from '../../sql/types';
import { overEveryDatabase } from '../sql/databases';

/** What is known when these blocks have been taken in. */
const taken = ({ marks, packs, folds }: Pick<ReadBlocks, 'marks' | 'packs' | 'folds'>): KnownBlocks => ({
	marks,
	packs,
	blocks: (wanted) => Promise.resolve(new Map([...folds].filter(([block]) => wanted.includes(packOf(block))))),
});

const NOTHING = taken({ marks: '', packs: new Map(), folds: new Map() });

async function readOf(source: DatabaseSource, known = NOTHING): Promise<{ records: number; last: RecordPage }> {
	let records = 0;
	let last: RecordPage | undefined;
	for await (const page of source.read(undefined, undefined, known)) {
		records += page.records.length;
		last = page;
	}
	return { records, last: last! };
}

overEveryDatabase((place) => {
	const run = async (...statements: ReturnType<typeof sql>[]) => {
		const db = await place.open();
		try {
			for (const statement of statements) await db.run(statement);
		} finally {
			await db.close();
		}
	};
	const using = async <T>(
		work: (source: DatabaseSource) => Promise<T>,
		options: Partial<DatabaseSourceOptions> = {},
	) => {
		const source = new DatabaseSource({ database: place.config(), from: { table: { name: 'crew' } }, ...options });
		return await work(source).finally(() => source.close());
	};

	beforeAll(() =>
		run(
			sql`CREATE TABLE crew (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, paid DECIMAL(9, 2) NOT NULL, more JSON)`,
			sql`CREATE VIEW seen AS SELECT * FROM crew`,
			sql`INSERT INTO crew VALUES (1, 'Ada', 1.50, '{"a":1}'), (2, 'Bob', 2.50, NULL), (3, 'Cid', 3.50, NULL)`,
		),
	);

	test('a table is read whole the first time, and not at all while it is the same', async () => {
		const first = await using(readOf);
		expect([first.records, first.last.complete, first.last.blocks!.rows]).toEqual([3, true, 3]);
		expect(first.last.blocks!.read).toBeUndefined();
		const known = taken(first.last.blocks!);
		const again = await using((source) => readOf(source, known));
		expect([again.records, again.last.complete, again.last.blocks!.rows]).toEqual([0, true, 3]);
		expect(again.last.blocks!.read).toEqual([]);
		await run(sql`UPDATE crew SET paid = 9 WHERE id = 2`);
		expect((await using((source) => readOf(source, known))).records).toBe(1);
	});

	test('who does not say what is known gets every record, and no blocks', async () => {
		await using(async (source) => {
			const pages = [];
			for await (const page of source.read()) pages.push(page);
			expect(pages.flatMap(({ records }) => records)).toHaveLength(3);
			expect(pages.at(-1)).not.toHaveProperty('blocks');
			expect(pages[0]!.records[0]!.fields).toEqual({ id: 1, name: 'Ada', paid: 1.5, more: { a: 1 } });
			expect(pages[0]!.records[0]).not.toHaveProperty('slot');
		});
	});

	test('a column called like the slot stays a column', async () => {
		await run(
			sql`DROP TABLE IF EXISTS slots`,
			sql`CREATE TABLE slots (id INTEGER PRIMARY KEY, slot INTEGER, ${sql.id('slot_')} INTEGER)`,
			sql`INSERT INTO slots VALUES (1, 2, 3)`,
		);
		await using(
			async (source) => {
				for await (const page of source.read(undefined, undefined, NOTHING))
					for (const { fields } of page.records) expect(fields).toEqual({ id: 1, slot: 2, slot_: 3 });
			},
			{ from: { table: { name: 'slots' } } },
		);
	});

	test.each([
		['a view', { from: { table: { name: 'seen' } }, key: ['id'] }],
		['a query', { from: { query: 'SELECT * FROM crew' }, key: ['id'] }],
		...(place.dialect === 'sqlite' ? [] : [['a key with a scale', { key: ['paid'] }] as const]),
		...(place.dialect === 'postgres' ? [] : [['a key of JSON', { key: ['more', 'id'] }] as const]),
	] as [string, Partial<DatabaseSourceOptions>][])('%s is read whole', async (_name, options) => {
		const { last } = await using(readOf, options);
		expect([last.complete, last.blocks]).toEqual([true, undefined]);
	});

	if (place.dialect === 'mysql') {
		test('a table of an engine without transactions is read whole', async () => {
			await run(sql`CREATE TABLE old (id INTEGER PRIMARY KEY) ENGINE = MyISAM`, sql`INSERT INTO old VALUES (1)`);
			const { records, last } = await using(readOf, { from: { table: { name: 'old' } } });
			expect([records, last.blocks]).toEqual([1, undefined]);
		});
	}

	if (place.dialect === 'postgres') {
		test('partitions are read by blocks, a foreign one among them is not', async () => {
			await run(
				sql`CREATE TABLE parted (id INTEGER PRIMARY KEY) PARTITION BY RANGE (id)`,
				sql`CREATE TABLE low PARTITION OF parted FOR VALUES FROM (0) TO (10)`,
				sql`INSERT INTO parted VALUES (1)`,
			);
			const from = { from: { table: { name: 'parted' } } };
			expect((await using(readOf, from)).last.blocks!.rows).toBe(1);
			await run(
				sql`CREATE FOREIGN DATA WRAPPER elsewhere`,
				sql`CREATE SERVER other FOREIGN DATA WRAPPER elsewhere`,
				sql`ALTER TABLE parted DROP CONSTRAINT parted_pkey`,
				sql`CREATE FOREIGN TABLE high PARTITION OF parted FOR VALUES FROM (10) TO (20) SERVER other`,
			);
			await expect(using(readOf, { ...from, key: ['id'] })).rejects.toThrow('has no handler');
		});

		test('where the database forbids the hash, everything is read', async () => {
			await run(
				sql`CREATE ROLE reader LOGIN`,
				sql`GRANT SELECT ON crew TO reader`,
				sql`REVOKE EXECUTE ON FUNCTION bit_xor(bigint) FROM PUBLIC`,
			);
			try {
				const database = { ...(place.config() as ServerConfig), user: 'reader' };
				const { records, last } = await using(readOf, { database });
				expect([records, last.complete, last.blocks]).toEqual([3, true, undefined]);
			} finally {
				await run(sql`GRANT EXECUTE ON FUNCTION bit_xor(bigint) TO PUBLIC`);
			}
		});
	}
});
