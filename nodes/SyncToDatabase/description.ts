/** The settings of the node. */
import type { INodeProperties } from 'n8n-workflow';

import { DATABASE_SETTINGS, databaseProperties, tableProperties } from '../shared/description';

export const properties: INodeProperties[] = [
	...databaseProperties('destination'),
	...tableProperties('destination'),
	{
		displayName: 'ID Column Names or IDs',
		name: 'idColumns',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getColumns', loadOptionsDependsOn: DATABASE_SETTINGS },
		default: [],
		description:
			'The columns that identify a row of the table. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		hint: 'Without a choice: the primary key of the table',
	},
	{
		displayName: 'Mode',
		name: 'mode',
		type: 'options',
		default: 'write',
		noDataExpression: true,
		options: [
			{
				name: 'Apply Reviewed Plans',
				value: 'reviewed',
				description:
					'Take the plans of another Sync To Database, and write each only while everything still is as it was reviewed. What has changed comes out on Held, and again for review.',
			},
			{
				name: 'Plan Only',
				value: 'plan',
				description:
					'Write nothing: put every plan out on Preview, for a person to review before another Sync To Database applies it',
			},
			{ name: 'Write', value: 'write', description: 'Write what differs at once' },
		],
		description: 'Whether somebody looks at what would be done before it is done',
	},
	{
		displayName: 'Write in Test Runs',
		name: 'testWrites',
		type: 'options',
		default: 'off',
		noDataExpression: true,
		options: [
			{
				name: 'At Most N Records',
				value: 'some',
				description: 'Write the first records that need it, and show the rest',
			},
			{ name: 'Off', value: 'off', description: 'Show what would be done, and write nothing' },
			{ name: 'One Key', value: 'key', description: 'Write the record with this key, and show the rest' },
		],
		description: 'What a test in the editor may write. Removals are never tried out.',
		displayOptions: { show: { mode: ['write'] } },
	},
	{
		displayName: 'Key',
		name: 'testKey',
		type: 'string',
		default: '',
		required: true,
		noDataExpression: true,
		placeholder: 'e.g. 1042',
		description: 'The key of the record in the source, as the preview shows it',
		displayOptions: { show: { mode: ['write'], testWrites: ['key'] } },
	},
	{
		displayName: 'Most Records',
		name: 'testMost',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 1,
		noDataExpression: true,
		description: 'How many records a test may write',
		displayOptions: { show: { mode: ['write'], testWrites: ['some'] } },
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Attempts',
				name: 'attempts',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 100 },
				default: 5,
				noDataExpression: true,
				description:
					'How often a record that the database refuses is tried before it is given up and put out on Failed. A database that cannot be reached counts for no record.',
			},
			{
				displayName: 'Batch Size',
				name: 'batchSize',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 5000 },
				default: 1000,
				noDataExpression: true,
				description: 'The most rows that are read and written at once',
			},
			{
				displayName: 'Include Unchanged',
				name: 'includeUnchanged',
				type: 'boolean',
				default: false,
				noDataExpression: true,
				description: 'Whether Synced also has the records for which nothing had to be done',
			},
			{
				displayName: 'Last Edited By Column Name or ID',
				name: 'editor',
				type: 'options',
				typeOptions: { loadOptionsMethod: 'getColumnsOrNone', loadOptionsDependsOn: DATABASE_SETTINGS },
				default: '',
				description:
					'Where the table says who edited a row last. Whoever is overwritten is named then. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
			},
			{
				displayName: 'Lock Synced Fields',
				name: 'lock',
				type: 'boolean',
				default: true,
				noDataExpression: true,
				displayOptions: { show: { '/mode': ['write', 'reviewed'] } },
				description:
					'Whether the table itself refuses it when anyone but this sync changes an owned field or removes a synced row. A test run shows the SQL; the published workflow runs it. Switched off or taken away, the lock is removed without a trace.',
			},
		],
	},
];
