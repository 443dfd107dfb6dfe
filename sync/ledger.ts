/**
 * What the engine asks of the ledger. `ledger/` implements it once, over SQLite and Postgres.
 *
 * A link's states, and who moves it (docs/spec.md has the whole table):
 *
 *   due ──lease──▶ handed ──claim──▶ claimed ──intend──▶ writing ──confirm──▶ settled
 *    ▲               │                  │                    │
 *    └── expiry, retry, release, a newer version or revision ┘        failed · held · task · waiting · unrouted · gone
 *
 * `intended` is what the guard has not counted yet: see `sync/guard.ts`. All times are milliseconds of the ledger's own clock.
 */
import type { KnownBlocks, ReadBlocks } from './blocks';
import type { Gathering } from './groups';
import type { Hands } from './hands';
import type { Look } from './look';
import type { Reference, Referred, Referrers, Wanted } from './needs';
import { SyncError, type Cursor, type Fields, type Range, type SourceRecord, type Value, type Weighed } from './types';

/** The ledger itself cannot be used (no room, no right, no answer): the tick stops, and no record is blamed for it. */
export class LedgerError extends SyncError {
	constructor(message: string, todo: string, cause: unknown) {
		super('unreachable', message, { todo, cause });
		this.name = 'LedgerError';
	}
}

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
export type Change = 'created' | 'updated' | 'removed';

export interface SyncIdentity {
	/** n8n's instance id. */
	instance: string;
	workflow: string;
	/** The trigger node's id, which a rename keeps. */
	node: string;
}

export interface SyncRow {
	id: number;
	name: string;
	/** Rises when the ledger was lost, restored or moved; part of every idempotency key. */
	epoch: number;
	cursor: Cursor | null;
	/** When everything was last read, completely; null: never. */
	completeReadAt: number | null;
	/** How many records are present, as of the last observation. */
	records: number;
	/** Nothing is handed over until a person resumes it. */
	paused: boolean;
	/** A person wants everything read, and the destinations compared, though it is not time yet. */
	readWanted: boolean;
	checkWanted: boolean;
	health: 'new' | 'healthy' | 'failing';
	healthText: string | null;
	now: number;
}

/** A sync as a list shows it. */
export interface KnownSync {
	id: number;
	name: string;
	identity: SyncIdentity;
	/** How many changes of a pushed sync no event had told of, until a complete read found them. */
	repairs: number;
	destinations: { id: number; node: string; name: string; target: string | null }[];
}

/** A destination node that the trigger saw behind it, or that registered itself by running. */
export interface DestinationSeen {
	node: string;
	name: string;
	/** Fingerprints of the mappings on the way to it; others than before are a new revision. Left out where they cannot be seen. */
	mappings?: string[];
	/** Fingerprint of what stands between, and how it is connected; another than before, and what never arrived is sent again. */
	way?: string;
	/** Fingerprint of the node's own settings; others than before, and it is looked at by a sweep that writes nothing. */
	settings?: string;
}

export interface ObservationResult {
	read: number;
	created: number;
	updated: number;
	returned: number;
	/** Records that the source no longer has. */
	vanished: number;
	unchanged: number;
	/** Records that are older than what is known, by the source's own order; left as they were. */
	older: number;
	/** Keys that came several times with different fields; left as they were. */
	duplicates: { count: number; sample: string[] };
	/** The read was complete but empty while records are known: nothing was removed. */
	emptied: boolean;
}

/** One read of the source on its way into the ledger: staged beside it, compared as a set, never held in memory. */
export interface Observation {
	/** What the ledger knows of the source's blocks. */
	blocks(): Promise<KnownBlocks>;
	add(records: SourceRecord[]): Promise<void>;
	/**
	 * Compares what was staged with what is known. Only a complete observation makes records vanish; one by blocks only
	 * those of the blocks that it has read. The cursor is saved in the last of its transactions.
	 */
	finish(how: {
		complete: boolean;
		cursor?: Cursor;
		blocks?: ReadBlocks;
		/** A read of nothing means what it says: the source is empty. */
		empty?: boolean;
		/** The present observer, where the read began under another one. */
		token?: number;
	}): Promise<ObservationResult>;
	/** What was staged so far, beside what is known. */
	weigh(): Promise<Weighed>;
	/** Throws away what was staged; harmless after `finish`. */
	discard(): Promise<void>;
}

