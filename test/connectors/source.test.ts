/** What database sources do beyond what every source must. */
import { sql } from 'kysely';

import { before } from '../../connectors/database/follow';
import { single } from '../../connectors/database/query';
import { DatabaseSource, type DatabaseSourceOptions } from '../../connectors/database/source';
import type { ServerConfig } from '../../sql/types';
import type { Cursor } from '../../sync/types';
import { readAll } from '../conformance/source';
import { overEveryDatabase } from '../sql/databases';

describe('going back from a cursor', () => {
	test.each([
		['2026-01-01T10:00:00Z', 60, '2026-01-01T09:59:00'],
		['2026-01-01T10:00:00.123456Z', 60, '2026-01-01T09:59:00'],
		['2026-01-01T00:00:00', 1, '2025-12-31T23:59:59'],
		['2026-01-01 10:00:00', 0.5, '2026-01-01 09:59:59'],
		['2026-01-01', 86400, '2025-12-31'],
		['2026-01-01T10:00:00.5Z', 0, '2026-01-01T10:00:00.5Z'],
		['9007199254740993', 3, 9007199254740990],
		['9007199254740998', 3, '9007199254740995'],
		[1000, 10, 990],
		['abc', 10, 'abc'],
	])('%s by %s is %s', (value, overlap, expected) => {
		expect(before(value, overlap)).toBe(expected);
	});
});

describe('a query of the user', () => {
	test.each([
		['SELECT 1', 'SELECT 1'],
		['SELECT 1;', 'SELECT 1'],
		['SELECT 1 ;; -- done', 'SELECT 1'],
		[`SELECT ';' AS "a;b" /* ; */ -- ;`, `SELECT ';' AS "a;b" /* ; */ -- ;`],
		['SELECT $x$;$x$;\n', 'SELECT $x$;$x$'],
		[`SELECT 'it''s; ok'`, `SELECT 'it''s; ok'`],
	])('%s is one statement', (text, statement) => {
		expect(single(text, 'postgres')).toBe(statement);
	});

	test('a backslash ends no text but in MySQL', () => {
		const text = `SELECT '\\' AS a, ';' AS b`;
		expect(single(text, 'postgres')).toBe(text);
		expect(single(text, 'sqlite')).toBe(text);
		expect(single(`SELECT '\\'; ' AS a`, 'mysql')).toBe(`SELECT '\\'; ' AS a`);
		expect(() => single(`SELECT '\\'; DELETE FROM x`, 'postgres')).toThrow('several statements');
	});

	test.each(['SELECT 1; SELECT 2', 'SELECT 1; DROP TABLE x', `SELECT ''; DELETE FROM x;`])(
		'%s is refused: several statements',
		(text) => {
			expect(() => single(text, 'postgres')).toThrow('several statements');
		},
	);

	test.each(['', '  ', ';', '-- nothing'])('%j is refused: empty', (text) => {
		expect(() => single(text, 'postgres')).toThrow('empty');
	});
});

