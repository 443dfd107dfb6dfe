/** A read that arrives in several runs of the node: what came so far is staged beside the ledger until the last part. */
import type { IExecuteFunctions } from 'n8n-workflow';

import type { Ledger, Observation } from '../../sync/ledger';
import { SyncError } from '../../sync/types';
import type { Given, GivenSource } from './given';
import type { Settings } from './settings';

interface Reading {
	observation: Observation;
	unkeyed: number;
	/** What made a part unbelievable; the whole read is, then. */
	failed: SyncError | undefined;
	at: number;
}

/** Readings that this process has under way, by sync and execution. */
const readings = new Map<string, Reading>();
/** A reading that got no part for so long has broken off. */
const FORGOTTEN = 60 * 60 * 1000;

/** Adds a part. */
export async function collect(
	context: IExecuteFunctions,
	ledger: Ledger,
	settings: Settings,
	given: Given,
	source: GivenSource,
): Promise<void> {
	const name = nameOf(context);
	let reading = known(context, name);
	if (!reading) {
		reading = { observation: await begin(context, ledger, settings, source), unkeyed: 0, failed: undefined, at: 0 };
		readings.set(name, reading);
	}
	reading.at = Date.now();
	reading.unkeyed += given.unkeyed;
	if (given.failed > 0)
		reading.failed ??= new SyncError(
			'refused',
			`a part of the read comes from a node that failed${given.firstFailure === undefined ? '' : ` (${given.firstFailure})`}`,
			{ todo: 'Nothing was changed. See why it failed; the next run reads everything again.' },
		);
	await reading.observation.add(given.records);
	const node = context.getContext('node');
	node['parts'] = Number(node['parts'] ?? 0) + 1;
}

/** What was collected before the last part; undefined where the read came in one. */
export function collected(context: IExecuteFunctions): Reading | undefined {
	const name = nameOf(context);
	const reading = known(context, name);
	readings.delete(name);
	context.getContext('node')['parts'] = 0;
	return reading;
}

/** The reading under way. Throws where it began in a process that is gone. */
function known(context: IExecuteFunctions, name: string): Reading | undefined {
	for (const [other, { observation, at }] of readings) {
		if (other === name || Date.now() - at < FORGOTTEN) continue;
		readings.delete(other);
		void observation.discard();
	}
	const reading = readings.get(name);
	if (!reading && Number(context.getContext('node')['parts'] ?? 0) > 0)
		throw new SyncError(
			'retry',
			'The parts of this read that came before are lost: n8n was started anew meanwhile.',
			{
				todo: 'Nothing was changed. Run the workflow again.',
			},
		);
	return reading;
}

/** A tick's lease is held only for the moment in which the read gets its number. */
async function begin(
	context: IExecuteFunctions,
	ledger: Ledger,
	{ tick }: Settings,
	source: GivenSource,
): Promise<Observation> {
	const sync = await ledger.register(tick.identity, tick.name, tick.takeOver);
	const holder = nameOf(context);
	const token = await ledger.beginTick(sync.id, holder, tick.leaseTtl);
	if (token === undefined)
		throw new SyncError('retry', 'Another run of this workflow is reading just now.', {
			todo: 'Let the runs begin further apart.',
		});
	try {
		return await ledger.observe(sync.id, token, source.tag, tick.sensitive);
	} finally {
		await ledger.endTick(sync.id, token);
	}
}

function nameOf(context: IExecuteFunctions): string {
	return JSON.stringify([context.getWorkflow().id, context.getNode().id, context.getExecutionId()]);
}
