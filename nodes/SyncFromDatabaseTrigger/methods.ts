/** What the drop-downs offer: tables, and the columns of the table or of the SELECT. */
import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { single } from '../../connectors/database/query';
import type { DialectName } from '../../sql/types';
import { asNodeError } from '../shared/errors';
import { searchSchemas, searchTables, tableColumns } from '../shared/lists';
import { reader, text } from '../shared/parameters';
import { openSource } from './source';

export const methods = {
	listSearch: { searchSchemas, searchTables },
	loadOptions: {
		async getColumns(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			return await columns(this);
		},
		/** For settings that may stay empty: n8n marks a value that is not in the list as wrong. */
		async getColumnsOrNone(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
			return [{ name: '(None)', value: '' }, ...(await columns(this))];
		},
	},
};

async function columns(context: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const read = reader(context);
	return read('records', 'table') === 'query'
		? await queryColumns(context, text(read('query', '')))
		: await tableColumns(context);
}

/** The columns of a SELECT. */
async function queryColumns(context: ILoadOptionsFunctions, query: string): Promise<INodePropertyOptions[]> {
	if (query === '') return [];
	try {
		return (await firstRow(context, query)).map((name) => ({ name, value: name }));
	} catch (error) {
		throw asNodeError(context.getNode(), error);
	}
}

/** Joined to one row of nothing, so that there is a row though the SELECT gives none; a constant is the key. */
async function firstRow(context: ILoadOptionsFunctions, query: string): Promise<string[]> {
	const dialect = reader(context)('dialect', 'postgres') as DialectName;
	const joined = `SELECT k.one_way_sync_key, q.* FROM (SELECT 1 AS one_way_sync_key) AS k LEFT JOIN (${single(query, dialect)}\n) AS q ON 1 = 1`;
	const source = await openSource(context, { from: { query: joined }, key: ['one_way_sync_key'] });
	try {
		for await (const { records } of source.read()) {
			const [first] = records;
			if (first) return Object.keys(first.fields).filter((name) => name !== 'one_way_sync_key');
		}
		return [];
	} finally {
		await source.close();
	}
}
