/** Who may open the board, and what its buttons may do. */
import type { INodeCredentialDescription, INodeProperties } from 'n8n-workflow';

/** By what alone stands in no condition: n8n's editor hides every parameter that a condition of a credential names otherwise. */
export const boardCredentials: INodeCredentialDescription[] = [
	{ name: 'httpBasicAuth', required: true, displayOptions: { show: { access: ['basic'] } } },
	// n8n's editor hides a parameter each of whose values is named by some credential; this one names its own by the other.
	{ name: 'httpHeaderAuth', required: true, displayOptions: { hide: { access: ['basic'] } } },
];

export const properties: INodeProperties[] = [
	{
		displayName:
			'Publish this workflow, and open the production URL above in a browser. It shows all syncs of this n8n. What a person does there (retry, release, compare anew, mark as done) comes out of this node as an item.',
		name: 'where',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Who May Open It',
		name: 'access',
		type: 'options',
		default: 'basic',
		noDataExpression: true,
		options: [
			{
				name: 'Whoever Has a User Name and Password',
				value: 'basic',
				description: 'The browser asks for them (HTTP basic authentication). Serve n8n by HTTPS then.',
			},
			{
				name: 'Whoever Sends a Header',
				value: 'header',
				description: 'For a proxy that signs people in itself and adds the header',
			},
		],
		description: 'The board shows the records themselves, so it is never open to everybody',
	},
	{
		displayName: 'Buttons',
		name: 'buttons',
		type: 'multiOptions',
		default: ['retry', 'release', 'resync', 'done'],
		noDataExpression: true,
		options: [
			{
				name: 'Compare and Write Anew',
				value: 'resync',
				description: 'Have one record compared with its destinations, and written where it differs',
			},
			{
				name: 'Mark as Done',
				value: 'done',
				description: 'Say that what only a person can do has been done',
			},
			{ name: 'Release', value: 'release', description: 'Let a hold pass, once' },
			{ name: 'Retry', value: 'retry', description: 'Try again at once what failed' },
		],
		description:
			'What people may do who can open the board. Without any, it only shows; a second board with another credential may have others.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Reload Every (Seconds)',
				name: 'refresh',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 15,
				noDataExpression: true,
				description: 'How often an open overview loads itself anew; 0 for never',
			},
		],
	},
];
