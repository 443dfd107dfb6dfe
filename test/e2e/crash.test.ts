/** n8n killed in the middle of runs: nothing is lost, and nothing is written twice. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import { open } from '../../sql/open';
import type { Database } from '../../sql/types';
import { startN8n, until, type N8n } from '../n8n/harness';
import { startPostgres } from '../servers/postgres';
import type { Server } from '../servers/server';
import { withDatabase } from '../sql/databases';
import { drag, line } from './workflows';

const PEOPLE = 3000;

withDatabase(
	'postgres',
	() => {
		jest.setTimeout(480_000);
		let n8n: N8n;
		let server: Server;
		let destination: Database;

		beforeAll(async () => {
			server = await startPostgres();
			destination = await open(
				{
					dialect: 'postgres',
					host: server.host,
					port: server.port,
					database: server.database,
					user: server.user,
					password: server.password,
				},
				{ readOnly: false, values: 'plain' },
			);
			await destination.run(
				sql`CREATE TABLE access (id serial PRIMARY KEY, login text NOT NULL, name text, team text)`,
			);
			// No unique constraint and no mercy: every insert is counted, so that a twin cannot hide.
			await destination.run(sql`CREATE TABLE inserts (login text, at timestamptz DEFAULT clock_timestamp())`);
			await destination.run(
				sql`CREATE FUNCTION count_insert() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO inserts (login) VALUES (NEW.login); PERFORM pg_sleep(0.0005); RETURN NEW; END'`,
			);
			await destination.run(
				sql`CREATE TRIGGER counted AFTER INSERT ON access FOR EACH ROW EXECUTE FUNCTION count_insert()`,
			);
			n8n = await startN8n();
		});
		afterAll(async () => {
			await n8n?.remove();
			await destination?.close();
			await server?.stop();
		});

		test('killed three times during the first load and the edits, it ends with both sides equal and every row inserted once (invariants 3 and 4)', async () => {
			const file = join(n8n.files, 'hr.sqlite');
			const source = new DatabaseSync(file);
			source.exec(
				'PRAGMA journal_mode = WAL; CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, full_name TEXT, team TEXT)',
			);
			source.exec('BEGIN');
			for (let n = 1; n <= PEOPLE; n++)
				source.prepare('INSERT INTO people VALUES (?, ?, ?, ?)').run(n, `p${n}@x.test`, `Person ${n}`, 'Sales');
			source.exec('COMMIT');
			const credential = await n8n.api.createCredential('Access', 'postgres', {
				host: server.host,
				port: server.port,
				database: server.database,
				user: server.user,
				password: server.password,
				ssl: 'disable',
				sshTunnel: false,
				allowUnauthorizedCerts: false,
				maxConnections: 5,
			});
			const { id } = await n8n.api.createWorkflow(
				line({
					name: 'Crash',
					trigger: {
						dialect: 'sqlite',
						file,
						table: { __rl: true, mode: 'name', value: 'people' },
						// Half of all change at once while it is killed; the guard on that has stories of its own.
						options: { batchSize: 250, guardChanges: 100 },
					},
					mapping: {
						rows: drag({ login: 'email', name: 'full_name', team: 'team' }),
						match: ['login'],
						removal: 'detach',
					},
					destination: {
						dialect: 'postgres',
						schema: { __rl: true, mode: 'name', value: 'public' },
						table: { __rl: true, mode: 'name', value: 'access' },
					},
					credentials: { destination: { postgres: credential } },
				}),
			);
			await n8n.api.activate(id);
			const { folder, port } = n8n;
			const count = async () =>
				(await destination.all(sql<{ count: number }>`SELECT count(*) AS count FROM access`))[0]!.count;
			for (const atLeast of [200, 900, 1500]) {
				await until(async () => (await count()) >= atLeast, {
					what: `${atLeast} rows`,
					timeout: 150_000,
					every: 20,
				});
				await sleep(37);
				await n8n.kill();
				source.prepare('UPDATE people SET team = ? WHERE id <= ?').run(`Team ${atLeast}`, atLeast);
				n8n = await startN8n({ folder, port });
			}
			const expected = source
				.prepare('SELECT email, full_name, team FROM people ORDER BY email')
				.all()
				.map((row) => JSON.stringify(Object.values(row)));
			const actual = async () =>
				(
					await destination.all(sql<object>`SELECT login, name, team FROM access ORDER BY login COLLATE "C"`)
				).map((row) => JSON.stringify(Object.values(row)));
			await until(async () => JSON.stringify(await actual()) === JSON.stringify(expected), {
				what: 'both sides to agree',
				timeout: 240_000,
				every: 500,
			});
			const twice = await destination.all(
				sql`SELECT login, count(*) FROM inserts GROUP BY login HAVING count(*) > 1`,
			);
			expect(twice).toEqual([]);
			source.close();
		});
	},
	'n8n killed while it writes to Postgres',
);
