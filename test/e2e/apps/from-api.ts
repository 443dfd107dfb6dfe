/** Sync From App Trigger with Custom REST API: 5,000 records of a REST server from npm to a table in SQLite. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { startN8n, until, type N8n } from '../../n8n/harness';
import { Gate } from '../../servers/gate';
import { startRest, type Rest } from '../../servers/rest';
import { drag, line } from '../workflows';

const PRODUCTS = 5000;
const PAGE = 100;

export function fromApi(): void {
	jest.setTimeout(300_000);
	let n8n: N8n;
	let server: Rest;
	let gate: Gate;
	let shop: DatabaseSync;
	let workflow: string;

	const count = () => (shop.prepare('SELECT count(*) AS n FROM product').get() as { n: number }).n;
	const price = (sku: string) =>
		(shop.prepare('SELECT price FROM product WHERE sku = ?').get(sku) as { price: number } | undefined)?.price;
	const ask = async (method: string, path: string, body?: object) => {
		const response = await fetch(server.url + path, {
			method,
			headers: { 'content-type': 'application/json' },
			...(body && { body: JSON.stringify(body) }),
		});
		if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}`);
	};

	beforeAll(async () => {
		const products = Array.from({ length: PRODUCTS }, (_, n) => ({
			id: n + 1,
			sku: `s-${n + 1}`,
			title: { en: `Product ${n + 1}` },
			price: 100 + n,
		}));
		server = await startRest({ products });
		gate = new Gate(server.url);
		const url = await gate.listen();
		n8n = await startN8n();
		shop = new DatabaseSync(join(n8n.files, 'shop.sqlite'));
		shop.exec('CREATE TABLE product (id INTEGER PRIMARY KEY, sku TEXT UNIQUE NOT NULL, title TEXT, price REAL)');
		const { id } = await n8n.api.createWorkflow(
			line({
				name: 'Catalog',
				trigger: {
					system: 'custom',
					customBaseUrl: url,
					customListPath: '/products',
					customListQuery: '{ "_limit": "{size}", "_page": "1", "_sort": "id" }',
					customPages: 'linkHeader',
					customPageSize: PAGE,
					customLabel: 'title.en',
					customGetPath: '/products/{id}',
					changes: 'compare',
				},
				mapping: {
					rows: drag({ sku: 'sku', title: 'title.en', price: 'price' }),
					match: ['sku'],
					removal: 'delete',
				},
				destination: {
					dialect: 'sqlite',
					file: join(n8n.files, 'shop.sqlite'),
					table: { __rl: true, mode: 'list', value: 'product' },
				},
				types: { trigger: 'syncFromAppTrigger' },
			}),
		);
		workflow = id;
	});
	afterAll(async () => {
		shop?.close();
		await n8n?.remove();
		await gate?.stop();
		await server?.stop();
	});

	test('all of them arrive, and are read in as few requests as there are pages', async () => {
		await n8n.api.activate(workflow);
		await until(() => count() === PRODUCTS, { what: '5,000 rows', timeout: 250_000 });
		expect(price('s-4999')).toBe(5098);
		const first = gate.passed.slice(0, PRODUCTS / PAGE);
		expect(new Set(first)).toEqual(new Set(['GET /products']));
	});

	test('a changed price arrives, a new product comes, and one that is gone goes', async () => {
		await ask('PATCH', '/products/77', { price: 1 });
		await ask('DELETE', '/products/78');
		await ask('POST', '/products', { id: 6000, sku: 's-6000', title: { en: 'New' }, price: 5 });
		await until(() => price('s-77') === 1 && price('s-78') === undefined && price('s-6000') === 5);
		expect(count()).toBe(PRODUCTS);
	});

	test('nothing but reading was ever asked of the source (invariant 2)', () => {
		expect(gate.passed.every((asked) => asked.startsWith('GET '))).toBe(true);
	});
}
