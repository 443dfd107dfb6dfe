/** A real Redmine from Debian for the length of a suite: an empty one, with an administrator's key. */
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { freePort, freshFolder, startUntilReady, type Availability } from './server';

// This file runs as .build/test/servers/redmine.js.
const folder = join(__dirname, '..', '..', '..', '.tools', 'redmine');
const app = join(folder, 'unpacked', 'usr', 'share', 'redmine');

export function available(): Availability {
	return existsSync(join(folder, '.set-up'))
		? { ok: true }
		: { ok: false, missing: 'Redmine, from Debian’s packages (apt-get, as root)' };
}

export interface Redmine {
	readonly url: string;
	readonly key: string;
	/** Asks it as its administrator; undefined where the answer has no body. Throws for what it refuses. */
	ask<T>(method: string, path: string, body?: object): Promise<T>;
	stop(): Promise<void>;
}

/** Starts it. Everything it knows is in a file that goes with it. */
export async function startRedmine(): Promise<Redmine> {
	const place = freshFolder('redmine');
	const database = join(place.path, 'redmine.db');
	copyFileSync(join(folder, 'empty.db'), database);
	const key = readFileSync(join(folder, 'apikey'), 'utf8').trim();
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const env = {
		...process.env,
		RAILS_ENV: 'production',
		BUNDLE_GEMFILE: join(app, 'Gemfile'),
		REDMINE_DATABASE: database,
		RUBYOPT: '-W0',
	};
	const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
		const response = await fetch(`${url}${path}`, {
			method,
			headers: { 'X-Redmine-API-Key': key, 'content-type': 'application/json' },
			...(body && { body: JSON.stringify(body) }),
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
		return (text.trim() === '' ? undefined : JSON.parse(text)) as T;
	};
	const ready = async () => void (await ask('GET', '/users/current.json'));
	const args = ['exec', 'puma', '-e', 'production', '-b', `tcp://127.0.0.1:${port}`, '-t', '1:3'];
	const { stop } = await startUntilReady('bundle', args, { env, cwd: app }, ready, 'SIGTERM', 120);
	return {
		url,
		key,
		ask,
		stop: async () => {
			await stop();
			place.remove();
		},
	};
}
