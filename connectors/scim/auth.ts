/** How requests are signed: a token, a name and a password, or a token that is fetched with client credentials. */
import { SyncError } from '../../sync/types';
import type { Send } from './http';

export type ScimAuth =
	| { kind: 'bearer'; token: string }
	| { kind: 'basic'; user: string; password: string }
	| {
			kind: 'client';
			tokenUrl: string;
			id: string;
			secret: string;
			scope?: string;
			/** Where the client's id and secret stand: in the header (as RFC 6749 prefers), or in the body. */
			sentIn: 'header' | 'body';
	  };

/** What to write into the header `Authorization`. */
export interface Authorizer {
	header(): Promise<string>;
	/** The last one was not accepted. True where another one can be had. */
	renew(): boolean;
}

/** A fetched token is used no longer than so long before its end. */
const MARGIN = 30_000;

export function authorizer(auth: ScimAuth, send: Send): Authorizer {
	if (auth.kind === 'client') return new ClientCredentials(auth, send);
	const text = auth.kind === 'bearer' ? `Bearer ${auth.token}` : `Basic ${base64(`${auth.user}:${auth.password}`)}`;
	return { header: async () => await Promise.resolve(text), renew: () => false };
}

class ClientCredentials implements Authorizer {
	private known: { header: string; until: number } | undefined;
	private asking: Promise<string> | undefined;

	constructor(
		private readonly auth: Extract<ScimAuth, { kind: 'client' }>,
		private readonly send: Send,
	) {}

	async header(): Promise<string> {
		if (this.known && this.known.until > Date.now()) return this.known.header;
		this.asking ??= this.ask().finally(() => (this.asking = undefined));
		return await this.asking;
	}

	renew(): boolean {
		const had = this.known !== undefined;
		this.known = undefined;
		return had;
	}

	private async ask(): Promise<string> {
		const { tokenUrl, id, secret, scope, sentIn } = this.auth;
		const form = new URLSearchParams({ grant_type: 'client_credentials' });
		if (scope !== undefined && scope !== '') form.set('scope', scope);
		if (sentIn === 'body') {
			form.set('client_id', id);
			form.set('client_secret', secret);
		}
		const answer = await this.send({
			method: 'POST',
			url: tokenUrl,
			headers: {
				accept: 'application/json',
				'content-type': 'application/x-www-form-urlencoded',
				...(sentIn === 'header' && {
					authorization: `Basic ${base64(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`,
				}),
			},
			body: form.toString(),
			within: 30_000,
		});
		const { access_token: token, expires_in: seconds } = read(answer.body);
		if (answer.status >= 500)
			throw new SyncError('unreachable', `The token server failed with ${answer.status}`, {
				todo: 'It is tried again by itself.',
			});
		if (answer.status >= 300 || typeof token !== 'string' || token === '')
			throw new SyncError('denied', `The token server gave no token (status ${answer.status})`, {
				todo: 'Check token URL, client ID, client secret and scope in the credential.',
			});
		const life = Number(seconds);
		const header = `Bearer ${token}`;
		this.known = { header, until: Date.now() + (life > 0 ? life * 1000 : 3_600_000) - MARGIN };
		return header;
	}
}

function read(body: string): Record<string, unknown> {
	try {
		const given: unknown = JSON.parse(body);
		return typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}

function base64(text: string): string {
	return Buffer.from(text, 'utf8').toString('base64');
}
