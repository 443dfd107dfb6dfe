/** A person's word on what a destination holds in place of what was written. */
import { sql } from 'kysely';

import { canonical, set } from '../sync/canonical';
import type { Fields } from '../sync/types';
import { writeHistory } from './history';
import { lockDestinations, now, type Store } from './store';

/**
 * What stands there counts from now on as the destination's spelling of the source's value, until that changes. A link
 * that failed for it is due again, and finds nothing to write. Answers with the fields' names.
 */
export async function accept(store: Store, sync: number, key: string): Promise<string[]> {
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		await lockDestinations(store, tx, sync);
		const at = await now(tx);
		const links = await tx.all(sql<{
			destination: number;
			part: string;
			version: number;
			fields: string | null;
			told: string | null;
			provisional: string;
		}>`SELECT l.destination, l.part, coalesce(l.version, 0) AS version, l.fields, l.told, l.provisional FROM ${table('link')} l
			JOIN ${table('destination')} d ON d.id = l.destination JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key
			WHERE d.sync = ${sync} AND l.key = ${key} AND l.provisional IS NOT NULL AND l.state IN ('failed', 'settled') AND r.present = 1
			ORDER BY l.destination, l.part ${store.lock}`);
		const accepted = new Set<string>();
		for (const { destination, part, version, ...link } of links) {
			const stands = JSON.parse(link.provisional) as Fields;
			const meant = link.fields === null ? {} : (JSON.parse(link.fields) as Fields);
			const told = link.told === null ? {} : (JSON.parse(link.told) as Fields);
			for (const [field, value] of Object.entries(stands)) {
				set(told, field, value);
				accepted.add(field);
			}
			await tx.run(sql`UPDATE ${table('link')} SET told = ${canonical(told)}, provisional = NULL,
				due_at = CASE WHEN state = 'failed' THEN ${at} ELSE due_at END, reason = CASE WHEN state = 'failed' THEN 'requested' ELSE reason END,
				attempts = 0, error = NULL, state = CASE WHEN state = 'failed' THEN 'due' ELSE state END
				WHERE destination = ${destination} AND key = ${key} AND part = ${part}`);
			const entries = Object.entries(stands).map(([field, now]) => ({
				outcome: 'accepted',
				field,
				was: meant[field] ?? null,
				now,
				why: 'a person accepted what the destination holds',
			}));
			await writeHistory(store, tx, destination, at, [{ key, part, version, entries }], null);
		}
		return [...accepted];
	});
}
