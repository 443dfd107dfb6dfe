/** A batch as it leaves the trigger: plain fields with their stamp, and sensitive values read from the source again. */
import { canonical, set } from './canonical';
import { conceal, isKeyed } from './fingerprint';
import type { OutgoingItem } from './host';
import type { HandedRecord } from './ledger';
import { SyncError, type Fields, type Source } from './types';

/** What the items of one run have in common. */
export interface Batch {
	sync: number;
	name: string;
	run: number;
	sensitive: string[];
	/** Opened only where a sensitive value has to be read again. */
	source: () => Promise<Source>;
	secret: () => Promise<string>;
}

/** Items for records; one that reads otherwise now than when it was observed is left out. */
export async function outgoing(records: HandedRecord[], batch: Batch): Promise<OutgoingItem[]> {
	const fetched = await fetchSensitive(records, batch);
	const { sensitive } = batch;
	return records.flatMap((record): OutgoingItem[] => {
		const fields = fetched === undefined ? record.fields : fetched.get(record.key);
		if (fields === undefined) return [];
		const { key, version, change, reason, name } = record;
		const stamp = {
			id: batch.sync,
			name: batch.name,
			key,
			version,
			change,
			reason,
			for: record.for,
			run: batch.run,
		};
		return [
			{
				fields,
				stamp: {
					...stamp,
					...(name !== null && { label: name }),
					...(sensitive.length > 0 && { sensitive }),
				},
			},
		];
	});
}

/** The fields by key, whole; undefined where nothing is sensitive, for then the ledger has them. */
async function fetchSensitive(
	records: HandedRecord[],
	{ sensitive, source, secret }: Batch,
): Promise<Map<string, Fields> | undefined> {
	if (sensitive.length === 0) return undefined;
	const fields = new Map<string, Fields>();
	const wanted: HandedRecord[] = [];
	for (const record of records) {
		if (record.change === 'removed' || !sensitive.some((name) => isKeyed(record.fields[name])))
			fields.set(record.key, without(record.fields));
		else wanted.push(record);
	}
	if (wanted.length === 0) return fields;
	const opened = await source();
	if (!opened.fetch)
		throw new SyncError('setup', 'This source cannot read single records again, which sensitive fields need.');
	const now = new Map((await opened.fetch(wanted.map(({ key }) => key))).map((record) => [record.key, record]));
	const known = await secret();
	for (const record of wanted) {
		const found = now.get(record.key);
		if (found && canonical(conceal(found.fields, sensitive, known)) === canonical(record.fields))
			fields.set(record.key, found.fields);
	}
	return fields;
}

/** A removed record's fields without the fingerprints that stand for sensitive values. */
function without(fields: Fields): Fields {
	const kept: Fields = {};
	for (const [name, value] of Object.entries(fields)) if (!isKeyed(value)) set(kept, name, value);
	return kept;
}
