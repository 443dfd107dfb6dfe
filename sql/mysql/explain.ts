/** MySQL's and MariaDB's errors in the house's words. */
import { lostConnection } from '../network';
import { SqlError, type SqlErrorKind } from '../types';

/** By error number. */
const BY_NUMBER: Record<number, SqlErrorKind> = {
	1021: 'full',
	1030: 'other',
	1114: 'full', // table is full
	1040: 'unreachable', // too many connections
	1053: 'unreachable', // shutting down
	1044: 'refused',
	1045: 'refused',
	1049: 'refused', // no such database
	1142: 'refused',
	1143: 'refused',
	1227: 'refused',
	1290: 'refused', // --read-only
	1419: 'refused', // a trigger where the binary log is on
	1792: 'refused', // READ ONLY transaction
	1836: 'refused',
	1205: 'busy',
	1213: 'busy',
	1020: 'busy', // changed since last read (MariaDB snapshot isolation)
	3024: 'busy', // time-out
	1969: 'busy',
	3572: 'busy',
	1146: 'no table',
	1051: 'no table',
	1054: 'no column',
	1064: 'syntax',
	1048: 'empty',
	1364: 'empty', // no default value
	1062: 'unique',
	1169: 'unique',
	1586: 'unique',
	1216: 'reference',
	1217: 'reference',
	1451: 'reference',
	1452: 'reference',
	3819: 'check',
	4025: 'check', // MariaDB
	1644: 'check', // SIGNAL in a trigger
	1264: 'wrong type', // out of range
	1265: 'wrong type', // truncated
	1292: 'wrong type', // incorrect datetime value
	1366: 'wrong type', // incorrect string or integer value
	1367: 'wrong type',
	1406: 'wrong type', // too long
	1411: 'wrong type',
	1690: 'wrong type',
	3140: 'wrong type', // invalid JSON
	3156: 'wrong type',
	1906: 'refused', // a generated column (MariaDB)
	3105: 'refused', // a generated column (MySQL)
	1153: 'other', // packet too large
};

interface MysqlError {
	errno?: number;
	message?: string;
	sqlMessage?: string;
	code?: string;
}

/** A {@link SqlError} for an error of mysql2. */
export function explain(error: unknown): SqlError {
	if (error instanceof SqlError) return error;
	const { errno = 0, message = String(error), sqlMessage } = (error ?? {}) as MysqlError;
	const said = sqlMessage ?? message;
	const kind = lostConnection(error) ? 'unreachable' : (BY_NUMBER[errno] ?? 'other');
	return new SqlError(kind, withoutValues(said), where(said), { cause: error });
}

/** `Duplicate entry '…' for key`, `Incorrect integer value: '…'`: the values stay out. */
function withoutValues(message: string): string {
	return message
		.replace(/^Duplicate entry '.*' for key/s, 'Duplicate entry for key')
		.replace(/^((?:Incorrect|Truncated incorrect|Invalid) [\w ]*value):? '.*?'(?= for |$)/s, '$1');
}

function where(message: string): SqlError['at'] {
	const table = /Table '(.+?)' doesn't exist/.exec(message)?.[1];
	if (table) return { table };
	const constraint =
		/for key '(.+?)'$/.exec(message)?.[1] ??
		/CONSTRAINT [`'](.+?)[`'] (?:failed|FOREIGN)/i.exec(message)?.[1] ??
		/Check constraint '(.+?)' is violated/.exec(message)?.[1];
	if (constraint) return { constraint };
	// `Column 'a' cannot be null`, `Field 'a' doesn't have a default value`, `… for column 'a' at row 1`, `… for column `db`.`t`.`a` at row 1`
	const column =
		/(?:Unknown column|Column|Field|column) '(.+?)'/.exec(message)?.[1] ??
		/for column (?:`[^`]*`\.)*`(.+?)` at row/.exec(message)?.[1];
	return column ? { column } : {};
}
