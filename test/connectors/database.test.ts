/** Tables of all three databases pass the suites that every source and destination must pass. */
import { sql, type RawBuilder } from 'kysely';

import { DatabaseDestination } from '../../connectors/database/destination';
import { DatabaseSource } from '../../connectors/database/source';
import type { Database, DialectName } from '../../sql/types';
import type { Fields } from '../../sync/types';
import { destinationConformance } from '../conformance/destination';
import { sourceConformance } from '../conformance/source';
import { overEveryDatabase, type Place } from '../sql/databases';

/** Column types by dialect. */
const TYPES: Record<
	DialectName,
	Record<'key' | 'text' | 'time' | 'counted' | 'short' | 'flag' | 'amount' | 'json' | 'bytes', RawBuilder<unknown>>
> = {
	sqlite: {
		key: sql`TEXT`,
		text: sql`TEXT`,
		time: sql`TEXT`,
		counted: sql`INTEGER PRIMARY KEY`,
		short: sql`TEXT CHECK (length(short) <= 5)`,
		flag: sql`BOOLEAN`,
		amount: sql`DECIMAL(10,2)`,
		json: sql`JSON`,
		bytes: sql`BLOB`,
	},
	postgres: {
		key: sql`TEXT`,
		text: sql`TEXT`,
		time: sql`TIMESTAMPTZ`,
		counted: sql`BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY`,
		short: sql`VARCHAR(5)`,
		flag: sql`BOOLEAN`,
		amount: sql`NUMERIC(10,2)`,
		json: sql`JSONB`,
		bytes: sql`BYTEA`,
	},
	mysql: {
		key: sql`VARCHAR(1000) CHARACTER SET latin1`,
		text: sql`TEXT`,
		time: sql`TIMESTAMP(6) NULL`,
		counted: sql`BIGINT PRIMARY KEY AUTO_INCREMENT`,
		short: sql`VARCHAR(5)`,
		flag: sql`BOOLEAN`,
		amount: sql`DECIMAL(10,2)`,
		json: sql`JSON`,
		bytes: sql`BLOB`,
	},
};

async function withDb<T>(place: Place, work: (db: Database) => Promise<T>): Promise<T> {
	const db = await place.open();
	return work(db).finally(() => db.close());
}

overEveryDatabase((place) => {
	const types = TYPES[place.dialect];
	const key = place.dialect === 'mysql' ? sql`VARCHAR(700) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin` : types.key;
	let tick = 0;

	beforeAll(() =>
		withDb(place, async (db) => {
			await db.run(
				sql`CREATE TABLE staff (id ${key} NOT NULL PRIMARY KEY, name ${types.text}, changed ${types.time})`,
			);
		}),
	);

	const stamp = () => new Date(Date.UTC(2026, 0, 1) + ++tick * 1000).toISOString().replace('T', ' ').replace('Z', '');
	sourceConformance(place.dialect, {
		open: async (how) =>
			new DatabaseSource({
				database: place.config(),
				from: { table: { name: 'staff' } },
				fields: ['id', 'name'],
				pageSize: 10,
				...(how?.follow && { follow: { column: 'changed', overlap: 0 } }),
			}),
		put: (records) =>
			withDb(place, async (db) => {
				for (const { key: id, fields } of records) {
					await db.run(sql`DELETE FROM staff WHERE id = ${id}`);
					await db.run(
						sql`INSERT INTO staff (id, name, changed) VALUES (${id}, ${fields['name']}, ${stamp()})`,
					);
				}
			}),
		drop: (keys) =>
			withDb(place, async (db) => {
				for (const id of keys) await db.run(sql`DELETE FROM staff WHERE id = ${id}`);
			}),
		empty: () => withDb(place, async (db) => void (await db.run(sql`DELETE FROM staff`))),
		fields: (id, text) => ({ id, name: `name ${text}` }),
		follows: true,
		keys: ['0', '', ' ', 'a b ', 'Zoë-\u{1F600}', "it's", '"x"', 'null', '["a"]', '007', '1e3', 'x'.repeat(700)],
	});
});

overEveryDatabase((place) => {
	const types = TYPES[place.dialect];
	const email = place.dialect === 'mysql' ? sql`VARCHAR(100)` : sql`TEXT`;

	beforeAll(() =>
		withDb(place, async (db) => {
			await db.run(sql`CREATE TABLE access (id ${types.counted}, email ${email} NOT NULL UNIQUE, name ${types.text}, note ${types.text},
			short ${types.short}, flag ${types.flag}, amount ${types.amount}, json ${types.json}, bytes ${types.bytes}, at ${types.time})`);
		}),
	);

	destinationConformance(place.dialect, {
		open: async () => new DatabaseDestination({ database: place.config(), table: { name: 'access' } }),
		empty: () => withDb(place, async (db) => void (await db.run(sql`DELETE FROM access`))),
		edit: (field, value) =>
			withDb(place, async (db) => void (await db.run(sql`UPDATE access SET ${sql.id(field)} = ${value}`))),
		standing: (fields) =>
			withDb(place, (db) =>
				db.all(sql<Fields>`SELECT ${sql.join(fields.map((name) => sql.id(name)))} FROM access ORDER BY id`),
			),
		fields: (number) => ({
			email: `p${number}@example.com`,
			name: `Person ${number} \u{1F600}`,
			short: `n${number}`,
			flag: number % 2 === 0,
			amount: number + 0.25,
			json: { b: [1, { z: null, a: 'x' }], a: number },
			bytes: `base64:${Buffer.from([0, number, 255]).toString('base64')}`,
			at: '2026-01-01T10:00:00.123456Z',
		}),
		match: 'email',
		text: 'name',
		foreign: 'note',
		bad: (number) => ({ email: `p${number}@example.com`, short: 'much too long' }),
		respelled: {
			flag: 'yes'.length === 3,
			amount: '17.10',
			at: '2026-01-01T12:00:00+02:00',
			json: '{"a": 1.0}',
			bytes: 'plain',
			name: 42,
		},
		absentId: '999999',
	});
});
