/**
 * Nine pairs of databases: what is read from one, prepared for the other and written there, reads back as it was
 * prepared. So a second run finds no difference.
 */
import { sql, type RawBuilder } from 'kysely';

import { DatabaseDestination } from '../../connectors/database/destination';
import { DatabaseSource } from '../../connectors/database/source';
import type { Database, DialectName, SqlValue } from '../../sql/types';
import { encodeKey } from '../../sync/key';
import { readAll } from '../conformance/source';
import { create, ok, prepared, update } from '../conformance/destination';
import { DIALECTS, usePlace, withDatabase, type Place } from '../sql/databases';

const ODD = 'it\'s "odd" `name`; --';
const BIG = 9007199254740993n;
const KEYS = ['0', ' ', 'plain', 'Zoë \u{1F600}', 'a  b', 'x'.repeat(1000), "o'clock", '1e3', '__proto__'];

/** Name, type and values (full, sparse) of each column, by dialect. */
type Columns = [name: string, type: RawBuilder<unknown>, full: SqlValue, sparse: SqlValue][];

const COLUMNS: Record<DialectName, Columns> = {
	sqlite: [
		['key', sql`TEXT NOT NULL`, null, null],
		['part', sql`INTEGER NOT NULL`, null, null],
		[ODD, sql`TEXT`, 'odd', ''],
		['__proto__', sql`TEXT`, 'proto', null],
		['big', sql`INTEGER`, BIG, 0],
		['amount', sql`DECIMAL(20,4)`, 1234.5, null],
		['share', sql`REAL`, 0.1, -0],
		['moment', sql`TIMESTAMP`, '2026-01-01T10:00:00.123456Z', null],
		['wall', sql`DATETIME`, '2026-06-01T10:00:00', null],
		['day', sql`DATE`, '2026-02-28', null],
		['clock', sql`TIME`, '10:30:00', null],
		['doc', sql`JSON`, '{"b": [1, 2.50, null], "a": {"z": "\u{1F600}", "__proto__": 1}}', null],
		['raw', sql`BLOB`, new Uint8Array([0, 1, 254, 255]), new Uint8Array()],
		['flag', sql`BOOLEAN`, true, false],
		['empty', sql`TEXT`, '', null],
	],
	postgres: [
		['key', sql`TEXT NOT NULL`, null, null],
		['part', sql`INTEGER NOT NULL`, null, null],
		[ODD, sql`TEXT`, 'odd', ''],
		['__proto__', sql`TEXT`, 'proto', null],
		['big', sql`BIGINT`, BIG, 0],
		['amount', sql`NUMERIC(20,4)`, '1234.5000', null],
		['share', sql`DOUBLE PRECISION`, 0.1, 0],
		['moment', sql`TIMESTAMPTZ`, '2026-01-01T11:00:00.123456+01', null],
		['wall', sql`TIMESTAMP`, '2026-06-01 10:00:00', null],
		['day', sql`DATE`, '2026-02-28', null],
		['clock', sql`TIME`, '10:30', null],
		['doc', sql`JSONB`, '{"b": [1, 2.50, null], "a": {"z": "\u{1F600}", "__proto__": 1}}', null],
		['raw', sql`BYTEA`, new Uint8Array([0, 1, 254, 255]), new Uint8Array()],
		['flag', sql`BOOLEAN`, true, false],
		['empty', sql`VARCHAR(20)`, '', null],
	],
	mysql: [
		['key', sql`VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL`, null, null],
		['part', sql`INTEGER NOT NULL`, null, null],
		[ODD, sql`TEXT`, 'odd', ''],
		['__proto__', sql`TEXT`, 'proto', null],
		['big', sql`BIGINT`, BIG, 0],
		['amount', sql`DECIMAL(20,4)`, '1234.5000', null],
		['share', sql`DOUBLE`, 0.1, 0],
		['moment', sql`TIMESTAMP(6) NULL`, '2026-01-01 10:00:00.123456', null],
		['wall', sql`DATETIME`, '2026-06-01 10:00:00', null],
		['day', sql`DATE`, '2026-02-28', null],
		['clock', sql`TIME`, '10:30', null],
		['doc', sql`JSON`, '{"b": [1, 2.50, null], "a": {"z": "\u{1F600}", "__proto__": 1}}', null],
		['raw', sql`BLOB`, new Uint8Array([0, 1, 254, 255]), new Uint8Array()],
		['flag', sql`BOOLEAN`, true, false],
		['empty', sql`VARCHAR(20)`, '', null],
	],
};

