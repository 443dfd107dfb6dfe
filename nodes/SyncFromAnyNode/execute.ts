/** Items of any node in, what changed or is due out. What is made of them is in `sync/`; here is only n8n. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { NodeOperationError, type IDataObject, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

import type { Ledger } from '../../sync/ledger';
import { tick, type OutgoingItem, type TickHost, type TickResult } from '../../sync/tick';
import { destinationsBehind } from '../shared/behind';
import { asNodeError } from '../shared/errors';
import { doubtLedger, ledgerIfAny, openLedger } from '../shared/ledger';
import { hint } from '../shared/summary';
import { GivenSource, readInput, type Given } from './given';
import { settleAtTheEnd } from './ended';
import { collect, collected } from './parts';
import { readSettings, type Settings } from './settings';

/** How long another run of the same node is waited for. */
const PATIENCE = 60_000;
const AGAIN = 250;

/** Runs the node. Throws where what came cannot be believed: a failed run is what people and error workflows see. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	try {
		const settings = readSettings(context);
		const given = await readInput(context, settings);
		if (context.getMode() === 'manual') return [await showTest(context, settings, given), []];
		return await live(context, settings, given);
	} catch (error) {
		throw asNodeError(context.getNode(), error);
	}
}

async function live(context: IExecuteFunctions, settings: Settings, given: Given): Promise<INodeExecutionData[][]> {
	const ledger = await openLedger();
	try {
		if (settings.more) {
			const source = new GivenSource(given, settings);
			await collect(context, ledger, settings, given, source);
			context.addExecutionHints(
				hint(
					`${given.records.length} records were collected; they are compared when the last part is there.`,
					'info',
				),
			);
			return [[], []];
		}
		const parts = collected(context);
		onlyOnce(context, settings, parts !== undefined);
		const carrier = new Carrier(context, settings, new GivenSource(given, settings, parts), parts);
		const result = await carrier.run(ledger);
		return await carrier.output(ledger, result);
	} catch (error) {
		await doubtLedger();
		throw error;
	}
}

/** A complete read that comes twice in one execution is two parts of one, and the second would remove the first. */
function onlyOnce(context: IExecuteFunctions, { all }: Settings, inParts: boolean): void {
	if (!all) return;
	const node = context.getContext('node');
	if (node['read'] === true && !inParts)
		throw new NodeOperationError(
			context.getNode(),
			'This node ran before in this execution, and these are other records',
			{
				description:
					'Nothing was changed by this part. If the records come in several runs of a loop, let More Records Follow be true in all runs but the last one.',
			},
		);
	node['read'] = true;
}

