/**
 * What a fresh clone lacks, brought on first use: the package's dependencies, Node 24, the n8n under test, and the
 * servers that the tests start. Every step can be interrupted and begun again: a marker is written only after success.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

import { Failed, root, run, say } from './run.mjs';

export const nodeVersion = '24.21.0';
/** `npm run compat` sets others; the harness and the resolver follow the same variables. */
export const n8nVersion = process.env.N8N_UNDER_TEST ?? '2.41.1';
const n8nFolder = process.env.N8N_FOLDER ?? join(root, 'test', 'n8n', n8nVersion);

const digest = (...files) =>
	files.reduce((hash, file) => hash.update(readFileSync(file)), createHash('sha256')).digest('hex');
const marked = (file, value) => existsSync(file) && readFileSync(file, 'utf8') === value;

export async function step(text, work) {
	say(`· ${text} …`);
	const start = Date.now();
	const seconds = () => (Date.now() - start) / 1000;
	const alive = setInterval(() => say(`  … ${Math.round(seconds())} s`), 20_000);
	try {
		const result = await work();
		say(`  done in ${seconds().toFixed(1)} s`);
		return result;
	} finally {
		clearInterval(alive);
	}
}

/** `node_modules` as the lock file says. Never wipes one that is there: someone may be working with it. */
export async function dependencies() {
	const marker = join(root, 'node_modules', '.set-up');
	const wanted = digest(join(root, 'package.json'), join(root, 'package-lock.json'));
	if (marked(marker, wanted)) return;
	await step('installing what the package is built from', async () => {
		const install = (...args) =>
			run('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund'], { name: 'npm-install' });
		if (existsSync(join(root, 'node_modules'))) await install('install', '--no-save');
		else await install('ci').catch(() => install('install', '--no-save'));
		writeFileSync(marker, wanted);
	});
}

/** The Node that everything runs on: `program` to start it, `home` with its headers. */
export async function node24() {
	try {
		return await nodeOf(nodeVersion);
	} catch (error) {
		if (Number(process.versions.node.split('.')[0]) < 24) throw error;
		say(`  there is none for this machine; the Node that runs this, ${process.version}, will do`);
		return { program: process.execPath, home: dirname(dirname(process.execPath)) };
	}
}

/** Node of a version, from npm. */
export async function nodeOf(version) {
	const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
	const folder = join(root, '.tools', `node-${version}`);
	const home = join(folder, 'node_modules', name);
	const program = join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
	const marker = join(folder, '.set-up');
	if (!marked(marker, name)) {
		await step(`bringing Node ${version}`, async () => {
			mkdirSync(folder, { recursive: true });
			writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
			const args = [
				'install',
				'--ignore-scripts',
				'--no-audit',
				'--no-fund',
				'--no-package-lock',
				`${name}@${version}`,
			];
			await run('npm', args, { cwd: folder, name: 'npm-node' });
			const { text } = await run(program, ['--version'], { output: 'text' });
			if (text.trim() !== `v${version}`) throw new Failed(`${program} says it is ${text.trim()}`);
			writeFileSync(marker, name);
		});
	}
	return { program, home };
}

/** The Node under which n8n is started. */
async function n8nNode() {
	const program = process.env.N8N_NODE;
	return program === undefined ? await node24() : { program, home: dirname(dirname(program)) };
}

/** The environment in which `node` is this one. */
export const withNode = (node) => ({ PATH: `${dirname(node.program)}${delimiter}${process.env.PATH ?? ''}` });

