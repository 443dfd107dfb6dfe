/** Tables in MySQL and MariaDB. A schema is a database here. */
import { sql, type RawBuilder } from 'kysely';

import { SqlError, type ServerConfig, type Sql, type SqlValue } from '../../../sql/types';
import { SyncError, type FieldInfo, type Value } from '../../../sync/types';
import type { ColumnInfo, Spelling, TableName } from '../column';
import { decimal, floating, integer } from '../spell/number';
import { asText, bytes, json } from '../spell/other';
import { oneOf, someOf, text, uuid } from '../spell/text';
import { date, dateTime, timeOfDay } from '../spell/time';
import { pieces, serverPlace } from './common';
import type { TableDialect } from './dialect';

interface Row {
	name: string;
	data: string;
	type: string;
	nullable: string;
	standard: string | null;
	extra: string;
	length: number | null;
	bytes: number | null;
	digits: number | null;
	scale: number | null;
	fraction: number | null;
	charset: string | null;
	collation: string | null;
	expression: string | null;
}

const COLUMNS = ({ schema, name }: TableName) => sql<Row>`
	SELECT COLUMN_NAME AS name, lower(DATA_TYPE) AS data, COLUMN_TYPE AS type, IS_NULLABLE AS nullable, COLUMN_DEFAULT AS standard, EXTRA AS extra,
		CHARACTER_MAXIMUM_LENGTH AS length, CHARACTER_OCTET_LENGTH AS bytes, NUMERIC_PRECISION AS digits, NUMERIC_SCALE AS scale,
		DATETIME_PRECISION AS fraction, CHARACTER_SET_NAME AS charset, COLLATION_NAME AS collation, GENERATION_EXPRESSION AS expression
	FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${schema} AND TABLE_NAME = ${name} ORDER BY ORDINAL_POSITION`;

const INDEXES = ({ schema, name }: TableName) => sql<{ name: string; field: string | null }>`
	SELECT INDEX_NAME AS name, COLUMN_NAME AS field
	FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ${schema} AND TABLE_NAME = ${name} AND NON_UNIQUE = 0
	ORDER BY INDEX_NAME, SEQ_IN_INDEX`;

/** MariaDB's JSON is a text column with a check on it. */
const JSON_CHECKS = ({ schema, name }: TableName) => sql<{ clause: string }>`
	SELECT CHECK_CLAUSE AS clause FROM information_schema.CHECK_CONSTRAINTS
	WHERE CONSTRAINT_SCHEMA = ${schema} AND TABLE_NAME = ${name} AND CHECK_CLAUSE LIKE 'json_valid(%'`;

/** Other engines know no transactions; views may compute what they show anew. */
const STEADY = ({ schema, name }: TableName) => sql<{ engine: string | null }>`
	SELECT ENGINE AS engine FROM information_schema.TABLES
	WHERE TABLE_SCHEMA = ${schema} AND TABLE_NAME = ${name} AND TABLE_TYPE = 'BASE TABLE'`;

const PLAIN_KEY = /^(?:tinyint|smallint|mediumint|int|bigint|varchar|char|varbinary|binary|date)\b/i;

const TABLES = sql<TableName>`
	SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS name FROM information_schema.TABLES
	WHERE TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
	ORDER BY TABLE_SCHEMA <> coalesce(database(), ''), TABLE_SCHEMA, TABLE_NAME`;

type Known = [kind: FieldInfo['kind'], bound: string, spelling: Spelling];

/** How MySQL takes a moment: without T and Z. */
const spaced = (iso: string) => iso.replace('T', ' ').replace(/Z$/, '');

const BITS: Record<string, bigint> = { tinyint: 8n, smallint: 16n, mediumint: 24n, int: 32n, bigint: 64n };

