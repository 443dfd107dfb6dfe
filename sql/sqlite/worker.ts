/**
 * The thread in which one SQLite file is open. It answers requests one after the other; nothing here decides anything.
 * It runs as a plain file beside `client.js` and imports only what has no dependencies.
 */
import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

import { exactBytes, exactDouble, exactInteger, exactJson } from '../exact';
import type { SqlValue } from '../types';
import { foldRows } from './folds';
import { mark, slot } from './mark';
import {
	foldsTable,
	type Answer,
	type Order,
	type Request,
	type Rows,
	type SqliteFault,
	type WorkerOptions,
} from './messages';

const KEPT_STATEMENTS = 200;

const { file, readOnly, mustExist, values: form, busyTimeout } = workerData as WorkerOptions;
const exact = form === 'exact';
const inMemory = file === ':memory:' || file === '';

let database: DatabaseSync | undefined;
const statements = new Map<string, StatementSync>();
const snapshots = new Map<number, Snapshot>();

/** Reads through a connection of its own, in its own transaction; only a database in memory has to share. */
interface Snapshot {
	connection: DatabaseSync | undefined;
	streams: Map<number, Stream>;
}

interface Stream {
	columns: Column[];
	rows: Iterator<unknown>;
}

interface Column {
	name: string;
	json: boolean;
}

function connect(readOnlyConnection: boolean): DatabaseSync {
	if (!inMemory && !readOnlyConnection && (mustExist ? !statSync(file).isFile() : !existsSync(file))) {
		closeSync(openSync(file, 'a', 0o600)); // SQLite gives its -wal and -shm files the mode of this one
		chmodSync(file, 0o600);
	}
	const connection = new DatabaseSync(file, {
		readOnly: readOnlyConnection,
		enableForeignKeyConstraints: true,
		timeout: busyTimeout,
	});
	const options = { deterministic: true, useBigIntArguments: true, varargs: true };
	connection.function('one_way_mark', options, mark);
	connection.function('one_way_slot', options, slot);
	if (!readOnlyConnection && !inMemory) {
		connection.exec('PRAGMA journal_mode = WAL');
		connection.exec('PRAGMA synchronous = NORMAL');
	}
	return connection;
}

function main(): DatabaseSync {
	return (database ??= connect(readOnly));
}

/** A prepared statement, kept for the next time; the least recently used one goes. */
function prepared(text: string): StatementSync {
	let statement = statements.get(text);
	if (statement) statements.delete(text);
	else statement = prepare(main(), text);
	statements.set(text, statement);
	if (statements.size > KEPT_STATEMENTS) statements.delete(statements.keys().next().value!);
	return statement;
}

function prepare(connection: DatabaseSync, text: string): StatementSync {
	const statement = connection.prepare(text);
	statement.setReturnArrays(true);
	if (exact) statement.setReadBigInts(true);
	return statement;
}

/** Whole numbers are bound as integers: node:sqlite would bind every number as REAL. */
function bound(value: SqlValue): SQLInputValue {
	if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
	if (typeof value === 'boolean') return value ? 1n : 0n;
	return value;
}

function columnsOf(statement: StatementSync): Column[] {
	return statement.columns().map(({ name, type }) => ({ name, json: /^jsonb?$/i.test(type ?? '') }));
}

function shown(columns: Column[], row: unknown): unknown[] {
	const list = row as unknown[];
	if (!exact) return list;
	return list.map((value, i) => {
		if (typeof value === 'bigint') return exactInteger(value);
		if (typeof value === 'number') return exactDouble(value);
		if (typeof value === 'string') return columns[i]!.json ? exactJson(value) : value;
		return value instanceof Uint8Array ? exactBytes(value) : value;
	});
}

const names = (columns: Column[]) => columns.map(({ name }) => name);

/** The statement on the main connection, or on that of a snapshot. */
function statementOf(text: string, snapshot: number | undefined): StatementSync {
	const connection = snapshot === undefined ? undefined : snapshots.get(snapshot)?.connection;
	return connection ? prepare(connection, text) : prepared(text);
}

