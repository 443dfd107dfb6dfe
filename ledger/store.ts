/**
 * What the ledger's rooms share: a database, the names of its tables in it, and the few things in which a SQLite file
 * and a Postgres schema differ. Nothing else in `ledger/` knows which of the two it stands on.
 */
import { sql, type RawBuilder } from 'kysely';

import { SyncError } from '../sync/types';
import type { Database, Sql } from '../sql/types';

export const TABLES = [
	'ledger',
	'sync',
	'record',
	'destination',
	'link',
	'hold',
	'run',
	'history',
	'hint',
	'mark',
	'range',
	'fight',
	'block',
	'pack',
	'tally',
	'work',
	'difference',
	'reference',
] as const;
export type Table = (typeof TABLES)[number];

/** Where one read of the source is staged. */
export interface Stage {
	table: RawBuilder<unknown>;
	drop(): Promise<void>;
}

export interface Store {
	readonly db: Database;
	/** For people: a file's path, or a server and schema without secrets. */
	readonly where: string;
	/** Whether several processes may have it open at once. */
	readonly shared: boolean;
	/** The column type of keys: compared byte by byte. */
	readonly keyType: RawBuilder<unknown>;
	readonly bigType: RawBuilder<unknown>;
	/** Put behind an operand of a comparison: texts are compared byte by byte. */
	readonly bytewise: RawBuilder<unknown>;
	/** Put behind CREATE TABLE for narrow rows that are found by their primary key. */
	readonly narrow: RawBuilder<unknown>;
	/** A table's quoted name. */
	table(name: Table): RawBuilder<unknown>;
	/** An index's quoted name, as CREATE INDEX wants it. */
	index(name: string): RawBuilder<unknown>;
	/** An index's quoted name, as DROP INDEX wants it. */
	indexThere(name: string): RawBuilder<unknown>;
	/** Makes an empty staging table (`key, fingerprint, fields, name, removed, ordering, slot, repeated`) of its own. */
	stage(number: number): Promise<Stage>;
	/** Takes the next number of the ledger's one sequence: ids, runs, observations. Rising, with gaps. */
	next(tx: Sql): Promise<number>;
	/** The last number that was taken. */
	last(tx: Sql): Promise<number>;
	/** Makes every further number larger than this one. */
	skip(tx: Sql, past: number): Promise<void>;
	/** Put at the end of a SELECT that names links `l`: nobody changes them until the transaction ends. */
	readonly lock: RawBuilder<unknown>;
	/** After the schema is there: what the database's planner has to know about it. */
	tune(): Promise<void>;
	/** Runs `work` while no other process upgrades the same ledger. */
	alone<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
}

/** The ledger's clock. */
export async function now(tx: Sql): Promise<number> {
	const [row] = await tx.all(sql<{ now: number }>`SELECT ${tx.dialect.now} AS now`);
	return row!.now;
}

/** Throws unless `token` still is the sync's observer: an old tick must not write over a newer one. */
export async function fence(store: Store, tx: Sql, sync: number, token: number): Promise<void> {
	const held = await tx.run(
		sql`UPDATE ${store.table('sync')} SET observer_token = observer_token WHERE id = ${sync} AND observer_token = ${token}`,
	);
	if (held !== 1) throw new SyncError('retry', 'Another tick of this sync has taken over; this one stops.');
}

/** A number whose type a statement does not tell by itself, as in a CASE. */
export function big(value: number): RawBuilder<number> {
	return sql<number>`CAST(${value} AS BIGINT)`;
}

/**
 * Locks the links that a run holds, in the order of their keys. What a later statement of the transaction reads of their
 * records is then at least as new as the links: a statement that had to wait for a lock would see the newer link beside
 * the older record.
 */
export async function lockRun(store: Store, tx: Sql, run: number): Promise<void> {
	if (!store.shared) return;
	await tx.all(
		sql`SELECT 1 FROM ${store.table('link')} l WHERE l.lease = ${run} ORDER BY l.destination, l.key, l.part ${store.lock}`,
	);
}

/**
 * All that a merge may touch, taken before it touches anything, in the order in which everybody takes locks: the sync
 * (by its fence), its destinations, links by their keys, records. Otherwise two of them could wait for each other.
 */
export async function lockDestinations(store: Store, tx: Sql, sync: number): Promise<void> {
	if (!store.shared) return;
	await tx.all(sql`SELECT 1 FROM ${store.table('destination')} l WHERE l.sync = ${sync} ORDER BY l.id ${store.lock}`);
}

/**
 * One at a time for a destination: what may intend a removal waits while the guard counts, and the other way round. Taken
 * before any of the destination's links.
 */
export async function lockDestination(store: Store, tx: Sql, destination: number): Promise<void> {
	if (!store.shared) return;
	await tx.run(sql`UPDATE ${store.table('destination')} SET id = id WHERE id = ${destination}`);
}

/** The columns of a VALUES list that names links. */
export const KEY_AND_PART = [
	{ name: 'key', type: 'text' },
	{ name: 'part', type: 'text' },
];
