/** A directory for a suite, and a destination over it. */
import { LdapDestination, type LdapDestinationOptions } from '../../../connectors/ldap/destination';
import type { Fields } from '../../../sync/types';
import { ADMIN, available, BASE, GROUPS, PEOPLE, startSlapd, type Slapd } from '../../servers/slapd';

/** A directory for the length of a `describe`; what needs it is skipped by name where it is not there. */
export function overSlapd(name: string, suite: (place: () => Slapd) => void): void {
	const there = available();
	const title = there.ok ? name : `${name} (missing: ${there.missing})`;
	(there.ok ? describe : describe.skip)(title, () => {
		let server: Slapd;
		beforeAll(async () => {
			server = await startSlapd();
		}, 60_000);
		afterAll(async () => {
			await server.stop();
		});
		suite(() => server);
	});
}

export function ldap(server: Slapd, more: Partial<LdapDestinationOptions> = {}): LdapDestination {
	return new LdapDestination({
		server: { host: '127.0.0.1', port: server.port, security: 'none', user: ADMIN, password: 'secret' },
		base: BASE,
		container: PEOPLE,
		groups: GROUPS,
		...more,
	});
}

/** A person by number, complete. */
export function person(number: number): Fields {
	return {
		uid: `person${number}`,
		cn: `Person ${number}`,
		sn: `No. ${number}`,
		employeeNumber: `E${number}`,
		mail: [`person${number}@example.org`, `p${number}@example.org`],
		displayName: `Person ${number}`,
		active: true,
		container: PEOPLE,
	};
}

/** What stands there: these attributes of all people. */
export async function standing(server: Slapd, fields: readonly string[]): Promise<Fields[]> {
	const client = await server.client();
	try {
		const { searchEntries } = await client.search(BASE, {
			filter: '(objectClass=inetOrgPerson)',
			attributes: ['dn', ...fields],
			paged: true,
		});
		return searchEntries.map((entry) =>
			Object.fromEntries(
				fields.map((field) => {
					const value = entry[field];
					return [
						field,
						(Array.isArray(value) && value.length === 0 ? null : (value ?? null)) as Fields[string],
					];
				}),
			),
		);
	} finally {
		await client.unbind();
	}
}
