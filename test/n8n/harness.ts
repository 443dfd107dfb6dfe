/**
 * A real n8n with the packed package in it, for tests, stories and benchmarks: its own user folder, its own free
 * loopback ports, its log in a file. It ends with the process that started it, whatever happens to that one.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	closeSync,
	readFileSync,
	readdirSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Api } from './api';
import { environment, image, launch, n8nFolder, n8nVersion, node, program } from './launch';
import { until } from './until';

export * from './api';
export * from './until';
export { n8nFolder, n8nVersion };

// This file runs as .build/test/n8n/harness.js.
const root = join(__dirname, '..', '..', '..');
/** The package as n8n installs it, with what it depends on beside it; and the tarball that would be published. */
export const prepared = join(root, '.build', 'package');
export const packed = join(root, '.build', 'package.tgz');

export interface N8nOptions {
	/** The user folder; a former one to go on with. Default: a fresh one, which `stop` and `kill` leave and `remove` removes. */
	folder?: string;
	/** Further variables for n8n, over the harness's own; `undefined` takes one away. */
	env?: Record<string, string | undefined>;
	/** Whether the packed package is put in; default true. */
	package?: boolean;
	/** The command; default `['start']`. A `worker` is started without an owner and without `api`. */
	command?: string[];
	/** The port of a former start, so that open pages and webhook addresses stay valid. */
	port?: number;
}

/** Since the last reset, or the start. */
export interface Load {
	/** The longest time in which the event loop answered nothing. */
	stallMs: number;
	/** The most memory at once (resident set), and what is held now. */
	peakMB: number;
	rssMB: number;
	cpuSeconds: number;
	/** Times over 100 ms in which the event loop answered nothing. */
	stalls: Stall[];
}

export interface Stall {
	/** When it began, in milliseconds of the clock that a profile's samples carry. */
	at: number;
	ms: number;
	/** What the event loop's thread computed meanwhile. */
	cpuMs: number;
}

export interface N8n {
	readonly url: string;
	readonly port: number;
	readonly pid: number;
	/** Its user folder, to start it again with. */
	readonly folder: string;
	/** A folder that its nodes may read and write (`N8N_RESTRICT_FILE_ACCESS_TO`). */
	readonly files: string;
	/** Where all that it said is written. */
	readonly log: string;
	readonly api: Api;
	readonly running: boolean;
	load(): Promise<Load>;
	resetLoad(): Promise<void>;
	/** The first call begins to sample whose code runs, the next one ends it and writes a `.cpuprofile`. */
	profile(file: string): Promise<void>;
	/** Processes that n8n started, its task runner above all: their resident memory, in MB. */
	childrenMB(): number;
	/** SIGTERM, and waits for the end. */
	stop(): Promise<void>;
	/** SIGKILL, its task runner too, as a power cut would. */
	kill(): Promise<void>;
	/** Stops it if it runs, and removes its folder. */
	remove(): Promise<void>;
}

/** An empty user folder with the package in it. */
export function userFolder({ withPackage = true } = {}): string {
	const folder = mkdtempSync(join(tmpdir(), 'one-way-sync-n8n-'));
	mkdirSync(join(folder, 'files'));
	if (withPackage) installPackage(folder);
	return folder;
}

/** Puts the packed package where n8n's *Community nodes* page would. */
export function installPackage(folder: string): void {
	if (!existsSync(prepared))
		throw new Error('the packed package is missing: run this through npm (npm test -- NAME)');
	const { name, version } = JSON.parse(readFileSync(join(prepared, 'package.json'), 'utf8')) as Record<
		string,
		string
	>;
	const nodes = join(folder, '.n8n', 'nodes');
	cpSync(prepared, join(nodes, 'node_modules', name!), { recursive: true });
	const list = { name: 'installed-nodes', private: true, dependencies: { [name!]: version } };
	writeFileSync(join(nodes, 'package.json'), JSON.stringify(list));
}