function knownOf(row: Row, isJson: boolean): Known {
	const unsigned = /\bunsigned\b/.test(row.type);
	const bits = BITS[row.data];
	if (bits !== undefined) {
		const flag = row.type.startsWith('tinyint(1)');
		const spelling = unsigned
			? integer(0n, 2n ** bits - 1n, flag)
			: integer(-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n, flag);
		return [flag ? 'yes/no' : 'number', unsigned ? 'UNSIGNED' : 'integer', spelling];
	}
	if (isJson) return ['json', 'text', json()];
	switch (row.data) {
		case 'decimal':
			return [
				'number',
				`DECIMAL(${row.digits}, ${row.scale})`,
				decimal({ precision: row.digits!, scale: row.scale! }),
			];
		case 'float':
		case 'double':
			return ['number', 'real', floating(row.data === 'float')];
		case 'year':
			return ['number', 'integer', integer(0n, 2155n)];
		case 'bit':
			return ['number', 'UNSIGNED', integer(0n, 2n ** BigInt(row.digits!) - 1n, row.digits === 1)];
		case 'varchar':
			return ['text', 'text', text({ length: row.length!, cutsSpaces: true })];
		case 'char':
			return ['text', 'text', text({ length: row.length!, end: 'stripped' })];
		case 'tinytext':
		case 'text':
		case 'mediumtext':
		case 'longtext':
			return ['text', 'text', text({ bytes: row.charset?.startsWith('utf8') ? row.bytes! : undefined })];
		case 'enum':
			return ['text', 'text', oneOf(listed(row.type), true)];
		case 'set':
			return ['text', 'text', someOf(listed(row.type))];
		case 'uuid':
			return ['text', 'text', uuid];
		case 'date':
			return ['date', 'DATE', date()];
		case 'datetime':
			return ['date and time', 'DATETIME(6)', dateTime(false, row.fraction ?? 0, spaced)];
		case 'timestamp':
			return ['date and time', 'DATETIME(6)', dateTime(true, row.fraction ?? 0, spaced)];
		case 'time':
			return ['time', 'TIME(6)', timeOfDay(row.fraction ?? 0, true)];
		case 'binary':
			return ['bytes', 'bytes', bytes(row.bytes!, true)];
		case 'varbinary':
		case 'tinyblob':
		case 'blob':
		case 'mediumblob':
		case 'longblob':
			return ['bytes', 'bytes', bytes(row.bytes!)];
		case 'json':
			return ['json', 'text', json()];
		default:
			return ['other', 'text', asText];
	}
}

/** The values of `enum('a','it''s')`. */
function listed(type: string): string[] {
	return [...type.matchAll(/'((?:[^']|'')*)'/g)].map(([, value]) => value!.replaceAll("''", "'"));
}

function columnOf(row: Row, primary: string[], json: Set<string>): ColumnInfo {
	const [kind, bound, spelling] = knownOf(row, json.has(row.name));
	const generated = row.expression !== null && row.expression !== '';
	const counted = /auto_increment/i.test(row.extra);
	const nullable = row.nullable === 'YES';
	return {
		name: row.name,
		type: row.type,
		kind,
		required: !nullable && row.standard === null && !counted && !generated && !/DEFAULT_GENERATED/i.test(row.extra),
		identity: primary.includes(row.name),
		writable: !generated,
		...(row.data === 'enum' && { allowed: listed(row.type) }),
		...(row.data.endsWith('char') && { maxLength: row.length! }),
		bound,
		primary: primary.indexOf(row.name) + 1,
		nullable,
		counted,
		spelling,
		...(row.collation !== null && { collation: row.collation, charset: row.charset! }),
	};
}

/** New rows' numbers, where the database counts: the first one's, and the next ones in its step. */
async function counted(database: Sql, count: number): Promise<number[][]> {
	const [row] = await database.all(
		sql<{ first: number; step: number }>`SELECT LAST_INSERT_ID() AS first, @@auto_increment_increment AS step`,
	);
	return Array.from({ length: count }, (_, i) => [row!.first + i * row!.step]);
}

