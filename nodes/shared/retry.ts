/** When a record that failed is tried again: twice as long each time, and never all at once. */
import type { RetryPolicy } from '../../sync/context';

const FIRST = 30_000;
const LONGEST = 60 * 60_000;

export function retryPolicy(attempts: number, random: () => number = Math.random): RetryPolicy {
	return {
		attempts,
		delay: (tries) => Math.round(Math.min(FIRST * 2 ** Math.max(tries - 1, 0), LONGEST) * (0.75 + random() / 4)),
	};
}
