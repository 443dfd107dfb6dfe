/**
 * No false drift: whatever is wanted, what `prepare` says is what stands there after the write, by column type. What a
 * column cannot hold is refused by `prepare` already.
 */
import { sql } from 'kysely';

import { DatabaseDestination } from '../../connectors/database/destination';
import type { DialectName } from '../../sql/types';
import type { Value } from '../../sync/types';
import { create, ok } from '../conformance/destination';
import { overEveryDatabase } from '../sql/databases';

/** Type, then pairs of what is wanted and what must stand there (`null`-free), then what must be refused. */
type Case = [type: string, fits: [wanted: Value, stands: Value][], refused: Value[]];

const TEXTS: [Value, Value][] = [
	['a', 'a'],
	['', ''],
	[' x ', ' x '],
	['Zoë \u{1F600}', 'Zoë \u{1F600}'],
	[1.5, '1.5'],
	[1e21, '1000000000000000000000'],
	[true, 'true'],
	[{ b: 1, a: [null] }, '{"a":[null],"b":1}'],
	['\ud800x', '\ufffdx'],
];

const CASES: Record<DialectName, Case[]> = {
	postgres: [
		['text', TEXTS, ['a\0b']],
		[
			'varchar(3)',
			[
				['abc', 'abc'],
				['\u{1F600}\u{1F600}\u{1F600}', '\u{1F600}\u{1F600}\u{1F600}'],
				['ab    ', 'ab '],
				[123, '123'],
			],
			['abcd', 1234],
		],
		[
			'char(4)',
			[
				['ab', 'ab  '],
				['ab  ', 'ab  '],
				['ab      ', 'ab  '],
				['', '    '],
			],
			['abcde'],
		],
		[
			'smallint',
			[
				[1, 1],
				['-5', -5],
				['1.5', 2],
				[2.5, 3],
				[-2.5, -3],
				[true, 1],
				['1e3', 1000],
			],
			[40000, 'abc', '', {}],
		],
		[
			'bigint',
			[
				['9007199254740993', '9007199254740993'],
				['9223372036854775807', '9223372036854775807'],
				[5, 5],
			],
			['9223372036854775808'],
		],
		[
			'numeric',
			[
				['1.500', 1.5],
				['12345678901234567890.123', '12345678901234567890.123'],
				['1e-30', 1e-30],
				['NaN', 'NaN'],
				[0.1, 0.1],
				[-0, 0],
			],
			['x', []],
		],
		[
			'numeric(6,2)',
			[
				['1.005', 1.01],
				['-1.005', -1.01],
				[0.1, 0.1],
				['1234.564', 1234.56],
				['0.004', 0],
			],
			['12345.6', 99999],
		],
		[
			'numeric(3,0)',
			[
				['99.5', 100],
				['998.9', 999],
			],
			['999.5'],
		],
		[
			'real',
			[
				[0.1, 0.1],
				[16777217, 16777216],
				['1e-40', 1e-40],
				['NaN', 'NaN'],
			],
			['1e39'],
		],
		[
			'double precision',
			[
				[0.1, 0.1],
				['0.1000000000000000055', 0.1],
				[1e300, 1e300],
				['-Infinity', '-Infinity'],
			],
			['1e400', 'x'],
		],
		[
			'boolean',
			[
				[true, true],
				['no', false],
				[1, true],
				['0', false],
			],
			['maybe', 2, {}],
		],
		[
			'date',
			[
				['2026-02-28', '2026-02-28'],
				['2026-02-28T23:59:59Z', '2026-02-28'],
				['infinity', 'infinity'],
			],
			['2026-02-30', 'soon', 20260228],
		],
		[
			'timestamp',
			[
				['2026-01-01T10:00:00', '2026-01-01T10:00:00'],
				['2026-01-01 10:00', '2026-01-01T10:00:00'],
				['2026-01-01T10:00:00+02:00', '2026-01-01T08:00:00'],
				['2026-01-01', '2026-01-01T00:00:00'],
				['2026-01-01T10:00:00.1234564', '2026-01-01T10:00:00.123456'],
				['0001-01-01', '0001-01-01T00:00:00'],
			],
			['25:00', 1],
		],
		[
			'timestamp(0)',
			[
				['2026-12-31T23:59:59.5', '2027-01-01T00:00:00'],
				['2026-01-01T10:00:00.499', '2026-01-01T10:00:00'],
			],
			[],
		],
		[
			'timestamptz(3)',
			[
				['2026-01-01T10:00:00.1235Z', '2026-01-01T10:00:00.124Z'],
				['2026-01-01T10:00:00', '2026-01-01T10:00:00Z'],
				['2026-01-01T10:00:00-0530', '2026-01-01T15:30:00Z'],
				['infinity', 'infinity'],
			],
			['x'],
		],
		[
			'time(1)',
			[
				['10:00', '10:00:00'],
				['10:00:00.25', '10:00:00.300'],
				['2026-01-01T10:11:12Z', '10:11:12'],
				['23:59:59.96', '24:00:00'],
			],
			['25:00', '10:61'],
		],
		[
			'jsonb',
			[
				[
					{ b: 1, a: 2 },
					{ b: 1, a: 2 },
				],
				['{"x": 1.0}', { x: 1 }],
				['text', 'text'],
				[5, 5],
				[false, false],
				[
					[1, [2]],
					[1, [2]],
				],
				['{"n": 9007199254740993}', { n: '9007199254740993' }],
			],
			[{ a: '\0' }],
		],
		[
			'json',
			[
				[
					{ b: 1, a: 2 },
					{ b: 1, a: 2 },
				],
				['[1, 2]', [1, 2]],
			],
			[],
		],
		[
			'bytea',
			[
				['base64:AP8=', 'base64:AP8='],
				['text', 'base64:dGV4dA=='],
				['base64:', 'base64:'],
				['base64:!', 'base64:YmFzZTY0OiE='],
			],
			[],
		],
		[
			'uuid',
			[
				['A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
				['{a0eebc999c0b4ef8bb6d6bb9bd380a11}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
			],
			['x'],
		],
		[
			'mood',
			[
				['good', 'good'],
				['very "bad"', 'very "bad"'],
			],
			['Good', ''],
		],
		[
			'text[]',
			[
				[
					['a', null, 'b,"c\\', ''],
					['a', null, 'b,"c\\', ''],
				],
				['["x"]', ['x']],
				[[], []],
				[
					[['a'], ['b']],
					[['a'], ['b']],
				],
			],
			['x', 1],
		],
		[
			'integer[]',
			[
				[
					['1', 2.5],
					[1, 3],
				],
			],
			[['x']],
		],
		['mood[]', [[['good'], ['good']]], [['x']]],
		['bytea[]', [[['base64:AP8='], ['base64:AP8=']]], []],
		[
			'jsonb[]',
			[
				[
					[{ a: [1] }, 'x'],
					[{ a: [1] }, 'x'],
				],
			],
			[],
		],
		['bit(3)', [['101', '101']], []],
		['inet', [['10.0.0.1', '10.0.0.1']], []],
		['interval', [['P1DT2H', 'P1DT2H']], []],
		['share', [['1.505', 1.51]], ['x']],
	],
	mysql: [
		['TEXT', TEXTS, ['x'.repeat(65536)]],
		[
			'VARCHAR(3)',
			[
				['abc', 'abc'],
				['\u{1F600}\u{1F600}\u{1F600}', '\u{1F600}\u{1F600}\u{1F600}'],
				['ab    ', 'ab '],
			],
			['abcd'],
		],
		[
			'CHAR(4)',
			[
				['ab', 'ab'],
				['ab  ', 'ab'],
				['ab      ', 'ab'],
				['', ''],
			],
			['abcde'],
		],
		[
			'SMALLINT',
			[
				[1, 1],
				['-5', -5],
				['1.5', 2],
				[2.5, 3],
				[-2.5, -3],
				['1e3', 1000],
				[true, 1],
			],
			[40000, 'abc', ''],
		],
		[
			'TINYINT(1)',
			[
				[true, 1],
				[false, 0],
				['yes', 1],
				[1, 1],
				[5, 5],
			],
			['maybe', 200],
		],
		['BIGINT', [['9007199254740993', '9007199254740993']], ['9223372036854775808']],
		[
			'BIGINT UNSIGNED',
			[
				['18446744073709551615', '18446744073709551615'],
				[5, 5],
			],
			[-1],
		],
		[
			'DECIMAL(6,2)',
			[
				['1.005', 1.01],
				['-1.005', -1.01],
				[0.1, 0.1],
				['0.004', 0],
			],
			['12345.6'],
		],
		['DECIMAL(40,10)', [['12345678901234567890.123', '12345678901234567890.123']], ['x']],
		[
			'FLOAT',
			[
				[0.1, 0.1],
				[16777217, 16777216],
				[1.5, 1.5],
			],
			['1e39'],
		],
		[
			'DOUBLE',
			[
				[0.1, 0.1],
				[1e300, 1e300],
				['1.5', 1.5],
			],
			['NaN', '1e400'],
		],
		[
			'DATE',
			[
				['2026-02-28', '2026-02-28'],
				['2026-02-28T23:59:59Z', '2026-02-28'],
			],
			['2026-02-30'],
		],
		[
			'DATETIME',
			[
				['2026-01-01T10:00:00', '2026-01-01T10:00:00'],
				['2026-01-01T10:00:00+02:00', '2026-01-01T08:00:00'],
				['2026-12-31T23:59:59.5', '2027-01-01T00:00:00'],
			],
			['soon'],
		],
		[
			'TIMESTAMP(3) NULL',
			[
				['2026-01-01T10:00:00.1235Z', '2026-01-01T10:00:00.124Z'],
				['2026-07-01T10:00:00', '2026-07-01T10:00:00Z'],
			],
			['x'],
		],
		[
			'TIME(1)',
			[
				['10:00', '10:00:00'],
				['-100:00:00', '-100:00:00'],
				['10:00:00.25', '10:00:00.300'],
			],
			['10:61'],
		],
		[
			'YEAR',
			[
				[2026, 2026],
				['2026', 2026],
			],
			['x'],
		],
		[
			'BIT(10)',
			[
				[1023, 1023],
				[0, 0],
			],
			[1024],
		],
		[
			'JSON',
			[
				[
					{ b: 1, a: 2 },
					{ b: 1, a: 2 },
				],
				['{"x": 1.0}', { x: 1 }],
				['text', 'text'],
				[5, 5],
				[false, false],
				[
					[1, [2]],
					[1, [2]],
				],
			],
			[],
		],
		[
			'BLOB',
			[
				['base64:AP8=', 'base64:AP8='],
				['text', 'base64:dGV4dA=='],
				['base64:', 'base64:'],
			],
			[],
		],
		[
			'BINARY(3)',
			[
				['base64:AP8=', 'base64:AP8A'],
				['a', 'base64:YQAA'],
			],
			['abcd'],
		],
		['VARBINARY(3)', [['base64:AP8=', 'base64:AP8=']], ['abcd']],
		[
			`ENUM('good','it''s')`,
			[
				['good', 'good'],
				["it's", "it's"],
				['GOOD ', 'good'],
			],
			['bad', ''],
		],
		[
			`SET('a','b','c')`,
			[
				['c,a', 'a,c'],
				[['b', 'b'], 'b'],
				['', ''],
			],
			['x'],
		],
		['UUID', [['A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']], ['x']],
	],
	sqlite: [
		['TEXT', TEXTS, []],
		[
			'VARCHAR(3)',
			[
				['abcd', 'abcd'],
				[12, '12'],
				[1.5, '1.5'],
				['007', '007'],
			],
			[],
		],
		[
			'INTEGER',
			[
				[1, 1],
				['42', 42],
				['1.0', 1],
				[1.5, 1.5],
				['9007199254740993', '9007199254740993'],
				['abc', 'abc'],
				[true, 1],
				['', ''],
				['1e3', 1000],
			],
			[],
		],
		[
			'DECIMAL(6,2)',
			[
				['1.005', 1.005],
				['1.50', 1.5],
				['12345678901234567890', 12345678901234567000],
				[0.1, 0.1],
				['abc', 'abc'],
			],
			[],
		],
		[
			'REAL',
			[
				[1, 1],
				['0.1', 0.1],
				['9007199254740993', 9007199254740992],
				['x', 'x'],
			],
			[],
		],
		[
			'BOOLEAN',
			[
				[true, 1],
				['false', 0],
				[1, 1],
			],
			[],
		],
		[
			'DATETIME',
			[
				['2026-01-01T10:00:00Z', '2026-01-01T10:00:00Z'],
				['2026', 2026],
			],
			[],
		],
		[
			'JSON',
			[
				[
					{ b: 1, a: 2 },
					{ b: 1, a: 2 },
				],
				['{"x": 1.0}', { x: 1 }],
				['text', 'text'],
				['5', '5'],
				[5, 5],
				[false, false],
				[[1], [1]],
			],
			[],
		],
		[
			'BLOB',
			[
				['base64:AP8=', 'base64:AP8='],
				['text', 'base64:dGV4dA=='],
				['base64:', 'base64:'],
			],
			[],
		],
		[
			'',
			[
				[1, 1],
				['1', '1'],
				[1.5, 1.5],
				['x', 'x'],
				[true, 1],
			],
			[],
		],
	],
};

overEveryDatabase((place) => {
	beforeAll(async () => {
		if (place.dialect !== 'postgres') return;
		const db = await place.open();
		await db.run(sql`CREATE TYPE mood AS ENUM ('good', 'very "bad"')`);
		await db.run(sql`CREATE DOMAIN share AS numeric(5,2)`);
		await db.close();
	});

	test.each(CASES[place.dialect].map((one, i) => [...one, i] as const))(
		'a column of type %s',
		async (type, fits, refused, i) => {
			const name = `spelling_${i}`;
			const db = await place.open();
			await db.run(
				sql`CREATE TABLE ${sql.id(name)} (id INTEGER PRIMARY KEY, v ${sql.raw(type)}, w ${sql.raw(type)})`,
			);
			await db.close();
			const destination = new DatabaseDestination({ database: place.config(), table: { name } });
			try {
				const wanted: Value[] = [...fits.map(([value]) => value), null];
				const stands: Value[] = [...fits.map(([, value]) => value), null];
				const sets = await Promise.all(wanted.map((v, id) => destination.prepare({ id, v })));
				expect(sets.map((set) => (set.ok ? set.fields['v'] : set.error.message))).toEqual(stands);
				const created = await destination.write(
					sets.map((set, ref) => create(ref, set.ok ? set.fields : {}, ['v'])),
				);
				expect(created.map((result) => ok(result).actual!['v'])).toEqual(stands);
				// An update takes another way into the database than a create.
				const updated = await destination.write(
					stands.map((w, ref) => ({
						ref,
						action: 'update',
						id: String(ref),
						set: { w },
						readBack: ['w'],
						idempotencyKey: `u${ref}`,
					})),
				);
				expect(updated.map((result) => ok(result).actual!['w'])).toEqual(stands);
				for (const value of refused)
					expect([value, await destination.prepare({ v: value })]).toEqual([
						value,
						{ ok: false, error: expect.objectContaining({ kind: 'refused' }) as unknown },
					]);
			} finally {
				await destination.close();
			}
		},
	);
});
