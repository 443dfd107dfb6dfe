/** Workflows that the stories publish: a trigger, a mapping and a destination of ours in a row. */
import type { IDataObject } from 'n8n-workflow';

import { inARow, type NewWorkflow } from '../n8n/harness';

export const TYPE = 'n8n-nodes-one-way-sync';

type Credentials = Record<string, { id: string; name: string }>;

export interface Line {
	name?: string;
	trigger: IDataObject;
	mapping: IDataObject;
	destination: IDataObject;
	/** The nodes' types, where they are not those for databases. */
	types?: { trigger?: string; destination?: string };
	credentials?: { trigger?: Credentials; destination?: Credentials };
	/** Saved with the execution or not; stories look at executions. */
	settings?: IDataObject;
}

/** Trigger → mapping → destination. */
export function line({
	name = 'A story',
	trigger,
	mapping,
	destination,
	types = {},
	credentials = {},
	settings = {},
}: Line): NewWorkflow {
	return {
		name,
		nodes: [
			{
				name: 'From',
				type: `${TYPE}.${types.trigger ?? 'syncFromDatabaseTrigger'}`,
				parameters: { syncName: name, every: 10, unit: 'seconds', ...trigger },
				credentials: credentials.trigger,
			},
			{ name: 'Mapping', type: `${TYPE}.sourceWinsMapping`, parameters: mapping as never },
			{
				name: 'To',
				type: `${TYPE}.${types.destination ?? 'syncToDatabase'}`,
				parameters: destination as never,
				credentials: credentials.destination,
			},
		],
		connections: inARow('From', 'Mapping', 'To'),
		settings: { saveManualExecutions: true, executionOrder: 'v1', ...settings },
	};
}

/** Rows `destination field ← source field`, as dragging leaves them. */
export function drag(fields: Record<string, string>): IDataObject {
	return {
		row: Object.entries(fields).map(([field, from]) => ({
			field,
			value: from.startsWith('=') || !/^[\w.]+$/u.test(from) ? from : `={{ $json.${from} }}`,
		})),
	};
}
