/** A proxy as a process of its own, that can be killed and started again at its port. */
import { fork, type ChildProcess } from 'node:child_process';

import { Proxy, type Address } from './proxy';
import type { Mortal } from './server';

type Harm =
	'cut' | 'swallow' | 'swallowAfter' | 'cutAfter' | 'delay' | 'refuse' | 'halfOpen' | 'late' | 'double' | 'mend';

export interface ProxyProcess extends Mortal {
	readonly host: string;
	readonly port: number;
	/** How many connections it has cut so far, and how many it left standing at the server or opened twice. */
	readonly cuts: number;
	readonly doubled: number;
	/** Has the proxy do that; while it is dead, nothing. */
	tell<Name extends Harm>(what: Name, ...how: Parameters<Proxy[Name]>): void;
	stop(): Promise<void>;
}

interface Counted {
	port: number;
	cuts: number;
	doubled: number;
}

/** Starts a proxy on a free loopback port. */
export async function startProxyProcess(to: Address): Promise<ProxyProcess> {
	// What former processes had counted.
	const before = { cuts: 0, doubled: 0 };
	let counted: Counted = { port: 0, cuts: 0, doubled: 0 };
	let child: ChildProcess;
	let ended: Promise<unknown>;
	const start = async () => {
		child = fork(__filename, [to.host, String(to.port), String(counted.port)]);
		ended = new Promise((resolve) => child.once('exit', resolve));
		await new Promise<void>((resolve, reject) => {
			child.once('exit', (code) => reject(new Error(`the proxy ended with ${code}`)));
			child.on('message', (message: Counted) => {
				counted = message;
				resolve();
			});
		});
	};
	const end = async (signal: NodeJS.Signals) => {
		child.kill(signal);
		await ended;
		before.cuts += counted.cuts;
		before.doubled += counted.doubled;
		counted = { ...counted, cuts: 0, doubled: 0 };
	};
	await start();
	return {
		host: '127.0.0.1',
		get port() {
			return counted.port;
		},
		get cuts() {
			return before.cuts + counted.cuts;
		},
		get doubled() {
			return before.doubled + counted.doubled;
		},
		tell: (what, ...how) => {
			if (child.connected) child.send({ what, how });
		},
		kill: () => end('SIGKILL'),
		start,
		stop: () => end('SIGTERM'),
	};
}

/** In the child. */
async function serve([host, to, at]: string[]): Promise<void> {
	const proxy = new Proxy({ host: host!, port: Number(to) });
	await proxy.listen(Number(at));
	const tell = () => {
		if (process.connected)
			process.send!({ port: proxy.port, cuts: proxy.cuts, doubled: proxy.doubled } satisfies Counted);
	};
	process.on('message', ({ what, how }: { what: Harm; how: unknown[] }) => {
		Reflect.apply(proxy[what], proxy, how);
	});
	process.once('disconnect', () => process.exit());
	tell();
	setInterval(tell, 200).unref();
}

if (require.main === module && process.send) void serve(process.argv.slice(2));
