/** Opens what the ledger's tests run over: a file's store, and a server's, each empty. */
import { join } from 'node:path';

import { sql } from 'kysely';

import { postgresStore, SCHEMA } from '../../ledger/postgres';
import { sqliteStore } from '../../ledger/sqlite';
import type { Store } from '../../ledger/store';
import { open } from '../../sql/open';
import type { ServerConfig } from '../../sql/types';
import { startPostgres } from '../servers/postgres';
import { freshFolder } from '../servers/server';
import { withDatabase } from '../sql/databases';

export interface Place {
	readonly kind: 'sqlite' | 'postgres';
	/** An empty store. It closes what it opened before. */
	empty(): Promise<Store>;
	/** The same store over connections of its own, as another process has it. */
	again(): Promise<Store>;
	/** The environment in which a process of its own finds it. */
	env(): Record<string, string>;
	/** Closes what it opened. */
	close(): Promise<void>;
}

/** Describes the same over both kinds of store. */
export function overEveryStore(suite: (place: Place) => void): void {
	describe('in a SQLite file', () => suite(inFile()));
	onPostgres(suite);
}

/** Describes on a Postgres server alone. */
export function onPostgres(suite: (place: Place) => void): void {
	withDatabase('postgres', () => suite(onServer()), 'in Postgres');
}

function inFile(): Place {
	const folder = freshFolder('ledger');
	const opened = new Opened();
	let file = '';
	let count = 0;
	afterAll(async () => {
		await opened.close();
		folder.remove();
	});
	return {
		kind: 'sqlite',
		empty: async () => {
			await opened.close();
			file = join(folder.path, `ledger-${++count}.sqlite`);
			return opened.add(await sqliteStore(file));
		},
		again: async () => opened.add(await sqliteStore(file)),
		env: () => ({ ONE_WAY_SYNC_LEDGER: file }),
		close: async () => await opened.close(),
	};
}

function onServer(): Place {
	const opened = new Opened();
	let config: ServerConfig;
	let stop: () => Promise<void>;
	beforeAll(async () => {
		const { host, port, database, user, password, stop: end } = await startPostgres();
		config = { dialect: 'postgres', host, port, database, user, password };
		stop = end;
	}, 60_000);
	afterAll(async () => {
		await opened.close();
		await stop();
	}, 60_000);
	return {
		kind: 'postgres',
		empty: async () => {
			await opened.close();
			const db = await open(config, { readOnly: false, values: 'plain' });
			await db.run(sql`DROP SCHEMA IF EXISTS ${sql.id(SCHEMA)} CASCADE`).finally(() => db.close());
			return opened.add(await postgresStore(config));
		},
		again: async () => opened.add(await postgresStore(config)),
		env: () => ({
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: config.host,
			DB_POSTGRESDB_PORT: String(config.port),
			DB_POSTGRESDB_DATABASE: config.database,
			DB_POSTGRESDB_USER: config.user,
		}),
		close: async () => await opened.close(),
	};
}

class Opened {
	private stores: Store[] = [];

	add(store: Store): Store {
		this.stores.push(store);
		return store;
	}

	async close(): Promise<void> {
		for (const store of this.stores.splice(0)) await store.db.close();
	}
}
