/** Waiting for something to become true, with an end. */
export interface Patience {
	/** Milliseconds; default 60,000. */
	timeout?: number;
	/** Milliseconds between two looks; default 200. */
	every?: number;
	/** What is waited for, for the message. */
	what?: string;
}

/** Asks until the answer is truthy, and answers it. An error while asking counts as "not yet", and is told at the end. */
export async function until<T>(
	ask: () => T | Promise<T>,
	{ timeout = 60_000, every = 200, what = 'it' }: Patience = {},
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
	const end = performance.now() + timeout;
	for (;;) {
		let last: unknown;
		try {
			const answer = await ask();
			if (answer) return answer as Exclude<T, false | null | undefined | 0 | ''>;
			last = answer;
		} catch (error) {
			last = error;
		}
		if (performance.now() > end) {
			const seen = last instanceof Error ? last.message : JSON.stringify(last);
			throw new Error(`waited ${timeout / 1000} s for ${what}; last seen: ${seen}`, { cause: last });
		}
		await new Promise((resolve) => setTimeout(resolve, every));
	}
}
