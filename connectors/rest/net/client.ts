/**
 * One system, asked: a request of its definition goes out at the pace that is allowed, is tried again where that is safe,
 * and comes back as JSON or as an error in plain words.
 */
import { WHEN_RENEWED } from '../../../sync/pause';
import type { Value } from '../../../sync/types';
import { SyncError } from '../../../sync/types';
import type { Idempotency, Look, Request, SystemDefinition } from '../definition';
import { get } from '../text/path';
import { encode } from '../text/encode';
import type { Names } from '../text/template';
import type { Access } from './access';
import { asError, judge, redacted, type Found } from './errors';
import { Unreachable } from './http';
import { clock, retryAfter, type Clock } from './pace';
import { heardDate } from './served';

export interface Answered {
	status: number;
	headers: Record<string, string>;
	/** Undefined where there is none. */
	body: Value | undefined;
}

/** Nothing goes before a daily quota is renewed. A run stops there, and that is no failure. */
export class QuotaSpent extends SyncError {
	constructor(where: string, wait: number) {
		super('unreachable', `${where} takes no more requests today: its quota is spent.`, {
			todo: WHEN_RENEWED,
			retryAfter: wait,
			pause: true,
		});
	}
}

/** The system could not be asked in time. */
export class TooLate extends SyncError {
	constructor(where: string) {
		super('retry', `${where} could not be asked in time; the record comes again.`);
	}
}

/** It failed inside over this request, and may well answer others. */
export class Stumbled extends SyncError {}

export interface Asked {
	/** A steady moment (of the clock) after which nothing more is sent. */
	before?: number;
	signal?: AbortSignal;
	/** The idempotency key to send. */
	key?: { value: string; how: Idempotency };
	headers?: Record<string, string>;
}

const TRIES = 4;
const TIMEOUT = 60_000;
const LONGEST_WAIT = 90_000;

export class Client {
	/** Requests that went out, for benchmarks and hints. */
	calls = 0;

	constructor(
		readonly system: SystemDefinition,
		readonly access: Access,
		private readonly time: Clock = clock,
	) {}

	/** A moment from now, for `before`. */
	in(milliseconds: number): number {
		return this.time.now() + milliseconds;
	}

	/** Sends a request that only looks. */
	async look(request: Look, names: Names, how: Asked = {}): Promise<Answered> {
		if (request.method !== 'GET' && request.looksOnly !== true)
			throw new SyncError(
				'setup',
				`The definition of ${this.system.displayName} would read by ${request.method}.`,
			);
		return await this.send(request, names, how, { safe: true, looking: true });
	}

	/** Sends a request that may change something. */
	async write(request: Request, names: Names, how: Asked = {}): Promise<Answered> {
		const repeatable = request.method === 'PUT' || request.method === 'DELETE' || how.key !== undefined;
		return await this.send(request, names, how, { safe: repeatable, looking: false });
	}

