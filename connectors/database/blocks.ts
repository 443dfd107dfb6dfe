/**
 * Reading a table by its blocks (`sync/blocks.ts`): the database folds the marks of all rows per block and pack, what
 * differs from what is known is read, and all else never leaves the database. Folds and rows are of one snapshot.
 */
import { createHash } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';

import type { Marked, Snapshot, Sql } from '../../sql/types';
import { differing, PACK_BITS, PLACE_BITS, type KnownBlocks, type ReadBlocks } from '../../sync/blocks';
import type { Fields } from '../../sync/types';
import type { TableDialect } from './dialects';
import type { Layout } from './layout';

/** How a table's rows are marked and its keys get their slots. */
export interface Marking {
	/** Changes with whatever a fold depends on. */
	readonly name: string;
	/** What a row's mark is made of. */
	readonly columns: readonly Marked[];
	/** What its slot is made of. */
	readonly key: readonly Marked[];
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
		columns: names.map(marked),
		key: key.map(marked),
		slot: marks.slot(key.map(marked)),
		column,
	};
}

/** A table's packs and blocks as they stand now. */
interface Folds {
	packs: Map<number, string>;
	/** Only of the packs that are not as they are known. */
	blocks: Map<number, string>;
	counts: Map<number, number>;
	/** Rows in all blocks together. */
	rows: number;
}

/** The folds of all packs, and of the blocks of those that differ from what is known; one statement, which looks at every row once. */
export async function foldsOf(
	snapshot: Snapshot,
	from: RawBuilder<unknown>,
	{ name, columns, key }: Marking,
	known: KnownBlocks,
): Promise<Folds> {
	const { dialect } = snapshot;
	const { marks } = dialect;
	for (const setting of marks.settings) await snapshot.run(setting);
	const theirs = known.marks === name ? [...known.packs].filter(([, fold]) => fold !== null) : [];
	const whole = sql`OVER (PARTITION BY p.pack)`;
	const blocks = sql`SELECT x.place, x.place >> ${sql.lit(PACK_BITS)} AS pack, x.count, x.fold
		FROM ${await snapshot.folds(from, { key, columns, bits: PLACE_BITS })} AS x`;
	const marked = sql`SELECT b.place, b.pack, b.count, b.fold, ${marks.mark([{ value: sql`b.place` }, { value: sql`b.count` }, { value: sql`b.fold` }])} AS mark
		FROM (${blocks}) AS b ${marks.once}`;
	const packs = sql`SELECT p.place, p.pack, p.count, p.fold, sum(p.count) ${whole} AS of_pack,
		${marks.fold(sql`p.mark`, whole)} AS pack_fold, min(p.place) ${whole} AS first FROM (${marked}) AS p`;
	// Made once: where it is looked through anew for each block, 2,048 packs take longer than all rows.
	const { join, same } =
		theirs.length === 0
			? { join: sql``, same: sql`1 = 0` }
			: {
					join: sql`LEFT JOIN (SELECT l.pack, l.fold FROM ${dialect.values('l', KNOWN, theirs)} ${marks.once}) AS k ON k.pack = y.pack`,
					same: sql`coalesce(k.fold = y.pack_fold, 1 = 0)`,
				};
	const found = await snapshot.all(sql<Found>`
		SELECT y.place, y.pack, y.count, y.fold, y.of_pack, y.pack_fold, CASE WHEN ${same} THEN 1 ELSE 0 END AS same
		FROM (${packs}) AS y ${join} WHERE y.place = y.first OR NOT ${same}`);
	const folds: Folds = { packs: new Map(), blocks: new Map(), counts: new Map(), rows: 0 };
	for (const { place, pack, count, fold, of_pack, pack_fold, same } of found) {
		if (!folds.packs.has(pack)) folds.rows += Number(of_pack);
		folds.packs.set(pack, pack_fold);
		if (same === 1) continue;
		folds.blocks.set(place, `${count} ${fold}`);
		folds.counts.set(place, Number(count));
	}
	return folds;
}

interface Found {
	place: number;
	pack: number;
	count: number;
	fold: string;
	of_pack: number | string;
	pack_fold: string;
	same: 0 | 1;
}

const KNOWN = [
	{ name: 'pack', type: 'integer' },
	{ name: 'fold', type: 'text' },
];

/** What has to be read: the condition for it, undefined for everything. */
export async function toRead(
	known: KnownBlocks,
	{ name, slot }: Marking,
	{ packs, blocks, counts, rows }: Folds,
): Promise<{ blocks: ReadBlocks; condition: RawBuilder<unknown> | undefined; nothing: boolean }> {
	if (known.marks !== name) {
		const all = { marks: name, read: undefined, folds: blocks, packs, unclean: new Set<number>(), rows };
		return { blocks: all, condition: undefined, nothing: false };
	}
	const different = differing(known.packs, packs);
	const read = differing(await known.blocks(different), blocks);
	const count = read.reduce((sum, block) => sum + (counts.get(block) ?? 0), 0);
	const changed = new Map(different.flatMap((pack) => (packs.has(pack) ? [[pack, packs.get(pack)!] as const] : [])));
	const taken = new Map(read.flatMap((block) => (blocks.has(block) ? [[block, blocks.get(block)!] as const] : [])));
	return {
		// Of packs that are as they are known, no block was named: whatever rows are read, these blocks alone are taken in.
		blocks: { marks: name, read, folds: taken, packs: changed, unclean: new Set<number>(), rows },
		// Whole numbers of our own.
		condition:
			count > rows * MOST ? undefined : sql`${slot} >> ${sql.lit(PLACE_BITS)} IN (${sql.raw(read.join(', '))})`,
		nothing: count === 0,
	};
}

/** A row's slot, and the row without it. */
export function takeSlot(row: Fields, { column }: Marking): { slot: number; fields: Fields } {
	// An object that loses a member becomes a hash table, several times as large.
	const { [column]: slot, ...fields } = row;
	return { slot: slot as number, fields };
}
