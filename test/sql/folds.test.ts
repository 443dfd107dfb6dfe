/** Folding a SQLite table in its thread: each change is seen, in the place that its key's slot says, whatever its key is. */
import { sql } from 'kysely';

import type { Database, Snapshot, Sql } from '../../sql/types';
import { open } from '../../sql/open';
import { withDatabase, usePlace } from './databases';

const BITS = 16;

withDatabase('sqlite', () => {
	const place = usePlace('sqlite');
	const marked = (...names: string[]) => names.map((name) => ({ value: sql.id('t', name) }));
	const folded = async (snapshot: Snapshot, table: string, key: string[], columns: string[]) => {
		const how = { key: marked(...key), columns: marked(...columns), bits: BITS };
		const found = await snapshot.folds(sql.id(table), how);
		return async () => {
			const rows = await snapshot.all(
				sql<{ place: number; count: number; fold: string }>`SELECT * FROM ${found}`,
			);
			return new Map(rows.map(({ place: at, count, fold }) => [at, `${count} ${fold}`]));
		};
	};
	const foldsOf = async (db: Database, table: string, key: string[], columns: string[]) => {
		const snapshot = await db.snapshot();
		try {
			return await (
				await folded(snapshot, table, key, columns)
			)();
		} finally {
			await snapshot.close();
		}
	};
	const placeOf = async (db: Sql, table: string, key: string[], n: number) => {
		const slot = db.dialect.marks.slot(marked(...key));
		const [row] = await db.all(
			sql<{
				place: number;
			}>`SELECT ${slot} >> ${sql.lit(BITS)} AS place FROM ${sql.id(table)} AS t WHERE t.n = ${n}`,
		);
		return row!.place;
	};

	test.each([
		['whole numbers', `(1, 0), (-9223372036854775808, 0), (9007199254740993, 0)`],
		['real numbers', `(1.5, 0), (1e300, 0), (9e999, 0), (-0.0, 0), (0.1 + 0.2, 0)`],
		['bytes', `(x'', 0), (x'00', 0), (x'61', 0), (x'6100', 0)`],
		[
			'texts',
			`('', 0), ('1', 0), ('a' || char(0) || 'b', 0), ('a' || char(0), 0), ('\u{1F600}', 0), (CAST(x'ff41' AS TEXT), 0)`,
		],
		['several columns with NULL in them', `(NULL, 'a'), ('a', NULL), (1, '1'), ('1', 1), (NULL, NULL)`],
	])('a row whose key is of %s is folded where its slot says', async (_name, rows) => {
		const db = await place.open();
		try {
			await db.run(sql`DROP TABLE IF EXISTS folded`);
			await db.run(sql`CREATE TABLE folded (a, b, v, n INTEGER)`);
			await db.run(sql`INSERT INTO folded (a, b) VALUES ${sql.raw(rows)}`);
			await db.run(sql`UPDATE folded SET n = rowid, v = 'before'`);
			const [{ count }] = (await db.all(sql<{ count: number }>`SELECT count(*) AS count FROM folded`)) as [
				{ count: number },
			];
			for (let n = 1; n <= count; n++) {
				const before = await foldsOf(db, 'folded', ['a', 'b'], ['a', 'b', 'v', 'n']);
				await db.run(sql`UPDATE folded SET v = 'after' WHERE n = ${n}`);
				const after = await foldsOf(db, 'folded', ['a', 'b'], ['a', 'b', 'v', 'n']);
				const different = [...after].filter(([at, fold]) => before.get(at) !== fold).map(([at]) => at);
				expect(different).toEqual([await placeOf(db, 'folded', ['a', 'b'], n)]);
			}
		} finally {
			await db.close();
		}
	});

	test('the last of 300 columns counts, without a row id too', async () => {
		const db = await place.open();
		const names = Array.from({ length: 300 }, (_, i) => `c${i}`);
		try {
			await db.run(sql`CREATE TABLE wide (${sql.raw(names.join(','))}, PRIMARY KEY (c1, c0)) WITHOUT ROWID`);
			await db.run(sql`INSERT INTO wide VALUES (${sql.raw(names.map((_, i) => i).join(','))})`);
			const before = await foldsOf(db, 'wide', ['c1', 'c0'], names);
			await db.run(sql`UPDATE wide SET c299 = '299'`);
			expect(await foldsOf(db, 'wide', ['c1', 'c0'], names)).not.toEqual(before);
		} finally {
			await db.close();
		}
	});

	test.each([
		['a file', () => place.config()],
		['memory', () => ({ dialect: 'sqlite', file: ':memory:' }) as const],
	])(
		'folds of two snapshots at once, and twice in one while rows are read, stay apart in %s',
		async (_name, config) => {
			const db = await open(config(), { readOnly: false, values: 'exact' });
			const one = await db.snapshot();
			const two = await db.snapshot();
			try {
				for (const [table, count] of [
					['left', 3],
					['right', 5],
				] as const) {
					await db.run(sql`CREATE TABLE ${sql.id(table)} (n INTEGER PRIMARY KEY)`);
					for (let n = 0; n < count; n++) await db.run(sql`INSERT INTO ${sql.id(table)} VALUES (${n})`);
				}
				const left = await folded(one, 'left', ['n'], ['n']);
				const right = await folded(two, 'right', ['n'], ['n']);
				expect([(await left()).size, (await right()).size]).toEqual([3, 5]);
				for await (const rows of one.stream(sql`SELECT n FROM ${sql.id('left')}`, 1)) {
					expect(rows).toHaveLength(1);
					expect((await (await folded(one, 'right', ['n'], ['n']))()).size).toBe(5);
				}
			} finally {
				await one.close();
				await two.close();
				await db.close();
			}
		},
	);
});