/** The n8n that tests and demo run in, with a native sqlite3 built for its Node; three minutes the first time. */
export async function n8n() {
	const node = await n8nNode();
	const folder = n8nFolder;
	const wanted = digest(
		...['package.json', 'package-lock.json'].map((name) => join(folder, name)).filter(existsSync),
	);
	const installed = join(folder, 'node_modules', '.installed');
	const built = join(folder, 'node_modules', '.set-up');
	if (marked(built, wanted)) return folder;
	if (!marked(installed, wanted)) {
		await step(`installing n8n ${n8nVersion} (about two minutes, 2 GB)`, async () => {
			// With a lock nothing is left to be found out, and what nobody asks for stays away: 800 MB.
			const peers = existsSync(join(folder, 'package-lock.json')) ? ['--legacy-peer-deps'] : [];
			const args = ['install', '--no-save', '--ignore-scripts', ...peers, '--no-audit', '--no-fund'];
			await run('npm', args, { cwd: folder, env: withNode(node), name: 'npm-n8n' });
			writeFileSync(installed, wanted);
		});
	}
	const answers = async () => {
		const ask = "new (require('sqlite3').Database)(':memory:', (error) => process.exit(error ? 1 : 0))";
		return (await run(node.program, ['-e', ask], { cwd: folder, output: 'text', allowFailure: true })).code === 0;
	};
	if (!(await answers())) {
		await step('building sqlite3 for it (about a minute)', async () => {
			const headers = existsSync(join(node.home, 'include', 'node')) ? { npm_config_nodedir: node.home } : {};
			const build = () =>
				run('npm', ['rebuild', 'sqlite3', '--ignore-scripts=false', '--foreground-scripts'], {
					cwd: folder,
					env: { ...withNode(node), ...headers },
					name: 'npm-sqlite3',
				});
			await build().catch(async (error) => {
				if (!(await debian(compiler))) throw error;
				await build();
			});
			if (!(await answers())) throw new Failed('sqlite3 was built, but does not answer in its Node');
		});
	}
	writeFileSync(built, wanted);
	return folder;
}

/** Others' packages that tests use, each folder with a lock of its own; where they cannot be had, what needs them is skipped by name. */
async function lent(name, what) {
	const folder = join(root, 'test', name);
	const wanted = digest(join(folder, 'package.json'), join(folder, 'package-lock.json'));
	const marker = join(folder, 'node_modules', '.set-up');
	if (marked(marker, wanted)) return;
	try {
		await step(`installing ${what}`, async () => {
			const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
			await run('npm', args, { cwd: folder, name: `npm-${name}` });
			writeFileSync(marker, wanted);
		});
	} catch (error) {
		say(`  ${error.message}`);
	}
}

/** The vendors' libraries that send events in tests. */
export const senders = () => lent('senders', 'the libraries that send events');

/** The SCIM server that tests start. */
export const scim = () => lent('scim', 'the SCIM server');

/** n8n's own scanner of community packages. */
export const scanner = () => lent('scan', "n8n's scanner of community packages");

/** What judges the requests and answers of apps: vendors' clients, a schema validator, a stand-in with state. */
export const judges = () => lent('judges', "vendors' clients that judge what goes to apps (under a minute)");

const jsonServerVersion = '0.17.4';

/** The REST server that stories start: on first use, and not where no registry answers; what needs it is skipped then. */
export async function jsonServer() {
	const name = `json-server@${jsonServerVersion}`;
	const folder = join(root, '.tools', `json-server-${jsonServerVersion}`);
	const marker = join(folder, '.set-up');
	if (marked(marker, name)) return;
	try {
		await step(`installing ${name}`, async () => {
			mkdirSync(folder, { recursive: true });
			writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
			const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', name];
			await run('npm', args, { cwd: folder, name: 'npm-json-server' });
			writeFileSync(marker, name);
		});
	} catch (error) {
		say(`  ${error.message}`);
		say(`  missing: ${name}; what needs it is skipped`);
	}
}

const shop = ['@vendure/core@3.7.3', 'sql.js@1.16.0'];

/** A shop for tests, from npm: about a minute on first use; where it cannot be had, what needs it is skipped. */
export async function vendure() {
	const folder = join(root, '.tools', 'vendure');
	const marker = join(folder, '.set-up');
	if (marked(marker, shop.join())) return;
	try {
		await step('installing Vendure (about a minute, 170 MB)', async () => {
			mkdirSync(folder, { recursive: true });
			writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
			const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', ...shop];
			await run('npm', args, { cwd: folder, name: 'npm-vendure' });
			writeFileSync(marker, shop.join());
		});
	} catch (error) {
		say(`  ${error.message}`);
		say('  missing: Vendure; what needs it is skipped');
	}
}

const shopifyTools = '1.16.0';

