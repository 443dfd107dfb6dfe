/** The settings of the node. */
import type { INodeProperties } from 'n8n-workflow';

import { APP_SETTINGS, appProperties, baseUrlOption } from '../shared/app/description';
import {
	attemptsOption,
	includeUnchangedOption,
	modeProperty,
	testWriteProperties,
} from '../shared/destination/description';

export const properties: INodeProperties[] = [
	...appProperties('destination'),
	{
		displayName: 'When the Mapping Deletes',
		name: 'onDelete',
		type: 'options',
		default: 'mild',
		noDataExpression: true,
		options: [
			{
				name: 'Deactivate or Archive, Where the System Can',
				value: 'mild',
				description: 'The first step that can be taken back: it is undone when the record returns',
			},
			{
				name: 'Delete',
				value: 'delete',
				description: 'As the system deletes; a test run says what else is lost by that',
			},
		],
		description: 'What becomes of a counterpart whose record is gone',
	},
	modeProperty('Sync To App'),
	...testWriteProperties(),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			attemptsOption('system'),
			baseUrlOption,
			includeUnchangedOption,
			{
				displayName: 'Last Edited By Field Name or ID',
				name: 'editor',
				type: 'options',
				typeOptions: { loadOptionsMethod: 'getFieldsOrNone', loadOptionsDependsOn: APP_SETTINGS },
				default: '',
				description:
					'Where the system says who edited a record last. Whoever is overwritten is named then. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
			},
		],
	},
];