/** A MySQL index holds 3,072 bytes at most, so that a key of 1,000 characters is indexed by its beginning. */
const PREFIX = { sqlite: sql``, postgres: sql``, mysql: sql`(600)` };

async function make(db: Database, table: string): Promise<void> {
	const columns = COLUMNS[db.dialect.name];
	await db.run(
		sql`CREATE TABLE ${sql.id(table)} (${sql.join(columns.map(([name, type]) => sql`${sql.id(name)} ${type}`))}, PRIMARY KEY (${sql.id('key')}${PREFIX[db.dialect.name]}, part))`,
	);
}

async function fill(db: Database, table: string): Promise<void> {
	const columns = COLUMNS[db.dialect.name];
	for (const [i, key] of KEYS.entries()) {
		const row = columns.map(([name, , full, sparse]) =>
			name === 'key' ? key : name === 'part' ? i : i % 2 ? sparse : full,
		);
		await db.run(sql`INSERT INTO ${sql.id(table)} VALUES (${sql.join(row)})`);
	}
}

withDatabase('postgres', () =>
	withDatabase('mysql', () => {
		const places = new Map<DialectName, Place>(DIALECTS.map((dialect) => [dialect, usePlace(dialect)]));
		const pairs = DIALECTS.flatMap((from) => DIALECTS.map((to) => [from, to] as const));

		beforeAll(async () => {
			for (const place of places.values()) {
				const db = await place.open();
				await make(db, 'origin');
				await fill(db, 'origin');
				for (const from of DIALECTS) await make(db, `from ${from}`);
				await db.close();
			}
		}, 60_000);

		test.each(pairs)('from %s to %s a second run finds no difference', async (from, to) => {
			const source = new DatabaseSource({
				database: places.get(from)!.config(),
				from: { table: { name: 'origin' } },
			});
			const destination = new DatabaseDestination({
				database: places.get(to)!.config(),
				table: { name: `from ${from}` },
			});
			try {
				const { records, last } = await readAll(source);
				expect([records.length, last.complete]).toEqual([KEYS.length, true]);
				expect(records.map(({ key }) => key).sort()).toEqual(KEYS.map((key, i) => encodeKey([key, i])!).sort());
				const desired = await Promise.all(records.map(({ fields }) => prepared(destination, fields)));
				const names = Object.keys(desired[0]!);
				expect(names).toContain('__proto__');

				const created = await destination.write(desired.map((set, i) => create(i, set)));
				for (const [i, result] of created.entries()) expect(ok(result).actual).toEqual(desired[i]);
				expect(created.map((result) => ok(result).id)).toEqual(records.map(({ key }) => key));

				// The second run: read, prepared and compared again.
				const again = new Map((await readAll(source)).records.map(({ key, fields }) => [key, fields]));
				const actual = await destination.read(
					records.map(({ key }, ref) => ({ ref, id: key })),
					names,
				);
				expect(actual).toHaveLength(records.length);
				for (const { ref, fields } of actual)
					expect(fields).toEqual(await prepared(destination, again.get(records[ref]!.key)!));

				// An update in bulk keeps every value too.
				const {
					key: _key,
					part: _part,
					...rest
				} = desired[records.findIndex(({ fields }) => fields['key'] === 'plain')]!;
				const updated = await destination.write(records.map(({ key }, i) => update(i, key, rest)));
				for (const result of updated) expect(ok(result).actual).toEqual(rest);
				expect((await source.fetch(records.map(({ key }) => key))).length).toBe(records.length);
			} finally {
				await source.close();
				await destination.close();
			}
		});

		test.each(pairs)('from %s to %s numbers, times and bytes arrive to the last digit', async (from, to) => {
			const db = await places.get(to)!.open();
			const rows = await db.all(
				sql<
					Record<string, unknown>
				>`SELECT big, moment, wall, day, clock, doc, raw, empty FROM ${sql.id(`from ${from}`)} WHERE ${sql.id('key')} = ${'plain'}`,
			);
			await db.close();
			expect(rows).toEqual([
				{
					big: '9007199254740993',
					moment: '2026-01-01T10:00:00.123456Z',
					wall: '2026-06-01T10:00:00',
					day: '2026-02-28',
					clock: '10:30:00',
					doc: JSON.parse('{"b":[1,2.5,null],"a":{"z":"\u{1F600}","__proto__":1}}') as unknown,
					raw: 'base64:AAH+/w==',
					empty: '',
				},
			]);
		});
	}),
);
