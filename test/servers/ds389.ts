/**
 * A real 389 Directory Server for the length of a suite, in a folder of its own: made from its template and not by its
 * set-up program, which wants systemd and the system's own folders.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync, chownSync } from 'node:fs';
import { join } from 'node:path';

import { certificates, program } from './certificates';
import { BASE, emptyPlaces, GROUPS, LEFT, opener, PEOPLE, type Directory } from './directory';
import { freePort, freshFolder, runToEnd, mortal, startUntilReady, unprivileged, type Availability } from './server';

const TEMPLATE = '/usr/share/dirsrv/data/template-dse.ldif';
const ADMIN = 'cn=Directory Manager';
const PASSWORD = 'secret';

export function available(): Availability {
	return program('ns-slapd') && program('certutil') && existsSync(TEMPLATE)
		? { ok: true }
		: { ok: false, missing: '389 Directory Server: apt-get install 389-ds-base' };
}

/** The template's places, filled in. */
function config(path: string, port: number, tlsPort: number): string {
	const salt = Buffer.from('no secret');
	const hash = createHash('sha1').update(PASSWORD).update(salt).digest();
	const values: Record<string, string> = {
		...Object.fromEntries(
			['schema', 'lock', 'tmp', 'ldif', 'bak', 'run', 'log', 'db'].map((name) => [
				`${name}_dir`,
				join(path, name),
			]),
		),
		cert_dir: path,
		inst_dir: path,
		config_dir: path,
		db_home_dir: join(path, 'home'),
		db_lib: 'bdb',
		fqdn: 'localhost',
		ds_port: String(port),
		ds_user: 'dirsrv',
		ds_suffix: BASE,
		ds_passwd: `{SSHA}${Buffer.concat([hash, salt]).toString('base64')}`,
		rootdn: ADMIN,
		ldapi_enabled: 'off',
		ldapi_autobind: 'off',
		ldapi: join(path, 'run', 'ldapi'),
	};
	return (
		readFileSync(TEMPLATE, 'utf8')
			.replace(/%([a-z_]+)%/gu, (_place, name: string) => values[name] ?? '')
			// It takes no letters but ASCII in a uid otherwise.
			.replace(/^(cn: 7-bit check\n(?:.+\n)*?nsslapd-pluginEnabled: )on$/imu, '$1off')
			.replace(
				/^(nsslapd-port: .*)$/mu,
				`$1\nnsslapd-listenhost: 127.0.0.1\nnsslapd-securelistenhost: 127.0.0.1\nnsslapd-security: on\nnsslapd-securePort: ${tlsPort}`,
			)
	);
}

/** The server keeps its certificate in a store of its own kind. */
async function keepCertificate(path: string): Promise<void> {
	const store = `sql:${path}`;
	const at = (name: string) => join(path, name);
	const pair = ['-export', '-inkey', at('server.key'), '-in', at('server.pem'), '-name', 'Server-Cert'];
	await runToEnd(program('openssl')!, ['pkcs12', ...pair, '-passout', 'pass:x', '-out', at('server.p12')], {});
	await runToEnd(program('certutil')!, ['-N', '-d', store, '--empty-password'], {});
	await runToEnd(program('pk12util')!, ['-i', at('server.p12'), '-d', store, '-W', 'x', '-K', ''], {});
	await runToEnd(program('certutil')!, ['-A', '-d', store, '-n', 'ca', '-t', 'CT,,', '-i', at('ca.pem')], {});
}

export async function startDs389(): Promise<Directory> {
	const place = freshFolder('ds389');
	const as = unprivileged(['dirsrv']);
	const at = (...names: string[]) => join(place.path, ...names);
	try {
		const authorities = await certificates(place.path);
		await keepCertificate(place.path);
		const [port, tlsPort] = [await freePort(), await freePort()];
		for (const name of ['schema', 'lock', 'tmp', 'ldif', 'bak', 'run', 'log', 'db', 'home']) mkdirSync(at(name));
		writeFileSync(at('dse.ldif'), config(place.path, port, tlsPort));
		for (const name of ['slapd-collations.conf', 'certmap.conf'])
			copyFileSync(join('/etc/dirsrv/config', name), at(name));
		copyFileSync('/etc/dirsrv/schema/99user.ldif', at('schema', '99user.ldif'));
		if (as.uid !== undefined)
			for (const name of ['', ...(readdirSync(place.path, { recursive: true }) as string[])])
				chownSync(at(name), as.uid, as.gid!);
		const open = opener(`ldap://127.0.0.1:${port}`, ADMIN, PASSWORD);
		const ready = async () => await (await open()).unbind();
		const args = ['-D', place.path, '-i', at('run', 'pid'), '-d', '0'];
		const start = async () => await startUntilReady(program('ns-slapd')!, args, as, ready, 'SIGTERM', 60);
		const life = await mortal(place, start);
		const client = await open();
		await client.add('cn=userroot,cn=ldbm database,cn=plugins,cn=config', {
			objectClass: ['top', 'extensibleObject', 'nsBackendInstance'],
			cn: 'userroot',
			'nsslapd-suffix': BASE,
		});
		await client.add(`cn="${BASE}",cn=mapping tree,cn=config`, {
			objectClass: ['top', 'extensibleObject', 'nsMappingTree'],
			cn: BASE,
			'nsslapd-state': 'backend',
			'nsslapd-backend': 'userroot',
		});
		await client.add(BASE, { objectClass: ['top', 'domain'], dc: 'example' });
		for (const dn of [PEOPLE, LEFT, GROUPS])
			await client.add(dn, { objectClass: 'organizationalUnit', ou: /^ou=(\w+)/u.exec(dn)![1]! });
		await client.unbind();
		return {
			...authorities,
			host: 'localhost',
			misnamed: '127.0.0.1',
			port,
			tlsPort,
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
