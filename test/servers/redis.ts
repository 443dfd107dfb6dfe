/** A real Redis for the length of a suite; it keeps nothing. */
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import { freePort, freshFolder, mortal, startUntilReady, type Availability, type Mortal } from './server';

function program(): string | undefined {
	const folders = ['/usr/bin', '/usr/local/bin', ...(process.env['PATH'] ?? '').split(':')];
	return folders.map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path));
}

export function available(): Availability {
	return program() ? { ok: true } : { ok: false, missing: 'Redis (redis-server): apt-get install redis-server' };
}

export interface Redis extends Mortal {
	readonly host: string;
	readonly port: number;
	stop(): Promise<void>;
}

export async function startRedis(): Promise<Redis> {
	const path = program();
	if (!path) throw new Error('Redis is not installed');
	const folder = freshFolder('redis');
	const [host, port] = ['127.0.0.1', await freePort()];
	const options = { bind: host, port: String(port), dir: folder.path, save: '', appendonly: 'no' };
	const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
	const start = () => startUntilReady(path, args, {}, () => ping(host, port), 'SIGTERM');
	try {
		const life = await mortal(folder, start);
		return {
			host,
			port,
			...life,
		};
	} catch (error) {
		folder.remove();
		throw error;
	}
}

async function ping(host: string, port: number): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		const socket = connect({ host, port }, () => socket.write('PING\r\n'));
		socket.setTimeout(1000, () => socket.destroy(new Error('no answer')));
		socket.once('error', reject);
		socket.once('data', (data: Buffer) => {
			socket.destroy();
			if (data.toString().startsWith('+PONG')) resolve();
			else reject(new Error(data.toString()));
		});
	});
}
