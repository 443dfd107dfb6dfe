/** From the node's form to what a run works with. Throws {@link SyncError} `setup` for what cannot be meant. */
import type { IExecuteFunctions } from 'n8n-workflow';

import type { TickSettings } from '../../sync/tick';
import { SyncError } from '../../sync/types';
import { finder, finders, type Finder } from '../shared/field';
import { number, reader, text, texts } from '../shared/parameters';
import { syncNameOf } from '../shared/sync-name';
import { milliseconds, type Unit } from '../shared/trigger/schedule';

export interface Settings {
	key: Finder[];
	/** The fields that the key is made of, where they are named and not an expression. */
	keyText: string;
	name?: Finder;
	removed?: Finder;
	/** The input is everything, so that what is not in it is gone. */
	all: boolean;
	/** An empty input means an empty source. */
	emptyMeansEmpty: boolean;
	least: number;
	/** Share of the known records, 0 to 1, that may be missing in one read. */
	mostMissing: number;
	/** Further parts of this read follow. */
	more: boolean;
	/** Records put out by one run. */
	most: number;
	testRecords: number;
	tick: Omit<TickSettings, 'holder' | 'seen'>;
}

/** A tick is over in moments here; only a crash leaves its lease to expire. */
const TICK = 60_000;
const RETRY = 30_000;
const PARKED = 7 * 24 * 60 * 60 * 1000;
const BATCH = { keys: 5000, bytes: 50 * 1024 * 1024 };

export function readSettings(context: IExecuteFunctions): Settings {
	const read = reader(context);
	const { parameters } = context.getNode();
	const options = read('options', {}) as Record<string, unknown>;
	const name = syncNameOf(context);
	const key = finders(parameters['key'], 'key', 'Key');
	if (key.length === 0)
		throw new SyncError('setup', 'No key is named.', {
			todo: 'Name in Key the field that identifies a record for ever, such as id.',
		});
	const all = read('completeness', 'all') !== 'changed';
	const more = all && read('more', false) === true;
	const sensitive = texts(read('sensitive', ''));
	if (more && sensitive.length > 0)
		throw new SyncError(
			'setup',
			'Sensitive fields need all records at once, for they are kept nowhere meanwhile.',
			{
				todo: 'Collect the records before this node (by an Aggregate or a Merge node, say), or leave the sensitive fields out.',
			},
		);
	const [label, removed] = [
		finder(parameters['recordName'], 'recordName', 'Name of a Record'),
		finder(parameters['removedField'], 'removedField', 'Removed If'),
	];
	const sweepEvery = milliseconds(number(options['sweepEvery'], 1), (options['sweepUnit'] ?? 'hours') as Unit);
	const release = number(options['release'], 0);
	const takeOver = text(options['takeOver']);
	return {
		key,
		keyText: text(parameters['key']).replace(/^=/u, ''),
		...(label && { name: label }),
		...(removed && { removed }),
		all,
		emptyMeansEmpty: all && read('empty', 'refuse') === 'empty',
		least: number(options['least'], 1, { least: 1 }),
		mostMissing: number(options['mostMissing'], 50, { most: 100 }) / 100,
		more,
		most: number(options['most'], 10_000, { least: 1, most: 1_000_000 }),
		testRecords: number(options['testRecords'], 100, { least: 1, most: 5000 }),
		tick: {
			identity: {
				instance: context.getInstanceId(),
				workflow: context.getWorkflow().id ?? '',
				node: context.getNode().id,
			},
			name,
			...(takeOver !== '' && { takeOver }),
			...(release > 0 && { release }),
			sensitive,
			completeEvery: null,
			sweepEvery: sweepEvery > 0 ? sweepEvery : null,
			guard: {
				few: number(options['guardFew'], 5),
				share: number(options['guardShare'], 10, { most: 100 }) / 100,
				changes: number(options['guardChanges'], 20, { most: 100 }) / 100,
				first: options['guardFirst'] !== false,
			},
			batch: BATCH,
			leaseTtl: TICK,
			handedTtl: milliseconds(number(options['runMinutes'], 10, { least: 0.05 }), 'minutes'),
			unbounded: true,
			stuckAfter: PARKED,
			retryIn: RETRY,
			parkedTtl: PARKED,
			historyDays: number(options['historyDays'], 90, { least: 1 }),
		},
	};
}
