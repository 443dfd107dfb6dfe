/**
 * Every workflow in `templates/` is taken by a real n8n: no node is unknown, and no parameter is refused. Those whose systems
 * can run here are run; `test/e2e` runs `any-node-*` and `leaver`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { sql } from 'kysely';
import { NodeHelpers, type INode, type INodeParameters, type INodeTypeDescription } from 'n8n-workflow';

import { open } from '../../sql/open';
import type { Database } from '../../sql/types';
import { startPostgres } from '../servers/postgres';
import { startRest, type Rest } from '../servers/rest';
import type { Server } from '../servers/server';
import { startN8n, until, type N8n, type NewWorkflow } from './harness';
import { asked } from '../servers/server';

const folder = join(__dirname, '..', '..', '..', 'templates');
const templates = readdirSync(folder).filter((name) => name.endsWith('.json'));
/** What only the user can choose may be missing; anything else may not. */
const TO_CHOOSE = /is required/u;

test.each(templates)('%s stands in docs/templates.md, with its picture', (file) => {
	const docs = join(folder, '..', 'docs');
	const picture = `pictures/templates/${file.replace('.json', '.png')}`;
	const text = readFileSync(join(docs, 'templates.md'), 'utf8');
	expect(text).toContain(`](../templates/${file})`);
	expect(text).toContain(`](${picture})`);
	expect(existsSync(join(docs, picture))).toBe(true);
});

