/** Runs the mapping node inside n8n-core's real `WorkflowExecute`, without a server. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type {
	IDataObject,
	ILoadOptionsFunctions,
	INode,
	INodeExecutionData,
	INodeType,
	IRun,
	NodeExecutionHint,
} from 'n8n-workflow';

import { SourceWinsMapping } from '../../nodes/SourceWinsMapping/SourceWinsMapping.node';

const home = join(process.cwd(), 'test/n8n/2.41.1/node_modules');

/** What is used of n8n-core, which is installed beside the project and not in it. */
interface Core {
	WorkflowExecute: new (additionalData: unknown, mode: string) => { run(options: unknown): Promise<IRun> };
	LoadOptionsContext: new (
		workflow: unknown,
		node: INode,
		additionalData: unknown,
		path: string,
	) => ILoadOptionsFunctions;
	ExecutionLifecycleHooks: new (mode: string, executionId: string, workflow: unknown) => unknown;
}

/** Whether that n8n is installed here. */
export const n8nIsHere = existsSync(join(home, 'n8n-core/package.json'));

const trigger = 'n8n-nodes-one-way-sync.syncFromDatabaseTrigger';

function load(): Core & Pick<typeof import('n8n-workflow'), 'Workflow'> {
	process.env['N8N_USER_FOLDER'] ??= join(process.cwd(), '.build/n8n-home');
	process.env['N8N_LOG_LEVEL'] ??= 'silent';
	const from = createRequire(join(home, 'n8n-core/package.json'));
	const { Workflow } = from('n8n-workflow') as typeof import('n8n-workflow');
	return { ...(from('n8n-core') as Core), Workflow };
}

/** A source trigger that puts out what the test gives it. */
function giving(items: IDataObject[]): INodeType {
	return {
		description: {
			displayName: 'Source',
			name: 'syncFromDatabaseTrigger',
			group: ['trigger'],
			version: 1,
			description: '',
			defaults: { name: 'Source' },
			inputs: [],
			outputs: ['main'],
			properties: [],
		},
		execute: async () => [items.map((json) => ({ json }))],
	} as unknown as INodeType;
}

/** Keeps only what `keep` gives of each item, as a badly set Edit Fields node would. */
function between(keep: (json: IDataObject) => IDataObject): INodeType {
	return {
		description: {
			displayName: 'Between',
			name: 'between',
			group: ['transform'],
			version: 1,
			description: '',
			defaults: { name: 'Between' },
			inputs: ['main'],
			outputs: ['main'],
			properties: [],
		},
		async execute(this: { getInputData(): INodeExecutionData[] }) {
			return [this.getInputData().map(({ json }, item) => ({ json: keep(json), pairedItem: { item } }))];
		},
	} as unknown as INodeType;
}

export interface Ran {
	items: INodeExecutionData[];
	hints: string[];
	error?: { message: string; description?: string | null };
	seconds: number;
}

/** Source → (Between →) Mapping. */
export async function runMapping(
	parameters: IDataObject,
	items: IDataObject[],
	keep?: (json: IDataObject) => IDataObject,
	timezone = 'Europe/Berlin',
): Promise<Ran> {
	const { WorkflowExecute, ExecutionLifecycleHooks, Workflow } = load();

	const types: Record<string, INodeType> = {
		[trigger]: giving(items),
		mapping: new SourceWinsMapping(),
		between: between(keep ?? ((json) => json)),
	};
	const node = (name: string, type: string, given: IDataObject = {}) =>
		({ id: name, name, type, typeVersion: 1, position: [0, 0], parameters: given }) as INode;
	const chain = ['Source', ...(keep ? ['Between'] : []), 'Mapping'];
	const connections = Object.fromEntries(
		chain
			.slice(1)
			.map((name, index) => [chain[index]!, { main: [[{ node: name, type: 'main' as const, index: 0 }]] }]),
	);
	const workflow = new Workflow({
		id: 'w',
		nodes: [
			node('Source', trigger),
			...(keep ? [node('Between', 'between')] : []),
			node('Mapping', 'mapping', parameters),
		],
		connections,
		active: false,
		nodeTypes: {
			getByName: (type: string) => types[type]!,
			getByNameAndVersion: (type: string) => types[type]!,
			getKnownTypes: () => ({}),
		},
		settings: { executionOrder: 'v1', timezone },
	});
	const additionalData = {
		hooks: new ExecutionLifecycleHooks('manual', 'e', {
			id: 'w',
			name: 'w',
			nodes: [],
			connections: {},
			active: false,
		}),
		executionId: 'e',
		currentNodeParameters: undefined,
		setExecutionStatus: () => {},
		variables: {},
		restApiUrl: 'http://localhost/rest',
		instanceBaseUrl: 'http://localhost/',
		webhookBaseUrl: 'http://localhost/webhook',
		webhookWaitingBaseUrl: 'http://localhost/webhook-waiting',
		formWaitingBaseUrl: 'http://localhost/form-waiting',
	};
	const started = performance.now();
	const run = await new WorkflowExecute(additionalData, 'manual').run({
		workflow,
		startNode: workflow.getNode('Source')!,
	});
	const task = run.data.resultData.runData['Mapping']?.[0];
	const error = task?.error ?? run.data.resultData.error;
	return {
		items: task?.data?.['main']?.[0] ?? [],
		hints: (task?.hints ?? []).map((hint: NodeExecutionHint) => hint.message),
		...(error !== undefined && {
			error: { message: error.message, description: (error as { description?: string }).description },
		}),
		seconds: (performance.now() - started) / 1000,
	};
}

/** What the node's drop-downs see while its form holds these parameters. */
export function optionsContext(parameters: IDataObject): ILoadOptionsFunctions {
	const { LoadOptionsContext, Workflow } = load();
	const node = { id: 'm', name: 'Mapping', type: 'mapping', typeVersion: 1, position: [0, 0], parameters } as INode;
	const type = new SourceWinsMapping();
	const nodeTypes = { getByName: () => type, getByNameAndVersion: () => type, getKnownTypes: () => ({}) };
	const workflow = new Workflow({ id: 'w', nodes: [node], connections: {}, active: false, nodeTypes });
	return new LoadOptionsContext(workflow, node, { currentNodeParameters: parameters }, '');
}
