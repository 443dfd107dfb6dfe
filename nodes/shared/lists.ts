/** What the drop-downs of the database nodes offer. A database that cannot be asked is an error in the drop-down itself. */
import type { ILoadOptionsFunctions, INodeListSearchResult, INodePropertyOptions } from 'n8n-workflow';

import { listColumns, listTables } from '../../connectors/database/tables';
import type { DatabaseConfig } from '../../sql/types';
import { databaseConfig } from './database';
import { asNodeError } from './errors';
import { reader, text } from './parameters';

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
	const read = reader(this);
	const tables = await asked(this, listTables);
	const schema = read('dialect', 'postgres') === 'postgres' ? text(read('schema', 'public')) || 'public' : undefined;
	return found(
		tables.filter((table) => schema === undefined || table.schema === schema).map(({ name }) => name),
		filter,
	);
}

/** The columns of the chosen table; none before one is chosen. */
export async function tableColumns(context: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const read = reader(context);
	const name = text(read('table', ''));
	if (name === '') return [];
	const schema = read('dialect', 'postgres') === 'postgres' ? text(read('schema', 'public')) || 'public' : undefined;
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
