/** What a tick is given, and what it gives: runs that carry batches, its settings, its result. */
import type { Stamp } from './items';
import type {
	DestinationSeen,
	DueCounts,
	Guard,
	Hold,
	Observation,
	ObservationResult,
	Release,
	SyncIdentity,
} from './ledger';
import type { Fields, Source } from './types';

export interface OutgoingItem {
	fields: Fields;
	stamp: Stamp;
}

/** How a run that was started with a batch ended, as far as its starter can tell. */
export interface RunEnd {
	/**
	 * `parked`: it waits (a Wait node); `silent`: nothing was heard of it for too long, or nobody tells; `full`: nobody
	 * tells, and no more can be carried now.
	 */
	how: 'ended' | 'parked' | 'silent' | 'full' | 'error';
	/** With `parked`: milliseconds until it goes on, where that is known. */
	waits?: number;
	error?: string;
}

export interface TickHost {
	/** Starts a run with a batch and waits for its end; calls `alive` now and then meanwhile. */
	handOver(items: OutgoingItem[], alive: () => Promise<void>): Promise<RunEnd>;
	/** Opens the source; called once a tick at most. Left out where there is nothing to read: all of it is pushed. */
	openSource?(): Promise<Source>;
	/** The first parts of a read that came in parts; `openSource` then gives the last one. */
	collected?: { observation: Observation; unkeyed: number };
	/** The destinations that stand behind the trigger now. */
	destinations(): DestinationSeen[];
	signal: AbortSignal;
}

export interface TickSettings {
	identity: SyncIdentity;
	name: string;
	takeOver?: string;
	/** A hold that a person lets pass. */
	release?: number;
	/** Drop what is kept of destinations that are retired. */
	forgetRetired?: boolean;
	/** Tells one holder of the tick's lease from another. */
	holder: string;
	sensitive: string[];
	/** Milliseconds between complete reads where changes are followed; null: every read is complete. */
	completeEvery: number | null;
	/** Changes are pushed: between complete reads only what was hinted at is read. */
	pushed?: boolean;
	/** Milliseconds between ticks, as far as that is known: others see by it that the sync has stopped. */
	tickEvery?: number | null;
	/** Only hands over what is due: neither reads the source, nor says how the sync feels. */
	drainOnly?: boolean;
	/** Hands nothing over: what is due waits for what comes with it. */
	keepBack?: boolean;
	/** Milliseconds between sweeps; null: never. */
	sweepEvery: number | null;
	guard: Guard;
	batch: { keys: number; bytes: number };
	/** Milliseconds a handed batch stays leased without a sign of life, and how long a failed run waits. */
	leaseTtl: number;
	retryIn: number;
	/** Milliseconds a handed batch stays leased, where nobody gives signs of life for it. */
	handedTtl?: number;
	/** Runs begin when others say so: what is still under way holds nothing back. */
	unbounded?: boolean;
	/** The newest number of the ledger that the workflow remembers. */
	seen?: number;
	/** Milliseconds after which a removal that is not confirmed is told of; 0: never. Default: five minutes. */
	unconfirmedAfter?: number;
	/** Days that the history is kept. */
	historyDays: number;
	/** Milliseconds that a parked run keeps its leases where nobody knows when it goes on. */
	parkedTtl: number;
	/** Milliseconds without a batch handed over, though work is due, after which a person hears of it. */
	stuckAfter: number;
}

export interface TickResult {
	/** Another tick of this sync was running. */
	busy: boolean;
	observed?: ObservationResult & { unkeyed: number; complete: boolean };
	/** Records handed over, and how many runs carried them. */
	handed: number;
	runs: number;
	released: number;
	/** What came of the hold that the settings name. */
	release?: Release;
	held: Hold[];
	unrouted: number;
	counts?: DueCounts;
	/** What is wrong, one sentence each; empty when the sync is healthy. */
	troubles: string[];
	/** Their kinds: a kind that was not there when the sync was last told of is news, though it was failing already. */
	kinds: string[];
	/** Healthy before and failing now, or the other way round. */
	turned: boolean;
	/** The newest number of the ledger, for the workflow to remember. */
	sequence?: number;
	health: 'healthy' | 'failing';
}
