/**
 * The source and the destination: two real Postgres servers behind bad networks, and in them triggers that notice what
 * a sync must never do. The sync comes as the user `sync`, the driver as the server's owner.
 */
import { sql } from 'kysely';

import { open } from '../../sql/open';
import type { Database } from '../../sql/types';
import { startPostgres } from '../servers/postgres';
import { startProxyProcess, type ProxyProcess } from '../servers/proxy-process';
import type { Mortal, Server } from '../servers/server';

/** A database server that can be killed, the bad network in front of it, and the driver's own way past that. */
export interface Place {
	name: string;
	server: Server & Mortal;
	proxy: ProxyProcess;
	database: string;
	direct: Database;
	close(): Promise<void>;
}

/** The tables of the destination, and what becomes of somebody who leaves. */
export const TABLES = { access: 'deactivate', mailing: 'delete', accounts: 'deactivate', badges: 'delete' } as const;
export type Table = keyof typeof TABLES;
export const tables = Object.keys(TABLES) as Table[];

/** What it depends on at the source. */
export interface Belonging {
	site: string;
	kind: string;
	employed: string;
	team: string;
}

/** Teams whose people have a second badge. */
export const DRIVING: readonly string[] = ['Sales', 'Legal'];

/** Who belongs in which table. Of `badges`, a person may have two rows: see {@link rowsOf}. */
export const belongs: Record<Table, (person: Belonging) => boolean> = {
	access: ({ site, kind }) => site === 'A' && kind !== 'ghost',
	mailing: ({ site, kind }) => site === 'B' && kind !== 'ghost',
	accounts: ({ employed }) => employed === 'yes',
	badges: ({ employed }) => employed === 'yes',
};

/** The number of a person's first or second badge, which is what `badges` calls a person. */
export const badge = (id: number, which: 1 | 2) => id * 10 + which;

/** The numbers under which a person stands in a table. */
export function rowsOf(table: Table, person: Belonging & { id: number }): number[] {
	if (!belongs[table](person)) return [];
	if (table !== 'badges') return [person.id];
	return [badge(person.id, 1), ...(DRIVING.includes(person.team) ? [badge(person.id, 2)] : [])];
}

// What was committed stays through a kill of all processes; only the machine itself keeps its power.
const DURABLE = { synchronous_commit: 'on' };

export async function startPlace(
	name: string,
	settings: Record<string, string>,
	build: (direct: Database) => Promise<void>,
): Promise<Place> {
	const server = await startPostgres({ ...DURABLE, ...settings });
	const { host, port, user, password } = server;
	const opened = (database: string) =>
		open({ dialect: 'postgres', host, port, user, password, database }, { readOnly: false, values: 'plain' });
	const admin = await opened(server.database);
	await admin.run(sql`CREATE ROLE sync LOGIN`);
	await admin.run(sql`CREATE DATABASE ${sql.id(name)}`);
	await admin.close();
	const direct = await opened(name);
	await build(direct);
	const proxy = await startProxyProcess(server);
	return {
		name,
		server,
		proxy,
		database: name,
		direct,
		close: async () => {
			await proxy.stop();
			await direct.close().catch(() => undefined);
			await server.stop();
		},
	};
}

/**
 * The source. Its user could write: a write would succeed, and is told by a trigger and by the server's own log of
 * statements that change anything.
 */
export async function startSource(): Promise<Place> {
	const settings = {
		logging_collector: 'on',
		log_directory: 'log',
		log_filename: 'statements.log',
		log_line_prefix: '%u|',
		log_truncate_on_rotation: 'off',
	};
	return await startPlace('hr', settings, async (hr) => {
		const statements = [
			// Which badges a person has: one record with several counterparts, of which some come and some go.
			sql`CREATE FUNCTION badges_of(id integer, email text, team text, employed text) RETURNS jsonb IMMUTABLE LANGUAGE sql AS $$
				SELECT CASE WHEN employed IS DISTINCT FROM 'yes' THEN '[]'::jsonb ELSE
					jsonb_build_array(jsonb_build_object('no', id * 10 + 1, 'login', email || '/1'))
					|| CASE WHEN team IN ('Sales', 'Legal') THEN jsonb_build_array(jsonb_build_object('no', id * 10 + 2, 'login', email || '/2')) ELSE '[]'::jsonb END END $$`,
			sql`CREATE TABLE people (id integer PRIMARY KEY, email text NOT NULL, full_name text, team text, site text, kind text, employed text,
				badges jsonb GENERATED ALWAYS AS (badges_of(id, email, team, employed)) STORED)`,
			sql`CREATE TABLE writes (at timestamptz DEFAULT clock_timestamp(), what text)`,
			sql`CREATE FUNCTION noticed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
				BEGIN IF session_user = 'sync' THEN INSERT INTO writes (what) VALUES (TG_OP); END IF; RETURN NULL; END $$`,
			sql`CREATE TRIGGER noticed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON people FOR EACH STATEMENT EXECUTE FUNCTION noticed()`,
			sql`GRANT ALL ON people TO sync`,
			sql`GRANT CREATE ON SCHEMA public TO sync`,
			sql`ALTER ROLE sync SET log_statement = 'mod'`,
		];
		for (const statement of statements) await hr.run(statement);
	});
}

