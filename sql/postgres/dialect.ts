/** What is particular to Postgres. */
import { PostgresAdapter, PostgresQueryCompiler, sql, type RawBuilder } from 'kysely';

import { compiler } from '../compile';
import type { Column, Dialect, SqlValue } from '../types';
import { arrayText } from './array';
import { explain } from './explain';
import { marks } from './marks';

export const compile = compiler(
	() => new PostgresAdapter(),
	() => new PostgresQueryCompiler(),
);

/** The house's type names in Postgres' words. These travel as arrays of their own type; any other goes as text and is cast. */
const TYPE: Record<string, string> = {
	text: 'text',
	integer: 'bigint',
	real: 'double precision',
	boolean: 'boolean',
	bytes: 'bytea',
};

/** Rows as a SELECT over `unnest`: one bound array per column, however many rows. */
export function unnest(columns: readonly Column[], rows: readonly SqlValue[][]): RawBuilder<unknown> {
	const arrays = columns.map(
		({ type }, i) =>
			sql`${arrayText(rows.map((row) => elementText(row[i]!)))}::${sql.raw(`${TYPE[type] ?? 'text'}[]`)}`,
	);
	const names = columns.map((_, i) => sql.id(`c${i}`));
	const casts = columns.map(({ type }, i) =>
		TYPE[type] ? sql`u.${names[i]}` : sql`CAST(u.${names[i]} AS ${sql.raw(type)})`,
	);
	const listed = columns.map(({ name }, i) => sql`${casts[i]} AS ${sql.id(name)}`);
	return sql`SELECT ${sql.join(listed)} FROM unnest(${sql.join(arrays)}) AS u (${sql.join(names)})`;
}

/** A value as the text that Postgres reads. */
function elementText(value: SqlValue): string | null {
	if (value === null) return null;
	if (value instanceof Uint8Array)
		return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
	return String(value);
}

export const postgresDialect: Dialect = {
	name: 'postgres',
	maxBound: 65_535,
	returning: 'insert and update',
	now: sql<number>`floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint`,
	values: (alias, columns, rows) => sql`(${unnest(columns, rows)}) AS ${sql.id(alias)}`,
	table: (name, schema) => (schema === undefined ? sql.id(name) : sql.id(schema, name)),
	quoted: (name) => sql.id(name),
	marks,
	explain,
};