	private async send(
		request: Request,
		names: Names,
		how: Asked,
		{ safe, looking }: { safe: boolean; looking: boolean },
	): Promise<Answered> {
		const { system, access, time } = this;
		const where = system.displayName;
		const encoded = encode(
			request,
			{ ...access.names, ...names },
			{ base: access.base, encoding: system.encoding },
		);
		const headers = { ...encoded.headers, ...how.headers };
		if (how.key) headers[how.key.how.header.toLowerCase()] = how.key.value.slice(0, how.key.how.maxLength);
		const before = how.before ?? time.now() + LONGEST_WAIT;
		for (let tries = 1; ; tries++) {
			const turn = await access.pace.begin(before, how.signal);
			if (!turn.turn) throw turn.quota ? new QuotaSpent(where, turn.wait) : this.tooLate(how, turn.wait);
			const left = before - time.now();
			if (left <= 0) {
				access.pace.end();
				throw this.tooLate(how, 0);
			}
			let wait: number;
			try {
				this.calls++;
				const answer = await access.send({
					method: encoded.method,
					url: encoded.url,
					headers,
					...(encoded.body !== undefined && { body: encoded.body }),
					timeout: Math.min(TIMEOUT, left),
					...(how.signal && { signal: how.signal }),
				});
				const body = this.parse(answer.text, answer.status);
				access.pace.heard(answer.headers, body);
				heardDate(access.base, answer.headers['date']);
				const found = judge(answer, body, system.errors);
				if (!found) return { status: answer.status, headers: answer.headers, body };
				wait = this.waitAfter(found, answer.headers, { tries, safe, looking, status: answer.status });
				if (time.now() + wait > before) throw this.errorOf(found, answer.status, wait, looking);
			} catch (error) {
				if (!(error instanceof Unreachable)) throw error;
				if ((!safe && error.state === 'sent') || tries >= TRIES || how.signal?.aborted)
					throw new SyncError('unreachable', redacted(error.message, access.secrets), error.detail);
				wait = backOff(tries);
				if (time.now() + wait > before) throw error;
			} finally {
				access.pace.end();
			}
			await time.sleep(wait, how.signal);
		}
	}

	/** Milliseconds until the same request is worth another try. Throws where it is not, or not safe. */
	private waitAfter(
		found: Found,
		headers: Record<string, string>,
		{ tries, safe, looking, status }: { tries: number; safe: boolean; looking: boolean; status: number },
	): number {
		const { limits } = this.system;
		const { pace } = this.access;
		const told = retryAfter(headers[limits.retryAfter.toLowerCase()], this.time.now());
		if (found.means === 'quota spent') {
			pace.spent(told === undefined ? undefined : this.time.now() + told);
			throw new QuotaSpent(this.system.displayName, told ?? 60 * 60_000);
		}
		if (found.means === 'too fast') {
			const wait = told ?? limits.penalty * 1000;
			// Everybody else waits, too; the request itself was not worked on, so that any may be sent again.
			pace.slowDown(this.time.now() + wait);
			if (tries >= TRIES || wait > LONGEST_WAIT) throw this.errorOf(found, status, wait);
			return wait;
		}
		if (found.means === 'unavailable' && safe && tries < TRIES) return told ?? backOff(tries);
		throw this.errorOf(found, status, told, looking);
	}

	private errorOf(found: Found, status: number, wait?: number, looking = true): SyncError {
		const error = asError(found, { where: this.system.displayName, status, secrets: this.access.secrets, wait });
		if (looking || found.means !== 'unavailable' || (status !== 500 && status !== 501)) return error;
		return new Stumbled('retry', error.message, error.detail);
	}

	private tooLate(how: Asked, wait: number): SyncError {
		if (how.before !== undefined) return new TooLate(this.system.displayName);
		return asError({ means: 'too fast', text: '' }, { where: this.system.displayName, secrets: [], wait });
	}

	/** An empty answer has no body; one that is no JSON is an error only where it should have said something. */
	private parse(text: string, status: number): Value | undefined {
		if (text.trim() === '') return undefined;
		try {
			// JSON.parse gives JSON.
			return JSON.parse(text) as Value;
		} catch {
			const lines = ndjson(text);
			if (lines) return lines;
			if (status >= 200 && status < 300)
				throw new SyncError(
					'unreachable',
					`${this.system.displayName} answered with something that is no JSON.`,
					{
						todo: 'See that the base URL is the one of the API, and that nothing between answers in its place.',
					},
				);
			return undefined;
		}
	}
}

function ndjson(text: string): Value[] | undefined {
	try {
		return text
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line) as Value);
	} catch {
		return undefined;
	}
}

function backOff(tries: number): number {
	return 500 * 2 ** (tries - 1) * (0.75 + Math.random() / 4);
}

/** What stands at a place of the answer: in its body, or in a header. */
export function at({ body, headers }: Answered, place: string | { header: string }): Value | undefined {
	return typeof place === 'string' ? get(body, place) : headers[place.header.toLowerCase()];
}