/** How often the sync's user sent the source a statement that could change it, by its log and by the trigger. */
export async function writesToSource({ direct }: Place): Promise<number> {
	const [log] = await direct.all(
		sql<{
			count: number;
		}>`SELECT count(*) AS count FROM regexp_split_to_table(pg_read_file('log/statements.log'), '\n') line
			WHERE line ~ '^sync\\|LOG:  (statement|execute)'`,
	);
	const [rows] = await direct.all(sql<{ count: number }>`SELECT count(*) AS count FROM writes`);
	return Math.max(Number(log!.count), Number(rows!.count));
}

/** How many rows the sync has written so far. */
export async function written({ direct }: Place): Promise<number> {
	const [row] = await direct.all(sql<{ count: number }>`SELECT count(*) AS count FROM written`);
	return Number(row!.count);
}

/**
 * The destination: no unique constraint that would stop a twin, every write slow enough to be hit, and every write of
 * the sync's judged at once.
 */
export async function startDestination(): Promise<Place> {
	return await startPlace('access', { max_connections: '60' }, async (access) => {
		const statements = [
			sql`CREATE TABLE events (at timestamptz NOT NULL DEFAULT clock_timestamp(), "table" text NOT NULL, kind text NOT NULL, person integer, detail text)`,
			sql`CREATE TABLE written ("table" text, person integer)`,
			sql`CREATE FUNCTION judge() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
				DECLARE again boolean;
				BEGIN
					IF session_user <> 'sync' THEN RETURN NULL; END IF;
					INSERT INTO written VALUES (TG_TABLE_NAME, CASE WHEN TG_OP = 'DELETE' THEN OLD.person ELSE NEW.person END);
					IF TG_OP = 'INSERT' THEN
						PERFORM pg_sleep(0.004);
						EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE person = $1 AND id <> $2)', TG_TABLE_NAME) INTO again USING NEW.person, NEW.id;
						IF again THEN INSERT INTO events ("table", kind, person, detail) VALUES (TG_TABLE_NAME, 'twin', NEW.person, NEW.login); END IF;
						IF NEW.note IS NOT NULL OR NEW.phone IS NOT NULL THEN INSERT INTO events ("table", kind, person, detail) VALUES (TG_TABLE_NAME, 'foreign', NEW.person, 'insert'); END IF;
					ELSIF TG_OP = 'UPDATE' THEN
						PERFORM pg_sleep(0.002);
						IF OLD.person IS NULL OR NEW.person IS DISTINCT FROM OLD.person OR NEW.note IS DISTINCT FROM OLD.note OR NEW.phone IS DISTINCT FROM OLD.phone THEN
							INSERT INTO events ("table", kind, person, detail) VALUES (TG_TABLE_NAME, 'foreign', OLD.person, 'update ' || OLD::text || ' -> ' || NEW::text);
						END IF;
						IF OLD.active = 'yes' AND NEW.active = 'no' THEN INSERT INTO events ("table", kind, person) VALUES (TG_TABLE_NAME, 'removal', OLD.person); END IF;
					ELSE
						INSERT INTO events ("table", kind, person) VALUES (TG_TABLE_NAME, CASE WHEN OLD.person IS NULL THEN 'foreign' ELSE 'removal' END, OLD.person);
					END IF;
					RETURN NULL;
				END $$`,
			...tables.flatMap((table) => [
				sql`CREATE TABLE ${sql.id(table)} (id serial PRIMARY KEY, person integer, login text NOT NULL, name text, team text, active text, note integer, phone text, holder integer)`,
				sql`CREATE INDEX ON ${sql.id(table)} (login)`,
				sql`CREATE INDEX ON ${sql.id(table)} (person)`,
				sql`CREATE TRIGGER judged AFTER INSERT OR UPDATE OR DELETE ON ${sql.id(table)} FOR EACH ROW EXECUTE FUNCTION judge()`,
				sql`GRANT ALL ON ${sql.id(table)} TO sync`,
				sql`GRANT ALL ON SEQUENCE ${sql.id(`${table}_id_seq`)} TO sync`,
			]),
		];
		for (const statement of statements) await access.run(statement);
	});
}
