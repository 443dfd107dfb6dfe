/** Holds: what the guard holds until a person decides, and what becomes of it. */
import { sql, type RawBuilder } from 'kysely';

import type { Hold, HoldKind, Release } from '../sync/ledger';
import { callLink } from '../sync/parts';
import type { Sql } from '../sql/types';
import { big, lockDestination, now, type Store } from './store';

/** How many names a hold shows. All keys are in the history. */
const NAMES = 20;
const NOTHING = sql`1 = 1`;

interface HoldRow {
	id: number;
	kind: HoldKind;
	reason: string;
	count: number;
	names: string;
	created_at: number;
}

interface Place {
	store: Store;
	tx: Sql;
	/** The destination. */
	id: number;
	at: number;
}

/** Links of a kind among those that are intended or held. */
export const OF_KIND: Record<HoldKind, RawBuilder<unknown>> = {
	removals: sql`removal = 'intended'`,
	missing: sql`removal <> 'intended' AND intent IS NULL`,
	first: sql`removal <> 'intended' AND intent = 'first'`,
	changes: sql`removal <> 'intended' AND intent = 'changes'`,
};

/** What becomes of a link that passes. A write passes under the present mapping only. */
function passed(store: Store, destination: number, kind: HoldKind): RawBuilder<unknown> {
	return kind === 'removals'
		? sql`removal = 'released'`
		: sql`passed = (SELECT d.revision FROM ${store.table('destination')} d WHERE d.id = ${destination})`;
}

/** The guard lets pass what is intended; how many links that are. */
export async function letPass(
	{ store, tx, id, at }: Place,
	kind: HoldKind,
	which: RawBuilder<unknown> = NOTHING,
): Promise<number> {
	const told = kind === 'removals' || kind === 'missing' ? sql`'released'` : sql`reason`;
	const missed = kind === 'missing' ? sql`${big(at)}` : sql`missed_at`;
	return await tx.run(sql`UPDATE ${store.table('link')} SET state = 'due', ${passed(store, id, kind)}, hold = NULL, reason = ${told},
		missed_at = ${missed}, attempts = 0, due_at = ${at}
		WHERE destination = ${id} AND state = 'intended' AND ${OF_KIND[kind]} AND ${which}`);
}

/** Holds what is intended: under the hold that is open already, or a new one. */
export async function hold(
	place: Place,
	kind: HoldKind,
	{ reason, which = NOTHING }: { reason: string; which?: RawBuilder<unknown> },
): Promise<Hold> {
	const { store, tx, id: destination, at } = place;
	const { table } = store;
	const [open] = await tx.all(sql<{ id: number; created_at: number }>`SELECT id, created_at FROM ${table('hold')}
		WHERE destination = ${destination} AND kind = ${kind} AND released_at IS NULL ORDER BY id DESC LIMIT 1`);
	const id = open?.id ?? (await store.next(tx));
	const these = sql`destination = ${destination} AND state = 'intended' AND ${OF_KIND[kind]} AND ${which}`;
	await remember(place, 'held', id, these);
	await tx.run(sql`UPDATE ${table('link')} SET state = 'held', hold = ${id} WHERE ${these}`);
	const mine = sql`destination = ${destination} AND state = 'held' AND state NOT IN ('settled', 'gone') AND hold = ${id}`;
	const [row] = await tx.all(sql<{ count: number }>`SELECT count(*) AS count FROM ${table('link')} WHERE ${mine}`);
	// Of a first write, what would be overwritten is what a person wants to see.
	const names = await tx.all(sql<{ name: string | null; key: string; part: string }>`SELECT r.name, l.key, l.part FROM
		(SELECT key, part, intent_what FROM ${table('link')} WHERE ${mine}
			ORDER BY CASE intent_what WHEN 'overwrite' THEN 0 WHEN 'adopt' THEN 1 ELSE 2 END, key, part LIMIT ${NAMES}) AS l
		JOIN ${table('destination')} d ON d.id = ${destination} JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key
		ORDER BY CASE l.intent_what WHEN 'overwrite' THEN 0 WHEN 'adopt' THEN 1 ELSE 2 END, l.key, l.part`);
	const made: Hold = {
		id,
		kind,
		reason,
		count: row!.count,
		names: names.map(callLink),
		createdAt: open?.created_at ?? at,
	};
	if (open) {
		await tx.run(
			sql`UPDATE ${table('hold')} SET count = ${made.count}, reason = ${reason}, names = ${JSON.stringify(made.names)} WHERE id = ${id}`,
		);
	} else {
		await tx.run(sql`INSERT INTO ${table('hold')} (id, destination, kind, reason, count, names, created_at)
			VALUES (${id}, ${destination}, ${kind}, ${reason}, ${made.count}, ${JSON.stringify(made.names)}, ${at})`);
	}
	return made;
}

/** Puts every key of a hold into the history. */
async function remember(
	{ store, tx, at }: Place,
	outcome: 'held' | 'released',
	id: number,
	which: RawBuilder<unknown>,
): Promise<void> {
	await tx.run(sql`INSERT INTO ${store.table('history')} (destination, key, part, at, version, outcome, why)
		SELECT destination, key, part, ${big(at)}, coalesce(version, 0), ${outcome}, ${`hold ${id}`} FROM ${store.table('link')} WHERE ${which}`);
}

