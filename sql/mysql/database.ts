/** A MySQL or MariaDB server as a {@link Database}: a pool of connections, prepared statements throughout. */
import { sql, type RawBuilder } from 'kysely';
import {
	createPool,
	type FieldPacket,
	type Pool,
	type PoolConnection,
	type QueryError,
	type ResultSetHeader,
	type SslOptions,
} from 'mysql2';

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
	type TlsOptions,
	type ValueForm,
} from '../types';
import { compile, mysqlDialect } from './dialect';
import { explain } from './explain';
import { bound, shownBy } from './values';

interface Result {
	rows: unknown[][];
	fields: FieldPacket[];
	changed: number;
}

type Ask = (text: string, values: SqlValue[]) => Promise<Result>;

/** Statements through `ask`: the pool, or one connection in a transaction. */
class MysqlSql implements Sql {
	readonly dialect: Dialect = mysqlDialect;

	constructor(
		private readonly ask: Ask,
		protected readonly form: ValueForm,
	) {}

	async all<Row>(statement: RawBuilder<Row>): Promise<Row[]> {
		const { text, values } = compile(statement);
		const { rows, fields } = await this.ask(text, values);
		const made = rowMaker(fields.map(({ name }) => name));
		const shown = shownBy(this.form, fields);
		return rows.map((row) => made(shown(row)) as Row);
	}

	async run(statement: RawBuilder<unknown>): Promise<number> {
		const { text, values } = compile(statement);
		return (await this.ask(text, values)).changed;
	}

	async insert(
		into: RawBuilder<unknown>,
		columns: readonly Column[],
		rows: readonly SqlValue[][],
		onConflict?: RawBuilder<unknown>,
	): Promise<number> {
		const names = sql.join(columns.map(({ name }) => sql.id(name)));
		const most = Math.max(1, Math.min(1000, Math.floor((MAX_BOUND - 100) / columns.length)));
		let changed = 0;
		for (let from = 0; from < rows.length; from += most) {
			const lists = rows.slice(from, from + most).map((row) => sql`(${sql.join(row)})`);
			changed += await this.run(
				sql`INSERT INTO ${into} (${names}) VALUES ${sql.join(lists)} ${onConflict ?? sql``}`,
			);
		}
		return changed;
	}
}

const MAX_BOUND = mysqlDialect.maxBound;

/** One connection in a read-only transaction. */
class MysqlSnapshot extends MysqlSql implements Snapshot {
	/** A statement is under way, or has failed. */
	private busy = false;

	constructor(
		private readonly connection: PoolConnection,
		form: ValueForm,
		private readonly signal: AbortSignal | undefined,
		private readonly kill: () => void,
	) {
		super(async (text, values) => {
			this.busy = true;
			const answer = await unlessAborted(asked(connection, text, values), signal);
			this.busy = false;
			return answer;
		}, form);
	}

	folds(from: RawBuilder<unknown>, folding: Folding): Promise<RawBuilder<unknown>> {
		return Promise.resolve(foldsBySql(this.dialect.marks, from, folding));
	}

	async *stream<Row>(statement: RawBuilder<Row>, pageSize: number): AsyncIterable<Row[]> {
		const { signal } = this;
		signal?.throwIfAborted();
		const { text, values } = compile(statement);
		this.busy = true;
		let show: ((row: unknown[]) => unknown[]) | undefined;
		let made: ReturnType<typeof rowMaker> | undefined;
		const query = this.connection.execute({ sql: text, values: values.map(bound), rowsAsArray: true });
		query.on('fields', (fields: FieldPacket[]) => {
			made = rowMaker(fields.map(({ name }) => name));
			show = shownBy(this.form, fields);
		});
		const rows = query.stream({ highWaterMark: pageSize });
		try {
			let page: Row[] = [];
			for await (const row of rows) {
				page.push(made!(show!(row as unknown[])) as Row);
				if (page.length < pageSize) continue;
				signal?.throwIfAborted();
				yield page;
				signal?.throwIfAborted();
				page = [];
			}
			signal?.throwIfAborted();
			if (page.length > 0) yield page;
		} catch (error) {
			throw signal?.aborted ? error : explain(error);
		}
		this.busy = false;
	}

