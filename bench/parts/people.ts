/**
 * The tables that benchmarks work on: people of a company, rows of about 400 bytes, in one database; mirrors of them with
 * a serial number of their own in another one, which reaches the first through postgres_fdw.
 */
import { sql } from 'kysely';

import { open } from '../../sql/open';
import type { Database, ServerConfig } from '../../sql/types';
import type { Server } from '../../test/servers/server';

/** What is mapped, in the order of the columns. The first one identifies a person on both sides. */
export const FIELDS = [
	'employee_no',
	'email',
	'first_name',
	'last_name',
	'department',
	'manager',
	'salary',
	'active',
	'hired_on',
	'updated_at',
	'attributes',
	'note',
] as const;

export const SOURCE = 'people';

const COLUMNS = sql`
	employee_no text NOT NULL UNIQUE, email text NOT NULL, first_name text NOT NULL, last_name text NOT NULL,
	department text, manager integer, salary numeric(12,2), active boolean NOT NULL, hired_on date,
	updated_at timestamptz NOT NULL, attributes jsonb, note text`;

export interface People {
	readonly source: Database;
	readonly destination: Database;
	readonly sourceAt: ServerConfig;
	readonly destinationAt: ServerConfig;
	close(): Promise<void>;
}

/** What a round changed, and how to see that it has arrived. */
export interface Change {
	/** The changed people's numbers, the last one of them in the order of text at the end. */
	employees: string[];
	/** The time that their rows carry now. */
	at: string;
}

/** Two databases of one server, the first one with so many people in it. */
export async function people(server: Server, count: number): Promise<People> {
	const at = (database: string): ServerConfig => ({ ...serverOf(server), database });
	const first = await open(at('postgres'), { readOnly: false, values: 'plain' });
	for (const name of ['company', 'mirror']) await first.run(sql`CREATE DATABASE ${sql.id(name)}`);
	await first.close();
	const source = await open(at('company'), { readOnly: false, values: 'plain' });
	const destination = await open(at('mirror'), { readOnly: false, values: 'plain' });
	await source.run(sql`CREATE TABLE ${sql.id(SOURCE)} (id integer PRIMARY KEY, ${COLUMNS})`);
	await more(source, 1, count);
	await reach(destination, server);
	return {
		source,
		destination,
		sourceAt: at('company'),
		destinationAt: at('mirror'),
		close: async () => {
			await source.close();
			await destination.close();
		},
	};
}

/** People by their numbers, up to and with the last one. */
export async function more(source: Database, from: number, upTo: number): Promise<void> {
	await source.run(sql`
		INSERT INTO ${sql.id(SOURCE)}
		SELECT n, 'E' || lpad(n::text, 8, '0'), 'person.' || n || '@example.com', 'First ' || md5(n::text), 'Last ' || (n::bigint * 7919 % 100003),
			'Department ' || n % 40, nullif(n / 10, 0), 30000 + n % 70000 + (n % 100) / 100.0, n % 20 <> 0,
			date '2001-01-01' + n % 9000, timestamptz '2026-01-01 00:00:00Z' + n % 86400 * interval '1 second',
			jsonb_build_object('room', n % 900, 'badge', md5('b' || n), 'languages', jsonb_build_array('de', 'en')),
			repeat(md5('n' || n) || ' ', 4)
		FROM generate_series(${from}::integer, ${upTo}::integer) AS n`);
	await source.run(sql`VACUUM ANALYZE ${sql.id(SOURCE)}`);
}

function serverOf({ host, port, user, password }: Server): Omit<ServerConfig, 'database'> {
	return { dialect: 'postgres', host, port, user, password };
}

/** The source's table as a foreign one; rows are fetched 10,000 at a time, which is what a person in a hurry would set. */
async function reach(destination: Database, { host, port, user }: Server): Promise<void> {
	await destination.run(sql`CREATE EXTENSION postgres_fdw`);
	await destination.run(sql`CREATE SERVER company FOREIGN DATA WRAPPER postgres_fdw
		OPTIONS (host ${sql.lit(host)}, port ${sql.lit(String(port))}, dbname 'company', fetch_size '10000')`);
	await destination.run(
		sql`CREATE USER MAPPING FOR CURRENT_USER SERVER company OPTIONS (user ${sql.lit(user)}, password_required 'false')`,
	);
	await destination.run(sql`CREATE SCHEMA company`);
	await destination.run(
		sql`IMPORT FOREIGN SCHEMA public LIMIT TO (${sql.id(SOURCE)}) FROM SERVER company INTO company`,
	);
}