/** Holds whose records have all returned need nobody any more. What a sweep is just healing is held all the same. */
export async function closeEmptyHolds(store: Store, sync: number): Promise<void> {
	const { db, table } = store;
	await db.run(sql`UPDATE ${table('hold')} SET released_at = ${db.dialect.now} WHERE released_at IS NULL
		AND destination IN (SELECT id FROM ${table('destination')} WHERE sync = ${sync})
		AND NOT EXISTS (SELECT 1 FROM ${table('link')} l WHERE l.destination = ${table('hold')}.destination
			AND (l.state = 'held' OR (l.state = 'writing' AND l.healing = 'held'))
			AND l.state NOT IN ('settled', 'gone') AND l.hold = ${table('hold')}.id)`);
}

/**
 * A person lets a hold pass, once: what it holds at that moment. Of a removal the hold's number is kept, so that it counts
 * no more. With the first removals that a person lets pass, the caution after a lost ledger ends for this destination.
 */
export async function release(store: Store, sync: number, id: number): Promise<Release> {
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		const at = await now(tx);
		const [known] = await tx.all(sql<{ destination: number; kind: HoldKind; released_at: number | null }>`
			SELECT h.destination, h.kind, h.released_at FROM ${table('hold')} h JOIN ${table('destination')} d ON d.id = h.destination
			WHERE h.id = ${id} AND d.sync = ${sync}`);
		if (!known) return 'unknown';
		if (known.released_at !== null) return 'closed';
		const { destination, kind } = known;
		await tx.run(sql`UPDATE ${table('sync')} SET id = id WHERE id = ${sync}`);
		await lockDestination(store, tx, destination);
		const mine = await tx.run(
			sql`UPDATE ${table('hold')} SET released_at = ${at} WHERE id = ${id} AND released_at IS NULL`,
		);
		if (mine === 0) return 'closed';
		if (kind === 'first')
			await tx.run(sql`UPDATE ${table('destination')} SET first_write = 'passed' WHERE id = ${destination}`);
		if (kind === 'removals' || kind === 'missing') await trust(store, tx, sync, destination);
		const held = sql`destination = ${destination} AND hold = ${id} AND state = 'held' AND ${OF_KIND[kind]}`;
		await remember({ store, tx, id: destination, at }, 'released', id, held);
		await tx.run(sql`UPDATE ${table('link')} SET state = 'due', ${passed(store, destination, kind)}, reason = 'released',
			hold = ${kind === 'removals' ? sql`hold` : sql`NULL`}, attempts = 0, due_at = ${at} WHERE ${held}`);
		if (kind !== 'removals') {
			// What a sweep is just healing is planned once that is done.
			await tx.run(sql`UPDATE ${table('link')} SET ${passed(store, destination, kind)}
				WHERE destination = ${destination} AND hold = ${id} AND state = 'writing' AND healing = 'held'`);
		}
		return 'released';
	});
}

/** A person has looked at what this destination would lose. */
async function trust(store: Store, tx: Sql, sync: number, destination: number): Promise<void> {
	const { table } = store;
	await tx.run(sql`UPDATE ${table('destination')} SET cautious = 0 WHERE id = ${destination}`);
	// Destinations that are new begin cautious while others are.
	await tx.run(sql`UPDATE ${table('sync')} SET cautious = 0 WHERE id = ${sync} AND NOT EXISTS
		(SELECT 1 FROM ${table('destination')} d WHERE d.sync = ${sync} AND d.state = 'active' AND d.cautious = 1)`);
}

/** Holds that wait for a person. */
export async function openHolds(store: Store, sync: number): Promise<Hold[]> {
	const { db, table } = store;
	const rows =
		await db.all(sql<HoldRow>`SELECT h.id, h.kind, h.reason, h.count, h.names, h.created_at FROM ${table('hold')} h
		JOIN ${table('destination')} d ON d.id = h.destination WHERE d.sync = ${sync} AND d.state = 'active' AND h.released_at IS NULL ORDER BY h.id`);
	return rows.map(asHold);
}

function asHold(row: HoldRow): Hold {
	return {
		id: row.id,
		kind: row.kind,
		reason: row.reason,
		count: row.count,
		names: JSON.parse(row.names) as string[],
		createdAt: row.created_at,
	};
}

/** Holds that nobody was told of yet; this call tells. */
export async function untoldHolds(store: Store, destination: number): Promise<Hold[]> {
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		const rows = await tx.all(sql<HoldRow>`SELECT id, kind, reason, count, names, created_at FROM ${table('hold')}
			WHERE destination = ${destination} AND told_at IS NULL AND released_at IS NULL ORDER BY id`);
		if (rows.length > 0) {
			await tx.run(
				sql`UPDATE ${table('hold')} SET told_at = ${tx.dialect.now} WHERE destination = ${destination} AND told_at IS NULL AND released_at IS NULL`,
			);
		}
		return rows.map(asHold);
	});
}
