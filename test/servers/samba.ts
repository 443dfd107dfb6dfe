/**
 * A real Active Directory for the length of a suite: Samba as a domain controller, of which only the directory is started.
 * It cannot be given other ports, so that it listens at an address of its own (127.x.y.z) instead.
 */
import { randomInt } from 'node:crypto';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { certificates, program } from './certificates';
import { BASE, emptyPlaces, GROUPS, LEFT, opener, PEOPLE, type Directory } from './directory';
import { freshFolder, runToEnd, mortal, startUntilReady, type Availability } from './server';

const ADMIN = `cn=Administrator,cn=Users,${BASE}`;
const PASSWORD = 'Secret.1234';

export function available(): Availability {
	if (process.getuid?.() !== 0) return { ok: false, missing: 'root, for Samba’s ports' };
	return program('samba') && program('samba-tool') && existsSync('/usr/share/samba/setup')
		? { ok: true }
		: { ok: false, missing: 'Samba: apt-get install samba samba-ad-provision samba-dsdb-modules winbind' };
}

/** `addresses`: with the length of their network, which is what makes Samba take them. */
const config = (path: string, addresses: string[]) => `[global]
netbios name = DC
realm = EXAMPLE.ORG
workgroup = EXAMPLE
server role = active directory domain controller
server services = ldap
interfaces = ${addresses.map((address) => `${address}/8`).join(' ')}
bind interfaces only = yes
ldap server require strong auth = no
tls keyfile = ${path}/server.key
tls certfile = ${path}/server.pem
tls cafile = ${path}/ca.pem
private dir = ${path}/private
state directory = ${path}/state
cache directory = ${path}/cache
lock directory = ${path}
pid directory = ${path}
ncalrpc dir = ${path}/ncalrpc
binddns dir = ${path}/bind-dns
ldb:nosync = yes
log file = ${path}/log
`;

export async function startSamba(): Promise<Directory> {
	const place = freshFolder('samba');
	const at = (name: string) => join(place.path, name);
	const net = `127.${randomInt(2, 250)}.${randomInt(1, 250)}`;
	const [host, misnamed] = [`${net}.1`, `${net}.2`];
	try {
		const domain = ['--realm=EXAMPLE.ORG', '--domain=EXAMPLE', '--server-role=dc', '--host-name=dc'];
		const how = ['--host-ip=127.0.0.1', '--dns-backend=NONE', `--adminpass=${PASSWORD}`, '--quiet'];
		const provision = ['domain', 'provision', `--targetdir=${place.path}`, ...domain, ...how];
		// It waits for the disk at every write otherwise.
		const env = { ...process.env, TDB_NO_FSYNC: '1' };
		await runToEnd(program('samba-tool')!, provision, { env });
		const authorities = await certificates(place.path, `IP:${host}`);
		chmodSync(at('server.key'), 0o600);
		writeFileSync(at('smb.conf'), config(place.path, [host, misnamed]));
		const open = opener(`ldap://${host}`, ADMIN, PASSWORD);
		const ready = async () => await (await open()).unbind();
		const args = ['-F', '-s', at('smb.conf'), '--no-process-group', '-M', 'single'];
		const start = async () => await startUntilReady(program('samba')!, args, { env }, ready, 'SIGTERM', 60);
		const life = await mortal(place, start);
		const client = await open();
		for (const dn of [PEOPLE, LEFT, GROUPS])
			await client.add(dn, { objectClass: 'organizationalUnit', ou: /^ou=(\w+)/u.exec(dn)![1]! });
		await client.unbind();
		return {
			...authorities,
			host,
			misnamed,
			port: 389,
			tlsPort: 636,
			user: ADMIN,
			password: PASSWORD,
			client: open,
			empty: async () => await emptyPlaces(open),
			...life,
		};
	} catch (error) {
		place.remove();
		throw error;
	}
}
