/** A SCIM server for a suite, and a destination over it. */
import { ScimDestination, type ScimDestinationOptions } from '../../../connectors/scim/destination';
import type { Fields } from '../../../sync/types';
import { available, startScim, type ScimOptions, type ScimServer } from '../../servers/scim';

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const BADGE = 'urn:ietf:params:scim:schemas:extension:badge:2.0:User';

/** A server for the length of a `describe`; what needs it is skipped by name where it is not there. */
export function overScim(name: string, options: ScimOptions, suite: (place: () => ScimServer) => void): void {
	const there = available();
	const title = there.ok ? name : `${name} (missing: ${there.missing})`;
	(there.ok ? describe : describe.skip)(title, () => {
		let server: ScimServer;
		beforeAll(async () => {
			server = await startScim(options);
		}, 60_000);
		afterAll(async () => {
			await server.stop();
		});
		suite(() => server);
	});
}

export function scim(server: ScimServer, more: Partial<ScimDestinationOptions> = {}): ScimDestination {
	return new ScimDestination({ server: { baseUrl: server.url, auth: { kind: 'bearer', token: 'secret' } }, ...more });
}

/** A person by number, complete. */
export function person(number: number): Fields {
	return {
		userName: `person${number}`,
		externalId: `E${number}`,
		displayName: `Person ${number}`,
		'name.givenName': 'Person',
		'name.familyName': `No. ${number}`,
		'emails[type eq "work"].value': `person${number}@example.org`,
		active: true,
		[`${ENTERPRISE}:department`]: number % 2 === 0 ? 'Sales' : 'Research',
		[`${BADGE}:doors`]: ['back', 'front'],
	};
}
