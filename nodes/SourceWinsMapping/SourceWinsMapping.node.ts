import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { needRuntimeFor } from '../shared/runtime';
import { fields } from './description/fields';
import { rules } from './description/rules';
import { credentials, table } from './description/table';
import { execute } from './execute';
import { methods } from './methods';

/** Source-Wins Mapping: which destination field takes which value, who owns it, and which records belong there. */
export class SourceWinsMapping implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Source-Wins Mapping',
		name: 'sourceWinsMapping',
		icon: { light: 'file:sourceWinsMapping.svg', dark: 'file:sourceWinsMapping.dark.svg' },
		group: ['transform'],
		version: [1.1, 1],
		defaultVersion: 1.1,
		subtitle:
			'={{ [$parameter["mapAll"] ? "all of the same name" : "", [($parameter["rows"]["row"] || []).filter((row) => row.field).length].map((many) => (many ? many + (many === 1 ? " field" : " fields") : ""))[0]].filter((part) => part).join(", ") }}',
		description:
			'Says which destination field takes which value of a synced record, who owns it, and what a removal means',
		defaults: { name: 'Source-Wins Mapping' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: undefined,
		credentials,
		properties: [...table, ...fields, ...rules],
	};

	methods = methods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		needRuntimeFor(this.getNode());
		return await execute(this);
	}
}
