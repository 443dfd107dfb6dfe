/**
 * Folding a table's rows per place in the worker, row by row: SQLite has no hash of its own, and what a function of ours is
 * given within one aggregating statement is freed when that statement ends, a table of any size held in memory till then.
 */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';

import { marked, slotOf } from './mark';

/** Numbers kept per place: how many rows, and four sums, of which each stays the same in any order of the rows. */
const KEPT = 5;

/** The bits of a slot. */
const SLOT_BITS = 31;

/**
 * Folds the rows of a statement into a temporary table, in the place of what it held.
 *
 * @param text gives rows of `keys` values of the key, then the values that are marked
 * @param bits the lowest bits of a slot, which tell slots of one place apart
 */
export function foldRows(
	connection: DatabaseSync,
	text: string,
	values: SQLInputValue[],
	{ table, keys, bits }: { table: string; keys: number; bits: number },
): void {
	const statement = connection.prepare(text);
	statement.setReturnArrays(true);
	statement.setReadBigInts(true);
	const kept = new Int32Array(2 ** (SLOT_BITS - bits) * KEPT);
	for (const row of statement.iterate(...values) as unknown as Iterable<SQLOutputValue[]>) {
		const at = (slotOf(row.splice(0, keys)) >>> bits) * KEPT;
		const [a, b] = marked(row) as unknown as [number, number];
		kept[at]! += 1;
		kept[at + 1]! += a;
		kept[at + 2]! += b;
		kept[at + 3]! += Math.imul(a | 1, b);
		kept[at + 4]! ^= a ^ (b << 1);
	}
	// Emptied and not dropped: SQLite drops no table while rows of any other are being read.
	connection.exec(`CREATE TEMP TABLE IF NOT EXISTS ${table} (place INTEGER PRIMARY KEY, count INTEGER NOT NULL, fold TEXT NOT NULL);
		DELETE FROM temp.${table}`);
	const insert = connection.prepare(`INSERT INTO temp.${table} VALUES (?, ?, ?)`);
	for (let at = 0; at < kept.length; at += KEPT)
		if (kept[at] !== 0)
			insert.run(BigInt(at / KEPT), BigInt(kept[at]!), kept.subarray(at + 1, at + KEPT).join(' '));
}