/** A record as its source pushed it. */
export interface PushedRecord extends SourceRecord {
	/**
	 * `all`: what is not there is empty. `some fields`: merged over what is known. `its key`: something about it has
	 * changed, and a node behind completes it.
	 */
	carries: 'all' | 'some fields' | 'its key';
}

/** A key of which the source said that something about it changed; `number` tells a hint from a later one of the same key. */
export interface Hint {
	key: string;
	number: number;
}

export interface PushResult {
	changed: number;
	unchanged: number;
	/** Without effect: a newer event came before. */
	older: number;
}

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

/** What came of a person's release. `closed`: it was released before, or has freed itself. */
export type Release = 'released' | 'closed' | 'unknown';

export interface Ledger extends Look, Hands {
	// identity
	/** Registers the sync, or finds it. Throws SyncError `setup` for a copy that has not been taken over. */
	register(identity: SyncIdentity, name: string, takeOver?: string): Promise<SyncRow>;
	/**
	 * `seen`: the newest number of the ledger's sequence that the workflow remembers. A ledger that has not come so far was
	 * lost or restored: the sync starts a new epoch, in which every removal is held and everything is compared anew.
	 */
	checkAge(seen: number): Promise<boolean>;
	/** The newest number of the ledger's sequence. */
	sequence(): Promise<number>;
	/** All syncs with their active destinations, by their names. */
	syncs(): Promise<KnownSync[]>;
	/** The sync as it is known, without registering it; for test runs. */
	find(identity: SyncIdentity): Promise<SyncRow | undefined>;
	/** The destinations that stand behind the trigger now: new ones get every present record due, missing ones retire. */
	destinationsSeen(sync: number, seen: DestinationSeen[], sweepEvery: number | null): Promise<void>;

	/** The ledger's clock. */
	now(): Promise<number>;
	/** The secret behind keyed fingerprints; never leaves the process. */
	secret(): Promise<string>;

	// one observer at a time
	/** A fencing token, or undefined while another holder's lease runs. */
	beginTick(sync: number, holder: string, ttl: number): Promise<number | undefined>;
	/** Throws when the lease was lost. */
	renewTick(sync: number, token: number, ttl: number): Promise<void>;
	endTick(sync: number, token: number): Promise<void>;
	observe(sync: number, token: number, tag: string, sensitive: string[]): Promise<Observation>;
	/** Puts members of groups aside while they are read: see `sync/groups.ts`. */
	gather(): Promise<Gathering>;
	/** Whether several processes may have it open at once. */
	readonly shared: boolean;
	/** Whether something came for a sync, by whichever process, within the last so many milliseconds. */
	arrived(identity: SyncIdentity, within: number): Promise<boolean>;
	/** Takes pushed records in, in their order; all of it is committed when this resolves. */
	push(
		sync: number,
		tag: string,
		records: PushedRecord[],
		sensitive: string[],
		/** The observer's, where it pushes what it has read itself. */ token?: number,
	): Promise<PushResult>;
	/** Keeps keys that changed at the source, until they have been read. */
	hint(sync: number, keys: string[]): Promise<void>;
	/** The oldest hints. */
	hints(sync: number, limit: number): Promise<Hint[]>;
	/** Forgets hints that were followed; one that came again meanwhile stays. */
	hinted(sync: number, followed: Hint[]): Promise<void>;
	/** Counts changes that a complete read found and of which no event had told. */
	repaired(sync: number, count: number): Promise<void>;
	/** Says what the source is, so that no destination of the sync can be the same. */
	sourceIs(sync: number, place: string | null): Promise<void>;

	// drain
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

	// destination
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

	// sweep
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

	/** Throws away history older than that many days, a step at a time. */
	tidy(sync: number, days: number): Promise<void>;
	close(): Promise<void>;
}
