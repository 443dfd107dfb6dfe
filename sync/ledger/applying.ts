/** What a destination node asks of the ledger while it works on what it was handed. */
import type { Referred, Referrers, Wanted } from '../needs';
import type { Fields } from '../types';
import type { Hold } from './draining';
import type { Claim, ClaimedItem, Confirmed, FailedLink, Link, MovedLink, Sharer, WaitingLink } from './links';

export interface DestinationRow {
	id: number;
	sync: number;
	node: string;
	/** The ledger's epoch, part of every idempotency key. */
	epoch: number;
	/** Number of the mapping as it is now. */
	revision: number;
	firstWrite: FirstWrite;
	/** The lock that was installed for it, or should have been. */
	locked: LockKept | null;
	/** The fields that its mapping owned when it was last worked with. */
	owned: string[];
}

/** What the ledger remembers of a destination's lock. */
export interface LockKept {
	name: string;
	/** The fields that it watches, and the mapping's number with which they came. */
	fields: string[];
	revision: number;
	/** It was told of every counterpart. */
	complete: boolean;
	/** Why it does not stand as it should. */
	trouble?: string;
	/** What removes it by hand, as text for people. */
	undo: string[];
	/** It was left behind, and somebody was told. */
	told?: true;
}

/**
 * Of a destination's first write. `unknown`: nobody has looked yet whether it is empty. `waits`: it is not, and a person
 * has to let it pass. `passed`: it was empty, or the first write has been let pass.
 */
export type FirstWrite = 'unknown' | 'waits' | 'passed';

/** What came of a person's release. `closed`: it was released before, or has freed itself. */
export type Release = 'released' | 'closed' | 'unknown';

/** What a destination node asks. */
export interface Applying {
	/** Says that the destination as a whole cannot be worked with (nothing is due there for `probeIn` milliseconds), or can again. */
	setDown(destination: number, text: string | null, probeIn: number): Promise<void>;
	/**
	 * The destination row for this node and target; a changed target starts a new one and retires the old. Without a
	 * target (what it writes to could not be reached or named): the node's present one, as it is.
	 */
	destination(
		sync: number,
		node: string,
		name: string,
		target?: { id: string; text: string },
	): Promise<DestinationRow>;
	/** The links of these keys as they are, for a preview: claims nothing, registers nothing. */
	look(
		sync: number,
		node: string,
		target: string,
		keys: string[],
	): Promise<{ destination?: number; firstWrite: FirstWrite; links: Link[] }>;
	/** Says whether the destination was found empty; answers how it stands with its first write. */
	foundEmpty(destination: number, empty: boolean): Promise<FirstWrite>;
	/**
	 * Claims items of one run; each (key, version) is taken again from the ledger.
	 * A new mapping fingerprint of a run that is not older starts a new revision: every link is due with it.
	 * Parts that are new get their links here, under the lease of their record's own link. All other links of these records
	 * that the run holds are claimed too, whether an item is about them or not.
	 */
	claim(
		destination: number,
		run: number,
		mapping: string,
		items: ClaimedItem[],
		ttl: number,
	): Promise<{
		revision: number;
		claims: Claim[];
		/** So much is due that the guard counts changes before they are written. */
		watched: boolean;
	}>;
	/** Marks removals as intended; they wait for the guard. */
	intendRemovals(destination: number, run: number, keys: { key: string; part: string }[]): Promise<void>;
	/** Marks writes as intended; they wait for the guard. */
	intendWrites(
		destination: number,
		run: number,
		writes: { key: string; part: string; kind: 'first' | 'changes'; what: string }[],
	): Promise<void>;
	/** Write-ahead: from here until `ttl` a write may be in flight. Answers with the keys that may still be written. */
	intend(
		destination: number,
		run: number,
		writes: { key: string; part: string; version: number; create: boolean; match: Fields | null }[],
		ttl: number,
	): Promise<Set<string>>;
	/** `revision`: the mapping's number when the items were claimed. Answers with the keys whose confirmation came too late (another run has them now). */
	confirm(destination: number, run: number, revision: number, confirmed: Confirmed[]): Promise<Set<string>>;
	fail(destination: number, run: number, failed: FailedLink[]): Promise<void>;
	/** Claimed links as waiting for other records. */
	wait(destination: number, run: number, waiting: WaitingLink[]): Promise<void>;
	/** What is known of the records that these name. */
	referred(destination: number, wanted: Wanted[]): Promise<Referred[]>;
	/** Whose counterparts still refer to those of these links; one to which nobody refers is left out. */
	referrers(destination: number, links: { key: string; part: string }[]): Promise<Referrers[]>;
	/** Gives claimed links back untouched. */
	unclaim(destination: number, run: number, keys: { key: string; part: string }[]): Promise<void>;
	/**
	 * A person accepts what a destination of the sync holds in place of this record's values: from now on that is how it
	 * spells them. Answers with the fields' names; none where nothing was provisional, or a run works on the link.
	 */
	accept(sync: number, key: string): Promise<string[]>;
	/** Keeps a counterpart's id found or made in a test run; confirms nothing. */
	keepCounterpart(destination: number, key: string, part: string, counterpart: string): Promise<void>;
	/** Holds that no item has told of yet; telling marks them. */
	untoldHolds(destination: number): Promise<Hold[]>;
	/** A person lets pass what a hold holds at that moment, once. */
	release(sync: number, hold: number): Promise<Release>;
	/** Drops the links and holds of destinations that are retired; how many links went. What is written there stays there. */
	forgetRetired(sync: number): Promise<number>;
	/**
	 * Moves the links of vanished keys to claimed ones that found their counterparts; answers with the links that moved, as
	 * they are now. One whose removal another run has does not move.
	 */
	moveLinks(destination: number, run: number, moves: MovedLink[]): Promise<Link[]>;
	/** Who has these counterparts already, this destination's own keys included. */
	sharers(destination: number, counterparts: string[]): Promise<Sharer[]>;
	/** Counterparts that somebody may have changed in the destination: they are looked at again. How many of them are linked. */
	suspect(destination: number, counterparts: string[]): Promise<number>;
	/** How many records a mapping would make due again; none where it is the present one, or there was none. */
	remapped(destination: number, mapping: string): Promise<number>;
	/** Remembers what became of the destination's lock; null: there is none. */
	setLock(destination: number, lock: LockKept | null): Promise<void>;
	/** All locks of a sync. `retired`: its destination is no longer there, or writes to something else now. */
	locks(sync: number): Promise<
		{
			destination: number;
			node: string;
			name: string;
			target: string | null;
			where: string;
			retired: boolean;
			lock: LockKept;
		}[]
	>;
	/** The next counterparts that were confirmed once, whatever is due for them, with the names of their owned fields. */
	linkedPage(
		destination: number,
		after: { key: string; part: string } | null,
		limit: number,
	): Promise<{ key: string; part: string; counterpart: string; fields: string[] }[]>;
	/** How many counterparts the destination has linked, and how many of these ids are among them. */
	linked(destination: number, counterparts: string[]): Promise<{ all: number; found: number }>;
	/** Says which fields the destination's mapping owns. */
	owns(destination: number, fields: string[]): Promise<void>;
}
