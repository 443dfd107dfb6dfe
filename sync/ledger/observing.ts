/** How what a source says comes into the ledger: one observer at a time, reads, pushed records, hints. */
import type { KnownBlocks, ReadBlocks } from '../blocks';
import type { Gathering } from '../groups';
import type { Cursor, SourceRecord, Weighed } from '../types';
import type { SyncIdentity } from './syncs';

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

/** What takes in what the source says. */
export interface Observing {
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
}
