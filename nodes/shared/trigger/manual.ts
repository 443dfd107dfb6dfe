/** A test in the editor: the first records as they are now; the ledger is looked at and nothing is written anywhere. */
import type { ITriggerFunctions } from 'n8n-workflow';

import { SyncError, type Source, type SourceRecord } from '../../../sync/types';
import { destinationsBehind } from '../behind';
import { ledgerIfAny } from '../ledger';
import { asItem } from './host';
import type { LoopSettings } from './settings';

export async function emitTest(
	context: ITriggerFunctions,
	{ tick }: LoopSettings,
	testRecords: number,
	open: () => Promise<Source>,
): Promise<void> {
	const known = await (await ledgerIfAny())?.find(tick.identity);
	const behind = destinationsBehind(context).map(({ node }) => node);
	const records = await firstRecords(open, testRecords);
	context.emit([
		records.map(({ key, fields, name, removed }) =>
			asItem({
				fields,
				stamp: {
					id: known?.id ?? 0,
					name: tick.name,
					key,
					version: 0,
					change: removed === true ? 'removed' : known ? 'updated' : 'created',
					reason: 'changed',
					for: behind,
					test: true,
					...(name !== undefined && { label: name }),
					...(tick.sensitive.length > 0 && { sensitive: tick.sensitive }),
				},
			}),
		),
	]);
}

async function firstRecords(open: () => Promise<Source>, most: number): Promise<SourceRecord[]> {
	const source = await open();
	const records: SourceRecord[] = [];
	let unkeyed = 0;
	try {
		for await (const page of source.read()) {
			unkeyed += page.unkeyed;
			records.push(...page.records.slice(0, most - records.length));
			if (records.length >= most) break;
		}
	} finally {
		await source.close();
	}
	// Published, each of them would be left out.
	if (records.length === 0 && unkeyed > 0)
		throw new SyncError('setup', `No record that came has a key (${unkeyed} came).`, {
			todo: 'Say in the form what identifies a record: ID Is At for an API, Key Columns for a SELECT.',
		});
	return records;
}
