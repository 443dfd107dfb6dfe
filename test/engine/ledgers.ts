/** Both kinds of ledger under the engine: a file's, and a server's. */
import { sql } from 'kysely';

import { postgresStore, SCHEMA } from '../../ledger/postgres';
import type { Store } from '../../ledger/store';
import { open } from '../../sql/open';
import type { ServerConfig } from '../../sql/types';
import { startPostgres } from '../servers/postgres';
import { withDatabase } from '../sql/databases';

/** Declares the suite for each; `store` opens the server's anew, empty before each test. Without it: a file of the world's own. */
export function overBothLedgers(suite: (store?: () => Promise<Store>) => void): void {
	describe('with a ledger in a SQLite file', () => suite());

	withDatabase(
		'postgres',
		() => {
			let config: ServerConfig;
			let stop: () => Promise<void>;
			beforeAll(async () => {
				const { host, port, database, user, password, stop: end } = await startPostgres();
				config = { dialect: 'postgres', host, port, database, user, password };
				stop = end;
			}, 60_000);
			afterAll(async () => await stop());
			beforeEach(async () => {
				const db = await open(config, { readOnly: false, values: 'plain' });
				await db.run(sql`DROP SCHEMA IF EXISTS ${sql.id(SCHEMA)} CASCADE`).finally(() => db.close());
			});
			suite(async () => await postgresStore(config));
		},
		'with a ledger in Postgres',
	);
}
