/**
 * What ties the item of a plan to the ledger: it travels beside the fields and not among them, so that a node that maps
 * all fields by itself writes only those that are meant.
 */
import type { INodeExecutionData } from 'n8n-workflow';

import type { Errand, HealErrand } from '../../sync/external';

export interface Tie {
	errand: Errand | HealErrand;
	/** The destination as a person knows it. */
	where: string;
	attempts: number;
}

const MEMBER = 'oneWaySync';

export function tied(item: INodeExecutionData, tie: Tie): INodeExecutionData {
	return { ...item, [MEMBER]: tie } as unknown as INodeExecutionData;
}

export function tieOf(item: INodeExecutionData): Tie | undefined {
	return (item as unknown as Record<typeof MEMBER, Tie | undefined>)[MEMBER];
}
