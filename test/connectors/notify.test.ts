/** What a Postgres server's triggers tell by NOTIFY, on a real server. */
import { sql } from 'kysely';

import { keepListening } from '../../connectors/webhook/notify';
import { open } from '../../sql/open';
import type { Database, ServerConfig } from '../../sql/types';
import { until } from '../n8n/until';
import { startPostgres } from '../servers/postgres';
import { withDatabase } from '../sql/databases';

withDatabase('postgres', () => {
	let config: ServerConfig;
	let db: Database;
	let stop: () => Promise<void>;
	beforeAll(async () => {
		const { host, port, database, user, password, stop: end } = await startPostgres();
		config = { dialect: 'postgres', host, port, database, user, password };
		stop = end;
		db = await open(config, { readOnly: false, values: 'plain' });
	}, 60_000);
	afterAll(async () => {
		await db?.close();
		await stop?.();
	}, 60_000);

	/** Listens; answers what was heard and how often it was said that nothing can be. */
	const listen = (channel: string, password = config.password) => {
		const abort = new AbortController();
		const heard: string[] = [];
		const deaf: string[] = [];
		let closed = 0;
		const ended = keepListening(
			async () => ({ config: { ...config, password }, close: async () => void closed++ }),
			channel,
			{ heard: (payload) => heard.push(payload), deaf: (error) => deaf.push(error.message) },
			abort.signal,
		);
		const end = async () => {
			abort.abort();
			await ended;
		};
		return { heard, deaf, end, closed: () => closed };
	};
	const listeners = async () =>
		(
			await db.all(
				sql<{
					pid: number;
				}>`SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()`,
			)
		).map(({ pid }) => pid);
	const notify = async (channel: string, payload: string) =>
		await db.all(sql`SELECT pg_notify(${channel}, ${payload})`);

	test('an edit is heard with what its trigger tells of it, whatever the channel is called', async () => {
		const channel = 'Edited "here"; SELECT 1';
		const ears = listen(channel);
		await until(async () => (await listeners()).length === 1);
		await db.run(sql`CREATE TABLE staff (key integer PRIMARY KEY, name text)`);
		await db.run(
			sql`CREATE FUNCTION tell_edit() RETURNS trigger LANGUAGE plpgsql AS ${sql.lit(
				`BEGIN PERFORM pg_notify('${channel.replaceAll("'", "''")}', OLD.key::text); RETURN NULL; END`,
			)}`,
		);
		await db.run(
			sql`CREATE TRIGGER tell_edit AFTER UPDATE OR DELETE ON staff FOR EACH ROW EXECUTE FUNCTION tell_edit()`,
		);
		await db.run(sql`INSERT INTO staff VALUES (1, 'Ada'), (2, 'Bob')`);
		await db.run(sql`UPDATE staff SET name = 'Somebody' WHERE key = 2`);
		await db.run(sql`DELETE FROM staff WHERE key = 1`);
		await until(() => ears.heard.length === 2);
		expect(ears.heard).toEqual(['2', '1']);
		await ears.end();
		expect(ears.closed()).toBe(1);
		await until(async () => (await listeners()).length === 0);
	});

	test('a connection that is lost is said once, and opened again', async () => {
		const ears = listen('edited');
		const [pid] = await until(async () => {
			const found = await listeners();
			return found.length === 1 && found;
		});
		await db.all(sql`SELECT pg_terminate_backend(${pid!})`);
		await until(() => ears.deaf.length === 1);
		await until(async () => (await listeners()).some((other) => other !== pid), { timeout: 20_000 });
		await notify('edited', '7');
		await until(() => ears.heard.includes('7'));
		expect(ears.deaf).toHaveLength(1);
		await ears.end();
	}, 40_000);

	test('stopped while it waits for its next attempt, it ends', async () => {
		const ears = listen('edited');
		await until(async () => (await listeners()).length === 1);
		await db.all(sql`SELECT pg_terminate_backend(${(await listeners())[0]!})`);
		await until(() => ears.deaf.length === 1);
		await ears.end();
		expect(await listeners()).toEqual([]);
	});
});
