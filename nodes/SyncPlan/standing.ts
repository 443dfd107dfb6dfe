/** What stands in the destination now, as it came by the second input. */
import { setImmediate } from 'node:timers/promises';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Standing } from '../../sync/external';
import { exceeds, DEFAULT_GUARD } from '../../sync/guard';
import type { Ledger } from '../../sync/ledger';
import { SyncError } from '../../sync/types';
import { jsonFields } from '../shared/json';
import { sentenceOf } from '../shared/failed';
import { isBlankItem } from '../SourceWinsMapping/stamp';
import type { Settings } from './settings';

const INPUT = 1;
const BREATH = 25;

/** Reads the second input. Throws {@link SyncError} where it cannot be everything that stands there. */
export async function readStanding(
	context: IExecuteFunctions,
	{ id, fields }: NonNullable<Settings['standing']>,
): Promise<Standing[]> {
	const items = inputOf(context);
	if (items.length === 0)
		throw new SyncError('unreachable', 'Nothing came by the second input, not even that nothing stands there.', {
			todo: 'See whether the node that reads the destination failed. If the destination is empty, switch on Always Output Data in that node’s settings.',
		});
	const standing: Standing[] = [];
	let breathed = performance.now();
	for (const [index, item] of items.entries()) {
		if (isBlankItem(item)) continue;
		const all = jsonFields(item.json);
		const found = id(all, (at) => context.getNodeParameter(at, index));
		if (item.error !== undefined || found === undefined || found === null || found === '') {
			const said = sentenceOf(item.error ?? item.json['error']);
			throw new SyncError(
				'unreachable',
				`An item of the second input has no id${said === undefined ? '' : ` (${said})`}.`,
				{ todo: 'See whether the node that reads the destination failed; else correct ID There.' },
			);
		}
		const inner = fields?.(all, (at) => context.getNodeParameter(at, index));
		const held = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : all;
		standing.push({ id: typeof found === 'object' ? JSON.stringify(found) : String(found), fields: held });
		if (performance.now() - breathed > BREATH) {
			await setImmediate();
			breathed = performance.now();
		}
	}
	return standing;
}

/** Throws {@link SyncError} where more of what is linked is missing than could be gone: then not everything was read. */
export async function believe(ledger: Ledger, destination: number, standing: Standing[]): Promise<void> {
	const { all, found } = await ledger.linked(
		destination,
		standing.map(({ id }) => id),
	);
	const missing = all - found;
	if (missing > 0 && (found === 0 || exceeds(DEFAULT_GUARD, { removals: missing, links: all })))
		throw new SyncError(
			'unreachable',
			`${missing} of ${all} linked counterparts are not among what came by the second input.`,
			{
				todo: 'See whether the node that reads the destination reads everything (Return All). Nothing is planned before.',
			},
		);
}

/** n8n has no input for a branch in which nothing ran. */
function inputOf(context: IExecuteFunctions): INodeExecutionData[] {
	try {
		return context.getInputData(INPUT) ?? [];
	} catch {
		return [];
	}
}
