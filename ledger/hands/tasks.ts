/** What the destination’s API could not do, and a person has done: closed by that person's word, and by nothing else. */
import { sql } from 'kysely';

import { eraseRemoved } from '../confirm';
import { writeHistory } from '../history';
import { keepReferences } from '../references';
import { lockDestination, now, type Store } from '../store';
import type { Sql } from '../../sql/types';

/**
 * Closes a record's tasks, in one destination or in all. A removal done by hand leaves nothing linked; it is no
 * confirmation, for nobody has read the destination. Anything else is looked at again. How many tasks.
 */
export async function done(store: Store, sync: number, key: string, destination?: number): Promise<number> {
	const { db, table } = store;
	const places = await db.all(sql<{ id: number }>`SELECT d.id FROM ${table('destination')} d
		JOIN ${table('link')} l ON l.destination = d.id AND l.key = ${key} AND l.state = 'task'
		WHERE d.sync = ${sync} AND d.state = 'active' ${destination === undefined ? sql`` : sql`AND d.id = ${destination}`}
		GROUP BY d.id ORDER BY d.id`);
	let many = 0;
	for (const { id } of places) many += await db.transaction(async (tx) => await close(store, tx, id, key));
	return many;
}

async function close(store: Store, tx: Sql, id: number, key: string): Promise<number> {
	const { table } = store;
	await lockDestination(store, tx, id);
	const at = await now(tx);
	const open = await tx.all(sql<{ part: string; linked: number; error: string | null; version: number }>`
		SELECT l.part, CASE WHEN l.counterpart IS NULL THEN 0 ELSE 1 END AS linked, l.error, r.version FROM ${table('link')} l
		JOIN ${table('destination')} d ON d.id = l.destination JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key
		WHERE l.destination = ${id} AND l.key = ${key} AND l.state = 'task'`);
	if (open.length === 0) return 0;
	await tx.run(sql`UPDATE ${table('link')} AS l SET state = 'gone', former = counterpart, counterpart = NULL, fields = NULL, told = NULL,
		provisional = NULL, removal = 'sent', removed_at = ${at}, sent_at = NULL, hold = NULL, attempts = 0, error = NULL, due_at = ${at}
		WHERE l.destination = ${id} AND l.key = ${key} AND l.state = 'task' AND l.counterpart IS NOT NULL`);
	await tx.run(sql`UPDATE ${table('link')} AS l SET state = 'due', reason = 'requested', attempts = 0, error = NULL, due_at = ${at}
		WHERE l.destination = ${id} AND l.key = ${key} AND l.state = 'task'`);
	const removed = open.filter(({ linked }) => linked === 1);
	await keepReferences(
		store,
		tx,
		id,
		removed.map(({ part }) => ({ key, part })),
	);
	await writeHistory(
		store,
		tx,
		id,
		at,
		open.map(({ part, error, version }) => ({
			key,
			part,
			version,
			entries: [{ outcome: 'done by hand', field: null, was: null, now: null, why: error ?? '' }],
		})),
		null,
	);
	if (removed.length > 0) await eraseRemoved(store, tx, id, [key]);
	return open.length;
}
