/**
 * Undoing a run: what stood in the destination before it is written back, field by field, while the sync is paused. The
 * values wait on the links; the next tick hands those over, and nothing else. When the sync is resumed, the source wins again.
 */
import { sql } from 'kysely';

import { canonical, set } from '../../sync/canonical';
import type { Undone } from '../../sync/hands';
import { isHidden } from '../../sync/outcome';
import type { Fields, Value } from '../../sync/types';
import type { Sql } from '../../sql/types';
import { KEY_AND_PART, lockDestination, now, type Store } from '../store';

interface Row {
	key: string;
	part: string;
	field: string | null;
	was: string | null;
	outcome: string;
}

/** Pauses the sync, and puts what the run overwrote on its links, to be written back. */
export async function undo(store: Store, sync: number, run: number): Promise<Undone> {
	const { db, table } = store;
	await db.run(sql`UPDATE ${table('sync')} SET paused = 1 WHERE id = ${sync}`);
	const undone: Undone = { links: 0, busy: 0, created: 0, removed: 0, hidden: 0 };
	const places = await db.all(sql<{
		id: number;
		since: number;
		at: number;
	}>`SELECT d.id, min(w.since) AS since, max(w.at) AS at
		FROM ${table('destination')} d JOIN ${table('work')} w ON w.destination = d.id AND w.run = ${run} WHERE d.sync = ${sync} AND d.state = 'active' GROUP BY d.id`);
	for (const { id, since, at } of places) {
		const rows = await db.all(sql<Row>`SELECT key, part, field, was, outcome FROM ${table('history')}
			WHERE destination = ${id} AND run = ${run} AND at >= ${since} AND at <= ${at} ORDER BY at DESC`);
		const values = new Map<string, { key: string; part: string; fields: Fields }>();
		const other = { created: new Set<string>(), removed: new Set<string>() };
		for (const { key, part, field, was, outcome } of rows) {
			if (outcome === 'created') other.created.add(key);
			if (outcome === 'removed' || outcome === 'deactivated') other.removed.add(key);
			if (field === null || !['updated', 'healed', 'adopted', 'reactivated'].includes(outcome)) continue;
			const before = was === null ? null : (JSON.parse(was) as Value);
			if (isHidden(before)) {
				undone.hidden++;
				continue;
			}
			const name = JSON.stringify([key, part]);
			const link = values.get(name) ?? { key, part, fields: {} };
			set(link.fields, field, before);
			values.set(name, link);
		}
		undone.created += other.created.size;
		undone.removed += other.removed.size;
		const links = [...values.values()];
		const taken = await put(store, id, links);
		undone.links += taken;
		undone.busy += links.length - taken;
	}
	return undone;
}

/** The values on their links, due at once; how many of them could take them. */
async function put(
	store: Store,
	destination: number,
	links: { key: string; part: string; fields: Fields }[],
): Promise<number> {
	const { table } = store;
	if (links.length === 0) return 0;
	return await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		return await tx.run(sql`UPDATE ${table('link')} AS l SET state = 'due', reason = 'requested', undo = w.undo, attempts = 0, error = NULL, due_at = ${tx.dialect.now}
			FROM ${tx.dialect.values(
				'w',
				[...KEY_AND_PART, { name: 'undo', type: 'text' }],
				links.map(({ key, part, fields }) => [key, part, canonical(fields)]),
			)}, ${table('destination')} d, ${table('record')} r
			WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND l.state = 'settled' AND l.counterpart IS NOT NULL
			AND d.id = l.destination AND r.sync = d.sync AND r.key = l.key AND r.present = 1`);
	});
}

/** The sync goes on: what was undone, or was to be, is compared with the source again. */
export async function redo(store: Store, tx: Sql, sync: number): Promise<void> {
	const { table } = store;
	const at = await now(tx);
	const places = await tx.all(
		sql<{ id: number }>`SELECT id FROM ${table('destination')} WHERE sync = ${sync} ORDER BY id`,
	);
	for (const { id } of places) {
		await lockDestination(store, tx, id);
		await tx.run(sql`UPDATE ${table('link')} SET undo = NULL WHERE destination = ${id} AND undo IS NOT NULL`);
		// A version of 0 is what an undone write is confirmed at.
		await tx.run(sql`UPDATE ${table('link')} AS l SET state = 'due', reason = 'requested', attempts = 0, due_at = ${at}
			FROM ${table('record')} r WHERE l.destination = ${id} AND l.state = 'settled' AND l.version = 0 AND l.counterpart IS NOT NULL
			AND r.sync = ${sync} AND r.key = l.key AND r.present = 1`);
	}
}
