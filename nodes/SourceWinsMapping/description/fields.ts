/** Which destination field takes which value: the rows, the fields of the same name, the match. */
import type { INodeProperties } from 'n8n-workflow';

import { rowSettings } from './row';

const TABLES = ['postgres', 'mysql', 'sqlite'];

/** The same parameter twice: typed, or chosen from the fields of the table. */
export function fieldName(displayName: string, description: string): INodeProperties[] {
	return [
		{
			displayName,
			name: 'field',
			type: 'string',
			default: '',
			placeholder: 'e.g. email',
			description,
			displayOptions: { show: { '/fieldsOf': ['typed'] } },
		},
		{
			displayName: `${displayName} Name or ID`,
			name: 'field',
			type: 'options',
			default: '',
			description:
				'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
			typeOptions: {
				loadOptionsMethod: 'getFields',
				loadOptionsDependsOn: ['fieldsOf', 'schema.value', 'table.value', 'file'],
				allowArbitraryValues: true,
			},
			displayOptions: { show: { '/fieldsOf': TABLES } },
		},
	];
}

/** How many counterparts one record has. */
const perRecord: INodeProperties[] = [
	{
		displayName: 'One Record Per',
		name: 'onePer',
		type: 'options',
		default: 'record',
		noDataExpression: true,
		options: [
			{
				name: 'Element of a List',
				value: 'element',
				description: 'Line items, variants, contracts: each becomes a record of its own in the destination',
			},
			{ name: 'Record of the Source', value: 'record', description: 'Each record of the source becomes one' },
		],
		description: 'What becomes one record in the destination',
	},
	{
		displayName: 'One Record per Element Of',
		name: 'elementsOf',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'Drag a list in from the left',
		description:
			'The list whose elements become records. In every field below, the list then holds one element only: drag in the fields of its first one.',
		displayOptions: { show: { onePer: ['element'] } },
	},
	{
		displayName: 'Element Key',
		name: 'elementKey',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'Drag a field of the first element in from the left',
		description:
			'What tells one element from another within its record, such as the number of a line item. One that is no longer in the list is removed. Empty or equal keys fail the record.',
		displayOptions: { show: { onePer: ['element'] } },
	},
];

export const fields: INodeProperties[] = [
	...perRecord,
	// A node of version 1.1 begins with it, so that most fields need no row.
	{
		displayName: 'Map All Fields of the Same Name',
		name: 'mapAll',
		type: 'boolean',
		default: false,
		noDataExpression: true,
		description:
			'Whether every field of the record goes to the destination field of the same name, where the destination has one. The fields below are added, and win.',
		displayOptions: { show: { '@version': [1] } },
	},
	{
		displayName: 'Map All Fields of the Same Name',
		name: 'mapAll',
		type: 'boolean',
		default: true,
		noDataExpression: true,
		description:
			'Whether every field of the record goes to the destination field of the same name, where the destination has one. The fields below are added, and win.',
		displayOptions: { show: { '@version': [1.1] } },
	},
	{
		displayName: 'Except',
		name: 'except',
		type: 'string',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Exception' },
		default: [],
		noDataExpression: true,
		placeholder: 'e.g. salary',
		description: 'Fields of the record that are not mapped by their name',
		displayOptions: { show: { mapAll: [true] } },
	},
	{
		displayName: 'Empty Values of the Same Name',
		name: 'mapAllEmpty',
		type: 'options',
		default: 'write',
		noDataExpression: true,
		options: [
			{
				name: 'Empty the Destination Field',
				value: 'write',
				description: 'The destination always equals the source',
			},
			{
				name: 'Leave the Destination Field Alone',
				value: 'leave',
				description: 'What stands in the destination stays',
			},
		],
		description: 'What happens where the record has no value',
		displayOptions: { show: { mapAll: [true] } },
	},
	{
		displayName: 'Fields',
		name: 'rows',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true, multipleValueButtonText: 'Add Field' },
		placeholder: 'Add Field',
		default: { row: [{ field: '', value: '' }] },
		description:
			'Which destination field takes which value. Fields that are not here belong to the destination and are never written.',
		options: [
			{
				displayName: 'Field',
				name: 'row',
				values: [
					...fieldName('Destination Field', 'The field that is written in the destination'),
					{
						displayName: 'Value',
						name: 'value',
						type: 'string',
						default: '',
						placeholder: 'Drag a field in from the left',
						description:
							'A field of the record, text, or an expression. Dragged-in fields are fast; other expressions take about 0.2 ms each.',
					},
					rowSettings,
				],
			},
		],
	},
	{
		displayName: 'Match By',
		name: 'match',
		type: 'string',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Match Field' },
		default: [''],
		noDataExpression: true,
		placeholder: 'e.g. email',
		description:
			'Destination fields by which something that is already there is recognised and adopted, instead of being created again. Left empty: what is unique in the destination’s table.',
		hint: 'Left empty: what is unique in the destination’s table',
		displayOptions: { show: { fieldsOf: ['typed'], mapAll: [true] } },
	},
	{
		displayName: 'Match By Field Names or IDs',
		name: 'match',
		type: 'multiOptions',
		typeOptions: {
			loadOptionsMethod: 'getMatchFields',
			loadOptionsDependsOn: ['fieldsOf', 'rows', 'table.value', 'file'],
		},
		default: [],
		description:
			'Destination fields by which something that is already there is recognised and adopted. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		hint: 'Usually the e-mail address or the number that both sides share. Without a choice: what is unique in the destination’s table.',
		displayOptions: { show: { mapAll: [false] } },
	},
	{
		displayName: 'Match By Field Names or IDs',
		name: 'match',
		type: 'multiOptions',
		typeOptions: {
			loadOptionsMethod: 'getMatchFields',
			loadOptionsDependsOn: ['fieldsOf', 'rows', 'table.value', 'file'],
		},
		default: [],
		description:
			'Destination fields by which something that is already there is recognised and adopted. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		hint: 'Without a choice: what is unique in the destination’s table',
		displayOptions: { show: { fieldsOf: TABLES, mapAll: [true] } },
	},
];
