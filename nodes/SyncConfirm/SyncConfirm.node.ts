import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { needRuntimeFor } from '../shared/runtime';
import { execute } from './execute';

const { Main } = NodeConnectionTypes;

/** Sync To Any Node: Confirm: what other nodes made of a plan is written to the ledger. */
export class SyncConfirm implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Sync To Any Node: Confirm',
		name: 'syncConfirm',
		icon: { light: 'file:syncConfirm.svg', dark: 'file:syncConfirm.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["newId"] }}',
		description:
			'Behind the nodes that write what Sync To Any Node: Plan puts out, by their outputs and their error outputs: remembers what was written, and what failed',
		defaults: { name: 'Confirm' },
		inputs: [Main],
		outputs: [Main, Main],
		outputNames: ['Synced', 'Failed'],
		usableAsTool: undefined,
		properties: [
			{
				displayName: 'New ID',
				name: 'newId',
				type: 'string',
				default: '',
				noDataExpression: true,
				placeholder: 'e.g. data.uuid',
				description:
					'Where the ID of a record that was created stands in what the node before this one puts out: a field, or a path',
				hint: 'Without it: the first of id, ID, Id, _id, uuid, key or number, in the item or in its data, result, record or body',
			},
			{
				displayName: 'Only If There Is',
				name: 'proof',
				type: 'string',
				default: '',
				noDataExpression: true,
				placeholder: 'e.g. updatedAt',
				description:
					'A field that the node before this one puts out only when it has really written. Some nodes put out what came in when a write failed and the workflow goes on.',
			},
			{
				displayName: 'Match By',
				name: 'matchField',
				type: 'string',
				default: '',
				noDataExpression: true,
				placeholder: 'e.g. email',
				description:
					'Only for nodes that do not tell which of their input items an output item was made from: a field of their output that holds the same value as the planned field of that name',
			},
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		needRuntimeFor(this.getNode());
		return await execute(this);
	}
}
