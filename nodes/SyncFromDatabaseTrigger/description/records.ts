/** Which records there are, and what is known of each. */
import type { INodeProperties } from 'n8n-workflow';

import { DATABASE_SETTINGS, tableProperties } from '../../shared/description';

const COLUMNS = { loadOptionsMethod: 'getColumns', loadOptionsDependsOn: [...DATABASE_SETTINGS, 'records', 'query'] };
const FROM_LIST =
	'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>';

export const records: INodeProperties[] = [
	{
		displayName: 'Name of the Sync',
		name: 'syncName',
		type: 'string',
		default: '',
		noDataExpression: true,
		placeholder: 'e.g. HR roster',
		description:
			'What the sync is called in the ledger and in messages; one of its own for each sync. It may be changed at any time. Without one, it is called as the workflow is.',
	},
	{
		displayName: 'Records',
		name: 'records',
		type: 'options',
		default: 'table',
		noDataExpression: true,
		options: [
			{ name: 'All Rows of a Table', value: 'table', description: 'Every row of a table or view is a record' },
			{
				name: 'The Rows of a SELECT',
				value: 'query',
				description: 'Every row that a statement of your own gives is a record',
			},
		],
		description: 'What the records are',
	},
	...tableProperties('source', { records: ['table'] }),
	{
		displayName: 'SELECT',
		name: 'query',
		type: 'string',
		typeOptions: { editor: 'sqlEditor', sqlDialect: 'StandardSQL', rows: 5 },
		default: '',
		required: true,
		noDataExpression: true,
		placeholder: 'e.g. SELECT id, email, team FROM employees WHERE company = 7',
		description: 'One statement that only reads. Rows that it no longer gives count as removed.',
		displayOptions: { show: { records: ['query'] } },
	},
	{
		displayName: 'Key Column Names or IDs',
		name: 'keyColumns',
		type: 'multiOptions',
		typeOptions: COLUMNS,
		default: [],
		description: `The columns that identify a record for ever, such as its number. ${FROM_LIST}.`,
		hint: 'Without a choice: the primary key of the table',
	},
	{
		displayName: 'Name of a Record: Column Name or ID',
		name: 'nameColumn',
		type: 'options',
		typeOptions: { ...COLUMNS, loadOptionsMethod: 'getColumnsOrNone' },
		default: '',
		description:
			'The column that a person would call a record by, for messages and lists. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		hint: 'Without a choice: the key',
	},
	{
		displayName: 'Sensitive Field Names or IDs',
		name: 'sensitive',
		type: 'multiOptions',
		typeOptions: COLUMNS,
		default: [],
		description: `Columns whose values the ledger never keeps; it compares fingerprints of them instead. They still travel in the items, and so stand in n8n’s own execution data. ${FROM_LIST}.`,
	},
];
