/**
 * How fast one may ask. One pace per credential and system, shared by all nodes of the process: windows, requests under
 * way, what the answers' headers say, and how long to stay away after being told so.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Value } from '../../../sync/types';
import type { Limits } from '../definition';
import { get } from '../text/path';

export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const clock: Clock = {
	now: () => Date.now(),
	sleep: async (milliseconds, signal) => {
		await sleep(milliseconds, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
	},
};

const SPARE = 5;

export class Pace {
	private under = 0;
	private readonly waiting: (() => void)[] = [];
	/** When requests were begun, of the longest window; oldest first. */
	private readonly begun: number[] = [];
	private notBefore = 0;
	/** When a daily quota is renewed. */
	private spentUntil = 0;

	constructor(
		private readonly limits: Limits,
		private readonly time: Clock = clock,
	) {}

	/** Waits for a turn. Give it back by {@link end}. `false`: a daily quota is spent, or the turn would come too late. */
	async begin(
		before: number,
		signal?: AbortSignal,
	): Promise<{ turn: true } | { turn: false; quota: boolean; wait: number }> {
		const { concurrent } = this.limits;
		while (this.under >= Math.max(1, concurrent)) await new Promise<void>((resolve) => this.waiting.push(resolve));
		this.under++;
		try {
			for (;;) {
				signal?.throwIfAborted();
				const now = this.time.now();
				if (this.spentUntil > now) return this.refused(true, this.spentUntil - now);
				const wait = this.waitFrom(now);
				if (wait <= 0) break;
				if (now + wait > before) return this.refused(false, wait);
				await this.time.sleep(wait, signal);
			}
		} catch (error) {
			this.end();
			throw error;
		}
		this.begun.push(this.time.now());
		return { turn: true };
	}

	end(): void {
		this.under--;
		this.waiting.shift()?.();
	}

	/** Hears what an answer says of the limits. */
	heard(headers: Record<string, string>, body?: Value): void {
		const now = this.time.now();
		for (const { remaining, reset, unit = 'seconds', spare = SPARE, daily } of this.limits.headers) {
			const left = numberOf(headers[remaining]);
			if (left === undefined) continue;
			const again = reset === undefined ? undefined : momentOf(headers[reset], unit, now);
			if (daily && left <= 0) this.spentUntil = Math.max(this.spentUntil, again ?? midnight(now));
			else if (!daily && left <= spare && again !== undefined && again > now) {
				// What is left is spread over what is left of the time.
				this.slowDown(left <= 0 ? again : now + (again - now) / (left + 1));
			} else if (!daily && left <= 0) this.slowDown(now + 1000);
		}
		const { cost } = this.limits;
		if (!cost || body === undefined) return;
		const left = Number(get(body, cost.remaining));
		const most = Number(get(body, cost.most));
		const restores = Number(get(body, cost.restorePerSecond));
		if (restores > 0 && most > 0 && left < most / 5) this.slowDown(now + ((most / 5 - left) / restores) * 1000);
	}

	/** Nobody asks before that moment. */
	slowDown(until: number): void {
		this.notBefore = Math.max(this.notBefore, until);
	}

	/** Nothing goes before the quota is renewed. */
	spent(until: number | undefined): void {
		this.spentUntil = Math.max(this.spentUntil, until ?? midnight(this.time.now()));
	}

	private refused(quota: boolean, wait: number): { turn: false; quota: boolean; wait: number } {
		this.end();
		return { turn: false, quota, wait };
	}

	private waitFrom(now: number): number {
		let wait = this.notBefore - now;
		const longest = Math.max(0, ...this.limits.windows.map(({ seconds }) => seconds)) * 1000;
		while (this.begun.length > 0 && this.begun[0]! <= now - longest) this.begun.shift();
		for (const { requests, seconds } of this.limits.windows) {
			const first = this.begun[this.begun.length - requests];
			if (first !== undefined) wait = Math.max(wait, first + seconds * 1000 - now);
		}
		return wait;
	}
}

const paces = new Map<string, Pace>();

/** The pace of that credential, the same for all who ask. */
export function paceOf(name: string, limits: Limits): Pace {
	let pace = paces.get(name);
	if (!pace) {
		pace = new Pace(limits);
		paces.set(name, pace);
	}
	return pace;
}

function numberOf(text: string | undefined): number | undefined {
	if (text === undefined || text.trim() === '') return undefined;
	const number = Number(text.split(/[,;]/u)[0]);
	return Number.isFinite(number) ? number : undefined;
}

/** When a header says that a limit is renewed. */
function momentOf(
	text: string | undefined,
	unit: NonNullable<Limits['headers'][number]['unit']>,
	now: number,
): number | undefined {
	if (unit === 'date') {
		const at = Date.parse(text ?? '');
		return Number.isNaN(at) ? undefined : at;
	}
	const number = numberOf(text);
	if (number === undefined) return undefined;
	return {
		seconds: now + number * 1000,
		milliseconds: now + number,
		'epoch seconds': number * 1000,
		'epoch milliseconds': number,
	}[unit];
}

/** How long `Retry-After` says to wait, in milliseconds. */
export function retryAfter(text: string | undefined, now: number): number | undefined {
	const seconds = numberOf(text);
	if (seconds !== undefined) return Math.max(0, seconds * 1000);
	const at = Date.parse(text ?? '');
	return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

function midnight(now: number): number {
	return (Math.floor(now / 86_400_000) + 1) * 86_400_000;
}
