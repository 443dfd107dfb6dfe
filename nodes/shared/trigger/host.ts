/** What a tick needs from n8n: runs that carry batches, and how they ended. */
import { setTimeout as delay } from 'node:timers/promises';
import type { INodeExecutionData, IRun, ITriggerFunctions } from 'n8n-workflow';

import type { OutgoingItem, RunEnd, TickHost } from '../../../sync/tick';
import type { Source } from '../../../sync/types';
import { destinationsBehind } from '../behind';
import { plain } from '../errors';
import { unserved } from '../ledger';

const SIGN_OF_LIFE = 15_000;
/** A run of which nothing was heard for so long is given up waiting for; what it did, the ledger knows. */
const SILENCE = 30 * 60_000;
/** n8n writes a wait without an end as a time of the year 3000, or a day before. */
const ENDLESS = Date.UTC(2999, 0);

export class Host implements TickHost {
	/** n8n's Engine 2.0 starts no run for a trigger that waits for its end. */
	private mayWait = true;

	constructor(
		private readonly context: ITriggerFunctions,
		readonly signal: AbortSignal,
		/** Opens the source; left out where all of it is pushed. */
		readonly openSource?: () => Promise<Source>,
	) {}

	destinations() {
		return destinationsBehind(this.context);
	}

	async handOver(items: OutgoingItem[], alive: () => Promise<void>): Promise<RunEnd> {
		const data = [items.map(asItem)];
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
			const pause = delay(SIGN_OF_LIFE, 'still running' as const, { signal, ref: false }).catch(
				() => 'stopped' as const,
			);
			const first = await Promise.race([ended, pause]);
			waiting.abort();
			if (typeof first !== 'string') return first;
			if (first === 'stopped' || performance.now() - since > SILENCE) return { how: 'silent' };
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

function endOf(run: IRun | undefined): RunEnd {
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
