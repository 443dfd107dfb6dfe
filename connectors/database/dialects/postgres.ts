/** Tables in Postgres. */
import { sql } from 'kysely';

import type { ServerConfig, Sql } from '../../../sql/types';
import type { FieldInfo } from '../../../sync/types';
import type { ColumnInfo, Spelling, TableInfo, TableName } from '../column';
import { decimal, floating, integer, yesNo } from '../spell/number';
import { asText, bytes, json, list } from '../spell/other';
import { oneOf, text, uuid } from '../spell/text';
import { date, dateTime, timeOfDay } from '../spell/time';
import { exactBack, rowOrder, serverPlace } from './common';
import type { TableDialect } from './dialect';

interface Row {
	name: string;
	type: string;
	/** The base type's internal name, of an array that of its elements. */
	base: string;
	cast: string;
	mod: number;
	array: boolean;
	nullable: boolean;
	defaulted: boolean;
	generated: boolean;
	primary: number;
	labels: string[] | null;
}

const COLUMNS = (table: TableName) => sql<Row>`
	SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
		CASE WHEN b.typcategory = 'A' AND b.typlen = -1 THEN coalesce(eb.typname, e.typname) ELSE b.typname END AS base,
		format_type(b.oid, -1) AS cast,
		CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END AS mod,
		b.typcategory = 'A' AND b.typlen = -1 AS array,
		NOT (a.attnotnull OR t.typnotnull) AS nullable,
		a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL AS defaulted,
		a.attgenerated <> '' OR a.attidentity = 'a' AS generated,
		coalesce(array_position(p.indkey::int2[], a.attnum) + 1, 0) AS primary,
		(SELECT array_agg(l.enumlabel::text ORDER BY l.enumsortorder) FROM pg_catalog.pg_enum l
			WHERE l.enumtypid = coalesce(eb.oid, e.oid, b.oid)) AS labels
	FROM pg_catalog.pg_class c
	JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
	JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
	LEFT JOIN pg_catalog.pg_type e ON e.oid = b.typelem AND b.typcategory = 'A' AND b.typlen = -1
	LEFT JOIN pg_catalog.pg_type eb ON e.typtype = 'd' AND eb.oid = e.typbasetype
	LEFT JOIN pg_catalog.pg_index p ON p.indrelid = c.oid AND p.indisprimary
	WHERE n.nspname = ${table.schema} AND c.relname = ${table.name} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
	ORDER BY a.attnum`;

const UNIQUE = (table: TableName) => sql<{ columns: string[] }>`
	SELECT array_agg(a.attname::text) AS columns
	FROM pg_catalog.pg_index i
	JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
	JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
	WHERE n.nspname = ${table.schema} AND c.relname = ${table.name}
		AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
	GROUP BY i.indexrelid`;

