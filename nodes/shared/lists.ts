/** What the drop-downs of the database nodes offer. A database that cannot be asked is an error in the drop-down itself. */
import type { ILoadOptionsFunctions, INodeListSearchResult, INodePropertyOptions } from 'n8n-workflow';

import { listColumns, listTables } from '../../connectors/database/tables';
import type { DatabaseConfig } from '../../sql/types';
import { databaseConfig } from './database';
import { asNodeError } from './errors';
import { reader, text, type Read } from './parameters';

/** Runs `ask` over the database that the form names now. */
export async function asked<T>(
	context: ILoadOptionsFunctions,
	ask: (config: DatabaseConfig) => Promise<T>,
): Promise<T> {
	try {
		const { config, close } = await databaseConfig(context);
		try {
			return await ask(config);
		} finally {
			await close();
		}
	} catch (error) {
		throw asNodeError(context.getNode(), error);
	}
}

export async function searchSchemas(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	const tables = await asked(this, listTables);
	return found([...new Set(tables.flatMap(({ schema }) => (schema === undefined ? [] : [schema])))], filter);
}

export async function searchTables(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	const schema = schemaOf(reader(this));
	const tables = await asked(this, async (config) => {
		// A MySQL schema is a database, and the credential's own is the one that is read or written.
		const own = config.dialect === 'mysql' ? config.database : schema;
		return (await listTables(config)).filter((table) => own === undefined || table.schema === own);
	});
	return found(
		tables.map(({ name }) => name),
		filter,
	);
}

function schemaOf(read: Read): string | undefined {
	return read('dialect', 'postgres') === 'postgres' ? text(read('schema', 'public')) || 'public' : undefined;
}

/** The columns of the chosen table; none before one is chosen. */
export async function tableColumns(context: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const read = reader(context);
	const name = text(read('table', ''));
	if (name === '') return [];
	const schema = schemaOf(read);
	const columns = await asked(context, async (config) => await listColumns(config, { name, schema }));
	return columns.map(({ name: column, type, primary }) => ({
		name: column,
		value: column,
		description: primary > 0 ? `${type}, primary key` : type,
	}));
}

function found(names: string[], filter = ''): INodeListSearchResult {
	const wanted = filter.toLowerCase();
	return {
		results: names
			.filter((name) => name.toLowerCase().includes(wanted))
			.sort()
			.map((name) => ({ name, value: name })),
	};
}
