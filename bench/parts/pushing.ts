/** The two workflows that events are pushed to: this package, and n8n's own Webhook and Postgres nodes. */
import { inARow, type N8n } from '../../test/n8n/harness';

export const SECRET = 'a secret of thirty-two characters';
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
