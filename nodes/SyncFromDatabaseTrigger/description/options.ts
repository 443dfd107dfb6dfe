/** What most syncs leave as it is. */
import type { INodeProperties } from 'n8n-workflow';

export const options: INodeProperties[] = [
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Batch Size',
				name: 'batchSize',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 5000 },
				default: 500,
				noDataExpression: true,
				description:
					'The most records that one run carries. At most three runs are under way at a time; one that waits at a Wait node counts.',
			},
			{
				displayName: 'Change Guard: Share (%)',
				name: 'guardChanges',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 100 },
				default: 20,
				noDataExpression: true,
				description:
					'In that share of the records one field may lose its value at once. More than this (and more than 20 changed, or 5 emptied) are held until a person releases them. Filling an empty field loses nothing. 100 switches this off.',
			},
			{
				displayName: 'Forget Retired Destinations',
				name: 'forgetRetired',
				type: 'boolean',
				default: false,
				noDataExpression: true,
				description:
					'Whether to drop what is known of destinations that this sync no longer writes to, such as the table before the present one. What was written there stays there.',
			},
			{
				displayName: 'Hold the First Write',
				name: 'guardFirst',
				type: 'boolean',
				// Added, it is switched off: who wants it on leaves it away.
				default: false,
				noDataExpression: true,
				description:
					'Whether the first write into a destination that is not empty is held until a person has looked at what would be created, adopted and overwritten. Until this is added, it is; off is for whom the preview of a test run is enough.',
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
				displayName: 'One Record per Group Of',
				name: 'groupBy',
				type: 'string',
				default: '',
				noDataExpression: true,
				placeholder: 'e.g. customer_id',
				description:
					'Makes one record of all that have the same value in this field, or in these fields with commas between them. It has the fields of its first member, and all of them in “members”; Of Several Records in the mapping takes the last, their sum, or a list. Everything is read at every tick then.',
			},
			{
				displayName: 'Records in Test Runs',
				name: 'testRecords',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 5000 },
				default: 100,
				noDataExpression: true,
				description: 'How many records a test in the editor reads. Nothing is written to the ledger then.',
			},
			{
				displayName: 'Release Hold',
				name: 'release',
				type: 'number',
				default: 0,
				noDataExpression: true,
				description:
					'The number of a hold that is right and may pass, once; the output Held and the failed execution name it',
			},
			{
				displayName: 'Removal Guard: Number',
				name: 'guardFew',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 5,
				noDataExpression: true,
				description:
					'As many removals within 24 hours always pass, from 20 records on. More than this and more than the share are held until a person releases them.',
			},
			{
				displayName: 'Removal Guard: Share (%)',
				name: 'guardShare',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 100 },
				default: 10,
				noDataExpression: true,
				description:
					'That share of the records may be removed within 24 hours. More than this and more than the number are held until a person releases them.',
			},
			{
				displayName: 'Sweep Every',
				name: 'sweepEvery',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 1,
				noDataExpression: true,
				description:
					'How often everything in the destinations is compared and what somebody changed there is written back; 0 for never',
			},
			{
				displayName: 'Sweep Unit',
				name: 'sweepUnit',
				type: 'options',
				default: 'hours',
				noDataExpression: true,
				options: [
					{ name: 'Days', value: 'days' },
					{ name: 'Hours', value: 'hours' },
					{ name: 'Minutes', value: 'minutes' },
					{ name: 'Seconds', value: 'seconds' },
				],
				description: 'The unit of Sweep Every',
			},
			{
				displayName: 'Take Over From Workflow',
				name: 'takeOver',
				type: 'string',
				default: '',
				noDataExpression: true,
				placeholder: 'e.g. 8kQm2rTfN0bYxVwZ',
				description:
					'The ID of the workflow whose sync of the same name this one continues, with all that is known of it. Switch that one off first.',
			},
			{
				displayName: 'Unconfirmed Removals After (Minutes)',
				name: 'unconfirmedAfter',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 5,
				noDataExpression: true,
				description:
					'A removal or deactivation that the destination has not confirmed so long after the source changed becomes a failed execution that names it; 0 for never. Looked at with every tick.',
			},
		],
	},
];

/** Those of these options that another source has as they are. */
export function optionsNamed(...names: string[]): INodeProperties[] {
	return (options[0]!.options as INodeProperties[]).filter(({ name }) => names.includes(name));
}
