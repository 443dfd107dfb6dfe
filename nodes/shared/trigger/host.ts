/** What a tick needs from n8n: runs that carry batches, and how they ended. */
import { setTimeout as delay } from 'node:timers/promises';
import type { INodeExecutionData, IRun, ITriggerFunctions } from 'n8n-workflow';

import type { OutgoingItem, RunEnd, TickHost } from '../../../sync/tick';
import type { Source } from '../../../sync/types';
import { destinationsBehind } from '../behind';
import { plain } from '../errors';
import { unserved } from '../ledger';
import { relieve } from '../relieve';

/**
 * Milliseconds. A run of which nothing was heard for `first` is given up waiting for; what it did, the ledger knows. In
 * queue mode n8n loses runs with its Redis, and tells nobody. But it may as well be slow, or stand in n8n's own queue: the
 * next one is given twice as long, up to `longest`, and once a slow one was heard of, all get that time.
 */
export interface Patience {
	/** Between two signs of life, for the leases. */
	sign: number;
	first: number;
	longest: number;
}

const PATIENCE: Patience = { sign: 15_000, first: 3 * 60_000, longest: 30 * 60_000 };
/** n8n writes a wait without an end as a time of the year 3000, or a day before. */
const ENDLESS = Date.UTC(2999, 0);

export class Host implements TickHost {
	/** n8n's Engine 2.0 starts no run for a trigger that waits for its end. */
	private mayWait = true;
	/** How long the next run may be silent. */
	private silence: number;

	constructor(
		private readonly context: ITriggerFunctions,
		readonly signal: AbortSignal,
		/** Opens the source; left out where all of it is pushed. */
		readonly openSource?: () => Promise<Source>,
		private readonly patience: Patience = PATIENCE,
	) {
		this.silence = patience.first;
	}

	destinations() {
		return destinationsBehind(this.context);
	}

	async handOver(items: OutgoingItem[], alive: () => Promise<void>): Promise<RunEnd> {
		const data = [items.map(asItem)];
		relieve(items.length);
		const run = items[0]?.stamp.run;
		// n8n saves this as it starts the run: whatever dies from now on, a ledger from before it is noticed.
		if (run !== undefined) this.context.getWorkflowStaticData('node')['ledger'] = run;
		if (this.mayWait) {
			const end = await this.runToItsEnd(data, alive);
			if (end !== undefined) return this.checked(items, end);
			this.mayWait = false;
		}
		this.context.emit(data);
		return { how: 'silent' };
	}

	/** Undefined where n8n refused to start a run that is waited for. */
	private async runToItsEnd(data: INodeExecutionData[][], alive: () => Promise<void>): Promise<RunEnd | undefined> {
		const done = this.context.helpers.createDeferredPromise<IRun | undefined>();
		const ended = done.promise.then(endOf, (error: unknown) =>
			/Engine 2\.0/u.test(plain(error)) ? undefined : ({ how: 'error', error: plain(error) } as const),
		);
		this.context.emit(data, undefined, done as Parameters<ITriggerFunctions['emit']>[2]);
		const since = performance.now();
		for (;;) {
			const waiting = new AbortController();
			const signal = AbortSignal.any([waiting.signal, this.signal]);
			const pause = delay(this.patience.sign, 'still running' as const, { signal, ref: false }).catch(
				() => 'stopped' as const,
			);
			const first = await Promise.race([ended, pause]);
			waiting.abort();
			const took = performance.now() - since;
			const { first: least, longest } = this.patience;
			if (typeof first !== 'string') {
				this.silence = Math.min(longest, Math.max(least, 2 * took));
				return first;
			}
			if (first === 'stopped') return { how: 'silent' };
			if (took > this.silence) {
				this.silence = Math.min(longest, 2 * this.silence);
				return { how: 'silent' };
			}
			await alive();
		}
	}

	/** A run that went well, but in which a destination could not ask the ledger, has not dropped its items. */
	private checked([first]: OutgoingItem[], end: RunEnd): RunEnd {
		const run = first?.stamp.run;
		if (run === undefined || !unserved.delete(run) || end.how !== 'ended') return end;
		return { how: 'error', error: 'a destination could not use the ledger' };
	}
}

export function asItem({ fields, stamp }: OutgoingItem): INodeExecutionData {
	return { json: { ...fields, _sync: stamp } };
}

/** How long a Wait node waits. One that waits for a person, a call or another run has no such time. */
function waitOf(until: Date | string | null | undefined): { waits?: number } {
	const moment = until == null ? NaN : new Date(until).getTime();
	if (Number.isNaN(moment) || moment >= ENDLESS) return {};
	return { waits: Math.max(0, moment - Date.now()) };
}

/** What an execution's end says of the batch that it carried. */
export function endOf(run: IRun | undefined): RunEnd {
	switch (run?.status) {
		case 'success':
			return { how: 'ended' };
		case 'waiting':
			return { how: 'parked', ...waitOf(run.waitTill) };
		case 'error':
		case 'crashed':
		case 'canceled':
			return {
				how: 'error',
				error:
					run.data?.resultData?.error?.message ?? (run.status === 'canceled' ? 'it was stopped' : undefined),
			};
		default:
			return { how: 'silent' };
	}
}
