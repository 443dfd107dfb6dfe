/** Row marks: other values, other marks; the same values, the same marks, in every session and in any order. */
import { sql, type RawBuilder } from 'kysely';

import type { Database, DialectName, Marked } from '../../sql/types';
import { overEveryDatabase } from './databases';

/** Per dialect: a column type, and values that are all different from each other. */
const DIFFERENT: Record<DialectName, [type: string, values: string[]][]> = {
	sqlite: [
		[
			'',
			[
				`NULL`,
				`''`,
				`'a'`,
				`'A'`,
				`x'61'`,
				`x''`,
				'1',
				`'1'`,
				'1.5',
				`'a' || char(0)`,
				`'a' || char(0) || 'b'`,
				`'NULL'`,
			],
		],
		[
			'INTEGER',
			[
				'0',
				'1',
				'-1',
				'4294967296',
				'4294967297',
				'9007199254740992',
				'9007199254740993',
				'-9223372036854775808',
			],
		],
		['REAL', ['0.1', '0.1 + 0.2', '0.3', '1e300', '1e-300', '9e999', '-9e999']],
		[
			'TEXT COLLATE NOCASE',
			[`'ab'`, `'AB'`, `'a b'`, `'ab '`, `' ab'`, `'\u00e9'`, `'e\u0301'`, `'\u{1F600}'`, `'\u{1F601}'`],
		],
		['BLOB', [`x''`, `x'00'`, `x'0000'`, `x'0001'`, `x'0100'`, `x'00000001'`, `x'0000000001'`]],
	],
	postgres: [
		['boolean', ['NULL', 'true', 'false']],
		['integer', ['NULL', '0', '1', '-1', '2147483647']],
		['bigint', ['0', '1', '4294967296', '4294967297', '-1', '-4294967297', '9223372036854775807']],
		['numeric', ['0', '1', '-1', '1.5', '12345678901234567890.12', '12345678901234567890.13', `'NaN'`]],
		['real', ['0.1', '0.10000001', `'NaN'`, `'Infinity'`]],
		['double precision', ['0.1::float8 + 0.2', '0.3', `'-Infinity'`]],
		['text', ['NULL', `''`, `'a'`, `'A'`, `'a '`, `'"'`, `'\\'`, `','`, `'\u00e9'`, `'e\u0301'`]],
		['varchar(9)', [`''`, `'a'`, `'a '`]],
		['bpchar', [`'a'`, `'a '`]],
		['bytea', ['NULL', `''`, `'\\x00'`, `'\\x0000'`, `'\\xff'`]],
		['uuid', [`'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`, `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'`]],
		['date', [`'2026-01-01'`, `'2026-01-02'`, `'infinity'`, `'-infinity'`]],
		['time', [`'10:00:00'`, `'10:00:00.000001'`]],
		['timestamp', [`'2026-01-01 10:00:00'`, `'2026-01-01 10:00:00.000001'`, `'1900-01-01 00:00:00'`, `'infinity'`]],
		['timestamptz', [`'2026-01-01 10:00:00+00'`, `'2026-01-01 10:00:00.000001+00'`, `'2026-01-01 11:00:00+00'`]],
		['timetz', [`'10:00+00'`, `'11:00+01'`]],
		['interval', [`'1 day'`, `'24 hours'`, `'1 month'`, `'30 days'`]],
		['json', ['NULL', `'null'`, `'{"a":1}'`, `'{"a": 1}'`, `'[]'`]],
		['jsonb', [`'null'`, `'{"a":1}'`, `'{"a":"1"}'`, `'[1]'`, `'[[1]]'`]],
		['text[]', ['NULL', `'{}'`, `'{a}'`, `'{A}'`, `'{NULL}'`, `'{"NULL"}'`, `'{a,b}'`, `'{"a,b"}'`, `'{{a,b}}'`]],
		['inet', [`'10.0.0.1'`, `'10.0.0.1/24'`]],
		['bit(3)', [`'101'`, `'100'`]],
		['bit varying', [`'0'`, `'00'`]],
		['money', ['1', '2']],
		['point', [`'(1,2)'`, `'(2,1)'`]],
		['int4range', [`'[1,2)'`, `'[1,3)'`, `'empty'`]],
		['mood', ['NULL', `'fine'`, `'Fine'`]],
		['short', [`'a'`, `'A'`]],
		['aclitem', [`'postgres=r/postgres'`, `'postgres=w/postgres'`]],
	],
	mysql: [
		['TINYINT(1)', ['NULL', '0', '1', '-1']],
		['BIGINT', ['0', '1', '9007199254740992', '9007199254740993', '-9223372036854775808']],
		['BIGINT UNSIGNED', ['18446744073709551615', '18446744073709551614']],
		['DECIMAL(30,3)', ['0', '1.5', '12345678901234567890.12', '12345678901234567890.13']],
		['FLOAT', ['NULL', '0', '0.1', '16777215', '16777214', '1.2345678', '1.2345679']],
		['DOUBLE', ['0.1e0 + 0.2e0', '0.3', '1e300', '1e-300']],
		['BIT(9)', ['NULL', `b'0'`, `b'000000001'`, `b'100000000'`]],
		['VARCHAR(9)', ['NULL', `''`, `'a'`, `'A'`, `'a '`, `'n'`, `'é'`, `'e'`, `'\u{1F600}'`, `','`]],
		['VARCHAR(9) CHARACTER SET latin1', ['NULL', `''`, `'a'`, `'A'`, `'é'`, `'e'`]],
		['TEXT', ['NULL', `''`, `'a'`, `'a '`, `'1,2'`]],
		['VARBINARY(9)', ['NULL', `x''`, `x'00'`, `x'0000'`, `x'61'`, `x'41'`]],
		['DATE', ['NULL', `'2026-01-01'`, `'2026-01-02'`]],
		['DATETIME(6)', [`'2026-01-01 10:00:00'`, `'2026-01-01 10:00:00.000001'`]],
		[
			'TIMESTAMP(6) NULL',
			['NULL', `'2026-01-01 10:00:00'`, `'2026-01-01 10:00:00.000001'`, `'2026-01-01 11:00:00'`],
		],
		['TIME(3)', [`'10:00:00'`, `'10:00:00.001'`, `'-10:00:00'`, `'838:00:00'`]],
		['YEAR', ['2026', '2027']],
		['JSON', ['NULL', `'null'`, `'{"a":1}'`, `'{"a":"1"}'`, `'[]'`]],
		[`ENUM('a','b')`, ['NULL', `'a'`, `'b'`]],
		[`SET('a','b')`, ['NULL', `''`, `'a'`, `'b'`, `'a,b'`]],
		['POINT', [`PointFromText('POINT(1 2)')`, `PointFromText('POINT(2 1)')`]],
	],
};

