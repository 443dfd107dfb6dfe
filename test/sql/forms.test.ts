/** What column values look like in the `exact` form, by type. */
import { sql, type RawBuilder } from 'kysely';

import { overEveryDatabase } from './databases';

const BIG = '9007199254740993';

/** Per dialect: column type, what is inserted, what must be read. */
const CASES: Record<string, [type: string, written: RawBuilder<unknown>, read: unknown][]> = {
	sqlite: [
		['INTEGER', sql.raw(BIG), BIG],
		['INTEGER', sql.raw('42'), 42],
		['REAL', sql.raw('0.1'), 0.1],
		['REAL', sql.raw('9e999'), 'Infinity'],
		['TEXT', sql.raw(`''`), ''],
		['TEXT', sql.raw('NULL'), null],
		['BLOB', sql.raw(`x'00ff'`), 'base64:AP8='],
		['JSON', sql.raw(`'{"b":1,"a":[${BIG}]}'`), { b: 1, a: [BIG] }],
		['DATETIME', sql.raw(`'2026-01-01 10:00:00'`), '2026-01-01 10:00:00'],
	],
	postgres: [
		['bigint', sql.raw(BIG), BIG],
		['integer', sql.raw('42'), 42],
		['numeric', sql.raw('1.500'), 1.5],
		['numeric', sql.raw('12345678901234567890.12'), '12345678901234567890.12'],
		['numeric', sql.raw(`'NaN'`), 'NaN'],
		['real', sql.raw('0.1'), 0.1],
		['double precision', sql.raw('0.1::float8 + 0.2'), 0.30000000000000004],
		['double precision', sql.raw(`'-Infinity'`), '-Infinity'],
		['boolean', sql.raw('true'), true],
		['text', sql.raw(`''`), ''],
		['text', sql.raw('NULL'), null],
		['char(4)', sql.raw(`'ab'`), 'ab  '],
		['bytea', sql.raw(`'\\x00ff'`), 'base64:AP8='],
		['timestamptz', sql.raw(`'2026-01-01 10:00:00.123456+02'`), '2026-01-01T08:00:00.123456Z'],
		['timestamp', sql.raw(`'2026-01-01 10:00:00'`), '2026-01-01T10:00:00'],
		['date', sql.raw(`'2026-01-01'`), '2026-01-01'],
		['date', sql.raw(`'infinity'`), 'infinity'],
		['time', sql.raw(`'10:00:00.5'`), '10:00:00.500'],
		['interval', sql.raw(`'1 day 02:00'`), 'P1DT2H'],
		['uuid', sql.raw(`'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'`), 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
		['inet', sql.raw(`'10.0.0.1'`), '10.0.0.1'],
		['jsonb', sql.raw(`'{"b":1,"a":[${BIG}]}'`), { b: 1, a: [BIG] }],
		['json', sql.raw(`'null'`), null],
		['text[]', sql.raw(`ARRAY['a', NULL, 'b "c" \\,{}', '', 'NULL']`), ['a', null, 'b "c" \\,{}', '', 'NULL']],
		[
			'int[]',
			sql.raw(`'{{1,2},{3,4}}'`),
			[
				[1, 2],
				[3, 4],
			],
		],
		['int[]', sql.raw(`'[0:1]={1,2}'`), [1, 2]],
		['bigint[]', sql.raw(`'{}'`), []],
		['numeric[]', sql.raw(`'{1.10,${BIG}}'`), [1.1, BIG]],
		['boolean[]', sql.raw(`'{t,f}'`), [true, false]],
		['timestamptz[]', sql.raw(`'{2026-01-01 10:00:00+00}'`), ['2026-01-01T10:00:00Z']],
		['jsonb[]', sql.raw(`ARRAY['{"a":1}'::jsonb]`), [{ a: 1 }]],
		['bit(3)', sql.raw(`'101'`), '101'],
	],
	mysql: [
		['BIGINT', sql.raw(BIG), BIG],
		['BIGINT UNSIGNED', sql.raw('18446744073709551615'), '18446744073709551615'],
		['INT', sql.raw('42'), 42],
		['TINYINT(1)', sql.raw('TRUE'), 1],
		['DECIMAL(30,3)', sql.raw('1.500'), 1.5],
		['DECIMAL(30,3)', sql.raw('12345678901234567890.12'), '12345678901234567890.12'],
		['FLOAT', sql.raw('0.1'), 0.1],
		['FLOAT', sql.raw('16777215'), 16777215],
		['DOUBLE', sql.raw('0.1e0 + 0.2e0'), 0.30000000000000004],
		['VARCHAR(20)', sql.raw(`''`), ''],
		['VARCHAR(20)', sql.raw('NULL'), null],
		['CHAR(4)', sql.raw(`'ab'`), 'ab'],
		['BLOB', sql.raw(`x'00ff'`), 'base64:AP8='],
		['BINARY(3)', sql.raw(`x'00ff'`), 'base64:AP8A'],
		['TIMESTAMP(6) NULL', sql.raw(`'2026-01-01 10:00:00.123456'`), '2026-01-01T10:00:00.123456Z'],
		['DATETIME', sql.raw(`'2026-01-01 10:00:00'`), '2026-01-01T10:00:00'],
		['DATETIME(3)', sql.raw(`'2026-01-01 10:00:00.5'`), '2026-01-01T10:00:00.500'],
		['DATE', sql.raw(`'2026-01-01'`), '2026-01-01'],
		['TIME(1)', sql.raw(`'10:00:00.5'`), '10:00:00.500'],
		['YEAR', sql.raw('2026'), 2026],
		['BIT(1)', sql.raw(`b'1'`), 1],
		['BIT(64)', sql.raw('18446744073709551615'), '18446744073709551615'],
		[`ENUM('a','b')`, sql.raw(`'b'`), 'b'],
		[`SET('a','b')`, sql.raw(`'a,b'`), 'a,b'],
		['JSON', sql.raw(`'{"b": 1, "a": [${BIG}]}'`), { b: 1, a: [BIG] }],
	],
};

overEveryDatabase((place) => {
	test.each(CASES[place.dialect]!.map(([type, written, read], i) => [type, read, written, i] as const))(
		'%s is read as %j',
		async (type, read, written, i) => {
			const db = await place.open({ values: 'exact' });
			try {
				const table = db.dialect.table(`form_${i}`);
				await db.run(sql`CREATE TABLE ${table} (v ${sql.raw(type)})`);
				await db.run(sql`INSERT INTO ${table} VALUES (${written})`);
				expect(await db.all(sql`SELECT v FROM ${table}`)).toEqual([{ v: read }]);
				for await (const page of db.stream(sql`SELECT v FROM ${table}`, 10))
					expect(page).toEqual([{ v: read }]);
			} finally {
				await db.close();
			}
		},
	);
});

overEveryDatabase(
	(place) => {
		test('arrays of types that users made are lists too', async () => {
			const first = await place.open();
			await first.run(sql`CREATE TYPE mood AS ENUM ('good', 'very bad')`);
			await first.run(sql`CREATE DOMAIN share AS numeric(5,2)`);
			await first.run(sql`CREATE TABLE moods (m mood[], s share[])`);
			await first.run(sql`INSERT INTO moods VALUES ('{good,"very bad"}', '{1.50,2}')`);
			await first.close();
			const db = await place.open();
			expect(await db.all(sql`SELECT * FROM moods`)).toEqual([{ m: ['good', 'very bad'], s: [1.5, 2] }]);
			await db.close();
		});
	},
	['postgres'],
);
