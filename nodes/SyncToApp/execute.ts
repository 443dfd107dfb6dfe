/** Items in, outcomes out on the four outputs. What every destination node does is in `nodes/shared/destination`. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { RestDestination } from '../../connectors/rest/destination';
import type { RemovalStep } from '../../connectors/rest/definition';
import type { DesiredItem } from '../../sync/items';
import { givenBy } from '../shared/app/access';
import { executeDestination } from '../shared/destination/execute';
import { reader } from '../shared/parameters';
import { asRemoval, chosenStep } from './removal';

/** Runs the node. Throws only in a test run, where nobody else waits behind it. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	let opened: RestDestination | undefined;
	let step: RemovalStep | undefined;
	return await executeDestination(context, {
		name: 'Sync To App',
		open: async () => {
			const signal = context.getExecutionCancelSignal();
			opened = new RestDestination({ ...(await givenBy(context)), ...(signal && { signal }) });
			step = chosenStep(opened.removal, reader(context)('onDelete', 'mild') === 'delete');
			return opened;
		},
		prepare: <Item extends DesiredItem>(items: Item[]): Item[] => {
			for (const { stamp } of items) {
				const { owned, once, fill = [], match, removal } = stamp;
				opened?.expect([
					...owned,
					...once,
					...fill,
					...match,
					...Object.keys(removal.set),
					...Object.keys(removal.onReturn),
				]);
			}
			return step ? items.map((item) => asRemoval(item, step!)) : items;
		},
		hints: () => [
			...(opened?.instead === undefined ? [] : [opened.instead]),
			...(step && step.sideEffects !== 'none'
				? [`Where the mapping deletes: ${step.step}. ${step.sideEffects}`]
				: []),
		],
	});
}
