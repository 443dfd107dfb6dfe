/** The settings of the node. */
import type { INodeProperties } from 'n8n-workflow';

import { optionsNamed } from '../SyncFromDatabaseTrigger/description/options';

/** By what people see of them. */
function inOrder(options: INodeProperties[]): INodeProperties[] {
	return options.sort((one, other) => one.displayName.localeCompare(other.displayName));
}

export const properties: INodeProperties[] = [
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
		displayName: 'Key',
		name: 'key',
		type: 'string',
		default: 'id',
		required: true,
		placeholder: 'e.g. employee_no',
		description:
			'The field that identifies a record for ever: its name, or its path such as properties.email. Several together are written with commas. A field may also be dragged in.',
	},
	{
		displayName: 'What Comes In',
		name: 'completeness',
		type: 'options',
		default: 'all',
		noDataExpression: true,
		options: [
			{
				name: 'These Are All Records',
				value: 'all',
				description: 'A record that is no longer among them is gone at the source',
			},
			{
				name: 'These Are Only Changed Records',
				value: 'changed',
				description: 'Records that are not among them are as they were; none is removed',
			},
		],
		description: 'Whether the items of a run are everything that the source has',
	},
	{
		displayName: 'An Empty Input',
		name: 'empty',
		type: 'options',
		default: 'refuse',
		noDataExpression: true,
		options: [
			{
				name: 'Is a Read That Failed',
				value: 'refuse',
				description: 'Nothing is removed, and the run fails so that you hear of it',
			},
			{
				name: 'Means That the Source Is Empty',
				value: 'empty',
				description: 'All records are gone. Their removals are counted by the guard, which holds them.',
			},
		],
		description:
			'What it means when no record comes in. n8n runs this node without records only if the node before it has Always Output Data switched on.',
		displayOptions: { show: { completeness: ['all'] } },
	},
	{
		displayName: 'More Records Follow',
		name: 'more',
		type: 'boolean',
		default: false,
		description:
			'Whether further records of the same read come in a later run of this node, as in a loop. While this is true, records are only collected; the run in which it is false completes the read. Behind Loop Over Items: {{ !$("Loop Over Items").context.noItemsLeft }}.',
		displayOptions: { show: { completeness: ['all'] } },
	},
	{
		displayName: 'Name of a Record',
		name: 'recordName',
		type: 'string',
		default: '',
		placeholder: 'e.g. full_name',
		description: 'The field that a person would call a record by, for messages and lists',
		hint: 'Without it: the key',
	},
	{
		displayName: 'Removed If',
		name: 'removedField',
		type: 'string',
		default: '',
		placeholder: 'e.g. deleted_at',
		description: 'A field that says that a record is gone: true, yes, 1, or a time',
		hint: 'Without it: records are gone when a read of everything no longer holds them',
	},
	{
		displayName: 'Sensitive Fields',
		name: 'sensitive',
		type: 'string',
		default: '',
		noDataExpression: true,
		placeholder: 'e.g. salary, iban',
		description:
			'Fields whose values the ledger never keeps; it compares fingerprints of them instead. They still travel in the items, and so stand in n8n’s own execution data.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: inOrder([
			{
				displayName: 'A Run Takes at Most (Minutes)',
				name: 'runMinutes',
				type: 'number',
				typeOptions: { minValue: 0.05 },
				default: 10,
				noDataExpression: true,
				description:
					'How long the records that were put out may be on their way to the destination. Those that have not arrived by then are put out again.',
			},
			{
				displayName: 'Fewest Records',
				name: 'least',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 1,
				noDataExpression: true,
				description: 'A read of everything that holds fewer is not believed, and changes nothing',
			},
			{
				displayName: 'Keep History for Days',
				name: 'historyDays',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 90,
				noDataExpression: true,
				description: 'How long the ledger remembers what was written, overwritten and removed',
			},
			{
				displayName: 'Most Records per Run',
				name: 'most',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 10000,
				noDataExpression: true,
				description: 'The most records that one run puts out. What is left comes with the next run.',
			},
			{
				displayName: 'Most That May Be Missing (%)',
				name: 'mostMissing',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 100 },
				default: 50,
				noDataExpression: true,
				description:
					'A read of everything that lacks a larger share of the known records is not believed, and changes nothing',
			},
			{
				displayName: 'Records in Test Runs',
				name: 'testRecords',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 5000 },
				default: 100,
				noDataExpression: true,
				description: 'How many records a test in the editor puts out. Nothing is written to the ledger then.',
			},
			{
				displayName: 'Release Hold',
				name: 'release',
				type: 'number',
				default: 0,
				noDataExpression: true,
				description: 'The number of a hold whose removals are right and may pass, once',
			},
			...optionsNamed(
				'guardChanges',
				'guardFew',
				'guardFirst',
				'guardShare',
				'sweepEvery',
				'sweepUnit',
				'takeOver',
			),
		]),
	},
];
