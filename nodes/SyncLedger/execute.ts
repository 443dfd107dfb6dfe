/** For each item that comes in: the action, its answer as items. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Ledger } from '../../sync/ledger';
import { SyncError } from '../../sync/types';
import { asNodeError, whole } from '../shared/errors';
import { doubtLedger, ledgerIfAny } from '../shared/ledger';
import { number, reader, text, type Read } from '../shared/parameters';
import { check } from './actions/check';
import { exported, forget } from './actions/data';
import { find } from './actions/find';
import { history, list, report, status } from './actions/look';
import { done, pause, release, resume, resync, retry, undo } from './actions/work';

/** What an action works with. */
export interface Call {
	context: IExecuteFunctions;
	ledger: Ledger;
	read: Read;
	item: number;
}

/** An answer: items, some with a file. */
export type Given = Pick<INodeExecutionData, 'json' | 'binary'>[];
export type Action = (call: Call) => Promise<Given>;

const ACTIONS: Record<string, Action> = {
	status,
	list,
	find,
	history,
	report,
	retry,
	done,
	release,
	resync,
	pause,
	resume,
	undo,
	check,
	export: exported,
	forget,
};

export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const out: INodeExecutionData[] = [];
	for (const item of context.getInputData().keys()) {
		try {
			const read = reader(context, item);
			const ledger = await ledgerIfAny();
			if (!ledger)
				throw new SyncError('setup', 'No sync has run on this n8n yet, so there is no ledger.', {
					todo: 'Publish a workflow that starts with a Sync From … node, and let it run once.',
				});
			const given = await ACTIONS[text(read('action', 'status'))]!({ context, ledger, read, item });
			for (const one of given) out.push({ ...one, pairedItem: { item } });
		} catch (error) {
			await doubtLedger().catch(() => undefined);
			if (!context.continueOnFail()) throw asNodeError(context.getNode(), error, item);
			out.push({ json: { error: whole(error) }, pairedItem: { item } });
		}
	}
	return [out];
}

/** The sync that is chosen, with its name. Throws SyncError `setup` where there is none. */
export async function syncOf({ ledger, read }: Call, name = 'sync') {
	const id = number(read(name, 0), 0);
	const sync = (await ledger.syncs()).find((one) => one.id === id);
	if (!sync)
		throw new SyncError('setup', id === 0 ? 'No sync is chosen.' : `The ledger knows no sync ${id}.`, {
			todo: 'Choose one in Sync. It is in the list once it has run.',
		});
	return sync;
}

/** A time as people and programs read it. */
export function time(at: number | null): string | null {
	return at === null ? null : new Date(at).toISOString();
}

export function one(json: IDataObject): Given {
	return [{ json }];
}
