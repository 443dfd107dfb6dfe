/** What can be set per field: its owner, empty values, and the conversion. */
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { belonging } from './belong';

export const CONVERSIONS: INodePropertyOptions[] = [
	{ name: 'As It Is', value: 'as it is', description: 'No conversion' },
	{ name: 'Date', value: 'date', description: 'Like 2026-07-31' },
	{ name: 'Date and Time', value: 'date and time', description: 'Like 2026-07-31T08:00:00Z' },
	{ name: 'Number', value: 'number', description: 'What has too many digits for a number stays exact, as text' },
	{ name: 'Text', value: 'text', description: 'Lists and objects become JSON' },
	{ name: 'Yes/No', value: 'yes/no', description: 'From true/false, yes/no, y/n, on/off, 1/0' },
];

const ZONE_PLACEHOLDER = 'e.g. Europe/Berlin';

/** How a value is converted, and who owns it. */
const converting: INodeProperties[] = [
	{
		displayName: 'Convert To',
		name: 'as',
		type: 'options',
		default: 'text',
		noDataExpression: true,
		options: CONVERSIONS,
		description: 'A value that cannot be converted fails its record, and no other',
	},
	{
		displayName: 'Format',
		name: 'format',
		type: 'string',
		default: '',
		noDataExpression: true,
		placeholder: 'e.g. dd.MM.yyyy HH:mm',
		description:
			'How the date is written in the source, in <a href="https://moment.github.io/luxon/#/parsing">luxon tokens</a>; X for seconds and x for milliseconds since 1970. Without it, forms such as 2026-07-31 and 2026-07-31T08:00:00Z are read.',
		displayOptions: { show: { as: ['date', 'date and time'] } },
	},
	{
		displayName: 'If Empty',
		name: 'ifEmpty',
		type: 'options',
		default: 'leave',
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
		description: 'What happens where the record has no value. Until this is set, the destination field is emptied.',
	},
	{
		displayName: 'Letter Case',
		name: 'case',
		type: 'options',
		default: 'lower',
		noDataExpression: true,
		options: [
			{ name: 'As It Is', value: 'as it is' },
			{ name: 'Lower Case', value: 'lower' },
			{ name: 'Upper Case', value: 'upper' },
		],
		description: 'For text',
	},
	{
		displayName: 'Number Form',
		name: 'number',
		type: 'options',
		default: '1,234.5',
		noDataExpression: true,
		options: [
			{ name: '1 234,5', value: '1 234,5' },
			{ name: '1,234.5', value: '1,234.5' },
			{ name: '1.234,5', value: '1.234,5' },
			{ name: "1'234.5", value: "1'234.5" },
			{ name: '1234.5', value: '1234.5' },
		],
		description: 'How numbers are written in the source',
		displayOptions: { show: { as: ['number'] } },
	},
	{
		displayName: 'Owner',
		name: 'owner',
		type: 'options',
		default: 'once',
		noDataExpression: true,
		options: [
			{
				name: 'Fill If Empty',
				value: 'if empty',
				description: 'Written only while the field is empty in the destination; what stands there stays',
			},
			{
				name: 'Set Once',
				value: 'once',
				description: 'Written when the record is created; belongs to the destination from then on',
			},
			{
				name: 'Source, Always Overwritten',
				value: 'source',
				description: 'Whatever is changed in the destination is written back',
			},
		],
		description: 'Who decides what stands in the field. Until this is set, the source does.',
	},
	{
		displayName: 'Time Zone of the Value',
		name: 'zone',
		type: 'string',
		default: '',
		noDataExpression: true,
		placeholder: ZONE_PLACEHOLDER,
		description:
			"For values that name none, and the calendar from which a date is taken. Without it, the workflow's time zone.",
		displayOptions: { show: { as: ['date', 'date and time'] } },
	},
	{
		displayName: 'Trim',
		name: 'trim',
		type: 'boolean',
		default: true,
		noDataExpression: true,
		description: 'Whether white space at both ends of text is dropped. What is then empty counts as empty.',
	},
	{
		displayName: 'Write as Local Time Of',
		name: 'local',
		type: 'string',
		default: '',
		noDataExpression: true,
		placeholder: ZONE_PLACEHOLDER,
		description:
			'For fields without a time zone: the time zone whose local time they hold. Without it, times are written in UTC.',
		displayOptions: { show: { as: ['date and time'] } },
	},
];

export const rowSettings: INodeProperties = {
	displayName: 'Settings',
	name: 'settings',
	type: 'collection',
	placeholder: 'Add Setting',
	default: {},
	// In the order of their names, as n8n lists them.
	options: [...belonging, ...converting].sort((one, other) => one.displayName.localeCompare(other.displayName)),
};
