import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { needRuntimeFor } from '../shared/runtime';
import { properties } from './description';
import { execute } from './execute';

const { Main } = NodeConnectionTypes;

/** Sync To Any Node: Plan: desired records in, and what any node has to create, update and remove out. */
export class SyncPlan implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Sync To Any Node: Plan',
		name: 'syncPlan',
		icon: { light: 'file:syncPlan.svg', dark: 'file:syncPlan.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["destination"] }}',
		description:
			'Compares the records of a one-way sync with what stands in the destination, and puts out what any node has to create, update and remove there',
		defaults: { name: 'Plan' },
		inputs: `={{ $parameter["actual"] === "input" ? [{ type: "main", displayName: "Desired" }, { type: "main", displayName: "There Now" }] : ["main"] }}`,
		outputs: [Main, Main, Main, Main, Main, Main],
		outputNames: ['Create', 'Update', 'Remove', 'Held', 'Unchanged', 'Preview'],
		usableAsTool: undefined,
		properties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		needRuntimeFor(this.getNode());
		return await execute(this);
	}
}
