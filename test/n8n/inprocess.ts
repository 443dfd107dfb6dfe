/**
 * A workflow run inside this process by n8n-core's own `WorkflowExecute`: expressions, several outputs, pairing and
 * hints are the real ones; there is no server and no database. Nodes are given as classes of ours, or by the full name
 * of one of n8n's own.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type {
	ExecutionError,
	IConnections,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeType,
	IRun,
	IVersionedNodeType,
	WorkflowExecuteMode,
} from 'n8n-workflow';

import { inARow } from './api';

export { inARow };

// This file runs as .build/test/n8n/inprocess.js.
const root = join(__dirname, '..', '..', '..');
const modules = join(process.env['N8N_FOLDER'] ?? join(root, 'test', 'n8n', '2.41.1'), 'node_modules');

/** Whether that n8n is installed here. */
export const n8nIsHere = existsSync(join(modules, 'n8n-core', 'package.json'));

type AnyNodeType = INodeType | IVersionedNodeType;

export interface NodeToRun {
	name: string;
	/** A node type of ours, or the full name of one of n8n's own (`n8n-nodes-base.set`). */
	type: AnyNodeType | string;
	typeVersion?: number;
	parameters?: IDataObject;
	credentials?: Record<string, { id: string; name: string }>;
	disabled?: boolean;
	onError?: INode['onError'];
	alwaysOutputData?: boolean;
}

export interface WorkflowToRun {
	nodes: NodeToRun[];
	/** Default: the nodes in a row. */
	connections?: IConnections;
	/** The node to start from; default: the first. */
	start?: string;
	/** `manual` (a test run, the default) or `trigger` (a production run). */
	mode?: WorkflowExecuteMode;
	/** The data of credentials, by id. */
	credentials?: Record<string, IDataObject>;
	/** Credential types of ours that fetch tokens and sign. */
	credentialTypes?: ICredentialType[];
	workflowId?: string;
	executionId?: string;
	staticData?: IDataObject;
	settings?: IDataObject;
	/** *Always output data* as n8n 3 means it: an empty item only where every output is empty (its own migration report says so). */
	alwaysOutputAsIn3?: boolean;
}

export interface Finished {
	run: IRun;
	seconds: number;
	/** What a node put out, in its last run. */
	items(node: string, output?: number): INodeExecutionData[];
	/** The same, fields only. */
	json(node: string, output?: number): IDataObject[];
	hints(node: string): string[];
	/** What a node, or the whole run, failed with. */
	error(node?: string): ExecutionError | undefined;
}

/** What is used of n8n-core, which is installed beside the project and not in it. */
interface Core {
	WorkflowExecute: new (
		additionalData: unknown,
		mode: WorkflowExecuteMode,
	) => {
		run(options: unknown): Promise<IRun>;
		ensureAlwaysOutputData(data: Output, executionData: unknown): Output;
	};
	ExecutionLifecycleHooks: new (mode: WorkflowExecuteMode, executionId: string, workflow: unknown) => unknown;
}
type Output = INodeExecutionData[][] | null | undefined;
type N8nWorkflow = typeof import('n8n-workflow');

let loaded: { core: Core; workflow: N8nWorkflow; builtIn: (name: string) => AnyNodeType } | undefined;

function load() {
	if (loaded) return loaded;
	if (!n8nIsHere) throw new Error('n8n is not installed here: run this through npm (npm test -- NAME)');
	// One for each of jest's workers; n8n-core keeps its settings there.
	const folder = join(root, '.build', 'in-process', process.env['JEST_WORKER_ID'] ?? '0');
	mkdirSync(folder, { recursive: true });
	process.env['N8N_USER_FOLDER'] = folder;
	process.env['N8N_LOG_LEVEL'] ??= 'silent';
	const require = createRequire(join(modules, 'n8n-core', 'package.json'));
	loaded = {
		core: require('n8n-core') as Core,
		workflow: require('n8n-workflow') as N8nWorkflow,
		builtIn: (name) => {
			const short = name.replace(/^n8n-nodes-base\./, '');
			const known = require(join(modules, 'n8n-nodes-base/dist/known/nodes.json')) as Record<string, Known>;
			if (!known[short]) throw new Error(`n8n has no node ${name}`);
			const { className, sourcePath } = known[short];
			const classes = require(join(modules, 'n8n-nodes-base', sourcePath)) as Record<
				string,
				new () => AnyNodeType
			>;
			return new classes[className]!();
		},
	};
	return loaded;
}
interface Known {
	className: string;
	sourcePath: string;
}

const packageName = 'n8n-nodes-one-way-sync';
const typeName = (type: NodeToRun['type']) =>
	typeof type === 'string' ? type : `${packageName}.${type.description.name}`;

