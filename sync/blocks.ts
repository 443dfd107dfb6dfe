/**
 * A source's keys in blocks, so that what has not changed need not be read. Every key has a slot, which a hash of it
 * chooses; neighbouring slots are a block. Of each block the source makes one hash of all its rows (a *fold*), and the
 * ledger keeps the fold under which it last took all of the block in: a block with the same fold is as it was then. Pure.
 */

/** Slots go from 0 to 2³¹ − 1; so many bits of them tell places within one block, the others the blocks: 32,768. */
export const PLACE_BITS = 16;

/** Slots in one block. */
export const PLACES = 2 ** PLACE_BITS;

/** The block of a slot. */
export function blockOf(slot: number): number {
	return slot >>> PLACE_BITS;
}

/** The blocks as the ledger knows them. */
export interface KnownBlocks {
	/** What the folds were made by (rows' marks, columns, kind of reader); empty where all must be read again. */
	marks: string;
	/** Null: there may be records that are not as they were read. */
	folds: ReadonlyMap<number, string | null>;
}

/** The blocks as a read found them. */
export interface ReadBlocks {
	marks: string;
	/** The blocks whose rows were read, all of them; undefined: every block there is. */
	read: number[] | undefined;
	/** Of every block that was read and has rows. */
	folds: ReadonlyMap<number, string>;
	/** Blocks with rows that became no record, which have to be read again next time. */
	unclean: ReadonlySet<number>;
	/** Rows that have a key, in all blocks together. */
	rows: number;
}

/** The blocks that are not as they were. */
export function differing(known: KnownBlocks, folds: ReadonlyMap<number, string>): number[] {
	const different: number[] = [];
	for (const [block, fold] of folds) if (known.folds.get(block) !== fold) different.push(block);
	for (const block of known.folds.keys()) if (!folds.has(block)) different.push(block);
	return different;
}
