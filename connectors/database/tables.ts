/** What a database has, for drop-downs. */
import type { DatabaseConfig } from '../../sql/types';
import { SyncError } from '../../sync/types';
import type { ColumnInfo, TableName } from './column';
import { Connection } from './connection';
import { tableDialects, type TableDialect } from './dialects';
import { told } from './errors';

/** The tables and views, the database's own left out. Throws SyncError. */
export function listTables(config: DatabaseConfig): Promise<TableName[]> {
	return ask(config, 'the database', (dialect, connection) =>
		connection.get().then((database) => dialect.tables(database)),
	);
}

/** A table's columns, in their order. Throws SyncError, also where there is no such table. */
export async function listColumns(config: DatabaseConfig, table: TableName): Promise<ColumnInfo[]> {
	return (await describe(config, table)).columns;
}

/** The names of a table's primary key columns; none where it has no primary key. */
export async function primaryKey(config: DatabaseConfig, table: TableName): Promise<string[]> {
	const { columns } = await describe(config, table);
	return columns
		.filter(({ primary }) => primary > 0)
		.sort((a, b) => a.primary - b.primary)
		.map(({ name }) => name);
}

function describe(config: DatabaseConfig, table: TableName) {
	const name = tableDialects[config.dialect].qualified(config, table);
	const { text } = tableDialects[config.dialect].place(config, name);
	return ask(config, text, async (dialect, connection) => {
		const info = await dialect.describe(await connection.get(), name);
		if (info.columns.length === 0)
			throw new SyncError('setup', `There is no ${text}.`, { todo: 'Choose another table or create it.' });
		return info;
	});
}

async function ask<T>(
	config: DatabaseConfig,
	where: string,
	work: (dialect: TableDialect, connection: Connection) => Promise<T>,
): Promise<T> {
	const connection = new Connection(config, { readOnly: true, values: 'exact' });
	try {
		return await work(tableDialects[config.dialect], connection);
	} catch (error) {
		throw told(error, where);
	} finally {
		await connection.close();
	}
}
