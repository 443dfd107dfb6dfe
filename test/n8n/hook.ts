/**
 * One request to a webhook of ours, over HTTP: n8n-core's own context around the node, and what the node makes of it. What
 * n8n's server does around that (paths, body parser, test webhooks) is for the stories in a real n8n.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { IDataObject, INodeType, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { freePort } from '../servers/server';
import { giving, runInProcess } from './inprocess';

// This file runs as .build/test/n8n/hook.js.
const modules = join(__dirname, '..', '..', '..', 'test', 'n8n', '2.41.1', 'node_modules');
const core = createRequire(join(modules, 'n8n-core', 'package.json'));

/** n8n keeps a credential by its id; so does the node, for half a minute. */
let credentialsMade = 0;

export interface Asked {
	type: INodeType;
	parameters: IDataObject;
	/** The node's credentials, by type; their data. */
	credentials?: Record<string, IDataObject>;
	mode?: 'manual' | 'webhook';
	method?: 'GET' | 'POST';
	headers?: Record<string, string>;
	query?: string;
	/** Sent as JSON, or as it is. */
	body?: unknown;
	form?: boolean;
}

export interface Answered {
	status: number;
	text: string;
	/** What the node threw, which n8n shows in the editor. */
	error: (Error & { description?: string | null }) | undefined;
}

/** Asks the node, and waits for both: what its visitor is told, and what n8n is. */
export async function askHook(asked: Asked): Promise<Answered> {
	await runInProcess({ nodes: [{ name: 'Nothing', type: giving([]) }] }); // n8n-core is loaded, with a folder of its own
	const { mode = 'webhook', method = 'GET', query = '', body, form = false } = asked;
	let thrown: Answered['error'];
	const server = createServer((request, response) => {
		void take(asked, mode, request, response).catch((error: Error) => {
			thrown = error;
			// As n8n answers then.
			response.writeHead(500).end('Workflow Webhook Error: Workflow could not be started!');
		});
	});
	const port = await freePort();
	await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
	try {
		const answer = await fetch(`http://127.0.0.1:${port}/webhook${query}`, {
			method,
			redirect: 'manual',
			headers: {
				...(body !== undefined && {
					'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json',
				}),
				...asked.headers,
			},
			...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
		});
		return { status: answer.status, text: await answer.text(), error: thrown };
	} finally {
		server.close();
	}
}

async function take(
	{ type, parameters, credentials = {} }: Asked,
	mode: string,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<IWebhookResponseData> {
	const { WebhookContext } = core('n8n-core') as {
		WebhookContext: new (...given: unknown[]) => IWebhookFunctions;
	};
	const { Workflow } = core('n8n-workflow') as typeof import('n8n-workflow');
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const rawBody = Buffer.concat(chunks);
	const address = new URL(request.url!, 'http://n8n');
	// What n8n's body parser adds.
	const parsed = Object.assign(request, {
		rawBody,
		originalUrl: request.url,
		query: Object.fromEntries(address.searchParams),
		params: {},
		body: request.headers['content-type']?.includes('form')
			? Object.fromEntries(new URLSearchParams(String(rawBody)))
			: rawBody,
	});
	const kept = Object.entries(credentials).map(([name, data]) => ({
		name,
		data,
		id: `${name}-${++credentialsMade}`,
	}));
	const description = type.description.webhooks!.find(({ httpMethod }) => httpMethod === request.method)!;
	const workflow = new Workflow({
		id: 'workflow',
		name: 'In process',
		nodes: [
			{
				// As a test run names its first node, so that what waits for one is found by the other.
				id: 'node-0',
				name: 'Node',
				type: type.description.name,
				typeVersion: [type.description.version].flat().at(-1)!,
				position: [0, 0],
				parameters: parameters as never,
				credentials: Object.fromEntries(kept.map(({ name, id }) => [name, { id, name }])),
			},
		],
		connections: {},
		active: mode !== 'manual',
		nodeTypes: { getByName: () => type, getByNameAndVersion: () => type, getKnownTypes: () => ({}) },
	});
	const additional = {
		httpRequest: parsed,
		httpResponse: response,
		webhookBaseUrl: 'http://n8n/webhook',
		webhookTestBaseUrl: 'http://n8n/webhook-test',
		credentialsHelper: {
			getParentTypes: () => [],
			isCredentialUsableByNode: () => true,
			getCredentialsProperties: () => [],
			getDecrypted: (_data: unknown, { id }: { id: string }) =>
				Promise.resolve(kept.find((one) => one.id === id)?.data),
		},
		currentNodeParameters: undefined,
	};
	const context = new WebhookContext(
		workflow,
		workflow.getNode('Node'),
		additional,
		mode,
		{ webhookDescription: description },
		[],
		null,
	);
	return await type.webhook!.call(context);
}
