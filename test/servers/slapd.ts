/** A real OpenLDAP for the length of a suite, with TLS, memberOf and password policy; in a folder of its own. */
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Client } from 'ldapts';

import {
	freePort,
	freshFolder,
	runToEnd,
	startUntilReady,
	unprivileged,
	type Availability,
	type Mortal,
} from './server';

export const BASE = 'dc=example,dc=org';
export const PEOPLE = `ou=people,${BASE}`;
export const LEFT = `ou=left,${BASE}`;
export const GROUPS = `ou=groups,${BASE}`;
export const ADMIN = `cn=admin,${BASE}`;

function program(name: string): string | undefined {
	const folders = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', ...(process.env['PATH'] ?? '').split(':')];
	return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

export function available(): Availability {
	if (!program('slapd')) return { ok: false, missing: 'OpenLDAP (slapd): apt-get install slapd' };
	return program('openssl') ? { ok: true } : { ok: false, missing: 'openssl, for certificates' };
}

export interface Slapd extends Mortal {
	readonly port: number;
	readonly tlsPort: number;
	/** The authority that signed the server's certificate, which is for `localhost`. */
	readonly ca: string;
	/** Another authority, which signed nothing. */
	readonly otherCa: string;
	/** A connection with all rights. The suite unbinds it. */
	client(): Promise<Client>;
	/** Removes everybody and every group. */
	empty(): Promise<void>;
	stop(): Promise<void>;
}

const config = (path: string) => `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.3.6.1.4.1.4203.666.1.901 NAME 'nsAccountLock' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.4203.666.1.902 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.4203.666.1.903 NAME 'mayPark' EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.4203.666.1.904 NAME 'lastDay' EQUALITY generalizedTimeMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.4203.666.3.901 NAME 'user' SUP inetOrgPerson STRUCTURAL MAY ( nsAccountLock $ userAccountControl $ mayPark $ lastDay ) )
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
pidfile ${path}/slapd.pid
argsfile ${path}/slapd.args
sizelimit 500
TLSCACertificateFile ${path}/ca.pem
TLSCertificateFile ${path}/server.pem
TLSCertificateKeyFile ${path}/server.key
TLSVerifyClient never
database mdb
maxsize 268435456
suffix "${BASE}"
rootdn "${ADMIN}"
rootpw secret
directory ${path}/db
dbnosync
limits dn.exact="cn=sync,${BASE}" size.soft=500 size.hard=500 size.prtotal=unlimited
access to attrs=title by dn.exact="cn=sync,${BASE}" read by * read
access to * by dn.exact="cn=sync,${BASE}" manage by * read
index objectClass,entryUUID,employeeNumber,uid,mail,cn,member,manager eq
overlay memberof
overlay ppolicy
ppolicy_default "cn=default,${BASE}"
`;

const first = `dn: ${BASE}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ${PEOPLE}
objectClass: organizationalUnit
ou: people

dn: ${LEFT}
objectClass: organizationalUnit
ou: left

dn: ${GROUPS}
objectClass: organizationalUnit
ou: groups

dn: cn=sync,${BASE}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: sync
userPassword: secret

dn: cn=default,${BASE}
objectClass: device
objectClass: pwdPolicy
cn: default
pwdAttribute: userPassword
pwdLockout: TRUE
`;

/** An authority, and a certificate of it for `localhost`. */
async function certificates(path: string): Promise<void> {
	const openssl = program('openssl')!;
	const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	const at = (name: string) => join(path, name);
	for (const name of ['ca', 'other'])
		await runToEnd(
			openssl,
			[
				'req',
				'-x509',
				...key,
				'-days',
				'2',
				'-subj',
				`/CN=${name}`,
				'-keyout',
				at(`${name}.key`),
				'-out',
				at(`${name}.pem`),
			],
			{},
		);
	await runToEnd(
		openssl,
		['req', ...key, '-subj', '/CN=localhost', '-keyout', at('server.key'), '-out', at('server.csr')],
		{},
	);
	writeFileSync(at('san'), 'subjectAltName=DNS:localhost');
	const signing = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('san')];
	await runToEnd(
		openssl,
		['x509', '-req', '-in', at('server.csr'), ...signing, '-days', '2', '-out', at('server.pem')],
		{},
	);
}

export async function startSlapd(): Promise<Slapd> {
	const place = freshFolder('slapd');
	const as = unprivileged(['openldap', 'nobody']);
	try {
		await certificates(place.path);
		mkdirSync(join(place.path, 'db'));
		writeFileSync(join(place.path, 'slapd.conf'), config(place.path));
		writeFileSync(join(place.path, 'first.ldif'), first);
		for (const name of ['', 'db', 'server.key', 'slapd.conf']) {
			const path = join(place.path, name);
			if (as.uid !== undefined) chownSync(path, as.uid, as.gid!);
			chmodSync(path, 0o700);
		}
		const conf = ['-f', join(place.path, 'slapd.conf')];
		await runToEnd(program('slapadd')!, [...conf, '-l', join(place.path, 'first.ldif')], as);
		const [port, tlsPort] = [await freePort(), await freePort()];
		const urls = `ldap://127.0.0.1:${port}/ ldaps://127.0.0.1:${tlsPort}/`;
		const open = async () => {
			const client = new Client({ url: `ldap://127.0.0.1:${port}`, timeout: 30_000, connectTimeout: 5000 });
			await client.bind(ADMIN, 'secret');
			return client;
		};
		const ready = async () => await (await open()).unbind();
		const start = async () =>
			await startUntilReady(program('slapd')!, ['-h', urls, ...conf, '-d', '0'], as, ready, 'SIGTERM');
		let running = await start();
		return {
			port,
			tlsPort,
			ca: readFileSync(join(place.path, 'ca.pem'), 'utf8'),
			otherCa: readFileSync(join(place.path, 'other.pem'), 'utf8'),
			client: open,
			empty: async () => {
				const client = await open();
				try {
					for (const base of [PEOPLE, LEFT, GROUPS]) {
						const { searchEntries } = await client.search(base, {
							scope: 'children',
							attributes: ['1.1'],
							paged: true,
						});
						const deepest = searchEntries.map(({ dn }) => dn).sort((a, b) => b.length - a.length);
						for (const dn of deepest) await client.del(dn);
					}
				} finally {
					await client.unbind();
				}
			},
			kill: () => running.kill(),
			start: async () => {
				running = await start();
			},
			stop: async () => {
				await running.stop();
				place.remove();
			},
		};
	} catch (error) {
		place.remove();
		throw error;
	}
}
