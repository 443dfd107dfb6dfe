/** The ledger in a SQLite file beside n8n's own. */
import { rm, writeFile } from 'node:fs/promises';
import { sql } from 'kysely';

import { open } from '../sql/open';
import type { Store } from './store';

/**
 * What the planner should take the tables for: large ones, whose first key column says little. Without these figures it
 * takes a destination's links for ten rows and reads all of them for every batch. Format: https://sqlite.org/fileformat2.html#stat1tab
 */
const FIGURES: [table: string, index: string, figures: string][] = [
	['record', 'sqlite_autoindex_record_1', '1000000 500000 1'],
	['record', 'record_slot', '1000000 500000 1'],
	['record', 'record_name', '1000000 500000 2'],
	['block', 'sqlite_autoindex_block_1', '100000 10000 1'],
	['pack', 'sqlite_autoindex_pack_1', '10000 2000 1'],
	['link', 'sqlite_autoindex_link_1', '1000000 500000 2 1'],
	['link', 'link_counterpart', '1000000 500000 1'],
	['link', 'link_open', '100000 50000 10000 100 1'],
	['link', 'link_lease', '3000 1000'],
	['link', 'link_sent', '1000 1000 2'],
	['link', 'link_flips', '1000 500 2'],
	['link', 'link_released', '1000 1000'],
	['link', 'link_undo', '1000 1000'],
	['link', 'link_waits', '1000 500'],
	['reference', 'reference', '1000000 500000 2 1 1 1 1'],
	['reference', 'reference_to', '1000000 500000 5'],
	['mark', 'mark', '1000000 500000 1'],
	['mark', 'mark_range', '1000000 500000 500'],
	['range', 'sqlite_autoindex_range_1', '4000 2000 1'],
	['range', 'range_place', '4000 2000 1'],
	['destination', 'destination_sync', '20 4 1'],
	['history', 'history_key', '1000000 500000 5 2'],
	['history', 'history_at', '1000000 100'],
	['history', 'history_healed', '10000 5000 2'],
	['tally', 'tally', '10000 1000 3 1'],
	['work', 'work', '10000 5000 2 1'],
	['work', 'work_at', '10000 5000 2'],
];

/** Opens (and makes, mode 0600) the ledger file. */
export async function sqliteStore(file: string): Promise<Store> {
	const db = await open({ dialect: 'sqlite', file }, { readOnly: false, values: 'plain' });
	const big = sql`INTEGER`;
	const staging = `${file}.staging`;
	/** Reads that stage now, and the file that they share while there are any. */
	let staged = 0;
	let attached: Promise<void> | undefined;
	/** One after the other: a file is attached anew only once it is gone. */
	let before: Promise<void> = Promise.resolve();
	const after = (work: () => Promise<void>): Promise<void> => {
		const mine = before.then(work);
		before = mine.catch(() => undefined);
		return mine;
	};
	const attach = () =>
		after(async () => {
			await remove(staging);
			// As the ledger itself: SQLite would make it readable for everybody on the machine.
			await writeFile(staging, '', { mode: 0o600 });
			await db.run(sql`ATTACH DATABASE ${staging} AS staging`);
			await db.run(sql`PRAGMA staging.journal_mode = OFF`);
			await db.run(sql`PRAGMA staging.synchronous = OFF`);
		});
	const detach = () =>
		after(async () => {
			await db.run(sql`DETACH DATABASE staging`);
			await remove(staging);
		});
	return {
		db,
		where: file,
		shared: false,
		keyType: sql`TEXT`,
		bigType: big,
		bytewise: sql`COLLATE BINARY`,
		narrow: sql`WITHOUT ROWID`,
		table: (name) => sql.id(name),
		index: (name) => sql.id(name),
		indexThere: (name) => sql.id(name),
		// A file of its own: a million staged rows never swell the ledger or its log. All reads share it, a table each, for
		// SQLite attaches ten files at most; the last one to end throws it away, which is one unlink.
		stage: async (number) => {
			staged++;
			attached ??= attach();
			await attached;
			const table = sql.id('staging', `read${number}`);
			await db.run(sql`CREATE TABLE ${table} (key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, fields TEXT, name TEXT,
				removed INTEGER NOT NULL, ordering TEXT, slot INTEGER, repeated INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`);
			// There are none, as a rule: that is to be known without a look at every row.
			await db.run(
				sql`CREATE INDEX ${sql.id('staging', `repeated${number}`)} ON ${sql.id(`read${number}`)} (key) WHERE repeated = 1`,
			);
			return {
				table,
				drop: async () => {
					staged--;
					if (staged > 0) await db.run(sql`DROP TABLE ${table}`);
					else {
						attached = undefined;
						await detach();
					}
				},
			};
		},
		next: async (tx) => {
			const [row] = await tx.all(
				sql<{ sequence: number }>`UPDATE ledger SET sequence = sequence + 1 RETURNING sequence`,
			);
			return row!.sequence;
		},
		last: async (tx) => (await tx.all(sql<{ sequence: number }>`SELECT sequence FROM ledger`))[0]!.sequence,
		skip: async (tx, past) =>
			void (await tx.run(sql`UPDATE ledger SET sequence = ${past} WHERE sequence < ${past}`)),
		lock: sql``, // one writer at a time anyway
		tune: async () => {
			await db.run(sql`ANALYZE`);
			await db.transaction(async (tx) => {
				await tx.run(sql`DELETE FROM sqlite_stat1`);
				for (const [table, index, figures] of FIGURES)
					await tx.run(
						sql`INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (${table}, ${index}, ${figures})`,
					);
			});
			await db.run(sql`ANALYZE sqlite_schema`);
		},
		alone: (work) => db.transaction(work),
	};
}

async function remove(path: string): Promise<void> {
	for (const suffix of ['', '-journal', '-wal', '-shm']) await rm(path + suffix, { force: true });
}
