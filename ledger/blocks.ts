/**
 * What the ledger keeps of a source's blocks (`sync/blocks.ts`): a fold says that the block's present records are, one by
 * one, the rows of which the source made that fold. Whoever changes a record otherwise *spoils* its block: the fold is
 * gone, and the next complete read takes the block in again. `at` is the number of the observation or push that spoke last.
 *
 * A present record without a slot is in no block; while there is one, everything is read.
 */
import { sql, type RawBuilder } from 'kysely';

import { PLACES, type KnownBlocks, type ReadBlocks } from '../sync/blocks';
import type { Sql } from '../sql/types';
import { big, type Store } from './store';

/** Blocks that one statement reads or writes. */
const CHUNK = 4096;

const UNKNOWN: KnownBlocks = { marks: '', folds: new Map() };

/** Slots of `r` in the block of `w`. */
const IN_BLOCK = sql`r.slot >= w.block * ${sql.lit(PLACES)} AND r.slot < (w.block + 1) * ${sql.lit(PLACES)}`;

/** The folds are good only for the fields that are concealed now. */
function named(marks: string, sensitive: readonly string[]): string {
	return JSON.stringify([marks, [...sensitive].sort()]);
}

/** What is known; nothing where something is in no block, or was concealed otherwise. */
export async function knownBlocks(store: Store, sync: number, sensitive: readonly string[]): Promise<KnownBlocks> {
	const { db, table } = store;
	const [row] = await db.all(sql<{ marks: string | null }>`SELECT marks FROM ${table('sync')} WHERE id = ${sync}`);
	if (row?.marks == null) return UNKNOWN;
	const [marks] = JSON.parse(row.marks) as [string];
	if (row.marks !== named(marks, sensitive)) return UNKNOWN;
	const loose = await db.all(
		sql`SELECT 1 FROM ${table('record')} r WHERE r.sync = ${sync} AND r.slot IS NULL AND r.present = 1 LIMIT 1`,
	);
	if (loose.length > 0) return UNKNOWN;
	const folds = new Map<number, string | null>();
	for (let after = -1; ;) {
		const rows = await db.all(sql<{ block: number; fold: string | null }>`
			SELECT block, fold FROM ${table('block')} WHERE sync = ${sync} AND block > ${after} ORDER BY block LIMIT ${CHUNK}`);
		for (const { block, fold } of rows) folds.set(block, fold);
		if (rows.length < CHUNK) return { marks, folds };
		after = rows[rows.length - 1]!.block;
	}
}

/** The blocks of the wanted records have to be read again. Called when the records have been written. */
export async function spoil(
	store: Store,
	tx: Sql,
	{ sync, began }: { sync: number; began: number },
	wanted: RawBuilder<unknown>,
): Promise<void> {
	const { table } = store;
	await tx.run(sql`INSERT INTO ${table('block')} AS known (sync, block, fold, at)
		SELECT DISTINCT r.sync, r.slot / ${sql.lit(PLACES)}, CAST(NULL AS TEXT), ${big(began)}
		FROM ${wanted} JOIN ${table('record')} r ON r.sync = ${sync} AND r.key = w.key WHERE r.slot IS NOT NULL
		ON CONFLICT (sync, block) DO UPDATE SET fold = NULL, at = excluded.at`);
}

interface Taking {
	sync: number;
	began: number;
	sensitive: readonly string[];
}

/** Before anything of a read is taken in: what it has read counts as unknown until all of it is there. */
export async function open(store: Store, tx: Sql, { sync, began }: Taking, { read }: ReadBlocks): Promise<void> {
	const { table } = store;
	if (read === undefined) {
		await tx.run(sql`UPDATE ${table('sync')} SET marks = NULL WHERE id = ${sync}`);
		await tx.run(
			sql`UPDATE ${table('block')} SET fold = NULL, at = ${began} WHERE sync = ${sync} AND at <= ${began}`,
		);
		return;
	}
	for (const piece of pieces(read))
		await tx.run(sql`INSERT INTO ${table('block')} AS known (sync, block, fold, at)
			SELECT ${big(sync)}, w.block, CAST(NULL AS TEXT), ${big(began)} FROM ${listed(tx, piece)} WHERE 1 = 1
			ON CONFLICT (sync, block) DO UPDATE SET fold = NULL, at = excluded.at WHERE known.at <= excluded.at`);
}

/** What stands in the blocks that are just being taken in, as `r`, to be put after FROM. */
export function beingTaken(store: Store, { sync, began }: Taking): RawBuilder<unknown> {
	const { table } = store;
	return sql`${table('block')} w JOIN ${table('record')} r ON r.sync = ${sync} AND ${IN_BLOCK} AND w.sync = ${sync} AND w.at = ${began}`;
}

/** In the read's last transaction: what was read is known from now on, unless somebody has spoilt it meanwhile. */
export async function close(store: Store, tx: Sql, taking: Taking, blocks: ReadBlocks): Promise<void> {
	const { sync, began, sensitive } = taking;
	const { table } = store;
	const clean = [...blocks.folds].filter(([block]) => !blocks.unclean.has(block));
	for (const piece of pieces(clean))
		await tx.run(sql`INSERT INTO ${table('block')} AS known (sync, block, fold, at)
			SELECT ${big(sync)}, w.block, w.fold, ${big(began)} FROM ${tx.dialect.values('w', [...BLOCK, { name: 'fold', type: 'text' }], piece)} WHERE 1 = 1
			ON CONFLICT (sync, block) DO UPDATE SET fold = excluded.fold WHERE known.at <= excluded.at`);
	const empty = blocks.read === undefined ? undefined : blocks.read.filter((block) => !blocks.folds.has(block));
	const gone = sql`sync = ${sync} AND fold IS NULL AND at = ${began}`;
	if (empty === undefined) await tx.run(sql`DELETE FROM ${table('block')} WHERE ${gone}`);
	else
		for (const piece of pieces(empty))
			await tx.run(
				sql`DELETE FROM ${table('block')} WHERE ${gone} AND block IN (SELECT w.block FROM ${listed(tx, piece)})`,
			);
	await tx.run(sql`UPDATE ${table('sync')} SET marks = ${named(blocks.marks, sensitive)} WHERE id = ${sync}`);
}

const BLOCK = [{ name: 'block', type: 'integer' }];

function listed(tx: Sql, blocks: number[]): RawBuilder<unknown> {
	return tx.dialect.values(
		'w',
		BLOCK,
		blocks.map((block) => [block]),
	);
}

function* pieces<T>(list: readonly T[]): Iterable<T[]> {
	for (let from = 0; from < list.length; from += CHUNK) yield list.slice(from, from + CHUNK);
}
