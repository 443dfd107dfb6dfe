/** How an n8n under test is started: which one, on what, with which settings. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// This file runs as .build/test/n8n/launch.js.
const root = join(__dirname, '..', '..', '..');

/** The version that tests run in, where it lies, and the Node that it runs on; `npm run compat` sets others. */
export const n8nVersion = process.env['N8N_UNDER_TEST'] ?? '2.41.1';
export const n8nFolder = process.env['N8N_FOLDER'] ?? join(root, 'test', 'n8n', n8nVersion);
export const node = process.env['N8N_NODE'] ?? process.execPath;
/** An image in which n8n is started instead, by `npm run compat -- --image`. */
export const image = process.env['N8N_IMAGE'];

/** n8n's own program. */
export function program(): string {
	const path = join(n8nFolder, 'node_modules', 'n8n', 'bin', 'n8n');
	if (!existsSync(path))
		throw new Error(`n8n ${n8nVersion} is not installed: run this through npm (npm test -- NAME)`);
	return path;
}

interface Launch {
	program: string;
	args: string[];
	env: NodeJS.ProcessEnv;
}

/** How n8n is started: by its Node, watched by our monitor, or in a container that sees the folder and all of the loopback. */
export function launch(
	folder: string,
	command: string[],
	container: string,
	own: Record<string, string | undefined>,
): Launch {
	if (image === undefined) {
		const monitor = pathToFileURL(join(root, 'scripts', 'lib', 'monitor.mjs')).href;
		return {
			program: node,
			args: ['--import', monitor, program(), ...command],
			env: environment(folder, own),
		};
	}
	const given = Object.entries({ ...settings(folder), ...own }).flatMap(([name, value]) =>
		value === undefined ? [] : ['--env', `${name}=${value}`],
	);
	const who = process.getuid ? [`--user=${process.getuid()}:${process.getgid!()}`] : [];
	const place = ['--network=host', `--volume=${folder}:${folder}`, `--workdir=${folder}`];
	return {
		program: 'docker',
		args: ['run', '--rm', '--init', `--name=${container}`, ...who, ...place, ...given, image, ...command],
		env: process.env,
	};
}

/** What n8n gets of this process's environment: nothing that could lead it to another instance. */
export function environment(folder: string, own: Record<string, string | undefined>): NodeJS.ProcessEnv {
	const foreign =
		/^(N8N_|DB_|EXECUTIONS_|QUEUE_|WEBHOOK_|GENERIC_TIMEZONE|NODE_OPTIONS|NODE_ENV|JEST_|npm_|INIT_CWD|ONE_WAY_SYNC_)/;
	const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
	return { ...kept, ...settings(folder), ...own };
}

function settings(folder: string): Record<string, string> {
	return {
		N8N_USER_FOLDER: folder,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		GENERIC_TIMEZONE: 'Europe/Berlin',
	};
}
