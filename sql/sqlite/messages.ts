/** What the calling side and the SQLite worker say to each other. Every request has a number and gets one answer. */
import type { SqlValue, ValueForm } from '../types';

export interface WorkerOptions {
	file: string;
	readOnly: boolean;
	mustExist: boolean;
	values: ValueForm;
	/** Milliseconds to wait for a lock. */
	busyTimeout: number;
}

export type Order =
	/** In a snapshot, where one is named. */
	| { do: 'all'; text: string; values: SqlValue[]; snapshot?: number }
	| { do: 'run'; text: string; values: SqlValue[]; snapshot?: number }
	/** One prepared statement, run once per row, all or none. Answers with how many rows changed. */
	| { do: 'many'; text: string; rows: readonly SqlValue[][] }
	/** Folds the rows per place into {@link foldsTable}; a row is its key's values first, then what is marked. Answers with null. */
	| { do: 'fold'; text: string; values: SqlValue[]; snapshot: number; keys: number; bits: number }
	| { do: 'begin'; snapshot: number }
	| { do: 'end'; snapshot: number }
	| { do: 'open'; snapshot: number; stream: number; text: string; values: SqlValue[] }
	| { do: 'page'; snapshot: number; stream: number; size: number }
	| { do: 'leave'; snapshot: number; stream: number }
	| { do: 'close' };

/** The temporary table that a snapshot's folds stand in: `place`, `count`, `fold`. Snapshots in memory share a connection. */
export function foldsTable(snapshot: number): string {
	return `one_way_sync_folds_${snapshot}`;
}

export interface Request {
	id: number;
	order: Order;
}

/** Rows travel as lists, the columns' names once. */
export interface Rows {
	columns: string[];
	rows: unknown[][];
	/** On a page: whether more may follow. */
	more?: boolean;
}

export type Answer =
	{ id: number; ok: true; result: Rows | number | null } | { id: number; ok: false; error: SqliteFault };

/** An error as it travels out of the worker. */
export interface SqliteFault {
	message: string;
	/** SQLite's extended result code; 0 where the error is not SQLite's. */
	errcode: number;
	/** Node's code, of an error with the file itself. */
	code?: string;
}
