/**
 * A check: both sides are read now and compared, and nothing is written. It rides on a complete read and a sweep that only
 * looks: the trigger and the destinations' own nodes do the reading, wherever they run.
 */
import { sql } from 'kysely';

import type { Checked, Difference } from '../../sync/hands';
import { STANDINGS } from '../../sync/look';
import type { Value } from '../../sync/types';
import { now, type Store } from '../store';

/** Differences that are listed; all are counted. */
const LISTED = 1000;

/** Asks for a check; the moment from which on it counts. */
export async function check(store: Store, sync: number): Promise<number> {
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		const at = await now(tx);
		await tx.run(sql`UPDATE ${table('sync')} SET read_wanted = ${at} WHERE id = ${sync}`);
		await tx.run(
			sql`DELETE FROM ${table('difference')} WHERE destination IN (SELECT id FROM ${table('destination')} WHERE sync = ${sync})`,
		);
		await tx.run(
			sql`UPDATE ${table('destination')} SET check_at = ${at}, checked_at = NULL, sweep_due_at = ${at} WHERE sync = ${sync} AND state = 'active'`,
		);
		return at;
	});
}

/** What a sweep that only looks has found. */
export async function differ(store: Store, destination: number, found: Difference[]): Promise<void> {
	if (found.length === 0) return;
	const columns = ['destination', 'key', 'part', 'field', 'stands', 'meant'].map((name) => ({
		name,
		type: name === 'destination' ? 'integer' : 'text',
	}));
	await store.db.insert(
		store.table('difference'),
		columns,
		found.map(({ key, part, field, stands, meant }) => [
			destination,
			key,
			part,
			field ?? '',
			JSON.stringify(stands),
			JSON.stringify(meant),
		]),
		sql`ON CONFLICT DO NOTHING`,
	);
}

/** What has come of the check that was asked for at that moment. */
export async function checked(store: Store, sync: number, since: number): Promise<Checked> {
	const { db, table } = store;
	const [known] = await db.all(
		sql<{
			read_at: number | null;
			reads: number | null;
		}>`SELECT complete_read_at AS read_at, complete_every AS reads FROM ${table('sync')} WHERE id = ${sync}`,
	);
	const places = await db.all(sql<{
		id: number;
		name: string;
		checked_at: number | null;
		down: string | null;
	}>`SELECT id, name, checked_at, down_text AS down
		FROM ${table('destination')} WHERE sync = ${sync} AND state = 'active' ORDER BY name, id`);
	// Where nothing but pushes says what the source holds, there is nothing to read.
	const read = known?.reads == null || (known.read_at ?? 0) >= since;
	const waits = places.filter(({ checked_at: at }) => (at ?? 0) < since);
	const answer: Checked = {
		done: read && waits.length === 0,
		read,
		waits: waits.map(({ name }) => name),
		destinations: [],
	};
	if (!answer.done) return answer;
	const open = Object.values(STANDINGS)
		.flat()
		.filter((state) => state !== 'settled' && state !== 'gone');
	for (const { id, name } of places) {
		const [linked] = await db.all(
			sql<{
				count: number;
			}>`SELECT count(*) AS count FROM ${table('link')} WHERE destination = ${id} AND counterpart IS NOT NULL`,
		);
		const [differing] = await db.all(
			sql<{
				count: number;
			}>`SELECT count(*) AS count FROM (SELECT DISTINCT key, part FROM ${table('difference')} WHERE destination = ${id}) AS links`,
		);
		const [waiting] = await db.all(sql<{ count: number }>`SELECT count(*) AS count FROM ${table('link')} l
			WHERE l.destination = ${id} AND l.state IN (${sql.join(open.map((state) => sql.lit(state)))}) AND l.state NOT IN ('settled', 'gone')`);
		const rows = await db.all(sql<{
			key: string;
			name: string | null;
			part: string;
			field: string;
			stands: string;
			meant: string;
		}>`
			SELECT f.key, r.name, f.part, f.field, f.stands, f.meant FROM ${table('difference')} f
			LEFT JOIN ${table('record')} r ON r.sync = ${sync} AND r.key = f.key WHERE f.destination = ${id} ORDER BY f.key, f.part, f.field LIMIT ${LISTED}`);
		answer.destinations.push({
			id,
			name,
			records: linked!.count,
			differ: differing!.count,
			open: waiting!.count,
			differences: rows.map(({ field, stands, meant, ...row }) => ({
				...row,
				field: field === '' ? null : field,
				stands: JSON.parse(stands) as Value,
				meant: JSON.parse(meant) as Value,
			})),
		});
	}
	return answer;
}
