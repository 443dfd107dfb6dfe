/** What a row's value may be beyond itself: a list, a translation, a reference, what is looked up. */
import type { INodeProperties } from 'n8n-workflow';

export const belonging: INodeProperties[] = [
	{
		displayName: 'List',
		name: 'list',
		type: 'options',
		default: 'set',
		noDataExpression: true,
		options: [
			{
				name: 'Only the Members We Added',
				value: 'members',
				description: 'Members that others added stay; what we added and the source no longer has is taken out',
			},
			{
				name: 'Owned Whole, as a Set',
				value: 'set',
				description: 'Its order means nothing, and is no drift',
			},
			{
				name: 'Owned Whole, in Its Order',
				value: 'ordered',
				description: 'The same members in the same order',
			},
		],
		description:
			'Who owns the members of a list. Conversions are done for each member. Until this is set, a list is one value.',
	},
	{
		displayName: 'Look Up By',
		name: 'lookUpBy',
		type: 'string',
		default: '',
		noDataExpression: true,
		placeholder: 'e.g. email',
		description:
			'The value is looked for in this field of the destination, and the ID of what has it is written. Where nothing has it, or several do, the record fails with the value.',
	},
	{
		displayName: 'Look Up In',
		name: 'lookUpIn',
		type: 'string',
		default: '',
		noDataExpression: true,
		placeholder: 'e.g. users',
		description: 'The table or object of the destination that is looked through. Without it, what is written to.',
		displayOptions: { hide: { lookUpBy: [''] } },
	},
	{
		displayName: 'Of Several Records',
		name: 'several',
		type: 'options',
		default: 'sum',
		noDataExpression: true,
		options: [
			{ name: 'A List of All', value: 'list', description: 'The values of all members; empty ones are left out' },
			{ name: 'The First One', value: 'first', description: 'The value of the member with the lowest key' },
			{ name: 'The Last One', value: 'last', description: 'The value of the member with the highest key' },
			{ name: 'Their Sum', value: 'sum', description: 'The numbers of all members, added' },
		],
		description:
			'Where the trigger makes one record per group: whose value this is, or what becomes of all of them. Until this is set, it is the first one’s.',
	},
	{
		displayName: 'Part Referred To',
		name: 'refersToPart',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.variant_id }}',
		description:
			'Where the record that is referred to becomes one record per element of a list: the element key of the one that is meant',
		displayOptions: { hide: { refersTo: [''] } },
	},
	{
		displayName: 'Refers To Name or ID',
		name: 'refersTo',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getReferences', allowArbitraryValues: true },
		default: '',
		description:
			'The value is the key of a record that another sync, or this one, keeps in a destination; the ID that it has there is written. Until it is there, this record waits. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Translate',
		name: 'translate',
		type: 'string',
		typeOptions: { rows: 5 },
		default: '',
		noDataExpression: true,
		placeholder: 'e.g. Sales → S',
		description:
			'Pairs of values, one a line: what the source says, and what the destination takes. Paste two columns of a spreadsheet, or write from = to. Done before the conversion; of a list, for each member.',
	},
	{
		displayName: 'Translate Others To',
		name: 'otherwiseValue',
		type: 'string',
		default: '',
		noDataExpression: true,
		description: 'What the field takes where the value has no pair; empty text empties it',
		displayOptions: { show: { otherwise: ['fixed'] } },
	},
	{
		displayName: 'Translate: Otherwise',
		name: 'otherwise',
		type: 'options',
		default: 'leave',
		noDataExpression: true,
		options: [
			{
				name: 'A Fixed Value',
				value: 'fixed',
				description: 'The field takes the value of Translate Others To',
			},
			{
				name: 'Fail the Record',
				value: 'fail',
				description: 'Nothing of it is written until a pair is added',
			},
			{
				name: 'Leave the Destination Field Alone',
				value: 'leave',
				description: 'What stands in the destination stays',
			},
			{ name: 'Take It as It Is', value: 'keep', description: 'The field takes the value of the source' },
		],
		description:
			'What happens to a value that has no pair. Such values are listed under the output. Until this is set, the record fails.',
	},
	{
		displayName: 'Wait at Most (Hours)',
		name: 'waitHours',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 2 },
		default: 24,
		noDataExpression: true,
		description:
			'How long this record waits for the one that it refers to before it is put out on Failed, with both names. It is still tried again should that one come after all.',
		displayOptions: { hide: { refersTo: [''] } },
	},
];
