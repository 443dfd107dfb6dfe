/**
 * What the suites need of a real database server: one that is started for them alone on a free loopback port, with an
 * empty data folder, and stopped by its process id.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Server {
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly password: string;
	/** A database that is there from the start. */
	readonly database: string;
	stop(): Promise<void>;
}

/** A server that can lose its power, and be started again with what it had written. */
export interface Mortal {
	/** SIGKILL for all of its processes. */
	kill(): Promise<void>;
	/** Waits until it answers again, at the same port. */
	start(): Promise<void>;
}

/** A server that can be started here, or what is missing for it. */
export type Availability = { ok: true } | { ok: false; missing: string };

/** Port, user and folder of one run. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const { port } = probe.address() as { port: number };
			probe.close(() => resolve(port));
		});
	});
}

export function freshFolder(name: string): { path: string; remove(): void } {
	const path = mkdtempSync(join(tmpdir(), `one-way-sync-${name}-`));
	return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Who to run as: root may not run a database server. */
export function unprivileged(names: string[]): { uid?: number; gid?: number } {
	if (process.getuid?.() !== 0) return {};
	for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
		const [name, , uid, gid] = line.split(':');
		if (name && names.includes(name)) return { uid: Number(uid), gid: Number(gid) };
	}
	throw new Error(`no user ${names.join(' or ')} to run a server as`);
}

/** Runs a program to its end; throws with what it said when it fails. */
export async function runToEnd(
	program: string,
	args: string[],
	as: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv; cwd?: string },
): Promise<void> {
	const child = spawn(program, args, { cwd: '/', ...as, stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	child.stdout.on('data', (data: Buffer) => (said += data.toString()));
	child.stderr.on('data', (data: Buffer) => (said += data.toString()));
	const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
	if (code !== 0) throw new Error(`${program} ended with ${code}: ${said}`);
}

/** Starts a server and asks `ready` until it answers, for some seconds; `stop` waits for its end. */
export async function startUntilReady(
	program: string,
	args: string[],
	as: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv; cwd?: string },
	ready: () => Promise<void>,
	signal: NodeJS.Signals,
	patience = 15,
): Promise<{ stop(): Promise<void>; kill(): Promise<void> }> {
	const child = spawn(program, args, { cwd: '/', ...as, stdio: ['ignore', 'ignore', 'pipe'] });
	let said = '';
	child.stderr.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-4000)));
	const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
	const leave = () => child.kill('SIGKILL');
	process.once('exit', leave);
	const stop = async () => {
		process.removeListener('exit', leave);
		if (child.exitCode === null) child.kill(signal);
		await ended;
	};
	const kill = async () => {
		process.removeListener('exit', leave);
		for (const pid of [...childrenOf(child.pid!), child.pid!]) end(pid);
		await ended;
	};
	for (let tries = 0; ; tries++) {
		if (hasEnded(child)) throw new Error(`${program} ended at once: ${said}`);
		try {
			await ready();
			return { stop, kill };
		} catch (error) {
			if (tries > patience * 10) {
				await stop();
				throw new Error(`${program} did not answer: ${String(error)}; ${said}`);
			}
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	}
}

/** A server with a folder of its own, from its start to its end: killed, started again, and stopped for good, folder and all. */
export async function mortal(
	place: { remove(): void },
	start: () => Promise<{ stop(): Promise<void>; kill(): Promise<void> }>,
): Promise<Mortal & { stop(): Promise<void> }> {
	let running = await start();
	return {
		kill: () => running.kill(),
		start: async () => {
			running = await start();
		},
		stop: async () => {
			await running.stop();
			place.remove();
		},
	};
}

/** Asks a server of ours, and once more on a new line where it had just closed the one that was kept. */
export async function asked(url: string, init?: RequestInit): Promise<Response> {
	return await fetch(url, init).catch(async (error: Error) => {
		if (!/other side closed/u.test(String(error.cause))) throw error;
		return await fetch(url, init);
	});
}

/** The processes that a process has started, where the system tells them. */
function childrenOf(pid: number): number[] {
	try {
		return readdirSync('/proc')
			.filter((name) => /^\d+$/u.test(name))
			.filter((name) => parentOf(name) === pid)
			.map(Number);
	} catch {
		return [];
	}
}

function parentOf(pid: string): number | undefined {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
	} catch {
		return undefined;
	}
}

function end(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
	}
}

function hasEnded(child: ChildProcess): boolean {
	return child.exitCode !== null || child.signalCode !== null;
}
