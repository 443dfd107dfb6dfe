/** The settings that every destination node has: whether a person looks first, what a test may write, common options. */
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** Whether somebody looks at what would be done before it is done. `node`: the node's display name. */
export function modeProperty(node: string): INodeProperties {
	return {
		displayName: 'Mode',
		name: 'mode',
		type: 'options',
		default: 'write',
		noDataExpression: true,
		options: [
			{
				name: 'Apply Reviewed Plans',
				value: 'reviewed',
				description: `Take the plans of another ${node}, and write each only while everything still is as it was reviewed. What has changed comes out on Held, and again for review.`,
			},
			{
				name: 'Plan Only',
				value: 'plan',
				description: `Write nothing: put every plan out on Preview, for a person to review before another ${node} applies it`,
			},
			{ name: 'Write', value: 'write', description: 'Write what differs at once' },
		],
		description: 'Whether somebody looks at what would be done before it is done',
	};
}

const TEST_WRITES: INodePropertyOptions[] = [
	{
		name: 'At Most N Records',
		value: 'some',
		description: 'Write the first records that need it, and show the rest',
	},
	{ name: 'Off', value: 'off', description: 'Show what would be done, and write nothing' },
	{ name: 'One Key', value: 'key', description: 'Write the record with this key, and show the rest' },
];

/** What a test in the editor may write. */
export function testWriteProperties(
	options: INodePropertyOptions[] = TEST_WRITES,
	description = 'What a test in the editor may write. Removals are never tried out.',
): INodeProperties[] {
	return [
		{
			displayName: 'Write in Test Runs',
			name: 'testWrites',
			type: 'options',
			default: 'off',
			noDataExpression: true,
			options,
			description,
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
	];
}

/** `what`: the destination in a sentence, such as `database`. */
export function attemptsOption(what: string): INodeProperties {
	return {
		displayName: 'Attempts',
		name: 'attempts',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 5,
		noDataExpression: true,
		description: `How often a record that the ${what} refuses is tried before it is given up and put out on Failed. A ${what} that cannot be reached counts for no record.`,
	};
}

export const includeUnchangedOption: INodeProperties = {
	displayName: 'Include Unchanged',
	name: 'includeUnchanged',
	type: 'boolean',
	default: false,
	noDataExpression: true,
	description: 'Whether Synced also has the records for which nothing had to be done',
};
