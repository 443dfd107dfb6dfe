/**
 * A connection to a directory: opened when it is first needed, encrypted before anything secret is said, and thrown away
 * after any trouble, so that no answer is waited for on a line that is dead.
 */
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

import { Client } from 'ldapts';

import { SyncError } from '../../sync/types';
import { codeOf, told } from './errors';

export interface LdapServer {
	host: string;
	port: number;
	security: 'none' | 'tls' | 'startTls';
	/** Certificates of authorities beside those that Node knows. */
	ca?: string;
	/** The certificate is not looked at. */
	insecure?: boolean;
	user: string;
	password: string;
	/** Milliseconds that one answer may take. */
	timeout?: number;
}

const CONNECT = 15_000;

export class LdapConnection {
	private client: Promise<Client> | undefined;

	constructor(
		private readonly server: LdapServer,
		private readonly where: string,
	) {}

	/** Asks the directory something. Throws what `told` makes of a failure about everything, or its refusal as it is. */
	async use<T>(ask: (client: Client) => Promise<T>, deadline?: number): Promise<T> {
		const client = await this.open();
		const left = deadline === undefined ? undefined : deadline - performance.now();
		if (left !== undefined && left <= 0) throw noTime();
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<never>((_resolve, reject) => {
			if (left !== undefined) timer = setTimeout(() => reject(noTime()), left);
		});
		try {
			return await (left === undefined ? ask(client) : Promise.race([ask(client), late]));
		} catch (error) {
			// A refusal is an answer; whatever else it was, the line is not to be trusted any more.
			if (codeOf(error) === undefined) await this.close();
			throw error;
		} finally {
			clearTimeout(timer);
		}
	}

	async close(): Promise<void> {
		const client = this.client;
		this.client = undefined;
		try {
			await (await client)?.unbind();
		} catch {
			// It was gone already.
		}
	}

	private open(): Promise<Client> {
		this.client ??= this.connect().catch((error: unknown) => {
			this.client = undefined;
			throw told(error, this.where, 'all');
		});
		return this.client;
	}

	private async connect(): Promise<Client> {
		const { host, port, security, user, password, timeout = 60_000 } = this.server;
		const named = isIP(host) === 6 ? `[${host}]` : host;
		const tls = this.tls();
		const client = new Client({
			url: `${security === 'tls' ? 'ldaps' : 'ldap'}://${named}:${port}`,
			timeout,
			connectTimeout: CONNECT,
			...(security === 'tls' && { tlsOptions: tls }),
		});
		try {
			if (security === 'startTls') await client.startTLS(tls);
			if (user !== '') await client.bind(user, password);
			return client;
		} catch (error) {
			await client.unbind().catch(() => undefined);
			throw error;
		}
	}

	private tls(): ConnectionOptions {
		const { host, ca, insecure } = this.server;
		return {
			host,
			...(isIP(host) === 0 && { servername: host }),
			...(ca !== undefined && ca.trim() !== '' && { ca: [ca] }),
			rejectUnauthorized: insecure !== true,
			minVersion: 'TLSv1.2',
		};
	}
}

function noTime(): SyncError {
	return new SyncError('retry', 'there was no time left for it', { todo: 'It comes again by itself.' });
}
