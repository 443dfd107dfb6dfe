/** Which of our destinations stand behind a source, and how both sides name them. */
import type {
	IConnections,
	IExecuteFunctions,
	INode,
	INodeParameters,
	ITriggerFunctions,
	IWebhookFunctions,
	NodeTypeAndVersion,
} from 'n8n-workflow';

import { canonical } from '../../sync/canonical';
import { fingerprint } from '../../sync/fingerprint';
import type { DestinationSeen } from '../../sync/ledger';
import { mappingFingerprint } from '../../sync/mapping';
import type { Value } from '../../sync/types';

/** Types of nodes that write records, without the package's name. */
const DESTINATIONS = new Set(['syncToDatabase', 'syncToApp', 'syncToDirectory', 'syncPlan']);

type Context = ITriggerFunctions | IWebhookFunctions | IExecuteFunctions;

/** The enabled destinations behind the source, each with the mappings on the way to it. */
export function destinationsBehind(context: Context): DestinationSeen[] {
	const { name: trigger, type } = context.getNode();
	const ours = type.slice(0, type.lastIndexOf('.') + 1);
	const ids = nodeIds(context);
	const all = context.getChildNodes(trigger, { includeNodeParameters: true });
	const behind = all.filter((node) => node.disabled !== true && node.type.startsWith(ours));
	const mappings = behind
		.filter((node) => node.type.slice(ours.length) === 'sourceWinsMapping')
		.map(({ name, parameters }) => ({
			fingerprint: mappingFingerprint(parameters ?? {}),
			reaches: new Set(context.getChildNodes(name).map((child) => child.name)),
		}));
	return behind
		.filter((node) => DESTINATIONS.has(node.type.slice(ours.length)) && !goesOn(node.parameters))
		.map(({ name, parameters }) => ({
			node: ids(name),
			name,
			mappings: mappings.filter(({ reaches }) => reaches.has(name)).map(({ fingerprint }) => fingerprint),
			way: wayTo(context, name, all),
			settings: fingerprint(canonical([(parameters ?? {}) as Value, credentialsOf(context, name)])),
		}));
}

/**
 * A fingerprint of what stands between the trigger and a destination: the types and parameters of the nodes there, and how
 * they are connected. Where they stand on the canvas, their names and their credentials are no part of it.
 */
function wayTo(context: Context, destination: string, behind: NodeTypeAndVersion[]): string {
	const ids = nodeIds(context);
	const between = behind.filter(
		({ name }) => name !== destination && context.getChildNodes(name).some((child) => child.name === destination),
	);
	const on = new Set([context.getNode().name, ...between.map(({ name }) => name), destination]);
	const nodes = between.map(({ name, type, typeVersion, disabled, parameters }) => [
		ids(name),
		type,
		typeVersion ?? null,
		disabled === true,
		(parameters ?? {}) as Value,
	]);
	const lines: Value[] = [];
	for (const name of on) {
		for (const [output, targets] of (connectionsOf(context)[name]?.main ?? []).entries()) {
			for (const { node, index } of targets ?? [])
				if (on.has(node)) lines.push([ids(name), output, ids(node), index]);
		}
	}
	const inOrder = (values: Value[]) => values.map(canonical).sort();
	return fingerprint(canonical([inOrder(nodes), inOrder(lines)]));
}

/** How the workflow's nodes are connected: like their ids, it is there without a type. */
function connectionsOf(context: Context): IConnections {
	const { workflow } = context as unknown as { workflow?: { connectionsBySourceNode?: IConnections } };
	return workflow?.connectionsBySourceNode ?? {};
}

/** A node that only plans is no destination: the one that applies its plans is. */
function goesOn(parameters: INodeParameters | undefined): boolean {
	return parameters?.['mode'] === 'plan';
}

/** The node behind a planning one that applies what was reviewed, by all its names. */
export function applierBehind(context: IExecuteFunctions): { name: string; names: string[] } | undefined {
	const { name: own, type } = context.getNode();
	const found = context
		.getChildNodes(own, { includeNodeParameters: true })
		.find((node) => node.type === type && node.disabled !== true && node.parameters?.['mode'] === 'reviewed');
	return found && { name: found.name, names: [nodeIds(context)(found.name), found.name] };
}

/** The ids of a node's credentials. */
function credentialsOf(context: Context, name: string): Value {
	const { credentials } = nodesOf(context)?.[name] ?? {};
	return Object.entries(credentials ?? {}).map(([type, { id }]) => [type, id ?? null]);
}

/**
 * A node's id, which a rename keeps. Should it not be there one day, the name stands in, and a destination node answers to
 * both.
 */
function nodeIds(context: Context): (name: string) => string {
	const nodes = nodesOf(context);
	return (name) => {
		const id = nodes?.[name]?.id;
		return typeof id === 'string' && id !== '' ? id : name;
	};
}

/** `getChildNodes` gives neither ids nor credentials; the context does have the workflow's nodes, but n8n's types do not show them. */
function nodesOf(context: Context): Record<string, Pick<INode, 'id' | 'credentials'> | undefined> | undefined {
	const { workflow } = context as unknown as {
		workflow?: { nodes?: Record<string, Pick<INode, 'id' | 'credentials'> | undefined> };
	};
	return workflow?.nodes;
}
