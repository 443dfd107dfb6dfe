/** The reserved member `_sync`: reading it, tying items to theirs again, and naming the node that dropped it. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Stamp } from '../../sync/items';

/** The stamp of a source trigger, or undefined where it is missing or not whole. */
export function readStamp(given: unknown): Stamp | undefined {
	if (typeof given !== 'object' || given === null) return undefined;
	const stamp = given as Partial<Stamp>;
	const whole =
		typeof stamp.key === 'string' &&
		typeof stamp.version === 'number' &&
		(stamp.change === 'created' || stamp.change === 'updated' || stamp.change === 'removed');
	return whole ? (given as Stamp) : undefined;
}

/** n8n makes one of these where a node is set to always put out data; it is no record. */
export function isBlankItem(item: INodeExecutionData): boolean {
	return Object.keys(item.json).length === 0 && item.binary === undefined;
}

/** A node before this one that still had the stamp, and the one behind it that dropped it. */
export interface Dropped {
	by: string;
	/** The item's stamp, as that earlier node had it. */
	stampOf(item: number): Stamp | undefined;
}

/**
 * Looks back, node by node, for the nearest one whose paired item still has its stamp. Undefined where n8n cannot pair
 * the items or none of the nodes had one.
 */
export function findDropped(context: IExecuteFunctions, item: number): Dropped | undefined {
	const stampAt = (node: string, index: number): Stamp | undefined => {
		try {
			return readStamp(context.evaluateExpression(`{{ $(${JSON.stringify(node)}).item.json._sync }}`, index));
		} catch {
			return undefined; // n8n could not pair the item: no tie by this way
		}
	};
	const seen = new Set<string>();
	const own = context.getNode().name;
	let step = parents(context, own).map((name) => ({ name, child: own }));
	while (step.length > 0) {
		for (const { name, child } of step) {
			if (stampAt(name, item) !== undefined) return { by: child, stampOf: (index) => stampAt(name, index) };
			seen.add(name);
		}
		step = step
			.flatMap(({ name }) => parents(context, name).map((parent) => ({ name: parent, child: name })))
			.filter(({ name }) => !seen.has(name));
	}
	return undefined;
}

/** What to say where no stamp was found. */
export function refusal(context: IExecuteFunctions): { message: string; description: string } {
	const name = context.getNode().name;
	const sources = context.getParentNodes(name).filter((node) => /\.syncFrom/u.test(node.type));
	if (sources.length === 0) {
		return {
			message: 'These items do not come from a source of a sync',
			description: 'Put a Sync From … Trigger before this node.',
		};
	}
	const before = parents(context, name)[0];
	const who =
		before === undefined || sources.some((source) => source.name === before)
			? 'A node before this one'
			: `The node “${before}” or one before it`;
	return {
		message: `${who} dropped “_sync” from the items, so that they cannot be tied to their records`,
		description:
			'Let it keep all input fields (in Edit Fields: Include Other Input Fields), or put this node directly behind the trigger. Work on values in the mapping.',
	};
}

function parents(context: IExecuteFunctions, node: string): string[] {
	return context
		.getParentNodes(node, { depth: 1 })
		.filter((parent) => parent.disabled !== true)
		.map((parent) => parent.name);
}
