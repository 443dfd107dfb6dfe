/**
 * The ledger's tables, and how an older ledger becomes this one. Upward only; a newer schema is refused.
 * All times are milliseconds since 1970 UTC by the ledger database's own clock. Yes/no columns hold 0 or 1.
 */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';

import { PACK } from '../sync/blocks';
import { SyncError } from '../sync/types';
import type { Sql } from '../sql/types';
import { looked } from './look/schema';
import type { Store, Table } from './store';

/** Each step is run once, in order, in one transaction with the number that it leads to. */
export type Step = (store: Store, tx: Sql) => Promise<void>;

const first: Step = async (store, tx) => {
	const { table, keyType: key, bigType: big } = store;
	const statements = [
		sql`CREATE TABLE ${table('sync')} (
			id ${big} PRIMARY KEY,
			instance TEXT NOT NULL, workflow TEXT NOT NULL, node TEXT NOT NULL,
			name TEXT NOT NULL,
			registered_at ${big} NOT NULL,
			observer_token ${big} NOT NULL DEFAULT 0, observer_holder TEXT, observer_until ${big} NOT NULL DEFAULT 0,
			tag TEXT, source TEXT, cursor TEXT,
			tick_at ${big}, complete_read_at ${big}, records ${big} NOT NULL DEFAULT 0,
			sweep_every ${big},
			epoch ${big} NOT NULL DEFAULT 1, cautious INTEGER NOT NULL DEFAULT 0,
			health TEXT NOT NULL DEFAULT 'new', health_text TEXT, health_kinds TEXT, health_at ${big},
			paused INTEGER NOT NULL DEFAULT 0,
			UNIQUE (instance, workflow, node))`,
		sql`CREATE TABLE ${table('record')} (
			sync ${big} NOT NULL, key ${key} NOT NULL,
			version ${big} NOT NULL,
			fingerprint TEXT NOT NULL, tag TEXT NOT NULL, mark TEXT,
			fields TEXT, name TEXT,
			present INTEGER NOT NULL,
			touched ${big} NOT NULL, ordering TEXT,
			changed_at ${big} NOT NULL,
			PRIMARY KEY (sync, key))`,
		sql`CREATE TABLE ${table('destination')} (
			id ${big} PRIMARY KEY,
			sync ${big} NOT NULL, node TEXT NOT NULL, name TEXT NOT NULL,
			seen INTEGER NOT NULL DEFAULT 0, target TEXT, target_text TEXT,
			state TEXT NOT NULL,
			flow TEXT, owned TEXT, mapping TEXT, revision ${big} NOT NULL DEFAULT 0, revision_run ${big} NOT NULL DEFAULT 0,
			created_at ${big} NOT NULL,
			sweep_due_at ${big}, sweep_key ${key}, sweep_part ${key}, sweep_by TEXT, sweep_until ${big} NOT NULL DEFAULT 0,
			sweep_began_at ${big}, swept_at ${big},
			down_since ${big}, probe_at ${big}, down_text TEXT)`,
		sql`CREATE INDEX ${store.index('destination_sync')} ON ${table('destination')} (sync, node)`,
		sql`CREATE TABLE ${table('link')} (
			destination ${big} NOT NULL, key ${key} NOT NULL, part ${key} NOT NULL,
			counterpart TEXT, former TEXT, match TEXT,
			state TEXT NOT NULL, reason TEXT NOT NULL,
			version ${big}, revision ${big},
			fields TEXT, told TEXT, on_return TEXT,
			removal TEXT NOT NULL DEFAULT 'none', hold ${big}, sent_at ${big}, removed_at ${big},
			initial INTEGER NOT NULL DEFAULT 0, create_intended INTEGER NOT NULL DEFAULT 0,
			attempts INTEGER NOT NULL DEFAULT 0, due_at ${big} NOT NULL, flips_at ${big},
			lease ${big}, lease_until ${big}, handed ${big}, healing TEXT,
			error TEXT, confirmed_at ${big},
			PRIMARY KEY (destination, key, part))`,
		sql`CREATE UNIQUE INDEX ${store.index('link_counterpart')} ON ${table('link')} (destination, counterpart) WHERE counterpart IS NOT NULL`,
		sql`CREATE INDEX ${store.index('link_open')} ON ${table('link')} (destination, state, due_at) WHERE state NOT IN ('settled', 'gone')`,
		sql`CREATE INDEX ${store.index('link_lease')} ON ${table('link')} (lease) WHERE lease IS NOT NULL`,
		sql`CREATE INDEX ${store.index('link_released')} ON ${table('link')} (destination) WHERE removal = 'released'`,
		sql`CREATE INDEX ${store.index('link_sent')} ON ${table('link')} (destination, sent_at) WHERE sent_at IS NOT NULL`,
		sql`CREATE TABLE ${table('hold')} (
			id ${big} PRIMARY KEY,
			destination ${big} NOT NULL, kind TEXT NOT NULL,
			reason TEXT NOT NULL, count ${big} NOT NULL, names TEXT NOT NULL,
			created_at ${big} NOT NULL, released_at ${big}, told_at ${big})`,
		sql`CREATE TABLE ${table('run')} (
			id ${big} PRIMARY KEY,
			sync ${big} NOT NULL, started_at ${big} NOT NULL, until ${big} NOT NULL,
			records ${big} NOT NULL, ended_at ${big}, outcome TEXT)`,
		sql`CREATE TABLE ${table('history')} (
			destination ${big} NOT NULL, key ${key} NOT NULL, part ${key} NOT NULL,
			at ${big} NOT NULL, version ${big} NOT NULL, outcome TEXT NOT NULL,
			field TEXT, was TEXT, now TEXT, why TEXT NOT NULL)`,
		sql`CREATE INDEX ${store.index('history_key')} ON ${table('history')} (destination, key, at)`,
		sql`CREATE INDEX ${store.index('history_at')} ON ${table('history')} (at)`,
	];
	for (const statement of statements) await tx.run(statement);
};

