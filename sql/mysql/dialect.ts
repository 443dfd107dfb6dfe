/** What is particular to MySQL and MariaDB. */
import { MysqlAdapter, MysqlQueryCompiler, sql, type RawBuilder } from 'kysely';

import { compiler } from '../compile';
import type { Column, Dialect, SqlValue } from '../types';
import { explain } from './explain';
import { marks } from './marks';

export const compile = compiler(
	() => new MysqlAdapter(),
	() => new MysqlQueryCompiler(),
);

/** How a bound value gets the column's type; any other type name is what CAST takes. */
const CAST: Record<string, (value: SqlValue) => RawBuilder<unknown>> = {
	text: (value) => sql`CAST(${value} AS CHAR)`,
	integer: (value) => sql`CAST(${value} AS SIGNED)`,
	boolean: (value) => sql`CAST(${value} AS SIGNED)`,
	real: (value) => sql`(${value} + 0e0)`,
	bytes: (value) => sql`CAST(${value} AS BINARY)`,
};

/** Rows as SELECTs put together: works in MySQL 8 and in MariaDB from 10.5 alike. */
function values(alias: string, columns: readonly Column[], rows: readonly SqlValue[][]): RawBuilder<unknown> {
	const cast = columns.map(
		({ type }) => CAST[type] ?? ((value: SqlValue) => sql`CAST(${value} AS ${sql.raw(type)})`),
	);
	const select = (row: readonly SqlValue[]) =>
		sql`SELECT ${sql.join(columns.map(({ name }, i) => sql`${cast[i]!(row[i]!)} AS ${sql.id(name)}`))}`;
	if (rows.length === 0) return sql`(${select(columns.map(() => null))} FROM DUAL WHERE FALSE) AS ${sql.id(alias)}`;
	return sql`(${sql.join(rows.map(select), sql` UNION ALL `)}) AS ${sql.id(alias)}`;
}

export const mysqlDialect: Dialect = {
	name: 'mysql',
	maxBound: 65_535,
	returning: 'none',
	now: sql<number>`CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)`,
	values,
	table: (name, schema) => (schema === undefined ? sql.id(name) : sql.id(schema, name)),
	quoted: (name) => sql.id(name),
	marks,
	explain,
};
