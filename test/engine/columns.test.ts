/** Every type of column, edited by hand in each database: the next sweep heals it, once, and the one after writes nothing. */
import { sql } from 'kysely';

import { DatabaseDestination } from '../../connectors/database/destination';
import type { Database, DialectName } from '../../sql/types';
import type { Destination, Fields, Value } from '../../sync/types';
import { overEveryDatabase, type Place } from '../sql/databases';
import { World } from './world';

/** A type, what the source says, and what somebody writes instead: SQL. */
type Case = [type: string, ours: Value, theirs: string[]];

const CASES: Record<DialectName, Case[]> = {
	postgres: [
		['text', 'Sales', [`'sales'`, `''`, 'NULL', `'Sales '`]],
		['varchar(20)', 'Sales', [`'Legal'`]],
		['char(8)', 'ab', [`'AB'`]],
		['smallint', 5, ['6']],
		['integer', -1, ['0', 'NULL']],
		['bigint', '9007199254740993', ['9007199254740992']],
		['numeric', '12345678901234567890.12', ['12345678901234567890.13']],
		['numeric(12,2)', 30000.5, ['30000.51']],
		['real', 0.1, ['0.10000001']],
		['double precision', 0.3, ['0.1::float8 + 0.2']],
		['boolean', true, ['false', 'NULL']],
		['date', '2026-01-31', [`'2026-02-01'`]],
		['time', '10:00:00', [`'10:00:00.000001'`]],
		['timestamp', '2026-01-01T10:00:00', [`'2026-01-01 10:00:00.000001'`]],
		['timestamptz', '2026-01-01T10:00:00Z', [`'2026-01-01 11:00:00+00'`]],
		['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', [`'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'`]],
		['json', { a: [1, null] }, [`'{"a":[1]}'`, 'NULL']],
		['jsonb', { a: 1, b: 'x' }, [`'{"a":"1","b":"x"}'`]],
		['bytea', 'base64:AAE=', [`'\\x0000'`]],
		['text[]', ['a', 'b'], [`'{b,a}'`, `'{"a,b"}'`]],
		['inet', '10.0.0.1', [`'10.0.0.1/24'`]],
		['interval', 'P1D', [`'24 hours'`]],
		['mood', 'fine', [`'sad'`]],
	],
	mysql: [
		['VARCHAR(20)', 'Sales', [`'sales'`, `''`, 'NULL', `'Sales '`]],
		['TEXT', 'Zoë', [`'Zoe'`]],
		['VARCHAR(20) CHARACTER SET latin1', 'é', [`'e'`]],
		['CHAR(8)', 'ab', [`'AB'`]],
		['TINYINT(1)', true, ['0', 'NULL']],
		['INT', -1, ['0']],
		['BIGINT', '9007199254740993', ['9007199254740992']],
		['BIGINT UNSIGNED', '18446744073709551615', ['18446744073709551614']],
		['DECIMAL(30,2)', '12345678901234567890.12', ['12345678901234567890.13']],
		['FLOAT', 0.5, ['0.5000001']],
		['DOUBLE', 0.3, ['0.1e0 + 0.2e0']],
		['DATE', '2026-01-31', [`'2026-02-01'`]],
		['DATETIME(6)', '2026-01-01T10:00:00', [`'2026-01-01 10:00:00.000001'`]],
		['TIMESTAMP(6) NULL', '2026-01-01T10:00:00Z', [`'2026-01-01 11:00:00'`]],
		['TIME', '10:00:00', [`'10:00:01'`]],
		['YEAR', 2026, ['2027']],
		['JSON', { a: [1, null] }, [`'{"a":[1]}'`]],
		['VARBINARY(9)', 'base64:AAE=', [`x'0000'`]],
		[`ENUM('a','b')`, 'a', [`'b'`]],
		['BIT(9)', 5, [`b'100'`]],
	],
	sqlite: [
		['TEXT', 'Sales', [`'sales'`, `''`, 'NULL', `'Sales '`, '7']],
		['TEXT COLLATE NOCASE', 'Sales', [`'SALES'`]],
		['INTEGER', 1, ['2', 'NULL', `'x'`]],
		['REAL', 0.3, ['0.1 + 0.2']],
		['NUMERIC', 12.5, ['12.6', `'12,5'`]],
		['BOOLEAN', true, ['0']],
		['DATE', '2026-01-31', [`'2026-02-01'`]],
		['DATETIME', '2026-01-01T10:00:00', [`'2026-01-01T10:00:01'`]],
		['JSON', { a: [1, null] }, [`'{"a":[1]}'`]],
		['BLOB', 'base64:AAE=', [`x'0000'`]],
		['', 'Sales', [`'sales'`, '7']],
	],
};

