/** A real Directus from npm on a PostgreSQL of its own, for the length of a suite, with an administrator's token. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { available as postgresAvailable, startPostgres } from './postgres';
import { freePort, runToEnd, startUntilReady, type Availability } from './server';

// This file runs as .build/test/servers/directus.js.
const folder = join(__dirname, '..', '..', '..', '.tools', 'directus');

export function available(): Availability {
	if (!existsSync(join(folder, '.set-up'))) return { ok: false, missing: 'directus, from the npm registry' };
	return postgresAvailable();
}

export interface Directus {
	readonly url: string;
	readonly token: string;
	/** Asks it as the administrator: what stands at `data` of the answer. Throws for what it refuses. */
	ask<T>(method: string, path: string, body?: unknown): Promise<T>;
	stop(): Promise<void>;
}

const TOKEN = 'static-admin-token-1234567890';

/** Starts it, empty, with one collection. */
export async function startDirectus(): Promise<Directus> {
	const database = await startPostgres();
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const env = {
		...process.env,
		HOST: '127.0.0.1',
		PORT: String(port),
		PUBLIC_URL: url,
		DB_CLIENT: 'pg',
		DB_HOST: database.host,
		DB_PORT: String(database.port),
		DB_DATABASE: database.database,
		DB_USER: database.user,
		DB_PASSWORD: database.password,
		SECRET: 'no secret: it is gone with the test that needs it',
		ADMIN_EMAIL: 'admin@example.com',
		ADMIN_PASSWORD: 'no secret either',
		ADMIN_TOKEN: TOKEN,
		TELEMETRY: 'false',
		CACHE_ENABLED: 'false',
		SERVE_APP: 'false',
		WEBSOCKETS_ENABLED: 'false',
		LOG_LEVEL: 'warn',
	};
	const cli = join(folder, 'node_modules', 'directus', 'cli.js');
	const at = { env, cwd: folder };
	const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
		const answer = await fetch(`${url}${path}`, {
			method,
			headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		const text = await answer.text();
		if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
		// What is asked for is what the caller says it is.
		return (text === '' ? undefined : (JSON.parse(text) as { data: T }).data) as T;
	};
	const ready = async () => void (await ask('GET', '/users/me'));
	try {
		await runToEnd(process.execPath, [cli, 'bootstrap'], at);
		const { stop } = await startUntilReady(process.execPath, [cli, 'start'], at, ready, 'SIGTERM', 120);
		return { url, token: TOKEN, ask, stop: async () => await stop().then(() => database.stop()) };
	} catch (error) {
		await database.stop();
		throw error;
	}
}
