/** A mistake that a user can make, and how it is really made; with what the kinds of nodes need for it. */
import { readFileSync, writeFileSync } from 'node:fs';

import type { IDataObject, INodeType } from 'n8n-workflow';

import { closeLedgers } from '../../../nodes/shared/ledger';
import { giving, runInProcess, type Finished, type NodeToRun } from '../../n8n/inprocess';
import type { World } from '../../nodes/world';

export interface Shown {
	message?: string | undefined;
	description?: string | null | undefined;
}

export interface Mistake {
	/** What somebody did, or left out. */
	made: string;
	/** The node that shows it. */
	node:
		| 'Sync From Database Trigger'
		| 'Sync From App Trigger'
		| 'Sync From Webhook Trigger'
		| 'Source-Wins Mapping'
		| 'Sync To Database'
		| 'Sync To App'
		| 'Sync To Directory'
		| 'Sync From Any Node'
		| 'Sync To Any Node: Confirm'
		| 'Sync Ledger'
		| 'Sync Board Trigger';
	/** Makes it; what n8n, or the board's page, then shows. */
	show: (world: World) => Promise<Shown>;
}

/** What the run, or its failing node, ended with. */
export function shownBy(finished: Finished): Shown {
	const { message, description } = finished.error() ?? {};
	return { message, description };
}

/** A node behind one that gives items. */
export async function alone(
	type: INodeType,
	parameters: IDataObject,
	{ given = [{ id: 1 }], ...more }: { given?: IDataObject[] } & Partial<NodeToRun> = {},
	credentials: Record<string, IDataObject> = {},
): Promise<Finished> {
	return await runInProcess({
		nodes: [
			{ name: 'Given', type: giving(given, 'given') },
			{ name: 'Node', type, parameters, ...more },
		],
		credentials,
	});
}

export const row = (field: string, value: string, settings: IDataObject = {}) => ({ field, value, settings });
export const rows = (...all: IDataObject[]) => ({ rows: { row: all } });

let ledger: Buffer | undefined;

/** The world's first sync has run once; every further world gets the ledger that this left. */
export async function hasRun(world: World): Promise<void> {
	if (ledger) return writeFileSync(world.ledger, ledger);
	const line = await world.publish();
	await line.tick();
	await line.close();
	await closeLedgers();
	ledger = readFileSync(world.ledger);
}
