/** The settings of the node. */
import type { INodeCredentialDescription, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { dialects, type Dialect } from '../../connectors/scim/dialects';
import {
	attemptsOption,
	includeUnchangedOption,
	modeProperty,
	testWriteProperties,
} from '../shared/destination/description';

export const SCIM_CREDENTIAL = 'oneWaySyncScimApi';

export const credentials: INodeCredentialDescription[] = [
	{ name: SCIM_CREDENTIAL, required: true, displayOptions: { show: { protocol: ['scim'] } } },
	// n8n's editor hides a parameter each of whose values is named by some credential; this one names its own by the other.
	{ name: 'ldap', required: true, displayOptions: { hide: { protocol: ['scim'] } } },
];

const scim = { show: { protocol: ['scim'] } };
const ldap = { show: { protocol: ['ldap'] } };
const people = { show: { protocol: ['ldap'], kind: ['User'] } };

/** What the records are, whatever the protocol. */
const KIND: INodeProperties[] = [
	{
		displayName: 'Records Are',
		name: 'kind',
		type: 'options',
		default: 'User',
		noDataExpression: true,
		options: [
			{ name: 'Groups', value: 'Group', description: 'Groups themselves: created, renamed, deleted' },
			{
				name: 'People',
				value: 'User',
				description: 'Accounts, and by fields such as groups[sales] their memberships',
			},
		],
		description: 'What stands there for each record',
	},
	{
		displayName:
			'Memberships come from the mapping: give a field such as <code>groups[sales]</code> a rule, <code>{{ $json.department === "Sales" }}</code>. Whoever it holds for is brought in, whoever it no longer holds for is taken out; members whom the sync does not keep stay.',
		name: 'groupsNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { kind: ['User'] } },
	},
];

const DIALECTS: INodePropertyOptions[] = Object.entries<Dialect>(dialects)
	.map(([value, { label, note }]) => ({ name: label, value, ...(note !== undefined && { description: note }) }))
	.sort((a, b) => (a.name < b.name ? -1 : 1));

/** What whoever chooses a server has to know: its plan and limits, and what cannot be undone there. */
function notices(): INodeProperties[] {
	return Object.entries<Dialect>(dialects).flatMap(([value, { label, note, inactive }]): INodeProperties[] => {
		const said = [
			...(note === undefined ? [] : [note]),
			...(inactive.reversible ? [] : [`active = false ${inactive.effect}: that cannot be undone.`]),
		];
		if (said.length === 0) return [];
		return [
			{
				displayName: `${label}: ${said.join(' ')}`,
				name: `${value}Notice`,
				type: 'notice',
				default: '',
				displayOptions: { show: { protocol: ['scim'], dialect: [value] } },
			},
		];
	});
}

/** A text that names an entry of a directory. */
function name(
	displayName: string,
	own: string,
	placeholder: string,
	description: string,
	more: Partial<INodeProperties> = {},
): INodeProperties {
	return {
		displayName,
		name: own,
		type: 'string',
		default: '',
		noDataExpression: true,
		placeholder: `e.g. ${placeholder}`,
		description,
		displayOptions: ldap,
		...more,
	};
}

const SCIM: INodeProperties[] = [
	{
		displayName: 'Server',
		name: 'dialect',
		type: 'options',
		default: 'standard',
		noDataExpression: true,
		options: DIALECTS,
		description: 'Whose kind of SCIM the server speaks. What it says of itself counts beside it.',
		displayOptions: scim,
	},
	...notices(),
];

const LDAP: INodeProperties[] = [
	{
		displayName: 'Directory',
		name: 'flavour',
		type: 'options',
		default: 'openldap',
		noDataExpression: true,
		options: [
			{ name: '389 Directory Server', value: 'ds389', description: 'Disables by nsAccountLock' },
			{ name: 'Active Directory', value: 'ad', description: 'Disables by a bit of userAccountControl' },
			{ name: 'OpenLDAP', value: 'openldap', description: 'Disables by pwdAccountLockedTime (overlay ppolicy)' },
		],
		description: 'What kind of directory it is: how accounts are disabled, and what names an entry for ever',
		displayOptions: ldap,
	},
	name('Base DN', 'baseDn', 'dc=example,dc=org', 'People and groups are looked for below this entry', {
		required: true,
	}),
	name(
		'Container for New People',
		'container',
		'ou=people,dc=example,dc=org',
		'Where a new entry is put, unless the mapping fills the field container. Without one: at the base.',
		{ displayOptions: people },
	),
	{
		displayName: 'Disable By',
		name: 'disableBy',
		type: 'options',
		default: 'attribute',
		noDataExpression: true,
		options: [
			{
				name: 'An Attribute, as the Directory Has It',
				value: 'attribute',
				description: 'The account stays where it is, and nobody can log in with it',
			},
			{
				name: 'Moving to a Container',
				value: 'move',
				description: 'The entry is moved to a container that nothing grants access to',
			},
		],
		description: 'What the field active does when it is false',
		displayOptions: people,
	},
	name(
		'Container of the Disabled',
		'inactiveContainer',
		'ou=left,dc=example,dc=org',
		'Where disabled people are moved to',
		{ required: true, displayOptions: { show: { protocol: ['ldap'], kind: ['User'], disableBy: ['move'] } } },
	),
];

export const properties: INodeProperties[] = [
	{
		displayName: 'Protocol',
		name: 'protocol',
		type: 'options',
		default: 'scim',
		noDataExpression: true,
		options: [
			{ name: 'LDAP', value: 'ldap', description: 'OpenLDAP, 389 Directory Server, Active Directory' },
			{ name: 'SCIM 2.0', value: 'scim', description: 'Slack, GitHub, and whatever Entra or Okta provision' },
		],
		description: 'How the directory is spoken to',
	},
	...SCIM,
	...LDAP,
	...KIND,
	{
		displayName: 'When the Mapping Deletes',
		name: 'onDelete',
		type: 'options',
		default: 'mild',
		noDataExpression: true,
		options: [
			{
				name: 'Disable (Can Be Undone)',
				value: 'mild',
				description: 'The field active becomes false, and true again when the record returns',
			},
			{
				name: 'Delete (Cannot Be Undone)',
				value: 'delete',
				description: 'The account is deleted with all that hangs on it; a returner gets a new one',
			},
		],
		description: 'What becomes of an account whose record is gone',
		displayOptions: { show: { kind: ['User'] } },
	},
	modeProperty('Sync To Directory'),
	...testWriteProperties(),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Allow What Cannot Be Undone',
				name: 'irreversible',
				type: 'boolean',
				default: false,
				noDataExpression: true,
				description:
					'Whether a step may be taken that the server does not take back, such as active = false at GitHub, which destroys the identity',
			},
			attemptsOption('directory'),
			{
				displayName: 'Batch Size',
				name: 'batchSize',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 1000 },
				default: 100,
				noDataExpression: true,
				description: 'The most records that are read and written at once',
			},
			{
				displayName: 'Create Missing Groups',
				name: 'createGroups',
				type: 'boolean',
				default: false,
				noDataExpression: true,
				description: 'Whether a group that somebody is to be in is created where it is missing',
			},
			{
				displayName: 'Group Base DN',
				name: 'groupBase',
				type: 'string',
				default: '',
				noDataExpression: true,
				placeholder: 'e.g. ou=groups,dc=example,dc=org',
				description: 'Groups are looked for below this entry, and new ones put there. Without one: the base.',
				displayOptions: { show: { '/protocol': ['ldap'] } },
			},
			includeUnchangedOption,
			{
				displayName: 'Last Edited By Field Name or ID',
				name: 'editor',
				type: 'options',
				typeOptions: {
					loadOptionsMethod: 'getFieldsOrNone',
					loadOptionsDependsOn: ['protocol', 'dialect', 'flavour', 'baseDn', 'kind'],
				},
				default: '',
				description:
					'Where the directory says who edited an entry last, such as modifiersName. Whoever is overwritten is named then. The list is what the server says that it has. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
			},
			{
				displayName: 'Naming Attribute',
				name: 'rdn',
				type: 'string',
				default: '',
				noDataExpression: true,
				placeholder: 'e.g. uid',
				description:
					'The attribute that new entries are named by. Without one: uid, or cn in Active Directory.',
				displayOptions: { show: { '/protocol': ['ldap'] } },
			},
			{
				displayName: 'Object Classes',
				name: 'classes',
				type: 'string',
				default: '',
				noDataExpression: true,
				placeholder: 'e.g. inetOrgPerson,posixAccount',
				description:
					'What new entries are, with commas between; people are looked for by the last one. Without any: inetOrgPerson, or user in Active Directory.',
				displayOptions: { show: { '/protocol': ['ldap'] } },
			},
			{
				displayName: 'Requests at Once',
				name: 'hands',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 16 },
				default: 4,
				noDataExpression: true,
				description: 'How many requests are under way at the same time',
				displayOptions: { show: { '/protocol': ['scim'] } },
			},
		],
	},
];
