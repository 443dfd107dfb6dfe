/** Mistakes in the node Sync Ledger: with a ledger in which one sync has run, and without one. */
import type { IDataObject } from 'n8n-workflow';

import { SyncLedger } from '../../../nodes/SyncLedger/SyncLedger.node';
import { alone, hasRun, shownBy, type Mistake } from './mistake';

const before = (made: string, parameters: IDataObject): Mistake => ({
	made,
	node: 'Sync Ledger',
	show: async () => shownBy(await alone(new SyncLedger(), parameters)),
});

/** n8n itself sees to it that a required field is filled in; not, that an expression in it gives something. */
const NOTHING = "={{ '' }}";

/** The first sync of a ledger, HR by name, has run once. */
const after = (made: string, parameters: IDataObject): Mistake => ({
	made,
	node: 'Sync Ledger',
	show: async (world) => {
		await hasRun(world);
		return shownBy(await alone(new SyncLedger(), parameters));
	},
});

export const ledger: Mistake[] = [
	before('looked before any sync has run', { action: 'status' }),
	after('chose no sync', { action: 'history', sync: NOTHING }),
	after('named a sync that is not there', { action: 'history', sync: 7 }),
	after('looked nobody up', { action: 'find', who: NOTHING }),
	after('marked a task as done that there is not', { action: 'done', sync: 1, task: '1' }),
	after('released a hold that there is not', { action: 'release', sync: 1, hold: 9 }),
	after('gave no key to compare', { action: 'resync', sync: 1, what: 'keys', keys: NOTHING }),
	after('gave no date', { action: 'resync', sync: 1, what: 'since', since: 'last week' }),
	after('undid a run that there was not', { action: 'undo', sync: 1, run: 9 }),
	after('gave no key to forget', { action: 'forget', forget: 'record', key: NOTHING, confirmation: NOTHING }),
	after('confirmed the forgetting of a record by nothing', {
		action: 'forget',
		forget: 'record',
		key: '1042',
		confirmation: NOTHING,
	}),
	after('confirmed the forgetting of a sync by another name', {
		action: 'forget',
		forget: 'sync',
		sync: 1,
		confirmation: 'Payroll',
	}),
	after('checked a sync that is not published', { action: 'check', sync: 1, wait: 1 }),
];
