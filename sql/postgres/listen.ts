/** Listening for NOTIFY: https://www.postgresql.org/docs/current/sql-notify.html */
import { Client, escapeIdentifier } from 'pg';

import type { ServerConfig } from '../types';
import { explain } from './explain';

export interface Listener {
	close(): Promise<void>;
}

/**
 * Listens on a channel with a connection of its own; `heard` gets each payload. `lost` is called once, when the connection
 * ends by itself: what was notified from then on was not heard. Throws SqlError where it cannot be opened.
 */
export async function listen(
	config: ServerConfig,
	channel: string,
	heard: (payload: string) => void,
	lost: (error: Error) => void,
): Promise<Listener> {
	const client = new Client({
		host: config.through?.host ?? config.host,
		port: config.through?.port ?? config.port,
		database: config.database,
		user: config.user,
		password: config.password,
		ssl: config.tls ?? false,
		connectionTimeoutMillis: config.connectTimeout ?? 10_000,
		keepAlive: true,
		application_name: 'n8n one-way sync',
	});
	let over = false;
	const ends = (error: Error) => {
		if (over) return;
		over = true;
		client.end().catch(() => undefined);
		lost(error);
	};
	try {
		client.on('error', ends);
		client.on('end', () => ends(new Error('the connection ended')));
		client.on('notification', ({ payload }) => heard(payload ?? ''));
		await client.connect();
		await client.query(`LISTEN ${escapeIdentifier(channel)}`);
	} catch (error) {
		over = true;
		await client.end().catch(() => undefined);
		throw explain(error);
	}
	return {
		close: async () => {
			over = true;
			await client.end();
		},
	};
}
