/** What a system asks for besides a credential, as parameters of the App nodes. */
import type { INodeProperties } from 'n8n-workflow';

import { systems } from '../../../systems';

/** The parameter that holds a system's setting. */
export function settingName(system: string, setting: string): string {
	return `${system}${setting.charAt(0).toUpperCase()}${setting.slice(1)}`;
}

export const settingProperties: INodeProperties[] = systems.flatMap((system) =>
	Object.entries(system.settings).map(
		([name, { displayName, description, placeholder, required, default: preset }]): INodeProperties => ({
			displayName,
			name: settingName(system.name, name),
			type: 'string',
			default: '',
			required: required && preset === undefined,
			placeholder,
			description,
			displayOptions: { show: { system: [system.name] } },
		}),
	),
);
