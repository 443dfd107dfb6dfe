/** The parameters of Custom REST API. `docs/adding-a-system.md` says what each means. */
import type { INodeProperties } from 'n8n-workflow';

type Role = 'source' | 'destination';

const line = (
	displayName: string,
	name: string,
	description: string,
	more: Partial<INodeProperties> = {},
): INodeProperties => ({
	displayName,
	name,
	type: 'string',
	default: '',
	noDataExpression: true,
	description,
	...more,
});

const json = (
	displayName: string,
	name: string,
	description: string,
	value = '{}',
	more: Partial<INodeProperties> = {},
): INodeProperties => ({
	displayName,
	name,
	type: 'json',
	default: value,
	noDataExpression: true,
	description,
	...more,
});

export function form(role: Role): INodeProperties[] {
	return [
		line('Base URL', 'customBaseUrl', 'The address that all paths below begin with', {
			required: true,
			placeholder: 'e.g. https://api.example.com/v1',
		}),
		json('Headers', 'customHeaders', 'Sent with every request, besides the credential'),
		...list,
		line('ID Is At', 'customId', 'Where in a record its ID stands', { default: 'id', placeholder: 'e.g. id' }),
		line('Name Is At', 'customLabel', 'What people know a record by', { placeholder: 'e.g. name' }),
		line('Changed At', 'customUpdatedAt', 'Where in a record the time of its last change stands', {
			placeholder: 'e.g. updated_at',
		}),
		...(role === 'source' ? [since] : []),
		line(
			'Path of One Record',
			'customGetPath',
			'With {id} for its ID. Without it, single records are looked for in the list.',
			{
				placeholder: 'e.g. /contacts/{id}',
			},
		),
		line('One Record Is At', 'customGetRecord', 'Where in that answer the record stands; empty for all of it', {
			placeholder: 'e.g. data',
		}),
		...(role === 'destination' ? writing : []),
		{
			displayName: 'Requests per Minute',
			name: 'customLimit',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			noDataExpression: true,
			description: 'The most that the API allows; 0 for no limit. An answer of 429 is obeyed in any case.',
		},
		json(
			'Further Settings',
			'customMore',
			'The same definition that the systems on the list are made of, as JSON; it goes over the settings above: batches, jobs, error rules, limits, fields',
		),
	];
}

const PAGES = ['offset', 'page', 'cursor', 'lastId', 'nextLink', 'linkHeader'];

const list: INodeProperties[] = [
	line('Path of the List', 'customListPath', 'Where all records are listed', {
		required: true,
		placeholder: 'e.g. /contacts',
	}),
	{
		displayName: 'Method of the List',
		name: 'customListMethod',
		type: 'options',
		default: 'GET',
		noDataExpression: true,
		options: [
			{ name: 'GET', value: 'GET' },
			{ name: 'POST (A Search That Changes Nothing)', value: 'POST' },
		],
		description: 'How the list is asked for',
	},
	json(
		'Query of the List',
		'customListQuery',
		'With {size}, and {offset}, {page} or {cursor} as the pages want it',
		'{ "limit": "{size}" }',
	),
	json('Body of the List', 'customListBody', 'The same names as in the query', '{}', {
		displayOptions: { show: { customListMethod: ['POST'] } },
	}),
	line('Records Are At', 'customItems', 'Where in the answer the list stands; empty if the answer is the list', {
		placeholder: 'e.g. data',
	}),
	{
		displayName: 'Pages',
		name: 'customPages',
		type: 'options',
		default: 'none',
		noDataExpression: true,
		options: [
			{ name: 'All at Once', value: 'none' },
			{ name: 'By a Cursor in the Answer', value: 'cursor' },
			{ name: 'By an Offset', value: 'offset' },
			{ name: 'By Page Number', value: 'page' },
			{ name: 'By the Address of the Next Page', value: 'nextLink' },
			{ name: 'By the ID of the Last Record', value: 'lastId' },
			{ name: 'By the Link Header', value: 'linkHeader' },
		],
		description: 'How one gets from one page to the next',
	},
	{
		displayName: 'Page Size',
		name: 'customPageSize',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 100,
		noDataExpression: true,
		description: 'What {size} stands for; the largest that the API allows is the cheapest',
		displayOptions: { show: { customPages: PAGES } },
	},
	{
		displayName: 'First Is Number',
		name: 'customFirst',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1 },
		default: 0,
		noDataExpression: true,
		description: 'Whether offsets or pages are counted from 0 or from 1',
		displayOptions: { show: { customPages: ['offset', 'page'] } },
	},
	line('Total Is At', 'customTotal', 'Where in the answer the number of all records stands, if it does', {
		placeholder: 'e.g. meta.total',
		displayOptions: { show: { customPages: ['offset', 'page'] } },
	}),
	line(
		'Next Is At',
		'customNext',
		'Where in the answer the cursor or the address stands; with the ID of the last record: what says that there is more',
		{
			placeholder: 'e.g. meta.next_cursor',
			displayOptions: { show: { customPages: ['cursor', 'nextLink', 'lastId'] } },
		},
	),
];

