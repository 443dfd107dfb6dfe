/** Which credentials the App nodes offer: n8n's own types, each shown for the systems that take it. */
import type { INodeCredentialDescription } from 'n8n-workflow';

import type { CredentialUse } from '../../../connectors/rest/definition';
import { systems } from '../../../systems';
import { CUSTOM, CUSTOM_CREDENTIALS } from './custom';

const uses: [string, readonly CredentialUse[]][] = [
	...systems.map(({ name, credentials }): [string, readonly CredentialUse[]] => [name, credentials]),
	[CUSTOM, CUSTOM_CREDENTIALS],
];

/** Where a system takes several, the one that is chosen counts. */
export const appCredentials: INodeCredentialDescription[] = [
	...new Set(uses.flatMap(([, all]) => all.map(({ type }) => type))),
]
	.sort()
	.flatMap((type): INodeCredentialDescription[] => {
		const taking = uses.filter(([, all]) => all.some((use) => use.type === type));
		const alone = taking.filter(([system, all]) => all.length === 1 && system !== CUSTOM).map(([system]) => system);
		const others = taking.map(([system]) => system).filter((system) => !alone.includes(system));
		return [
			...(alone.length > 0 ? [{ name: type, required: true, displayOptions: { show: { system: alone } } }] : []),
			...(others.length > 0 ? [{ name: type, displayOptions: { show: { system: others } } }] : []),
		];
	});
