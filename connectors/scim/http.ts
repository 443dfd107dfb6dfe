/** Requests to one SCIM server: signed, with a deadline, and tried again where the server asks for a little patience. */
import { SyncError } from '../../sync/types';
import { textOf } from '../answer';
import { authorizer, type Authorizer, type ScimAuth } from './auth';
import { failureOf, ScimFailure } from './errors';
import { withoutEnd } from '../../sync/ends';

export interface HttpRequest {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	url: string;
	headers: Record<string, string>;
	body?: string;
	/** Milliseconds after which it is given up. */
	within: number;
}

export interface HttpAnswer {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	body: string;
}

/** Sends one request; answers whatever the status is. Throws where there is no answer. */
export type Send = (request: HttpRequest) => Promise<HttpAnswer>;

/** By Node's own fetch; redirects are not followed, so that no other host hears the token. */
export const sendByFetch: Send = async ({ method, url, headers, body, within }) => {
	const answer = await fetch(url, {
		method,
		headers,
		...(body !== undefined && { body }),
		redirect: 'manual',
		signal: AbortSignal.timeout(Math.ceil(within)),
	});
	const unpacked: AsyncIterable<Uint8Array> | null = answer.body;
	const text = unpacked === null ? '' : await textOf(unpacked, new URL(url).host);
	return { status: answer.status, headers: Object.fromEntries(answer.headers), body: text };
};

export interface ScimServer {
	/** `https://example.com/scim/v2` */
	baseUrl: string;
	auth: ScimAuth;
	send?: Send;
}

export type Json = Record<string, unknown>;

export interface Asked {
	query?: Record<string, string | number>;
	body?: Json;
	/** An entity tag that must still be the resource's. */
	match?: string;
	/** When nothing may be sent any more; milliseconds of `performance.now()`. */
	deadline?: number;
}

const LONGEST = 60_000;
/** A server that asks for so long a pause, or less, is waited for. */
const PATIENCE = 10_000;
const TRIES = 4;

export class ScimHttp {
	readonly base: string;
	private readonly authorizer: Authorizer;
	private readonly send: Send;

	constructor({ baseUrl, auth, send = sendByFetch }: ScimServer) {
		this.base = baseOf(baseUrl);
		this.send = send;
		this.authorizer = authorizer(auth, send);
	}

	/** The answer's body and entity tag. Throws {@link ScimFailure} for a refusal, SyncError where there is no answer. */
	async ask(
		method: HttpRequest['method'],
		path: string,
		asked: Asked = {},
	): Promise<{ json: Json; location?: string }> {
		const { deadline = Number.POSITIVE_INFINITY } = asked;
		for (let tries = 1; ; tries++) {
			const left = deadline - performance.now();
			if (left <= 0) throw noTime();
			const answer = await this.once(method, path, asked, Math.min(left, LONGEST)).catch((error: unknown) => {
				// A timer may be a little early.
				throw deadline - performance.now() < 5 ? noTime() : error;
			});
			if (answer.status >= 200 && answer.status < 300) {
				const { location } = answer.headers;
				return { json: this.read(answer), ...(location !== undefined && { location }) };
			}
			if (answer.status === 401 && tries === 1 && this.authorizer.renew()) continue;
			const pause = pauseOf(answer.headers);
			const failure = failureOf(answer.status, jsonOf(answer.body) ?? answer.body, pause);
			const busy = answer.status === 429 || (answer.status === 503 && pause !== undefined);
			const wait = pause ?? 1000 * 2 ** (tries - 1);
			if (!busy || tries >= TRIES || wait > PATIENCE || performance.now() + wait > deadline) throw failure;
			await new Promise((resolve) => setTimeout(resolve, wait));
		}
	}

	private async once(
		method: HttpRequest['method'],
		path: string,
		{ query, body, match }: Asked,
		within: number,
	): Promise<HttpAnswer> {
		const url = new URL(`${this.base}${path}`);
		for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, String(value));
		const authorization = await this.authorizer.header();
		try {
			return await this.send({
				method,
				// Not every server reads a plus sign as a space.
				url: url.href.replace(/\?.*$/u, (search) => search.replaceAll('+', '%20')),
				headers: {
					accept: 'application/scim+json, application/json',
					authorization,
					...(body && { 'content-type': 'application/scim+json' }),
					...(match !== undefined && { 'if-match': match }),
				},
				...(body && { body: JSON.stringify(body) }),
				within,
			});
		} catch (error) {
			throw unreachable(error, this.base);
		}
	}

	private read(answer: HttpAnswer): Json {
		if (answer.body.trim() === '') return {};
		const given = jsonOf(answer.body);
		if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Json;
		throw new ScimFailure(404, undefined, 'the answer is no SCIM answer, but something like a web page');
	}
}

function noTime(): SyncError {
	return new SyncError('retry', 'there was no time left for it', { todo: 'It comes again by itself.' });
}

/** Throws SyncError `setup` for what is no address. */
function baseOf(given: string): string {
	const text = withoutEnd(given.trim(), '/');
	if (URL.canParse(text) && /^https?:\/\//iu.test(text)) return text;
	throw new SyncError('setup', 'The base URL is no web address', {
		todo: 'Write it as https://example.com/scim/v2 in the credential.',
	});
}

function unreachable(error: unknown, base: string): SyncError {
	if (error instanceof SyncError) return error;
	const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
	const why = cause?.message ?? cause?.code ?? message ?? 'no answer';
	return new SyncError('unreachable', `${new URL(base).host} cannot be reached: ${why}`, {
		todo: 'Check address, network and certificate; it is tried again by itself.',
		cause: error,
	});
}

function pauseOf(headers: Record<string, string>): number | undefined {
	const given = headers['retry-after'];
	if (given === undefined) return undefined;
	const seconds = Number(given);
	const pause = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(given) - Date.now();
	return Number.isFinite(pause) ? Math.max(0, pause) : undefined;
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
