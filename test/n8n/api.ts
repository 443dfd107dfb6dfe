/** What the editor does over n8n's own REST interface, for tests: signed in as the owner of a fresh instance. */
import { parse } from 'flatted';
import type {
	IConnections,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeListSearchResult,
	INodePropertyOptions,
	IRunExecutionData,
	ResourceMapperFields,
} from 'n8n-workflow';

import { asked } from '../servers/server';
import { until, type Patience } from './until';

/** Who tests sign in as; the demo tells it to people. */
export const owner = { email: 'owner@example.com', firstName: 'Olive', lastName: 'Owner', password: 'Owner-of-1-test' };

export interface Workflow {
	id: string;
	name: string;
	versionId: string;
	active: boolean;
	nodes: INode[];
	connections: IConnections;
	settings?: IDataObject;
	staticData?: IDataObject | null;
}

/** A workflow to create; ids and positions of nodes may be left out. */
export interface NewWorkflow {
	name: string;
	nodes: Array<Partial<INode> & Pick<INode, 'name' | 'type'>>;
	connections: IConnections;
	settings?: IDataObject;
}

export interface ExecutionSummary {
	id: string;
	workflowId: string;
	status: string;
	mode: string;
	startedAt: string;
	stoppedAt: string | null;
}

export interface Execution extends ExecutionSummary {
	data: IRunExecutionData;
}

/** What the editor sends with a request for a drop-down's content. */
export interface ListQuery {
	/** Full type, `n8n-nodes-one-way-sync.syncToDatabase`. */
	type: string;
	version?: number;
	/** The name in the node's `methods`. */
	method: string;
	/** The parameter's path; default `parameters`. */
	path?: string;
	parameters?: IDataObject;
	credentials?: Record<string, { id: string; name: string }>;
	filter?: string;
}

/** n8n's answer when it was not what was asked for. */
export class Refused extends Error {
	constructor(
		readonly status: number,
		readonly method: string,
		readonly path: string,
		readonly body: string,
	) {
		super(`${method} ${path} was answered with ${status}: ${body.slice(0, 1000)}`);
	}
}

export class Api {
	private cookie = '';

	constructor(readonly url: string) {}

	/** Sets up the owner, or signs in as the one that a former start has set up. */
	async signIn(): Promise<void> {
		try {
			await this.request('POST', '/rest/owner/setup', owner);
		} catch (error) {
			if (!(error instanceof Refused) || error.status !== 400) throw error;
			await this.request('POST', '/rest/login', { emailOrLdapLoginId: owner.email, password: owner.password });
		}
	}