/** An empty mirror. */
export async function mirror({ destination }: People, name: string): Promise<void> {
	await destination.run(sql`CREATE TABLE ${sql.id(name)} (id serial PRIMARY KEY, ${COLUMNS})`);
}

/** After a load, as a server does by itself some minutes later. */
export async function vacuum({ destination }: People, name: string): Promise<void> {
	await destination.run(sql`VACUUM ANALYZE ${sql.id(name)}`);
}

const listed = sql.join(FIELDS.map((name) => sql.id(name)));

/** The whole job as one statement: every row of the source, written where the mirror lacks it or differs. */
export async function bySql({ destination }: People, name: string): Promise<void> {
	const others = FIELDS.slice(1);
	const set = sql.join(others.map((field) => sql`${sql.id(field)} = excluded.${sql.id(field)}`));
	const now = sql.join(others.map((field) => sql`m.${sql.id(field)}`));
	const then = sql.join(others.map((field) => sql`excluded.${sql.id(field)}`));
	await destination.run(sql`
		INSERT INTO ${sql.id(name)} AS m (${listed}) SELECT ${listed} FROM ${sql.id('company', SOURCE)}
		ON CONFLICT (employee_no) DO UPDATE SET ${set} WHERE (${now}) IS DISTINCT FROM (${then})`);
}

/** Changes one of `share` people in four fields; other people in every round. */
export async function change({ source }: People, share: number, round: number): Promise<Change> {
	const at = new Date(Date.UTC(2026, 1, 1) + round * 60_000).toISOString();
	const changed = await source.all(sql<{ employee_no: string }>`
		UPDATE ${sql.id(SOURCE)} SET department = 'Department ' || (id + ${round}::integer) % 41, salary = salary + 1, note = 'Moved. ' || note, updated_at = ${at}
		WHERE id % ${share}::integer = ${round % share}::integer RETURNING employee_no`);
	return { employees: changed.map(({ employee_no }) => employee_no).sort(), at };
}

/** Whether every changed row has arrived. Asks for one of them first: cheap enough to be asked every few milliseconds. */
export async function arrived({ destination }: People, name: string, { employees, at }: Change): Promise<boolean> {
	const count = async (numbers: string[]) => {
		const list = `{${numbers.join(',')}}`;
		const [row] = await destination.all(sql<{ count: number }>`
			SELECT count(*) AS count FROM ${sql.id(name)} WHERE employee_no = ANY (${list}::text[]) AND updated_at = ${at}`);
		return row!.count;
	};
	return (await count(employees.slice(-1))) === 1 && (await count(employees)) === employees.length;
}

export async function rows({ destination }: People, name: string): Promise<number> {
	const [row] = await destination.all(sql<{ count: number }>`SELECT count(*) AS count FROM ${sql.id(name)}`);
	return row!.count;
}

/** Rows inserted, updated or deleted so far, as the server counted them; it takes up to ten seconds to hear of all. */
export async function written({ destination }: People, name: string): Promise<number> {
	const [row] = await destination.all(sql<{ count: number }>`
		SELECT n_tup_ins + n_tup_upd + n_tup_del AS count FROM pg_stat_user_tables WHERE relname = ${name}`);
	return Number(row!.count);
}

/** Rows that stand on one side only; 0: the mirror equals the source. */
export async function differing({ destination }: People, name: string): Promise<number> {
	const [row] = await destination.all(sql<{ count: number }>`
		WITH a AS (SELECT ${listed} FROM ${sql.id('company', SOURCE)}), b AS (SELECT ${listed} FROM ${sql.id(name)})
		SELECT count(*) AS count FROM ((TABLE a EXCEPT ALL TABLE b) UNION ALL (TABLE b EXCEPT ALL TABLE a)) AS d`);
	return Number(row!.count);
}

/** The mean size of a source row in bytes. */
export async function rowSize({ source }: People): Promise<number> {
	const [row] = await source.all(
		sql<{ size: number }>`SELECT avg(pg_column_size(p.*))::integer AS size FROM ${sql.id(SOURCE)} AS p`,
	);
	return row!.size;
}
