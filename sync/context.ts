/** What a destination's pass works with, and what comes of it. */
import type { External } from './external';
import { fingerprint } from './fingerprint';
import type { Outcome } from './items';
import type { FirstWrite, Hold, Ledger } from './ledger';
import type { Findings } from './look-up';
import type { Destination, Marked, SyncError } from './types';

export interface ApplyContext {
	ledger: Ledger;
	destination: Destination;
	/** The destination's row in the ledger, and its present epoch and secret. */
	row: { id: number; epoch: number; firstWrite: FirstWrite };
	secret: string;
	/** The destination as a person knows it. */
	where: string;
	retry: RetryPolicy;
	/** Only what a person has reviewed is written; a sweep heals nothing by itself. */
	reviewed?: boolean;
	/** The field in which the destination says who edited a counterpart last. */
	editor?: string;
	/** Tells the destination's lock of counterparts, where one stands. */
	mark?: (rows: Marked[]) => Promise<void>;
	/** Milliseconds that claimed links stay ours, and that one batch of writes may take. */
	leaseTtl: number;
	writeTtl: number;
	/** A steady clock in milliseconds, of this process: it says how much of a lease is left. */
	clock: () => number;
	/** Where others do the writing. */
	external?: External;
	/** How many counterparts a sweep's range is drawn for; see `sync/ranges.ts`. */
	rangeSize?: number;
	/** What look-ups have found in this run. */
	findings?: Findings;
	signal?: AbortSignal;
}

export interface RetryPolicy {
	/** Tries for one version, the first one included. */
	attempts: number;
	/** Milliseconds to wait after that many tries. */
	delay(tries: number): number;
}

/** Milliseconds until a destination that is down is tried again: an interval, or longer where it asks for that. */
export function probeIn({ detail }: SyncError, interval: number): number {
	return Math.max(interval, detail.retryAfter ?? 0);
}

export interface Applied {
	outcomes: Outcome[];
	held: Hold[];
	/** The destination as a whole could not be worked with; what was left will come again. */
	down?: SyncError;
	/** How many items wait because of that. */
	waiting: number;
	/** How many items wait to be counted by the guard. */
	intended: number;
}

/** The same for every attempt of one write, another for any other. */
export function idempotencyKey(
	context: ApplyContext,
	of: { key: string; part: string; version: number },
	revision: number,
	action: string,
): string {
	return fingerprint(
		[context.row.epoch, context.row.id, of.key, of.part, of.version, revision, action].join('\u0000'),
	);
}
