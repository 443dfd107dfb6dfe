/** Items in, outcomes out on the four outputs. What is done with them is in `sync/`; who they belong to, in `nodes/shared`. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Outcome } from '../../sync/items';
import { checkFields } from '../../sync/check';
import type { Ledger } from '../../sync/ledger';
import { planForReview } from '../../sync/review';
import { SyncError, type Destination } from '../../sync/types';
import { applierBehind } from '../shared/behind';
import { asNodeError, asSyncError, whole } from '../shared/errors';
import { sortIncoming, type Incoming, type LiveItem } from '../shared/incoming';
import { doubtLedger, openLedger, unserved } from '../shared/ledger';
import { runLive } from '../shared/live';
import { Output } from '../shared/output';
import { droppedHint, hint, liveHints, lockHints, remapHints, testHints } from '../shared/summary';
import { showLock } from '../shared/test-lock';
import { runTest } from '../shared/test-run';
import { openDestination } from './destination';
import { destinationSettings, readSettings, type Settings } from './settings';

/** Runs the node. Throws only in a test run, where nobody else waits behind it. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const settings = readSettings(context);
	const applier = settings.mode === 'plan' ? applierBehind(context) : undefined;
	const incoming = sortIncoming(context, settings.mode === 'plan' ? (applier?.names ?? []) : undefined);
	const output = new Output(settings);
	if (incoming.droppedBy !== undefined) context.addExecutionHints(droppedHint(incoming.droppedBy));
	if (incoming.refused) refuse(context, incoming.refused, output);
	if (incoming.test.length > 0) await test(context, incoming, settings, output);
	if (settings.mode === 'plan' && !applier)
		context.addExecutionHints(
			hint(
				'Nothing can come of these plans: no Sync To Database that applies reviewed plans stands behind this node.',
				'warning',
			),
		);
	if (incoming.live.length > 0) await live(context, incoming, settings, output, applier?.name);
	else if (incoming.passed > 0)
		context.addExecutionHints(
			hint(`${incoming.passed} records are for other destinations and were left alone.`, 'info'),
		);
	return output.items;
}

function refuse(
	context: IExecuteFunctions,
	{ count, first, message, todo }: NonNullable<Incoming['refused']>,
	output: Output,
): void {
	output.trouble(message, todo, first);
	context.addExecutionHints(hint(`${count} items were left out. ${message}. ${todo}`, 'warning'));
}

async function test(
	context: IExecuteFunctions,
	{ test: items }: Incoming,
	{ mode, testWrites, lock, editor }: Settings,
	output: Output,
): Promise<void> {
	try {
		const destination = await openDestination(context, destinationSettings(context));
		try {
			const { outcomes, remapped } = await runTest(
				context,
				items,
				destination,
				mode === 'write' ? testWrites : { kind: 'off' },
				editor,
			);
			const shown = mode === 'plan' ? undefined : await showLock(context, items, destination, lock);
			if (shown) output.lock(shown, items[0]!.stamp);
			// What would be done comes first; a page of records in sync would hide it.
			const idle = ({ action }: Outcome) => Number(action === 'none');
			const told = outcomes.map((outcome, at) => ({ outcome, ...items[at]! }));
			told.sort((a, b) => idle(a.outcome) - idle(b.outcome));
			for (const { outcome, stamp, fields } of told) {
				if (mode === 'plan') output.plan(outcome, stamp, { hash: '', fields });
				else output.preview(outcome, stamp);
			}
			context.addExecutionHints(
				...testHints(outcomes, destination.target.text),
				...remapHints(outcomes, remapped),
				...(shown ? [hint(`${shown.text} The SQL is in the first item on Preview.`, 'info')] : []),
			);
		} finally {
			await destination.close();
		}
	} catch (error) {
		throw asNodeError(context.getNode(), error);
	}
}

async function live(
	context: IExecuteFunctions,
	{ live: items, passed }: Incoming,
	settings: Settings,
	output: Output,
	applier: string | undefined,
): Promise<void> {
	let opened: Destination | SyncError | undefined;
	try {
		const ledger = await openLedger();
		opened = await openDestination(context, destinationSettings(context)).catch(asSyncError);
		for (const group of bySync(items)) {
			const { mode } = settings;
			const rest =
				mode === 'plan' && 'read' in opened
					? await showPlans(context, ledger, group, opened, settings, output)
					: group;
			if (rest.length === 0) continue;
			const how = {
				...settings,
				...(mode !== 'write' && { reviewed: true }),
				...(mode === 'plan' && { lock: undefined, as: applier }),
			};
			const { applied, swept, unrouted, lock, where, stamp } = await runLive(context, ledger, rest, opened, how);
			const stamps = new Map(group.map((one) => [one.item, one.stamp]));
			for (const outcome of applied.outcomes) output.outcome(outcome, stamps.get(outcome.item ?? -1) ?? stamp);
			for (const held of applied.held) output.hold(held, where, stamp);
			context.addExecutionHints(
				...liveHints(applied, swept, where, { passed, unrouted }),
				...lockHints(lock, where),
			);
		}
	} catch (error) {
		// The ledger does not answer. Other branches go on; the trigger hears that these items were not dropped.
		await doubtLedger();
		if (process.env['EXECUTIONS_MODE'] === 'queue') throw asNodeError(context.getNode(), error); // its trigger is another process
		for (const { stamp } of items) if (stamp.run !== undefined) unserved.add(stamp.run);
		output.trouble(
			`The ledger could not be used: ${whole(error)}`,
			'The records come again by themselves; nothing is lost.',
			items[0]!.item,
		);
		context.addExecutionHints(
			hint(`The ledger could not be used, so nothing was written: ${whole(error)}`, 'warning'),
		);
	} finally {
		if (opened && 'close' in opened) await opened.close();
	}
}

/** Puts out what a person has to review; answers with what needs no write, or cannot be planned just now. */
async function showPlans(
	context: IExecuteFunctions,
	ledger: Ledger,
	items: LiveItem[],
	destination: Destination,
	{ editor }: Settings,
	output: Output,
): Promise<LiveItem[]> {
	const { node, stamp } = items[0]!;
	const { target } = destination;
	try {
		const problem = checkFields(items, await destination.describe(), target.text, editor);
		if (problem) return items;
		const keys = items.map((item) => item.stamp.key);
		const looked = await ledger.look(stamp.id, node, target.id, keys);
		const { planned, rest } = await planForReview(items, {
			destination,
			links: new Map(looked.links.map((link) => [link.key, link])),
			ledger: looked.destination === undefined ? { sharers: async () => [] } : ledger,
			row: { id: looked.destination ?? 0 },
			secret: await ledger.secret(),
			where: target.text,
			...(editor !== '' && { editor }),
		});
		for (const { item, outcome, plan } of planned) output.plan(outcome, item.stamp, plan);
		if (planned.length > 0)
			context.addExecutionHints(hint(`${planned.length} plans wait for review; nothing was written.`, 'info'));
		return items.filter((item) => rest.includes(item));
	} catch (error) {
		if (!(error instanceof SyncError)) throw error;
		return items;
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