/** Shopify's schema, out of its tools for developers, and what reads it: seconds; what the tools depend on stays away. */
export async function shopifySchema() {
	const folder = join(root, '.tools', 'shopify');
	const marker = join(folder, '.set-up');
	if (marked(marker, shopifyTools)) return;
	try {
		await step("fetching Shopify's schema (15 MB)", async () => {
			mkdirSync(folder, { recursive: true });
			writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
			const at = { cwd: folder, name: 'npm-shopify' };
			await run(
				'npm',
				['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', 'graphql@16.13.2'],
				at,
			);
			const { text } = await run('npm', ['pack', '--silent', `@shopify/dev-mcp@${shopifyTools}`], {
				...at,
				output: 'text',
			});
			await run('tar', ['-xzf', text.trim().split('\n').at(-1)], at);
			writeFileSync(marker, shopifyTools);
		});
	} catch (error) {
		say(`  ${error.message}`);
		say("  missing: Shopify's schema; what is checked against it is skipped");
	}
}

const directusVersion = '12.3.1';

/**
 * A catalog for tests, from npm: three minutes on first use, and only for who plays the apps' story alone. What it would
 * build (a sandbox for scripts) nothing here uses.
 */
export async function directus() {
	const name = `directus@${directusVersion}`;
	const folder = join(root, '.tools', 'directus');
	const marker = join(folder, '.set-up');
	if (marked(marker, name)) return;
	try {
		await step(`installing ${name} (about three minutes, 700 MB)`, async () => {
			mkdirSync(folder, { recursive: true });
			writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
			const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', name];
			await run('npm', args, { cwd: folder, name: 'npm-directus' });
			const sandbox = join(folder, 'node_modules', 'isolated-vm', 'out');
			mkdirSync(sandbox, { recursive: true });
			writeFileSync(join(sandbox, 'isolated_vm.js'), 'exports.ivm = {};\n');
			writeFileSync(marker, name);
		});
	} catch (error) {
		say(`  ${error.message}`);
		say('  missing: Directus; what needs it is skipped');
	}
}

const onPath = (...names) =>
	[...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].some((folder) =>
		names.some((name) => existsSync(join(folder, name))),
	);
const inPostgresFolder = () => {
	const versions = '/usr/lib/postgresql';
	return (
		existsSync(versions) &&
		readdirSync(versions).some((version) => existsSync(join(versions, version, 'bin', 'initdb')))
	);
};

const compiler = [
	{ name: 'a C++ compiler', package: 'g++', there: () => onPath('g++', 'clang++') },
	{ name: 'make', package: 'make', there: () => onPath('make') },
	{ name: 'Python', package: 'python3', there: () => onPath('python3') },
];

/** What tests start beside n8n, by the name under which they ask for it. */
export const servers = {
	postgres: {
		name: 'PostgreSQL',
		package: 'postgresql',
		there: () => inPostgresFolder() || (onPath('initdb') && onPath('postgres')),
	},
	mariadb: { name: 'MariaDB', package: 'mariadb-server', there: () => onPath('mariadbd') },
	slapd: { name: 'OpenLDAP', package: 'slapd', there: () => onPath('slapd') },
	ds389: { name: '389 Directory Server', package: '389-ds-base', there: () => onPath('ns-slapd') },
	samba: {
		name: 'Samba, as a domain controller',
		package: 'samba samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind',
		there: () => onPath('samba-tool') && onPath('samba') && existsSync('/usr/share/samba/setup'),
	},
	redis: { name: 'Redis', package: 'redis-server', there: () => onPath('redis-server') },
	chromium: {
		name: 'Chromium',
		package: 'chromium',
		there: () => onPath('chromium', 'chromium-browser', 'google-chrome'),
	},
};

/** Debian's packages for what is missing, where we may install them; else says what is missing. True when all is there. */
export async function debian(programs) {
	const missing = () => programs.filter((one) => !one.there());
	if (missing().length === 0) return true;
	if (process.getuid?.() === 0 && onPath('apt-get')) {
		await step(
			`installing ${missing()
				.map(({ name }) => name)
				.join(', ')}`,
			async () => {
				// RUNLEVEL=1: no server of the system's own is started by the installation.
				const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
				const apt = (...args) => run('apt-get', ['-qq', ...args], { env, name: `apt-get-${args[0]}` });
				try {
					await apt('update');
					await apt(
						'install',
						'--yes',
						'--no-install-recommends',
						...missing().flatMap((one) => one.package.split(' ')),
					);
				} catch (error) {
					say(`  ${error.message}`);
				}
			},
		);
	}
	for (const one of missing())
		say(`  missing: ${one.name} (Debian's package: ${one.package}); what needs it is skipped`);
	return missing().length === 0;
}