	/** Left early, aborted or failed: rows may still be on their way, so the connection is dropped. */
	async close(): Promise<void> {
		if (this.busy) return this.kill();
		await say(this.connection, 'COMMIT').then(
			() => this.connection.release(),
			() => this.connection.destroy(),
		);
	}
}

export class MysqlDatabase extends MysqlSql implements Database {
	constructor(
		private readonly pool: Pool,
		private readonly readOnly: boolean,
		form: ValueForm,
	) {
		super(async (text, values) => {
			const connection = await connected(pool);
			try {
				return await asked(connection, text, values);
			} finally {
				connection.release();
			}
		}, form);
	}

	/** Whatever is asked of a read-only database is asked in a read-only transaction. */
	override async all<Row>(statement: RawBuilder<Row>): Promise<Row[]> {
		return this.readOnly ? await this.transaction((tx) => tx.all(statement)) : await super.all(statement);
	}

	async transaction<T>(work: (tx: Sql) => Promise<T>, limits?: { within: number }): Promise<T> {
		const deadline = limits && new Deadline(limits.within);
		let connection: PoolConnection | undefined;
		const done = (async () => {
			connection = await connected(this.pool);
			return await this.on(connection, work, deadline);
		})();
		return await (deadline ? deadline.cut(done, () => connection && this.kill(connection)) : done);
	}

	private async on<T>(
		connection: PoolConnection,
		work: (tx: Sql) => Promise<T>,
		deadline: Deadline | undefined,
	): Promise<T> {
		let broken = true;
		try {
			if (deadline) await say(connection, ending(deadline));
			await say(connection, this.readOnly ? READ_ONLY : 'START TRANSACTION');
			const ask: Ask = async (text, values) => {
				deadline?.check();
				return await asked(connection, text, values);
			};
			const result = await work(new MysqlSql(ask, this.form));
			deadline?.check();
			await say(connection, 'COMMIT');
			broken = false;
			return result;
		} catch (error) {
			broken = await say(connection, 'ROLLBACK').then(
				() => false,
				() => true,
			);
			throw error;
		} finally {
			if (!broken && deadline)
				broken = await say(connection, ENDLESS).then(
					() => false,
					() => true,
				);
			if (broken) connection.destroy();
			else connection.release();
		}
	}

	/** A statement goes on when its client is gone; the server is told to end it, if it can be reached. */
	private kill(connection: PoolConnection): void {
		const { threadId } = connection;
		connection.destroy();
		this.pool.query(`KILL CONNECTION ${Number(threadId)}`, () => undefined);
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
		const connection = await connected(this.pool);
		try {
			await say(connection, READ_ONLY);
			return new MysqlSnapshot(connection, this.form, signal, () => this.kill(connection));
		} catch (error) {
			connection.destroy();
			throw error;
		}
	}

	close(): Promise<void> {
		return new Promise((resolve) => this.pool.end(() => resolve()));
	}
}

const READ_ONLY = 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY';

/**
 * For the length of the transaction: waits for a lock, works on one statement (MariaDB alone can say so for one that
 * writes) and hears nothing for so long. Whole seconds, except for a statement.
 */
function ending({ quarter }: Deadline): string {
	const seconds = Math.max(1, Math.floor(quarter / 1000));
	const lock = Math.min(seconds, LOCK_TIMEOUT / 1000);
	return `SET wait_timeout = ${seconds}, innodb_lock_wait_timeout = ${lock}, lock_wait_timeout = ${lock} /*M!100101 , max_statement_time = ${quarter / 1000} */`;
}

/** Milliseconds that a statement waits for a lock. */
const LOCK_TIMEOUT = 15_000;