/** Hints of changed records, until they have been read. */
const withHints: Step = async ({ table, keyType: key, bigType: big, index }, tx) => {
	await tx.run(sql`CREATE TABLE ${table('hint')} (
		sync ${big} NOT NULL, key ${key} NOT NULL, number ${big} NOT NULL, at ${big} NOT NULL, PRIMARY KEY (sync, key))`);
	await tx.run(sql`CREATE INDEX ${index('hint_number')} ON ${table('hint')} (sync, number)`);
};

/** Since when a destination's sweep is asked for in vain. */
const unclaimedSweeps: Step = async (store, tx) => {
	await tx.run(sql`ALTER TABLE ${store.table('destination')} ADD COLUMN sweep_asked_at ${store.bigType}`);
};

/** What became of a destination's lock. */
const withLocks: Step = async ({ table }, tx) => {
	await tx.run(sql`ALTER TABLE ${table('destination')} ADD COLUMN locked TEXT`);
};

/** Links that time alone makes due are found at once. */
const flips: Step = async ({ table, index }, tx) => {
	await tx.run(
		sql`CREATE INDEX ${index('link_flips')} ON ${table('link')} (destination, flips_at) WHERE flips_at IS NOT NULL`,
	);
};

/** What the guard has to know beyond removals: first writes, changes, what was created again, and where it is cautious. */
const guarded: Step = async (store, tx) => {
	const { table, bigType: big } = store;
	const statements = [
		sql`ALTER TABLE ${table('link')} ADD COLUMN intent TEXT`,
		sql`ALTER TABLE ${table('link')} ADD COLUMN intent_what TEXT`,
		sql`ALTER TABLE ${table('link')} ADD COLUMN passed ${big}`,
		sql`ALTER TABLE ${table('link')} ADD COLUMN missed_at ${big}`,
		sql`CREATE INDEX ${store.index('link_missed')} ON ${table('link')} (destination, missed_at) WHERE missed_at IS NOT NULL`,
		sql`ALTER TABLE ${table('destination')} ADD COLUMN first_write TEXT NOT NULL DEFAULT 'unknown'`,
		sql`ALTER TABLE ${table('destination')} ADD COLUMN watched INTEGER NOT NULL DEFAULT 0`,
		sql`ALTER TABLE ${table('destination')} ADD COLUMN cautious INTEGER NOT NULL DEFAULT 0`,
		// A destination that was written to before is known.
		sql`UPDATE ${table('destination')} AS d SET first_write = 'passed'
			WHERE EXISTS (SELECT 1 FROM ${table('link')} l WHERE l.destination = d.id AND l.counterpart IS NOT NULL)`,
		sql`UPDATE ${table('destination')} AS d SET cautious = (SELECT s.cautious FROM ${table('sync')} s WHERE s.id = d.sync)`,
	];
	for (const statement of statements) await tx.run(statement);
};

