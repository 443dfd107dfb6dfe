/** A Postgres server as a {@link Database}: a pool of connections, cursors for streams. */
import { sql, type RawBuilder } from 'kysely';
import {
	Pool,
	type Client,
	type CustomTypesConfig,
	type PoolClient,
	type PoolConfig,
	type QueryArrayConfig,
	type QueryArrayResult,
} from 'pg';
import Cursor from 'pg-cursor';

import { unlessAborted } from '../abort';
import { Deadline } from '../deadline';
import { foldsBySql } from '../folds';
import { rowMaker } from '../rows';
import {
	type Column,
	type Database,
	type Dialect,
	type Folding,
	type OpenOptions,
	type ServerConfig,
	type Snapshot,
	type Sql,
	type SqlValue,
} from '../types';
import { compile, postgresDialect, unnest } from './dialect';
import { explain } from './explain';
import { typesOf, type UserArray } from './types';

type Ask = (text: string, values: SqlValue[]) => Promise<QueryArrayResult<unknown[]>>;

/** Statements through `ask`: the pool, or one connection in a transaction. */
class PostgresSql implements Sql {
	readonly dialect: Dialect = postgresDialect;

	constructor(private readonly ask: Ask) {}

	async all<Row>(statement: RawBuilder<Row>): Promise<Row[]> {
		const { text, values } = compile(statement);
		const { fields, rows } = await this.ask(text, values);
		return rows.map(rowMaker(fields.map(({ name }) => name))) as Row[];
	}

	async run(statement: RawBuilder<unknown>): Promise<number> {
		const { text, values } = compile(statement);
		return (await this.ask(text, values)).rowCount ?? 0;
	}

	async insert(
		into: RawBuilder<unknown>,
		columns: readonly Column[],
		rows: readonly SqlValue[][],
		onConflict?: RawBuilder<unknown>,
	): Promise<number> {
		if (rows.length === 0) return 0;
		const names = sql.join(columns.map(({ name }) => sql.id(name)));
		return this.run(sql`INSERT INTO ${into} (${names}) ${unnest(columns, rows)} ${onConflict ?? sql``}`);
	}
}

/** One connection in a read-only transaction. */
class PostgresSnapshot extends PostgresSql implements Snapshot {
	/** A statement is under way, or has failed. */
	private busy = false;

	constructor(
		private readonly client: PoolClient,
		private readonly types: CustomTypesConfig,
		private readonly signal: AbortSignal | undefined,
	) {
		super(async (text, values) => {
			this.busy = true;
			const answer = await unlessAborted(answerOf(client, one(text, values)), signal);
			this.busy = false;
			return answer;
		});
	}

	folds(from: RawBuilder<unknown>, folding: Folding): Promise<RawBuilder<unknown>> {
		return Promise.resolve(foldsBySql(this.dialect.marks, from, folding));
	}

	async *stream<Row>(statement: RawBuilder<Row>, pageSize: number): AsyncIterable<Row[]> {
		const { signal } = this;
		signal?.throwIfAborted();
		const { text, values } = compile(statement);
		this.busy = true;
		const cursor = this.client.query(new Cursor(text, values, { rowMode: 'array', types: this.types }));
		const next = () => asked(cursor.read(pageSize));
		let coming: Promise<unknown[][]> | undefined = next();
		try {
			while (coming) {
				const rows: unknown[][] = await coming;
				coming = undefined;
				signal?.throwIfAborted();
				if (rows.length === 0) break;
				if (rows.length === pageSize) coming = next();
				yield rows.map(rowMaker(cursor._result.fields.map(({ name }) => name))) as Row[];
				signal?.throwIfAborted();
			}
		} finally {
			await coming?.catch(() => undefined);
		}
		await asked(cursor.close());
		this.busy = false;
	}

	/** Left early, aborted or failed: the connection is dropped, and the server's cursor with it. */
	async close(): Promise<void> {
		const { client } = this;
		if (this.busy) return client.release(true);
		await answerOf(client, 'COMMIT').then(
			() => client.release(),
			() => client.release(true),
		);
	}
}

export class PostgresDatabase extends PostgresSql implements Database {
	constructor(
		private readonly pool: Pool,
		private readonly readOnly: boolean,
		private readonly types: CustomTypesConfig,
	) {
		super((text, values) => asked(pool.query(one(text, values))));
	}

	/** Whatever is asked of a read-only database is asked in a read-only transaction. */
	override async all<Row>(statement: RawBuilder<Row>): Promise<Row[]> {
		return this.readOnly ? await this.transaction((tx) => tx.all(statement)) : await super.all(statement);
	}

	override async run(statement: RawBuilder<unknown>): Promise<number> {
		return this.readOnly ? await this.transaction((tx) => tx.run(statement)) : await super.run(statement);
	}

	async transaction<T>(work: (tx: Sql) => Promise<T>, limits?: { within: number }): Promise<T> {
		const deadline = limits && new Deadline(limits.within);
		const begin = this.readOnly ? READ_ONLY : 'BEGIN';
		let client: PoolClient | undefined;
		const done = this.withClient(
			deadline ? `${begin}; ${ending(deadline)}` : begin,
			(taken) => {
				client = taken;
				return work(
					new PostgresSql(async (text, values) => {
						deadline?.check();
						return await answerOf(taken, one(text, values));
					}),
				);
			},
			() => deadline?.check(),
		);
		// Ending a client that waits for an answer drops its connection.
		return await (deadline
			? deadline.cut(done, () => void (client as unknown as Client | undefined)?.end())
			: done);
	}

