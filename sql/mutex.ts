/**
 * One at a time, in the order of asking. A task that asks again from within itself would wait for ever: that is
 * recognised and thrown.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export class Mutex {
	private last: Promise<unknown> = Promise.resolve();
	private readonly inside = new AsyncLocalStorage<{ running: boolean }>();

	/** Runs `task` when all that asked before are done. */
	run<T>(task: () => Promise<T>): Promise<T> {
		if (this.inside.getStore()?.running) {
			return Promise.reject(
				new Error('The database was asked from inside its own transaction; ask the transaction instead.'),
			);
		}
		const state = { running: true };
		const result = this.last.then(() => this.inside.run(state, task)).finally(() => (state.running = false));
		this.last = result.catch(() => undefined);
		return result;
	}
}
