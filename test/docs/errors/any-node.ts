/** Mistakes with nodes that are not ours on one side: Sync From Any Node, and what comes back to Confirm. */
import type { IDataObject, INodeType } from 'n8n-workflow';

import { SyncConfirm } from '../../../nodes/SyncConfirm/SyncConfirm.node';
import { SyncFromAnyNode } from '../../../nodes/SyncFromAnyNode/SyncFromAnyNode.node';
import { giving, runInProcess, type Finished } from '../../n8n/inprocess';
import { alone, shownBy, type Mistake, type Shown } from './mistake';

const from = (made: string, parameters: IDataObject, given?: IDataObject[]): Mistake => ({
	made,
	node: 'Sync From Any Node',
	show: async () => shownBy(await alone(new SyncFromAnyNode(), parameters, { ...(given && { given }) })),
});

/** It stops nothing: what it cannot take for an answer comes out on Failed. */
function onFailed(finished: Finished): Shown {
	const [item] = finished.json('Confirm', 1);
	const { text, todo } = (item ?? {}) as { text?: string; todo?: string };
	return { message: text?.replace(` ${todo ?? ''}`, ''), description: todo };
}

/** Three items in, two out, and no word of which they were made from. */
const joining = {
	description: {
		...giving([], 'joining').description,
		displayName: 'Joining',
		inputs: ['main'],
		group: ['transform'],
	},
	execute: () => Promise.resolve([[1, 2].map((done) => ({ json: { done } }))]),
} as unknown as INodeType;

const confirm = (made: string, show: Mistake['show']): Mistake => ({
	made,
	node: 'Sync To Any Node: Confirm',
	show,
});

export const anyNode: Mistake[] = [
	from('marked fields as sensitive that come in several runs', {
		syncName: 'Contacts',
		key: 'id',
		more: true,
		sensitive: 'salary',
	}),
	from('gave it records of another sync’s source', { syncName: 'Contacts', key: 'id' }, [
		{ id: 1, _sync: { key: '1' } },
	]),
	confirm('put it behind no Plan node', async () =>
		onFailed(
			await runInProcess({
				nodes: [
					{ name: 'Given', type: giving([{ id: 1 }], 'given') },
					{ name: 'Confirm', type: new SyncConfirm(), parameters: {} },
				],
			}),
		),
	),
	confirm('let a node write that does not say which item it made its own from', async () =>
		onFailed(
			await runInProcess({
				nodes: [
					{ name: 'Given', type: giving([{ id: 1 }, { id: 2 }, { id: 3 }], 'given') },
					{ name: 'Write', type: joining },
					{ name: 'Confirm', type: new SyncConfirm(), parameters: {} },
				],
			}),
		),
	),
	confirm('named a field in New ID that cannot be meant', async () =>
		shownBy(await alone(new SyncConfirm(), { newId: 'data.constructor' }, { name: 'Confirm' })),
	),
];