/** Starts n8n and waits until it answers, signed in as its owner. */
export async function startN8n(options: N8nOptions = {}): Promise<N8n> {
	const folder = options.folder ?? userFolder({ withPackage: options.package ?? true });
	const command = options.command ?? ['start'];
	const isWorker = command[0] === 'worker';
	const port = options.port ?? (await freePort());
	const url = `http://127.0.0.1:${port}`;
	const files = join(folder, 'files');
	const log = join(folder, 'n8n.log');

	const out = openSync(log, 'a');
	const container = `one-way-sync-${port}`;
	const start = launch(folder, command, container, {
		...(await ports(port, isWorker)),
		N8N_RESTRICT_FILE_ACCESS_TO: files,
		...options.env,
	});
	const child = spawn(start.program, start.args, {
		cwd: folder,
		env: start.env,
		stdio: ['ignore', out, out, 'ipc'],
		// A process group of its own, so that its task runner can be ended with it.
		detached: true,
	});
	closeSync(out);
	let running = true;
	let ending = '';
	const ended = new Promise<void>((resolve) => {
		const end = (how: string) => {
			running = false;
			ending ||= how;
			resolve();
		};
		child.once('error', (error) => end(error.message));
		child.once('exit', (code, signal) => end(`it ended with ${signal ?? code}`));
	});

	let asked = 0;
	const ask = async (reset: boolean, profile?: string): Promise<Load> => {
		const number = ++asked;
		return await new Promise((resolve, reject) => {
			const settle = () => {
				child.off('message', listen);
				child.off('exit', fail);
			};
			const listen = (message: { monitor?: number } & Load) => {
				if (message.monitor !== number) return;
				settle();
				const { stallMs, peakMB, rssMB, cpuSeconds, stalls } = message;
				resolve({ stallMs, peakMB, rssMB, cpuSeconds, stalls });
			};
			const fail = () => {
				settle();
				reject(new Error('n8n is not running'));
			};
			if (!running) return fail();
			child.on('message', listen);
			child.once('exit', fail);
			child.send({ monitor: number, reset, profile });
		});
	};
	const signal = async (name: NodeJS.Signals) => {
		if (!running) return;
		// What runs in a container survives whoever asked for it.
		if (name === 'SIGKILL' && image !== undefined) spawnSync('docker', ['kill', container], { stdio: 'ignore' });
		try {
			process.kill(name === 'SIGKILL' ? -child.pid! : child.pid!, name);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
		}
		await ended;
	};
	const stop = async () => {
		const late = setTimeout(() => void signal('SIGKILL'), 40_000);
		await signal('SIGTERM').finally(() => clearTimeout(late));
	};

	const n8n: N8n = {
		url,
		port,
		pid: child.pid!,
		folder,
		files,
		log,
		api: new Api(url),
		get running() {
			return running;
		},
		load: () => ask(false),
		resetLoad: async () => void (await ask(true)),
		profile: async (file) => void (await ask(false, file)),
		childrenMB: () => childrenOf(child.pid!),
		stop,
		kill: () => signal('SIGKILL'),
		remove: async () => {
			await stop();
			rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
		},
	};
	try {
		const path = isWorker ? '/healthz' : '/rest/settings';
		// While it starts, n8n answers every path with 200 and a line of text.
		const answers = async () => {
			const response = await fetch(url + path);
			return response.ok && response.headers.get('content-type')?.includes('json');
		};
		await until(async () => !running || (await answers()), { timeout: 300_000, every: 100, what: 'n8n to answer' });
		if (!running) throw new Error(ending);
		if (!isWorker) await n8n.api.signIn();
		return n8n;
	} catch (error) {
		await n8n.kill();
		throw new Error(`n8n did not start: ${(error as Error).message}\n${tail(log)}`, { cause: error });
	}
}

/** Runs one of n8n's own commands (`import:workflow`, `publish:workflow`, …) on a user folder; answers what it said. */
export async function n8nCommand(
	folder: string,
	args: string[],
	env: Record<string, string | undefined> = {},
): Promise<string> {
	const own = environment(folder, {
		...(await ports(await freePort(), false)),
		N8N_RESTRICT_FILE_ACCESS_TO: join(folder, 'files'),
		...env,
	});
	const child = spawn(node, [program(), ...args], {
		cwd: folder,
		env: own,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let said = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += String(data)));
	const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
	if (code !== 0) throw new Error(`n8n ${args.join(' ')} ended with ${String(code)}: ${said}`);
	return said;
}

/** A port on the loopback address that is free now. */
export async function freePort(): Promise<number> {
	return await new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const { port } = probe.address() as { port: number };
			probe.close(() => resolve(port));
		});
	});
}

async function ports(port: number, isWorker: boolean): Promise<Record<string, string>> {
	const broker = { N8N_RUNNERS_BROKER_PORT: String(await freePort()) };
	if (!isWorker) return { N8N_PORT: String(port), ...broker };
	return {
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
		...broker,
	};
}

/** The resident memory of all others in a process's group, in MB; only Linux tells. */
function childrenOf(leader: number): number {
	let bytes = 0;
	for (const name of existsSync('/proc/self/stat') ? readdirSync('/proc') : []) {
		if (!/^\d+$/u.test(name) || Number(name) === leader) continue;
		try {
			const group = /\) \S \d+ (\d+)/u.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1];
			if (Number(group) !== leader) continue;
			bytes += Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1] ?? 0) * 1024;
		} catch {
			// It has ended meanwhile.
		}
	}
	return Math.round(bytes / 2 ** 20);
}

function tail(file: string): string {
	return existsSync(file) ? readFileSync(file, 'utf8').slice(-3000) : '';
}