/** Row marks, and the ranges by which a sweep compares where the data is. */
const withMarks: Step = async (store, tx) => {
	const { table, bigType: big } = store;
	const statements = [
		sql`CREATE TABLE ${table('mark')} (
			destination ${big} NOT NULL, counterpart TEXT NOT NULL,
			mark TEXT, range ${big},
			PRIMARY KEY (destination, counterpart)) ${store.narrow}`,
		sql`CREATE INDEX ${store.index('mark_range')} ON ${table('mark')} (destination, range) WHERE range IS NOT NULL`,
		sql`CREATE TABLE ${table('range')} (
			destination ${big} NOT NULL, id ${big} NOT NULL,
			place ${big} NOT NULL, up_to TEXT,
			fold TEXT, count ${big} NOT NULL DEFAULT 0, writes ${big} NOT NULL DEFAULT 0,
			PRIMARY KEY (destination, id))`,
		sql`CREATE INDEX ${store.index('range_place')} ON ${table('range')} (destination, place)`,
		sql`ALTER TABLE ${table('destination')} ADD COLUMN marked TEXT`,
		sql`ALTER TABLE ${table('destination')} ADD COLUMN marked_revision ${big}`,
		sql`ALTER TABLE ${table('destination')} ADD COLUMN sweep_range ${big}`,
	];
	for (const statement of statements) await tx.run(statement);
};

/** What stands in a destination in place of what was written. */
const provisional: Step = async ({ table }, tx) => {
	await tx.run(sql`ALTER TABLE ${table('link')} ADD COLUMN provisional TEXT`);
};

/** Two writers of one field. */
const withFights: Step = async ({ table, keyType: key, bigType: big }, tx) => {
	await tx.run(sql`CREATE TABLE ${table('fight')} (
		destination ${big} NOT NULL, key ${key} NOT NULL, part ${key} NOT NULL, field ${key} NOT NULL,
		ours TEXT NOT NULL, theirs TEXT NOT NULL, times INTEGER NOT NULL, since ${big} NOT NULL, at ${big} NOT NULL, sweep ${big} NOT NULL,
		PRIMARY KEY (destination, key, part, field))`);
	await tx.run(sql`ALTER TABLE ${table('destination')} ADD COLUMN sweeps ${big} NOT NULL DEFAULT 0`);
};

/** A source's blocks: the hash of all rows of each, as it was when they were taken in. */
const withBlocks: Step = async ({ table, bigType: big, index }, tx) => {
	await tx.run(sql`CREATE TABLE ${table('block')} (
		sync ${big} NOT NULL, block ${big} NOT NULL, fold TEXT, at ${big} NOT NULL, PRIMARY KEY (sync, block))`);
	await tx.run(sql`ALTER TABLE ${table('sync')} ADD COLUMN marks TEXT`);
	await tx.run(sql`ALTER TABLE ${table('record')} ADD COLUMN slot INTEGER`);
	await tx.run(sql`CREATE INDEX ${index('record_slot')} ON ${table('record')} (sync, slot)`);
};

/** What stands between the trigger and a destination. */
const ways: Step = async ({ table, bigType: big }, tx) => {
	await tx.run(sql`ALTER TABLE ${table('destination')} ADD COLUMN way TEXT`);
	await tx.run(sql`ALTER TABLE ${table('destination')} ADD COLUMN way_run ${big} NOT NULL DEFAULT 0`);
};

/** What was pushed wrongly, or not at all, and found by complete reads. */
const repairs: Step = async ({ table, bigType: big }, tx) => {
	await tx.run(sql`ALTER TABLE ${table('sync')} ADD COLUMN repairs ${big} NOT NULL DEFAULT 0`);
};

/** The folds of whole packs of blocks. Those of the blocks that are known are made by the next read. */
const packs: Step = async ({ table, bigType: big }, tx) => {
	await tx.run(sql`CREATE TABLE ${table('pack')} (
		sync ${big} NOT NULL, pack ${big} NOT NULL, fold TEXT, PRIMARY KEY (sync, pack))`);
	await tx.run(sql`INSERT INTO ${table('pack')} (sync, pack)
		SELECT DISTINCT sync, block / ${sql.lit(PACK)} FROM ${table('block')}`);
};