overEveryDatabase((place) => describe('edited by hand', () => byHand(place)));

function byHand(place: Place): void {
	const cases = CASES[place.dialect];
	const text = place.dialect === 'mysql' ? sql`VARCHAR(100)` : sql`TEXT`;
	let db: Database;
	let world: World;
	let real: DatabaseDestination;
	let writes = 0;

	beforeAll(async () => {
		db = await place.open();
		if (place.dialect === 'postgres') await db.run(sql`CREATE TYPE mood AS ENUM ('fine', 'sad')`);
		await db.run(sql`CREATE TABLE staff (email ${text} NOT NULL PRIMARY KEY, name ${text}, team ${text}, note ${text},
			${sql.join(cases.map(([type], n) => sql`${sql.id(`c${n}`)} ${sql.raw(type)}`))})`);
		await db.run(sql`INSERT INTO staff (email, name, team, note) VALUES ('theirs', 'Theirs', 'Sales', 'theirs')`);
		world = await World.open();
		world.sweepEvery = 0;
		world.guard = { ...world.guard, first: false, changes: 1 };
		world.mapping.removal = { kind: 'detach', set: {}, onReturn: {} };
		real = new DatabaseDestination({ database: place.config(), table: { name: 'staff' } });
		const into: Destination = {
			batchSize: 100,
			target: real.target,
			marks: real.marks,
			describe: async () => await real.describe(),
			prepare: async (fields) => await real.prepare(fields),
			read: async (...given) => await real.read(...given),
			write: async (...given) => {
				writes += given[0].length;
				return await real.write(...given);
			},
			close: async () => await real.close(),
		};
		world.into = into;
		const fields = Object.fromEntries(cases.map(([, ours], n): [string, Value] => [`c${n}`, ours]));
		for (const key of ['a', 'b']) world.person(key, fields);
		await world.tick();
		expect(world.told()).toEqual(['a created', 'b created']);
		await world.tick();
	}, 60_000);
	afterAll(async () => {
		await world.close();
		await real.close();
		await db.close();
	});

	const rows = async (): Promise<Fields[]> => await db.all(sql<Fields>`SELECT * FROM staff ORDER BY email`);

	test.each(cases.flatMap(([type, , theirs], n) => theirs.map((said) => [type || 'no type', said, n] as const)))(
		'%s, in which somebody wrote %s',
		async (_type, said, n) => {
			const before = await rows();
			await db.run(
				sql`UPDATE staff SET ${sql.id(`c${n}`)} = ${sql.raw(said)}, note = ${said} WHERE email = 'a@x.test'`,
			);
			expect((await rows())[0]![`c${n}`]).not.toEqual(before[0]![`c${n}`]);
			writes = 0;
			await world.tick();
			expect(world.told()).toEqual(['a healed']);
			expect(writes).toBe(1);
			const after = await rows();
			expect(after).toEqual([{ ...before[0], note: said }, ...before.slice(1)]);
			await world.tick();
			expect(world.told()).toEqual([]);
			expect(writes).toBe(1);
		},
	);

	test('what is not mapped, and rows of others, are looked at and left', async () => {
		const before = await rows();
		await db.run(
			sql`UPDATE staff SET note = 'mine', team = CASE WHEN email = 'theirs' THEN 'Pirates' ELSE team END`,
		);
		writes = 0;
		await world.tick();
		await world.tick();
		expect(writes).toBe(0);
		expect((await rows()).map(({ note, team }) => [note, team])).toEqual(
			before.map(({ email, team }) => ['mine', email === 'theirs' ? 'Pirates' : team]),
		);
	});
}
