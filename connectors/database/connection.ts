/** A database that is opened when it is first needed, and again after a failed attempt. */
import { open } from '../../sql/open';
import type { Database, DatabaseConfig, OpenOptions } from '../../sql/types';

export class Connection {
	private opening: Promise<Database> | undefined;
	private closed = false;

	constructor(
		readonly config: DatabaseConfig,
		private readonly options: OpenOptions,
	) {}

	/** Throws SqlError. */
	get(): Promise<Database> {
		if (this.closed) return Promise.reject(new Error('The connection is closed.'));
		this.opening ??= open(this.config, this.options).catch((error: unknown) => {
			this.opening = undefined;
			throw error;
		});
		return this.opening;
	}

	async close(): Promise<void> {
		this.closed = true;
		const database = await this.opening?.catch(() => undefined);
		await database?.close();
	}
}
