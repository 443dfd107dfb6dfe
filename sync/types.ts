/**
 * The words of the house, as types. `sync/` decides; it knows nothing of n8n, of drivers or of the clock.
 *
 * - **source**, **destination**: the system of record; the system that mirrors it.
 * - **sync**: one source trigger and all destinations behind it.
 * - **record**, **key**: one thing in the source; its stable identity there.
 * - **version**: a number that rises whenever the ledger sees a record change.
 * - **desired / actual record**: what the mapping says the destination must hold / what it holds now.
 * - **owned field**: a field the source owns: always overwritten downstream. *Once*: written only on create.
 * - **link**: the tie between a record's key and its counterpart's id in one destination.
 * - **plan, action**: what would be done to one record: create, update, remove, none.
 * - **hold**: planned actions that wait for a person.
 * - **outcome**: what happened.
 */

import type { KnownBlocks, ReadBlocks } from './blocks';

/** A JSON value: all that can travel between n8n's nodes. */
export type Value = null | boolean | number | string | Value[] | { [name: string]: Value };
export type Fields = Record<string, Value>;

/** A read that has been staged, before anything is made of it. */
export interface Weighed {
	/** Different keys that were read. */
	keys: number;
	/** Records that were present before. */
	known: number;
	/** How many of those the read does not hold. */
	missing: number;
}

// ─── Source ──────────────────────────────────────────────────────────────────────────────────────────────────────

export interface SourceRecord {
	/** The encoded key: see `sync/key.ts`. */
	key: string;
	fields: Fields;
	/** What a person would call it. */
	name?: string;
	/** The source itself says that this record is gone (a soft delete). */
	removed?: boolean;
	/**
	 * What rises with every change of the record: a number, or a time. What is older than what is known has no effect;
	 * of two that are equal the later read counts, and so it does where one has no value.
	 */
	ordering?: Value;
	/** Its key's slot, where the source can read by blocks: see `sync/blocks.ts`. */
	slot?: number;
}

export interface RecordPage {
	records: SourceRecord[];
	/** Rows that were left out because a part of their key is empty. */
	unkeyed: number;
	/** Where the next read may begin, once this page and all before it are in the ledger. */
	cursor?: Cursor;
	/** True only on the last page of a read of everything in which every page was read without an error. */
	complete: boolean;
	/** A read without a record means that the source is empty: a person said so. */
	empty?: boolean;
	/** On the last page of such a read, where it was made by blocks: which ones it read. All others are as they were known. */
	blocks?: ReadBlocks;
}

/** Opaque to the engine; JSON; belongs to the source that made it. */
export type Cursor = Value;

/**
 * Reads, and cannot write: one-way is a property of this type.
 */
export interface Source {
	/**
	 * Names the reader that makes the fields (kind, table, field list, algorithm). Fingerprints are compared only
	 * under equal tags.
	 */
	readonly tag: string;
	/** What is read, as a destination's target would name it, where it is one thing. */
	readonly place?: string;
	/**
	 * Reads the records: everything, or what changed since. Throws {@link SyncError} when the source cannot be read.
	 * A source that can compare blocks by itself reads, given what is `known` of them, only those that differ.
	 */
	read(since?: Cursor, signal?: AbortSignal, known?: KnownBlocks): AsyncIterable<RecordPage>;
	/** Whether a read can be believed, before anything is made of it; throws {@link SyncError} `refused` where not. */
	believe?(read: Weighed): void;
	/** The records of these keys as they are now; a key that is gone is left out. */
	fetch?(keys: string[]): Promise<SourceRecord[]>;
	close(): Promise<void>;
}

// ─── Destination ─────────────────────────────────────────────────────────────────────────────────────────────────

/** What a destination's field is, for lists, checks and conversions. */
export interface FieldInfo {
	name: string;
	/** In the destination's own words: `varchar(50)`, `timestamp with time zone`. */
	type: string;
	/** How the mapping treats it. */
	kind: 'text' | 'number' | 'yes/no' | 'date' | 'date and time' | 'time' | 'json' | 'bytes' | 'other';
	/** Must be given on create (NOT NULL without a default). */
	required: boolean;
	/** Part of what identifies the counterpart. */
	identity: boolean;
	/** False for generated columns and read-only fields. */
	writable: boolean;
	/** What to do where nothing of its kind can be written at all. */
	instead?: string;
	allowed?: string[];
	maxLength?: number;
	/** No two counterparts have the same value in it. */
	unique?: true;
}

