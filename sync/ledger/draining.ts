/** How due work leaves the ledger: the guard, leases, runs, and what is told of a sync's health. */
import type { Fields } from '../types';
import type { Reason } from './links';

export type Change = 'created' | 'updated' | 'removed';

export interface HandedRecord {
	key: string;
	version: number;
	change: Change;
	reason: Reason;
	name: string | null;
	fields: Fields;
	/** Node ids of the destinations it is due for. */
	for: string[];
}

/** What is held: see `sync/guard.ts`. */
export type HoldKind = 'removals' | 'missing' | 'first' | 'changes';

export interface Hold {
	id: number;
	kind: HoldKind;
	reason: string;
	count: number;
	/** The first 20 names. */
	names: string[];
	createdAt: number;
}

/** A removal that is not confirmed yet. */
export interface Unconfirmed {
	key: string;
	name: string | null;
	/** The destination's number and name. */
	destination: number;
	where: string;
	/** Milliseconds since the source said so. */
	since: number;
}

export interface DueCounts {
	/** Due now. */
	due: number;
	/** Due later: waiting for their retry. */
	later: number;
	underway: number;
	failed: number;
	held: number;
	/** Left to a person. */
	tasks: number;
	unrouted: number;
	/** Waiting for other records. */
	waiting: number;
}

/** Work is due, but as many batches as may be are out. */
export interface Stuck {
	batches: number;
	/** Links that are due now. */
	due: number;
	/** When the last of the batches was handed over, and when the first of their leases ends. */
	since: number;
	until: number;
	now: number;
}

/** What the guard lets pass; its rules are in `sync/guard.ts`. */
export interface Guard {
	/** Removals within 24 h that pass in any case. */
	few: number;
	/** Share of the links, 0 to 1, that may go within 24 h. */
	share: number;
	/** Share of the links, 0 to 1, in which one field may lose its value in one drain; 1 lets everything pass. */
	changes: number;
	/** Whether the first write into a destination that is not empty is held. */
	first: boolean;
}

/** What hands due work over. */
export interface Draining {
	/** Counts what is intended per destination against the guard: lets it pass, or holds it. */
	countIntended(sync: number, token: number, guard: Guard): Promise<{ released: number; held: Hold[] }>;
	/** Takes due work, removals first, then the oldest; at most `keys` keys and about `bytes` of fields. */
	lease(
		sync: number,
		token: number,
		limits: {
			keys: number;
			bytes: number;
			ttl: number;
			/** Only what was due by then. */ before: number;
			/** Only what the guard let pass. */ passedOnly: boolean;
			/** Only what a person wants undone. */
			undoOnly?: boolean;
			/** Only records that have no counterpart yet. */
			newOnly?: boolean;
			/** Only what waited for another record. */
			awaitedOnly?: boolean;
			/** No more when that many batches are out; left out: without limit. */
			outstanding?: number;
		},
	): Promise<{ run: number; records: HandedRecord[]; stuck?: Stuck }>;
	/**
	 * Makes due what waits and need not any longer: what it refers to is there, nothing refers to it any more, or its time
	 * is over. How many links.
	 */
	awaken(sync: number, token: number): Promise<number>;
	/** One confirmed record, whole, for a destination that has a sweep due or a hold to show and got no item. */
	carrier(sync: number, token: number, ttl: number): Promise<{ run: number; records: HandedRecord[] } | undefined>;
	/** The run lasts: what was handed to it, and has not arrived yet, stays its own. */
	renewRun(run: number, ttl: number): Promise<void>;
	/** The destination node works: what these runs brought it, claimed or still to be claimed, and its sweep stay its own. */
	keep(destination: number, runs: number[], sweeper: string, ttl: number): Promise<void>;
	/** After a run's end: what was handed and never claimed is settled as unrouted, or due again. */
	endRun(
		run: number,
		how: { ok: boolean; error?: string; retryIn: number },
	): Promise<{ unrouted: number; unroutedLinked: number; again: number }>;
	counts(sync: number): Promise<DueCounts>;
	/** How many records never arrived at the destination, in their present version. */
	unrouted(destination: number): Promise<number>;
	/** Records that were given up, with why; or left to a person, with what to do. */
	failures(
		sync: number,
		limit: number,
		state?: 'failed' | 'task',
	): Promise<{ key: string; name: string | null; error: string }[]>;
	setHealth(
		sync: number,
		health: 'healthy' | 'failing',
		text: string | null,
		kinds: string[],
	): Promise<{ turned: boolean }>;

	/** Destinations whose sweep was asked for, and that no item reached for more than two intervals. */
	unswept(sync: number): Promise<{ name: string; since: number }[]>;
	/** Removals that no destination has confirmed `after` milliseconds after the source said so, the oldest first; held ones wait for a person. */
	unconfirmed(sync: number, after: number, limit: number): Promise<Unconfirmed[]>;
	/** Destinations that could not be worked with when they were last tried. */
	down(sync: number): Promise<{ name: string; text: string }[]>;
	openHolds(sync: number): Promise<Hold[]>;
}
