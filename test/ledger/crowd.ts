/** A ledger with a crowd in it, written by SQL alone: as many records as one likes, in two destinations, with a past. */
import { sql } from 'kysely';

import { big, now, type Store } from '../../ledger/store';

const DAY = 24 * 60 * 60 * 1000;
/** Every so many records is one that failed, is held, waits, or was healed. */
export const EVERY = { failed: 1000, held: 1500, due: 700, healed: 50 };
/** Records of one statement. */
const STEP = 100_000;

export interface Crowd {
	sync: number;
	places: [number, number];
}

/** Fills an empty ledger that is at its schema. `workflow`, `node`: whose sync that is. */
export async function crowd(
	store: Store,
	records: number,
	of = { instance: 'i', workflow: 'crowd', node: 't' },
): Promise<Crowd> {
	const { db, table } = store;
	const at = await now(db);
	const sync = await store.next(db);
	const places: [number, number] = [await store.next(db), await store.next(db)];
	await store.skip(db, 1_000_000);
	await db.run(sql`INSERT INTO ${table('sync')} (id, instance, workflow, node, name, registered_at, tick_at, complete_read_at, records, health, health_at, sweep_every)
		VALUES (${sync}, ${of.instance}, ${of.workflow}, ${of.node}, 'Crowd', ${at - 40 * DAY}, ${at}, ${at}, ${records}, 'healthy', ${at}, 3600000)`);
	for (const [n, id] of places.entries())
		await db.run(sql`INSERT INTO ${table('destination')} (id, sync, node, name, target, target_text, state, revision, created_at, loaded_at, swept_at, first_write)
			VALUES (${id}, ${sync}, ${`to ${n}`}, ${n === 0 ? 'Access list' : 'Phone book'}, ${`target ${n}`}, ${n === 0 ? 'access' : 'phones'}, 'active', 1, ${at - 40 * DAY}, ${at - 39 * DAY}, ${at}, 'passed')`);
	await db.run(sql`INSERT INTO ${table('hold')} (id, destination, kind, reason, count, names, created_at)
		VALUES (7, ${places[0]}, 'removals', 'More would go than may', ${Math.floor(records / EVERY.held)}, '["Person 1","Person 2"]', ${at})`);
	const key = sql`CAST(n AS TEXT)`;
	for (let from = 0; from < records; from += STEP) {
		const numbers = sql`WITH RECURSIVE numbers (n) AS (SELECT CAST(${sql.lit(from + 1)} AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < ${sql.lit(Math.min(records, from + STEP))})`;
		await db.run(sql`${numbers} INSERT INTO ${table('record')} (sync, key, version, fingerprint, tag, fields, name, present, touched, changed_at, slot)
			SELECT ${big(sync)}, ${key}, 1, 'f', 'tag', '{"email":"p' || n || '@example.com","name":"Person ' || n || '","team":"Team ' || (n % 97) || '"}', 'Person ' || n, 1, 1, ${big(at - DAY)} + n, n FROM numbers`);
		for (const place of places)
			await db.run(sql`${numbers} INSERT INTO ${table('link')} (destination, key, part, counterpart, state, reason, version, revision, fields, due_at, error, confirmed_at, attempts, hold)
				SELECT ${big(place)}, ${key}, '', ${key},
					CASE WHEN n % ${sql.lit(EVERY.failed)} = 0 THEN 'failed' WHEN n % ${sql.lit(EVERY.held)} = 1 THEN 'held' WHEN n % ${sql.lit(EVERY.due)} = 2 THEN 'due' ELSE 'settled' END,
					'changed', CASE WHEN n % ${sql.lit(EVERY.due)} = 2 THEN 0 ELSE 1 END, 1, '{"email":"p' || n || '@example.com","team":"Team ' || (n % 97) || '"}', ${big(at)},
					CASE WHEN n % ${sql.lit(EVERY.failed)} = 0 THEN 'the number is too long' END, ${big(at - DAY)} + n, 0, CASE WHEN n % ${sql.lit(EVERY.held)} = 1 THEN 7 END FROM numbers`);
		for (const [place, outcome, days] of [
			[places[0], 'created', 39],
			[places[0], 'healed', 0],
		] as const)
			await db.run(sql`${numbers} INSERT INTO ${table('history')} (destination, key, part, at, version, outcome, field, was, now, why, run)
				SELECT ${big(place)}, ${key}, '', ${big(at - days * DAY)} - n % 3600000, 1, ${sql.lit(outcome)}, 'team', '"Mine"', '"Team"', 'sweep', 12 FROM numbers
				WHERE n % ${sql.lit(outcome === 'healed' ? EVERY.healed : 1)} = 0`);
	}
	const hours = sql`WITH RECURSIVE numbers (n) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < 720)`;
	const hour = Math.floor(at / 3600000) * 3600000;
	for (const outcome of ['updated', 'healed', 'failed'])
		for (const place of places)
			await db.run(
				sql`${hours} INSERT INTO ${table('tally')} (destination, hour, outcome, count) SELECT ${big(place)}, ${big(hour)} - n * 3600000, ${sql.lit(outcome)}, (n * 7) % 40 FROM numbers`,
			);
	return { sync, places };
}
