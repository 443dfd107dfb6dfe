/**
 * What was done, counted as it is remembered: by the hour for charts, by the run for whoever wants to see or undo one. A
 * link counts once per batch and outcome, however many of its fields changed.
 */
import { sql } from 'kysely';

import type { Sql } from '../sql/types';
import type { Entries } from './history';
import { big, type Store } from './store';

const HOUR = 60 * 60 * 1000;

/** Adds a batch's outcomes to the counts. */
export async function count(
	store: Store,
	tx: Sql,
	{ destination, run, at }: { destination: number; run: number | null; at: number },
	all: Entries[],
): Promise<void> {
	const counts = new Map<string, number>();
	for (const { entries } of all)
		for (const outcome of new Set(entries.map((entry) => entry.outcome)))
			counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
	const hour = Math.floor(at / HOUR) * HOUR;
	// In one order, so that no two batches wait for each other.
	for (const [outcome, many] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
		await tx.run(sql`INSERT INTO ${store.table('tally')} AS t (destination, hour, outcome, count)
			VALUES (${destination}, ${hour}, ${outcome}, ${many})
			ON CONFLICT (destination, hour, outcome) DO UPDATE SET count = t.count + excluded.count`);
		if (run === null) continue;
		await tx.run(sql`INSERT INTO ${store.table('work')} AS w (destination, run, outcome, count, since, at)
			VALUES (${destination}, ${run}, ${outcome}, ${many}, ${big(at)}, ${big(at)})
			ON CONFLICT (destination, run, outcome) DO UPDATE SET count = w.count + excluded.count, at = excluded.at`);
	}
}
