/** Which system and which object: the settings that the App nodes share. */
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { SystemDefinition } from '../../../connectors/rest/definition';
import { systems } from '../../../systems';
import { CUSTOM, customProperties } from './custom';
import { settingProperties } from './settings';

/** What a change of makes other lists load again. */
export const APP_SETTINGS = ['system', 'object', ...settingProperties.map(({ name }) => name)];

type Role = 'source' | 'destination';

/** Systems of which something can be read, or written. */
export function offered(role: Role): SystemDefinition[] {
	return systems
		.filter(({ objects }) => role === 'source' || Object.values(objects).some(({ write }) => write !== 'read only'))
		.sort((a, b) => a.displayName.localeCompare(b.displayName));
}

function optionOf({ name, displayName, proven, needs }: SystemDefinition): INodePropertyOptions {
	return {
		name: displayName,
		value: name,
		description: `Proven against: ${proven.by} (${proven.against}). Needs: ${needs}.`,
	};
}

const custom: INodePropertyOptions = {
	name: 'Custom REST API',
	value: CUSTOM,
	description:
		'Any other API with JSON: say below where its records are, how one gets from page to page, and how one is written',
};

/** The system, its settings, its object, and the data part of one that is not on the list. */
export function appProperties(role: Role): INodeProperties[] {
	return [
		{
			displayName: 'System',
			name: 'system',
			type: 'options',
			default: CUSTOM,
			noDataExpression: true,
			options: [...offered(role).map(optionOf), custom].sort((a, b) => a.name.localeCompare(b.name)),
			description:
				role === 'source'
					? 'What the records are read from. Nothing is ever written to it.'
					: 'What the records are written to',
		},
		...hints(role),
		...settingProperties.filter(({ displayOptions }) =>
			offered(role).some(({ name }) => (displayOptions?.show?.['system'] ?? []).includes(name)),
		),
		{
			displayName: 'Object Name or ID',
			name: 'object',
			type: 'options',
			typeOptions: {
				loadOptionsMethod: role === 'source' ? 'getObjects' : 'getWritableObjects',
				loadOptionsDependsOn: ['system'],
			},
			default: '',
			required: true,
			description:
				'Which of the system’s objects the records are. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
			displayOptions: { hide: { system: [CUSTOM] } },
		},
		...(role === 'destination' ? insteads() : []),
		...customProperties(role),
	];
}

/** What the credential has to hold, how far this was tried, and what takes people's right to edit away. */
function hints(role: Role): INodeProperties[] {
	return offered(role).map(({ name, credentials, proven, needs, editing }) => ({
		displayName: [
			...credentials.flatMap(({ hint }) => hint ?? []),
			`Needs: ${needs}.`,
			...(role === 'destination' ? [`So that nobody else edits: ${editing}`] : []),
			`Proven against: ${proven.by} (${proven.against}).`,
		].join(' '),
		name: `${name}Notice`,
		type: 'notice',
		default: '',
		displayOptions: { show: { system: [name] } },
	}));
}

/** Objects of which this node creates and changes none: what to take instead. */
function insteads(): INodeProperties[] {
	return offered('destination').flatMap(({ name: system, objects }) =>
		Object.entries(objects).flatMap(([object, { displayName, instead }]): INodeProperties[] =>
			instead === undefined
				? []
				: [
						{
							displayName: instead,
							name: `${system}${displayName.replaceAll(' ', '')}Notice`,
							type: 'notice',
							default: '',
							displayOptions: { show: { system: [system], object: [object] } },
						},
					],
		),
	);
}

export const baseUrlOption: INodeProperties = {
	displayName: 'Base URL',
	name: 'baseUrl',
	type: 'string',
	default: '',
	noDataExpression: true,
	placeholder: 'e.g. https://api.eu.example.com/v3',
	description:
		'Another address of the API than the system’s own: a region, a proxy, a sandbox. A credential that names its domains is sent to no other.',
};
