/** The engine over a real ledger: a file's, and a server's. */
import { sql } from 'kysely';

import { postgresStore, SCHEMA } from '../../ledger/postgres';
import { open } from '../../sql/open';
import type { ServerConfig } from '../../sql/types';
import { startPostgres } from '../servers/postgres';
import { withDatabase } from '../sql/databases';
import { ownership } from './ownership';
import { stories } from './stories';

describe('with a ledger in a SQLite file', () => {
	stories();
	ownership();
});

withDatabase(
	'postgres',
	() => {
		let config: ServerConfig;
		let stop: () => Promise<void>;
		beforeAll(async () => {
			const server = await startPostgres();
			stop = server.stop;
			config = {
				dialect: 'postgres',
				host: server.host,
				port: server.port,
				database: server.database,
				user: server.user,
				password: server.password,
			};
		}, 60_000);
		afterAll(async () => await stop());
		beforeEach(async () => {
			const db = await open(config, { readOnly: false, values: 'plain' });
			await db.run(sql`DROP SCHEMA IF EXISTS ${sql.id(SCHEMA)} CASCADE`);
			await db.close();
		});
		const store = async () => await postgresStore(config);
		stories(store);
		ownership(store);
	},
	'with a ledger in Postgres',
);
