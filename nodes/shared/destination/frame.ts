/**
 * The frame in which every destination node runs: which items are its own, what is said of the rest, and what happens when
 * the ledger does not answer. What is done with the items is the node's {@link Body}.
 */
import type { IExecuteFunctions } from 'n8n-workflow';

import type { DesiredItem } from '../../../sync/items';
import type { Ledger } from '../../../sync/ledger';
import { applierBehind } from '../behind';
import { asNodeError, whole } from '../errors';
import { sortIncoming, type LiveItem } from '../incoming';
import { doubtLedger, openLedger, unserved } from '../ledger';
import type { Output } from '../output';
import { droppedHint, hint } from '../summary';

/** What a destination node does with its items. */
export interface Body {
	/** Where failures and holds are told. */
	told: Output;
	/** `plan`: it only plans, for the node behind it that applies what was reviewed. */
	mode: 'write' | 'plan' | 'reviewed';
	/** What is said where no such node stands behind it. */
	unapplied: string;
	/** What did not happen when the ledger could not be used: `written`, `planned`. */
	deed: string;
	/** A test run in the editor. Throws where it cannot. */
	test(items: DesiredItem[]): Promise<void>;
	/** The items of one sync, under leases. Throws only where the ledger does not answer. `passed`: items for others. */
	live(items: LiveItem[], using: { ledger: Ledger; applier: string | undefined; passed: number }): Promise<void>;
	/** Whatever was opened. */
	close?(): Promise<void>;
}

/** Runs a destination node. Throws only in a test run, and in queue mode where the ledger cannot be used. */
export async function runFrame(context: IExecuteFunctions, body: Body): Promise<void> {
	const applier = body.mode === 'plan' ? applierBehind(context) : undefined;
	const incoming = sortIncoming(context, body.mode === 'plan' ? (applier?.names ?? []) : undefined);
	if (incoming.droppedBy !== undefined) context.addExecutionHints(droppedHint(incoming.droppedBy));
	if (incoming.refused) {
		const { count, first, message, todo } = incoming.refused;
		body.told.trouble(message, todo, first);
		context.addExecutionHints(hint(`${count} items were left out. ${message}. ${todo}`, 'warning'));
	}
	if (incoming.test.length > 0) {
		try {
			await body.test(incoming.test);
		} catch (error) {
			throw asNodeError(context.getNode(), error);
		}
	}
	if (body.mode === 'plan' && !applier)
		context.addExecutionHints(hint(`Nothing can come of these plans: ${body.unapplied}.`, 'warning'));
	if (incoming.live.length > 0) await live(context, body, incoming.live, applier?.name, incoming.passed);
	else if (incoming.passed > 0)
		context.addExecutionHints(
			hint(`${incoming.passed} records are for other destinations and were left alone.`, 'info'),
		);
}

async function live(
	context: IExecuteFunctions,
	body: Body,
	items: LiveItem[],
	applier: string | undefined,
	passed: number,
): Promise<void> {
	try {
		const ledger = await openLedger();
		for (const group of bySync(items)) await body.live(group, { ledger, applier, passed });
	} catch (error) {
		// The ledger does not answer. Other branches go on; the trigger hears that these items were not dropped.
		await doubtLedger();
		if (process.env['EXECUTIONS_MODE'] === 'queue') throw asNodeError(context.getNode(), error); // its trigger is another process
		for (const { stamp } of items) if (stamp.run !== undefined) unserved.add(stamp.run);
		body.told.trouble(
			`The ledger could not be used: ${whole(error)}`,
			'The records come again by themselves; nothing is lost.',
			items[0]!.item,
		);
		context.addExecutionHints(
			hint(`The ledger could not be used, so nothing was ${body.deed}: ${whole(error)}`, 'warning'),
		);
	} finally {
		await body.close?.();
	}
}

/** Items of each sync by themselves: a destination belongs to one sync. */
function bySync(items: LiveItem[]): LiveItem[][] {
	const groups = new Map<number, LiveItem[]>();
	for (const item of items) {
		const group = groups.get(item.stamp.id);
		if (group) group.push(item);
		else groups.set(item.stamp.id, [item]);
	}
	return [...groups.values()];
}
