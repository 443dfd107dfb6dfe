import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { appCredentials } from '../shared/app/credentials';
import { methods } from '../shared/app/methods';
import { needRuntimeFor } from '../shared/runtime';
import { properties } from './description';
import { execute } from './execute';

const { Main } = NodeConnectionTypes;

/** Sync To App: desired records in, and in the system afterwards; one outcome out for each. */
export class SyncToApp implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Sync To App',
		name: 'syncToApp',
		icon: { light: 'file:syncToApp.svg', dark: 'file:syncToApp.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle:
			'={{ ({ plan: "plan only: ", reviewed: "apply reviewed: " }[$parameter["mode"]] || "") + ($parameter["system"] === "custom" ? $parameter["customBaseUrl"] : $parameter["system"] + ": " + $parameter["object"]) }}',
		description:
			'Brings an app into line with the records of a one-way sync: reads what is there, writes only what differs',
		defaults: { name: 'Sync To App' },
		inputs: [Main],
		outputs: [Main, Main, Main, Main],
		outputNames: ['Synced', 'Held', 'Failed', 'Preview'],
		// It overwrites and deletes; that is for a person to set up, not for a tool to call.
		usableAsTool: undefined,
		credentials: appCredentials,
		properties,
	};

	methods = methods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		needRuntimeFor(this.getNode());
		return await execute(this);
	}
}
