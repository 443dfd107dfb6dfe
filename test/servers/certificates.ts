/** An authority with a certificate of it for one server, and another authority that signed nothing. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { runToEnd } from './server';

/** A program where Debian, or the path, has it. */
export function program(name: string): string | undefined {
	const folders = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', ...(process.env['PATH'] ?? '').split(':')];
	return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

export interface Authorities {
	/** The authority that signed the server's certificate. */
	readonly ca: string;
	/** Another authority, which signed nothing. */
	readonly otherCa: string;
}

/** Leaves `ca.pem`, `server.key` and `server.pem` in a folder; `names` as openssl writes them: `DNS:localhost`. */
export async function certificates(path: string, names = 'DNS:localhost'): Promise<Authorities> {
	const openssl = program('openssl')!;
	const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	const at = (name: string) => join(path, name);
	for (const name of ['ca', 'other']) {
		const own = ['-days', '2', '-subj', `/CN=${name}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)];
		await runToEnd(openssl, ['req', '-x509', ...key, ...own], {});
	}
	const request = ['-subj', '/CN=localhost', '-keyout', at('server.key'), '-out', at('server.csr')];
	await runToEnd(openssl, ['req', ...key, ...request], {});
	writeFileSync(at('san'), `subjectAltName=${names}`);
	const signing = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('san')];
	const made = ['-in', at('server.csr'), ...signing, '-days', '2', '-out', at('server.pem')];
	await runToEnd(openssl, ['x509', '-req', ...made], {});
	return { ca: readFileSync(at('ca.pem'), 'utf8'), otherCa: readFileSync(at('other.pem'), 'utf8') };
}
