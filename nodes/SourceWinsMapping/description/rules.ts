/** Which records belong in the destination, and what may be done to them there. */
import type { INodeProperties } from 'n8n-workflow';

import { fieldName } from './fields';
import { CONVERSIONS } from './row';

export const rules: INodeProperties[] = [
	{
		displayName: 'Only Records Where',
		name: 'scope',
		type: 'filter',
		default: {},
		typeOptions: { filter: { caseSensitive: true, typeValidation: 'loose', version: 3 } },
		description:
			'The records that belong in the destination. One that leaves this scope is treated as removed. Without a condition, all belong.',
	},
	{
		displayName: 'Time Zone of Dates in Conditions',
		name: 'scopeZone',
		type: 'string',
		default: '',
		noDataExpression: true,
		placeholder: 'e.g. Europe/Berlin',
		description:
			"Where a day begins and ends in a condition that compares a date with today or now. Without it, in the workflow's time zone.",
	},
	{
		displayName: 'When a Record Is Removed or Leaves the Scope',
		name: 'removal',
		type: 'options',
		default: 'detach',
		noDataExpression: true,
		options: [
			{
				name: 'Deactivate',
				value: 'deactivate',
				description: 'Set fields in the destination, and others when the record returns',
			},
			{ name: 'Delete', value: 'delete', description: 'Delete it in the destination' },
			{
				name: 'Detach',
				value: 'detach',
				description: 'Leave it in the destination as it is and stop managing it',
			},
		],
		description: 'What happens in the destination. Many removals at once are held until a person releases them.',
	},
	{
		displayName: 'Set When Deactivated',
		name: 'removalRows',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true, multipleValueButtonText: 'Add Field' },
		placeholder: 'Add Field',
		default: { row: [{ field: 'active', set: 'false', onReturn: 'true' }] },
		description: 'The fields that deactivate a record, such as active: false on removal and true on return',
		displayOptions: { show: { removal: ['deactivate'] } },
		options: [
			{
				displayName: 'Field',
				name: 'row',
				values: [
					...fieldName('Destination Field', 'The field that is set in the destination'),
					{
						displayName: 'Set on Removal',
						name: 'set',
						type: 'string',
						default: 'false',
						placeholder: 'e.g. false',
						description: 'What the field is set to; to empty it, use {{ null }} as an expression',
					},
					{
						displayName: 'Set on Return',
						name: 'onReturn',
						type: 'string',
						default: 'true',
						placeholder: 'e.g. true',
						description:
							'What the field is set to when the record comes back. A field that is mapped above takes its mapped value.',
					},
					{
						displayName: 'Convert To',
						name: 'as',
						type: 'options',
						default: 'as it is',
						noDataExpression: true,
						options: CONVERSIONS,
						description: 'What both values become, such as Yes/No for false and true',
					},
				],
			},
		],
	},
	{
		displayName: 'Records That Exist at the First Run',
		name: 'existing',
		type: 'options',
		default: 'all',
		noDataExpression: true,
		options: [
			{ name: 'All', value: 'all', description: 'Bring all of them into line with the source' },
			{
				name: 'Link Only',
				value: 'link only',
				description: 'Tie them to what is already there and write nothing until they change',
			},
			{ name: 'Only Newer Than a Date', value: 'newer', description: 'Treat older ones as Link Only does' },
		],
		description: 'What happens to the records that the source already holds when the sync starts',
	},
	{
		displayName: 'Newer Than',
		name: 'since',
		type: 'dateTime',
		default: '',
		noDataExpression: true,
		required: true,
		description: "In the workflow's time zone",
		displayOptions: { show: { existing: ['newer'] } },
	},
	{
		displayName: 'Date of the Record',
		name: 'recordDate',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'Drag a date field in from the left',
		description: 'The date that is compared with Newer Than, such as when the record was created',
		displayOptions: { show: { existing: ['newer'] } },
	},
	{
		displayName: 'May Create',
		name: 'mayCreate',
		type: 'boolean',
		default: true,
		noDataExpression: true,
		description: 'Whether records that the destination does not have are created there',
	},
	{
		displayName: 'May Update',
		name: 'mayUpdate',
		type: 'boolean',
		default: true,
		noDataExpression: true,
		description: 'Whether what is already in the destination is changed',
	},
];