const since = json(
	'Query for Changes',
	'customSinceQuery',
	'What to add to the query so that only what changed since {since} is listed; leave it empty if the API cannot',
);

const writing: INodeProperties[] = [
	line(
		'Field to Search By',
		'customFindField',
		'The match field of the mapping, where the list can be searched by it',
		{ placeholder: 'e.g. email' },
	),
	json(
		'Query of the Search',
		'customFindQuery',
		'What to add to the query so that only those with {value} are listed',
		'{}',
	),
	line('Path to Create', 'customCreatePath', 'Where a new record is sent; empty if none can be created', {
		placeholder: 'e.g. /contacts',
	}),
	json(
		'Body to Create',
		'customCreateBody',
		'{fields} stands for the fields of the mapping',
		'{ "...": "{fields}" }',
	),
	line('Path to Update', 'customUpdatePath', 'With {id} for its ID; empty if none can be changed', {
		placeholder: 'e.g. /contacts/{id}',
	}),
	{
		displayName: 'Method to Update',
		name: 'customUpdateMethod',
		type: 'options',
		default: 'PATCH',
		noDataExpression: true,
		options: [
			{ name: 'PATCH', value: 'PATCH' },
			{ name: 'POST', value: 'POST' },
			{ name: 'PUT', value: 'PUT' },
		],
		description: 'How a record is changed',
	},
	json('Body to Update', 'customUpdateBody', '{fields} stands for the fields that differ', '{ "...": "{fields}" }'),
	{
		displayName: 'An Update Sends',
		name: 'customUpdateSends',
		type: 'options',
		default: 'changed',
		noDataExpression: true,
		options: [
			{ name: 'Only What Differs', value: 'changed', description: 'What is not sent stays as it is' },
			{
				name: 'The Whole Record',
				value: 'everything',
				description: 'What is not sent is wiped, so that it is read first and sent along',
			},
		],
		description: 'What the API does with fields that are not sent',
	},
	{
		displayName: 'Answers Hold the Record',
		name: 'customAnswerHasRecord',
		type: 'boolean',
		default: true,
		noDataExpression: true,
		description:
			'Whether a create and an update answer with the record as it stands there then; otherwise it is read again',
	},
	line('Record Is At', 'customAnswerRecord', 'Where in these answers the record stands; empty for all of it', {
		placeholder: 'e.g. data',
		displayOptions: { show: { customAnswerHasRecord: [true] } },
	}),
	line('New ID Is At', 'customAnswerId', 'Where in the answer to a create the new ID stands', {
		default: 'id',
		placeholder: 'e.g. data.id',
	}),
	line('Path to Delete', 'customDeletePath', 'With {id} for its ID; empty if none can be deleted', {
		placeholder: 'e.g. /contacts/{id}',
	}),
	line(
		'Idempotency Header',
		'customIdempotency',
		'The header by which the API knows a repeated create, if there is one',
		{ placeholder: 'e.g. Idempotency-Key' },
	),
	{
		displayName: 'Bodies Are',
		name: 'customEncoding',
		type: 'options',
		default: 'json',
		noDataExpression: true,
		options: [
			{ name: 'Form-Encoded with Brackets', value: 'form' },
			{ name: 'Form-Encoded, Lists with Commas', value: 'flat form' },
			{ name: 'JSON', value: 'json' },
		],
		description: 'How bodies are sent',
	},
];
