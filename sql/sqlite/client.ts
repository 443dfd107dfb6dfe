/**
 * The calling side of the SQLite worker: sends orders, matches the answers, and lets the process end when nothing is
 * under way.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { SqlError } from '../types';
import { explain } from './explain';
import type { Answer, Order, Request, Rows, WorkerOptions } from './messages';

/** Megabytes of the thread for what is gone in a moment: rows and messages. Its own default is many times as much. */
const YOUNG = 8;

interface Pending {
	resolve: (result: Rows | number | null) => void;
	reject: (error: Error) => void;
}

export class SqliteClient {
	private readonly worker: Worker;
	/** In the order of the requests, which is that of the answers. */
	private readonly pending: Pending[] = [];
	private requests = 0;
	private gone: SqlError | undefined;

	constructor(options: WorkerOptions) {
		this.worker = new Worker(join(__dirname, 'worker.js'), {
			workerData: options,
			name: 'one-way-sync sqlite',
			resourceLimits: { maxYoungGenerationSizeMb: YOUNG },
			execArgv: ['--disable-warning=ExperimentalWarning'],
		});
		this.worker.unref();
		this.worker.on('message', (answer: Answer) => this.answered(answer));
		this.worker.on('error', (error: Error) =>
			this.lost(new SqlError('unreachable', `The SQLite thread stopped: ${error.message}`, {}, { cause: error })),
		);
		this.worker.on('exit', () => this.lost(new SqlError('unreachable', 'The database is closed.')));
	}

	/** Sends an order; resolves with its answer, rejects with a {@link SqlError}. */
	send(order: { do: 'all' | 'page' } & Order): Promise<Rows>;
	send(order: { do: 'run' | 'many' } & Order): Promise<number>;
	send(order: Order): Promise<Rows | number | null>;
	send(order: Order): Promise<Rows | number | null> {
		if (this.gone) return Promise.reject(this.gone);
		const request: Request = { id: ++this.requests, order };
		return new Promise((resolve, reject) => {
			this.worker.postMessage(request);
			if (this.pending.length === 0) this.worker.ref();
			this.pending.push({ resolve, reject });
		});
	}

	/** Ends the thread, after all that was sent before. */
	async close(): Promise<void> {
		if (this.gone) return;
		const ended = new Promise((resolve) => this.worker.once('exit', resolve));
		await this.send({ do: 'close' });
		this.gone = new SqlError('unreachable', 'The database is closed.');
		this.worker.ref();
		await ended;
	}

	private answered(answer: Answer): void {
		const pending = this.pending.shift();
		if (this.pending.length === 0) this.worker.unref();
		if (!pending) return;
		if (answer.ok) pending.resolve(answer.result);
		else pending.reject(explain(answer.error));
	}

	private lost(error: SqlError): void {
		this.gone ??= error;
		for (const { reject } of this.pending.splice(0)) reject(this.gone);
	}
}