/** Which counterpart is wanted: by its id where it is known, else by the match fields' values. */
export interface Lookup {
	/** The caller's own number for this lookup; comes back in the answer. */
	ref: number;
	id?: string;
	match?: Fields;
}

export interface ActualRecord {
	ref: number;
	id: string;
	/** Only the fields asked for, in the destination's own spelling. */
	fields: Fields;
	/** The row mark of what was read, where one was asked for. */
	mark?: string;
}

/** One write to one counterpart. A deactivation is an update. */
export interface Write {
	ref: number;
	action: 'create' | 'update' | 'delete';
	/** The counterpart's id; none on create. */
	id?: string;
	/** Only the fields to write. */
	set: Fields;
	/** The fields to read back after the write. */
	readBack: string[];
	/** The same for every attempt of the same write, another for any other write. */
	idempotencyKey: string;
}

export type WriteResult =
	| {
			ref: number;
			ok: true;
			id: string;
			/** Read back after the write, in the destination's own spelling; null after a delete. */ actual: Fields | null;
			/** The row mark of what was read back, where one was asked for. */
			mark?: string;
	  }
	| { ref: number; ok: false; error: SyncError };

/** What a row mark covers: these fields and the identity, hashed together with a key, without which it is worth nothing. */
export interface Marking {
	fields: string[];
	key: string;
}

/** A part of a destination, in its own order of ids: behind `after`, up to and with `upTo`. Null: from the first, to the last. */
export interface Range {
	after: string | null;
	upTo: string | null;
}

/** What stands in a range at one moment. */
export interface MarkedRange {
	/** Of all that stands there, linked or not; undefined where there was more than was asked for. */
	fold: string | undefined;
	marks: { id: string; mark: string }[];
}

/**
 * Comparing where the data is. A row mark is a hash made by the destination itself, a fold one of many marks. Both are
 * opaque: equal ones mean that nothing has changed, others that one has to look. What makes them (the dialect, its
 * version, the fields) is a part of them. All throw SyncError `refused` for a range whose bounds mean nothing to the
 * destination (any more).
 */
export interface Marks {
	/** The folds of these ranges, and how many counterparts are in each. */
	folds(marking: Marking, ranges: Range[]): Promise<{ fold: string; count: number }[]>;
	/** The marks in these ranges, each with the fold of the same moment. A range that holds more than `most` gives no fold. */
	list(marking: Marking, ranges: Range[], most: number): Promise<MarkedRange[]>;
	/** Bounds that part a range into ranges of about `size` counterparts; at most `most` of them, the first ones. */
	bounds(range: Range, size: number, most: number): Promise<string[]>;
}

export interface Destination {
	readonly batchSize: number;
	/** Where the destination can compare by itself. */
	readonly marks?: Marks;
	/** What this is, for identity: equal for the same system, host, database and object, whoever logs in there. */
	readonly target: {
		/** Hashed into the destination's identity. */ id: string;
		/** For people: `table access_list in postgres@db1/hr`. */ text: string;
	};
	/** The fields there are. Throws {@link SyncError} where the object is not there or not reachable. */
	describe(): Promise<FieldInfo[]>;
	/**
	 * Brings desired values into the destination's own spelling, without I/O beyond `describe`, so that they can be
	 * compared with what was read. Answers with the error of the first field that cannot be held.
	 */
	prepare(fields: Fields): Promise<{ ok: true; fields: Fields } | { ok: false; error: SyncError }>;
	/** The actual records for these lookups; a lookup without an answer has no counterpart, one with several has several. */
	read(wanted: Lookup[], fields: string[], marking?: Marking): Promise<ActualRecord[]>;
	/**
	 * Applies writes; answers for each by itself. Throws only when the destination as a whole cannot be reached.
	 * `within`: milliseconds after which nothing of it may land any more; what was not done by then is answered with
	 * `retry`. Without it (a test run) it takes as long as it takes.
	 */
	write(writes: Write[], within?: number, marking?: Marking): Promise<WriteResult[]>;
	/**
	 * Whether nothing at all stands there, whoever wrote it; as cheap as looking for one. Where a destination can say so,
	 * the guard holds the first write into one that is not empty.
	 */
	isEmpty?(): Promise<boolean>;
	/**
	 * Reads much of what stands there, for a sweep, in fewer requests than `read` of the same ids would take. What differs in
	 * it, or is not in it, is read again before anything is made of it. Undefined where `read` is as cheap.
	 */
	survey?(fields: string[]): Promise<Survey | undefined>;
	/** What was changed there, by anybody: for short sweeps between full ones. Undefined where that cannot be asked. */
	readonly changes?: Changes;
	/**
	 * The IDs of what stands there with these values in a field, for each value; of more than one, two are enough. `object`:
	 * looked through instead of what is written to, by the destination's own name for it.
	 */
	findBy?(where: { object?: string; by: string }, values: Value[]): Promise<string[][]>;
	/** Where the destination itself can refuse what others would change. */
	readonly lock?: Lock;
	close(): Promise<void>;
}

