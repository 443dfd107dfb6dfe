/** A production run of a destination node: items under leases into the destination, then the sweep if one is due. */
import { randomUUID } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';

import { apply } from '../../sync/apply';
import { checkFields, checkLeft, checkMatch } from '../../sync/check';
import { probeIn, type Applied, type ApplyContext } from '../../sync/context';
import type { External } from '../../sync/external';
import { fit } from '../../sync/fit';
import type { Stamp } from '../../sync/items';
import type { Ledger } from '../../sync/ledger';
import { keepLock, type LockState } from '../../sync/lock';
import { names } from '../../sync/plan';
import { sweep, type Swept } from '../../sync/sweep';
import { SyncError, type Destination } from '../../sync/types';
import { asSyncError, whole } from './errors';
import type { LiveItem } from './incoming';
import { relieving } from './relieve';
import { retryPolicy } from './retry';

/** Claimed links stay the node's own so long. */
const CLAIM = 60_000;
/** One batch of writes is over after so long; a database waits for a single statement a quarter of it. */
const WRITE = 120_000;
/** A destination that is down is tried once in so many milliseconds. */
const PROBE = 30_000;

export interface How {
	attempts: number;
	/** Rows that are kept are locked against others; undefined: as it is. */
	lock?: boolean;
	/** The node that the items are for, where it is not this one. */
	as?: string;
	/** Only what was reviewed is written. */
	reviewed?: boolean;
	/** The field in which the destination says who edited last; empty: none. */
	editor?: string;
	/** Where others do the writing, and how long that may take. */
	external?: External;
	writeTtl?: number;
}

export interface Went {
	applied: Applied;
	swept: Swept | undefined;
	/** Records that a node between dropped. */
	unrouted: number;
	lock: LockState;
	where: string;
	/** One of the items, for the sync's name. */
	stamp: Stamp;
}

/**
 * Works on the items of one sync. A destination that cannot be opened or does not have the mapping's fields is down: all
 * its items come again. Throws only where the ledger does not answer.
 */
export async function runLive(
	context: IExecuteFunctions,
	ledger: Ledger,
	given: LiveItem[],
	opened: Destination | SyncError,
	{ attempts, lock: on, as, reviewed, editor = '', external, writeTtl = WRITE }: How,
): Promise<Went> {
	const { node, stamp } = given[0]!;
	const name = as ?? context.getNode().name;
	const known = opened instanceof SyncError ? undefined : opened;
	let refusal: SyncError | undefined;
	const row = await ledger.destination(stamp.id, node, name, known?.target).catch(async (error: unknown) => {
		if (!known || !(error instanceof SyncError)) throw error;
		refusal = error;
		return await ledger.destination(stamp.id, node, name);
	});
	const where = known?.target.text ?? name;
	const fitted: Checked =
		known && !external
			? await checked(known, given, where, { editor, owned: row.owned })
			: { items: given, problem: known && checkMatch(given, where) };
	const { items } = fitted;
	const problem = refusal ?? (known ? fitted.problem : (opened as SyncError));
	const working: ApplyContext = {
		ledger,
		destination: problem ? failing(problem, known) : known!,
		row,
		secret: await ledger.secret(),
		where,
		retry: retryPolicy(attempts),
		...(editor !== '' && { editor }),
		...(reviewed && { reviewed }),
		leaseTtl: CLAIM,
		writeTtl,
		clock: () => performance.now(),
		...(external && !problem && { external }),
		signal: context.getExecutionCancelSignal(),
	};
	const sweeper = randomUUID();
	const runs = [...new Set(items.flatMap((item) => item.stamp.run ?? []))];
	// What waits for its batch, or for a slow answer, stays ours; a lease that could not be renewed is noticed when it is used.
	const renewal = setInterval(() => void ledger.keep(row.id, runs, sweeper, CLAIM).catch(() => undefined), CLAIM / 3);
	const relieved = relieving();
	try {
		if (!problem) await ledger.owns(row.id, names(...new Set(items.map(({ stamp }) => stamp.owned))));
		const named = { on, sync: stamp.name, node: name };
		const lock = problem ? {} : await keepLock(items, named, { ...working, row });
		working.mark = lock.mark;
		const applied = await apply(items, working);
		const swept = applied.down ? undefined : await sweep(working, sweeper, row.revision, applied);
		const { down } = applied;
		await ledger.setDown(row.id, down ? whole(down) : null, down ? probeIn(down, PROBE) : 0);
		return { applied, swept, unrouted: await ledger.unrouted(row.id), lock, where, stamp };
	} finally {
		clearInterval(renewal);
		relieved();
	}
}

interface Checked {
	items: LiveItem[];
	/** What keeps the whole node from writing: unknown fields, or a table that is not there. */
	problem: SyncError | undefined;
}

/** The items as the destination can take them. */
async function checked(
	destination: Destination,
	given: LiveItem[],
	where: string,
	{ editor, owned }: { editor: string; owned: string[] },
): Promise<Checked> {
	try {
		const fields = await destination.describe();
		const { items, left } = fit(given, fields);
		return { items, problem: checkLeft(left, owned, fields, where) ?? checkFields(items, fields, where, editor) };
	} catch (error) {
		return { items: given, problem: asSyncError(error) };
	}
}

/** Stands in for a destination that cannot be worked with, so that the ledger hears of every item. */
function failing(error: SyncError, known: Destination | undefined): Destination {
	const fail = async () => await Promise.reject(error);
	return {
		batchSize: known?.batchSize ?? 1000,
		target: known?.target ?? { id: '', text: '' },
		describe: fail,
		prepare: fail,
		read: fail,
		write: fail,
		isEmpty: fail,
		close: async () => undefined,
	};
}
