/**
 * Links that wait for others. One is due again once the counterpart that it refers to is there; a removal, once nothing
 * points at its record any more. Both are read off the ledger as it stands, so that nothing is missed whatever dies in
 * between.
 */
import { sql, type RawBuilder } from 'kysely';

import type { WaitingLink } from '../sync/ledger';
import { AGAIN } from './moved';
import { keepReferences } from './references';
import { big, fence, KEY_AND_PART, lockDestination, lockRun, now, type Store } from './store';

/** Claimed links as waiting. Where the record or the mapping has moved on, it is planned anew. */
export async function wait(store: Store, destination: number, run: number, waiting: WaitingLink[]): Promise<void> {
	if (waiting.length === 0) return;
	const { table } = store;
	await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		await lockRun(store, tx, run);
		const at = await now(tx);
		const columns = [...KEY_AND_PART, { name: 'patience', type: 'integer' }, { name: 'text', type: 'text' }];
		const rows = waiting.map(({ key, part, patience, text }) => [key, part, patience, text]);
		const moved = sql`(r.version > l.handed OR d.revision_run > ${run})`;
		await tx.run(sql`UPDATE ${table('link')} AS l SET state = CASE WHEN ${moved} THEN ${AGAIN} ELSE 'waiting' END,
			waits_since = coalesce(l.waits_since, ${big(at)}), error = w.text, lease = NULL, lease_until = NULL,
			due_at = CASE WHEN ${moved} THEN ${big(at)} ELSE coalesce(l.waits_since, ${big(at)}) + w.patience END
			FROM ${tx.dialect.values('w', columns, rows)}, ${table('destination')} d, ${table('record')} r
			WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND l.lease = ${run} AND l.state = 'claimed'
			AND d.id = l.destination AND r.sync = d.sync AND r.key = l.key`);
		// What waits to be removed refers on.
		await keepReferences(
			store,
			tx,
			destination,
			waiting.filter(({ refs }) => refs.length > 0),
		);
	});
}

/** Still stands, and points at the counterpart of link `l`. */
function pointed(store: Store): RawBuilder<unknown> {
	const { table } = store;
	return sql`EXISTS (SELECT 1 FROM ${table('reference')} f
		JOIN ${table('link')} o ON o.destination = f.destination AND o.key = f.key AND o.part = f.part
		JOIN ${table('destination')} od ON od.id = o.destination AND od.state = 'active'
		WHERE f.target = l.destination AND f.to_key = l.key AND f.to_part = l.part AND o.counterpart IS NOT NULL
		AND NOT (o.destination = l.destination AND o.key = l.key AND o.part = l.part))`;
}

/**
 * What waited, or was given up waiting, and need not wait any longer, is due: what it refers to is there, nothing points at
 * it any more, or its time is over. Answers with how many.
 */
export async function awaken(store: Store, sync: number, token: number): Promise<number> {
	const { db, table } = store;
	return await db.transaction(async (tx) => {
		await fence(store, tx, sync, token);
		const at = await now(tx);
		const absent = sql`EXISTS (SELECT 1 FROM ${table('reference')} f
			LEFT JOIN ${table('link')} t ON t.destination = f.target AND t.key = f.to_key AND t.part = f.to_part
			WHERE f.destination = l.destination AND f.key = l.key AND f.part = l.part AND f.waits = 1 AND t.counterpart IS NULL)`;
		const there = sql`(NOT ${absent} AND (l.removal <> 'released' OR NOT ${pointed(store)}))`;
		const which = sql`l.waits_since IS NOT NULL AND l.state IN ('waiting', 'failed') AND l.lease IS NULL
			AND l.destination IN (SELECT id FROM ${table('destination')} WHERE sync = ${sync} AND state = 'active')
			AND (${there} OR (l.state = 'waiting' AND l.due_at <= ${at}))`;
		if (store.shared)
			await tx.all(
				sql`SELECT 1 FROM ${table('link')} l WHERE ${which} ORDER BY l.destination, l.key, l.part ${store.lock}`,
			);
		return await tx.run(sql`UPDATE ${table('link')} AS l SET state = ${AGAIN}, reason = 'awaited', attempts = 0, error = NULL, due_at = ${at}
			WHERE ${which}`);
	});
}
