/** A real Vendure shop from npm on sql.js for the length of a suite, with a superadministrator's token. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { freePort, freshFolder, startUntilReady, type Availability } from './server';

// This file runs as .build/test/servers/vendure.js.
const folder = join(__dirname, '..', '..', '..', '.tools', 'vendure');

export function available(): Availability {
	return existsSync(join(folder, '.set-up'))
		? { ok: true }
		: { ok: false, missing: '@vendure/core, from the npm registry' };
}

export interface Vendure {
	/** The Admin API. */
	readonly url: string;
	readonly token: string;
	/** Asks it as the superadministrator. Throws for what it refuses. */
	ask<T>(query: string, variables?: object): Promise<T>;
	stop(): Promise<void>;
}

const ADMIN = 'superadmin';

const program = (port: number) => `
const { bootstrap } = require(${JSON.stringify(join(folder, 'node_modules', '@vendure', 'core'))});
bootstrap({
	apiOptions: { port: ${port}, hostname: '127.0.0.1', adminApiPath: 'admin-api', shopApiPath: 'shop-api' },
	authOptions: {
		tokenMethod: ['bearer'],
		superadminCredentials: { identifier: '${ADMIN}', password: '${ADMIN}' },
		cookieOptions: { secret: 'x' },
		requireVerification: false,
	},
	dbConnectionOptions: { type: 'sqljs', autoSave: false, synchronize: true, logging: false },
	paymentOptions: { paymentMethodHandlers: [] },
	plugins: [],
}).catch((error) => {
	console.error(error);
	process.exit(1);
});
`;

/** Starts it, empty, with English as its language. It keeps all in memory. */
export async function startVendure(): Promise<Vendure> {
	const place = freshFolder('vendure');
	const port = await freePort();
	const url = `http://127.0.0.1:${port}/admin-api`;
	const file = join(place.path, 'shop.cjs');
	writeFileSync(file, program(port));
	let token = '';
	const post = async (query: string, variables: object): Promise<Response> =>
		await fetch(url, {
			method: 'POST',
			headers: { 'content-type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) },
			body: JSON.stringify({ query, variables }),
		});
	const ask = async <T>(query: string, variables: object = {}): Promise<T> => {
		const { data, errors } = (await (await post(query, variables)).json()) as { data: T; errors?: object[] };
		if (errors) throw new Error(JSON.stringify(errors));
		return data;
	};
	const login = `mutation { login(username: "${ADMIN}", password: "${ADMIN}") { ... on CurrentUser { id } } }`;
	const ready = async () => {
		token = (await post(login, {})).headers.get('vendure-auth-token') ?? '';
		if (token === '') throw new Error('it gave no token');
	};
	const env = { ...process.env, VENDURE_DISABLE_TELEMETRY: 'true' };
	const { stop } = await startUntilReady(process.execPath, [file], { env, cwd: folder }, ready, 'SIGTERM', 120);
	return {
		url,
		token,
		ask,
		stop: async () => {
			await stop();
			place.remove();
		},
	};
}
