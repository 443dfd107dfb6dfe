import { createRequire } from 'node:module';
import { createServer, connect, type AddressInfo, type Server as TcpServer } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';

import { sql } from 'kysely';

import { DatabaseDestination } from '../../connectors/database/destination';
import { open } from '../../sql/open';
import { n8nIsHere, runInProcess, type NodeToRun } from '../n8n/inprocess';
import * as mariadb from '../servers/mariadb';
import * as postgres from '../servers/postgres';
import type { Server } from '../servers/server';
import { SourceWinsMapping } from '../../nodes/SourceWinsMapping/SourceWinsMapping.node';
import { SyncFromDatabaseTrigger } from '../../nodes/SyncFromDatabaseTrigger/SyncFromDatabaseTrigger.node';
import { SyncToDatabase } from '../../nodes/SyncToDatabase/SyncToDatabase.node';
import { named } from './world';

/** What is used of ssh2, which n8n brings. */
interface Ssh2 {
	Server: new (options: unknown, connected: (client: SshClient) => void) => TcpServer;
}
interface SshClient {
	on(event: string, listener: (...given: never[]) => void): SshClient;
}

/** An SSH server that lets `tunnel` with `s3cret` in and forwards connections; counts them. */
function sshServer(): { listen(): Promise<number>; forwarded: () => number; close(): void } {
	const require = createRequire(join(process.cwd(), 'test/n8n/2.41.1/node_modules/n8n-core/package.json'));
	const { Server } = require('ssh2') as Ssh2;
	const { privateKey } = generateKeyPairSync('rsa', {
		modulusLength: 2048,
		privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
		publicKeyEncoding: { type: 'spki', format: 'pem' },
	});
	let forwarded = 0;
	const clients: { end(): void }[] = [];
	const server = new Server({ hostKeys: [privateKey] }, (client) => {
		clients.push(client as unknown as { end(): void });
		client.on('error', () => undefined);
		client.on(
			'authentication',
			(attempt: { method: string; username: string; password?: string; accept(): void; reject(): void }) => {
				if (attempt.username === 'tunnel' && attempt.password === 's3cret') attempt.accept();
				else attempt.reject();
			},
		);
		client.on(
			'tcpip',
			(accept: () => NodeJS.ReadWriteStream, reject: () => void, to: { destIP: string; destPort: number }) => {
				forwarded++;
				const socket = connect(to.destPort, to.destIP);
				socket.on('error', reject);
				socket.on('connect', () => {
					const channel = accept();
					channel.on('error', () => undefined);
					socket.pipe(channel).pipe(socket);
				});
			},
		);
	});
	return {
		listen: () =>
			new Promise((resolve) =>
				server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
			),
		forwarded: () => forwarded,
		close: () => {
			for (const client of clients) client.end();
			server.close();
		},
	};
}

const missing = [postgres.available(), mariadb.available()].flatMap((one) => (one.ok ? [] : [one.missing]));
const here = n8nIsHere && missing.length === 0;
if (!here) console.warn(`skipped: the nodes over servers (${n8nIsHere ? missing.join(', ') : 'n8n is not installed'})`);

