/** All that is known, as a file; and forgetting it. */
import { many } from '../../../report/words';
import type { Ledger } from '../../../sync/ledger';
import { SyncError } from '../../../sync/types';
import { number, text } from '../../shared/parameters';
import { one, syncOf, time, type Call, type Given } from '../execute';

const PAGE = 500;
const LINES = 5000;

/** One line of JSON per record: its fields, how it stands in every destination, and, for a single one, its history. */
export async function exported(call: Call): Promise<Given> {
	const { context, ledger, read } = call;
	const key = text(read('onlyKey', ''));
	const chosen = number(read('syncOrAll', 0), 0);
	const syncs = chosen === 0 ? await ledger.syncs() : [await syncOf(call, 'syncOrAll')];
	const chunks: Buffer[] = [];
	let records = 0;
	for (const { id, name, destinations } of syncs) {
		const where = new Map(destinations.map((place) => [place.id, place.name]));
		for await (const lines of key === '' ? pages(ledger, id) : single(ledger, id, key)) {
			records += lines.length;
			const all = lines.map(({ sides, cells: _, history, ...record }) =>
				JSON.stringify({
					sync: name,
					...record,
					changedAt: time(record.changedAt),
					destinations: sides.map(({ destination, ...side }) => ({
						name: where.get(destination) ?? null,
						...side,
					})),
					...(history && {
						history: history.map(({ destination, ...line }) => ({
							destination: where.get(destination) ?? null,
							...line,
							at: time(line.at),
						})),
					}),
				}),
			);
			if (all.length > 0) chunks.push(Buffer.from(`${all.join('\n')}\n`));
		}
	}
	const file = `sync-export-${new Date(await ledger.now()).toISOString().slice(0, 10)}.ndjson`;
	const data = await context.helpers.prepareBinaryData(Buffer.concat(chunks), file, 'application/x-ndjson');
	return [{ json: { records, file, ...(key !== '' && { key }) }, binary: { data } }];
}

type Exported = Awaited<ReturnType<Ledger['exportPage']>>['rows'][number] & {
	history?: Awaited<ReturnType<Ledger['history']>>['rows'];
};

async function* pages(ledger: Ledger, sync: number): AsyncGenerator<Exported[]> {
	for (let after: string | undefined | null; after !== null;) {
		const page: Awaited<ReturnType<Ledger['exportPage']>> = await ledger.exportPage(sync, after, PAGE);
		yield page.rows;
		after = page.next;
	}
}

async function* single(ledger: Ledger, sync: number, key: string): AsyncGenerator<Exported[]> {
	const record = await ledger.record(sync, key);
	if (record) yield [{ ...record, history: (await ledger.history(sync, { key }, null, LINES)).rows }];
}

export async function forget(call: Call): Promise<Given> {
	const { ledger, read } = call;
	const typed = text(read('confirmation', ''));
	if (text(read('forget', 'record')) === 'sync') {
		const { id, name } = await syncOf(call);
		sure(typed, name, 'the name of the sync');
		const locks = (await ledger.locks(id)).filter(({ lock }) => lock.name !== '');
		const records = await ledger.forgetSync(id);
		if (records === undefined)
			throw new SyncError('retry', `${name} is at work just now.`, {
				todo: 'Unpublish its workflow, and try again a minute later.',
			});
		const left = locks
			.map(({ where, lock }) => ` Its lock still stands in ${where}; run there: ${lock.undo.join(' ')}`)
			.join('');
		return one({
			forgot: 'sync',
			sync: name,
			records,
			text: `${name} is forgotten, with ${many(records, 'record')}. What stands in its destinations stays there.${left}`,
		});
	}
	const key = text(read('key', ''));
	if (key === '') throw new SyncError('setup', 'No key is given.', { todo: 'Fill in Key.' });
	sure(typed, key, 'the key of the record');
	const forgotten: string[] = [];
	for (const { id, name } of await ledger.syncs()) if (await ledger.forgetRecord(id, key)) forgotten.push(name);
	return one({
		forgot: 'record',
		key,
		syncs: forgotten,
		text:
			forgotten.length === 0
				? `No sync knows a record with the key ${key}.`
				: `What was known of ${key} is forgotten: in ${forgotten.join(', ')}. What stands in the destinations stays there.`,
	});
}

function sure(typed: string, wanted: string, what: string): void {
	if (typed === wanted) return;
	const stands = typed === '' ? 'empty' : `“${typed}”`;
	throw new SyncError('setup', `Nothing was forgotten: Confirmation is ${stands}, and ${what} is “${wanted}”.`, {
		todo: `If you mean it, type ${what} into Confirmation.`,
	});
}
