/** The ledger in a SQLite file beside n8n's own. */
import { rm } from 'node:fs/promises';
import { sql } from 'kysely';

import { open } from '../sql/open';
import type { Store } from './store';

/** Opens (and makes, mode 0600) the ledger file. */
export async function sqliteStore(file: string): Promise<Store> {
	const db = await open({ dialect: 'sqlite', file }, { readOnly: false, values: 'plain' });
	const big = sql`INTEGER`;
	return {
		db,
		where: file,
		keyType: sql`TEXT`,
		bigType: big,
		table: (name) => sql.id(name),
		index: (name) => sql.id(name),
		// A file of its own: a million staged rows never swell the ledger or its log, and throwing them away is one unlink.
		stage: async (number) => {
			const schema = `stage${number}`;
			const path = `${file}.${schema}`;
			await remove(path);
			await db.run(sql`ATTACH DATABASE ${path} AS ${sql.id(schema)}`);
			await db.run(sql`PRAGMA ${sql.id(schema)}.journal_mode = OFF`);
			await db.run(sql`PRAGMA ${sql.id(schema)}.synchronous = OFF`);
			const table = sql.id(schema, 'stage');
			await db.run(sql`CREATE TABLE ${table} (key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, fields TEXT, name TEXT,
				removed INTEGER NOT NULL, repeated INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`);
			return {
				table,
				drop: async () => {
					await db.run(sql`DETACH DATABASE ${sql.id(schema)}`);
					await remove(path);
				},
			};
		},
		alone: (work) => db.transaction(work),
	};
}

async function remove(path: string): Promise<void> {
	for (const suffix of ['', '-journal', '-wal', '-shm']) await rm(path + suffix, { force: true });
}
