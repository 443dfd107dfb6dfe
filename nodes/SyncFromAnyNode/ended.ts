/**
 * How the execution ended into which this node put its records: what never arrived then was dropped by a node between, or
 * is due again. Where n8n tells nothing, or a destination stands where this workflow's end says nothing of it, the leases
 * alone settle it.
 */
import type { IExecuteFunctions, IRun } from 'n8n-workflow';

import type { Ledger } from '../../sync/ledger';
import type { OutgoingItem } from '../../sync/tick';
import { destinationsBehind } from '../shared/behind';
import { plain } from '../shared/errors';
import { unserved } from '../shared/ledger';
import { endOf } from '../shared/trigger/host';
import type { Settings } from './settings';

/** A run that waited is given so many milliseconds to go on. */
const AFTER_WAIT = 10 * 60_000;

type Hear = (run: IRun) => Promise<void>;

/** n8n's own nodes hear of the end of an execution here; its types for others do not show it. */
function hear(context: IExecuteFunctions, heard: Hear): void {
	const { additionalData } = context as unknown as {
		additionalData?: { hooks?: { addHandler?(name: 'workflowExecuteAfter', handler: Hear): void } };
	};
	additionalData?.hooks?.addHandler?.('workflowExecuteAfter', heard);
}

/** From now on the end of the execution settles what became of these batches on their way. */
export function settleAtTheEnd(
	context: IExecuteFunctions,
	ledger: Ledger,
	batches: OutgoingItem[][],
	{ tick }: Settings,
): void {
	const behind = new Set(destinationsBehind(context).map(({ node }) => node));
	const ours = batches.filter((batch) => batch.every(({ stamp }) => stamp.for.every((node) => behind.has(node))));
	const runs = ours.flatMap(([first]) => first?.stamp.run ?? []);
	if (runs.length === 0) return;
	hear(context, async (ended) => {
		try {
			const { how, error, waits } = endOf(ended);
			for (const run of runs) {
				const served = !unserved.delete(run);
				if (how === 'parked')
					await ledger.renewRun(run, waits === undefined ? tick.parkedTtl : waits + AFTER_WAIT);
				else if (how === 'ended' || how === 'error')
					await ledger.endRun(run, { ok: how === 'ended' && served, error, retryIn: tick.retryIn });
			}
		} catch (error) {
			context.logger.warn(
				`What became of a run was not kept, and is settled when its leases end: ${plain(error)}`,
			);
		}
	});
}
