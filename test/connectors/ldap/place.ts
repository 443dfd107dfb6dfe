/** A directory for a suite, and a destination over it. */
import { LdapDestination, type LdapDestinationOptions } from '../../../connectors/ldap/destination';
import type { FlavourName } from '../../../connectors/ldap/flavours';
import type { Fields } from '../../../sync/types';
import { BASE, GROUPS, PEOPLE, type Directory } from '../../servers/directory';
import type { Availability } from '../../servers/server';
import * as slapd from '../../servers/slapd';

/** A kind of server, and what people and groups are in it. */
export interface Kind {
	name: string;
	flavour: FlavourName;
	available(): Availability;
	start(): Promise<Directory>;
	/** The attribute that people log in by, and the one that names them. */
	login: string;
	rdn: string;
	password: string;
	/** What disables an account: a value that stands there first, and what it becomes. */
	disabling: { attribute: string; before: string[]; off: string; on: string | [] };
	/** One that holds bytes, and one that holds several texts. */
	bytes: string;
	several: string;
	/** An account whose answers are limited; without one, the one with all rights is taken. */
	limited?: { user: string; password: string };
	/** The classes by which people and groups are found. */
	personClass: string;
	groupClass: string;
	/** A person by number, complete. */
	person(number: number): Fields;
	/** A person whom the server itself refuses. */
	bad(number: number): Fields;
	absentId: string;
}

export const openldap: Kind = {
	name: 'OpenLDAP',
	flavour: 'openldap',
	available: slapd.available,
	start: slapd.startSlapd,
	login: 'uid',
	rdn: 'uid',
	password: 'userPassword',
	disabling: { attribute: 'pwdAccountLockedTime', before: [], off: '000001010000Z', on: [] },
	bytes: 'jpegPhoto',
	several: 'mail',
	limited: { user: `cn=sync,${BASE}`, password: 'secret' },
	personClass: 'inetOrgPerson',
	groupClass: 'groupOfNames',
	person: (number) => ({
		uid: `person${number}`,
		cn: `Person ${number}`,
		sn: `No. ${number}`,
		employeeNumber: `E${number}`,
		mail: [`person${number}@example.org`, `p${number}@example.org`],
		displayName: `Person ${number}`,
		active: true,
		container: PEOPLE,
	}),
	bad: (number) => ({ ...openldap.person(number), sn: null }),
	absentId: '00000000-0000-0000-0000-000000000000',
};

export const { person } = openldap;

/** A server for the length of a `describe`; what needs it is skipped by name where it is not there. */
export function over(kind: Kind, name: string, suite: (place: () => Directory) => void): void {
	const there = kind.available();
	const title = there.ok ? name : `${name} (missing: ${there.missing})`;
	(there.ok ? describe : describe.skip)(title, () => {
		let server: Directory;
		beforeAll(async () => {
			server = await kind.start();
		}, 240_000);
		afterAll(async () => {
			await server?.stop();
		}, 60_000);
		suite(() => server);
	});
}

/** An OpenLDAP for the length of a `describe`. */
export function overSlapd(name: string, suite: (place: () => Directory) => void): void {
	over(openldap, name, suite);
}

export function ldap(server: Directory, more: Partial<LdapDestinationOptions> = {}): LdapDestination {
	const { misnamed: host, port, user, password } = server;
	return new LdapDestination({
		server: { host, port, security: 'none', user, password },
		base: BASE,
		container: PEOPLE,
		groups: GROUPS,
		...more,
	});
}

/** Whatever stands there that a filter finds. */
export async function found(server: Directory, filter: string, attributes: string[]) {
	const client = await server.client();
	try {
		return (await client.search(BASE, { filter, attributes, paged: true })).searchEntries;
	} finally {
		await client.unbind();
	}
}

/** What stands there: these attributes of all people. */
export async function standing(server: Directory, kind: Kind, fields: readonly string[]): Promise<Fields[]> {
	const client = await server.client();
	try {
		const { searchEntries } = await client.search(PEOPLE, {
			filter: `(objectClass=${kind.personClass})`,
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
