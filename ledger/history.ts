/** The history: what became of which field, when and why. */
import type { HistoryEntry } from '../sync/ledger';
import type { Sql, SqlValue } from '../sql/types';
import type { Store } from './store';

/** Appends to the history. */
export async function writeHistory(
	store: Store,
	tx: Sql,
	destination: number,
	at: number,
	all: { key: string; part: string; version: number; entries: HistoryEntry[] }[],
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
		]),
	);
	if (rows.length === 0) return;
	const columns = ['destination', 'key', 'part', 'at', 'version', 'outcome', 'field', 'was', 'now', 'why'].map(
		(name) => ({
			name,
			type: ['destination', 'at', 'version'].includes(name) ? 'integer' : 'text',
		}),
	);
	await tx.insert(store.table('history'), columns, rows);
}

function text(value: unknown): string | null {
	return value === undefined || value === null ? null : JSON.stringify(value);
}
