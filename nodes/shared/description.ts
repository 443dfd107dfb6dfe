/** Which database and which table: the settings that the database nodes share. */
import type { INodeCredentialDescription, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

const DIALECTS: INodePropertyOptions[] = [
	{ name: 'MySQL or MariaDB', value: 'mysql', description: 'A server, by a MySQL credential' },
	{ name: 'Postgres', value: 'postgres', description: 'A server, by a Postgres credential' },
	{ name: 'SQLite', value: 'sqlite', description: 'A file on the machine that runs n8n' },
];

export const databaseCredentials: INodeCredentialDescription[] = [
	{ name: 'postgres', required: true, displayOptions: { show: { dialect: ['postgres'] } } },
	{ name: 'mySql', required: true, displayOptions: { show: { dialect: ['mysql'] } } },
];

/** What a change of the database makes other lists load again. */
export const DATABASE_SETTINGS = ['dialect', 'file', 'schema.value', 'table.value'];

export function databaseProperties(role: 'source' | 'destination'): INodeProperties[] {
	return [
		{
			displayName: 'Database',
			name: 'dialect',
			type: 'options',
			default: 'postgres',
			noDataExpression: true,
			options: DIALECTS,
			description:
				role === 'source'
					? 'The kind of database that the records are read from. Nothing is ever written to it.'
					: 'The kind of database that the records are written to',
		},
		{
			displayName: 'Database File',
			name: 'file',
			type: 'string',
			default: '',
			required: true,
			noDataExpression: true,
			placeholder: role === 'source' ? 'e.g. /data/hr.sqlite' : 'e.g. /data/access.sqlite',
			description: 'The full path of the SQLite file on the machine that runs n8n',
			hint: 'In a folder that N8N_RESTRICT_FILE_ACCESS_TO allows; without that variable, ~/.n8n-files',
			displayOptions: { show: { dialect: ['sqlite'] } },
		},
	];
}

/** `show`: further conditions under which a table is asked for. */
export function tableProperties(
	role: 'source' | 'destination',
	show: Record<string, string[]> = {},
): INodeProperties[] {
	return [
		{
			displayName: 'Schema',
			name: 'schema',
			type: 'resourceLocator',
			default: { mode: 'list', value: 'public' },
			required: true,
			description: 'The schema that holds the table',
			modes: [
				{
					displayName: 'From List',
					name: 'list',
					type: 'list',
					typeOptions: { searchListMethod: 'searchSchemas', searchable: true },
				},
				{ displayName: 'By Name', name: 'name', type: 'string', placeholder: 'e.g. public' },
			],
			displayOptions: { show: { dialect: ['postgres'], ...show } },
		},
		{
			displayName: 'Table',
			name: 'table',
			type: 'resourceLocator',
			default: { mode: 'list', value: '' },
			required: true,
			description:
				role === 'source'
					? 'The table or view whose rows are the records'
					: 'The table that the records are written to',
			modes: [
				{
					displayName: 'From List',
					name: 'list',
					type: 'list',
					typeOptions: { searchListMethod: 'searchTables', searchable: true },
				},
				{
					displayName: 'By Name',
					name: 'name',
					type: 'string',
					placeholder: role === 'source' ? 'e.g. employees' : 'e.g. access_list',
				},
			],
			...(Object.keys(show).length > 0 && { displayOptions: { show } }),
		},
	];
}
