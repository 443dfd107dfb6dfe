/**
 * What the ledger keeps of a source's blocks (`sync/blocks.ts`): a fold says that the block's present records are, one by
 * one, the rows of which the source made that fold. Whoever changes a record otherwise *spoils* its block: the fold is
 * gone, and the next complete read takes the block in again. `at` is the number of the observation or push that spoke last.
 * A pack's fold says the same of all its blocks together; it is gone as soon as one of theirs is.
 *
 * A present record without a slot is in no block; while there is one, everything is read.
 */
import { sql, type RawBuilder } from 'kysely';

import { PACK, packOf, PLACES, type KnownBlocks, type ReadBlocks } from '../sync/blocks';
import type { Sql } from '../sql/types';
import { big, type Store } from './store';

/** Blocks that one statement reads or writes. */
const CHUNK = 4096;

const UNKNOWN: KnownBlocks = { marks: '', packs: new Map(), blocks: () => Promise.resolve(new Map()) };

/** Slots of `r` in the block of `w`. */
const IN_BLOCK = sql`r.slot >= w.block * ${sql.lit(PLACES)} AND r.slot < (w.block + 1) * ${sql.lit(PLACES)}`;

/** A block of `b` in the pack that is listed as `w`. */
const BLOCK_IN_PACK = sql`b.block >= w.block * ${sql.lit(PACK)} AND b.block < (w.block + 1) * ${sql.lit(PACK)}`;

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
	const packs = await db.all(
		sql<{ pack: number; fold: string | null }>`SELECT pack, fold FROM ${table('pack')} WHERE sync = ${sync}`,
	);
	return {
		marks,
		packs: new Map(packs.map(({ pack, fold }) => [pack, fold])),
		blocks: (wanted) => foldsOf(store, sync, wanted),
	};
}

/** The folds of these packs' blocks. */
async function foldsOf(store: Store, sync: number, packs: readonly number[]): Promise<Map<number, string | null>> {
	const { db, table } = store;
	const folds = new Map<number, string | null>();
	for (const piece of pieces(packs, CHUNK / PACK)) {
		const rows = await db.all(sql<{ block: number; fold: string | null }>`SELECT b.block, b.fold
			FROM ${listed(db, piece)} JOIN ${table('block')} b ON b.sync = ${sync} AND ${BLOCK_IN_PACK}`);
		for (const { block, fold } of rows) folds.set(block, fold);
	}
	return folds;
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
	await tx.run(sql`INSERT INTO ${table('pack')} AS known (sync, pack)
		SELECT DISTINCT r.sync, r.slot / ${sql.lit(PLACES * PACK)}
		FROM ${wanted} JOIN ${table('record')} r ON r.sync = ${sync} AND r.key = w.key WHERE r.slot IS NOT NULL
		ON CONFLICT (sync, pack) DO UPDATE SET fold = NULL`);
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
		await tx.run(sql`UPDATE ${table('pack')} SET fold = NULL WHERE sync = ${sync}`);
		return;
	}
	for (const piece of pieces(read))
		await tx.run(sql`INSERT INTO ${table('block')} AS known (sync, block, fold, at)
			SELECT ${big(sync)}, w.block, CAST(NULL AS TEXT), ${big(began)} FROM ${listed(tx, piece)} WHERE 1 = 1
			ON CONFLICT (sync, block) DO UPDATE SET fold = NULL, at = excluded.at WHERE known.at <= excluded.at`);
	for (const piece of pieces([...new Set(read.map(packOf))]))
		await tx.run(sql`INSERT INTO ${table('pack')} AS known (sync, pack)
			SELECT ${big(sync)}, w.block FROM ${listed(tx, piece)} WHERE 1 = 1
			ON CONFLICT (sync, pack) DO UPDATE SET fold = NULL`);
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
	// What has to be read again is known as such, so that it is noticed when all of it is gone.
	for (const piece of pieces([...blocks.unclean]))
		await tx.run(sql`INSERT INTO ${table('block')} (sync, block, at)
			SELECT ${big(sync)}, w.block, ${big(began)} FROM ${listed(tx, piece)} WHERE 1 = 1 ON CONFLICT (sync, block) DO NOTHING`);
	await closePacks(store, tx, taking, blocks);
	await tx.run(sql`UPDATE ${table('sync')} SET marks = ${named(blocks.marks, sensitive)} WHERE id = ${sync}`);
}

/** A pack is as it was read where all its blocks are, and none has been spoken of since. */
async function closePacks(store: Store, tx: Sql, { sync, began }: Taking, { packs, unclean }: ReadBlocks) {
	const { table } = store;
	const spoilt = new Set([...unclean].map(packOf));
	const clean = [...packs].filter(([pack]) => !spoilt.has(pack));
	for (const piece of pieces(clean))
		await tx.run(sql`INSERT INTO ${table('pack')} AS known (sync, pack, fold)
			SELECT ${big(sync)}, w.block, w.fold FROM ${tx.dialect.values('w', [...BLOCK, { name: 'fold', type: 'text' }], piece)}
			WHERE NOT EXISTS (SELECT 1 FROM ${table('block')} b WHERE b.sync = ${sync} AND ${BLOCK_IN_PACK}
				AND (b.fold IS NULL OR b.at > ${big(began)}))
			ON CONFLICT (sync, pack) DO UPDATE SET fold = excluded.fold`);
	// A pack of which no block is left, or of which a new one is not clean yet, is known as one that has to be looked at.
	await tx.run(sql`INSERT INTO ${table('pack')} (sync, pack)
		SELECT DISTINCT b.sync, b.block / ${sql.lit(PACK)} FROM ${table('block')} b WHERE b.sync = ${sync} AND b.at = ${began}
		ON CONFLICT (sync, pack) DO NOTHING`);
	await tx.run(sql`DELETE FROM ${table('pack')} AS w WHERE w.sync = ${sync} AND w.fold IS NULL AND NOT EXISTS (
		SELECT 1 FROM ${table('block')} b WHERE b.sync = ${sync} AND b.block >= w.pack * ${sql.lit(PACK)} AND b.block < (w.pack + 1) * ${sql.lit(PACK)})`);
}

const BLOCK = [{ name: 'block', type: 'integer' }];

function listed(tx: Sql, blocks: number[]): RawBuilder<unknown> {
	return tx.dialect.values(
		'w',
		BLOCK,
		blocks.map((block) => [block]),
	);
}

function* pieces<T>(list: readonly T[], size = CHUNK): Iterable<T[]> {
	for (let from = 0; from < list.length; from += size) yield list.slice(from, from + size);
}
