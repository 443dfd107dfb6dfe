/** The table that *Fields Of* names: read for the drop-downs of this node only, never in a run. */
import type { ILoadOptionsFunctions } from 'n8n-workflow';

import type { TableName } from '../../connectors/database/column';
import { listColumns, listTables } from '../../connectors/database/tables';
import type { DatabaseConfig, DialectName } from '../../sql/types';
import { SyncError, type FieldInfo } from '../../sync/types';
import { connectionTo } from '../shared/database';
import { reader, text } from '../shared/parameters';

const DIALECTS: DialectName[] = ['postgres', 'mysql', 'sqlite'];

/** An opened form asks for the same table once per row, all at once. */
const FRESH = 10_000;
const known = new Map<string, { fields: Promise<FieldInfo[]>; at: number }>();

/** The columns of the table that can be written. Throws SyncError. */
export async function fieldsOfTable(context: ILoadOptionsFunctions): Promise<FieldInfo[]> {
	const { dialect, file, schema, table } = chosen(context);
	if (table === '') throw new SyncError('setup', 'No table is chosen.', { todo: 'Choose it in Table.' });
	const credential = await authorised(context, dialect);
	const name = JSON.stringify([dialect, credential, file, schema, table]);
	const before = known.get(name);
	if (before !== undefined && Date.now() - before.at < FRESH) return await before.fields;
	const fields = ask(context, async (config) => {
		const columns = await listColumns(config, { name: table, ...(schema !== '' && { schema }) });
		return columns.filter(({ writable }) => writable);
	});
	known.set(name, { fields, at: Date.now() });
	fields.catch(() => known.delete(name));
	for (const [other, { at }] of known) if (Date.now() - at >= FRESH) known.delete(other);
	return await fields;
}

/** The tables of the database. Throws SyncError. */
export async function tablesOfDatabase(context: ILoadOptionsFunctions): Promise<TableName[]> {
	return await ask(context, listTables);
}

function chosen(context: ILoadOptionsFunctions) {
	const read = reader(context);
	const given = read('fieldsOf', 'typed');
	const dialect = DIALECTS.find((name) => name === given);
	if (dialect === undefined) {
		throw new SyncError('setup', 'No database is chosen.', { todo: 'Choose it in Fields Of.' });
	}
	return {
		dialect,
		file: text(read('file', '')),
		schema: dialect === 'postgres' ? text(read('schema', 'public')) : '',
		table: text(read('table', '')),
	};
}

/** n8n checks here that who asks may use the credential; what is remembered is not handed out without that. */
async function authorised(context: ILoadOptionsFunctions, dialect: DialectName): Promise<string> {
	if (dialect === 'sqlite') return '';
	const type = dialect === 'postgres' ? 'postgres' : 'mySql';
	if (context.getNode().credentials?.[type] === undefined) {
		throw new SyncError('setup', 'No credential is chosen.', {
			todo: 'Choose the one of the destination’s database.',
		});
	}
	await context.getCredentials(type);
	return context.getNode().credentials?.[type]?.id ?? '';
}

async function ask<T>(context: ILoadOptionsFunctions, question: (config: DatabaseConfig) => Promise<T>): Promise<T> {
	const { dialect, file } = chosen(context);
	const connection = await connectionTo(context, { dialect, file });
	try {
		return await question(connection.config);
	} finally {
		await connection.close();
	}
}
