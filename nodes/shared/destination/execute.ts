/**
 * What a destination node does that writes by itself: test runs, production runs, plans for review, outcomes on the four
 * outputs Synced, Held, Failed and Preview. A node says how its destination is opened, and has its settings; no more.
 */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { checkFields } from '../../../sync/check';
import { fit } from '../../../sync/fit';
import type { DesiredItem, Outcome } from '../../../sync/items';
import { linkName } from '../../../sync/key';
import type { Ledger } from '../../../sync/ledger';
import { planForReview } from '../../../sync/review';
import { SyncError, type Destination } from '../../../sync/types';
import { asSyncError } from '../errors';
import type { LiveItem } from '../incoming';
import { runLive } from '../live';
import { Output } from '../output';
import { firstHints, fitHints, hint, liveHints, lockHints, remapHints, testHints } from '../summary';
import { showLock } from '../test-lock';
import { runTest } from '../test-run';
import { runFrame, type Body } from './frame';
import { writingSettings, type WritingSettings } from './settings';

export interface DestinationNode {
	/** The node as users know it, for messages: `Sync To Database`. */
	name: string;
	/** The destination that the settings describe, with whatever it is reached by. Throws {@link SyncError}. */
	open(): Promise<Destination>;
	/**
	 * Changes how items are to be dealt with before anything is done, where the node's own settings say so: what a removal
	 * means there, for example.
	 */
	prepare?<Item extends DesiredItem>(items: Item[], destination: Destination): Item[];
	/** Anything that this node alone has to say of a test run. */
	hints?(destination: Destination): string[];
}

/** Runs the node. Throws only in a test run, where nobody else waits behind it. */
export async function executeDestination(
	context: IExecuteFunctions,
	node: DestinationNode,
): Promise<INodeExecutionData[][]> {
	const settings = writingSettings(context);
	const output = new Output(settings);
	await runFrame(context, new Writing(context, node, settings, output));
	return output.items;
}

class Writing implements Body {
	readonly mode: WritingSettings['mode'];
	readonly unapplied: string;
	readonly deed = 'written';
	private opened: Promise<Destination | SyncError> | undefined;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly node: DestinationNode,
		private readonly settings: WritingSettings,
		readonly told: Output,
	) {
		this.mode = settings.mode;
		this.unapplied = `no ${node.name} that applies reviewed plans stands behind this node`;
	}

	async test(given: DesiredItem[]): Promise<void> {
		const { context, node, settings, told } = this;
		const { mode, testWrites, lock, editor } = settings;
		const destination = await node.open();
		try {
			const prepared = node.prepare?.(given, destination) ?? given;
			const tested = await runTest(context, prepared, destination, testWrites, editor);
			const { items, previewed, remapped, firstWaits } = tested;
			const shown = mode === 'plan' ? undefined : await showLock(context, items, destination, lock);
			if (shown) told.lock(shown, items[0]!.stamp);
			// What would be done comes first; a page of records in sync would hide it.
			const idle = ({ action }: Outcome) => Number(action === 'none');
			const outcomes = previewed.map(({ outcome }) => outcome);
			const each = previewed.map(({ outcome, item }) => ({ outcome, ...item }));
			each.sort((a, b) => idle(a.outcome) - idle(b.outcome));
			for (const { outcome, stamp, fields } of each) {
				if (mode === 'plan') told.plan(outcome, stamp, { hash: '', fields });
				else told.preview(outcome, stamp);
			}
			context.addExecutionHints(
				...testHints(outcomes, destination.target.text),
				...remapHints(outcomes, remapped),
				// A person has looked at a reviewed plan already.
				...firstHints(firstWaits && mode === 'write'),
				...(shown ? [hint(`${shown.text} The SQL is in the first item on Preview.`, 'info')] : []),
				...fitHints(tested),
				...this.own(destination),
			);
		} finally {
			await destination.close();
		}
	}

	async live(
		given: LiveItem[],
		{ ledger, applier, passed }: { ledger: Ledger; applier: string | undefined; passed: number },
	): Promise<void> {
		const { context, node, settings, mode, told } = this;
		this.opened ??= node.open().catch(asSyncError);
		const opened = await this.opened;
		const items = 'read' in opened ? (node.prepare?.(given, opened) ?? given) : given;
		const rest = mode === 'plan' && 'read' in opened ? await this.showPlans(ledger, items, opened) : items;
		if (rest.length === 0) return;
		const how = {
			...settings,
			...(mode !== 'write' && { reviewed: true }),
			...(mode === 'plan' && { lock: undefined, as: applier }),
		};
		const { applied, swept, unrouted, lock, where, stamp } = await runLive(context, ledger, rest, opened, how);
		const stamps = new Map(items.map((one) => [one.item, one.stamp]));
		for (const outcome of applied.outcomes) told.outcome(outcome, stamps.get(outcome.item ?? -1) ?? stamp);
		for (const held of applied.held) told.hold(held, where, stamp);
		context.addExecutionHints(...liveHints(applied, swept, where, { passed, unrouted }), ...lockHints(lock, where));
	}

	async close(): Promise<void> {
		const opened = await this.opened;
		if (opened && 'close' in opened) await opened.close();
	}

	private own(destination: Destination) {
		return (this.node.hints?.(destination) ?? []).map((text) => hint(text, 'info'));
	}

	/** Puts out what a person has to review; answers with what needs no write, or cannot be planned just now. */
	private async showPlans(ledger: Ledger, given: LiveItem[], destination: Destination): Promise<LiveItem[]> {
		const { node, stamp } = given[0]!;
		const { target } = destination;
		const { editor } = this.settings;
		try {
			const fields = await destination.describe();
			const { items } = fit(given, fields);
			const problem = checkFields(items, fields, target.text, editor);
			if (problem) return given;
			const keys = items.map((item) => item.stamp.key);
			const looked = await ledger.look(stamp.id, node, target.id, keys);
			const { planned, rest } = await planForReview(items, {
				destination,
				links: new Map(looked.links.map((link) => [linkName(link), link])),
				ledger: looked.destination === undefined ? { sharers: async () => [] } : ledger,
				row: { id: looked.destination ?? 0 },
				secret: await ledger.secret(),
				where: target.text,
				...(editor !== '' && { editor }),
			});
			for (const { item, outcome, plan } of planned) this.told.plan(outcome, item.stamp, plan);
			if (planned.length > 0)
				this.context.addExecutionHints(
					hint(`${planned.length} plans wait for review; nothing was written.`, 'info'),
				);
			return rest;
		} catch (error) {
			if (!(error instanceof SyncError)) throw error;
			return given;
		}
	}
}
