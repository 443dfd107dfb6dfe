/** Where a source reads: what stands after FROM, which columns, and which of them identify a record. */
import { sql, type RawBuilder } from 'kysely';

import type { Database } from '../../sql/types';
import { SyncError } from '../../sync/types';
import type { ColumnInfo } from './column';
import type { TableDialect } from './dialects';
import { subquery } from './query';
import type { DatabaseSourceOptions } from './source';

export interface Layout {
	from: RawBuilder<unknown>;
	listed: RawBuilder<unknown>;
	key: string[];
	/** The columns as described; none are known of a query. */
	columns: Map<string, ColumnInfo>;
	/** The names of the columns that are read, where they are known. */
	names: string[];
	/** What {@link TableInfo} calls so; a query never is. */
	steady: boolean;
}

/** Looks at the place. Throws SqlError, and SyncError `setup` for what is not there. */
export async function layoutOf(
	options: DatabaseSourceOptions,
	dialect: TableDialect,
	where: string,
	connect: () => Promise<Database>,
): Promise<Layout> {
	const { database: config, from, key, follow } = options;
	if (!('table' in from)) {
		if (!key?.length) {
			const todo = 'Name the key columns.';
			throw new SyncError('setup', 'A query needs to know which columns identify a record.', { todo });
		}
		return {
			from: subquery(from.query, config.dialect),
			listed: list(readOf(options, key)),
			key,
			columns: new Map(),
			names: [],
			steady: false,
		};
	}
	const database = await connect();
	const { name, schema } = dialect.qualified(config, from.table);
	const info = await dialect.describe(database, { name, schema });
	if (info.columns.length === 0)
		throw new SyncError('setup', `There is no ${where}.`, { todo: 'Choose another table.' });
	const columns = new Map(info.columns.map((column) => [column.name, column]));
	const primary = info.columns.filter((column) => column.primary > 0).sort((a, b) => a.primary - b.primary);
	const identity = key?.length ? key : primary.map((column) => column.name);
	if (identity.length === 0) {
		const todo = 'Choose the columns that identify a record.';
		throw new SyncError('setup', `There is no primary key in ${where}.`, { todo });
	}
	const read = readOf(options, identity);
	for (const field of [...(read ?? identity), ...[follow?.column, options.removedColumn, options.nameField]]) {
		if (!field || columns.has(field)) continue;
		throw new SyncError('setup', `There is no column ${field} in ${where}.`, {
			todo: 'Choose another column.',
			field,
		});
	}
	return {
		from: database.dialect.table(name, schema),
		listed: list(read ?? [...columns.keys()]),
		key: identity,
		columns,
		names: read ?? [...columns.keys()],
		steady: info.steady,
	};
}

/** The chosen columns and those that are needed besides; undefined: all. */
function readOf({ fields, removedColumn, nameField }: DatabaseSourceOptions, key: string[]): string[] | undefined {
	if (!fields) return undefined;
	return [
		...new Set([...fields, ...key, removedColumn, nameField].filter((name) => name !== undefined && name !== '')),
	] as string[];
}

function list(names: readonly string[] | undefined): RawBuilder<unknown> {
	return names ? sql.join(names.map((name) => sql`t.${sql.id(name)}`)) : sql`t.*`;
}
