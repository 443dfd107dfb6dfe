/** Changes that a source pushes, in a real n8n: signed, in the ledger before they are answered, through a crash. */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { sql } from 'kysely';

import { open } from '../../sql/open';
import type { Database } from '../../sql/types';
import { hintsOf, inARow, outputOf, startN8n, until, type N8n } from '../n8n/harness';
import { startPostgres } from '../servers/postgres';
import type { Server } from '../servers/server';
import { withDatabase } from '../sql/databases';
import { drag, TYPE } from './workflows';

type Row = Record<string, unknown>;
const SECRET = 'a secret of thirty-two characters';

describe('customers that are pushed into a table', () => {
	jest.setTimeout(300_000);
	let n8n: N8n;
	let destination: DatabaseSync;
	let secret: { id: string; name: string };
	let pushed: string;
	let hinted: string;

	const files = () => ({ crm: join(n8n.files, 'crm.sqlite'), billing: join(n8n.files, 'billing.sqlite') });
	const customer = (key: number): Row | undefined =>
		destination.prepare('SELECT * FROM customers WHERE key = ?').get(String(key));
	const production = 'webhook';
	/** Sends an event as its sender would; answers the status. */
	const send = async (
		node: string,
		event: unknown,
		{ place = production, with: key = SECRET, body = JSON.stringify(event) } = {},
	): Promise<number> => {
		const signature = createHmac('sha256', key).update(body).digest('hex');
		const response = await fetch(`${n8n.url}/${place}/${node}/sync`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
			body,
		});
		return response.status;
	};

	/** Trigger → mapping → table. */
	const workflow = (name: string, webhookId: string, trigger: object) => ({
		name,
		nodes: [
			{
				name: 'From',
				type: `${TYPE}.syncFromWebhookTrigger`,
				typeVersion: 2,
				webhookId,
				parameters: { syncName: name, sender: 'github', ...trigger },
				credentials: { oneWaySyncWebhookSecretApi: secret },
			},
			{
				name: 'Mapping',
				type: `${TYPE}.sourceWinsMapping`,
				parameters: {
					rows: {
						row: [
							...(drag({ key: 'id', name: 'name', city: 'city' })['row'] as object[]),
							{ field: 'active', value: 'yes' },
						],
					},
					match: ['key'],
					removal: 'deactivate',
					removalRows: { row: [{ field: 'active', set: 'no', onReturn: 'yes' }] },
				},
			},
			{
				name: 'To',
				type: `${TYPE}.syncToDatabase`,
				parameters: {
					dialect: 'sqlite',
					file: files().billing,
					table: { __rl: true, mode: 'list', value: 'customers' },
				},
			},
		],
		connections: inARow('From', 'Mapping', 'To'),
		settings: { saveManualExecutions: true, executionOrder: 'v1' },
	});

	beforeAll(async () => {
		n8n = await startN8n();
		destination = new DatabaseSync(files().billing);
		destination.exec('PRAGMA busy_timeout = 5000');
		destination.exec(
			'CREATE TABLE customers (id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, name TEXT, city TEXT, active TEXT, note TEXT)',
		);
		const source = new DatabaseSync(files().crm);
		source.exec('CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, city TEXT)');
		source.close();
		secret = await n8n.api.createCredential('Pushing', 'oneWaySyncWebhookSecretApi', { secret: SECRET });
		const about = { shape: { ordering: 'at' }, options: { sweepEvery: 0 } };
		pushed = (
			await n8n.api.createWorkflow(workflow('Customers', 'pushed', { carries: 'some fields', ...about }) as never)
		).id;
		hinted = (
			await n8n.api.createWorkflow(
				workflow('Hinted customers', 'hinted', {
					dialect: 'sqlite',
					file: files().crm,
					table: { __rl: true, mode: 'list', value: 'customers' },
					completeEvery: 1000,
					// The other sync has written there already.
					options: { guardFirst: false },
				}) as never,
			)
		).id;
	});
	afterAll(async () => {
		destination?.close();
		await n8n?.remove();
	});

	test('a test event is understood and shown in the editor, and written nowhere', async () => {
		const listen = async () => {
			const { waitingForWebhook } = await n8n.api.request<{ waitingForWebhook: boolean }>(
				'POST',
				`/rest/workflows/${pushed}/run`,
				{ triggerToStartFrom: { name: 'From' } },
			);
			expect(waitingForWebhook).toBe(true);
		};
		const came = async (count: number) => {
			const all = async () => await n8n.api.executions({ workflowId: pushed });
			const [newest] = await until(async () => {
				const found = await all();
				return found.length === count && found;
			});
			return await n8n.api.ended(newest!.id);
		};
		await listen();
		expect(await send('pushed', { id: 1, name: 'Ada' }, { place: 'webhook-test', with: 'wrong' })).toBe(401);
		const { error } = (await came(1)).data.resultData;
		expect([error?.message, error?.description]).toEqual([
			expect.stringMatching(/^The test event was refused: its signature is not right/u),
			expect.stringMatching(/secret into the credential.* answered 401/u),
		]);
		await listen();
		expect(await send('pushed', { id: 1, name: 'Ada' }, { place: 'webhook-test' })).toBe(200);
		const execution = await came(2);
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'To', 3).map(({ json }) => json)).toMatchObject([
			{ outcome: 'preview', action: 'create', key: '1' },
		]);
		expect(hintsOf(execution, 'To').join()).toMatch(/nothing was written/iu);
		expect(customer(1)).toBeUndefined();
	});

	test('a pushed record is in its destination within seconds; fields that an event does not carry stay', async () => {
		await n8n.api.activate(pushed);
		await until(async () => (await send('pushed', { id: 1, name: 'Ada', city: 'London', at: 1 })) === 200);
		await until(() => customer(1), { timeout: 5000 });
		expect(await send('pushed', { id: 1, city: 'Paris', at: 3 })).toBe(200);
		await until(() => customer(1)?.['city'] === 'Paris', { timeout: 5000 });
		expect(customer(1)).toMatchObject({ name: 'Ada', active: 'yes' });
	});

	test('an event that is older than what is known, or that comes twice, has no effect', async () => {
		expect(await send('pushed', { id: 1, city: 'Rome', at: 2 })).toBe(200);
		expect(await send('pushed', { id: 1, city: 'Paris', at: 3 })).toBe(200);
		expect(await send('pushed', { id: 2, name: 'Bob', at: 1 })).toBe(200);
		await until(() => customer(2), { timeout: 5000 });
		expect(customer(1)).toMatchObject({ city: 'Paris' });
	});

	test('a removal is mapped, and a returner is the same row', async () => {
		const { id } = customer(2)!;
		expect(await send('pushed', { id: 2, action: 'deleted', at: 5 })).toBe(200);
		await until(() => customer(2)?.['active'] === 'no', { timeout: 20_000 });
		expect(await send('pushed', { id: 2, name: 'Bob', at: 6 })).toBe(200);
		await until(() => customer(2)?.['active'] === 'yes', { timeout: 20_000 });
		expect(customer(2)).toMatchObject({ id });
	});

	test('what is not authentic or not understood is refused with its status, and changes nothing', async () => {
		const event = { id: 66, name: 'Mallory', at: 1 };
		expect(await send('pushed', event, { with: 'another secret' })).toBe(401);
		const body = JSON.stringify(event);
		const unsigned = await fetch(`${n8n.url}/webhook/pushed/sync`, { method: 'POST', body });
		expect([unsigned.status, await unsigned.text()]).toEqual([401, 'unauthorized']);
		expect(await send('pushed', null, { body: '{"name":"no key"}' })).toBe(422);
		expect(await send('pushed', null, { body: JSON.stringify({ id: 66, x: 'x'.repeat(1_100_000) }) })).toBe(413);
		await send('pushed', { id: 3, name: 'Cy', at: 1 });
		await until(() => customer(3), { timeout: 5000 });
		expect(customer(66)).toBeUndefined();
	});

	test('a crash right after the answer loses nothing (invariant 3)', async () => {
		const answers = await Promise.all(
			Array.from({ length: 50 }, (_, n) => send('pushed', { id: 100 + n, name: `Person ${n}`, at: 1 })),
		);
		expect(answers.every((status) => status === 200)).toBe(true);
		await n8n.kill();
		n8n = await startN8n({ folder: n8n.folder, port: n8n.port });
		await until(() => Array.from({ length: 50 }, (_, n) => customer(100 + n)).every(Boolean), { timeout: 60_000 });
		const [row] = destination.prepare('SELECT count(*) AS count FROM customers').all() as { count: number }[];
		expect(row?.count).toBe(53);
	});

	test('a crash amid answers loses nothing that was answered; what was not is sent again, and is there once (invariant 3)', async () => {
		let answered = 0;
		const one = async (key: number) => {
			const status = await send('pushed', { id: key, name: `Person ${key}`, at: 1 }).catch(() => 0);
			if (status === 200) answered++;
			return { key, status };
		};
		const all = Array.from({ length: 60 }, (_, n) => one(300 + n));
		await until(() => answered >= 10, { every: 1 });
		await n8n.kill();
		const outcomes = await Promise.all(all);
		n8n = await startN8n({ folder: n8n.folder, port: n8n.port });
		const kept = outcomes.filter(({ status }) => status === 200);
		await until(() => kept.every(({ key }) => customer(key)), { timeout: 60_000 });
		for (const { key, status } of outcomes)
			if (status !== 200) await until(async () => (await one(key)).status === 200);
		await until(() => outcomes.every(({ key }) => customer(key)), { timeout: 60_000 });
		const [row] = destination
			.prepare("SELECT count(*) AS count FROM customers WHERE name LIKE 'Person 3__'")
			.all() as { count: number }[];
		expect(row?.count).toBe(60);
	});

	test('where the source can be read an event is only a hint: the record is fetched as it is', async () => {
		const source = new DatabaseSync(files().crm);
		source.exec("INSERT INTO customers VALUES (500, 'Eve', 'Oslo')");
		await n8n.api.activate(hinted);
		await until(() => customer(500), { timeout: 30_000 });
		source.exec(
			"UPDATE customers SET city = 'Bergen' WHERE id = 500; INSERT INTO customers VALUES (501, 'Fay', 'Rome')",
		);
		expect(await send('hinted', { id: 500, city: 'not this' })).toBe(200);
		await until(() => customer(500)?.['city'] === 'Bergen', { timeout: 5000 });
		expect(customer(501)).toBeUndefined();
		source.close();
	});

	test('an edit downstream that its destination tells of is healed in seconds, and nothing is taken from the event', async () => {
		const [sync] = await n8n.api.options({
			type: `${TYPE}.syncFromWebhookTrigger`,
			method: 'getSyncs',
			parameters: {},
		});
		expect(sync).toMatchObject({ name: 'Customers' });
		const [place] = await n8n.api.options({
			type: `${TYPE}.syncFromWebhookTrigger`,
			method: 'getDestinations',
			parameters: { watchedSync: sync!.value as number },
		});
		const watch = await n8n.api.createWorkflow({
			name: 'Watching',
			nodes: [
				{
					name: 'From',
					type: `${TYPE}.syncFromWebhookTrigger`,
					typeVersion: 2,
					webhookId: 'watching',
					parameters: {
						side: 'destination',
						watchedSync: sync!.value as number,
						watchedDestination: place!.value as number,
						sender: 'github',
					},
					credentials: { oneWaySyncWebhookSecretApi: secret },
				},
			],
			connections: {},
		});
		await n8n.api.activate(watch.id);
		const { id } = customer(1)!;
		destination.exec("UPDATE customers SET name = 'Somebody', note = 'theirs' WHERE key = '1'");
		await until(async () => (await send('watching', { id, name: 'not this either' })) === 200);
		await until(() => customer(1)?.['name'] === 'Ada', { timeout: 5000 });
		expect(customer(1)).toMatchObject({ note: 'theirs', city: 'Paris' });
	});

	test('an event that carries its key alone is completed by a node behind the trigger before it counts', async () => {
		const asked: string[] = [];
		const crm = createServer((request, response) => {
			asked.push(request.url ?? '');
			response.setHeader('content-type', 'application/json');
			response.end(JSON.stringify({ id: 700, name: 'Gus', city: `Visit ${asked.length}` }));
		});
		await new Promise<void>((resolve) => crm.listen(0, '127.0.0.1', resolve));
		try {
			// An address of its own is what a server that listens has.
			const { port } = crm.address() as AddressInfo;
			const thin = workflow('Thin customers', 'thin', { carries: 'its key', options: { guardFirst: false } });
			const [from, mapping, to] = thin.nodes;
			const complete = {
				name: 'Complete',
				type: 'n8n-nodes-base.httpRequest',
				typeVersion: 4.2,
				parameters: { url: `=http://127.0.0.1:${port}/customers/{{ $json.id }}`, options: {} },
			};
			const created = await n8n.api.createWorkflow({
				...thin,
				nodes: [from!, complete, mapping!, to!],
				connections: inARow('From', 'Complete', 'Mapping', 'To'),
			} as never);
			await n8n.api.activate(created.id);
			await until(async () => (await send('thin', { id: 700, name: 'not this' })) === 200);
			await until(() => customer(700), { timeout: 20_000 });
			expect(customer(700)).toMatchObject({ name: 'Gus', city: 'Visit 1' });
			// The same event again: something about the record has changed once more.
			expect(await send('thin', { id: 700 })).toBe(200);
			await until(() => customer(700)?.['city'] === 'Visit 2', { timeout: 20_000 });
			expect(asked).toEqual(['/customers/700', '/customers/700']);
		} finally {
			crm.close();
		}
	});

	withDatabase(
		'postgres',
		() => {
			let server: Server;
			let database: Database;
			beforeAll(async () => {
				server = await startPostgres();
				const { host, port, database: name, user, password } = server;
				const config = { dialect: 'postgres', host, port, database: name, user, password } as const;
				database = await open(config, { readOnly: false, values: 'plain' });
				await database.run(
					sql`CREATE TABLE customers (key text PRIMARY KEY, name text, city text, active text, note text)`,
				);
				// As the notice in the node says.
				await database.run(sql`CREATE FUNCTION tell_edit() RETURNS trigger LANGUAGE plpgsql AS $$
					BEGIN PERFORM pg_notify('edited', OLD.key::text); RETURN NULL; END $$`);
				await database.run(sql`CREATE TRIGGER tell_edit AFTER UPDATE OR DELETE ON customers
					FOR EACH ROW EXECUTE FUNCTION tell_edit()`);
			});
			afterAll(async () => {
				await database?.close();
				await server?.stop();
			});

			test('an edit is heard by NOTIFY and healed in seconds, though nothing is sent to any address', async () => {
				const { host, port, database: name, user, password } = server;
				const postgres = await n8n.api.createCredential('Billing', 'postgres', {
					host,
					port,
					database: name,
					user,
					password,
					ssl: 'disable',
					sshTunnel: false,
					allowUnauthorizedCerts: false,
					maxConnections: 5,
				});
				const row = async () => (await database.all(sql<Row>`SELECT * FROM customers WHERE key = '1'`))[0];
				const located = (value: string) => ({ __rl: true, mode: 'name', value });
				const told = workflow('Told customers', 'told', { carries: 'all', options: { sweepEvery: 0 } });
				const [from, mapping, to] = told.nodes;
				const table = {
					...to!,
					parameters: { dialect: 'postgres', schema: located('public'), table: located('customers') },
					credentials: { postgres },
				};
				const created = await n8n.api.createWorkflow({ ...told, nodes: [from!, mapping!, table] } as never);
				await n8n.api.activate(created.id);
				await until(async () => (await send('told', { id: 1, name: 'Ada', city: 'London' })) === 200);
				await until(row, { timeout: 30_000 });

				const choice = { type: `${TYPE}.syncFromWebhookTrigger` };
				const syncs = await n8n.api.options({ ...choice, method: 'getSyncs', parameters: {} });
				const watchedSync = syncs.find((one) => one.name === 'Told customers')!.value as number;
				const [place] = await n8n.api.options({
					...choice,
					method: 'getDestinations',
					parameters: { watchedSync },
				});
				const watch = await n8n.api.createWorkflow({
					name: 'Listening',
					nodes: [
						{
							name: 'From',
							type: `${TYPE}.syncFromWebhookTrigger`,
							typeVersion: 2,
							webhookId: 'listening',
							parameters: {
								side: 'destination',
								watchedSync,
								watchedDestination: place!.value as number,
								sender: 'github',
								dialect: 'postgres',
								channel: 'edited',
							},
							credentials: { oneWaySyncWebhookSecretApi: secret, postgres },
						},
					],
					connections: {},
				});
				await n8n.api.activate(watch.id);
				await until(
					async () =>
						(await database.all(sql`SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%'`)).length > 0,
					{ what: 'somebody to listen' },
				);
				await database.run(sql`UPDATE customers SET name = 'Somebody', note = 'theirs' WHERE key = '1'`);
				await until(async () => (await row())?.['name'] === 'Ada', { timeout: 20_000, what: 'the healing' });
				expect(await row()).toMatchObject({ note: 'theirs', city: 'London' });
			});
		},
		'a Postgres destination',
	);
});
