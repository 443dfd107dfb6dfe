/** Row marks in SQLite, which has no hash of its own: by the functions that `worker.ts` gives its connections. */
import { sql, type RawBuilder } from 'kysely';

import type { Marked, Marks } from '../types';

/** The most values that one call of a function may have; SQLite's own limit is 127 or more. */
const MOST = 100;

function mark(columns: readonly Marked[]): RawBuilder<unknown> {
	let made: RawBuilder<unknown> | undefined;
	for (let from = 0; from < columns.length; from += MOST) {
		const values = columns.slice(from, from + MOST).map(({ value }) => value);
		made = sql`one_way_mark(${sql.join(made ? [made, ...values] : values)})`;
	}
	return made!;
}

export const marks: Marks = {
	version: 'sqlite 2',
	mark,
	shown: (made) => sql<string>`CAST(${made} AS TEXT)`,
	// Sums of both halves and of what they are together: SQLite has no exclusive or.
	fold: (made, over = sql``) =>
		sql<string>`printf('%d %d %d', sum(${made} >> 32) ${over}, sum(${made} & 4294967295) ${over}, sum((${made} >> 32) * (${made} & 4294967295) >> 31) ${over})`,
	settings: [],
	once: sql`LIMIT -1`,
	slot: (key) => sql<number>`one_way_slot(${sql.join(key.map(({ value }) => value))})`,
};
