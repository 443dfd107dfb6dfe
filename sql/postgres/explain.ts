/** Postgres' errors in the house's words. The values in `detail` (`Key (email)=(…)`) are left out. */
import { lostConnection } from '../network';
import { SqlError, type SqlErrorKind } from '../types';

/** By SQLSTATE. */
const BY_CODE: Record<string, SqlErrorKind> = {
	'23502': 'empty',
	'23503': 'reference',
	'23505': 'unique',
	'23514': 'check',
	'23P01': 'unique', // exclusion constraint
	'25006': 'refused', // read-only transaction
	'25P03': 'unreachable', // idle in transaction: the session is gone
	'3D000': 'refused', // no such database
	'3F000': 'no table', // no such schema
	'40001': 'busy',
	'40P01': 'busy',
	'42501': 'refused',
	'42601': 'syntax',
	'42703': 'no column',
	'42804': 'wrong type',
	'42846': 'wrong type', // cannot cast
	'428C9': 'refused', // a generated column
	'42P01': 'no table',
	'53300': 'unreachable', // too many connections
	'55P03': 'busy', // lock not available
	'57014': 'busy', // canceled, by a time-out
	'57P01': 'unreachable',
	'57P02': 'unreachable',
	'57P03': 'unreachable', // starting up
	P0001: 'check', // RAISE in a trigger
};

/** By SQLSTATE's class. */
const BY_CLASS: Record<string, SqlErrorKind> = {
	'08': 'unreachable',
	'22': 'wrong type',
	'23': 'check',
	'28': 'refused',
	'42': 'syntax',
	'53': 'full',
};

interface PgError {
	code?: string;
	message?: string;
	table?: string;
	column?: string;
	constraint?: string;
}

/** A {@link SqlError} for an error of pg. */
export function explain(error: unknown): SqlError {
	if (error instanceof SqlError) return error;
	const { code = '', message = String(error), table, column, constraint } = (error ?? {}) as PgError;
	const state = /^[0-9A-Z]{5}$/.test(code) ? code : '';
	const kind = BY_CODE[state] ?? BY_CLASS[state.slice(0, 2)] ?? (lostConnection(error) ? 'unreachable' : 'other');
	const at = {
		table: table ?? /relation "(.+?)" does not exist/.exec(message)?.[1],
		column: column ?? /column "(.+?)" (?:of relation .+ )?does not exist/.exec(message)?.[1],
		constraint,
	};
	// `invalid input syntax for type integer: "…"` shows the value.
	const shown = kind === 'wrong type' ? message.replace(/: ".*"$/s, '') : message;
	return new SqlError(kind, shown, prune(at), { cause: error });
}

function prune(at: Record<string, string | undefined>): SqlError['at'] {
	return Object.fromEntries(Object.entries(at).filter(([, value]) => value !== undefined));
}
