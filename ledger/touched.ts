/** What follows, in the same transaction, from records that an observation or a push has just touched. */
import { sql, type RawBuilder } from 'kysely';

import type { Sql } from '../sql/types';
import { MOVED_HOLD, MOVED_REMOVAL, MOVED_STATE } from './moved';
import type { Store } from './store';

/** Whose records: those of the sync that bear the number `began`. */
export interface Touch {
	sync: number;
	began: number;
	/** Records that are new came by themselves; none of them was there when the sync began. */
	pushed?: boolean;
}

/** Every active destination's links of those of the wanted records that were touched. */
export async function makeDue(store: Store, tx: Sql, touch: Touch, wanted: RawBuilder<unknown>): Promise<void> {
	const { sync, began, pushed = false } = touch;
	const link = store.table('link');
	const record = store.table('record');
	const destination = store.table('destination');
	const now = tx.dialect.now;
	if (store.shared) {
		await tx.all(sql`SELECT 1 FROM ${wanted} JOIN ${destination} d ON d.sync = ${sync} JOIN ${link} l ON l.destination = d.id AND l.key = w.key
			ORDER BY l.destination, l.key, l.part ${store.lock}`);
	}
	const initial = pushed ? sql`0` : sql`CASE WHEN s.complete_read_at IS NULL THEN 1 ELSE 0 END`;
	await tx.run(sql`
		INSERT INTO ${link} (destination, key, part, state, reason, due_at, initial)
		SELECT d.id, r.key, '', 'due', 'changed', ${now}, ${initial}
		FROM ${wanted} JOIN ${record} r ON r.sync = ${sync} AND r.key = w.key
			JOIN ${store.table('sync')} s ON s.id = r.sync JOIN ${destination} d ON d.sync = r.sync AND d.state = 'active'
		WHERE r.touched = ${began} AND r.present = 1
			AND NOT EXISTS (SELECT 1 FROM ${link} l WHERE l.destination = d.id AND l.key = r.key)`);
	// One that waits already keeps its place: else a record that changes often would be passed by all others for ever.
	await tx.run(sql`
		UPDATE ${link} AS l SET
			state = ${MOVED_STATE}, removal = ${MOVED_REMOVAL}, hold = ${MOVED_HOLD},
			reason = 'changed', attempts = 0, error = NULL, passed = NULL,
			due_at = CASE WHEN l.state = 'due' AND l.due_at < ${now} THEN l.due_at ELSE ${now} END
		FROM ${wanted} JOIN ${record} r ON r.sync = ${sync} AND r.key = w.key JOIN ${destination} d ON d.sync = r.sync AND d.state = 'active'
		WHERE l.destination = d.id AND l.key = r.key AND r.touched = ${began}`);
}

/** A record that stands nowhere needs no removal, and keeps no fields. */
export async function erase(store: Store, tx: Sql, { sync, began }: Touch, wanted: RawBuilder<unknown>): Promise<void> {
	const { table } = store;
	await tx.run(sql`UPDATE ${table('record')} AS r SET fields = NULL, name = NULL FROM ${wanted}
		WHERE r.sync = ${sync} AND r.key = w.key AND r.present = 0 AND r.touched = ${began}
		AND NOT EXISTS (SELECT 1 FROM ${table('link')} l JOIN ${table('destination')} d ON d.id = l.destination
			WHERE d.sync = ${sync} AND d.state = 'active' AND l.key = r.key AND l.state NOT IN ('gone', 'settled', 'unrouted'))`);
}