function all(text: string, values: SqlValue[], snapshot: number | undefined): Rows {
	const statement = statementOf(text, snapshot);
	const rows = statement.all(...values.map(bound)) as unknown as unknown[][];
	const columns = columnsOf(statement);
	return { columns: names(columns), rows: exact ? rows.map((row) => shown(columns, row)) : rows };
}

function many(text: string, rows: readonly SqlValue[][]): number {
	const statement = prepared(text);
	let changes = 0;
	main().exec('SAVEPOINT many');
	try {
		for (const row of rows) changes += Number(statement.run(...row.map(bound)).changes);
		main().exec('RELEASE many');
		return changes;
	} catch (error) {
		// After some errors (a full disk) SQLite has rolled everything back by itself.
		if (main().isTransaction) main().exec('ROLLBACK TO many; RELEASE many');
		throw error;
	}
}

function begin(number: number): null {
	const connection = inMemory ? undefined : connect(true);
	try {
		connection?.exec('BEGIN');
	} catch (error) {
		connection?.close();
		throw error;
	}
	snapshots.set(number, { connection, streams: new Map() });
	return null;
}

function end(number: number): null {
	const snapshot = snapshots.get(number);
	for (const stream of snapshot?.streams.keys() ?? []) leave(number, stream);
	snapshots.delete(number);
	snapshot?.connection?.close();
	return null;
}

function openStream(number: number, stream: number, text: string, values: SqlValue[]): null {
	const { connection, streams } = snapshots.get(number)!;
	const statement = prepare(connection ?? main(), text);
	const rows = statement.iterate(...values.map(bound)) as unknown as Iterator<unknown>;
	streams.set(stream, { columns: columnsOf(statement), rows });
	return null;
}

function page(number: number, name: number, size: number): Rows {
	const stream = snapshots.get(number)?.streams.get(name);
	if (!stream) return { columns: [], rows: [], more: false };
	const rows: unknown[][] = [];
	let more = true;
	while (more && rows.length < size) {
		const next = stream.rows.next();
		if (next.done) more = false;
		else rows.push(shown(stream.columns, next.value));
	}
	if (!more) leave(number, name);
	return { columns: names(stream.columns), rows, more };
}

function leave(number: number, name: number): null {
	const streams = snapshots.get(number)?.streams;
	streams?.get(name)?.rows.return?.();
	streams?.delete(name);
	return null;
}

function close(): null {
	for (const number of [...snapshots.keys()]) end(number);
	statements.clear();
	database?.close();
	database = undefined;
	return null;
}

function obey(order: Order): Rows | number | null {
	switch (order.do) {
		case 'all':
			return all(order.text, order.values, order.snapshot);
		case 'run':
			return Number(statementOf(order.text, order.snapshot).run(...order.values.map(bound)).changes);
		case 'many':
			return many(order.text, order.rows);
		case 'fold':
			foldRows(snapshots.get(order.snapshot)?.connection ?? main(), order.text, order.values.map(bound), {
				...order,
				table: foldsTable(order.snapshot),
			});
			return null;
		case 'begin':
			return begin(order.snapshot);
		case 'end':
			return end(order.snapshot);
		case 'open':
			return openStream(order.snapshot, order.stream, order.text, order.values);
		case 'page':
			return page(order.snapshot, order.stream, order.size);
		case 'leave':
			return leave(order.snapshot, order.stream);
		case 'close':
			return close();
	}
}

function fault(error: unknown): SqliteFault {
	const { message = String(error), errcode = 0, code } = error as Partial<SqliteFault>;
	return { message, errcode, code };
}

parentPort!.on('message', ({ id, order }: Request) => {
	let answer: Answer;
	try {
		answer = { id, ok: true, result: obey(order) };
	} catch (error) {
		answer = { id, ok: false, error: fault(error) };
	}
	parentPort!.postMessage(answer);
	if (order.do === 'close') parentPort!.close();
});
