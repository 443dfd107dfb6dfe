/** Mistakes with directories: over a real SCIM server, and a real slapd. */
import type { IDataObject } from 'n8n-workflow';

import { SyncToDirectory } from '../../../nodes/SyncToDirectory/SyncToDirectory.node';
import { available as scimIs, startScim, type ScimServer } from '../../servers/scim';
import { freePort } from '../../servers/server';
import { ADMIN, available as slapdIs, BASE, PEOPLE, startSlapd, type Slapd } from '../../servers/slapd';
import { row, rows, shownBy, type Mistake } from './mistake';

export const directoriesAreThere = scimIs().ok && slapdIs().ok;

let scim: ScimServer;
let slapd: Slapd;

/** Before the first of these mistakes is made. */
export async function startDirectories(): Promise<void> {
	[scim, slapd] = await Promise.all([startScim({ groups: false }), startSlapd()]);
}

export async function stopDirectories(): Promise<void> {
	await Promise.all([scim?.stop(), slapd?.stop()]);
}

interface Given {
	parameters?: IDataObject;
	mapping?: IDataObject;
	/** Over what is right in the credential. */
	credential?: IDataObject;
}

function directory(made: string, protocol: 'scim' | 'ldap', { parameters, mapping, credential }: Given): Mistake {
	return {
		made: `${made} (${protocol.toUpperCase()})`,
		node: 'Sync To Directory',
		show: async (world) => {
			const right: IDataObject =
				protocol === 'scim'
					? { baseUrl: scim.url, sign: 'bearer', token: 'secret' }
					: {
							hostname: 'localhost',
							port: String(slapd.port),
							bindDN: ADMIN,
							bindPassword: 'secret',
							connectionSecurity: 'startTls',
							caCertificate: slapd.ca,
						};
			const shown = shownBy(
				await world.test({
					target: {
						name: 'Target',
						type: new SyncToDirectory(),
						parameters: {
							protocol,
							...(protocol === 'ldap' && { baseDn: BASE, container: PEOPLE }),
							options: {},
							...parameters,
						},
						credentials: {
							[protocol === 'scim' ? 'oneWaySyncScimApi' : 'ldap']: { id: 'own', name: 'Own' },
						},
					},
					mapping: {
						...(protocol === 'scim'
							? rows(row('userName', '={{ $json.email }}'))
							: rows(row('uid', '={{ $json.id }}'), row('cn', '={{ $json.name }}'), row('sn', 'x'))),
						match: [protocol === 'scim' ? 'userName' : 'uid'],
						removal: 'detach',
						...mapping,
					},
					credentials: { own: { ...right, ...credential } },
				}),
			);
			return { message: plain(shown.message), description: plain(shown.description) };
		},
	};
}

/** Ports are others at every run. */
function plain(text: string | null | undefined): string | undefined {
	return text
		?.replaceAll(new URL(scim.url).host, 'scim.example.com')
		.replaceAll(`localhost:${slapd.port}`, 'ldap.example.com')
		.replace(/(?:127\.0\.0\.1|localhost):\d+/gu, 'directory.example.com');
}

const scimUser = (...more: IDataObject[]) => rows(row('userName', '={{ $json.email }}'), ...more);
const ldapUser = (...more: IDataObject[]) =>
	rows(row('uid', '={{ $json.id }}'), row('cn', '={{ $json.name }}'), row('sn', 'x'), ...more);

export const directories: Mistake[] = [
	directory('wrote a base URL that is no address', 'scim', { credential: { baseUrl: 'scim.example.com' } }),
	directory('put a wrong token into the credential', 'scim', { credential: { token: 'another' } }),
	{
		made: 'named an address at which nobody answers (SCIM)',
		node: 'Sync To Directory',
		show: async (world) => {
			const credential = { baseUrl: `http://127.0.0.1:${await freePort()}/scim/v2` };
			return await directory('', 'scim', { credential }).show(world);
		},
	},
	directory('mapped an attribute that is not there', 'scim', { mapping: scimUser(row('titel', 'x')) }),
	directory('matched by what cannot be searched', 'scim', {
		parameters: { dialect: 'slack' },
		mapping: { ...scimUser(row('title', '={{ $json.name }}')), match: ['title'] },
	}),
	directory('mapped a membership where there are no groups', 'scim', {
		mapping: scimUser(row('groups[sales]', '={{ true }}')),
	}),
	directory('chose groups where there are none', 'scim', {
		parameters: { kind: 'Group' },
		mapping: { ...rows(row('displayName', '={{ $json.team }}')), match: ['displayName'] },
	}),
	directory('looked up in what a directory does not have', 'scim', {
		mapping: scimUser(row('title', '={{ $json.team }}', { lookUpBy: 'userName', lookUpIn: 'staff' })),
	}),

	directory('left the address empty', 'ldap', { credential: { hostname: '' } }),
	directory('put a wrong password into the credential', 'ldap', { credential: { bindPassword: 'another' } }),
	{
		made: 'named an address at which nobody answers (LDAP)',
		node: 'Sync To Directory',
		show: async (world) => {
			const credential = { port: String(await freePort()) };
			return await directory('', 'ldap', { credential }).show(world);
		},
	},
	directory('wrote a base DN that is none', 'ldap', { parameters: { baseDn: 'example.org' } }),
	directory('wrote a base DN that is not there', 'ldap', {
		parameters: { baseDn: 'dc=example,dc=com', container: '' },
	}),
	directory('wrote a container that is none', 'ldap', { parameters: { container: 'people' } }),
	directory('named an object class that is not there', 'ldap', { parameters: { options: { classes: 'employee' } } }),
	directory('mapped an attribute that is not there', 'ldap', { mapping: ldapUser(row('titel', 'x')) }),
	directory('matched by what tells nobody from another', 'ldap', {
		mapping: { ...ldapUser(row('container', PEOPLE)), match: ['container'] },
	}),
	directory('looked up below what is no entry', 'ldap', {
		mapping: ldapUser(row('manager', '={{ $json.team }}', { lookUpBy: 'cn', lookUpIn: 'staff' })),
	}),
];