	/** Answers the `data` of n8n's answer; throws {@link Refused}. */
	async request<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await asked(this.url + path, {
			method,
			headers: { 'content-type': 'application/json', ...(this.cookie && { cookie: this.cookie }) },
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		const text = await response.text();
		if (!response.ok) throw new Refused(response.status, method, path, text);
		const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]!);
		this.cookie = cookies.find((cookie) => cookie.startsWith('n8n-auth=')) ?? this.cookie;
		return (text === '' ? undefined : (JSON.parse(text) as { data: T }).data) as T;
	}

	/** The session cookie, for a browser. */
	get session(): { name: string; value: string } {
		const [name, ...value] = this.cookie.split('=');
		return { name: name!, value: value.join('=') };
	}

	async createCredential(name: string, type: string, data: IDataObject): Promise<{ id: string; name: string }> {
		const { id } = await this.request<{ id: string }>('POST', '/rest/credentials', { name, type, data });
		return { id, name };
	}

	async createWorkflow(workflow: NewWorkflow): Promise<Workflow> {
		return await this.request('POST', '/rest/workflows', { ...workflow, nodes: workflow.nodes.map(complete) });
	}

	async workflow(id: string): Promise<Workflow> {
		return await this.request('GET', `/rest/workflows/${id}`);
	}

	/** Changes a workflow as saving in the editor does; a published version stays as it is until `activate`. */
	async updateWorkflow(id: string, change: Partial<NewWorkflow>): Promise<Workflow> {
		const { versionId } = await this.workflow(id);
		const nodes = change.nodes && { nodes: change.nodes.map(complete) };
		return await this.request('PATCH', `/rest/workflows/${id}`, { versionId, ...change, ...nodes });
	}

	/** Publishes the workflow as it is saved now, and waits until its triggers run; throws what a trigger failed with. */
	async activate(id: string): Promise<void> {
		const { versionId } = await this.workflow(id);
		await this.request('POST', `/rest/workflows/${id}/activate`, { versionId });
		const failed = (await this.publication(id)).filter(({ status }) => status === 'failed');
		if (failed.length > 0) throw new Error(failed.map(({ errorMessage }) => errorMessage).join('; '));
	}

	/** Waits until its triggers have ended. */
	async deactivate(id: string): Promise<void> {
		await this.request('POST', `/rest/workflows/${id}/deactivate`, {});
		await this.publication(id);
	}

	/** n8n publishes in the background; the state of the triggers after that. Versions before 2.41 do it at once. */
	private async publication(id: string): Promise<Array<{ status: string; errorMessage: string | null }>> {
		interface Publication {
			status: string;
			triggers: Array<{ status: string; errorMessage: string | null }>;
		}
		const ask = async () => {
			try {
				const now = await this.request<Publication>('GET', `/rest/workflows/${id}/publication-status`);
				return now.status !== 'in_progress' && now;
			} catch (error) {
				if (error instanceof Refused && error.status === 404) return { triggers: [] };
				throw error;
			}
		};
		return (await until(ask, { what: `workflow ${id} to be published`, every: 100 })).triggers;
	}

	async removeWorkflow(id: string): Promise<void> {
		await this.request('POST', `/rest/workflows/${id}/archive`, {});
		await this.request('DELETE', `/rest/workflows/${id}`);
	}

	/** A test run as the editor starts it, from a trigger or up to a node; answers the execution's id. */
	async run(id: string, how: { from?: string; upTo?: string }): Promise<string> {
		const { executionId } = await this.request<{ executionId: string }>('POST', `/rest/workflows/${id}/run`, {
			...(how.from !== undefined && { triggerToStartFrom: { name: how.from } }),
			...(how.upTo !== undefined && { destinationNode: { nodeName: how.upTo, mode: 'inclusive' } }),
		});
		return executionId;
	}

	/** The newest first. */
	async executions(of: { workflowId?: string; status?: string } = {}): Promise<ExecutionSummary[]> {
		const filter = {
			...(of.workflowId && { workflowId: of.workflowId }),
			...(of.status && { status: [of.status] }),
		};
		const path = `/rest/executions?limit=100&filter=${encodeURIComponent(JSON.stringify(filter))}`;
		return (await this.request<{ results: ExecutionSummary[] }>('GET', path)).results;
	}

	async execution(id: string): Promise<Execution> {
		const found = await this.request<ExecutionSummary & { data: string }>('GET', `/rest/executions/${id}`);
		return { ...found, data: parse(found.data) as IRunExecutionData };
	}

	/** Waits for an execution to end, however it ends. */
	async ended(id: string, patience: Patience = {}): Promise<Execution> {
		return await until(
			async () => {
				const execution = await this.execution(id);
				return !['new', 'running', 'waiting', 'unknown'].includes(execution.status) && execution;
			},
			{ what: `execution ${id} to end`, every: 100, ...patience },
		);
	}

	/** A test run and its end. */
	async runToEnd(id: string, how: { from?: string; upTo?: string }, patience: Patience = {}): Promise<Execution> {
		return await this.ended(await this.run(id, how), patience);
	}

	/** The content of a `loadOptionsMethod` drop-down. */
	async options(query: ListQuery): Promise<INodePropertyOptions[]> {
		return await this.ask('options', query);
	}

	/** The content of a resource locator's list. */
	async list(query: ListQuery): Promise<INodeListSearchResult> {
		return await this.ask('resource-locator-results', query);
	}

	/** The fields of a resource mapper. */
	async mapperFields(query: ListQuery): Promise<ResourceMapperFields> {
		return await this.ask('resource-mapper-fields', query);
	}

	private async ask<T>(what: string, query: ListQuery): Promise<T> {
		return await this.request('POST', `/rest/dynamic-node-parameters/${what}`, {
			path: query.path ?? 'parameters',
			methodName: query.method,
			nodeTypeAndVersion: { name: query.type, version: query.version ?? 1 },
			currentNodeParameters: query.parameters ?? {},
			...(query.credentials && { credentials: query.credentials }),
			...(query.filter !== undefined && { filter: query.filter }),
		});
	}
}

/** What a node put out in an execution, by the output's number. */
export function outputOf(execution: Execution, node: string, output = 0, run = 0): INodeExecutionData[] {
	return execution.data.resultData.runData[node]?.[run]?.data?.['main']?.[output] ?? [];
}

/** The hints a node left in the output pane. */
export function hintsOf(execution: Execution, node: string, run = 0): string[] {
	return (execution.data.resultData.runData[node]?.[run]?.hints ?? []).map((hint) => hint.message);
}

/** Joins nodes in a row, each one's first output to the next one's input. */
export function inARow(...names: string[]): IConnections {
	const pairs = names.slice(1).map((next, index) => [names[index]!, next] as const);
	return Object.fromEntries(pairs.map(([from, to]) => [from, { main: [[{ node: to, type: 'main', index: 0 }]] }]));
}

function complete(node: NewWorkflow['nodes'][number], index: number): INode {
	return { id: `node-${index}`, typeVersion: 1, position: [index * 220, 0], parameters: {}, ...node };
}
