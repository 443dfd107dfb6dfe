/** The history: what became of which field, when and why. */
import type { HistoryEntry } from '../sync/ledger';
import type { Sql, SqlValue } from '../sql/types';
import { count } from './tally';
import type { Store } from './store';

/** What is to be remembered of one link. */
export interface Entries {
	key: string;
	part: string;
	version: number;
	entries: HistoryEntry[];
}

/** Appends to the history, and counts. */
export async function writeHistory(
	store: Store,
	tx: Sql,
	destination: number,
	at: number,
	all: Entries[],
	/** The run that did it; null: no run, but a person or the ledger itself. */
	run: number | null,
): Promise<void> {
	const rows: SqlValue[][] = all.flatMap(({ key, part, version, entries }) =>
		entries.map((entry): SqlValue[] => [
			destination,
			key,
			part,
			at,
			version,
			entry.outcome,
			entry.field,
			text(entry.was),
			text(entry.now),
			entry.why,
			run,
		]),
	);
	if (rows.length === 0) return;
	const columns = ['destination', 'key', 'part', 'at', 'version', 'outcome', 'field', 'was', 'now', 'why', 'run'].map(
		(name) => ({
			name,
			type: ['destination', 'at', 'version', 'run'].includes(name) ? 'integer' : 'text',
		}),
	);
	await tx.insert(store.table('history'), columns, rows);
	await count(store, tx, { destination, run, at }, all);
}

function text(value: unknown): string | null {
	return value === undefined || value === null ? null : JSON.stringify(value);
}