(here ? describe : describe.skip)('the nodes over servers, by n8n’s own credentials', () => {
	jest.setTimeout(120_000);
	let pg: Server;
	let maria: Server;
	const ssh = sshServer();
	let sshPort: number;

	beforeAll(async () => {
		[pg, maria] = await Promise.all([postgres.startPostgres(), mariadb.startMariadb()]);
		sshPort = await ssh.listen();
		const source = await open({ dialect: 'postgres', ...pg }, { readOnly: false, values: 'plain' });
		await source.run(
			sql`CREATE TABLE people (id BIGINT PRIMARY KEY, email TEXT, team TEXT, updated_at TIMESTAMPTZ DEFAULT now())`,
		);
		await source.run(sql`INSERT INTO people VALUES (1, 'ann@x.org', 'Sales'), (2, 'bob@x.org', 'Board')`);
		await source.close();
		const destination = await open({ dialect: 'mysql', ...maria }, { readOnly: false, values: 'plain' });
		await destination.run(sql`CREATE DATABASE target`);
		await destination.run(
			sql`CREATE TABLE target.access (nr INT AUTO_INCREMENT PRIMARY KEY, login VARCHAR(100) NOT NULL UNIQUE, title VARCHAR(100))`,
		);
		await destination.close();
	});
	afterAll(async () => {
		ssh.close();
		await Promise.all([pg?.stop(), maria?.stop()]);
	});

	const tunnelled = (password = 's3cret') => ({
		sshTunnel: true,
		sshAuthenticateWith: 'password',
		sshHost: '127.0.0.1',
		sshPort,
		sshUser: 'tunnel',
		sshPassword: password,
	});
	const postgresCredential = () => ({
		host: pg.host,
		port: pg.port,
		database: pg.database,
		user: pg.user,
		password: pg.password,
		ssl: 'disable',
		allowUnauthorizedCerts: false,
	});
	const mysqlCredential = () => ({
		host: maria.host,
		port: maria.port,
		database: 'target',
		user: maria.user,
		password: maria.password,
		ssl: false,
	});

	const nodes = (): NodeToRun[] => [
		{
			name: 'Source',
			type: new SyncFromDatabaseTrigger(),
			parameters: { dialect: 'postgres', syncName: 'HR', schema: named('public'), table: named('people') },
			credentials: { postgres: { id: 'pg', name: 'HR database' } },
		},
		{
			name: 'Mapping',
			type: new SourceWinsMapping(),
			parameters: {
				rows: {
					row: [
						{ field: 'login', value: '={{ $json.email }}' },
						{ field: 'title', value: '={{ $json.team }}' },
					],
				},
				match: ['login'],
			},
		},
		{
			name: 'Target',
			type: new SyncToDatabase(),
			parameters: { dialect: 'mysql', table: named('access'), testWrites: 'some', testMost: 1 },
			credentials: { mySql: { id: 'my', name: 'Access' } },
		},
	];

	test('reads Postgres and writes MariaDB', async () => {
		const done = await runInProcess({
			nodes: nodes(),
			credentials: { pg: postgresCredential(), my: mysqlCredential() },
		});
		expect(done.error()).toBeUndefined();
		expect(done.json('Target', 3).map(({ outcome }) => outcome)).toEqual(['created', 'preview']);
		expect(ssh.forwarded()).toBe(0);
	});

	test('goes through the SSH tunnel of both credentials, and calls the server by its own name', async () => {
		const credentials = {
			pg: { ...postgresCredential(), ...tunnelled() },
			my: { ...mysqlCredential(), ...tunnelled() },
		};
		const done = await runInProcess({ nodes: nodes(), credentials });
		expect(done.error()).toBeUndefined();
		expect(done.json('Target', 3).map(({ action, outcome }) => action ?? outcome)).toEqual(['adopt', 'created']);
		expect(ssh.forwarded()).toBeGreaterThanOrEqual(2);
		const { text } = new DatabaseDestination({
			database: { dialect: 'mysql', ...maria, database: 'target' },
			table: { name: 'access' },
		}).target;
		expect(done.json('Target', 3)[1]!['text']).toBe(`bob@x.org was created in ${text}.`.replace('bob@x.org', '2'));
	});

	test('a refused log-in, at the SSH server or the database, is a sentence without the password', async () => {
		const wrong = await runInProcess({
			nodes: nodes(),
			credentials: { pg: { ...postgresCredential(), ...tunnelled('hunter2') }, my: mysqlCredential() },
		});
		expect(wrong.error('Source')?.message).toMatch(/^The SSH server 127\.0\.0\.1:\d+ refused the log-in/);
		const denied = await runInProcess({
			nodes: nodes(),
			credentials: {
				pg: postgresCredential(),
				my: { ...mysqlCredential(), user: 'nobody', password: 'hunter2' },
			},
		});
		expect(denied.error('Target')?.message).toMatch(/nobody/);
		expect(JSON.stringify([wrong.error('Source'), denied.error('Target')])).not.toContain('hunter2');
	});

	test('a server that is not there, behind a tunnel or not, is a sentence', async () => {
		const closed = await new Promise<number>((resolve) => {
			const probe = createServer().listen(0, '127.0.0.1', () => {
				const { port } = probe.address() as AddressInfo;
				probe.close(() => resolve(port));
			});
		});
		for (const more of [{}, tunnelled()]) {
			const done = await runInProcess({
				nodes: nodes(),
				credentials: { pg: { ...postgresCredential(), ...more, port: closed }, my: mysqlCredential() },
			});
			expect(done.error('Source')?.message).toMatch(/cannot be reached/);
		}
	});

	test('TLS is asked for where the credential says so, and a server without it is named', async () => {
		const done = await runInProcess({
			nodes: nodes(),
			credentials: { pg: { ...postgresCredential(), ssl: 'require' }, my: mysqlCredential() },
		});
		expect(done.error('Source')?.message).toMatch(/SSL|TLS/);
	});
});