/** Views may compute what they show anew, foreign tables stand elsewhere. */
const STEADY = (table: TableName) => sql<{ steady: boolean }>`
	SELECT c.relkind IN ('r', 'm') AND NOT c.relhassubclass OR c.relkind IN ('r', 'p') AND NOT EXISTS (
		WITH RECURSIVE part AS (SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid
			UNION SELECT i.inhrelid FROM part JOIN pg_catalog.pg_inherits i ON i.inhparent = part.inhrelid)
		SELECT 1 FROM part JOIN pg_catalog.pg_class o ON o.oid = part.inhrelid WHERE o.relkind NOT IN ('r', 'p')) AS steady
	FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname = ${table.schema} AND c.relname = ${table.name} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;

const PLAIN_KEY = /^(?:smallint|integer|bigint|text|character varying(?:\(\d+\))?|uuid|date|boolean)$/;

const TABLES = sql<{ schema: string; name: string }>`
	SELECT n.nspname AS schema, c.relname AS name
	FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
		AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'
	ORDER BY n.nspname <> 'public', n.nspname, c.relname`;

const FOREVER = ['infinity', '-infinity'];
const NO_NUMBERS = ['NaN', 'Infinity', '-Infinity'];

type Kind = FieldInfo['kind'];
type Known = [kind: Kind, bound: string | undefined, spelling: (mod: number) => Spelling];

const precision = (mod: number) => (mod < 0 ? 6 : mod);

/** By internal type name. `undefined`: bound as text and cast to the type itself. */
const KNOWN: Record<string, Known> = {
	bool: ['yes/no', 'boolean', () => yesNo],
	int2: ['number', 'integer', () => integer(-32768n, 32767n)],
	int4: ['number', 'integer', () => integer(-(2n ** 31n), 2n ** 31n - 1n)],
	int8: ['number', 'integer', () => integer(-(2n ** 63n), 2n ** 63n - 1n)],
	float4: ['number', 'real', () => floating(true, NO_NUMBERS)],
	float8: ['number', 'real', () => floating(false, NO_NUMBERS)],
	numeric: ['number', undefined, numeric],
	text: ['text', 'text', () => text({ noZero: true })],
	varchar: ['text', 'text', (mod) => text({ noZero: true, length: mod < 0 ? undefined : mod - 4, cutsSpaces: true })],
	bpchar: [
		'text',
		undefined,
		(mod) => text({ noZero: true, ...(mod < 0 ? {} : { length: mod - 4, end: 'padded' as const }) }),
	],
	uuid: ['text', undefined, () => uuid],
	date: ['date', undefined, () => date(FOREVER)],
	timestamp: ['date and time', undefined, (mod) => dateTime(false, precision(mod), undefined, FOREVER)],
	timestamptz: ['date and time', undefined, (mod) => dateTime(true, precision(mod), undefined, FOREVER)],
	time: ['time', undefined, (mod) => timeOfDay(precision(mod))],
	json: ['json', undefined, () => json()],
	jsonb: ['json', undefined, () => json(true)],
	bytea: ['bytes', 'bytes', () => bytes()],
};

function numeric(mod: number): Spelling {
	if (mod < 0) return decimal(undefined, NO_NUMBERS);
	const scale = ((mod - 4) & 0x7ff) ^ 1024;
	return decimal({ precision: ((mod - 4) >> 16) & 0xffff, scale: scale - 1024 }, ['NaN']);
}

function columnOf(row: Row): ColumnInfo {
	const known = row.labels
		? ([row.array ? 'other' : 'text', undefined, () => oneOf(row.labels!, false)] satisfies Known)
		: KNOWN[row.base];
	const [kind, bound, spelling] = known ?? (['other', undefined, () => asText] satisfies Known);
	const length =
		!row.array && (row.base === 'varchar' || row.base === 'bpchar') && row.mod > 0 ? row.mod - 4 : undefined;
	return {
		name: row.name,
		type: row.type,
		kind: row.array ? 'json' : kind,
		required: !row.nullable && !row.defaulted && !row.generated,
		identity: row.primary > 0,
		writable: !row.generated,
		...(row.labels && !row.array && { allowed: row.labels }),
		...(length !== undefined && { maxLength: length }),
		bound: (row.array ? undefined : bound) ?? row.cast,
		primary: row.primary,
		nullable: row.nullable,
		counted: false,
		spelling: row.array ? list(spelling(row.mod)) : spelling(row.mod),
	};
}

export const postgresTables: TableDialect = {
	title: 'Postgres',
	tables: (database) => database.all(TABLES),
	describe: async (database: Sql, table: TableName): Promise<TableInfo> => ({
		columns: (await database.all(COLUMNS(table))).map(columnOf),
		unique: (await database.all(UNIQUE(table))).map(({ columns }) => columns),
		steady: (await database.all(STEADY(table)))[0]?.steady ?? false,
	}),
	equal: (column, value) => sql`t.${sql.id(column.name)} = ${value}`,
	order: rowOrder,
	create: async (database, table, columns, rows, id) => {
		const names = sql.join(columns.map(({ name }) => sql.id(name)));
		const taken = sql.join(columns.map((_, i) => sql`v.${sql.id(`c${i}`)}`));
		const bound = [
			{ name: 'ref', type: 'integer' },
			...columns.map(({ bound: type }, i) => ({ name: `c${i}`, type })),
		];
		const values = database.dialect.values(
			'v',
			bound,
			rows.map((row, i) => [i, ...row]),
		);
		// Rows come back in the order in which they went in: one plan node inserts and returns them one by one.
		const back = await database.all(sql<
			Record<string, never>
		>`INSERT INTO ${table} (${names}) SELECT ${taken} FROM ${values} ORDER BY v.ref
			RETURNING ${sql.join(id.map(({ name }, i) => sql`${sql.id(name)} AS ${sql.id(`i${i}`)}`))}`);
		return exactBack(back, id.length);
	},
	update: ({ table, values, tie }, set) =>
		sql`UPDATE ${table} AS t SET ${sql.join(set.map(([column, value]) => sql`${column} = ${value}`))} FROM ${values} WHERE ${tie}`,
	remove: ({ table, values, tie }) => sql`DELETE FROM ${table} AS t USING ${values} WHERE ${tie}`,
	keyForms: (key, column) => [column?.kind === 'bytes' ? column.spelling.bind(key) : key],
	plainKey: ({ type }) => PLAIN_KEY.test(type),
	again: (value) => (typeof value === 'object' ? JSON.stringify(value) : value),
	place: (config, table) =>
		serverPlace('postgres', config as ServerConfig, `${table.schema}.${table.name}`, [table.schema!, table.name]),
	qualified: (_config, { schema, name }) => ({ schema: schema || 'public', name }),
};