	async *stream<Row>(statement: RawBuilder<Row>, pageSize: number, signal?: AbortSignal): AsyncIterable<Row[]> {
		const snapshot = await this.snapshot(signal);
		try {
			yield* snapshot.stream(statement, pageSize);
		} finally {
			await snapshot.close();
		}
	}

	async snapshot(signal?: AbortSignal): Promise<Snapshot> {
		signal?.throwIfAborted();
		const client = await asked(this.pool.connect());
		try {
			await answerOf(client, READ_ONLY);
			return new PostgresSnapshot(client, this.types, signal);
		} catch (error) {
			client.release(true);
			throw error;
		}
	}

	async close(): Promise<void> {
		if (!this.pool.ending) await this.pool.end();
	}

	private async withClient<T>(
		begin: string,
		work: (client: PoolClient) => Promise<T>,
		beforeCommit: () => void,
	): Promise<T> {
		const client = await asked(this.pool.connect());
		let broken: boolean = true;
		try {
			await answerOf(client, begin);
			const result = await work(client);
			beforeCommit();
			const { command } = await answerOf(client, 'COMMIT');
			broken = false;
			// A failed statement that `work` swallowed: Postgres answers COMMIT with ROLLBACK, and nothing was kept.
			if (command === 'ROLLBACK') throw explain(new Error('The transaction had failed and was rolled back.'));
			return result;
		} catch (error) {
			if (broken)
				broken = await answerOf(client, 'ROLLBACK').then(
					() => false,
					() => true,
				);
			throw error;
		} finally {
			client.release(broken);
		}
	}
}

/** By the extended protocol: the server itself refuses a text with a second statement in it. */
const one = (text: string, values: SqlValue[]) => ({ text, values, rowMode: 'array', queryMode: 'extended' }) as const;

const READ_ONLY = 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** For the length of the transaction: waits for a lock, works on one statement and hears nothing for so long. */
const ending = ({ quarter }: Deadline) =>
	`SET LOCAL lock_timeout = ${Math.min(quarter, LOCK_TIMEOUT)}; SET LOCAL statement_timeout = ${quarter}; SET LOCAL idle_in_transaction_session_timeout = ${quarter}`;

/** Milliseconds that a statement waits for a lock. */
const LOCK_TIMEOUT = 15_000;

const SESSION = `SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'iso_8601'; SET bytea_output = 'hex';
	SET extra_float_digits = 1; SET idle_in_transaction_session_timeout = 0; SET standard_conforming_strings = on; SET client_encoding = 'UTF8'`;

/**
 * What a connection answers, by a callback. Of the promises that node-postgres makes by itself each keeps what the one
 * before it brought from being thrown away with the garbage of the moment: all rows would reach the old part of the heap.
 */
async function answerOf(
	client: PoolClient,
	statement: QueryArrayConfig<SqlValue[]> | string,
): Promise<QueryArrayResult<unknown[]>> {
	return await new Promise((resolve, reject) => {
		const done = (error: Error | null | undefined, result: unknown) =>
			error ? reject(explain(error)) : resolve(result as QueryArrayResult<unknown[]>);
		if (typeof statement === 'string') client.query(statement, done);
		else client.query(statement, done);
	});
}

async function asked<T>(answer: Promise<T>): Promise<T> {
	try {
		return await answer;
	} catch (error) {
		throw explain(error);
	}
}

/** Arrays of types that users made (enumerations, domains); their elements come as their base type. */
const USER_ARRAYS = sql<UserArray>`
	SELECT t.oid AS array, CASE WHEN e.typtype = 'd' THEN e.typbasetype ELSE e.oid END AS element
	FROM pg_catalog.pg_type t JOIN pg_catalog.pg_type e ON e.oid = t.typelem
	WHERE t.typcategory = 'A' AND e.typtype IN ('e', 'd')`;

/** Connects to a Postgres server. */
export async function openPostgres(config: ServerConfig, options: OpenOptions): Promise<Database> {
	const types = typesOf(options.values);
	const session = `${SESSION}; SET lock_timeout = ${options.lockTimeout ?? LOCK_TIMEOUT}`;
	const pool = new Pool({
		host: config.through?.host ?? config.host,
		port: config.through?.port ?? config.port,
		database: config.database,
		user: config.user,
		password: config.password,
		ssl: config.tls ?? false,
		max: config.connections ?? 4,
		connectionTimeoutMillis: config.connectTimeout ?? 10_000,
		keepAlive: true,
		allowExitOnIdle: true,
		application_name: 'n8n one-way sync',
		types: types.config,
		onConnect: async (client) => {
			client.on('error', () => undefined); // lost while nothing was asked: the next statement finds out
			await client.query(session);
		},
	} satisfies PoolConfig & { onConnect(client: PoolClient): Promise<void> });
	pool.on('error', () => undefined);
	const database = new PostgresDatabase(pool, options.readOnly, types.config);
	try {
		types.add(await database.all(USER_ARRAYS));
		return database;
	} catch (error) {
		await pool.end();
		throw error;
	}
}
