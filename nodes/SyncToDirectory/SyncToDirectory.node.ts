import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { needRuntimeFor } from '../shared/runtime';
import { credentials, properties } from './description';
import { execute } from './execute';
import { methods } from './methods';

const { Main } = NodeConnectionTypes;

/** Sync To Directory: desired records in, and people and groups in the directory afterwards; one outcome out for each. */
export class SyncToDirectory implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Sync To Directory',
		name: 'syncToDirectory',
		icon: { light: 'file:syncToDirectory.svg', dark: 'file:syncToDirectory.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle:
			'={{ ({ plan: "plan only: ", reviewed: "apply reviewed: " }[$parameter["mode"]] || "") + ($parameter["protocol"] === "ldap" ? $parameter["baseDn"] : "SCIM") }}',
		description:
			'Brings accounts and memberships into line with the records of a one-way sync by SCIM or LDAP: whoever leaves is disabled',
		defaults: { name: 'Sync To Directory' },
		inputs: [Main],
		outputs: [Main, Main, Main, Main],
		outputNames: ['Synced', 'Held', 'Failed', 'Preview'],
		// It overwrites and deletes; that is for a person to set up, not for a tool to call.
		usableAsTool: undefined,
		credentials,
		properties,
	};

	methods = methods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		needRuntimeFor(this.getNode());
		return await execute(this);
	}
}
