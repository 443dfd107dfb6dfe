/** The settings of the node. */
import type { INodeProperties } from 'n8n-workflow';

import { DATABASE_SETTINGS, databaseProperties, tableProperties } from '../shared/description';
import {
	attemptsOption,
	includeUnchangedOption,
	modeProperty,
	testWriteProperties,
} from '../shared/destination/description';

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
	modeProperty('Sync To Database'),
	...testWriteProperties(),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			attemptsOption('database'),
			{
				displayName: 'Batch Size',
				name: 'batchSize',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 5000 },
				default: 250,
				noDataExpression: true,
				description: 'The most rows that are read and written at once',
			},
			includeUnchangedOption,
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
