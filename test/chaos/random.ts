/** Chance that can be repeated: the same seed gives the same numbers. */
export class Random {
	constructor(private state: number) {}

	/** From 0 up to, but not, 1 (mulberry32). */
	next(): number {
		this.state = (this.state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	}

	/** A whole number, both ends included. */
	between(from: number, to: number): number {
		return from + Math.floor(this.next() * (to - from + 1));
	}

	chance(share: number): boolean {
		return this.next() < share;
	}

	one<T>(of: readonly T[]): T {
		return of[Math.floor(this.next() * of.length)]!;
	}

	/** One of them, each as often as its weight says. */
	weighted<T>(of: ReadonlyArray<readonly [weight: number, choice: T]>): T {
		let left = this.next() * of.reduce((sum, [weight]) => sum + weight, 0);
		for (const [weight, choice] of of) if ((left -= weight) < 0) return choice;
		return of[of.length - 1]![1];
	}
}
