/**
 * Reading a table by its blocks (`sync/blocks.ts`): the database folds the marks of all rows per block, what differs from
 * what is known is read, and all else never leaves the database. Folds and rows are of one snapshot.
 */
import { createHash } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';

import type { Marked, Marks, Snapshot, Sql } from '../../sql/types';
import { differing, PLACE_BITS, type KnownBlocks, type ReadBlocks } from '../../sync/blocks';
import type { Fields } from '../../sync/types';
import type { TableDialect } from './dialects';
import type { Layout } from './layout';

/** How a table's rows are marked and its keys get their slots. */
export interface Marking {
	/** Changes with whatever a fold depends on. */
	readonly name: string;
	readonly mark: RawBuilder<unknown>;
	readonly slot: RawBuilder<number>;
	/** What the slot is called beside the columns; none of them is called so. */
	readonly column: string;
}

/** Where more of the rows than this would have to be read by their blocks, all of them are. */
const MOST = 0.5;

/**
 * How the table can be marked; undefined where it cannot: a query, a view, a foreign table, or a key of which two values
 * may have one text.
 */
export function markingOf(
	{ marks }: Sql['dialect'],
	dialect: TableDialect,
	layout: Layout,
	reader: readonly unknown[],
): Marking | undefined {
	const { columns, names, key, steady } = layout;
	const keys = key.map((name) => columns.get(name));
	if (!steady || !keys.every((column) => column && dialect.plainKey(column))) return undefined;
	const marked = (name: string): Marked => ({ value: sql`t.${sql.id(name)}`, type: columns.get(name)!.type });
	const described = [...names, ...key].map((name) => {
		const { type, charset, collation } = columns.get(name)!;
		return [name, type, charset ?? null, collation ?? null];
	});
	const name = createHash('sha256').update(JSON.stringify([marks.version, PLACE_BITS, described, reader]));
	let column = 'slot';
	while (columns.has(column)) column += '_';
	return {
		name: name.digest('base64url').slice(0, 22),
		mark: marks.mark(names.map(marked)),
		slot: marks.slot(key.map(marked)),
		column,
	};
}

/** The folds of all blocks, each with its count, and how many rows there are. */
export async function foldsOf(
	snapshot: Snapshot,
	from: RawBuilder<unknown>,
	{ mark, slot }: Marking,
): Promise<{ folds: Map<number, string>; counts: Map<number, number>; rows: number }> {
	const { marks }: { marks: Marks } = snapshot.dialect;
	for (const setting of marks.settings) await snapshot.run(setting);
	const found = await snapshot.all(sql<{ place: number; count: number; fold: string }>`
		SELECT x.place, count(*) AS count, ${marks.fold(sql`x.mark`)} AS fold
		FROM (SELECT ${slot} >> ${sql.lit(PLACE_BITS)} AS place, ${mark} AS mark FROM ${from} AS t ${marks.once}) AS x GROUP BY x.place`);
	const folds = new Map<number, string>();
	const counts = new Map<number, number>();
	let rows = 0;
	for (const { place, count, fold } of found) {
		folds.set(place, `${count} ${fold}`);
		counts.set(place, count);
		rows += count;
	}
	return { folds, counts, rows };
}

/** What has to be read: the condition for it, undefined for everything. */
export function toRead(
	known: KnownBlocks,
	{ name, slot }: Marking,
	{ folds, counts, rows }: Awaited<ReturnType<typeof foldsOf>>,
): { blocks: ReadBlocks; condition: RawBuilder<unknown> | undefined; nothing: boolean } {
	const all = { marks: name, read: undefined, folds, unclean: new Set<number>(), rows };
	if (known.marks !== name) return { blocks: all, condition: undefined, nothing: false };
	const read = differing(known, folds);
	const count = read.reduce((sum, block) => sum + (counts.get(block) ?? 0), 0);
	if (count > rows * MOST) return { blocks: all, condition: undefined, nothing: false };
	const taken = new Map(read.flatMap((block) => (folds.has(block) ? [[block, folds.get(block)!] as const] : [])));
	return {
		blocks: { ...all, read, folds: taken },
		// Whole numbers of our own.
		condition: sql`${slot} >> ${sql.lit(PLACE_BITS)} IN (${sql.raw(read.join(', '))})`,
		nothing: count === 0,
	};
}

/** Takes the slot out of a row; it stands last in it. */
export function takeSlot(row: Fields, { column }: Marking): number {
	const slot = row[column] as number;
	delete row[column];
	return slot;
}
