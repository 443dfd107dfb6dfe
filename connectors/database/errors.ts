/** A database's error as a SyncError: one plain sentence, and what to do. */
import { SqlError, type SqlErrorKind } from '../../sql/types';
import { SyncError, type SyncErrorKind } from '../../sync/types';
import { Unfit } from './column';

/** Whether an error is about one record, about the whole node, or about the whole system. */
export type Reach = 'record' | 'node' | 'system';

const KIND: Record<SqlErrorKind, [SyncErrorKind, Reach]> = {
	unreachable: ['unreachable', 'system'],
	full: ['unreachable', 'system'],
	busy: ['retry', 'record'],
	refused: ['denied', 'node'],
	'no table': ['setup', 'node'],
	'no column': ['setup', 'node'],
	syntax: ['setup', 'node'],
	'wrong type': ['refused', 'record'],
	empty: ['refused', 'record'],
	unique: ['conflict', 'record'],
	reference: ['refused', 'record'],
	check: ['refused', 'record'],
	other: ['refused', 'record'],
};

export function reachOf(error: SqlError): Reach {
	return KIND[error.kind][1];
}

/** Tells of a database's error. `where` is the table for people. */
export function told(error: unknown, where: string): SyncError {
	if (error instanceof SyncError) return error;
	if (!(error instanceof SqlError)) throw error;
	const [message, todo] = sentence(error, where);
	return new SyncError(KIND[error.kind][0], message, { todo, field: error.at.column, cause: error });
}

/** Tells of a value that a field cannot hold. */
export function unfit(error: Unfit, field: string): SyncError {
	return new SyncError('refused', `${field} ${error.message}.`, { todo: error.todo, field });
}

function sentence({ kind, message, at }: SqlError, where: string): [message: string, todo: string] {
	const field = at.column ?? 'A field';
	switch (kind) {
		case 'unreachable':
			return [
				`${where.charAt(0).toUpperCase()}${where.slice(1)} cannot be reached: ${message}`,
				'Check host, port and network; it is tried again by itself.',
			];
		case 'full':
			return [
				`The database of ${where} has no room left: ${message}`,
				'Make room on its disk; it is tried again by itself.',
			];
		case 'busy':
			return [`A row of ${where} was locked for too long: ${message}`, 'It is tried again by itself.'];
		case 'refused':
			if (/read[- ]only/iu.test(message)) {
				return [`It would write, and a source is only read: ${message}`, 'Write a SELECT that only reads.'];
			}
			return [
				`The database refused access to ${where}: ${message}`,
				'Check user name, password and rights in the credential.',
			];
		case 'no table':
			return [
				`There is no ${at.table === undefined ? where : `table ${at.table}`}: ${message}`,
				'Choose another table or create it.',
			];
		case 'no column':
			return [
				`${at.column === undefined ? 'A column is not there' : `There is no column ${at.column}`} in ${where}: ${message}`,
				'Correct the field in the mapping or add the column.',
			];
		case 'syntax':
			return [`The database does not understand the query on ${where}: ${message}`, 'Correct the query.'];
		case 'wrong type':
			return [
				`${field} cannot hold this value: ${message}`,
				'Convert the value in the mapping or change the column.',
			];
		case 'empty':
			return [`${field} may not be empty.`, `Map a value to ${at.column ?? 'it'} or give the column a default.`];
		case 'unique':
			return [
				`Another row has the same value already${at.constraint ? ` (${at.constraint})` : at.column ? ` (${at.column})` : ''}.`,
				'Remove the other row, or match by this field so that it is adopted.',
			];
		case 'reference':
			return [
				`It refers to a row that is not there, or another row refers to it${at.constraint ? ` (${at.constraint})` : ''}.`,
				'Bring the other table up to date first.',
			];
		case 'check':
			return [
				`A rule of the database refuses it${at.constraint ? ` (${at.constraint})` : ''}: ${message}`,
				'Correct the value in the mapping, or the rule.',
			];
		case 'other':
			return [
				`The database refused it: ${message}`,
				'Look at the message, and correct the mapping or the table.',
			];
	}
}
