/** SQLite's errors in the house's words. */
import { SqlError, type SqlErrorKind } from '../types';
import type { SqliteFault } from './messages';

/** By extended result code. */
const EXTENDED: Record<number, SqlErrorKind> = {
	275: 'check', // CONSTRAINT_CHECK
	787: 'reference', // CONSTRAINT_FOREIGNKEY
	1299: 'empty', // CONSTRAINT_NOTNULL
	1555: 'unique', // CONSTRAINT_PRIMARYKEY
	1811: 'check', // CONSTRAINT_TRIGGER
	2067: 'unique', // CONSTRAINT_UNIQUE
	2579: 'unique', // CONSTRAINT_ROWID
	3091: 'wrong type', // CONSTRAINT_DATATYPE, of a STRICT table
};

/** By the primary code, the extended one's lowest byte. */
const PRIMARY: Record<number, SqlErrorKind> = {
	3: 'refused', // PERM
	5: 'busy',
	6: 'busy', // LOCKED
	8: 'refused', // READONLY
	10: 'unreachable', // IOERR
	11: 'unreachable', // CORRUPT
	13: 'full',
	14: 'unreachable', // CANTOPEN
	18: 'wrong type', // TOOBIG
	20: 'wrong type', // MISMATCH
	23: 'refused', // AUTH
	26: 'unreachable', // NOTADB
};

/** By Node's code, of an error with the file itself. */
const FILE: Record<string, SqlErrorKind> = {
	ENOENT: 'unreachable',
	ENOTDIR: 'unreachable',
	EISDIR: 'unreachable',
	EACCES: 'refused',
	EPERM: 'refused',
	EROFS: 'refused',
	ENOSPC: 'full',
};

/** A {@link SqlError} for an error of node:sqlite, or of the worker. */
export function explain(error: unknown): SqlError {
	if (error instanceof SqlError) return error;
	const { message = String(error), errcode = 0, code = '' } = (error ?? {}) as Partial<SqliteFault>;
	const kind = FILE[code] ?? EXTENDED[errcode] ?? PRIMARY[errcode & 0xff] ?? byText(message);
	return new SqlError(kind, message, where(message), error instanceof Error ? { cause: error } : undefined);
}

function byText(message: string): SqlErrorKind {
	if (/no such table|no such view/.test(message)) return 'no table';
	if (/no such column|has no column named/.test(message)) return 'no column';
	if (/syntax error|incomplete input|unrecognized token/.test(message)) return 'syntax';
	if (/FOREIGN KEY constraint failed/.test(message)) return 'reference';
	if (/is too large to be represented/.test(message)) return 'wrong type';
	return 'other';
}

/** SQLite names places in its text only: `UNIQUE constraint failed: t.a, t.b`. */
function where(message: string): SqlError['at'] {
	const table = /no such table: (?:\w+\.)?(.+)$/.exec(message);
	if (table) return { table: table[1]! };
	const column = /no such column: (.+)$/.exec(message) ?? /has no column named (.+)$/.exec(message);
	if (column) return { column: column[1]!.replace(/ - should this be.*$/, '') };
	const check = /^CHECK constraint failed: (.+)$/.exec(message);
	if (check) return { constraint: check[1]! };
	const strict = / value in (.+)$/.exec(message);
	const place = /constraint failed: ([^,]+)/.exec(message)?.[1] ?? strict?.[1];
	if (!place || !place.includes('.')) return {};
	const dot = place.indexOf('.');
	return { table: place.slice(0, dot), column: place.slice(dot + 1) };
}
