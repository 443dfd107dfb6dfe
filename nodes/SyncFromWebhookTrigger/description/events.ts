/** What an event says, and where in it. */
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { databaseProperties } from '../../shared/description';
import { records } from '../../SyncFromDatabaseTrigger/description/records';

const SOURCE = { side: ['source'] };
const READ = { side: ['source'], dialect: ['mysql', 'postgres', 'sqlite'] };

/** The same properties, shown only under further conditions. */
export function shownWith(properties: INodeProperties[], show: Record<string, string[]>): INodeProperties[] {
	return properties.map((property) => ({
		...property,
		displayOptions: { ...property.displayOptions, show: { ...property.displayOptions?.show, ...show } },
	}));
}

export const side: INodeProperties[] = [
	{
		displayName: 'The Events Come From',
		name: 'side',
		type: 'options',
		default: 'source',
		noDataExpression: true,
		options: [
			{
				name: 'A Destination',
				value: 'destination',
				description:
					'Something was edited downstream: it is looked at and healed at once. Nothing is taken from the event.',
			},
			{ name: 'The Source', value: 'source', description: 'Records changed in the system of record' },
		],
		description: 'Which side of a sync tells of changes',
	},
	{
		displayName: 'Sync Name or ID',
		name: 'watchedSync',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getSyncs' },
		default: '',
		required: true,
		description:
			'The sync whose destination sends the events. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		displayOptions: { show: { side: ['destination'] } },
	},
	{
		displayName: 'Destination Name or ID',
		name: 'watchedDestination',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getDestinations', loadOptionsDependsOn: ['watchedSync'] },
		default: '',
		required: true,
		description:
			'The destination that sends the events. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		displayOptions: { show: { side: ['destination'] } },
	},
];

/** Whether the source can be read, too. It stands in no condition: credentials depend on it. */
const database = databaseProperties('source').map((property): INodeProperties =>
	property.name === 'dialect'
		? {
				...property,
				default: 'none',
				options: [
					...((property.options ?? []) as INodePropertyOptions[]),
					{ name: 'None', value: 'none', description: 'What an event carries is all that there is' },
				].sort((one, other) => one.name.localeCompare(other.name)),
				description:
					'Where the records of the source can be read: an event is only a hint then, and everything is compared from time to time. For the events of a destination: the database whose NOTIFY is heard.',
			}
		: property,
);

export const events: INodeProperties[] = [
	{
		displayName: 'An Event Carries',
		name: 'carries',
		type: 'options',
		default: 'all',
		noDataExpression: true,
		options: [
			{
				name: 'Only the Key; a Node Behind Completes It',
				value: 'its key',
				description: 'For example an HTTP Request node that gets the record by its ID',
			},
			{
				name: 'Some Fields of the Record',
				value: 'some fields',
				description: 'What is not in the event stays as it was',
			},
			{ name: 'The Whole Record', value: 'all', description: 'What is not in the event is empty' },
		],
		description: 'How much of the record the sender puts into an event',
		displayOptions: { show: { ...SOURCE, dialect: ['none'] } },
	},
	{
		displayName: 'Key Field',
		name: 'keyPath',
		type: 'string',
		default: '',
		placeholder: 'e.g. number',
		description:
			'The field of the record that identifies it for ever; several with commas, nested ones with dots: customer.number',
		hint: 'Without an entry: the field id (HubSpot: objectId)',
	},
	...database,
	{
		displayName:
			"In the database: CREATE FUNCTION tell_edit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('edited', OLD.key::text); RETURN NULL; END $$; CREATE TRIGGER tell_edit AFTER UPDATE OR DELETE ON … FOR EACH ROW EXECUTE FUNCTION tell_edit(); with your table, and the column that identifies its rows.",
		name: 'listenNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { side: ['destination'], dialect: ['postgres'] } },
	},
	{
		displayName: 'Channel',
		name: 'channel',
		type: 'string',
		default: 'edited',
		required: true,
		noDataExpression: true,
		description: 'The name that NOTIFY gives. What it carries is the ID of the row, or JSON with it in Key Field.',
		displayOptions: { show: { side: ['destination'], dialect: ['postgres'] } },
	},
	...shownWith(
		records.filter(({ name }) => name !== 'syncName'),
		READ,
	),
	{
		displayName: 'Full Comparison Every (Hours)',
		name: 'completeEvery',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 24,
		noDataExpression: true,
		description: 'How often everything is read, which repairs what no event told of',
		displayOptions: { show: READ },
	},
	{
		displayName: 'Where Things Are',
		name: 'shape',
		type: 'collection',
		placeholder: 'Add Place',
		default: {},
		description: 'Only for senders that are not in the list above, or that send other things',
		options: [
			{
				displayName: 'Any Other Type Means',
				name: 'otherwise',
				type: 'options',
				default: 'changed',
				noDataExpression: true,
				options: [
					{ name: 'The Record Changed', value: 'changed' },
					{ name: 'Nothing', value: 'ignored' },
				],
				description: 'What an event of a type that is not in Types means',
			},
			{
				displayName: 'Event Type',
				name: 'type',
				type: 'string',
				default: '',
				placeholder: 'e.g. type',
				description: 'Where an event says what happened; a header as header:X-Topic',
			},
			{
				displayName: 'Events',
				name: 'events',
				type: 'string',
				default: '',
				placeholder: 'e.g. payload.events',
				description:
					'Where the list of events is in the body. Without an entry: the body is the event, or the list.',
			},
			{
				displayName: 'Name of a Record',
				name: 'name',
				type: 'string',
				default: '',
				placeholder: 'e.g. email',
				description: 'The field that a person would call the record by, for messages and lists',
			},
			{
				displayName: 'Order of Changes',
				name: 'ordering',
				type: 'string',
				default: '',
				placeholder: 'e.g. updated_at',
				description:
					'What rises with every change, a time or a number, in the event or in the record. An event that is older than what is known has no effect then.',
			},
			{
				displayName: 'Record',
				name: 'record',
				type: 'string',
				default: '',
				placeholder: 'e.g. data.object',
				description: 'Where the record is in an event. Without an entry: the event is the record.',
			},
			{
				displayName: 'Types',
				name: 'types',
				type: 'fixedCollection',
				typeOptions: { multipleValues: true, sortable: true },
				placeholder: 'Add Type',
				default: {},
				description: 'What the types mean; the first that fits counts',
				options: [
					{
						displayName: 'Type',
						name: 'rows',
						values: [
							{
								displayName: 'Type',
								name: 'type',
								type: 'string',
								default: '',
								placeholder: 'e.g. *.deleted',
								description: 'As the sender writes it; * stands for anything',
							},
							{
								displayName: 'Means',
								name: 'means',
								type: 'options',
								default: 'removed',
								noDataExpression: true,
								options: [
									{ name: 'Nothing', value: 'ignored' },
									{ name: 'The Record Changed', value: 'changed' },
									{ name: 'The Record Is Gone', value: 'removed' },
								],
							},
						],
					},
				],
			},
		],
	},
];
