import { sql } from 'kysely';

import type { Column, Database } from '../../sql/types';
import { overEveryDatabase } from './databases';

const COLUMNS: Column[] = [
	{ name: 'id', type: 'integer' },
	{ name: 'name', type: 'text' },
];

overEveryDatabase((place) => {
	let db: Database;

	beforeEach(async () => {
		db = await place.open({ values: 'plain' });
		await db.run(sql`DROP TABLE IF EXISTS person`);
		await db.run(sql`CREATE TABLE person (id BIGINT PRIMARY KEY, name VARCHAR(200) NOT NULL)`);
	});
	afterEach(() => db.close());

	test('inserts rows by the thousand and says how many', async () => {
		const rows = Array.from({ length: 3_000 }, (_, i) => [i, `name ${i}`]);
		expect(await db.insert(sql`person`, COLUMNS, rows)).toBe(3_000);
		const [row] = await db.all(
			sql<{ count: number; last: number }>`SELECT count(*) AS count, max(id) AS last FROM person`,
		);
		expect(row).toEqual({ count: 3_000, last: 2_999 });
	});

	test('inserts no row at all without asking the database', async () => {
		expect(await db.insert(sql`person`, COLUMNS, [])).toBe(0);
	});

	test('says how many rows an UPDATE found, even where it changed nothing', async () => {
		await db.insert(sql`person`, COLUMNS, [
			[1, 'a'],
			[2, 'b'],
		]);
		expect(await db.run(sql`UPDATE person SET name = ${'a'} WHERE id IN (${1}, ${2}, ${3})`)).toBe(2);
		expect(await db.run(sql`UPDATE person SET name = ${'a'} WHERE id IN (${1}, ${2}, ${3})`)).toBe(2);
	});

	test('keeps what a transaction wrote, and nothing of one that threw', async () => {
		await db.transaction((tx) => tx.insert(sql`person`, COLUMNS, [[1, 'kept']]));
		await expect(
			db.transaction(async (tx) => {
				await tx.run(sql`INSERT INTO person VALUES (${2}, ${'lost'})`);
				throw new Error('changed my mind');
			}),
		).rejects.toThrow('changed my mind');
		expect(await db.all(sql`SELECT name FROM person`)).toEqual([{ name: 'kept' }]);
	});

	test('inserts all rows or none', async () => {
		const failing = db.insert(sql`person`, COLUMNS, [
			[1, 'a'],
			[1, 'again'],
		]);
		await expect(failing).rejects.toMatchObject({ name: 'SqlError', kind: 'unique' });
		expect(await db.all(sql`SELECT name FROM person`)).toEqual([]);
	});

	test('takes bound rows as a relation', async () => {
		await db.insert(sql`person`, COLUMNS, [
			[1, 'a'],
			[2, 'b'],
		]);
		const values = db.dialect.values(
			'v',
			[
				{ name: 'wanted', type: 'integer' },
				{ name: 'note', type: 'text' },
				{ name: 'share', type: 'real' },
			],
			[
				[2, `it's "quoted" \\ \u{1F600}`, 0.5],
				[3, null, null],
			],
		);
		const found = await db.all(
			sql`SELECT v.*, person.name FROM ${values} LEFT JOIN person ON person.id = v.wanted ORDER BY v.wanted`,
		);
		expect(found).toEqual([
			{ wanted: 2, note: `it's "quoted" \\ \u{1F600}`, share: 0.5, name: 'b' },
			{ wanted: 3, note: null, share: null, name: null },
		]);
	});

	test('takes no rows as a relation without rows', async () => {
		expect(await db.all(sql`SELECT * FROM ${db.dialect.values('v', COLUMNS, [])}`)).toEqual([]);
	});

	test('tells the time of its own clock', async () => {
		const [row] = await db.all(sql<{ now: number }>`SELECT ${db.dialect.now} AS now`);
		expect(Math.abs(row!.now - Date.now())).toBeLessThan(5_000);
	});

	test('names can hold anything and stay names', async () => {
		const odd = 'a"b`c\'; DROP TABLE person; --';
		const table = db.dialect.table('odd; "table`\'');
		await db.run(sql`DROP TABLE IF EXISTS ${table}`);
		await db.run(
			sql`CREATE TABLE ${table} (${db.dialect.quoted(odd)} INTEGER, ${db.dialect.quoted('__proto__')} INTEGER)`,
		);
		await db.insert(
			table,
			[
				{ name: odd, type: 'integer' },
				{ name: '__proto__', type: 'integer' },
			],
			[[1, 2]],
		);
		const [row] = await db.all(sql<object>`SELECT * FROM ${table}`);
		expect(Object.entries(row!)).toEqual([
			[odd, 1],
			['__proto__', 2],
		]);
		expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
		expect(await db.all(sql`SELECT count(*) AS n FROM person`)).toEqual([{ n: 0 }]);
	});

	test('values can hold anything and stay values', async () => {
		const odd = `'); DROP TABLE person; -- \\' "`;
		await db.insert(sql`person`, COLUMNS, [[1, odd]]);
		expect(await db.all(sql`SELECT name FROM person WHERE name = ${odd}`)).toEqual([{ name: odd }]);
	});

	test('what cannot be bound is refused before it is sent', async () => {
		await expect(db.all(sql`SELECT ${{ id: 1 }}`)).rejects.toThrow('cannot be bound');
	});

	test('a read-only database writes by no way: not by a statement, not by a second one behind the first (invariant 2)', async () => {
		const reading = await place.open({ readOnly: true, values: 'exact' });
		try {
			await expect(reading.run(sql`INSERT INTO person VALUES (1, 'a')`)).rejects.toThrow();
			await reading
				.all(sql.raw(`SELECT 1 AS one; COMMIT; INSERT INTO person VALUES (2, 'b')`))
				.catch(() => undefined); // SQLite runs the first statement only
			await reading
				.all(sql.raw(`SELECT 1 AS one; COMMIT; BEGIN; INSERT INTO person VALUES (3, 'c'); COMMIT`))
				.catch(() => undefined);
			await expect(reading.transaction(async (tx) => await tx.run(sql`DELETE FROM person`))).rejects.toThrow();
		} finally {
			await reading.close();
		}
		expect(await db.all(sql`SELECT * FROM person`)).toEqual([]);
	});
});
