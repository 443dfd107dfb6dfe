/** n8n's queue mode: one main, two workers, Redis, and the ledger in n8n's own Postgres without any set-up. */
import { readFileSync } from 'node:fs';

import { sql } from 'kysely';

import { open } from '../../sql/open';
import type { Database } from '../../sql/types';
import { outputOf, startN8n, until, userFolder, type N8n } from '../n8n/harness';
import { startPostgres } from '../servers/postgres';
import { available, startRedis, type Redis } from '../servers/redis';
import type { Server } from '../servers/server';
import { withDatabase } from '../sql/databases';
import { drag, line } from './workflows';

const PEOPLE = 500;

const redisIs = available();

function story(): void {
	jest.setTimeout(240_000);
	let postgres: Server;
	let redis: Redis;
	let main: N8n;
	const workers: N8n[] = [];
	let n8nDatabase: Database;
	let hr: Database;
	let access: Database;
	let workflow: string;
	let env: Record<string, string>;

	const at = (database: string) => ({
		host: postgres.host,
		port: postgres.port,
		user: postgres.user,
		password: postgres.password,
		database,
	});
	const opened = (database: string) =>
		open({ dialect: 'postgres', ...at(database) }, { readOnly: false, values: 'plain' });
	const one = async <Row>(database: Database, statement: ReturnType<typeof sql<Row>>) =>
		(await database.all(statement))[0]!;
	const startWorker = (folder = userFolder()) => startN8n({ folder, env, command: ['worker', '--concurrency=5'] });
	const expected = async () =>
		JSON.stringify(
			await hr.all(sql<object>`SELECT email AS login, full_name AS name, team FROM people ORDER BY id`),
		);
	const actual = async () =>
		JSON.stringify(
			await access.all(sql<object>`SELECT login, name, team FROM access WHERE active = 'yes' ORDER BY person`),
		);
	const equal = async (timeout = 60_000) =>
		await until(async () => (await actual()) === (await expected()), {
			what: 'both sides to agree',
			timeout,
			every: 300,
		});

	beforeAll(async () => {
		[postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
		const admin = await opened(postgres.database);
		for (const name of ['n8n', 'hr', 'access']) await admin.run(sql`CREATE DATABASE ${sql.id(name)}`);
		await admin.close();
		[n8nDatabase, hr, access] = await Promise.all([opened('n8n'), opened('hr'), opened('access')]);
		await hr.run(sql`CREATE TABLE people (id integer PRIMARY KEY, email text, full_name text, team text)`);
		await hr.run(
			sql`INSERT INTO people SELECT n, 'p' || n || '@x.test', 'Person ' || n, 'Sales' FROM generate_series(1, ${PEOPLE}::integer) n`,
		);
		await access.run(
			sql`CREATE TABLE access (id serial PRIMARY KEY, person integer, login text NOT NULL, name text, team text, active text, note text)`,
		);
		await access.run(sql`CREATE TABLE inserts (login text)`);
		await access.run(
			sql`CREATE FUNCTION count_insert() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO inserts (login) VALUES (NEW.login); RETURN NEW; END'`,
		);
		await access.run(
			sql`CREATE TRIGGER counted AFTER INSERT ON access FOR EACH ROW EXECUTE FUNCTION count_insert()`,
		);
		// What slows every write down, so that a worker can be killed in the middle of one.
		await access.run(
			sql`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END'`,
		);
		env = {
			EXECUTIONS_MODE: 'queue',
			QUEUE_BULL_REDIS_HOST: redis.host,
			QUEUE_BULL_REDIS_PORT: String(redis.port),
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: postgres.host,
			DB_POSTGRESDB_PORT: String(postgres.port),
			DB_POSTGRESDB_DATABASE: 'n8n',
			DB_POSTGRESDB_USER: postgres.user,
			DB_POSTGRESDB_PASSWORD: postgres.password,
			N8N_ENCRYPTION_KEY: 'one key for main and workers',
			// n8n 3 knows no other way.
			OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
		};
		main = await startN8n({ env });
		workers.push(...(await Promise.all([startWorker(), startWorker()])));
		const credential = async (database: string) => ({
			postgres: await main.api.createCredential(database, 'postgres', {
				...at(database),
				ssl: 'disable',
				sshTunnel: false,
				allowUnauthorizedCerts: false,
				maxConnections: 5,
			}),
		});
		const table = (value: string) => ({
			dialect: 'postgres',
			schema: { __rl: true, mode: 'name', value: 'public' },
			table: { __rl: true, mode: 'name', value },
		});
		const created = await main.api.createWorkflow(
			line({
				name: 'Queue',
				trigger: {
					...table('people'),
					nameColumn: 'full_name',
					options: { batchSize: 100, sweepEvery: 10, sweepUnit: 'seconds' },
				},
				mapping: {
					rows: {
						row: [
							...(drag({ person: 'id', login: 'email', name: 'full_name', team: 'team' })[
								'row'
							] as object[]),
							{ field: 'active', value: 'yes' },
						],
					},
					match: ['login'],
					removal: 'deactivate',
					removalRows: { row: [{ field: 'active', set: 'no', onReturn: 'yes' }] },
				},
				destination: table('access'),
				credentials: { trigger: await credential('hr'), destination: await credential('access') },
			}),
		);
		workflow = created.id;
	});
	afterAll(async () => {
		await Promise.all([...workers, main].map((n8n) => n8n?.remove()));
		await Promise.all([n8nDatabase, hr, access].map((database) => database?.close()));
		await Promise.all([postgres?.stop(), redis?.stop()]);
	});

	test('a test run, which a worker does, shows the plan and writes nothing', async () => {
		const execution = await main.api.runToEnd(workflow, { from: 'From' });
		expect(execution.status).toBe('success');
		expect(workers.some(({ log }) => readFileSync(log, 'utf8').includes(`execution ${execution.id} `))).toBe(true);
		const preview = outputOf(execution, 'To', 3).map(({ json }) => json);
		expect(preview[0]).toMatchObject({ outcome: 'preview', action: 'create', key: '1', name: 'Person 1' });
		expect(await access.all(sql`SELECT 1 FROM access LIMIT 1`)).toEqual([]);
	});

	test('the workers bring everybody over, and the ledger has found n8n’s own database by itself', async () => {
		await main.api.activate(workflow);
		await equal();
		// A row is there before its link is settled.
		await until(
			async () => {
				const { count } = await one(
					n8nDatabase,
					sql<{ count: number }>`SELECT count(*) AS count FROM one_way_sync.link WHERE state = 'settled'`,
				);
				return count === PEOPLE;
			},
			{ what: 'every link to be settled' },
		);
	});

	test('an edit arrives, an edit of the destination is healed, what is not mapped stays, somebody who leaves is deactivated', async () => {
		await access.run(sql`UPDATE access SET name = 'Somebody', note = 'theirs' WHERE person = 9`);
		await hr.run(sql`UPDATE people SET team = 'Legal' WHERE id = 7`);
		await hr.run(sql`DELETE FROM people WHERE id = 3`);
		await equal();
		expect(await one(access, sql<object>`SELECT name, note FROM access WHERE person = 9`)).toEqual({
			name: 'Person 9',
			note: 'theirs',
		});
		expect(await one(access, sql<object>`SELECT active FROM access WHERE person = 3`)).toEqual({ active: 'no' });
	});

	test('a worker killed in the middle of a run: everything still arrives, and once', async () => {
		await access.run(
			sql`CREATE TRIGGER slowed BEFORE INSERT OR UPDATE ON access FOR EACH ROW EXECUTE FUNCTION slow()`,
		);
		await hr.run(
			sql`INSERT INTO people SELECT n, 'p' || n || '@x.test', 'Person ' || n, 'Sales' FROM generate_series(501, 600) n`,
		);
		await hr.run(sql`UPDATE people SET team = 'Support' WHERE id <= 100`);
		// Whoever is writing now: its statement is the one that takes a second.
		const busy = await until(
			async () =>
				(
					await access.all(
						sql<{
							port: number;
						}>`SELECT client_port AS port FROM pg_stat_activity WHERE datname = 'access' AND state = 'active' AND pid <> pg_backend_pid()`,
					)
				).length > 0,
			{ every: 20 },
		);
		expect(busy).toBe(true);
		// Which of the two it is nobody can say from here: both are killed, as when their machine loses its power.
		await Promise.all(workers.map((worker) => worker.kill()));
		const folders = workers.splice(0).map(({ folder }) => folder);
		workers.push(...(await Promise.all(folders.map((folder) => startWorker(folder)))));
		await equal(180_000);
		const twice = await access.all(sql<object>`SELECT login FROM inserts GROUP BY login HAVING count(*) > 1`);
		expect(twice).toEqual([]);
	});

	test('a ledger in a file is refused, since main and workers would each have one of their own', async () => {
		const { folder, port } = main;
		await main.stop();
		main = await startN8n({ folder, port, env: { ...env, ONE_WAY_SYNC_LEDGER: `${folder}/ledger.sqlite` } });
		const newest = async () => {
			const [failed] = await main.api.executions({ workflowId: workflow, status: 'error' });
			return JSON.stringify((await main.api.execution(failed!.id)).data);
		};
		await until(
			async () => (await newest()).includes('need one ledger that all of them reach, and a file cannot be that'),
			{ what: 'the refusal in the list of executions' },
		);
	});
}

const NAME = 'n8n in queue mode';
if (redisIs.ok) withDatabase('postgres', story, NAME);
else if (process.env['CI'] === 'true') {
	test(NAME, () => {
		throw new Error(`${redisIs.missing} is missing`);
	});
} else describe.skip(`${NAME}: needs ${redisIs.missing}`, story);
