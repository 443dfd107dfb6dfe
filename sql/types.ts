/**
 * What a SQL database is to the rest of the house. One folder per dialect (`postgres/`, `mysql/`, `sqlite/`) of the
 * same shape implements it; the ledger and `connectors/database` both stand on it.
 *
 * Statements are built with kysely's `sql` tag, so that values are always bound and names always quoted; the dialect
 * compiles and runs them. Nothing here builds SQL text from values.
 */
import type { RawBuilder } from 'kysely';

/** What can be bound. `bigint` and `Uint8Array` only travel downwards: see {@link ValueForm} for what comes back. */
export type SqlValue = null | boolean | number | bigint | string | Uint8Array;

export type DialectName = 'postgres' | 'mysql' | 'sqlite';

/**
 * How column values come back.
 * - `plain`: as the ledger wants them: 64-bit integers as numbers, text as text.
 * - `exact`: as JSON values that lose nothing and look alike in every dialect (`sql/exact.ts` has the rules): a number
 *   where a double holds it exactly, else its decimal text; times with a zone as ISO in UTC, without one as ISO
 *   without `Z`; bytes as `base64:…`; JSON columns parsed.
 */
export type ValueForm = 'plain' | 'exact';

/** Server certificates are checked unless the user's own credential says otherwise. */
export interface TlsOptions {
	ca?: string;
	cert?: string;
	key?: string;
	servername?: string;
	rejectUnauthorized: boolean;
}

export interface ServerConfig {
	dialect: 'postgres' | 'mysql';
	host: string;
	port: number;
	/** Where to connect instead, when host and port are reached by a tunnel: they stay what the server is called. */
	through?: { host: string; port: number };
	database: string;
	user: string;
	password: string;
	tls?: TlsOptions;
	/** Most connections at once; default 4. */
	connections?: number;
	/** Milliseconds to wait for a connection; default 10,000. */
	connectTimeout?: number;
}

export interface FileConfig {
	dialect: 'sqlite';
	file: string;
}

export type DatabaseConfig = ServerConfig | FileConfig;

export interface OpenOptions {
	/** The session itself refuses to write: `READ ONLY` transactions, a file opened read-only. */
	readOnly: boolean;
	values: ValueForm;
	/** A file that is not there is an error, not made. A file opened read-only is never made. */
	mustExist?: boolean;
	/** Milliseconds to wait for a lock before a statement fails as `busy`; default 15,000. */
	lockTimeout?: number;
}

/** Something statements can be sent to: a database, or a transaction in it. */
export interface Sql {
	readonly dialect: Dialect;
	/** The rows that the statement gives. */
	all<Row>(statement: RawBuilder<Row>): Promise<Row[]>;
	/** Runs the statement; how many rows it changed. */
	run(statement: RawBuilder<unknown>): Promise<number>;
	/**
	 * Inserts rows by the dialect's fastest way (`unnest`, multi-row `VALUES`, one prepared statement).
	 * `onConflict` is appended as it is. How many rows were inserted or changed.
	 */
	insert(
		into: RawBuilder<unknown>,
		columns: readonly Column[],
		rows: readonly SqlValue[][],
		onConflict?: RawBuilder<unknown>,
	): Promise<number>;
}

export interface Database extends Sql {
	/**
	 * Runs `work` in one transaction (`BEGIN IMMEDIATE` on SQLite), committed when it resolves and rolled back when it
	 * throws. A read-only database opens it read-only, in one snapshot. After `within` milliseconds nothing of it can be
	 * kept any more (`sql/deadline.ts` says how): it throws SqlError `busy` or `unreachable` before.
	 */
	transaction<T>(work: (tx: Sql) => Promise<T>, limits?: { within: number }): Promise<T>;
	/**
	 * Streams a query in pages through a server-side cursor, in one read-only snapshot, without holding more than two
	 * pages. Leaving the loop early, or aborting `signal`, closes the cursor and frees the connection.
	 */
	stream<Row>(statement: RawBuilder<Row>, pageSize: number, signal?: AbortSignal): AsyncIterable<Row[]>;
	/** Opens a read-only transaction in which several statements, one after the other, see the same rows. */
	snapshot(signal?: AbortSignal): Promise<Snapshot>;
	close(): Promise<void>;
}

/** A read-only transaction; its statements end when the signal it was opened with aborts. */
export interface Snapshot extends Sql {
	/** As that of the database. */
	stream<Row>(statement: RawBuilder<Row>, pageSize: number): AsyncIterable<Row[]>;
	/**
	 * The rows of `from`, which is called `t` in what is given, folded per place, every row looked at once: a relation with
	 * `place`, `count` and `fold` (as {@link Marks.fold} makes it, or the worker that reads the file), for the statements of
	 * this snapshot until it is asked again.
	 */
	folds(from: RawBuilder<unknown>, folding: Folding): Promise<RawBuilder<unknown>>;
	/** Ends it, and frees the connection; drops it where a statement is still under way or has failed. */
	close(): Promise<void>;
}

