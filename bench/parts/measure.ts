/** Figures of a benchmark, and waiting without being noticed. */
import { setTimeout as delay } from 'node:timers/promises';

import type { Load } from '../../test/n8n/harness';

export const seconds = (since: number): number => (Date.now() - since) / 1000;

export function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const rounded = (value: number, digits = 3): number => Number(value.toPrecision(digits));

/** What so great a share of the values (0 to 1) is not above. */
export function within(values: number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return rounded(sorted[Math.min(sorted.length, Math.ceil(share * sorted.length)) - 1]!);
}

/** Asks every few milliseconds until it is so; answers the moment. */
export async function momentOf(
	ask: () => Promise<boolean>,
	{ timeout, what, every = 5 }: { timeout: number; what: string; every?: number },
): Promise<number> {
	const end = Date.now() + timeout;
	for (;;) {
		if (await ask()) return Date.now();
		if (Date.now() > end) throw new Error(`waited ${timeout / 1000} s for ${what}`);
		await delay(every);
	}
}

/** One contender's rounds. */
export interface Measured {
	system: string;
	/** Of each round. */
	seconds: number[];
	/** The greatest of all rounds, above the idle process. */
	extraMemoryMB: number;
	stallMs: number;
	/** Per round, where it was counted. */
	rowsRead?: number;
	/** Per round. */
	rowsWritten: number;
	cpuSeconds?: number;
	/** Rows that were not as in the source at the end. */
	differing: number;
}

/** What several rounds took of the n8n process at most. */
export class Loads {
	private peak = 0;
	private stall = 0;

	/** `idle`: what the process held newly started, in MB. */
	constructor(private idle: number) {}

	/** The greatest of all rounds, in MB. */
	get peakMB(): number {
		return this.peak;
	}

	/** What the process held before a round. */
	idles(rssMB: number): void {
		this.idle = Math.min(this.idle, rssMB);
	}

	add({ peakMB, stallMs }: Load): void {
		this.peak = Math.max(this.peak, peakMB);
		this.stall = Math.max(this.stall, stallMs);
	}

	get extraMemoryMB(): number {
		return Math.max(0, Math.round(this.peak - this.idle));
	}

	get stallMs(): number {
		return Math.round(this.stall);
	}
}
