/** A real REST server from npm, json-server, over a file of its own: pages, ids of its own, and errors as they come. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { freePort, freshFolder, startUntilReady, type Availability } from './server';

// This file runs as .build/test/servers/rest.js.
const folder = join(__dirname, '..', '..', '..', '.tools', 'json-server-0.17.4');
const program = join(folder, 'node_modules', 'json-server', 'lib', 'cli', 'bin.js');

export function available(): Availability {
	return existsSync(program) ? { ok: true } : { ok: false, missing: 'json-server, from the npm registry' };
}

export interface Rest {
	readonly url: string;
	/** What its file holds. */
	stored(): Record<string, Record<string, unknown>[]>;
	stop(): Promise<void>;
}

/** Starts it with these collections. */
export async function startRest(collections: Record<string, object[]>): Promise<Rest> {
	const place = freshFolder('rest');
	mkdirSync(place.path, { recursive: true });
	const file = join(place.path, 'db.json');
	writeFileSync(file, JSON.stringify(collections));
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const args = [program, file, '--host', '127.0.0.1', '--port', String(port), '--quiet'];
	const ready = async () => {
		const response = await fetch(`${url}/${Object.keys(collections)[0]!}`);
		if (!response.ok) throw new Error(`it answered ${response.status}`);
	};
	const { stop } = await startUntilReady(process.execPath, args, {}, ready, 'SIGTERM');
	return {
		url,
		stored: () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>[]>,
		stop: async () => {
			await stop();
			place.remove();
		},
	};
}