/** What stands in a destination, as a list gave it. */
export interface Survey {
	/** The given fields of those of these ids that the list holds. */
	read(ids: string[]): Promise<Map<string, Fields>>;
}

/** Asking a destination what was changed in it. It need not tell of what was deleted. */
export interface Changes {
	/** From when on it has to be asked after a full sweep that begins now, by the destination's own clock. */
	now(): Promise<Cursor>;
	/** Pages of what was changed. */
	since(cursor: Cursor): AsyncIterable<{
		ids: string[];
		/** The fields of these, where the list tells them. */
		survey(fields: string[]): Survey | undefined;
		/** Where the next question begins, if this page is the last one. */
		cursor: Cursor;
	}>;
}

/** A lock as it is wanted. */
export interface LockSpec {
	/** Tells it from other locks on the same object. Equal for the same sync and node, though the ledger was lost. */
	name: string;
	/** What is told to whoever is refused: where to change it instead. */
	message: string;
	/** The fields that the source may own; which of them it owns of one counterpart, `mark` says. */
	fields: string[];
	/** Known to the sync alone: by it the destination tells the sync's own writes from all others. */
	key: string;
}

/** A counterpart as the lock has to know it. */
export interface Marked {
	id: string;
	/** The fields of it that the source owns; null: it is no longer linked, and free. */
	fields: string[] | null;
}

/**
 * An optional capability: the destination refuses changes to owned fields and the removal of linked counterparts by
 * anyone but the sync. What is not linked stays free. `docs/locks.md` says what no lock can refuse.
 */
export interface Lock {
	/** What would be run to install and to remove it, as text for people. */
	show(spec: LockSpec): Promise<{ install: string[]; remove: string[] }>;
	/** Sees that it stands as wanted. `new`: it knows no counterpart yet. Throws {@link SyncError} where it cannot. */
	keep(spec: LockSpec): Promise<'standing' | 'renewed' | 'new'>;
	/** From here on writes pass the lock of that name, if it stands. */
	pass(lock: Pick<LockSpec, 'name' | 'key'>): Promise<void>;
	/** Tells the lock that is kept of counterparts; what it knew of others stays. */
	mark(rows: Marked[]): Promise<void>;
	/** Removes every trace of it. False where `target` is in another place than this destination. */
	remove(name: string, target: string): Promise<boolean>;
}

// ─── Errors ──────────────────────────────────────────────────────────────────────────────────────────────────────

export type SyncErrorKind =
	| 'unreachable' // the whole system: try again later, count no attempt against a record
	| 'denied' // the whole system: credentials or rights
	| 'setup' // the whole node: a table, column or parameter is wrong
	| 'refused' // this record: the destination will not take it as it is
	| 'conflict' // this record: another one stands in its way (unique)
	| 'missing' // this record: its counterpart is gone
	| 'retry'; // this record: worth another try (deadlock, time-out)

/** An error in plain words: what was found, in which record and field, and what to do. */
export class SyncError extends Error {
	constructor(
		readonly kind: SyncErrorKind,
		/** What was found, one sentence, no stack, no secret. */
		message: string,
		readonly detail: {
			/** What to do, one sentence. */
			todo?: string;
			field?: string;
			/** Milliseconds after which a retry makes sense, where the destination says so. */
			retryAfter?: number;
			/** Another try would come to the same. */
			final?: true;
			/** No API does it: a person has to, and `todo` says how. */
			task?: true;
			/** Nothing goes before a quota is renewed: that is no failure, and no attempt. See `sync/pause.ts`. */
			pause?: true;
			cause?: unknown;
		} = {},
	) {
		super(message, { cause: detail.cause });
		this.name = 'SyncError';
	}
}
