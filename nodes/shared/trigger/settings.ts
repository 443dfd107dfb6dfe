/** What every trigger of ours asks for. */
import type { ITriggerFunctions } from 'n8n-workflow';

import type { TickSettings } from '../../../sync/tick';
import { number, reader, text } from '../parameters';
import { syncNameOf } from '../sync-name';
import { milliseconds, type Schedule, type Unit } from './schedule';

export interface LoopSettings {
	schedule: Schedule;
	/** Milliseconds that runs with what is pushed are apart at least. */
	gather?: number;
	tick: Omit<TickSettings, 'holder'>;
}

/** A handed batch without a sign of life stays leased so long; the trigger gives one every 15 seconds. */
const LEASE = 60_000;
const RETRY = 30_000;
const PARKED = 7 * 24 * 60 * 60 * 1000;
const STUCK = 60 * 60_000;
const BYTES = 5 * 1024 * 1024;

/** Identity, name and options of a sync. Throws {@link SyncError} `setup` for what cannot be meant. */
export function commonSettings(
	context: ITriggerFunctions,
): Omit<TickSettings, 'holder' | 'sensitive' | 'completeEvery'> {
	const read = reader(context);
	const options = read('options', {}) as Record<string, unknown>;
	const name = syncNameOf(context);
	const sweepEvery = milliseconds(number(options['sweepEvery'], 1), (options['sweepUnit'] ?? 'hours') as Unit);
	const release = number(options['release'], 0);
	const takeOver = text(options['takeOver']);
	return {
		identity: {
			instance: context.getInstanceId(),
			workflow: context.getWorkflow().id ?? '',
			node: context.getNode().id,
		},
		name,
		...(takeOver !== '' && { takeOver }),
		...(release > 0 && { release }),
		...(options['forgetRetired'] === true && { forgetRetired: true }),
		sweepEvery: sweepEvery > 0 ? sweepEvery : null,
		guard: {
			few: number(options['guardFew'], 5),
			share: number(options['guardShare'], 10, { most: 100 }) / 100,
			changes: number(options['guardChanges'], 20, { most: 100 }) / 100,
			first: options['guardFirst'] !== false,
		},
		batch: { keys: number(options['batchSize'], 500, { least: 1, most: 5000 }), bytes: BYTES },
		leaseTtl: LEASE,
		retryIn: RETRY,
		parkedTtl: PARKED,
		stuckAfter: STUCK,
		unconfirmedAfter: number(options['unconfirmedAfter'], 5) * 60_000,
		historyDays: number(options['historyDays'], 90, { least: 1 }),
	};
}
