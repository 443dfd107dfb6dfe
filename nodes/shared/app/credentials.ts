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
	.map((type): INodeCredentialDescription => {
		// n8n looks at the first entry of a type, so that there is one.
		const taking = uses.filter(([, all]) => all.some((use) => use.type === type));
		const alone = taking.every(([system, all]) => all.length === 1 && system !== CUSTOM);
		return {
			name: type,
			...(alone && { required: true }),
			displayOptions: shownFor(taking.map(([system]) => system)),
		};
	});

/**
 * n8n's editor hides a parameter each of whose values is named by some credential: then it takes the choice of the credential
 * for the choice of the value. So Custom REST API is named by none; its types are hidden for all others.
 */
function shownFor(taking: string[]): INodeCredentialDescription['displayOptions'] {
	if (!taking.includes(CUSTOM)) return { show: { system: taking } };
	return { hide: { system: uses.map(([system]) => system).filter((system) => !taking.includes(system)) } };
}
