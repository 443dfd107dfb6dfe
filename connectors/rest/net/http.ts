/**
 * A small HTTP client on Node's own, so that proxies set up for the process count. It follows no redirect to another host,
 * reads no more than it is allowed, and ends in time.
 */
import { request as plain, type IncomingMessage } from 'node:http';
import { request as secure } from 'node:https';

import { SyncError } from '../../../sync/types';
import { MOST_BYTES, textOf } from '../../answer';

export interface HttpRequest {
	method: string;
	url: string;
	headers: Record<string, string>;
	body?: string;
	/** Milliseconds for all of it. */
	timeout: number;
	signal?: AbortSignal;
}

export interface HttpResponse {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	text: string;
}

/** Whatever sends a request: this client, n8n's helper, a test. Throws {@link SyncError} `unreachable`; statuses are answers. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

const REDIRECTS = 3;

export const http: Http = bounded(MOST_BYTES);

/** A client that reads no more than so many bytes of an answer. */
export function bounded(most: number): Http {
	return async (request) => await following(request, most);
}

async function following(request: HttpRequest, most: number): Promise<HttpResponse> {
	let url = new URL(request.url);
	for (let hops = 0; ; hops++) {
		const answer = await once(url, request, most);
		const to = answer.headers['location'];
		const goes = [301, 302, 303, 307, 308].includes(answer.status) && to !== undefined;
		if (!goes) return answer;
		const next = new URL(to, url);
		if (next.origin !== url.origin)
			throw new SyncError(
				'setup',
				`${url.host} sends requests on to ${next.host}, and credentials are not sent there.`,
				{
					todo: `Put ${next.origin} into the base URL, if it belongs to the same system.`,
				},
			);
		if (request.method !== 'GET' || hops >= REDIRECTS)
			throw new SyncError('setup', `${url.host} answers ${request.method} with a redirect to ${next.pathname}.`, {
				todo: 'Put the address that it sends on to into the base URL.',
			});
		url = next;
	}
}

function once(url: URL, { method, headers, body, timeout, signal }: HttpRequest, most: number): Promise<HttpResponse> {
	return new Promise((resolve, reject) => {
		// What is left until a moment is no whole number.
		const ends = AbortSignal.timeout(Math.max(1, Math.ceil(timeout)));
		const left = signal ? AbortSignal.any([signal, ends]) : ends;
		const fail = (error: Error) => {
			if (signal?.aborted) reject(signal.reason instanceof Error ? signal.reason : error);
			else if (left.aborted)
				reject(unreachable(url, `no answer within ${Math.round(timeout / 1000)} s`, 'sent', error));
			else
				reject(
					error instanceof SyncError
						? error
						: unreachable(url, reason(error), isUnsent(error) ? 'unsent' : 'sent', error),
				);
		};
		const sent = (url.protocol === 'https:' ? secure : plain)(
			url,
			{
				method,
				headers: {
					'user-agent': 'n8n-nodes-one-way-sync',
					...headers,
					...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
				},
				signal: left,
			},
			(message) => {
				textOf(message as AsyncIterable<Buffer>, url.host, most).then(
					(text) => resolve({ status: message.statusCode ?? 0, headers: headersOf(message), text }),
					fail,
				);
			},
		);
		sent.on('error', fail);
		sent.end(body);
	});
}

function headersOf(message: IncomingMessage): Record<string, string> {
	return Object.fromEntries(
		Object.entries(message.headers).flatMap(([name, value]) =>
			value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
		),
	);
}

/** Errors after which nothing can have been done there. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function codeOf(error: Error): string {
	return 'code' in error ? String(error.code) : '';
}

function isUnsent(error: Error): boolean {
	return UNSENT.has(codeOf(error));
}

function reason(error: Error): string {
	const code = codeOf(error);
	return code !== '' ? code : error.message;
}

/** Nothing came back. `unsent`: nothing can have arrived there either. */
export class Unreachable extends SyncError {
	constructor(
		message: string,
		readonly state: 'sent' | 'unsent',
		cause?: unknown,
	) {
		super('unreachable', message, {
			todo: 'See that it runs and can be reached from n8n; the sync goes on by itself then.',
			cause,
		});
	}
}

function unreachable(url: URL, why: string, state: 'sent' | 'unsent', cause: unknown): Unreachable {
	return new Unreachable(`${url.host} cannot be reached: ${why}.`, state, cause);
}
