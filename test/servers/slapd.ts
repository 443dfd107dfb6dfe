/** A real OpenLDAP for the length of a suite, with TLS, memberOf and password policy; in a folder of its own. */
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { certificates, program } from './certificates';
import { BASE, emptyPlaces, GROUPS, LEFT, opener, PEOPLE, type Directory } from './directory';
import { freePort, freshFolder, runToEnd, mortal, startUntilReady, unprivileged, type Availability } from './server';

export { BASE, GROUPS, LEFT, PEOPLE };
export const ADMIN = `cn=admin,${BASE}`;

export function available(): Availability {
	if (!program('slapd')) return { ok: false, missing: 'OpenLDAP (slapd): apt-get install slapd' };
	return program('openssl') ? { ok: true } : { ok: false, missing: 'openssl, for certificates' };
}

export type Slapd = Directory;

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

export async function startSlapd(): Promise<Slapd> {
	const place = freshFolder('slapd');
	const as = unprivileged(['openldap', 'nobody']);
	try {
		const authorities = await certificates(place.path);
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
		const open = opener(`ldap://127.0.0.1:${port}`, ADMIN, 'secret');
		const ready = async () => await (await open()).unbind();
		const start = async () =>
			await startUntilReady(program('slapd')!, ['-h', urls, ...conf, '-d', '0'], as, ready, 'SIGTERM');
		const life = await mortal(place, start);
		return {
			...authorities,
			host: 'localhost',
			misnamed: '127.0.0.1',
			port,
			tlsPort,
			user: ADMIN,
			password: 'secret',
			client: open,
			empty: async () => await emptyPlaces(open),
			...life,
		};
	} catch (error) {
		place.remove();
		throw error;
	}
}