/** What each session of the second look sets, before it marks the same rows. */
const SETTINGS: Record<DialectName, string[]> = {
	sqlite: ['PRAGMA case_sensitive_like = ON'],
	postgres: [
		`SET timezone = 'Asia/Kolkata'`,
		`SET datestyle = 'German'`,
		'SET extra_float_digits = -3',
		`SET bytea_output = 'escape'`,
		'SET intervalstyle = sql_standard',
	],
	mysql: [`SET time_zone = '+05:30'`, `SET sql_mode = 'PAD_CHAR_TO_FULL_LENGTH'`, 'SET NAMES latin1'],
};

overEveryDatabase((place) => {
	let db: Database;

	beforeAll(async () => {
		const first = await place.open();
		if (place.dialect === 'postgres') {
			await first.run(sql`CREATE TYPE mood AS ENUM ('fine', 'Fine', 'sad')`);
			await first.run(sql`CREATE DOMAIN short AS varchar(5)`);
		}
		await first.close();
	});
	beforeEach(async () => {
		db = await place.open();
		await db.run(sql`DROP TABLE IF EXISTS marked`);
	});
	afterEach(() => db.close());

	const column = (name: string, type?: string): Marked => ({ value: sql.id('t', name), ...(type && { type }) });
	const typeOf = (type: string) => (place.dialect === 'postgres' ? (shownType[type] ?? type) : type);
	const ask = async (marked: Marked[], more = sql`ORDER BY id`): Promise<string[]> => {
		const { marks } = db.dialect;
		const rows = await db.all(
			sql<{ mark: string }>`SELECT ${marks.shown(marks.mark(marked))} AS mark FROM marked AS t ${more}`,
		);
		return rows.map(({ mark }) => mark);
	};
	const fill = async (columns: string, rows: string[]) => {
		await db.run(sql`CREATE TABLE marked (id INTEGER PRIMARY KEY, ${sql.raw(columns)})`);
		for (const [at, row] of rows.entries())
			await db.run(sql`INSERT INTO marked VALUES (${sql.raw(`${at}, ${row}`)})`);
	};

	test.each(DIFFERENT[place.dialect])(
		'marks each value of %s differently, by its type or without',
		async (type, values) => {
			await fill(`v ${type}`, values);
			for (const known of [typeOf(type), undefined]) {
				if (known === undefined && /^(?:FLOAT|TIMESTAMP|aclitem)/.test(type)) continue; // has to be told
				const marks = await ask([column('v', known)]);
				expect(marks.every((mark) => typeof mark === 'string' && mark.length > 0)).toBe(true);
				expect(new Set(marks).size).toBe(values.length);
			}
		},
	);

	test.each(DIFFERENT[place.dialect])(
		'marks the same value of %s alike, whatever the session is set to',
		async (type, values) => {
			await fill(`v ${type}`, values);
			const before = await ask([column('v', typeOf(type))]);
			await db.transaction(async (tx) => {
				for (const setting of SETTINGS[place.dialect]) await tx.run(sql.raw(setting));
				const { marks } = tx.dialect;
				const rows = await tx.all(
					sql<{
						mark: string;
					}>`SELECT ${marks.shown(marks.mark([column('v', typeOf(type))]))} AS mark FROM marked AS t ORDER BY id`,
				);
				expect(rows.map(({ mark }) => mark)).toEqual(before);
			});
		},
	);

	test('sees the borders between columns, and which of them is empty', async () => {
		const type = place.dialect === 'mysql' ? 'VARCHAR(9)' : 'TEXT';
		await fill(`a ${type}, b ${type}`, [
			`'ab', 'c'`,
			`'a', 'bc'`,
			`'abc', ''`,
			`'', 'abc'`,
			`'abc', NULL`,
			`NULL, 'abc'`,
			`NULL, NULL`,
			`'', ''`,
			`NULL, ''`,
			`'', NULL`,
			`'1,a', 'b'`,
			`'a', '1,b'`,
			`'1', '1,a'`,
			`'n', 'n'`,
			`'c', 'ab'`,
		]);
		for (const known of [place.dialect === 'postgres' ? 'text' : type, undefined]) {
			const marks = await ask([column('a', known), column('b', known)]);
			expect(new Set(marks).size).toBe(marks.length);
		}
	});

	test('takes more columns than a function may have values', async () => {
		const names = Array.from({ length: 150 }, (_, i) => `c${i}`);
		await fill(names.map((name) => `${name} INTEGER`).join(', '), [
			names.map((_, i) => i).join(', '),
			names.map((_, i) => (i === 149 ? 0 : i)).join(', '),
			names.map((_, i) => (i === 0 ? 1 : i)).join(', '),
		]);
		expect(new Set(await ask(names.map((name) => column(name, 'integer')))).size).toBe(3);
	});

	describe('folds', () => {
		const fold = async (where: RawBuilder<unknown>) => {
			const { marks } = db.dialect;
			const [row] = await db.all(sql<{ fold: string }>`SELECT ${marks.fold(sql`x.m`)} AS fold
				FROM (SELECT ${marks.mark([column('id', 'integer'), column('v', place.dialect === 'mysql' ? 'varchar(9)' : 'text')])} AS m FROM marked AS t ${where} ${marks.once}) AS x`);
			return row!.fold;
		};
		beforeEach(async () => {
			const type = place.dialect === 'mysql' ? 'VARCHAR(9)' : 'TEXT';
			await fill(
				`v ${type}`,
				Array.from({ length: 300 }, (_, at) => `'v${at % 7}'`),
			);
		});

		test('are the same in any order, and see every single change', async () => {
			const before = await fold(sql`WHERE id < 200`);
			expect(await fold(sql`WHERE id < 200 ORDER BY id DESC`)).toBe(before);
			const seen = new Set([before]);
			for (const change of [
				`UPDATE marked SET v = 'w' WHERE id = 7`,
				`UPDATE marked SET v = 'v5' WHERE id = 8`,
				`UPDATE marked SET v = NULL WHERE id = 9`,
				`DELETE FROM marked WHERE id = 10`,
				`UPDATE marked SET id = 10 WHERE id = 11`,
			]) {
				await db.run(sql.raw(change));
				seen.add(await fold(sql`WHERE id < 200`));
			}
			expect(seen.size).toBe(6);
			await db.run(sql`UPDATE marked SET v = 'w' WHERE id = 250`);
			seen.add(await fold(sql`WHERE id < 200`));
			expect(seen.size).toBe(6);
		});

		test('see two rows that have exchanged their values', async () => {
			const before = await fold(sql``);
			await db.run(sql`UPDATE marked SET v = CASE id WHEN 1 THEN 'v2' ELSE 'v1' END WHERE id IN (1, 2)`);
			expect(await fold(sql``)).not.toBe(before);
		});
	});

	test('gives every key a place, evenly', async () => {
		await fill(
			'v INTEGER',
			Array.from({ length: 512 }, (_, at) => `${at}`),
		);
		const { marks } = db.dialect;
		const slots = (
			await db.all(
				sql<{ slot: number }>`SELECT ${marks.slot([column('id', 'integer')])} AS slot FROM marked AS t`,
			)
		).map(({ slot }) => slot);
		expect(slots.every((slot) => Number.isInteger(slot) && slot >= 0 && slot < 2 ** 31)).toBe(true);
		expect(new Set(slots).size).toBe(512);
		const eighths = Array.from({ length: 8 }, (_, eighth) => slots.filter((slot) => slot >>> 28 === eighth).length);
		expect(Math.min(...eighths)).toBeGreaterThan(30);
	});

	if (place.dialect === 'mysql') {
		test('gives a row that is too long for the server another mark each time', async () => {
			await fill('v LONGTEXT, w LONGTEXT', [`REPEAT('a', 900000), REPEAT('b', 900000)`]);
			await db.run(sql`SET GLOBAL max_allowed_packet = 1048576`);
			const small = await place.open();
			try {
				const { marks } = small.dialect;
				const marked = [column('v', 'longtext'), column('w', 'longtext')];
				const one = () =>
					small.all(sql<{ mark: string }>`SELECT ${marks.mark(marked)} AS mark FROM marked AS t`);
				const [first, second] = [await one(), await one()];
				expect(first[0]!.mark).toHaveLength(32);
				expect(first).not.toEqual(second);
			} finally {
				await small.close();
				await db.run(sql`SET GLOBAL max_allowed_packet = 16777216`);
			}
		});
	}

	if (place.dialect === 'postgres') {
		test('sees a label of an enumeration that was renamed', async () => {
			await db.run(sql`CREATE TYPE weather AS ENUM ('wet', 'dry')`);
			await fill('v weather', [`'wet'`]);
			const before = await ask([column('v', 'weather')]);
			await db.run(sql`ALTER TYPE weather RENAME VALUE 'wet' TO 'rain'`);
			expect(await ask([column('v', 'weather')])).not.toEqual(before);
		});
	}
});

/** What `format_type` calls them. */
const shownType: Record<string, string> = {
	'varchar(9)': 'character varying(9)',
	timestamptz: 'timestamp with time zone',
	timestamp: 'timestamp without time zone',
	time: 'time without time zone',
	timetz: 'time with time zone',
};
