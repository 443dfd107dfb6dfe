/** n8n as it is tormented: one process on SQLite, or one main and two workers in queue mode. */
import { startN8n, userFolder, type N8n } from '../n8n/harness';
import { startRedis, type Redis } from '../servers/redis';
import { FileLedger, SchemaLedger } from './ledger';
import { startPlace, type Place } from './world';

export class Instances {
	main!: N8n;
	readonly workers: N8n[] = [];
	redis: Redis | undefined;
	ledger!: FileLedger | SchemaLedger;
	/** n8n's own Postgres, and the ledger's, in queue mode. */
	home: Place | undefined;
	private env: Record<string, string> = {};

	constructor(private readonly queue: boolean) {}

	async start(): Promise<void> {
		if (this.queue) {
			[this.redis, this.home] = await Promise.all([startRedis(), startPlace('n8n', {}, async () => {})]);
			this.env = {
				EXECUTIONS_MODE: 'queue',
				QUEUE_BULL_REDIS_HOST: this.redis.host,
				QUEUE_BULL_REDIS_PORT: String(this.redis.port),
				DB_TYPE: 'postgresdb',
				DB_POSTGRESDB_HOST: this.home.proxy.host,
				DB_POSTGRESDB_PORT: String(this.home.proxy.port),
				DB_POSTGRESDB_DATABASE: this.home.database,
				DB_POSTGRESDB_USER: this.home.server.user,
				DB_POSTGRESDB_PASSWORD: this.home.server.password,
				N8N_ENCRYPTION_KEY: 'one key for main and workers',
			};
		}
		this.main = await startN8n({ env: this.env });
		this.ledger = this.home ? new SchemaLedger(this.home) : new FileLedger(this.main.folder);
		if (this.queue) this.workers.push(...(await Promise.all([this.worker(), this.worker()])));
	}

	private worker(folder = userFolder()): Promise<N8n> {
		return startN8n({ folder, env: this.env, command: ['worker', '--concurrency=5'] });
	}

	/** SIGKILL, and up again after a pause. */
	async killMain(pause: () => Promise<void>): Promise<void> {
		await this.main.kill();
		await pause();
		await this.revive();
	}

	async killWorker(number: number, pause: () => Promise<void>): Promise<void> {
		await this.workers[number]!.kill();
		await pause();
		await this.revive();
	}

	/** Starts whatever has ended, killed or by itself. True if there was anything. */
	async revive(): Promise<boolean> {
		const dead = [!this.main.running, ...this.workers.map((worker) => !worker.running)];
		if (dead[0]) {
			const { folder, port } = this.main;
			this.main = await patiently(() => startN8n({ folder, port, env: this.env }));
		}
		for (const [number, worker] of this.workers.entries()) {
			if (!worker.running) this.workers[number] = await patiently(() => this.worker(worker.folder));
		}
		return dead.includes(true);
	}

	/** SIGKILL for all of them at once; up again when `meanwhile` is done. */
	async killAll(meanwhile: () => Promise<void>): Promise<void> {
		await Promise.all([this.main, ...this.workers].map((n8n) => n8n.kill()));
		await meanwhile();
		await this.revive();
	}

	async stop({ keep = false } = {}): Promise<void> {
		for (const n8n of [this.main, ...this.workers]) await (keep ? n8n?.stop() : n8n?.remove());
		this.ledger?.close();
		await this.redis?.stop();
		await this.home?.close();
	}
}

/** A start may fail while its database is just coming back. */
async function patiently<T>(start: () => Promise<T>): Promise<T> {
	for (let tries = 1; ; tries++) {
		try {
			return await start();
		} catch (error) {
			if (tries === 5) throw error;
			await new Promise((resolve) => setTimeout(resolve, 1000));
		}
	}
}
