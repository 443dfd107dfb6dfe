/** Where the destination's fields are looked up, to offer them in the lists below. Changes nothing in what is mapped. */
import type { INodeCredentialDescription, INodeProperties } from 'n8n-workflow';

export const credentials: INodeCredentialDescription[] = [
	{ name: 'postgres', required: false, displayOptions: { show: { fieldsOf: ['postgres'] } } },
	{ name: 'mySql', required: false, displayOptions: { show: { fieldsOf: ['mysql'] } } },
];

export const table: INodeProperties[] = [
	{
		displayName: 'Fields Of',
		name: 'fieldsOf',
		type: 'options',
		default: 'typed',
		noDataExpression: true,
		options: [
			{ name: 'MySQL or MariaDB Table', value: 'mysql', description: 'Offer the columns of a table' },
			{ name: 'Postgres Table', value: 'postgres', description: 'Offer the columns of a table' },
			{ name: 'SQLite Table', value: 'sqlite', description: 'Offer the columns of a table' },
			{ name: 'Typed In', value: 'typed', description: 'Type the names of the destination fields' },
		],
		description: 'Where the names of the destination fields come from. Only helps to fill in this form.',
	},
	{
		displayName: 'Database File',
		name: 'file',
		type: 'string',
		default: '',
		noDataExpression: true,
		placeholder: 'e.g. /data/access.sqlite',
		description: 'The path of the SQLite file on the machine that runs n8n',
		displayOptions: { show: { fieldsOf: ['sqlite'] } },
	},
	{
		displayName: 'Schema',
		name: 'schema',
		type: 'resourceLocator',
		default: { mode: 'list', value: 'public' },
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
		displayOptions: { show: { fieldsOf: ['postgres'] } },
	},
	{
		displayName: 'Table',
		name: 'table',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		description: 'The table whose columns are offered as destination fields',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod: 'searchTables', searchable: true },
			},
			{ displayName: 'By Name', name: 'name', type: 'string', placeholder: 'e.g. access_list' },
		],
		displayOptions: { show: { fieldsOf: ['postgres', 'mysql', 'sqlite'] } },
	},
];