describe('the templates', () => {
	jest.setTimeout(180_000);
	let n8n: N8n;
	let types: INodeTypeDescription[];
	beforeAll(async () => {
		n8n = await startN8n();
		const answer = await asked(`${n8n.url}/types/nodes.json`, {
			headers: { cookie: `n8n-auth=${n8n.api.session.value}` },
		});
		types = (await answer.json()) as INodeTypeDescription[];
	});
	afterAll(async () => await n8n?.remove());

	/** A node's type, in the version that the template has. */
	const typeOf = ({ type, typeVersion }: INode): INodeTypeDescription | undefined =>
		types.find(({ name, version }) => name === type && [version].flat().includes(typeVersion));

	test.each(templates)('%s is imported, and n8n knows all that stands in it', async (file) => {
		const workflow = JSON.parse(readFileSync(join(folder, file), 'utf8')) as NewWorkflow & { nodes: INode[] };
		const created = await n8n.api.createWorkflow(workflow);
		expect(created.nodes).toHaveLength(workflow.nodes.length);
		const wrong: string[] = [];
		for (const node of created.nodes) {
			const type = typeOf(node);
			if (!type) {
				wrong.push(`${node.name}: no node ${node.type} in version ${node.typeVersion}`);
				continue;
			}
			const known = new Set(type.properties.map(({ name }) => name));
			for (const name of Object.keys(node.parameters))
				if (!known.has(name)) wrong.push(`${node.name}: no parameter ${name}`);
			const filled = NodeHelpers.getNodeParameters(type.properties, node.parameters, true, false, node, type);
			const lost = lostIn(node.parameters, filled ?? {});
			if (lost.length > 0) wrong.push(`${node.name}: n8n drops ${lost.join(', ')}`);
			const issues = NodeHelpers.getNodeParametersIssues(
				type.properties,
				{ ...node, parameters: filled ?? {} },
				type,
			);
			for (const said of Object.values(issues?.parameters ?? {}).flat())
				if (!TO_CHOOSE.test(said)) wrong.push(`${node.name}: ${said}`);
		}
		expect(wrong).toEqual([]);
		const codes = workflow.nodes.filter(({ type }) => /\.(code|function|functionItem)$/u.test(type));
		expect(codes).toEqual([]);
		expect(workflow.nodes.some(({ type }) => type.endsWith('.stickyNote'))).toBe(true);
	});

	describe('run', () => {
		let postgres: Server;
		let database: Database;
		let rest: Rest;
		let credential: { id: string; name: string };
		const ask = async (text: string) => await database.all(sql.raw(text));

		beforeAll(async () => {
			postgres = await startPostgres();
			database = await open({ dialect: 'postgres', ...postgres }, { readOnly: false, values: 'plain' });
			rest = await startRest({
				contacts: [1, 2, 3].map((n) => ({ id: n, email: `P${n}@x.test`, name: `Person ${n}`, team: 'Sales' })),
				people: [],
				offers: [],
			});
			const { host, port, user, password, database: name } = postgres;
			const given = { host, port, user, password, database: name, ssl: 'disable' };
			credential = await n8n.api.createCredential('Postgres', 'postgres', given);
		});
		afterAll(async () => {
			await database?.close();
			await postgres?.stop();
			await rest?.stop();
		});

		/** The template as a person would fill it in: credentials, addresses, and an interval that a test can wait for. */
		const publish = async (file: string, addresses: Record<string, INodeParameters> = {}): Promise<string> => {
			const workflow = JSON.parse(readFileSync(join(folder, file), 'utf8')) as NewWorkflow & { nodes: INode[] };
			for (const node of workflow.nodes) {
				Object.assign(node.parameters, addresses[node.name]);
				if (node.type.endsWith('Trigger')) Object.assign(node.parameters, { every: 10, unit: 'seconds' });
				if (node.parameters['dialect'] === 'postgres') node.credentials = { postgres: credential };
			}
			const { id } = await n8n.api.createWorkflow(workflow);
			await n8n.api.activate(id);
			return id;
		};

		test('database-to-database.json: who is new arrives, who is gone is switched off', async () => {
			await ask('CREATE TABLE people (id integer PRIMARY KEY, email text, full_name text, department text)');
			await ask(
				'CREATE TABLE access_list (login text PRIMARY KEY, name text, department text, active boolean NOT NULL)',
			);
			await ask("INSERT INTO people VALUES (1, 'ada@x.test', 'Ada', 'R&D'), (2, 'bo@x.test', 'Bo', 'Sales')");
			const id = await publish('database-to-database.json');
			await until(async () => (await ask('SELECT 1 FROM access_list WHERE active')).length === 2);
			await ask('DELETE FROM people WHERE id = 2');
			await until(async () => (await ask('SELECT 1 FROM access_list WHERE active')).length === 1);
			await n8n.api.deactivate(id);
		});

		test('app-to-app.json: what the one app has, the other gets', async () => {
			const address = { customBaseUrl: rest.url };
			const id = await publish('app-to-app.json', { 'From App': address, 'To App': address });
			await until(() => rest.stored()['people']!.length === 3);
			expect(rest.stored()['people']![0]).toMatchObject({ email: 'p1@x.test', name: 'Person 1', team: 'Sales' });
			await fetch(`${rest.url}/contacts/2`, { method: 'DELETE' });
			await until(() => rest.stored()['people']!.length === 2, { timeout: 150_000 });
			await n8n.api.deactivate(id);
		});

		test('catalog.json: the marketplace gets what is on sale, though shop and mails cannot be reached', async () => {
			await ask(
				'CREATE TABLE products (id integer PRIMARY KEY, sku text, name text, description text, price numeric, stock integer, on_sale boolean)',
			);
			await ask(
				"INSERT INTO products VALUES (1, 'S-1', 'Lamp', 'It shines', 20, 5, true), (2, 'S-2', 'Vase', 'It holds', 9.5, 1, false)",
			);
			const away = 'http://127.0.0.1:9/admin-api';
			const id = await publish('catalog.json', {
				Storefront: { vendureUrl: away },
				Marketplace: {
					customBaseUrl: rest.url,
					customPages: 'linkHeader',
					customListQuery: '{ "_limit": "{size}", "_page": "1" }',
				},
			});
			await until(() => rest.stored()['offers']!.length === 1);
			expect(rest.stored()['offers']![0]).toMatchObject({ sku: 'S-1', title: 'Lamp', price: 20, stock: 5 });
			await ask('UPDATE products SET on_sale = NOT on_sale');
			await until(
				() =>
					rest
						.stored()
						['offers']!.map(({ sku }) => sku)
						.join() === 'S-2',
			);
			await n8n.api.deactivate(id);
		});
	});
});

/** Parameters that n8n throws away, because they are not shown beside the others. */
function lostIn(given: INodeParameters, kept: INodeParameters): string[] {
	return Object.keys(given).filter((name) => !(name in kept));
}
