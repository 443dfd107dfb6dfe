/**
 * Records that belong together, in a real n8n, from Postgres into MariaDB and Postgres: references that arrive in the wrong
 * order, a look-up and a translation beside them; employees with managers in a circle; a catalog whose variants come and go;
 * groups with members of others.
 */
import { sql, type RawBuilder } from 'kysely';

import { open } from '../../sql/open';
import type { Database } from '../../sql/types';
import { startN8n, until, type N8n } from '../n8n/harness';
import { startMariadb } from '../servers/mariadb';
import { startPostgres } from '../servers/postgres';
import type { Server } from '../servers/server';
import { line } from './workflows';

const ALONE = process.env['STORY_ALONE'] === 'yes';
const STAFF = ALONE ? 2000 : 200;
const INVOICES = 30;
const PRODUCTS = ALONE ? 5000 : 100;
const VARIANTS = 8;

type Row = Record<string, unknown>;

describe('records that belong together', () => {
	jest.setTimeout(400_000);
	let n8n: N8n;
	let servers: Server[];
	let shop: Database;
	let billing: Database;
	let credentials: Record<'postgres' | 'mySql', { id: string; name: string }>;

	const from = async (statement: RawBuilder<unknown>): Promise<Row[]> => await shop.all(statement as RawBuilder<Row>);
	const into = async (statement: RawBuilder<unknown>): Promise<Row[]> =>
		await billing.all(statement as RawBuilder<Row>);
	const count = async (table: string) =>
		Number((await into(sql`SELECT count(*) AS n FROM ${sql.table(table)}`))[0]!['n']);

	/** Publishes a sync of one table into another. */
	const publish = async (
		name: string,
		table: string,
		to: 'mysql' | 'postgres',
		rows: object[],
		more: object = {},
	) => {
		const { id } = await n8n.api.createWorkflow(
			line({
				name,
				trigger: {
					dialect: 'postgres',
					table: { __rl: true, mode: 'list', value: table },
					nameColumn: 'name',
					options: { sweepEvery: 10, sweepUnit: 'seconds' },
				},
				mapping: { rows: { row: rows }, match: ['source_id'], removal: 'delete', ...more },
				destination: { dialect: to, table: { __rl: true, mode: 'list', value: `mirror_${table}` } },
				credentials: {
					trigger: { postgres: credentials.postgres },
					destination: to === 'mysql' ? { mySql: credentials.mySql } : { postgres: credentials.postgres },
				},
			}),
		);
		await n8n.api.activate(id);
		return id;
	};
	const key = { field: 'source_id', value: '={{ $json.id }}' };
	const name = { field: 'name', value: '={{ $json.name }}' };

	beforeAll(async () => {
		const [postgres, mariadb] = await Promise.all([startPostgres(), startMariadb()]);
		servers = [postgres, mariadb];
		shop = await open({ dialect: 'postgres', ...addressOf(postgres) }, { readOnly: false, values: 'plain' });
		billing = await open({ dialect: 'mysql', ...addressOf(mariadb) }, { readOnly: false, values: 'plain' });
		for (const statement of [
			sql`CREATE TABLE customers (id int PRIMARY KEY, name text)`,
			sql`CREATE TABLE prices (id int PRIMARY KEY, name text, customer int)`,
			sql`CREATE TABLE invoices (id int PRIMARY KEY, name text, price int, clerk text, state text)`,
			sql`CREATE TABLE staff (id int PRIMARY KEY, name text, manager int)`,
			sql`CREATE TABLE products (id int PRIMARY KEY, name text, variants jsonb)`,
			sql`CREATE TABLE groups (id int PRIMARY KEY, name text, members text[], tags text[])`,
			sql`CREATE TABLE mirror_groups (id serial PRIMARY KEY, source_id int UNIQUE, name text, members text[], tags jsonb)`,
		])
			await shop.run(statement);
		for (const statement of [
			sql`CREATE TABLE clerks (id INT AUTO_INCREMENT PRIMARY KEY, mail VARCHAR(100))`,
			sql`INSERT INTO clerks (mail) VALUES ('ann@x.test'), ('bo@x.test')`,
			sql`CREATE TABLE mirror_customers (id INT AUTO_INCREMENT PRIMARY KEY, source_id INT UNIQUE, name VARCHAR(100)) AUTO_INCREMENT = 1000`,
			sql`CREATE TABLE mirror_prices (id INT AUTO_INCREMENT PRIMARY KEY, source_id INT UNIQUE, name VARCHAR(100),
				customer_id INT NOT NULL, FOREIGN KEY (customer_id) REFERENCES mirror_customers (id)) AUTO_INCREMENT = 2000`,
			sql`CREATE TABLE mirror_invoices (id INT AUTO_INCREMENT PRIMARY KEY, source_id INT UNIQUE, name VARCHAR(100),
				price_id INT NOT NULL, clerk_id INT, state VARCHAR(10), FOREIGN KEY (price_id) REFERENCES mirror_prices (id))`,
			sql`CREATE TABLE mirror_staff (id INT AUTO_INCREMENT PRIMARY KEY, source_id INT UNIQUE, name VARCHAR(100),
				manager_id INT, FOREIGN KEY (manager_id) REFERENCES mirror_staff (id)) AUTO_INCREMENT = 5000`,
			sql`CREATE TABLE mirror_products (id INT AUTO_INCREMENT PRIMARY KEY, sku VARCHAR(50) UNIQUE, name VARCHAR(100), price INT, note VARCHAR(50))`,
		])
			await billing.run(statement);
		n8n = await startN8n();
		credentials = {
			postgres: await n8n.api.createCredential('Shop', 'postgres', {
				...addressOf(postgres),
				ssl: 'disable',
				sshTunnel: false,
				allowUnauthorizedCerts: false,
				maxConnections: 5,
			}),
			mySql: await n8n.api.createCredential('Billing', 'mySql', {
				...addressOf(mariadb),
				connectTimeout: 10_000,
				ssl: false,
				sshTunnel: false,
			}),
		};
	});
	afterAll(async () => {
		await n8n?.remove();
		await shop?.close();
		await billing?.close();
		for (const server of servers ?? []) await server.stop();
	});

	test('customer, price and invoice arrive in the wrong order, and each gets the ID of the other', async () => {
		await publish('Customers', 'customers', 'mysql', [key, name]);
		await publish('Prices', 'prices', 'mysql', [
			key,
			name,
			{ field: 'customer_id', value: '={{ $json.customer }}', settings: { refersTo: 'Customers' } },
		]);
		for (let n = 1; n <= INVOICES; n++)
			await shop.run(
				sql`INSERT INTO invoices VALUES (${n}, ${`Invoice ${n}`}, ${n}, ${n % 2 === 0 ? 'bo@x.test' : 'ANN@x.test'}, 'paid')`,
			);
		const invoices = await publish('Invoices', 'invoices', 'mysql', [
			key,
			name,
			{ field: 'price_id', value: '={{ $json.price }}', settings: { refersTo: 'Prices → To' } },
			{
				field: 'clerk_id',
				value: '={{ $json.clerk }}',
				settings: { lookUpBy: 'mail', lookUpIn: 'clerks', case: 'lower' },
			},
			{ field: 'state', value: '={{ $json.state }}', settings: { translate: 'paid\tP\nopen\tO' } },
		]);
		await until(
			async () => (await n8n.api.executions({ workflowId: invoices })).some(({ status }) => status === 'success'),
			{
				what: 'a run of the invoices',
			},
		);
		for (let n = 1; n <= INVOICES; n++)
			if (n !== 7) await shop.run(sql`INSERT INTO prices VALUES (${n}, ${`Price ${n}`}, ${n})`);
		for (let n = 1; n <= INVOICES; n++)
			await shop.run(sql`INSERT INTO customers VALUES (${n}, ${`Customer ${n}`})`);
		await until(async () => (await count('mirror_invoices')) === INVOICES - 1, {
			what: 'all invoices but one',
			timeout: 180_000,
		});
		expect(await count('mirror_prices')).toBe(INVOICES - 1);
		const [sample] =
			await into(sql`SELECT i.*, p.source_id AS price, c.source_id AS customer, k.mail FROM mirror_invoices i
			JOIN mirror_prices p ON p.id = i.price_id JOIN mirror_customers c ON c.id = p.customer_id JOIN clerks k ON k.id = i.clerk_id WHERE i.source_id = 3`);
		expect(sample).toMatchObject({ price: 3, customer: 3, mail: 'ann@x.test', state: 'P' });

		await shop.run(sql`INSERT INTO prices VALUES (7, 'Price 7', 7)`);
		await until(async () => (await count('mirror_invoices')) === INVOICES, {
			what: 'the last invoice',
			timeout: 90_000,
		});
		const wrong = await into(sql`SELECT i.source_id FROM mirror_invoices i JOIN mirror_prices p ON p.id = i.price_id
			JOIN mirror_customers c ON c.id = p.customer_id WHERE p.source_id <> i.source_id OR c.source_id <> i.source_id`);
		expect(wrong).toEqual([]);
	});

	test('a customer is removed after the price and the invoice that need it, whatever goes first', async () => {
		await shop.run(sql`DELETE FROM customers WHERE id = 5`);
		await shop.run(sql`DELETE FROM prices WHERE id = 5`);
		await shop.run(sql`DELETE FROM invoices WHERE id = 5`);
		await until(async () => (await count('mirror_customers')) === INVOICES - 1, {
			what: 'the customer to be gone',
			timeout: 120_000,
		});
		expect([await count('mirror_prices'), await count('mirror_invoices')]).toEqual([INVOICES - 1, INVOICES - 1]);
	});

	test(`${STAFF} employees, whose managers go round in a circle, all get theirs`, async () => {
		await shop.run(
			sql`INSERT INTO staff SELECT n, 'Person ' || n, CASE WHEN n = ${STAFF} THEN 1 ELSE n + 1 END FROM generate_series(1, ${STAFF}) AS n`,
		);
		await publish('Staff', 'staff', 'mysql', [
			key,
			name,
			{ field: 'manager_id', value: '={{ $json.manager }}', settings: { refersTo: 'itself' } },
		]);
		const without = sql`SELECT count(*) AS n FROM mirror_staff s JOIN mirror_staff m ON m.id = s.manager_id
			WHERE m.source_id = CASE WHEN s.source_id = ${STAFF} THEN 1 ELSE s.source_id + 1 END`;
		await until(async () => Number((await into(without))[0]!['n']) === STAFF, {
			what: 'everybody to have a manager',
			timeout: 180_000,
		});
		expect(await count('mirror_staff')).toBe(STAFF);
	});

	test(`a catalog of ${PRODUCTS} products has ${VARIANTS} variants of each, of which some come and some go`, async () => {
		await shop.run(sql`INSERT INTO products SELECT n, 'Product ' || n,
			(SELECT jsonb_agg(jsonb_build_object('no', v, 'sku', n || '-' || v, 'price', v * 10)) FROM generate_series(1, ${VARIANTS}::int) AS v)
			FROM generate_series(1, ${PRODUCTS}::int) AS n`);
		await publish(
			'Products',
			'products',
			'mysql',
			[
				{ field: 'sku', value: '={{ $json.variants[0].sku }}' },
				{ field: 'name', value: '={{ $json.name }}' },
				{ field: 'price', value: '={{ $json.variants[0].price }}' },
			],
			{
				match: ['sku'],
				onePer: 'element',
				elementsOf: '={{ $json.variants }}',
				elementKey: '={{ $json.variants[0].no }}',
			},
		);
		const all = PRODUCTS * VARIANTS;
		await until(async () => (await count('mirror_products')) === all, {
			what: 'all variants',
			timeout: ALONE ? 600_000 : 120_000,
		});
		await billing.run(sql`UPDATE mirror_products SET note = 'theirs', price = 1 WHERE sku = '3-3'`);
		// Every tenth product loses its last variant and gets another one; one is gone altogether.
		await shop.run(
			sql`UPDATE products SET variants = (variants - ${VARIANTS - 1}::int) || '{"no": 99, "sku": "x", "price": 5}'::jsonb WHERE id % 10 = 0`,
		);
		await shop.run(
			sql`UPDATE products SET variants = jsonb_set(variants, ARRAY[${String(VARIANTS - 1)}::text, 'sku'], to_jsonb(id || '-99')) WHERE id % 10 = 0`,
		);
		await shop.run(sql`DELETE FROM products WHERE id = 1`);
		const is = async () => {
			const [row] =
				await into(sql`SELECT count(*) AS n, sum(sku LIKE '%-99') AS came, sum(sku LIKE '%0-8') AS went,
				sum(sku LIKE '1-%') AS gone FROM mirror_products`);
			return ['n', 'came', 'went', 'gone'].map((one) => Number(row![one]));
		};
		const wanted = [all - VARIANTS, PRODUCTS / 10, 0, 0];
		await until(async () => String(await is()) === String(wanted), {
			what: `the variants to be ${wanted.join(', ')}`,
			timeout: ALONE ? 300_000 : 120_000,
		});
		// What somebody edited is written back, what is theirs stays.
		await until(
			async () =>
				Number((await into(sql`SELECT price FROM mirror_products WHERE sku = '3-3'`))[0]!['price']) === 30,
			{
				what: 'the edited variant to be healed',
				timeout: 120_000,
			},
		);
		expect((await into(sql`SELECT note FROM mirror_products WHERE sku = '3-3'`))[0]).toEqual({ note: 'theirs' });
	});

	test('a group keeps the members that are not ours, and a set its order', async () => {
		await shop.run(sql`INSERT INTO groups VALUES (1, 'Sales', ARRAY['ann', 'bo'], ARRAY['x', 'y'])`);
		await publish('Groups', 'groups', 'postgres', [
			key,
			name,
			{ field: 'members', value: '={{ $json.members }}', settings: { list: 'members' } },
			{ field: 'tags', value: '={{ $json.tags }}', settings: { list: 'set' } },
		]);
		/** Its members and its tags, in their order. */
		const group = async () => {
			const [row] = await from(sql`SELECT array_to_string(members, ' ') AS members,
				array_to_string(ARRAY(SELECT jsonb_array_elements_text(tags)), ' ') AS tags FROM mirror_groups WHERE source_id = 1`);
			return row && [row['members'], row['tags']];
		};
		const reaches = async (members: string) =>
			await until(async () => (await group())?.[0] === members, {
				what: `the members to be ${members}`,
				timeout: 90_000,
			});
		await reaches('ann bo');
		await shop.run(sql`UPDATE mirror_groups SET members = ARRAY['theirs', 'bo'], tags = '["y", "x"]'`);
		await reaches('theirs bo ann');
		expect(await group()).toEqual(['theirs bo ann', 'y x']);
		await shop.run(sql`UPDATE groups SET members = ARRAY['bo', 'cy']`);
		await reaches('theirs bo cy');
		expect(await group()).toEqual(['theirs bo cy', 'y x']);
	});
});

function addressOf({ host, port, database, user, password }: Server) {
	return { host, port, database, user, password };
}