/** Who points at whom, and since when a link waits for whom it points at. */
const withReferences: Step = async (store, tx) => {
	const { table, keyType: key, bigType: big } = store;
	const statements = [
		sql`CREATE TABLE ${table('reference')} (
			destination ${big} NOT NULL, key ${key} NOT NULL, part ${key} NOT NULL, field ${key} NOT NULL,
			target ${big} NOT NULL, to_key ${key} NOT NULL, waits INTEGER NOT NULL,
			PRIMARY KEY (destination, key, part, field, target, to_key)) ${store.narrow}`,
		sql`CREATE INDEX ${store.index('reference_to')} ON ${table('reference')} (target, to_key)`,
		sql`ALTER TABLE ${table('link')} ADD COLUMN waits_since ${big}`,
		sql`CREATE INDEX ${store.index('link_waits')} ON ${table('link')} (destination) WHERE waits_since IS NOT NULL`,
	];
	for (const statement of statements) await tx.run(statement);
};

/** A reference may point at a part of a record. */
const partsReferredTo: Step = async (store, tx) => {
	const { table, keyType: key, bigType: big } = store;
	// No table of the ledger's: it takes the place of one within this step.
	const pointer = table('pointer' as Table);
	const statements = [
		sql`CREATE TABLE ${pointer} (
			destination ${big} NOT NULL, key ${key} NOT NULL, part ${key} NOT NULL, field ${key} NOT NULL,
			target ${big} NOT NULL, to_key ${key} NOT NULL, to_part ${key} NOT NULL, waits INTEGER NOT NULL,
			PRIMARY KEY (destination, key, part, field, target, to_key, to_part)) ${store.narrow}`,
		sql`INSERT INTO ${pointer} (destination, key, part, field, target, to_key, to_part, waits)
			SELECT destination, key, part, field, target, to_key, '', waits FROM ${table('reference')}`,
		sql`DROP TABLE ${table('reference')}`,
		sql`ALTER TABLE ${pointer} RENAME TO ${sql.id('reference')}`,
		sql`CREATE INDEX ${store.index('reference_to')} ON ${table('reference')} (target, to_key)`,
	];
	for (const statement of statements) await tx.run(statement);
};

/**
 * How a destination node is set up; since when it is to be asked for changes, and when it was last compared whole. How many
 * records the source's last read by blocks had more than are known.
 */
const settings: Step = async ({ table, bigType: big }, tx) => {
	await tx.run(sql`ALTER TABLE ${table('destination')} ADD COLUMN settings TEXT`);
	await tx.run(sql`ALTER TABLE ${table('destination')} ADD COLUMN edits TEXT`);
	await tx.run(sql`ALTER TABLE ${table('destination')} ADD COLUMN whole_at ${big}`);
	await tx.run(sql`ALTER TABLE ${table('sync')} ADD COLUMN astray ${big} NOT NULL DEFAULT 0`);
};

export const STEPS: readonly Step[] = [
	first,
	withHints,
	unclaimedSweeps,
	withLocks,
	flips,
	guarded,
	withMarks,
	provisional,
	withFights,
	withBlocks,
	ways,
	repairs,
	packs,
	looked,
	withReferences,
	partsReferredTo,
	settings,
];

/**
 * Brings the ledger to this package's schema. Throws SyncError `setup` for a ledger of a newer package, which is left
 * as it is.
 */
export async function migrate(store: Store, steps = STEPS): Promise<void> {
	await store.alone(async (tx) => {
		const { table, bigType: big } = store;
		await tx.run(sql`CREATE TABLE IF NOT EXISTS ${table('ledger')} (
			one INTEGER PRIMARY KEY CHECK (one = 1), schema INTEGER NOT NULL, sequence ${big} NOT NULL,
			instance TEXT, secret TEXT NOT NULL)`);
		const secret = randomBytes(32).toString('hex');
		await tx.run(sql`INSERT INTO ${table('ledger')} (one, schema, sequence, secret)
			VALUES (1, 0, 0, ${secret}) ON CONFLICT DO NOTHING`);
		const [row] = await tx.all(sql<{ schema: number }>`SELECT schema FROM ${table('ledger')}`);
		const from = row!.schema;
		if (from > steps.length) {
			throw new SyncError(
				'setup',
				`The ledger ${store.where} was written by a newer version of this package (schema ${from}, this one knows ${steps.length}).`,
				{
					todo: 'Install that version again; nothing was changed.',
				},
			);
		}
		for (let step = from; step < steps.length; step++) await steps[step]!(store, tx);
		if (from < steps.length) await tx.run(sql`UPDATE ${table('ledger')} SET schema = ${steps.length}`);
	});
	await store.tune();
}
