/**
 * Upgrades lose nothing: ledgers of every released version, and of schemas before the first one, are brought up to
 * this one and gone on with. `node scripts/keep-ledger.mjs` keeps the present version's, before each release.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { sql } from 'kysely';
import { Client } from 'pg';

import { ledgerOn } from '../../ledger/ledger';
import { SCHEMA } from '../../ledger/postgres';
import { STEPS } from '../../ledger/schema';
import { TABLES, type Store } from '../../ledger/store';
import type { Fields } from '../../sync/types';
import { World } from '../engine/world';
import { HELD, set, STAYED } from './kept/story';
import { overEveryStore, type Place } from './stores';

const root = join(__dirname, '../../..');
const folder = join(root, 'test/ledger/kept');
const kept = [
	...new Set(readdirSync(folder).flatMap((name) => /^(.+)\.(?:sqlite|sql)\.gz$/u.exec(name)?.[1] ?? [])),
].sort();
const sides = JSON.parse(readFileSync(join(folder, 'sides.json'), 'utf8')) as Record<
	'source' | 'destination',
	[string, Fields][]
>;
const unpacked = (name: string) => gunzipSync(readFileSync(join(folder, name)));

/** Puts a kept ledger where `place` has its own. */
async function restored(place: Place, name: string): Promise<void> {
	await place.empty();
	const env = place.env();
	if (place.kind === 'sqlite') {
		await place.close();
		writeFileSync(env['ONE_WAY_SYNC_LEDGER']!, unpacked(`${name}.sqlite.gz`));
		return;
	}
	const client = new Client({
		host: env['DB_POSTGRESDB_HOST'],
		port: Number(env['DB_POSTGRESDB_PORT']),
		database: env['DB_POSTGRESDB_DATABASE'],
		user: env['DB_POSTGRESDB_USER'],
	});
	await client.connect();
	await client
		.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE;${String(unpacked(`${name}.sql.gz`))}`)
		.finally(() => client.end());
}

type Row = Record<string, unknown>;

/** Every row of every table that is there. */
async function rowsOf({ db, table }: Store): Promise<Map<string, Row[]>> {
	const found = new Map<string, Row[]>();
	for (const name of TABLES) {
		try {
			found.set(name, await db.all(sql<Row>`SELECT * FROM ${table(name)}`));
		} catch {
			// This schema has no such table yet.
		}
	}
	return found;
}

/** As text, over the columns that both have; the schema's number is what changes. */
const told = (rows: Row[], columns: string[]) =>
	rows.map((row) => JSON.stringify(columns.map((column) => (column === 'schema' ? '' : row[column])))).sort();

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const released = [...readFileSync(join(root, 'CHANGELOG.md'), 'utf8').matchAll(/^## (\d+\.\d+\.\d+)/gmu)].map(
	([, number]) => number!,
);

test('a ledger is kept of every version in the changelog, and of some of the schemas before the first', () => {
	expect(released).toContain(version);
	expect(kept).toEqual(expect.arrayContaining(released));
	expect(kept.filter((name) => name.startsWith('schema-')).length).toBeGreaterThanOrEqual(5);
	const files = readdirSync(folder);
	for (const name of kept) expect(files).toEqual(expect.arrayContaining([`${name}.sqlite.gz`, `${name}.sql.gz`]));
});

describe('an older ledger', () => {
	jest.setTimeout(120_000);
	overEveryStore((place) => {
		it.each(kept)('%s is brought up to this schema, and not a row is lost or changed', async (name) => {
			await restored(place, name);
			const store = await place.again();
			const before = await rowsOf(store);
			expect(before.get('link')).toHaveLength(STAYED + HELD + 1);
			await ledgerOn(store);
			const after = await rowsOf(store);
			expect(after.get('ledger')).toMatchObject([{ schema: STEPS.length }]);
			for (const [table, rows] of before) {
				const columns = Object.keys(rows[0] ?? {});
				expect([table, told(after.get(table)!, columns)]).toEqual([table, told(rows, columns)]);
			}
		});

		it.each(['schema-01', ...released])(
			'%s is gone on with: what was confirmed, failed and held is so still',
			async (name) => {
				await restored(place, name);
				const world = await World.open(() => place.again());
				set(world);
				const { source, destination } = world;
				sides.source.forEach(([key, fields]) => source.records.set(key, fields));
				sides.destination.forEach(([id, fields]) => destination.rows.set(id, fields));
				destination.refuses.add('k3@x.test');
				const rows = JSON.stringify([...destination.rows]);

				const first = await world.tick();
				expect(first.observed).toMatchObject({ read: STAYED, created: 0, complete: true });
				expect(JSON.stringify([...destination.rows])).toBe(rows);
				const states = (await world.links()).map(({ state }) => state);
				const many = (state: string) => states.filter((one) => one === state).length;
				expect([many('held'), many('failed')]).toEqual([HELD, 1]);

				// Who left before the upgrade returns after it; whose removal was held is there again.
				for (let n = STAYED + 1; n <= STAYED + HELD + 1; n++) world.person(`k${n}`, { salary: 1000 + n });
				world.person('k5', { team: 'Legal', salary: 1005 });
				destination.log.length = 0;
				await world.tick();
				await world.tick();
				expect(destination.log).toEqual(
					expect.arrayContaining(['update k5@x.test team', 'update k41@x.test active']),
				);
				expect(destination.log).toHaveLength(2);
				expect(destination.rows.size).toBe(STAYED + HELD + 1);
				await world.close();
			},
		);
	});
});
