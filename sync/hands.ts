/**
 * What a person may do to a sync beside its own ticks. `ledger/hands/` does it; releasing a hold and accepting a value are
 * with the ledger itself. Nothing here writes to a destination: it makes work due, which the next tick hands over.
 */
import type { Value } from './types';
import type { Stale } from './watchdog';

/** What an undo put on its way back. */
export interface Undone {
	/** Links whose former values will be written back. */
	links: number;
	/** Links that are on their way, failed, held or gone by now: left as they are. */
	busy: number;
	/** Counterparts that the run created or removed: for these there is nothing to write back. */
	created: number;
	removed: number;
	/** Values that are sensitive, and therefore not known. */
	hidden: number;
}

/** Where a destination does not hold what it should. */
export interface Difference {
	key: string;
	part: string;
	/** Null: the counterpart is not there. */
	field: string | null;
	stands: Value;
	meant: Value;
}

/** What has come of a check. */
export interface Checked {
	/** Both sides have been read since. */
	done: boolean;
	/** The source has. */
	read: boolean;
	/** Destinations that have not been yet. */
	waits: string[];
	destinations: {
		id: number;
		name: string;
		/** Linked records, and how many of them differ. */
		records: number;
		differ: number;
		/** Not at rest: on their way, failed, held or dropped. */
		open: number;
		differences: (Difference & { name: string | null })[];
	}[];
}

export interface Hands {
	/** Tries again what failed, or waits for its next try: one record, one destination, or all. How many links. */
	retry(sync: number, which: { key?: string; destination?: number }): Promise<number>;
	/** A person has done what only a person can do: a record's tasks, in one destination or in all. How many tasks. */
	done(sync: number, which: { key: string; destination?: number }): Promise<number>;
	/** Has records compared with their destinations and written where they differ, though nothing has changed. How many links. */
	resync(sync: number, which: { keys?: string[]; since?: number }): Promise<number>;
	/** Nothing is handed over or written until it is resumed; the source is read on. False where it stood so already. */
	pause(sync: number, paused: boolean): Promise<boolean>;
	/** Pauses the sync, and has what a run overwrote written back; resuming lets the source win again. */
	undo(sync: number, run: number): Promise<Undone>;
	/** Asks for a comparison of both sides that writes nothing; the moment from which on `checked` tells of it. */
	check(sync: number): Promise<number>;
	checked(sync: number, since: number): Promise<Checked>;
	/** Keeps what a sweep that only looks has found. */
	differ(destination: number, found: Difference[]): Promise<void>;
	/** Forgets a sync with all that is known of it; how many records. Undefined while it is at work. */
	forgetSync(sync: number): Promise<number | undefined>;
	/** Forgets a record: its fields, links and history. False where nothing was known. */
	forgetRecord(sync: number, key: string): Promise<boolean>;
	/** Remembers of which destinations the first load is through. */
	loaded(sync: number): Promise<void>;
	/** How often the sync runs, and reads everything; null where that is not by itself, or not known. */
	rhythm(sync: number, every: { tick: number | null; read: number | null }): Promise<void>;
	/**
	 * Syncs that have become stale, each once: whoever asks has to tell of them. `watched`: for how many milliseconds
	 * somebody has been looking; what stopped while nobody could run is no news.
	 */
	tellStale(instance: string, watched: number): Promise<Stale[]>;
}
