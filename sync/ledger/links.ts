/** A record and its counterpart in one destination, and what becomes of it. */
import type { Reference } from '../needs';
import type { Fields } from '../types';

export type LinkState =
	| 'due' // something is to be done, from `retryAt` on
	| 'handed' // an item is on its way through a run
	| 'claimed' // the destination node has it
	| 'writing' // a write may be in flight until the lease ends
	| 'settled' // confirmed, or nothing to do, at (version, revision)
	| 'intended' // planned, and not yet counted by the guard
	| 'held' // waits for a person
	| 'task' // nothing but a person can do it, and how was told
	| 'waiting' // for a record that it refers to; or, to be removed, for those that refer to it
	| 'failed' // given up for this version
	| 'unrouted' // a run ended well and the item never arrived
	| 'gone'; // removed, and confirmed

export type Reason = 'changed' | 'retry' | 'released' | 'remapped' | 'requested' | 'awaited' | 'sweep';

export type Removal = 'none' | 'intended' | 'released' | 'sent';

/** A link as the destination node works on it. */
export interface Link {
	key: string;
	part: string;
	/** The record's version now. */
	version: number;
	/** The record still stands in the source. */
	present: boolean;
	/** When a read or an event of the source saw that version first. */
	changedAt: number;
	counterpart: string | null;
	confirmedVersion: number | null;
	confirmedRevision: number | null;
	/** The owned fields as last confirmed: what was written, in the destination's spelling after `prepare`. */
	fields: Fields | null;
	/** What the destination made of them, where it differs. */
	told: Fields | null;
	/** What stood there after they were written, where that is another value: written once more, and then a failure. */
	provisional: Fields | null;
	removal: Removal;
	/** A removal was confirmed before: the record is a returner. */
	removedBefore: boolean;
	/** Since when it waits for another record, or did when it was given up; null: it does not. */
	waitsSince: number | null;
	/** Settled removal ends in a deactivated counterpart that still stands. */
	attempts: number;
	/** The record was there when the destination began. */
	initial: boolean;
	/** A create was intended and its answer never came. */
	createIntended: boolean;
	/** The match values of that create; the record may have others by now. */
	match: Fields | null;
	/** The guard, or a person, has let the write pass; nothing has overtaken it. */
	passed: boolean;
	/** What stood in these fields before a run that is being undone. */
	undo?: Fields;
}

/** An item that a destination node wants to work on. */
export interface ClaimedItem {
	key: string;
	/** Left out where the record is one counterpart. */
	part?: string;
	version: number;
	/** The parts that the record has, where it has any. */
	parts?: readonly string[];
	/** Only this very link is claimed. */
	beside?: true;
}

export interface Claim {
	link: Link;
	/** Why this item may not be worked on, if so: an older version or mapping, or another run has it. */
	superseded?: string;
	/** Nothing is due for it, though another part of its record is. */
	idle?: true;
}

export interface HistoryEntry {
	outcome: string;
	field: string | null;
	was: unknown;
	now: unknown;
	why: string;
}

export interface Confirmed {
	key: string;
	part: string;
	/** The version and revision that were applied. */
	version: number;
	counterpart: string | null;
	fields: Fields | null;
	told: Fields | null;
	provisional?: Fields | null;
	/** The row mark of what stands there now, where the destination gave one. */
	mark?: string;
	/** `gone`: a removal is done. `waiting`: written without what is not there yet. `settled`: everything else. */
	state: 'settled' | 'gone' | 'waiting';
	/** With `waiting`: milliseconds from the first wait on. */
	patience?: number;
	/** Whom its counterpart refers to. */
	refs?: Reference[];
	/** When time alone may change what the mapping says (milliseconds since 1970 UTC), and whether a day may. */
	flipsAt?: number;
	daily?: boolean;
	history: HistoryEntry[];
}

export interface FailedLink {
	key: string;
	part: string;
	version: number;
	error: string;
	/** Milliseconds until the next try; null: give up for this version. */
	retryIn: number | null;
	/** False where the fault is the destination's as a whole, not this record's. */
	countsAttempt: boolean;
	/** The counterpart that turned out, if one did. */
	counterpart?: string;
	/** A create that surely made nothing: no counterpart needs to be looked for. */
	notCreated?: true;
	/** Only a person can do it; `error` says how. Not tried again by itself. */
	task?: true;
	/** It waited for another record in vain: it is due again should that come after all. */
	waits?: true;
	history?: HistoryEntry[];
}

/** A claimed link that waits for other records. */
export interface WaitingLink {
	key: string;
	part: string;
	/** Milliseconds from its first wait on. */
	patience: number;
	/** For whom, in words. */
	text: string;
	refs: Reference[];
}

/** A counterpart that is linked already: to a key of this destination, or of another one that writes to the same target. */
export interface Sharer {
	counterpart: string;
	key: string;
	part: string;
	/** Its record no longer stands in the source. */
	vanished: boolean;
	destination: number;
	/** The name of that destination's sync, its workflow's id, and the fields that it owns. */
	sync: string;
	workflow: string;
	owned: string[];
}

/** A key, or a part, that found the counterpart of one that vanished. */
export interface MovedLink {
	from: { key: string; part: string };
	to: { key: string; part: string };
	counterpart: string;
}
