/** Both sides, compared now. */
import { setTimeout as delay } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';

import { many } from '../../../report/words';
import type { Checked } from '../../../sync/hands';
import { SyncError } from '../../../sync/types';
import { nudge } from '../../shared/trigger/nudges';
import { number } from '../../shared/parameters';
import { syncOf, type Call, type Given } from '../execute';

/** Milliseconds between two looks whether it is done. */
const LOOK = 500;

export async function check(call: Call): Promise<Given> {
	const { context, ledger, read } = call;
	const { id, name, identity } = await syncOf(call);
	const seconds = number(read('wait', 300), 300, { least: 1 });
	const signal = context.getExecutionCancelSignal();
	const since = await ledger.check(id);
	nudge(identity);
	const end = performance.now() + seconds * 1000;
	for (;;) {
		const found = await ledger.checked(id, since);
		if (found.done) return [{ json: answer(name, found) }];
		if (signal?.aborted) return [];
		if (performance.now() > end) throw late(name, found, seconds);
		await delay(LOOK, undefined, { signal, ref: false }).catch(() => undefined);
	}
}

function answer(name: string, { destinations }: Checked): IDataObject {
	const sum = (of: 'records' | 'differ' | 'open') => destinations.reduce((all, place) => all + place[of], 0);
	const [records, differ, open] = [sum('records'), sum('differ'), sum('open')];
	return {
		sync: name,
		records,
		differ,
		open,
		text: `${name}: ${many(records, 'record')}, ${differ} ${differ === 1 ? 'differs' : 'differ'}${open === 0 ? '' : `; ${open} more are not at rest (on their way, failed, held or dropped)`}.`,
		destinations: destinations.map(({ name: place, differences, ...counts }) => ({
			name: place,
			...counts,
			differences: differences.map(({ key, name: record, field, stands, meant }) => ({
				key,
				name: record,
				...(field === null ? { missing: true } : { field, is: stands, shouldBe: meant }),
			})),
		})),
	};
}

function late(name: string, { read, waits }: Checked, seconds: number): SyncError {
	const missing = [...(read ? [] : ['its source']), ...waits].join(', ');
	return new SyncError(
		'retry',
		`The check of ${name} was not through after ${seconds} seconds: what has not been read yet is ${missing}.`,
		{
			todo: 'See that the sync is published and runs. A large first load comes before it; wait longer, or ask again later: what was asked for goes on meanwhile.',
		},
	);
}
