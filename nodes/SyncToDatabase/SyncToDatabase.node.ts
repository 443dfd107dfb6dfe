import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { databaseCredentials } from '../shared/description';
import { needRuntimeFor } from '../shared/runtime';
import { properties } from './description';
import { execute } from './execute';
import { methods } from './methods';

/** Sync To Database: desired records in, and in the table afterwards; one outcome out for each. */
export class SyncToDatabase implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Sync To Database',
		name: 'syncToDatabase',
		icon: { light: 'file:syncToDatabase.svg', dark: 'file:syncToDatabase.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle:
			'={{ ({ plan: "plan only: ", reviewed: "apply reviewed: " }[$parameter["mode"]] || "") + ($parameter["table"]["value"] || $parameter["table"]) }}',
		description:
			'Brings a table into line with the records of a one-way sync: reads what is there, writes only what differs',
		defaults: { name: 'Sync To Database' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
		],
		outputNames: ['Synced', 'Held', 'Failed', 'Preview'],
		// It overwrites and deletes; that is for a person to set up, not for a tool to call.
		usableAsTool: undefined,
		credentials: databaseCredentials,
		properties,
	};

	methods = methods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		needRuntimeFor(this.getNode());
		return await execute(this);
	}
}
