/** A test in the editor: the first records as they are now; the ledger is looked at and nothing is written anywhere. */
import type { ITriggerFunctions } from 'n8n-workflow';

import type { SourceRecord } from '../../sync/types';
import { destinationsBehind } from '../shared/behind';
import { ledgerIfAny } from '../shared/ledger';
import { asItem } from '../shared/trigger/host';
import { openSource } from './source';
import type { TriggerSettings } from './settings';

export async function emitTest(context: ITriggerFunctions, settings: TriggerSettings): Promise<void> {
	const { tick, testRecords } = settings;
	const known = await (await ledgerIfAny())?.find(tick.identity);
	const behind = destinationsBehind(context).map(({ node }) => node);
	const records = await firstRecords(context, settings, testRecords);
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

async function firstRecords(
	context: ITriggerFunctions,
	settings: TriggerSettings,
	most: number,
): Promise<SourceRecord[]> {
	const source = await openSource(context, settings.source);
	const records: SourceRecord[] = [];
	try {
		for await (const page of source.read()) {
			records.push(...page.records.slice(0, most - records.length));
			if (records.length >= most) break;
		}
	} finally {
		await source.close();
	}
	return records;
}