overEveryDatabase((place) => {
	const time = { sqlite: sql`TEXT`, postgres: sql`TIMESTAMPTZ`, mysql: sql`DATETIME(6)` }[place.dialect];
	const opened: DatabaseSource[] = [];
	const source = (options: Partial<DatabaseSourceOptions> = {}) => {
		const one = new DatabaseSource({ database: place.config(), from: { table: { name: 'staff' } }, ...options });
		opened.push(one);
		return one;
	};
	const run = async (...statements: ReturnType<typeof sql>[]) => {
		const db = await place.open();
		try {
			for (const statement of statements) await db.run(statement);
		} finally {
			await db.close();
		}
	};
	const put = (id: number, name: string, at: string | null, gone: string | null = null) =>
		sql`INSERT INTO staff (id, team, name, at, gone) VALUES (${id}, ${'a'}, ${name}, ${at}, ${gone})`;

	beforeAll(() =>
		run(
			sql`CREATE TABLE staff (id INTEGER PRIMARY KEY, team VARCHAR(20), name VARCHAR(20), at ${time}, gone VARCHAR(20))`,
		),
	);
	beforeEach(() => run(sql`DELETE FROM staff`));
	afterEach(async () => {
		await Promise.all(opened.splice(0).map((one) => one.close()));
	});

	test('reads a SELECT of the user, with a semicolon and a comment at its end', async () => {
		await run(put(1, 'Ada', null), put(2, 'Bob', null));
		const from = {
			query: `SELECT id, name AS "who" FROM staff WHERE name <> 'Bob;'; -- all`.replaceAll(
				'"',
				place.dialect === 'mysql' ? '`' : '"',
			),
		};
		const one = source({ from, key: ['id'], nameField: 'who' });
		const { records } = await readAll(one);
		expect(records).toEqual([
			{ key: '1', name: 'Ada', fields: { id: 1, who: 'Ada' } },
			{ key: '2', name: 'Bob', fields: { id: 2, who: 'Bob' } },
		]);
		expect((await one.fetch(['2', 'x'])).map(({ key }) => key)).toEqual(['2']);
	});

	test('reads only the chosen columns, and those it needs itself', async () => {
		await run(put(1, 'Ada', null, 'yes'));
		const options = { fields: ['team'], nameField: 'name', removedColumn: 'gone' };
		const record = { key: '1', name: 'Ada', removed: true, fields: { team: 'a', id: 1, gone: 'yes', name: 'Ada' } };
		expect((await readAll(source(options))).records).toEqual([record]);
		expect(
			(await readAll(source({ ...options, from: { query: 'SELECT * FROM staff' }, key: ['id'] }))).records,
		).toEqual([record]);
	});

	test('a query that tries to write fails, and nothing is written', async () => {
		await run(put(1, 'Ada', null));
		const query =
			place.dialect === 'postgres'
				? 'SELECT * FROM (WITH d AS (DELETE FROM staff RETURNING id) SELECT id FROM d) x'
				: 'DELETE FROM staff';
		await expect(readAll(source({ from: { query }, key: ['id'] }))).rejects.toMatchObject({ name: 'SyncError' });
		if (place.dialect === 'postgres') {
			await run(sql`CREATE FUNCTION wipe() RETURNS integer LANGUAGE sql AS 'DELETE FROM staff; SELECT 1'`);
			await expect(
				readAll(source({ from: { query: 'SELECT wipe() AS id' }, key: ['id'] })),
			).rejects.toMatchObject({ kind: 'denied' });
		}
		expect((await readAll(source())).records).toHaveLength(1);
	});

	test('several statements are refused before anything is sent', () => {
		expect(
			() =>
				new DatabaseSource({
					database: place.config(),
					from: { query: 'SELECT 1; DROP TABLE staff' },
					key: ['id'],
				}),
		).toThrow('several statements');
	});

	test('a row with an empty part of its key is counted, not read', async () => {
		await run(put(1, 'Ada', null), sql`INSERT INTO staff (id, name) VALUES (2, 'Bob')`);
		const pages = [];
		for await (const page of source({ key: ['team', 'id'] }).read()) pages.push(page);
		expect(pages.flatMap(({ records }) => records.map(({ key }) => key))).toEqual(['["a","1"]']);
		expect(pages.reduce((sum, { unkeyed }) => sum + unkeyed, 0)).toBe(1);
	});

	test('a composite key is found again', async () => {
		await run(put(1, 'Ada', null), put(2, 'Bob', null));
		expect(
			(await source({ key: ['team', 'id'] }).fetch(['["a","2"]', '["b","2"]'])).map(
				({ fields }) => fields['name'],
			),
		).toEqual(['Bob']);
	});

	test('a row that the source marks is removed; an empty or false mark is none', async () => {
		await run(
			put(1, 'a', null, null),
			put(2, 'b', null, '2026-01-01'),
			put(3, 'c', null, '0'),
			put(4, 'd', null, ''),
			put(5, 'e', null, 'true'),
		);
		const { records } = await readAll(source({ removedColumn: 'gone' }));
		expect(
			records
				.filter(({ removed }) => removed)
				.map(({ key }) => key)
				.sort(),
		).toEqual(['2', '5']);
	});

	describe('following a column', () => {
		const follow = (overlap: number) => ({ follow: { column: 'at', overlap } });
		const changed = async (overlap: number, since?: Cursor) => {
			const { records, last } = await readAll(source(follow(overlap)), since);
			return { keys: records.map(({ key }) => key).sort(), cursor: last.cursor, complete: last.complete };
		};

		test('the first read is of everything, later ones of what came since', async () => {
			await run(put(1, 'a', '2026-01-01 10:00:00'), put(2, 'b', '2026-01-01 11:00:00'), put(3, 'c', null));
			const first = await changed(0);
			expect([first.keys, first.complete]).toEqual([['1', '2', '3'], true]);
			await run(put(4, 'd', '2026-01-01 12:00:00'));
			const next = await changed(0, first.cursor);
			expect([next.keys, next.complete]).toEqual([['2', '3', '4'], false]); // 3 has no date, and is read again each time
			expect((await changed(0, next.cursor)).keys).toEqual(['3', '4']);
		});

		test("a row that came later with the cursor's own value is not missed", async () => {
			await run(put(5, 'a', '2026-01-01 10:00:00.5'));
			const { cursor } = await changed(0);
			await run(put(1, 'late', '2026-01-01 10:00:00.5'));
			expect((await changed(0, cursor)).keys).toEqual(['1', '5']);
		});

		test('a late commit inside the overlap is read, one before it waits for the whole read', async () => {
			await run(put(1, 'a', '2026-01-01 10:00:00'));
			const { cursor } = await changed(60);
			await run(put(2, 'late', '2026-01-01 09:59:30'), put(3, 'too late', '2026-01-01 09:58:00'));
			expect((await changed(60, cursor)).keys).toEqual(['1', '2']);
		});

		test('a read that finds nothing keeps its place', async () => {
			const empty = await changed(0);
			expect([empty.keys, empty.cursor, empty.complete]).toEqual([[], undefined, true]);
			await run(put(1, 'a', '2026-01-01 10:00:00'));
			const { cursor } = await changed(0, empty.cursor);
			await run(sql`DELETE FROM staff`);
			expect(await changed(0, cursor)).toEqual({ keys: [], cursor, complete: false });
		});

		test('a value far ahead of the clock does not swallow what comes before it', async () => {
			await run(put(1, 'a', '2026-01-01 10:00:00'), put(2, 'wrong', '2035-01-01 00:00:00'));
			const { cursor } = await changed(0);
			await run(put(3, 'b', '2026-01-01 11:00:00'));
			expect((await changed(0, cursor)).keys).toEqual(['1', '2', '3']);
		});

		test('follows a rising id', async () => {
			const ids = { follow: { column: 'id', overlap: 1 } };
			await run(put(1, 'a', null), put(2, 'b', null), put(3, 'c', null));
			const { last } = await readAll(source(ids));
			await run(put(4, 'd', null));
			expect((await readAll(source(ids), last.cursor)).records.map(({ key }) => key)).toEqual(['2', '3', '4']);
		});

		test('follows a column of a query', async () => {
			const query = { from: { query: 'SELECT id, at FROM staff' }, key: ['id'], ...follow(10) };
			await run(put(1, 'a', '2026-01-01 10:00:00'), put(2, 'b', '2026-01-01 11:00:00'));
			const { last } = await readAll(source(query));
			expect((await readAll(source(query), last.cursor)).records.map(({ key }) => key)).toEqual(['2']);
		});
	});

	test.each([
		['a table that is not there', { from: { table: { name: 'absent' } } }],
		['a key that is not there', { key: ['absent'] }],
		['a field that is not there', { fields: ['absent'] }],
		['a followed column that is not there', { follow: { column: 'absent', overlap: 0 } }],
		['a query with a wrong column', { from: { query: 'SELECT absent FROM staff' }, key: ['id'] }],
		['a query without its key', { from: { query: 'SELECT 1 AS x' }, key: ['id'] }],
		['a query without a key chosen', { from: { query: 'SELECT id FROM staff' } }],
		['a query that is none', { from: { query: 'SELEKT id FROM staff' }, key: ['id'] }],
	] as [string, Partial<DatabaseSourceOptions>][])("%s is the set-up's fault", async (_name, options) => {
		await run(put(1, 'a', null));
		await expect(readAll(source(options))).rejects.toMatchObject({ name: 'SyncError', kind: 'setup' });
	});

	test('a table without a primary key asks for the key', async () => {
		await run(sql`CREATE TABLE loose (a INTEGER)`);
		await expect(readAll(source({ from: { table: { name: 'loose' } } }))).rejects.toMatchObject({ kind: 'setup' });
	});

	test('a source that cannot be reached says so, and works when it is back', async () => {
		const config =
			place.dialect === 'sqlite'
				? { dialect: 'sqlite' as const, file: '/absent/x.db' }
				: { ...(place.config() as ServerConfig), port: 1 };
		await expect(readAll(source({ database: config }))).rejects.toMatchObject({ kind: 'unreachable' });
	});

	test('the tag tells readers apart', () => {
		expect(source().tag).not.toBe(source({ fields: ['id'] }).tag);
		expect(source().tag).not.toBe(source({ from: { query: 'SELECT 1' }, key: ['id'] }).tag);
		expect(source().tag).toBe(source({ nameField: 'name', pageSize: 5 }).tag);
	});
});
