/** The contenders that are n8n workflows. */
import type { IDataObject } from 'n8n-workflow';

import { inARow, type N8n, type Workflow } from '../../test/n8n/harness';
import type { ServerConfig } from '../../sql/types';
import { FIELDS, SOURCE, type People } from './people';

/** Executions that went well are not kept, as the package's templates have it; the same for every contender. */
const SETTINGS = {
	executionOrder: 'v1',
	saveDataSuccessExecution: 'none',
	saveManualExecutions: false,
	saveDataErrorExecution: 'all',
};

export interface Credentials {
	source: { id: string; name: string };
	destination: { id: string; name: string };
}

export async function credentials({ api }: N8n, { sourceAt, destinationAt }: People): Promise<Credentials> {
	const create = async (name: string, { host, port, database, user, password }: ServerConfig) =>
		await api.createCredential(name, 'postgres', { host, port, database, user, password, ssl: 'disable' });
	return { source: await create('Company', sourceAt), destination: await create('Mirror', destinationAt) };
}

const located = (value: string): IDataObject => ({ __rl: true, mode: 'name', value });
const table = (name: string): IDataObject => ({ schema: located('public'), table: located(name) });

/** Sync From Database Trigger → Source-Wins Mapping → Sync To Database, all else as it comes. */
export async function ours(
	{ api }: N8n,
	{ source, destination }: Credentials,
	to: string,
	cron: string,
	more: { trigger?: IDataObject; destination?: IDataObject } = {},
): Promise<Workflow> {
	return await api.createWorkflow({
		name: 'ours',
		settings: SETTINGS,
		nodes: [
			{
				name: 'Source',
				type: 'n8n-nodes-one-way-sync.syncFromDatabaseTrigger',
				parameters: {
					dialect: 'postgres',
					...table(SOURCE),
					syncName: 'People',
					nameColumn: 'email',
					changes: 'compare',
					schedule: 'cron',
					cron,
					options: { guardFirst: false, guardChanges: 100 },
					...more.trigger,
				},
				credentials: { postgres: source },
			},
			{
				name: 'Mapping',
				type: 'n8n-nodes-one-way-sync.sourceWinsMapping',
				parameters: {
					rows: { row: FIELDS.map((field) => ({ field, value: `={{ $json.${field} }}` })) },
					match: [FIELDS[0]],
				},
			},
			{
				name: 'Destination',
				type: 'n8n-nodes-one-way-sync.syncToDatabase',
				parameters: { dialect: 'postgres', ...table(to), ...more.destination },
				credentials: { postgres: destination },
			},
		],
		connections: inARow('Source', 'Mapping', 'Destination'),
	});
}

/** A production run is started by a call, since a run from the editor carries more. */
const called = (path: string) => ({
	name: 'Called',
	type: 'n8n-nodes-base.webhook',
	typeVersion: 2.1,
	webhookId: path,
	parameters: { path, responseMode: 'onReceived', options: {} },
});

const postgres = (name: string, credential: Credentials['source'], parameters: IDataObject) => ({
	name,
	type: 'n8n-nodes-base.postgres',
	typeVersion: 2.6,
	parameters: { resource: 'database', options: {}, ...parameters },
	credentials: { postgres: credential },
});

const upsert = (credential: Credentials['source'], to: string) =>
	postgres('Upsert', credential, {
		operation: 'upsert',
		...table(to),
		columns: { mappingMode: 'autoMapInputData', matchingColumns: [FIELDS[0]], value: {}, schema: [] },
	});

/** Select both sides → Compare Datasets → upsert what is different and what is only in the source. */
export async function comparing(
	{ api }: N8n,
	{ source, destination }: Credentials,
	to: string,
	from: string = SOURCE,
): Promise<Workflow> {
	const select = { operation: 'select', returnAll: true };
	// The mirror's own serial number is neither compared nor written.
	const columns = { options: { outputColumns: [...FIELDS] } };
	return await api.createWorkflow({
		name: 'n8n nodes',
		settings: SETTINGS,
		nodes: [
			called('compare'),
			postgres('Select Source', source, { ...select, ...table(from), ...columns }),
			postgres('Select Destination', destination, { ...select, ...table(to), ...columns }),
			{
				name: 'Compare',
				type: 'n8n-nodes-base.compareDatasets',
				typeVersion: 2.3,
				parameters: {
					mergeByFields: { values: [{ field1: FIELDS[0], field2: FIELDS[0] }] },
					resolve: 'preferInput1',
					options: { multipleMatches: 'first', disableDotNotation: true },
				},
			},
			upsert(destination, to),
		],
		connections: {
			Called: {
				main: [
					[
						{ node: 'Select Source', type: 'main', index: 0 },
						{ node: 'Select Destination', type: 'main', index: 0 },
					],
				],
			},
			'Select Source': { main: [[{ node: 'Compare', type: 'main', index: 0 }]] },
			'Select Destination': { main: [[{ node: 'Compare', type: 'main', index: 1 }]] },
			Compare: {
				main: [[{ node: 'Upsert', type: 'main', index: 0 }], [], [{ node: 'Upsert', type: 'main', index: 0 }]],
			},
		},
	});
}