/** A named, typed column of bound rows. `text`, `integer` (64 bit), `real`, `boolean`, `bytes`, or any type name of the dialect. */
export interface Column {
	name: string;
	type: string;
}

/** A value that goes into a row mark: a column, and its type as the database calls it; without one, what it may be is open. */
export interface Marked {
	value: RawBuilder<unknown>;
	type?: string;
}

/** How rows are folded per place. */
export interface Folding {
	/** What a row's slot is made of. */
	key: readonly Marked[];
	/** What a row's mark is made of. */
	columns: readonly Marked[];
	/** The lowest bits of a slot, which tell slots of one place apart. */
	bits: number;
}

/**
 * Row marks: hashes that the database makes itself, so that rows need not be read to be compared. Typed, so that NULL, an
 * empty text and the borders between columns show; the same for the same stored values, whatever the session's settings
 * and the columns' collations are. Opaque, and comparable only under one `version`: another mark says that the row has to
 * be read, never that it has changed.
 */
export interface Marks {
	/** Names the dialect and how it marks. */
	readonly version: string;
	/** A row's mark over these columns, in the database's own form; see `shown`. */
	mark(columns: readonly Marked[]): RawBuilder<unknown>;
	/** A mark as text, for those who keep it. */
	shown(mark: RawBuilder<unknown>): RawBuilder<string>;
	/**
	 * An aggregate over marks, as text: the same for the same rows in any order. Counts nothing: `count(*)` goes beside it.
	 * It names its mark more than once: give it the column of a subquery that ends in `once`. With `over` (an OVER clause)
	 * it is made over a window.
	 */
	fold(mark: RawBuilder<unknown>, over?: RawBuilder<unknown>): RawBuilder<string>;
	/** What the transaction sets before it folds a whole table. */
	readonly settings: readonly RawBuilder<unknown>[];
	/** Stands at the end of a subquery so that the marks in it are made once per row; empty where that would cost more. */
	readonly once: RawBuilder<unknown>;
	/** A whole number from 0 to 2³¹ − 1 that these columns choose, spread evenly: where a key has its place. */
	slot(key: readonly Marked[]): RawBuilder<number>;
}

/** What differs between databases, as named capabilities; no code elsewhere asks for a dialect by name. */
export interface Dialect {
	readonly name: DialectName;
	/** The most values one statement may bind. */
	readonly maxBound: number;
	/** Whether INSERT and UPDATE can hand back rows (`RETURNING`). */
	readonly returning: 'insert and update' | 'insert' | 'none';
	/** The database's clock: milliseconds since 1970-01-01 UTC, as an integer expression. */
	readonly now: RawBuilder<number>;
	/** Bound rows as a relation named `alias` with the given columns, to be put after FROM or JOIN. */
	values(alias: string, columns: readonly Column[], rows: readonly SqlValue[][]): RawBuilder<unknown>;
	/** A table's name, quoted; `schema` where the dialect has schemas (a MySQL schema is a database). */
	table(name: string, schema?: string): RawBuilder<unknown>;
	/** A column's or alias's name, quoted whole (a dot in it is part of the name). */
	quoted(name: string): RawBuilder<unknown>;
	/** Row marks by the database's own SQL. */
	readonly marks: Marks;
	/** Puts a driver's error into the house's words; never holds a value of `password` or a key. */
	explain(error: unknown): SqlError;
}

export type SqlErrorKind =
	| 'unreachable' // no connection, lost connection, server shutting down, file not there
	| 'refused' // wrong password, no right
	| 'busy' // lock not had in time, deadlock, serialization: worth another try at once
	| 'full' // disk or quota
	| 'no table'
	| 'no column'
	| 'wrong type' // a value that the column's type cannot hold (also too long, out of range)
	| 'empty' // NOT NULL
	| 'unique'
	| 'reference' // foreign key
	| 'check' // CHECK constraint, trigger that raises
	| 'syntax'
	| 'other';

/** A database's error in the house's words. `message` is the driver's own, without secrets. */
export class SqlError extends Error {
	constructor(
		readonly kind: SqlErrorKind,
		message: string,
		/** What the database said about where: */
		readonly at: { table?: string; column?: string; constraint?: string } = {},
		options?: ErrorOptions,
	) {
		super(message, options);
		this.name = 'SqlError';
	}
}