export const mysqlTables: TableDialect = {
	title: 'MySQL',
	tables: (database) => database.all(TABLES),
	describe: async (database, table) => {
		const indexes = new Map<string, string[] | undefined>();
		for (const { name, field } of await database.all(INDEXES(table))) {
			const columns = indexes.has(name) ? indexes.get(name) : [];
			// An index over the beginnings of columns, unique, makes the whole columns unique all the more.
			indexes.set(name, columns && field !== null ? [...columns, field] : undefined);
		}
		const checks = await database.all(JSON_CHECKS(table)).catch((error: unknown) => {
			if (error instanceof SqlError && (error.kind === 'no column' || error.kind === 'no table')) return []; // MySQL has a type of its own
			throw error;
		});
		const json = new Set(
			checks.map(({ clause }) => /^json_valid\(`(.*)`\)$/s.exec(clause)?.[1]?.replaceAll('``', '`') ?? ''),
		);
		const columns = await database.all(COLUMNS(table));
		return {
			columns: columns.map((row) => columnOf(row, indexes.get('PRIMARY') ?? [], json)),
			unique: [...indexes.values()].filter((index) => index !== undefined),
			steady: /^innodb$/i.test((await database.all(STEADY(table)))[0]?.engine ?? ''),
		};
	},
	equal: (column, value) => {
		const own = sql`t.${sql.id(column.name)}`;
		const { charset, collation } = column;
		if (!charset || !collation || !/^\w+ \w+$/.test(`${charset} ${collation}`)) return sql`${own} = ${value}`;
		// Both sides' collations are implicit: the column's own one is said, or they clash, or its index is of no use.
		const said = sql` COLLATE ${sql.raw(collation)}`;
		if (charset === 'utf8mb4') return sql`${own} = ${value}${said}`;
		// What the column's character set lacks becomes a question mark, which must not match one.
		const converted = sql`CONVERT(${value} USING ${sql.raw(charset)})`;
		return sql`${own} = ${converted}${said} AND CONVERT(${converted} USING utf8mb4) = ${value}`;
	},
	order: (columns, how, values) => {
		const [strictly, last] = how === '>' ? [sql`>`, sql`>`] : [sql`<`, sql`<=`];
		// Rows compared as rows would not use the index.
		const from = (at: number): RawBuilder<unknown> => {
			const own = sql`t.${sql.id(columns[at]!.name)}`;
			const bound = typed(columns[at]!, values[at]!);
			if (at === columns.length - 1) return sql`${own} ${last} ${bound}`;
			return sql`(${own} ${strictly} ${bound} OR (${own} = ${bound} AND ${from(at + 1)}))`;
		};
		return sql<boolean>`${from(0)}`;
	},
	create: async (database, table, columns, rows, id) => {
		const places = id.map(({ name }) => columns.findIndex((column) => column.name === name));
		const given = places.every((place) => place >= 0);
		if (!given && (id.length > 1 || !id[0]!.counted)) {
			const missing = id.filter((_, i) => places[i]! < 0).map(({ name }) => name);
			throw new SyncError(
				'setup',
				`New rows get ${missing.join(', ')} from the database, which does not tell what it chose.`,
				{
					todo: `Map a value to ${missing.join(', ')}.`,
					field: missing[0],
				},
			);
		}
		const inserted = columns.map(({ name, bound: type }) => ({ name, type }));
		if (given) {
			await database.insert(table, inserted, rows);
			return rows.map((row) =>
				places.map((place) => columns[place]!.spelling.spell(back(row[place]!) as string)),
			);
		}
		// The numbers of one statement follow each other; those of several need not.
		const made: Value[][] = [];
		for (const piece of pieces(rows, Math.max(1, Math.min(500, Math.floor(60_000 / columns.length))))) {
			await database.insert(table, inserted, piece);
			made.push(...(await counted(database, piece.length)));
		}
		return made;
	},
	update: ({ table, values, tie }, set) =>
		sql`UPDATE ${table} AS t JOIN ${values} ON ${tie} SET ${sql.join(set.map(([column, value]) => sql`t.${column} = ${value}`))}`,
	remove: ({ table, values, tie }) => sql`DELETE t FROM ${table} AS t JOIN ${values} ON ${tie}`,
	keyForms: (key) => {
		const forms: SqlValue[] = [key];
		if (/^\d{4}-\d\d-\d\dT/.test(key)) forms.push(spaced(key));
		if (key.startsWith('base64:')) forms.push(bytes().bind(key));
		return forms;
	},
	plainKey: ({ type, kind }) => kind !== 'json' && PLAIN_KEY.test(type),
	again: (value) =>
		typeof value === 'object'
			? JSON.stringify(value)
			: typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z?$/.test(value)
				? spaced(value)
				: value,
	place: (config, table) =>
		serverPlace(
			'mysql',
			config as ServerConfig,
			table.schema === (config as ServerConfig).database ? table.name : `${table.schema}.${table.name}`,
			[table.schema!, table.name],
		),
	qualified: (config, { schema, name }) => ({ schema: schema || (config as ServerConfig).database, name }),
};

/** A value with its column's type; a text takes the column's collation. */
function typed({ bound }: ColumnInfo, value: SqlValue): RawBuilder<unknown> {
	switch (bound) {
		case 'text':
		case 'bytes':
			return sql`${value}`;
		case 'integer':
			return sql`CAST(${value} AS SIGNED)`;
		case 'real':
			return sql`(${value} + 0e0)`;
		default:
			return sql`CAST(${value} AS ${sql.raw(bound)})`;
	}
}

/** What was bound, as a JSON value that spells the same. */
function back(value: SqlValue): unknown {
	if (value instanceof Uint8Array) return `base64:${Buffer.from(value).toString('base64')}`;
	return typeof value === 'bigint' ? value.toString() : value;
}
