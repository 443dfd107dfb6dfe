/** What is particular to SQLite. */
import { sql, SqliteAdapter, SqliteQueryCompiler, type RawBuilder } from 'kysely';

import { compiler } from '../compile';
import type { Column, Dialect, SqlValue } from '../types';
import { explain } from './explain';
import { marks } from './marks';

export const compile = compiler(
	() => new SqliteAdapter(),
	() => new SqliteQueryCompiler(),
);

/** How a member of a JSON list becomes a value of the column's type. */
const CAST: Record<string, (member: RawBuilder<unknown>) => RawBuilder<unknown>> = {
	text: (member) => sql`CAST(${member} AS TEXT)`,
	integer: (member) => sql`CAST(${member} AS INTEGER)`,
	boolean: (member) => sql`CAST(${member} AS INTEGER)`,
	real: (member) => sql`CAST(${member} AS REAL)`,
	bytes: (member) => sql`unhex(${member})`,
};

/** All rows as one JSON text, so that a statement's text does not change with the number of rows. */
function values(alias: string, columns: readonly Column[], rows: readonly SqlValue[][]): RawBuilder<unknown> {
	const listed = columns.map(({ name, type }, i) => {
		const member = sql`j.value ->> ${sql.lit(`$[${i}]`)}`;
		return sql`${CAST[type]?.(member) ?? member} AS ${sql.id(name)}`;
	});
	return sql`(SELECT ${sql.join(listed)} FROM json_each(${rowsAsJson(rows)}) AS j) AS ${sql.id(alias)}`;
}

function rowsAsJson(rows: readonly SqlValue[][]): string {
	if (rows.every((row) => row.every(isPlain))) return JSON.stringify(rows);
	return `[${rows.map((row) => `[${row.map(member).join(',')}]`).join(',')}]`;
}

/** Whether JSON holds a value as it is. */
function isPlain(value: SqlValue): boolean {
	return value === null || (typeof value !== 'object' && typeof value !== 'bigint');
}

function member(value: SqlValue): string {
	if (typeof value === 'bigint') return value.toString();
	if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('hex')}"`;
	return JSON.stringify(value);
}

export const sqliteDialect: Dialect = {
	name: 'sqlite',
	maxBound: 32_766,
	returning: 'insert and update',
	now: sql<number>`CAST(round(unixepoch('subsec') * 1000) AS INTEGER)`,
	values,
	table: (name, schema) => (schema === undefined ? sql.id(name) : sql.id(schema, name)),
	quoted: (name) => sql.id(name),
	marks,
	explain,
};