/** After it: as the server has it for everybody. Locks are waited for as long as before at most. */
const ENDLESS = 'SET wait_timeout = DEFAULT /*M!100101 , max_statement_time = DEFAULT */';

const READ_SESSION = [
	"SET time_zone = '+00:00', sql_mode = 'NO_ENGINE_SUBSTITUTION'",
	'SET SESSION TRANSACTION READ ONLY',
	'SET net_write_timeout = 600', // a reader that takes its time is not cut off
];
const WRITE_SESSION = [
	"SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
];

function connected(pool: Pool): Promise<PoolConnection> {
	return new Promise((resolve, reject) =>
		pool.getConnection((error, connection) => (error ? reject(explain(error)) : resolve(connection))),
	);
}

function asked(connection: PoolConnection, text: string, values: SqlValue[]): Promise<Result> {
	return new Promise((resolve, reject) => {
		const done = (error: QueryError | null, result: unknown, fields: FieldPacket[]) => {
			if (error) reject(explain(error));
			else if (Array.isArray(result)) resolve({ rows: result as unknown[][], fields, changed: result.length });
			else resolve({ rows: [], fields: [], changed: (result as ResultSetHeader).affectedRows });
		};
		// Not all statements can be prepared (SAVEPOINT in MySQL); what changes rows and binds nothing need not be.
		if (values.length === 0 && !/^\s*(SELECT|WITH|SHOW|\()/i.test(text))
			connection.query({ sql: text, rowsAsArray: true }, done as never);
		else connection.execute({ sql: text, values: values.map(bound), rowsAsArray: true }, done as never);
	});
}

/** Statements that cannot be prepared, or need not be. */
function say(connection: PoolConnection, text: string): Promise<void> {
	return new Promise((resolve, reject) =>
		connection.query(text, (error) => (error ? reject(explain(error)) : resolve())),
	);
}

/**
 * Certificates are checked, and the server's name in them too: but not where the user brought an authority of their own
 * (its servers' certificates seldom bear the name), nor behind a tunnel, whose end mysql2 knows no name for.
 */
function sslOf({ through }: ServerConfig, { servername: _, ...tls }: TlsOptions): SslOptions {
	return { ...tls, verifyIdentity: tls.rejectUnauthorized && tls.ca === undefined && through === undefined };
}

/** Connects to a MySQL or MariaDB server. */
export async function openMysql(config: ServerConfig, options: OpenOptions): Promise<Database> {
	const pool = createPool({
		host: config.through?.host ?? config.host,
		port: config.through?.port ?? config.port,
		database: config.database,
		user: config.user,
		password: config.password,
		...(config.tls && { ssl: sslOf(config, config.tls) }),
		connectionLimit: config.connections ?? 4,
		connectTimeout: config.connectTimeout ?? 10_000,
		charset: 'utf8mb4',
		timezone: 'Z',
		dateStrings: true,
		supportBigNumbers: true,
		bigNumberStrings: true,
		jsonStrings: true,
		disableEval: true, // the generated parser chokes on a column called __proto__
		stringifyObjects: true,
		maxPreparedStatements: 50,
		flags: ['-LOCAL_FILES'], // the server may not ask for this machine's files
	});
	const seconds = Math.ceil((options.lockTimeout ?? LOCK_TIMEOUT) / 1000);
	const session = [
		`SET innodb_lock_wait_timeout = ${seconds}, lock_wait_timeout = ${seconds}`,
		...(options.readOnly ? READ_SESSION : WRITE_SESSION),
	];
	// Comes before the connection's first statement: each connection answers in order.
	pool.on('connection', (connection) => {
		connection.on('error', () => undefined); // lost while nothing was asked: the next statement finds out
		for (const statement of session) connection.query(statement, (error) => error && connection.destroy());
	});
	const database = new MysqlDatabase(pool, options.readOnly, options.values);
	try {
		await database.all(sql`SELECT 1 AS one`);
		return database;
	} catch (error) {
		await database.close();
		throw error;
	}
}
