import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { needRuntimeFor } from '../shared/runtime';
import { properties } from './description';
import { execute } from './execute';
import { methods } from './methods';

/** Sync Ledger: looks into the ledger of all syncs, and does what a person decides. */
export class SyncLedger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Sync Ledger',
		name: 'syncLedger',
		icon: { light: 'file:syncLedger.svg', dark: 'file:syncLedger.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["action"] }}',
		description:
			'Tells how the one-way syncs of this n8n stand, record by record, and retries, releases, pauses, undoes, checks or forgets',
		defaults: { name: 'Sync Ledger' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: undefined,
		properties,
	};

	methods = methods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		needRuntimeFor(this.getNode());
		return await execute(this);
	}
}
