/**
 * npm's registry with one package more than the real one: the packed one of this project, and what it depends on, as they
 * lie here. Programs reach it as they reach the real one from behind a company's proxy, by its own name and over TLS, so
 * that n8n and npm run as they are: n8n takes no other registry without a licence. Nothing else is reached through it.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createProxy, type Server as Http, type ServerResponse } from 'node:http';
import { createServer, type Server as Https } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';

import { certificates } from './certificates';
import { freshFolder, runToEnd } from './server';

const HOST = 'registry.npmjs.org';

interface Manifest {
	name: string;
	version: string;
	[more: string]: unknown;
}

interface Published {
	manifest: Manifest;
	tarball: Buffer;
}

export interface Registry {
	/** What a program needs to reach it: the proxy, the authority behind its certificate, a cache for npm that is not the user's. */
	readonly env: Record<string, string>;
	/** The paths that were asked for. */
	readonly asked: readonly string[];
	stop(): Promise<void>;
}

/** `packed`: the tarball that would be published. `installed`: the same package with what it depends on beside it. */
export async function startRegistry(packed: string, installed: string): Promise<Registry> {
	const folder = freshFolder('registry');
	await certificates(folder.path, `DNS:${HOST}`);
	const packages = await published(folder.path, installed);
	const own = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Manifest;
	packages.get(own.name)!.set(own.version, { manifest: own, tarball: readFileSync(packed) });

	const asked: string[] = [];
	const pem = (name: string) => readFileSync(join(folder.path, name));
	const registry = createServer({ key: pem('server.key'), cert: pem('server.pem') }, ({ url }, response) => {
		asked.push(url!);
		answer(packages, decodeURIComponent(url!.slice(1)), response);
	});
	await listening(registry);
	const sockets = new Set<Socket>();
	const proxy = createProxy();
	proxy.on('connection', (socket) => sockets.add(socket));
	proxy.on('connect', ({ url }, client) => {
		client.on('error', () => undefined);
		if (url !== `${HOST}:443`) return void client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
		const server = connect((registry.address() as AddressInfo).port, '127.0.0.1', () => {
			client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
			server.pipe(client);
			client.pipe(server);
		});
		server.on('error', () => client.destroy());
	});
	await listening(proxy);

	const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
	return {
		asked,
		env: {
			HTTPS_PROXY: address,
			https_proxy: address,
			NO_PROXY: 'localhost,127.0.0.1',
			no_proxy: 'localhost,127.0.0.1',
			NODE_EXTRA_CA_CERTS: join(folder.path, 'ca.pem'),
			// Where npm is set to trust certain authorities alone, it trusts no other.
			npm_config_cafile: join(folder.path, 'ca.pem'),
			npm_config_cache: join(folder.path, 'npm-cache'),
		},
		stop: async () => {
			for (const socket of sockets) socket.destroy();
			registry.closeAllConnections();
			await Promise.all([closed(proxy), closed(registry)]);
			folder.remove();
		},
	};
}

type Packages = Map<string, Map<string, Published>>;

/** The package in a folder, and all that lies below it, as tarballs. */
async function published(work: string, folder: string, into: Packages = new Map()): Promise<Packages> {
	const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
	const versions = into.get(manifest.name) ?? new Map<string, Published>();
	into.set(manifest.name, versions.set(manifest.version, { manifest, tarball: await tarball(work, folder) }));
	const below = join(folder, 'node_modules');
	for (const name of existsSync(below) ? readdirSync(below) : []) {
		if (name.startsWith('.')) continue;
		const names = name.startsWith('@') ? readdirSync(join(below, name)).map((one) => join(name, one)) : [name];
		for (const one of names) await published(work, join(below, one), into);
	}
	return into;
}

async function tarball(work: string, folder: string): Promise<Buffer> {
	const content = join(work, 'package');
	const packed = join(work, 'package.tgz');
	mkdirSync(content);
	cpSync(folder, content, { recursive: true, filter: (path) => path !== join(folder, 'node_modules') });
	await runToEnd('tar', ['-czf', packed, '-C', work, 'package'], {});
	rmSync(content, { recursive: true });
	return readFileSync(packed);
}

/** A package, one version of it, or a tarball, in the form of https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md. */
function answer(packages: Packages, path: string, response: ServerResponse): void {
	const say = (status: number, body: unknown) => {
		response.writeHead(status, { 'content-type': 'application/json' });
		response.end(JSON.stringify(body));
	};
	const [, name = '', rest = ''] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.+))?$/u.exec(path) ?? [];
	const versions = packages.get(name);
	if (!versions) return say(404, { error: 'Not found' });
	const latest = [...versions.keys()].at(-1)!;
	const file = /^-\/(.+)\.tgz$/u.exec(rest)?.[1];
	const found = versions.get(file ?? (rest === 'latest' ? latest : rest));
	if (rest !== '' && !found) return say(404, { error: `version not found: ${rest}` });
	if (file !== undefined) {
		response.writeHead(200, { 'content-type': 'application/octet-stream' });
		return void response.end(found!.tarball);
	}
	if (found) return say(200, described(found));
	const all = [...versions].map(([version, one]) => [version, described(one)]);
	say(200, { name, 'dist-tags': { latest }, versions: Object.fromEntries(all) as unknown });
}

function described({ manifest, tarball }: Published): Manifest {
	const hash = (algorithm: string, form: 'hex' | 'base64') => createHash(algorithm).update(tarball).digest(form);
	const dist = {
		tarball: `https://${HOST}/${manifest.name}/-/${manifest.version}.tgz`,
		integrity: `sha512-${hash('sha512', 'base64')}`,
		shasum: hash('sha1', 'hex'),
	};
	return { ...manifest, dist };
}

async function listening(server: Http | Https): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, '127.0.0.1', resolve);
	});
}

async function closed(server: Http | Https): Promise<void> {
	await new Promise<void>((resolve) => server.close(() => resolve()));
}