/** Runs a workflow to its end; a failing node is part of the result, not thrown. */
export async function runInProcess(given: WorkflowToRun): Promise<Finished> {
	const { core, workflow: lib, builtIn } = load();
	const { mode = 'manual', workflowId = 'workflow', executionId = '1' } = given;
	const types = new Map<string, AnyNodeType>();
	for (const { type } of given.nodes) {
		if (!types.has(typeName(type))) types.set(typeName(type), typeof type === 'string' ? builtIn(type) : type);
	}
	const typeOf = (name: string, version?: number) => {
		const type = types.get(name);
		if (!type) throw new Error(`no node type ${name} in this run`);
		return lib.NodeHelpers.getVersionedNodeType(type, version);
	};
	const nodes = given.nodes.map(({ type, ...node }, index): INode => {
		const versioned = types.get(typeName(type))!;
		const newest = 'nodeVersions' in versioned ? versioned.currentVersion : undefined;
		const version = newest ?? [(versioned as INodeType).description.version].flat().at(-1)!;
		const base = {
			id: `node-${index}`,
			typeVersion: version,
			position: [index * 220, 0] as [number, number],
			parameters: {},
		};
		return { ...base, ...node, type: typeName(type) };
	});
	const connections = given.connections ?? inARow(...nodes.map(({ name }) => name));
	const workflow = new lib.Workflow({
		id: workflowId,
		name: 'In process',
		nodes,
		connections,
		active: mode !== 'manual',
		nodeTypes: { getByName: (name) => types.get(name)!, getByNameAndVersion: typeOf, getKnownTypes: () => ({}) },
		staticData: given.staticData ?? {},
		settings: { executionOrder: 'v1', timezone: 'Europe/Berlin', ...given.settings },
	});
	const url = 'http://localhost';
	const additionalData = {
		hooks: new core.ExecutionLifecycleHooks(mode, executionId, {
			id: workflowId,
			name: 'In process',
			nodes,
			connections,
			active: false,
		}),
		executionId,
		workflowId,
		currentNodeExecutionIndex: 0,
		currentNodeParameters: undefined,
		setExecutionStatus: () => {},
		variables: {},
		restApiUrl: `${url}/rest`,
		instanceBaseUrl: `${url}/`,
		webhookBaseUrl: `${url}/webhook`,
		webhookTestBaseUrl: `${url}/webhook-test`,
		webhookWaitingBaseUrl: `${url}/webhook-waiting`,
		formBaseUrl: `${url}/form`,
		formWaitingBaseUrl: `${url}/form-waiting`,
		credentialsHelper: {
			getParentTypes: () => [],
			isCredentialUsableByNode: () => true,
			getCredentialsProperties: () => [],
			getDecrypted: (_data: unknown, { id }: { id: string }) => {
				const data = given.credentials?.[id];
				return data ? Promise.resolve(data) : Promise.reject(new Error(`no credential ${id} in this run`));
			},
			runPreAuthentication: () => Promise.resolve(undefined),
			// As n8n's own helper does (credentials-helper.js): without a token, or with one that has run out.
			preAuthentication: async (
				helpers: IHttpRequestHelper,
				data: IDataObject,
				name: string,
				{ credentials }: INode,
				expired: boolean,
			) => {
				const type = given.credentialTypes?.find((one) => one.name === name);
				const field = type?.properties.find(({ typeOptions }) => typeOptions?.expirable)?.name;
				if (!type?.preAuthentication || field === undefined || (data[field] !== '' && !expired))
					return undefined;
				const output = await type.preAuthentication.call(helpers, data as ICredentialDataDecryptedObject);
				Object.assign(given.credentials?.[credentials![name]!.id!] ?? {}, output);
				return Object.assign(data, output);
			},
			authenticate: async (data: IDataObject, name: string, options: IHttpRequestOptions) => {
				const type = given.credentialTypes?.find((one) => one.name === name);
				if (typeof type?.authenticate !== 'function') return options;
				return await type.authenticate(data as ICredentialDataDecryptedObject, options);
			},
			updateCredentialsOauthTokenData: ({ id }: { id: string }, _type: string, data: IDataObject) => {
				Object.assign(given.credentials?.[id] ?? {}, { oauthTokenData: data['oauthTokenData'] });
				return Promise.resolve();
			},
		},
	};
	const started = performance.now();
	const startNode = workflow.getNode(given.start ?? nodes[0]!.name);
	const execution = new core.WorkflowExecute(additionalData, mode);
	if (given.alwaysOutputAsIn3) {
		const asIn2 = execution.ensureAlwaysOutputData.bind(execution);
		execution.ensureAlwaysOutputData = (data, executionData) =>
			data?.some((output) => output?.length > 0) ? data : asIn2(data, executionData);
	}
	const run = await execution.run({ workflow, startNode });
	const seconds = (performance.now() - started) / 1000;
	const task = (node: string) => run.data.resultData.runData[node]?.at(-1);
	const items = (node: string, output = 0) => task(node)?.data?.['main']?.[output] ?? [];
	return {
		run,
		seconds,
		items,
		json: (node, output) => items(node, output).map(({ json }) => json),
		hints: (node) => (task(node)?.hints ?? []).map(({ message }) => message),
		error: (node) => (node === undefined ? undefined : task(node)?.error) ?? run.data.resultData.error,
	};
}

/** A source trigger, by default of our own type, that puts out what the test gives it. */
export function giving(items: IDataObject[], name = 'syncFromDatabaseTrigger'): INodeType {
	const description = {
		displayName: 'Source',
		name,
		group: ['trigger'],
		version: 1,
		description: '',
		properties: [],
	};
	return {
		description: { ...description, defaults: { name: 'Source' }, inputs: [], outputs: ['main'] },
		execute: () => Promise.resolve([items.map((json) => ({ json }))]),
	} as unknown as INodeType;
}
