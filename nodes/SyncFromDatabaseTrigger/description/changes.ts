/** How changes are found, and how often. */
import type { INodeProperties } from 'n8n-workflow';

import { DATABASE_SETTINGS } from '../../shared/description';

const COLUMNS = { loadOptionsMethod: 'getColumns', loadOptionsDependsOn: [...DATABASE_SETTINGS, 'records', 'query'] };
const FROM_LIST =
	'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>';

/** Those of these settings that another source has as they are. */
export function changesNamed(...names: string[]): INodeProperties[] {
	return changes.filter(({ name }) => names.includes(name));
}

export const changes: INodeProperties[] = [
	{
		displayName: 'How Changes Are Found',
		name: 'changes',
		type: 'options',
		default: 'compare',
		noDataExpression: true,
		options: [
			{
				name: 'Compare Everything',
				value: 'compare',
				description: 'Read all records each time: finds what is new, changed and gone',
			},
			{
				name: 'Follow a Column',
				value: 'follow',
				description: 'Read only records with a newer time or a higher number, and everything now and then',
			},
		],
		description: 'Compare Everything misses nothing, and is fast up to some hundred thousand records',
	},
	{
		displayName: 'Column to Follow Name or ID',
		name: 'followColumn',
		type: 'options',
		typeOptions: COLUMNS,
		default: '',
		required: true,
		description: `A column that rises with every change, such as updated_at. ${FROM_LIST}.`,
		displayOptions: { show: { changes: ['follow'] } },
	},
	{
		displayName: 'Overlap (Seconds)',
		name: 'overlap',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 60,
		noDataExpression: true,
		description:
			'How far each read goes back behind the last one, so that transactions which commit late are not missed. For a number that rises, that many numbers.',
		displayOptions: { show: { changes: ['follow'] } },
	},
	{
		displayName: 'Soft-Delete Column Name or ID',
		name: 'softDeleteColumn',
		type: 'options',
		typeOptions: { ...COLUMNS, loadOptionsMethod: 'getColumnsOrNone' },
		default: '',
		description:
			'A column that says that the record is gone: true, 1, or a time. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Ordering Column Name or ID',
		name: 'orderingColumn',
		type: 'options',
		typeOptions: { ...COLUMNS, loadOptionsMethod: 'getColumnsOrNone' },
		default: '',
		description:
			'A number or time that rises with every change of a record. A row that is older than what was read before, as a replica that lags behind gives it, then has no effect; one with an equal value, or without one, counts. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Full Comparison Every (Hours)',
		name: 'completeEvery',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 24,
		noDataExpression: true,
		description: 'How often everything is read, which finds records that were deleted',
		displayOptions: { show: { changes: ['follow'] } },
	},
	{
		displayName: 'Look for Changes',
		name: 'schedule',
		type: 'options',
		default: 'interval',
		noDataExpression: true,
		options: [
			{ name: 'At an Interval', value: 'interval' },
			{ name: 'By a Cron Line', value: 'cron' },
		],
		description: 'When the source is read',
	},
	{
		displayName: 'Every',
		name: 'every',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 1,
		noDataExpression: true,
		description: 'The interval, at least 10 seconds',
		displayOptions: { show: { schedule: ['interval'] } },
	},
	{
		displayName: 'Unit',
		name: 'unit',
		type: 'options',
		default: 'minutes',
		noDataExpression: true,
		options: [
			{ name: 'Seconds', value: 'seconds' },
			{ name: 'Minutes', value: 'minutes' },
			{ name: 'Hours', value: 'hours' },
		],
		description: 'The unit of the interval',
		displayOptions: { show: { schedule: ['interval'] } },
	},
	{
		displayName: 'Cron Line',
		name: 'cron',
		type: 'string',
		default: '',
		required: true,
		noDataExpression: true,
		placeholder: 'e.g. 0 */15 6-20 * * 1-5',
		description:
			'Seconds, minutes, hours, days, months and weekdays, in the time zone of the workflow; seconds may be left out',
		displayOptions: { show: { schedule: ['cron'] } },
	},
];
