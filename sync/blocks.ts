/**
 * A source's keys in blocks, so that what has not changed need not be read. Every key has a slot, which a hash of it
 * chooses; neighbouring slots are a block. Of each block the source makes one hash of all its rows (a *fold*), and the
 * ledger keeps the fold under which it last took all of the block in: a block with the same fold is as it was then.
 * Neighbouring blocks are a pack, with a fold over theirs: of a pack that is as it was, nobody need name the blocks. Pure.
 */

/** Slots go from 0 to 2³¹ − 1; so many bits of them tell places within one block, the others the blocks: 32,768. */
export const PLACE_BITS = 16;

/** Slots in one block. */
export const PLACES = 2 ** PLACE_BITS;

/** So many bits of a block's number tell it from the others of its pack: 2,048 packs of 16 blocks. */
export const PACK_BITS = 4;

/** Blocks in one pack. */
export const PACK = 2 ** PACK_BITS;

/** The block of a slot. */
export function blockOf(slot: number): number {
	return slot >>> PLACE_BITS;
}

/** The pack of a block. */
export function packOf(block: number): number {
	return block >>> PACK_BITS;
}

/** The blocks as the ledger knows them. Null for a fold: there may be records that are not as they were read. */
export interface KnownBlocks {
	/** What the folds were made by (rows' marks, columns, kind of reader); empty where all must be read again. */
	marks: string;
	/** The folds of all packs that have a block. */
	packs: ReadonlyMap<number, string | null>;
	/** The folds of these packs' blocks. */
	blocks(packs: readonly number[]): Promise<ReadonlyMap<number, string | null>>;
}

/** The blocks as a read found them. */
export interface ReadBlocks {
	marks: string;
	/** The blocks whose rows were read, all of them; undefined: every block there is. */
	read: number[] | undefined;
	/** Of every block that was read and has rows. */
	folds: ReadonlyMap<number, string>;
	/** Of every pack that has rows, and was not as it was known. */
	packs: ReadonlyMap<number, string>;
	/** Blocks with rows that became no record, which have to be read again next time. */
	unclean: ReadonlySet<number>;
	/** Rows that have a key, in all blocks together. */
	rows: number;
	/** How many records there must be, where every row is one. */
	records?: number;
}

/** Which of them are not as they were: blocks, or packs. */
export function differing(known: ReadonlyMap<number, string | null>, found: ReadonlyMap<number, string>): number[] {
	const different: number[] = [];
	for (const [one, fold] of found) if (known.get(one) !== fold) different.push(one);
	for (const one of known.keys()) if (!found.has(one)) different.push(one);
	return different;
}
