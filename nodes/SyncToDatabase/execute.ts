/** Items in, outcomes out on the four outputs. What every destination node does is in `nodes/shared/destination`. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { executeDestination } from '../shared/destination/execute';
import { openDestination } from './destination';
import { destinationSettings } from './settings';

/** Runs the node. Throws only in a test run, where nobody else waits behind it. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await executeDestination(context, {
		name: 'Sync To Database',
		open: async () => await openDestination(context, destinationSettings(context)),
	});
}
