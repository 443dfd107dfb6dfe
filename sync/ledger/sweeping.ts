/** How sweeps go through the links of a destination: page by page, or by ranges. */
import type { Cursor, Fields, Range, Value } from '../types';
import type { HistoryEntry } from './links';

/** A link's confirmed state, as a sweep compares it. */
export interface SweptLink {
	key: string;
	part: string;
	counterpart: string;
	version: number;
	revision: number;
	fields: Fields;
	told: Fields | null;
	provisional: Fields | null;
	name: string | null;
	/** The row mark as last confirmed, where there is one. */
	mark: string | null;
	/** Its removal is done, and what that set still stands. */
	removed: boolean;
}

/** A field that sweeps wrote back again and again over the same other value. */
export interface Fight {
	key: string;
	part: string;
	field: string;
	ours: Value;
	theirs: Value;
	times: number;
	since: number;
}

/** A range of a destination's counterparts, as its last sweep left it. */
export interface SweptRange extends Range {
	id: number;
	/** The fold when everything linked in it was last seen to be as confirmed; null: not since something of ours changed. */
	fold: string | null;
	/** Rises with every mark of ours that changes in it. */
	writes: number;
}

/** What a look at some ranges' marks says. */
export interface Suspicion {
	/** Linked counterparts whose mark is not the confirmed one, or that were there before and no longer are; with their range. */
	suspects: (SweptLink & { range: number })[];
	/** Ranges that hold such a counterpart of which nothing can be said now: its link is under way, failed, or due. */
	unsettled: Set<number>;
}

/** A link that was compared with its counterpart, field by field, and found as confirmed; and the counterpart's mark then. */
export interface Verified {
	link: SweptLink;
	mark: string;
	/** The range that it was seen in. */
	range: number | null;
}

/** What a sweep asks. */
export interface Sweeps {
	/**
	 * Claims the destination's sweep if one is due; where it was cut off: behind which link, or which range. `since`: what was
	 * changed from there on is enough; null where everything has to be compared, which is so once a day.
	 */
	claimSweep(
		destination: number,
		holder: string,
		ttl: number,
	): Promise<
		| {
				after: { key: string; part: string } | null;
				range: number | null;
				since: Cursor | null;
				looksOnly: boolean;
		  }
		| undefined
	>;
	/** Of these counterparts, those that can be compared now; `busy`: others of them only later, and unless they are asked for again, by nobody. */
	sweptOf(destination: number, counterparts: string[]): Promise<{ links: SweptLink[]; busy: boolean }>;
	/** A full sweep begins: from when on the destination is to be asked for changes after it. */
	keepEdits(destination: number, holder: string, edits: Cursor): Promise<void>;
	sweepPage(destination: number, after: { key: string; part: string } | null, limit: number): Promise<SweptLink[]>;
	/** Claims settled links for healing; answers with the keys that are still as the page said. A run of its own. */
	claimHeal(
		destination: number,
		links: { key: string; part: string; version: number }[],
		ttl: number,
	): Promise<{ run: number; keys: Set<string> }>;
	/** Which fields of these links somebody else writes too, as the heals of the last sweeps say. */
	fights(destination: number, links: { key: string; part: string }[]): Promise<Fight[]>;
	/** Confirms what was healed; what the links were otherwise, they stay. */
	confirmHeal(
		destination: number,
		run: number,
		healed: {
			key: string;
			part: string;
			told: Fields | null;
			provisional?: Fields | null;
			mark?: string;
			history: HistoryEntry[];
		}[],
	): Promise<void>;
	/** By the ordinary way again: counterparts that are gone, once the guard has counted them; drifted ones at once. */
	sweptMissing(
		destination: number,
		links: { key: string; part: string; version: number }[],
		how: 'missing' | 'drifted',
	): Promise<void>;
	/** Saves how far it got (null: as far as before); false when another node has it by now. */
	sweepProgress(
		destination: number,
		holder: string,
		after: { key: string; part: string } | null,
		ttl: number,
	): Promise<boolean>;
	/**
	 * The sweep went through: over everything, or over what was changed alone (the next such one begins at `edits`). One that
	 * only looked changes nothing of when the next one is due, and of what it has to look at.
	 */
	endSweep(destination: number, holder: string, went: 'whole' | 'looked' | { edits: Cursor }): Promise<void>;

	// sweep by ranges, where the destination can compare by itself
	/** The fields that marks cover under this revision: those known before and these. Without a revision: those known. */
	marking(destination: number, revision: number | null, fields: string[]): Promise<string[]>;
	/** Before the first range: makes one of everything where there is none, and joins small ones. */
	beginRanges(destination: number, size: number): Promise<void>;
	/** The next ranges in the destination's order. */
	ranges(destination: number, after: number | null, limit: number): Promise<SweptRange[]>;
	/** Parts a range at these bounds; what lies behind the last of them stays the range itself. Answers with the new ones. */
	splitRange(destination: number, range: number, bounds: string[]): Promise<number[]>;
	/** Throws away the ranges, and with them what they account for. */
	forgetRanges(destination: number): Promise<void>;
	/** Compares the marks that stand in whole ranges with those that were confirmed. */
	compareMarks(
		destination: number,
		ranges: { id: number; marks: { id: string; mark: string }[] }[],
	): Promise<Suspicion>;
	/** The next links that no range accounts for, in the order of their counterparts; `after` is where to go on, null at the end. */
	looseLinks(destination: number, after: string): Promise<{ links: SweptLink[]; after: string | null }>;
	/**
	 * Keeps the marks of links that were found as confirmed, and which ranges are clean: unless something of ours has
	 * changed since they were read.
	 */
	cleanRanges(
		destination: number,
		verified: Verified[],
		clean: { id: number; fold: string; count: number; writes: number }[],
	): Promise<void>;
	/** Has every range looked at anew. */
	dirtyRanges(destination: number): Promise<void>;
	/** Saves behind which range the sweep is; false when another node has it by now. */
	rangeProgress(destination: number, holder: string, range: number, ttl: number): Promise<boolean>;
}
