/** The two workflows that events are pushed to: this package, and n8n's own Webhook and Postgres nodes. */
import { createHmac } from 'node:crypto';

import { sql } from 'kysely';

import type { Database } from '../../sql/types';
import { inARow, type N8n } from '../../test/n8n/harness';
import { momentOf } from './measure';

const SECRET = 'a secret of thirty-two characters';
export const SYSTEMS = ['ours', 'n8n nodes'] as const;
export type System = (typeof SYSTEMS)[number];

export const tableOf = (system: System) => (system === 'ours' ? 'pushed_ours' : 'pushed_nodes');

/** Publishes both; `access`: the Postgres credential. */
export async function publish(n8n: N8n, access: Record<string, string | number>): Promise<void> {
	const postgres = await n8n.api.createCredential('Destination', 'postgres', access);
	const secret = await n8n.api.createCredential('Pushing', 'oneWaySyncWebhookSecretApi', { secret: SECRET });
	const settings = { executionOrder: 'v1', saveDataSuccessExecution: 'none', saveManualExecutions: false };
	const located = (value: string) => ({ __rl: true, mode: 'name', value });
	const fields = ['key', 'number', 'name'];
	const package_ = 'n8n-nodes-one-way-sync';
	const ours = await n8n.api.createWorkflow({
		name: 'ours',
		settings,
		nodes: [
			{
				name: 'Source',
				type: `${package_}.syncFromWebhookTrigger`,
				typeVersion: 2,
				webhookId: 'ours',
				parameters: {
					syncName: 'Pushed',
					sender: 'github',
					keyPath: 'key',
					shape: { ordering: 'number' },
					options: { guardChanges: 100 },
				},
				credentials: { oneWaySyncWebhookSecretApi: secret },
			},
			{
				name: 'Mapping',
				type: `${package_}.sourceWinsMapping`,
				parameters: {
					rows: { row: fields.map((field) => ({ field, value: `={{ $json.${field} }}` })) },
					match: ['key'],
				},
			},
			{
				name: 'Destination',
				type: `${package_}.syncToDatabase`,
				parameters: { dialect: 'postgres', schema: located('public'), table: located(tableOf('ours')) },
				credentials: { postgres },
			},
		],
		connections: inARow('Source', 'Mapping', 'Destination'),
	});
	const nodes = await n8n.api.createWorkflow({
		name: 'nodes',
		settings,
		nodes: [
			{
				name: 'Webhook',
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				webhookId: 'nodes',
				parameters: { httpMethod: 'POST', path: 'nodes/sync', responseMode: 'onReceived' },
			},
			{
				name: 'Upsert',
				type: 'n8n-nodes-base.postgres',
				typeVersion: 2.6,
				parameters: {
					operation: 'upsert',
					schema: located('public'),
					table: located(tableOf('n8n nodes')),
					columns: {
						mappingMode: 'defineBelow',
						value: Object.fromEntries(fields.map((field) => [field, `={{ $json.body.${field} }}`])),
						matchingColumns: ['key'],
						schema: fields.map((id) => ({
							id,
							displayName: id,
							type: id === 'number' ? 'number' : 'string',
							canBeUsedToMatch: true,
							display: true,
						})),
					},
				},
				credentials: { postgres },
			},
		],
		connections: inARow('Webhook', 'Upsert'),
	});
	for (const { id } of [ours, nodes]) await n8n.api.activate(id);
}

/** For each a table, and a log of when each version of a row came. */
export async function pushTables(db: Database): Promise<void> {
	for (const system of SYSTEMS) {
		const [name, log] = [sql.id(tableOf(system)), sql.id(`${tableOf(system)}_log`)];
		await db.run(sql`CREATE TABLE ${name} (key text PRIMARY KEY, number integer, name text)`);
		await db.run(sql`CREATE TABLE ${log} (key text, number integer, at double precision)`);
		const body = `BEGIN INSERT INTO ${tableOf(system)}_log VALUES (NEW.key, NEW.number, extract(epoch FROM clock_timestamp()) * 1000); RETURN NULL; END`;
		await db.run(
			sql`CREATE FUNCTION ${sql.id(`log_${tableOf(system)}`)}() RETURNS trigger LANGUAGE plpgsql AS ${sql.lit(body)}`,
		);
		await db.run(
			sql`CREATE TRIGGER logged AFTER INSERT OR UPDATE ON ${name} FOR EACH ROW EXECUTE FUNCTION ${sql.id(`log_${tableOf(system)}`)}()`,
		);
	}
}

export interface Event {
	key: string;
	number: number;
	name: string;
}

/** Sends a signed event; the status that it is answered with. */
export async function send(n8n: N8n, system: System, event: Event): Promise<number> {
	const body = JSON.stringify(event);
	const response = await fetch(`${n8n.url}/webhook/${system === 'ours' ? 'ours' : 'nodes'}/sync`, {
		method: 'POST',
		headers: {
			'content-type': 'application/json',
			'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
		},
		body,
	});
	await response.arrayBuffer();
	return response.status;
}

/** Sends one event; seconds from right before until its row came, by the destination's clock, which is this machine's. */
export async function pushed(n8n: N8n, db: Database, system: System, event: Event): Promise<number> {
	const began = Date.now();
	const status = await send(n8n, system, event);
	if (status !== 200) throw new Error(`${system} answered an event with ${status}`);
	let at: number | undefined;
	const came = async () => {
		const [row] = await db.all(
			sql<{ at: number }>`SELECT min(at) AS at FROM ${sql.id(`${tableOf(system)}_log`)} WHERE key = ${event.key}
				AND number >= ${event.number}::integer HAVING count(*) > 0`,
		);
		at = row?.at;
		return at !== undefined;
	};
	await momentOf(came, { timeout: 60_000, every: 20, what: `the event to ${system}` });
	return (at! - began) / 1000;
}
