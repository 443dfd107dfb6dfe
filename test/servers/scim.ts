/** A real SCIM 2.0 server from npm, scimmy, over a file of its own; narrowed to a vendor's dialect where a test says so. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { asked, freePort, freshFolder, mortal, startUntilReady, type Availability, type Mortal } from './server';

// This file runs as .build/test/servers/scim.js.
const folder = join(__dirname, '..', '..', '..', 'test', 'scim');

export function available(): Availability {
	return existsSync(join(folder, 'node_modules', 'scimmy'))
		? { ok: true }
		: { ok: false, missing: 'scimmy, from the npm registry' };
}

export interface ScimOptions {
	patch?: boolean;
	bulk?: boolean;
	/** The most operations of one bulk request. */
	operations?: number;
	etag?: boolean;
	groups?: boolean;
	/** The most that one page lists. */
	page?: number;
	/** Pages go on by a cursor. */
	cursor?: boolean;
	/** False: nobody can be filtered by id. */
	ids?: boolean;
	/** Seconds that it asks for when it was asked too much. */
	retryAfter?: number;
	dialect?: 'standard' | 'entra' | 'okta' | 'slack' | 'github' | 'githubEnterprise';
}

export interface Request {
	method: string;
	url: string;
	body?: Record<string, unknown>;
	match?: string;
}

type Resource = Record<string, unknown>;

export interface ScimServer extends Mortal {
	readonly port: number;
	/** `http://127.0.0.1:1234/scim/v2`; its token is `secret`. */
	readonly url: string;
	/** What stands there, as it is stored. */
	stored(what: 'users' | 'groups'): Promise<Resource[]>;
	/** Creates or replaces behind SCIM's back. */
	store(what: 'users' | 'groups', resources: Resource[]): Promise<void>;
	empty(): Promise<void>;
	/** What it was asked since it was asked for this last. */
	asked(): Promise<Request[]>;
	/** Refuses these values from now on. */
	refuse(values: Record<string, unknown>): Promise<void>;
	/** After so many requests, one is answered with 429. */
	limit(left: number | undefined): Promise<void>;
	/** Tokens that were given out by /token are worth nothing any more. */
	forgetTokens(): Promise<void>;
	stop(): Promise<void>;
}

export async function startScim(options: ScimOptions = {}): Promise<ScimServer> {
	const place = freshFolder('scim');
	const port = await freePort();
	const root = `http://127.0.0.1:${port}`;
	const given = JSON.stringify({ ...options, port, file: join(place.path, 'scim.sqlite') });
	const raw = async (method: string, path: string, body?: unknown): Promise<unknown> => {
		const response = await asked(`${root}/raw/${path}`, {
			method,
			...(body !== undefined && {
				body: JSON.stringify(body),
				headers: { 'content-type': 'application/json' },
			}),
		});
		if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`);
		return await response.json();
	};
	const start = async () =>
		await startUntilReady(
			process.execPath,
			['--disable-warning=ExperimentalWarning', join(folder, 'server.mjs'), given],
			{},
			async () => void (await raw('GET', 'log')),
			'SIGTERM',
		);
	const life = await mortal(place, start);
	return {
		port,
		url: `${root}/scim/v2`,
		stored: async (what) => (await raw('GET', what)) as Resource[],
		store: async (what, resources) => void (await raw('PUT', what, resources)),
		empty: async () => {
			await raw('DELETE', 'users');
			await raw('DELETE', 'groups');
		},
		asked: async () => (await raw('POST', 'log')) as Request[],
		refuse: async (values) => void (await raw('POST', 'refuse', values)),
		limit: async (left) => void (await raw('POST', 'rate', left === undefined ? {} : { left })),
		forgetTokens: async () => void (await raw('POST', 'forget-tokens')),
		...life,
	};
}
