/**
 * A stateful stand-in of an app, for where no real server can be had: an HTTP server that keeps every request for a
 * contract to judge, and can misbehave as real ones do (429 with `Retry-After`, quota answers, 5xx, silence, answers
 * that are cut, empty or no JSON), before a request was carried out or after. What it answers is proven nothing
 * by itself: the vendor's own client judges that.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import type { Sent } from './contract/check';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Row = Record<string, Json>;

/** One request, as it came. */
export interface Call extends Sent {
	/** The path without the query. */
	path: string;
	query: URLSearchParams;
	/** The parts of the path that the handler's pattern left open. */
	parts: string[];
	/** The body, read as JSON. */
	json(): Row;
	/** The body, read as a form. */
	form(): URLSearchParams;
}

export interface Answer {
	status?: number;
	headers?: Record<string, string>;
	/** JSON; a text as it is; nothing without it. */
	body?: unknown;
}

export type Handler = (call: Call) => Answer | Promise<Answer>;

export interface Fault {
	/** Which requests; all without it. */
	when?: (call: Call) => boolean;
	/** How often; once without it. */
	times?: number;
	/** The request is carried out, and only its answer is replaced: what a lost answer looks like from outside. */
	done?: true;
	/** What is answered instead; `silence`: nothing, ever; `cut`: half an answer, and the connection closed. */
	answer: Answer | 'silence' | 'cut';
}

interface Route {
	method: string;
	form: RegExp;
	handler: Handler;
}

export class Fake {
	/** Every request in the order of arrival, those that a fault answered too. */
	readonly calls: Call[] = [];
	private readonly routes: Route[] = [];
	private faults: (Fault & { left: number })[] = [];
	private readonly waiting = new Set<() => void>();

	private constructor(private readonly server: Server) {}

	static async start(): Promise<Fake> {
		const server = createServer();
		const fake = new Fake(server);
		server.on('request', (request, response) => {
			void fake.serve(request).then((answer) => {
				if (answer === 'silence') {
					fake.waiting.add(() => response.destroy());
					return;
				}
				const { status = 200, headers = {}, body } = answer === 'cut' ? { body: '{"cut": [1, 2' } : answer;
				const content = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
				const type = body === undefined ? {} : { 'content-type': 'application/json' };
				if (answer === 'cut') {
					response.writeHead(200, { ...type, 'content-length': String(content.length + 100) });
					response.write(content, () => response.destroy());
				} else {
					response.writeHead(status, { ...type, ...headers });
					response.end(content);
				}
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return fake;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	/** Answers a method and path; `*` in the path leaves one part open. A later one goes before an earlier one. */
	on(method: string, path: string, handler: Handler): this {
		const form = path.replace(/[.+?^$()|[\]\\{}]/g, '\\$&').replace(/\*/g, '([^/]+)');
		this.routes.unshift({ method, form: new RegExp(`^${form}$`), handler });
		return this;
	}

	/** The next requests that fit go wrong. */
	fault(fault: Fault): this {
		this.faults.push({ ...fault, left: fault.times ?? 1 });
		return this;
	}

	/** Forgets requests and faults; what its handlers keep is theirs. */
	forget(): void {
		this.calls.length = 0;
		this.faults = [];
	}

	/** The requests of one method whose path contains this. */
	sent(method: string, path = ''): Call[] {
		return this.calls.filter((call) => call.method === method && call.path.includes(path));
	}

	async stop(): Promise<void> {
		for (const end of this.waiting) end();
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	private async serve(request: IncomingMessage): Promise<Answer | 'silence' | 'cut'> {
		const url = new URL(request.url ?? '/', 'http://fake');
		const body = await text(request).catch(() => '');
		const call: Call = {
			method: request.method ?? 'GET',
			url: request.url ?? '/',
			path: url.pathname,
			query: url.searchParams,
			headers: request.headers,
			body,
			parts: [],
			json: () => JSON.parse(body) as Row,
			form: () => new URLSearchParams(body),
		};
		this.calls.push(call);
		const fault = this.faults.find((one) => one.left > 0 && (one.when?.(call) ?? true));
		if (fault !== undefined) fault.left--;
		if (fault !== undefined && !fault.done) return fault.answer;
		const answer = await this.answer(call);
		return fault?.answer ?? answer;
	}

	private async answer(call: Call): Promise<Answer> {
		for (const { method, form, handler } of this.routes) {
			const parts = method === call.method ? form.exec(call.path) : null;
			if (parts === null) continue;
			call.parts = parts.slice(1).map(decodeURIComponent);
			try {
				return await handler(call);
			} catch (error) {
				return { status: 500, body: { fake: error instanceof Error ? error.message : String(error) } };
			}
		}
		return { status: 404, body: { fake: `nothing answers ${call.method} ${call.path}` } };
	}
}

/** What real servers answer when they are asked too much, or are not well. */
export const trouble = {
	busy: (seconds: number): Answer => ({ status: 429, headers: { 'retry-after': String(seconds) }, body: {} }),
	broken: (status = 503): Answer => ({
		status,
		body: '<html>upstream</html>',
		headers: { 'content-type': 'text/html' },
	}),
	empty: (status = 200): Answer => ({ status }),
	garbled: { body: '{"half": ' } satisfies Answer,
} as const;
