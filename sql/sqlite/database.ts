/** A SQLite file as a {@link Database}: one worker thread, one writer at a time. */
import { sql, type RawBuilder } from 'kysely';

import { unlessAborted } from '../abort';
import { Deadline } from '../deadline';
import { Mutex } from '../mutex';
import { rowMaker } from '../rows';
import {
	SqlError,
	type Column,
	type Database,
	type Dialect,
	type FileConfig,
	type Folding,
	type OpenOptions,
	type Snapshot,
	type Sql,
	type SqlValue,
} from '../types';
import { SqliteClient } from './client';
import { compile, sqliteDialect } from './dialect';
import { foldsTable, type Order, type Rows } from './messages';

/** How many times a lock is asked for; the thread waits for it each time. */
const BUSY_TRIES = 3;

/** Statements as orders to the worker, through `send`. */
class SqliteSql implements Sql {
	readonly dialect: Dialect = sqliteDialect;

	constructor(private readonly send: (order: Order) => Promise<Rows | number | null>) {}

	async all<Row>(statement: RawBuilder<Row>): Promise<Row[]> {
		return rowsOf<Row>((await this.send({ do: 'all', ...compile(statement) })) as Rows);
	}

	async run(statement: RawBuilder<unknown>): Promise<number> {
		return (await this.send({ do: 'run', ...compile(statement) })) as number;
	}

	async insert(
		into: RawBuilder<unknown>,
		columns: readonly Column[],
		rows: readonly SqlValue[][],
		onConflict?: RawBuilder<unknown>,
	): Promise<number> {
		if (rows.length === 0) return 0;
		const names = sql.join(columns.map(({ name }) => sql.id(name)));
		const marks = sql.join(columns.map(() => sql.raw('?')));
		const { text } = compile(sql`INSERT INTO ${into} (${names}) VALUES (${marks}) ${onConflict ?? sql``}`);
		return (await this.send({ do: 'many', text, rows })) as number;
	}
}

function rowsOf<Row>({ columns, rows }: Rows): Row[] {
	return rows.map(rowMaker(columns)) as Row[];
}

/** A connection of its own in the worker, in a read-only transaction; only a database in memory has but one. */
class SqliteSnapshot extends SqliteSql implements Snapshot {
	private streams = 0;

	constructor(
		private readonly client: SqliteClient,
		private readonly snapshot: number,
		private readonly signal: AbortSignal | undefined,
	) {
		super((order) =>
			unlessAborted(
				client.send(order.do === 'all' || order.do === 'run' ? { ...order, snapshot } : order),
				signal,
			),
		);
	}

	async *stream<Row>(statement: RawBuilder<Row>, pageSize: number): AsyncIterable<Row[]> {
		const { client, snapshot, signal } = this;
		const stream = ++this.streams;
		signal?.throwIfAborted();
		await client.send({ do: 'open', snapshot, stream, ...compile(statement) });
		const next = () => client.send({ do: 'page', snapshot, stream, size: pageSize });
		let coming: Promise<Rows> | undefined = next();
		try {
			while (coming) {
				const page: Rows = await coming;
				signal?.throwIfAborted();
				coming = page.more ? next() : undefined;
				if (page.rows.length > 0) yield rowsOf<Row>(page);
				signal?.throwIfAborted();
			}
		} finally {
			coming?.catch(() => undefined);
			await client.send({ do: 'leave', snapshot, stream }).catch(() => undefined);
		}
	}

	async folds(from: RawBuilder<unknown>, { key, columns, bits }: Folding): Promise<RawBuilder<unknown>> {
		const { text, values } = compile(
			sql`SELECT ${sql.join([...key, ...columns].map(({ value }) => value))} FROM ${from} AS t`,
		);
		const order: Order = { do: 'fold', snapshot: this.snapshot, text, values, keys: key.length, bits };
		await unlessAborted(this.client.send(order), this.signal);
		return sql.id('temp', foldsTable(this.snapshot));
	}

	async close(): Promise<void> {
		await this.client.send({ do: 'end', snapshot: this.snapshot }).catch(() => undefined);
	}
}

export class SqliteDatabase extends SqliteSql implements Database {
	private readonly client: SqliteClient;
	private readonly mutex: Mutex;
	private readonly readOnly: boolean;
	private snapshots = 0;

	constructor(config: FileConfig, options: OpenOptions) {
		const busyTimeout = Math.ceil((options.lockTimeout ?? 15_000) / BUSY_TRIES);
		const client = new SqliteClient({
			file: config.file,
			readOnly: options.readOnly,
			mustExist: options.mustExist ?? false,
			values: options.values,
			busyTimeout,
		});
		const mutex = new Mutex();
		// A statement outside of a transaction waits for the one that is open: both have the same connection.
		super((order) => mutex.run(() => patiently(() => client.send(order))));
		this.client = client;
		this.mutex = mutex;
		this.readOnly = options.readOnly;
	}

	async transaction<T>(work: (tx: Sql) => Promise<T>, limits?: { within: number }): Promise<T> {
		const deadline = limits && new Deadline(limits.within);
		const tx = new SqliteSql(async (order) => {
			deadline?.check();
			return await this.client.send(order);
		});
		const done = this.mutex.run(() => this.inOne(() => work(tx), deadline));
		// A thread cannot be stopped in the middle of a statement; but without COMMIT nothing of it is kept.
		return await (deadline ? deadline.cut(done, () => undefined) : done);
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
		const snapshot = ++this.snapshots;
		await patiently(() => this.client.send({ do: 'begin', snapshot }));
		return new SqliteSnapshot(this.client, snapshot, signal);
	}

	/** Waits for what is under way, then ends the thread. */
	close(): Promise<void> {
		return this.mutex.run(() => this.client.close());
	}

	/** Runs `work` between BEGIN and COMMIT; the mutex is held. */
	private async inOne<T>(work: () => Promise<T>, deadline: Deadline | undefined): Promise<T> {
		const say = async (text: string) => await this.client.send({ do: 'run', text, values: [] });
		const inTime = async (text: string) => {
			deadline?.check();
			return await say(text);
		};
		await patiently(() => inTime(this.readOnly ? 'BEGIN' : 'BEGIN IMMEDIATE'));
		try {
			const result = await work();
			await patiently(() => inTime('COMMIT'));
			return result;
		} catch (error) {
			// Some errors (a full disk) have already rolled back; then there is nothing left to roll back.
			await say('ROLLBACK').catch(() => undefined);
			throw error;
		}
	}
}

async function patiently<T>(ask: () => Promise<T>): Promise<T> {
	for (let tries = 1; ; tries++) {
		try {
			return await ask();
		} catch (error) {
			if (tries >= BUSY_TRIES || !(error instanceof SqlError) || error.kind !== 'busy') throw error;
		}
	}
}

/** Opens the file, and makes it (mode 0600) where it may be written and is not there. */
export async function openSqlite(config: FileConfig, options: OpenOptions): Promise<Database> {
	const database = new SqliteDatabase(config, options);
	try {
		await database.all(sql`SELECT count(*) AS tables FROM sqlite_schema`);
		return database;
	} catch (error) {
		await database.close();
		throw error;
	}
}
