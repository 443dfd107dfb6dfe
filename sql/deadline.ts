/**
 * A transaction with an end: after `within` milliseconds nothing of it may be kept any more, whatever the network holds
 * back. Three parts of that time work together:
 *
 * - in the first half statements are sent, COMMIT among them; later ones are refused here;
 * - one that was sent may be under way for a quarter of it: the server waits no longer for a lock or a result;
 * - one that the network holds back finds the session gone: the server leaves a transaction idle for a quarter at most.
 *
 * Together they end before `within` does. A server that says nothing at all is given up after three quarters.
 */
import { SqlError } from './types';

export class Deadline {
	private readonly began = performance.now();

	constructor(private readonly within: number) {}

	/** Milliseconds that one statement may take, and that the server may hear nothing for. */
	get quarter(): number {
		return Math.max(1, Math.floor(this.within / 4));
	}

	/** Throws SqlError `busy` once no statement may be sent any more. */
	check(): void {
		if (performance.now() - this.began > this.within / 2)
			throw new SqlError('busy', 'The time for this write was over before it was done, and it was taken back.');
	}

	/** The answer of `work`; `kill` is called, and `work` left to itself, when there is none in time. */
	async cut<T>(work: Promise<T>, kill: () => void): Promise<T> {
		const left = this.began + this.within * 0.75 - performance.now();
		let timer: NodeJS.Timeout | undefined;
		const over = new Promise<never>((_, reject) => {
			timer = setTimeout(
				() => {
					kill();
					reject(new SqlError('unreachable', 'The server did not answer in time.'));
				},
				Math.max(0, left),
			);
		});
		work.catch(() => undefined); // when it is left to itself, nobody listens any more
		try {
			return await Promise.race([work, over]);
		} finally {
			clearTimeout(timer);
		}
	}
}
