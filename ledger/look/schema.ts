/** The ledger's step up to what people look at and do. */
import { sql } from 'kysely';

import type { Step } from '../schema';

/**
 * What people look at and do: names to search by, counts over time, what each run did, how often a sync should run; what
 * is to be undone, and what a check has found.
 */
export const looked: Step = async (store, tx) => {
	const { table, keyType: key, bigType: big, index } = store;
	const statements = [
		// By state, the oldest first, a page at a time, though a million of them came at the same moment.
		sql`DROP INDEX ${store.indexThere('link_open')}`,
		sql`CREATE INDEX ${index('link_open')} ON ${table('link')} (destination, state, due_at, key) WHERE state NOT IN ('settled', 'gone')`,
		sql`CREATE INDEX ${index('record_name')} ON ${table('record')} (sync, lower(name) ${store.bytewise}) WHERE name IS NOT NULL`,
		sql`CREATE INDEX ${index('history_healed')} ON ${table('history')} (destination, at) WHERE outcome = 'healed'`,
		sql`CREATE TABLE ${table('tally')} (
			destination ${big} NOT NULL, hour ${big} NOT NULL, outcome ${key} NOT NULL, count ${big} NOT NULL,
			PRIMARY KEY (destination, hour, outcome)) ${store.narrow}`,
		sql`CREATE TABLE ${table('work')} (
			destination ${big} NOT NULL, run ${big} NOT NULL, outcome ${key} NOT NULL,
			count ${big} NOT NULL, since ${big} NOT NULL, at ${big} NOT NULL,
			PRIMARY KEY (destination, run, outcome)) ${store.narrow}`,
		sql`CREATE INDEX ${index('work_at')} ON ${table('work')} (destination, at)`,
		sql`CREATE TABLE ${table('difference')} (
			destination ${big} NOT NULL, key ${key} NOT NULL, part ${key} NOT NULL, field ${key} NOT NULL,
			stands TEXT NOT NULL, meant TEXT NOT NULL, PRIMARY KEY (destination, key, part, field))`,
		sql`ALTER TABLE ${table('history')} ADD COLUMN run ${big}`,
		sql`ALTER TABLE ${table('link')} ADD COLUMN undo TEXT`,
		sql`CREATE INDEX ${index('link_undo')} ON ${table('link')} (destination) WHERE undo IS NOT NULL`,
		sql`ALTER TABLE ${table('destination')} ADD COLUMN check_at ${big}`,
		sql`ALTER TABLE ${table('destination')} ADD COLUMN checked_at ${big}`,
		sql`ALTER TABLE ${table('sync')} ADD COLUMN read_wanted ${big}`,
		sql`ALTER TABLE ${table('destination')} ADD COLUMN loaded_at ${big}`,
		sql`ALTER TABLE ${table('sync')} ADD COLUMN tick_every ${big}`,
		sql`ALTER TABLE ${table('sync')} ADD COLUMN complete_every ${big}`,
		sql`ALTER TABLE ${table('sync')} ADD COLUMN stale_told TEXT`,
	];
	for (const statement of statements) await tx.run(statement);
};