/** One tick whose batches leave by this node's output. How their way ended is told when the execution ends. */
class Carrier implements TickHost {
	readonly signal: AbortSignal;
	private readonly batches: OutgoingItem[][] = [];
	private carried = 0;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly settings: Settings,
		private readonly source: GivenSource,
		readonly collected: TickHost['collected'],
	) {
		this.signal = context.getExecutionCancelSignal() ?? new AbortController().signal;
	}

	openSource() {
		return Promise.resolve(this.source);
	}

	destinations() {
		return destinationsBehind(this.context);
	}

	async handOver(items: OutgoingItem[]) {
		this.batches.push(items);
		this.carried += items.length;
		return { how: this.carried >= this.settings.most ? ('full' as const) : ('silent' as const) };
	}

	/** A tick of another run of the same workflow is waited for. */
	async run(ledger: Ledger): Promise<TickResult> {
		const remembered = this.context.getWorkflowStaticData('node');
		const until = Date.now() + PATIENCE;
		const { tick: settings, most } = this.settings;
		const batch = { ...settings.batch, keys: Math.min(settings.batch.keys, most) };
		for (;;) {
			const seen = Number(remembered['ledger'] ?? 0);
			const result = await tick(ledger, this, { ...settings, batch, holder: randomUUID(), seen });
			if (result.sequence !== undefined) remembered['ledger'] = result.sequence;
			if (!result.busy) return result;
			if (Date.now() > until || this.signal.aborted)
				throw new NodeOperationError(
					this.context.getNode(),
					'Another run of this workflow is reading just now',
					{
						description: 'Let the runs begin further apart. What this run read was not taken.',
					},
				);
			await delay(AGAIN);
		}
	}

	async output(ledger: Ledger, result: TickResult): Promise<INodeExecutionData[][]> {
		const refused = result.kinds.some((kind) => kind === 'source' || kind === 'emptied');
		if (refused && result.turned) {
			// What was handed out does not get far: it is due again at once.
			await this.takeBack(ledger);
			throw new NodeOperationError(this.context.getNode(), result.troubles[0]!, {
				description: result.troubles.slice(1).join(' '),
			});
		}
		this.signal.addEventListener('abort', () => void this.takeBack(ledger).catch(() => undefined), { once: true });
		settleAtTheEnd(this.context, ledger, this.batches, this.settings);
		this.tell(result);
		const items = this.batches.flatMap((batch) => batch.map(asItem));
		return [items, result.turned ? [{ json: trouble(this.settings, result), pairedItem: { item: 0 } }] : []];
	}

	/** The run was stopped, or goes no further. */
	private async takeBack(ledger: Ledger): Promise<void> {
		for (const batch of this.batches) {
			const run = batch[0]?.stamp.run;
			if (run !== undefined) await ledger.endRun(run, { ok: false, retryIn: 0 });
		}
	}

	private tell({ observed, counts, troubles }: TickResult): void {
		const parts = [`${this.carried} put out`];
		if (observed) {
			const { created, updated, returned, vanished, unchanged } = observed;
			const found = Object.entries({
				new: created,
				changed: updated,
				'back again': returned,
				gone: vanished,
				unchanged,
			});
			parts.push(...found.flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : [])));
		}
		if (counts && counts.due > 0) parts.push(`${counts.due} more come with the next run`);
		this.context.addExecutionHints(hint(`${parts.join(', ')}.`, 'info'));
		for (const text of troubles) this.context.addExecutionHints(hint(text, 'warning'));
	}
}

function asItem({ fields, stamp }: OutgoingItem): INodeExecutionData {
	return { json: { ...fields, _sync: stamp }, pairedItem: { item: 0 } };
}

function trouble({ tick: { name } }: Settings, { health, troubles }: TickResult): IDataObject {
	const text =
		health === 'failing'
			? `The sync “${name}” is failing: ${troubles.join(' ')}`
			: `The sync “${name}” is healthy again.`;
	return { health, text, troubles };
}

/** A test in the editor: the first records as they came; the ledger is looked at and nothing is written anywhere. */
async function showTest(
	context: IExecuteFunctions,
	{ tick: { identity, name, sensitive }, testRecords }: Settings,
	{ records, unkeyed, failed }: Given,
): Promise<INodeExecutionData[]> {
	const known = await (await ledgerIfAny())?.find(identity);
	const behind = destinationsBehind(context).map(({ node }) => node);
	const wrong = unkeyed + failed;
	context.addExecutionHints(
		hint(
			`A test: the first ${Math.min(records.length, testRecords)} of ${records.length} records, whether they changed or not. Nothing is remembered.`,
			'info',
		),
		...(wrong > 0 ? [hint(`${wrong} items have no key, or come from a node that failed.`, 'warning')] : []),
	);
	return records.slice(0, testRecords).map(({ key, fields, name: label, removed }) =>
		asItem({
			fields,
			stamp: {
				id: known?.id ?? 0,
				name,
				key,
				version: 0,
				change: removed === true ? 'removed' : known ? 'updated' : 'created',
				reason: 'changed',
				for: behind,
				test: true,
				...(label !== undefined && { label }),
				...(sensitive.length > 0 && { sensitive }),
			},
		}),
	);
}
