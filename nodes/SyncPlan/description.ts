/** The settings of the node. */
import type { INodeProperties } from 'n8n-workflow';

import { testWriteProperties } from '../shared/destination/description';

const BY_INPUT = { show: { actual: ['input'] } };

export const properties: INodeProperties[] = [
	{
		displayName: 'Destination',
		name: 'destination',
		type: 'string',
		default: '',
		required: true,
		noDataExpression: true,
		placeholder: 'e.g. Contacts in HubSpot',
		description:
			'What the nodes behind this one write to. It stands in messages, and another name is another destination: then everything is matched anew.',
	},
	{
		displayName: 'What Stands There Now',
		name: 'actual',
		type: 'options',
		default: 'confirmed',
		noDataExpression: true,
		options: [
			{
				name: 'As Last Confirmed',
				value: 'confirmed',
				description: 'The ledger knows what was written; what somebody changed there is not noticed',
			},
			{
				name: 'Comes by the Second Input',
				value: 'input',
				description:
					'Everything that stands there, from the destination’s own node: finds what somebody changed',
			},
		],
		description: 'What the desired records are compared with',
	},
	{
		displayName: 'ID There',
		name: 'standingId',
		type: 'string',
		default: 'id',
		required: true,
		placeholder: 'e.g. record.number',
		description: 'Where in an item of the second input its ID stands: a field, or a path',
		displayOptions: BY_INPUT,
	},
	{
		displayName: 'Fields Are In',
		name: 'standingFields',
		type: 'string',
		default: '',
		placeholder: 'e.g. properties',
		description: 'Where in an item of the second input the fields stand',
		hint: 'Without it: in the item itself',
		displayOptions: BY_INPUT,
	},
	{
		displayName: 'Put the ID In',
		name: 'idField',
		type: 'string',
		default: 'id',
		required: true,
		noDataExpression: true,
		placeholder: 'e.g. record_no',
		description: 'The field of the items on Update and Remove that holds the ID of what to update or remove',
	},
	{
		displayName: 'When a Create Was Never Confirmed',
		name: 'lostCreates',
		type: 'options',
		default: 'wait',
		noDataExpression: true,
		options: [
			{
				name: 'Wait Until I Have Looked',
				value: 'wait',
				description: 'It may have been created; the record waits and is told of on Held',
			},
			{
				name: 'Create It Again',
				value: 'again',
				description: 'Only where a second create does no harm, as by an upsert',
			},
		],
		description:
			'What to do when a run ended between a create and its confirmation. With the second input, it is looked for by the match field instead.',
		displayOptions: { show: { actual: ['confirmed'] } },
	},
	{
		displayName: 'Hold for Approval',
		name: 'mode',
		type: 'options',
		default: 'write',
		noDataExpression: true,
		options: [
			{ name: 'No', value: 'write', description: 'Put plans out for the nodes that write, at once' },
			{
				name: 'Put Plans Out on Held, to Be Approved',
				value: 'plan',
				description:
					'Each plan waits, for seven days at most, with its hash. Behind an approval (Send and Wait, a form, Wait), another Plan node takes it.',
			},
			{
				name: 'Take Approved Plans',
				value: 'reviewed',
				description:
					'Put out what was approved, as long as the record, the mapping and the destination are as they were then. What has changed comes out on Held, and is planned again.',
			},
		],
		description: 'Whether a person looks at each plan before it is carried out',
	},
	...testWriteProperties(
		[
			{
				name: 'At Most N Records',
				value: 'some',
				description: 'Put the first records that need it out on Create and Update, and show the rest',
			},
			{
				name: 'Off',
				value: 'off',
				description: 'Put everything out on Preview, and nothing on the other outputs',
			},
			{ name: 'One Key', value: 'key', description: 'Put out the record with this key, and show the rest' },
		],
		'What a test in the editor may put out to the nodes that write. Removals are never tried out.',
	),
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
				description: 'How often a record that fails is tried before it is given up',
			},
			{
				displayName: 'Include Unchanged',
				name: 'includeUnchanged',
				type: 'boolean',
				default: false,
				noDataExpression: true,
				description: 'Whether Unchanged puts out the records for which nothing has to be written',
			},
			{
				displayName: 'Time to Confirm (Minutes)',
				name: 'confirmMinutes',
				type: 'number',
				typeOptions: { minValue: 0.05 },
				default: 30,
				noDataExpression: true,
				description:
					'How long what was put out waits for its confirmation. What is not confirmed by then is planned again.',
			},
		],
	},
];
