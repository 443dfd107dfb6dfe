import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { needRuntimeFor } from '../shared/runtime';
import { properties } from './description';
import { execute } from './execute';

/** Sync From Any Node: the records that any node put out become the source of a sync. */
export class SyncFromAnyNode implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Sync From Any Node',
		name: 'syncFromAnyNode',
		icon: { light: 'file:syncFromAnyNode.svg', dark: 'file:syncFromAnyNode.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["completeness"] === "changed" ? "changed records" : "all records" }}',
		description:
			'Takes the records that another node has read, and hands over every one that is new, changed or gone, until its destination has confirmed it',
		defaults: { name: 'Sync From Any Node' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Due', 'Trouble'],
		usableAsTool: undefined,
		properties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		needRuntimeFor(this.getNode());
		return await execute(this);
	}
}
