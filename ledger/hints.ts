/**
 * Hints: keys of which a source said that something about them changed, kept until they have been read. Counterparts of
 * which a destination said so: due for a look.
 */
import { sql } from 'kysely';

import type { Hint } from '../sync/ledger';
import { lockDestination, type Store } from './store';

/** Keeps the keys; one that is there already is new again. */
export async function hint(store: Store, sync: number, keys: string[]): Promise<void> {
	if (keys.length === 0) return;
	await store.db.transaction(async (tx) => {
		const number = await store.next(tx);
		await tx.run(sql`INSERT INTO ${store.table('hint')} AS h (sync, key, number, at)
			SELECT ${sync}, w.key, ${number}, ${tx.dialect.now} FROM ${tx.dialect.values(
				'w',
				[{ name: 'key', type: 'text' }],
				[...new Set(keys)].sort().map((key) => [key]),
			)} WHERE 1 = 1
			ON CONFLICT (sync, key) DO UPDATE SET number = excluded.number, at = excluded.at`);
	});
}

/** The oldest hints. */
export async function hints(store: Store, sync: number, limit: number): Promise<Hint[]> {
	return await store.db.all(
		sql<Hint>`SELECT key, number FROM ${store.table('hint')} WHERE sync = ${sync} ORDER BY number, key LIMIT ${limit}`,
	);
}

/** Forgets hints that were followed; one that came again meanwhile stays. */
export async function hinted(store: Store, sync: number, followed: Hint[]): Promise<void> {
	if (followed.length === 0) return;
	const columns = [
		{ name: 'key', type: 'text' },
		{ name: 'number', type: 'integer' },
	];
	const rows = followed.map(({ key, number }) => [key, number]);
	await store.db.run(sql`DELETE FROM ${store.table('hint')} WHERE sync = ${sync}
		AND EXISTS (SELECT 1 FROM ${store.db.dialect.values('w', columns, rows)} WHERE w.key = ${store.table('hint')}.key AND w.number = ${store.table('hint')}.number)`);
}

/**
 * Counterparts that somebody may have changed in the destination: their links are due for a look by the ordinary way,
 * which heals what differs. Removed ones that still stand are left to the destination's sweep, due at once then. How many
 * of the counterparts are linked.
 */
export async function suspect(store: Store, destination: number, counterparts: string[]): Promise<number> {
	if (counterparts.length === 0) return 0;
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		const wanted = tx.dialect.values(
			'w',
			[{ name: 'counterpart', type: 'text' }],
			[...new Set(counterparts)].map((one) => [one]),
		);
		const rows = await tx.all(sql<{ state: string }>`SELECT l.state FROM ${wanted}
			JOIN ${table('link')} l ON l.destination = ${destination} AND l.counterpart = w.counterpart`);
		await tx.run(sql`UPDATE ${table('link')} AS l SET state = 'due', reason = 'requested', due_at = ${tx.dialect.now}, attempts = 0
			FROM ${wanted} WHERE l.destination = ${destination} AND l.counterpart = w.counterpart AND l.state = 'settled'`);
		if (rows.some(({ state }) => state === 'gone' || state === 'held')) {
			await tx.run(
				sql`UPDATE ${table('destination')} SET sweep_due_at = ${tx.dialect.now} WHERE id = ${destination}`,
			);
		}
		return rows.length;
	});
}
