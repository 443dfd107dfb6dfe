/** The ledger as a schema of its own in a Postgres database, n8n's or another. */
import { sql } from 'kysely';

import { open } from '../sql/open';
import { SqlError, type ServerConfig, type Sql } from '../sql/types';
import { SyncError } from '../sync/types';
import type { Store } from './store';

export const SCHEMA = 'one_way_sync';

/** Any fixed number: it is the lock under which one process at a time makes or upgrades the schema. */
const UPGRADE_LOCK = 5_171_903_402;

/** Opens (and makes) the ledger's schema. Throws SyncError `setup` with the GRANT that is missing. */
export async function postgresStore(config: ServerConfig): Promise<Store> {
	const db = await open(config, { readOnly: false, values: 'plain' });
	const where = `schema ${SCHEMA} of ${config.database} at ${config.host}:${config.port}`;
	return {
		db,
		where,
		shared: true,
		// Bytewise, so that key ranges mean the same whatever the database's locale is.
		keyType: sql`TEXT COLLATE "C"`,
		bigType: sql`BIGINT`,
		bytewise: sql`COLLATE "C"`,
		narrow: sql``,
		table: (name) => sql.id(SCHEMA, name),
		index: (name) => sql.id(name),
		indexThere: (name) => sql.id(SCHEMA, name),
		// Unlogged, and seen by every connection of the pool; what a crash leaves is dropped by the next read.
		stage: async (number) => {
			const table = sql.id(SCHEMA, `stage${number}`);
			await db.run(sql`CREATE UNLOGGED TABLE ${table} (key TEXT COLLATE "C" PRIMARY KEY, fingerprint TEXT NOT NULL, fields TEXT, name TEXT,
				removed BIGINT NOT NULL, ordering TEXT, slot BIGINT, repeated BIGINT NOT NULL DEFAULT 0)`);
			return { table, drop: async () => void (await db.run(sql`DROP TABLE IF EXISTS ${table}`)) };
		},
		// A sequence: it makes nobody wait for anybody.
		next: async (tx) => {
			const [row] = await tx.all(sql<{ number: number }>`SELECT nextval(${`${SCHEMA}.numbers`}) AS number`);
			return row!.number;
		},
		last: async (tx) =>
			(await tx.all(sql<{ last: number }>`SELECT last_value AS last FROM ${sql.id(SCHEMA, 'numbers')}`))[0]!.last,
		skip: async (tx, past) =>
			void (await tx.all(
				sql`SELECT setval(${`${SCHEMA}.numbers`}, greatest(last_value, ${past})) FROM ${sql.id(SCHEMA, 'numbers')}`,
			)),
		lock: sql`FOR UPDATE OF l`,
		// Autovacuum keeps the planner's figures.
		tune: async () => {},
		alone: async (work) =>
			await db.transaction(async (tx) => {
				await tx.run(sql`SELECT pg_advisory_xact_lock(${UPGRADE_LOCK})`);
				const owner = await ownerOf(tx);
				try {
					if (owner === undefined) await tx.run(sql`CREATE SCHEMA ${sql.id(SCHEMA)}`);
					await tx.run(sql`CREATE SEQUENCE IF NOT EXISTS ${sql.id(SCHEMA, 'numbers')}`);
					return await work(tx);
				} catch (error) {
					if (!(error instanceof SqlError) || error.kind !== 'refused') throw error;
					throw new SyncError('setup', `The ledger cannot be made in ${where}: ${error.message}.`, {
						todo: missingRight(config, owner),
						cause: error,
					});
				}
			}),
	};
}

/** Who made the schema, if it is there. */
async function ownerOf(tx: Sql): Promise<string | undefined> {
	const [row] = await tx.all(sql<{ owner: string }>`
		SELECT pg_catalog.pg_get_userbyid(nspowner) AS owner FROM pg_catalog.pg_namespace WHERE nspname = ${SCHEMA}`);
	return row?.owner;
}

/** The one statement that mends it. Tables can be upgraded by their owner alone, so single rights on them would not do. */
function missingRight({ database, user }: ServerConfig, owner: string | undefined): string {
	if (owner === undefined)
		return `Let an owner of the database run: GRANT CREATE ON DATABASE ${quoted(database)} TO ${quoted(user)};`;
	return `The schema belongs to ${quoted(owner)}: log in as that user, or let an owner of the database run: GRANT ${quoted(owner)} TO ${quoted(user)};`;
}

function quoted(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}
