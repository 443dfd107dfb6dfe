/** Tables in SQLite, where a column's declared type is only a leaning (affinity), unless the table is STRICT. */
import { realpathSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { sql } from 'kysely';

import type { FileConfig, Sql, SqlValue } from '../../../sql/types';
import type { FieldInfo, Value } from '../../../sync/types';
import type { ColumnInfo, TableInfo, TableName } from '../column';
import { affine, affinityOf, strictly } from '../spell/sqlite';
import { exactBack, rowOrder } from './common';
import type { TableDialect } from './dialect';

interface Row {
	name: string;
	type: string;
	notnull: number;
	dflt_value: string | null;
	pk: number;
	hidden: number;
}

const TABLES = sql<{ name: string }>`
	SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`;

function kindOf(type: string): FieldInfo['kind'] {
	if (/bool/i.test(type)) return 'yes/no';
	if (/json/i.test(type)) return 'json';
	if (/datetime|timestamp/i.test(type)) return 'date and time';
	if (/date/i.test(type)) return 'date';
	if (/^time/i.test(type)) return 'time';
	const affinity = affinityOf(type);
	return affinity === 'text' ? 'text' : affinity === 'blob' ? (type === '' ? 'other' : 'bytes') : 'number';
}

function columnOf(row: Row, strict: boolean, numbered: boolean): ColumnInfo {
	const isRowid = row.pk > 0 && numbered && /^integer$/i.test(row.type);
	const isJson = !strict && /^jsonb?$/i.test(row.type);
	const generated = row.hidden === 2 || row.hidden === 3;
	const nullable = row.notnull === 0 && !isRowid;
	return {
		name: row.name,
		type: row.type || 'any',
		kind: kindOf(row.type),
		required: (!nullable || row.pk > 0) && row.dflt_value === null && !isRowid && !generated,
		identity: row.pk > 0,
		writable: !generated,
		bound: affinityOf(row.type) === 'blob' && row.type !== '' && !/^any$/i.test(row.type) ? 'bytes' : 'any',
		primary: row.pk,
		nullable,
		counted: isRowid,
		spelling: strict || isRowid ? strictly(row.type) : affine(row.type, isJson),
	};
}

export const sqliteTables: TableDialect = {
	title: 'SQLite',
	tables: (database) => database.all(TABLES),
	describe: async (database: Sql, { name, schema = 'main' }: TableName): Promise<TableInfo> => {
		const [list] = await database.all(
			sql<{
				strict: number;
				wr: number;
				type: string;
			}>`SELECT strict, wr, type FROM pragma_table_list WHERE schema = ${schema} AND name = ${name}`,
		);
		const rows = await database.all(
			sql<Row>`SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(${name}, ${schema}) WHERE hidden <> 1`,
		);
		const unique = await database.all(sql<{ columns: string }>`
			SELECT (SELECT json_group_array(i.name) FROM pragma_index_info(l.name, ${schema}) AS i) AS columns
			FROM pragma_index_list(${name}, ${schema}) AS l WHERE l."unique" = 1 AND l.partial = 0`);
		const primary = rows.filter(({ pk }) => pk > 0);
		return {
			columns: rows.map((row) => columnOf(row, list?.strict === 1, primary.length === 1 && list?.wr === 0)),
			unique: [
				...unique.map(({ columns }) => JSON.parse(columns) as string[]),
				...(primary.length > 0 ? [primary.map(({ name }) => name)] : []),
			],
			steady: list?.type === 'table',
		};
	},
	equal: (column, value) => {
		const own = sql<boolean>`t.${sql.id(column.name)} = ${value}`;
		if (column.type !== 'any' && !/^any$/i.test(column.type)) return own;
		// Without a leaning the text 42 is not the number 42; a key is known as text.
		return sql`(${own} OR (CAST(CAST(${value} AS NUMERIC) AS TEXT) = ${value} AND t.${sql.id(column.name)} = CAST(${value} AS NUMERIC)))`;
	},
	// In a column without a leaning the text 42 is not the number 42, and stands behind all numbers.
	order: (columns, how, values) =>
		rowOrder(
			columns,
			how,
			values.map((value, i) =>
				columns[i]!.type === 'any' && typeof value === 'string'
					? (sqliteTables.keyForms(value, columns[i])[1] ?? value)
					: value,
			),
		),
	create: async (database, table, columns, rows, id) => {
		const names = sql.join(columns.map(({ name }) => sql.id(name)));
		const taken = sql.join(columns.map((_, i) => sql`v.${sql.id(`c${i}`)}`));
		const bound = [{ name: 'ref', type: 'any' }, ...columns.map(({ bound: type }, i) => ({ name: `c${i}`, type }))];
		const values = database.dialect.values(
			'v',
			bound,
			rows.map((row, i) => [i, ...row]),
		);
		// Rows come back in the order in which they went in.
		const back = await database.all(sql<
			Record<string, Value>
		>`INSERT INTO ${table} (${names}) SELECT ${taken} FROM ${values} ORDER BY v.ref
			RETURNING ${sql.join(id.map(({ name }, i) => sql`${sql.id(name)} AS ${sql.id(`i${i}`)}`))}`);
		return exactBack(back, id.length);
	},
	update: ({ table, values, tie }, set) =>
		sql`UPDATE ${table} AS t SET ${sql.join(set.map(([column, value]) => sql`${column} = ${value}`))} FROM ${values} WHERE ${tie}`,
	remove: ({ table, values, tie }, id) => {
		const names = (of: string) => sql.join(id.map(({ name }) => sql.id(of, name)));
		return sql`DELETE FROM ${table} AS d WHERE (${names('d')}) IN (SELECT ${names('t')} FROM ${values} JOIN ${table} AS t ON ${tie})`;
	},
	keyForms: (key) => {
		const forms: SqlValue[] = [key];
		if (/^-?(0|[1-9]\d*)$/.test(key))
			forms.push(BigInt.asIntN(64, BigInt(key)) === BigInt(key) ? BigInt(key) : Number(key));
		else if (String(Number(key)) === key) forms.push(Number(key));
		if (key.startsWith('base64:')) forms.push(Buffer.from(key.slice(7), 'base64'));
		return forms;
	},
	plainKey: ({ kind }) => kind !== 'json',
	again: (value) =>
		typeof value === 'object'
			? JSON.stringify(value)
			: typeof value === 'string' && /^-?\d{16,19}$/.test(value)
				? BigInt(value)
				: value,
	place: (config, { name, schema }) => {
		const file = realFile((config as FileConfig).file);
		return {
			id: JSON.stringify(['sqlite', file, schema ?? 'main', name]),
			text: `table ${name} in ${basename(file)}`,
		};
	},
	qualified: (_config, { schema, name }) => (schema && schema !== 'main' ? { schema, name } : { name }),
};

function realFile(file: string): string {
	try {
		return realpathSync(file);
	} catch {
		return resolve(file);
	}
}