/** Select the source → upsert all of it, changed or not. */
export async function writingAll({ api }: N8n, { source, destination }: Credentials, to: string): Promise<Workflow> {
	const select = { operation: 'select', returnAll: true, options: { outputColumns: [...FIELDS] } };
	return await api.createWorkflow({
		name: 'n8n upsert all',
		settings: SETTINGS,
		nodes: [
			called('all'),
			postgres('Select Source', source, { ...select, ...table(SOURCE) }),
			upsert(destination, to),
		],
		connections: inARow('Called', 'Select Source', 'Upsert'),
	});
}

/** n8n's Postgres Trigger, which the source's table tells of every update by NOTIFY → update by the match field. */
export async function triggered({ api }: N8n, { source, destination }: Credentials, to: string): Promise<Workflow> {
	return await api.createWorkflow({
		name: 'n8n nodes',
		settings: SETTINGS,
		nodes: [
			{
				name: 'Updated',
				type: 'n8n-nodes-base.postgresTrigger',
				typeVersion: 1,
				parameters: {
					triggerMode: 'createTrigger',
					schema: { __rl: true, mode: 'name', value: 'public' },
					tableName: { __rl: true, mode: 'name', value: SOURCE },
					firesOn: 'UPDATE',
				},
				credentials: { postgres: source },
			},
			postgres('Update', destination, {
				operation: 'update',
				...table(to),
				columns: {
					mappingMode: 'defineBelow',
					matchingColumns: [FIELDS[0]],
					value: Object.fromEntries(
						FIELDS.map((field) => [
							field,
							field === 'attributes'
								? '={{ JSON.stringify($json.payload.attributes) }}'
								: `={{ $json.payload.${field} }}`,
						]),
					),
					schema: FIELDS.map((id) => ({
						id,
						displayName: id,
						type: 'string',
						canBeUsedToMatch: true,
						display: true,
					})),
				},
			}),
		],
		connections: inARow('Updated', 'Update'),
	});
}

/** Starts a production run of {@link comparing} or {@link writingAll}. */
export async function call({ url }: N8n, path: string): Promise<void> {
	const answer = await fetch(`${url}/webhook/${path}`);
	if (!answer.ok) throw new Error(`the webhook ${path} was answered with ${answer.status}: ${await answer.text()}`);
}

/**
 * The source's rows, `batch` of them in a run, through two nodes that pass them on: what so many items cost n8n itself.
 * Ours is as long: a trigger and two nodes.
 */
export async function passingOn({ api }: N8n, { source }: Credentials, batch: number): Promise<Workflow> {
	const noOperation = (name: string) => ({ name, type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} });
	return await api.createWorkflow({
		name: 'n8n passing on',
		settings: SETTINGS,
		nodes: [
			{
				...called('pass'),
				parameters: { path: 'pass', responseMode: 'lastNode', responseData: 'noData', options: {} },
			},
			{
				...postgres('Select', source, {}),
				parameters: {
					operation: 'executeQuery',
					query: `=SELECT ${FIELDS.join(', ')} FROM ${SOURCE} WHERE id > {{ Number($json.query.after) }} ORDER BY id LIMIT ${batch}`,
					options: {},
				},
			},
			noOperation('First'),
			noOperation('Second'),
		],
		connections: inARow('Called', 'Select', 'First', 'Second'),
	});
}

/** One run of {@link passingOn}, to its end: the batch of rows after this one. */
export async function passOn({ url }: N8n, after: number): Promise<void> {
	const answer = await fetch(`${url}/webhook/pass?after=${after}`);
	if (!answer.ok) throw new Error(`the webhook was answered with ${answer.status}: ${await answer.text()}`);
	await answer.arrayBuffer();
}
