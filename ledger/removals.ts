/**
 * The guard's ledger side: what is intended is counted per destination in one transaction, and then all released or all
 * held. What it counts of removals: intended, held, and sent within a rolling 24 hours.
 */
import { sql, type RawBuilder } from 'kysely';

import { exceeds } from '../sync/guard';
import type { Hold, RemovalGuard } from '../sync/ledger';
import type { Sql } from '../sql/types';
import { fence, lockDestination, now, type Store } from './store';

const DAY = 24 * 60 * 60 * 1000;
const NAMES = 20;

interface HoldRow {
	id: number;
	kind: Hold['kind'];
	reason: string;
	count: number;
	names: string;
	created_at: number;
}

/**
 * What waits to be counted: removals, and counterparts that a sweep found missing, which would be created again. Each kind
 * by itself, per destination; then all of it is released, or all of it held.
 */
export async function countRemovals(
	store: Store,
	sync: number,
	token: number,
	guard: RemovalGuard,
): Promise<{ released: number; held: Hold[] }> {
	const { table } = store;
	const destinations = await store.db.all(sql<{ id: number; cautious: number }>`
		SELECT d.id, s.cautious FROM ${table('destination')} d JOIN ${table('sync')} s ON s.id = d.sync
		WHERE d.sync = ${sync} AND d.state = 'active'
		AND EXISTS (SELECT 1 FROM ${table('link')} l WHERE l.destination = d.id AND l.state = 'intended' AND l.state NOT IN ('settled', 'gone'))`);
	const held: Hold[] = [];
	let released = 0;
	for (const { id, cautious } of destinations) {
		for (const kind of ['removals', 'missing'] as const) {
			await store.db.transaction(async (tx) => {
				await fence(store, tx, sync, token);
				await lockDestination(store, tx, id);
				const at = await now(tx);
				const counted = await count(store, tx, id, kind, at);
				if (counted.intended === 0) return;
				const all = counted.intended + counted.waiting + counted.sent;
				if (!cautious && !exceeds(guard, { removals: all, links: counted.links })) {
					released += await pass(store, tx, id, kind, sql`state = 'intended'`, at, 'guard');
				} else held.push(await hold(store, tx, id, kind, at, counted));
			});
		}
	}
	return { released, held };
}

/** Links of a kind among those that are intended or held. */
const OF_KIND = { removals: sql`removal = 'intended'`, missing: sql`removal <> 'intended'` };

interface Counted {
	intended: number;
	waiting: number;
	sent: number;
	/** Counterparts that stood before the first of them went. */
	links: number;
}

async function count(store: Store, tx: Sql, destination: number, kind: Hold['kind'], at: number): Promise<Counted> {
	const of = async (condition: RawBuilder<unknown>) => {
		const link = store.table('link');
		const [row] = await tx.all(
			sql<{
				count: number;
			}>`SELECT count(*) AS count FROM ${link} WHERE destination = ${destination} AND ${condition}`,
		);
		return row!.count;
	};
	const open = sql`state NOT IN ('settled', 'gone') AND ${OF_KIND[kind]}`;
	const intended = await of(sql`state = 'intended' AND ${open}`);
	if (intended === 0) return { intended, waiting: 0, sent: 0, links: 0 };
	const waiting = await of(sql`state = 'held' AND ${open}`);
	const sent =
		kind === 'missing'
			? 0
			: (await of(sql`sent_at IS NOT NULL AND sent_at > ${at - DAY}`)) +
				// Let pass before, and on its way still.
				(await of(sql`removal = 'released' AND hold IS NULL AND state NOT IN ('settled', 'gone')`));
	const links = (await of(sql`counterpart IS NOT NULL AND state <> 'gone'`)) + sent;
	return { intended, waiting, sent, links };
}

/** Makes links due that were intended or held. What a person let pass keeps its hold's number, and counts no more. */
async function pass(
	store: Store,
	tx: Sql,
	destination: number,
	kind: Hold['kind'],
	which: RawBuilder<unknown>,
	at: number,
	by: 'guard' | 'person',
): Promise<number> {
	const removal = kind === 'removals' ? sql`'released'` : sql`removal`;
	const hold = by === 'guard' ? sql`NULL` : sql`hold`;
	return await tx.run(sql`UPDATE ${store.table('link')} SET state = 'due', removal = ${removal}, hold = ${hold}, reason = 'released', attempts = 0, due_at = ${at}
		WHERE destination = ${destination} AND ${which} AND ${OF_KIND[kind]}`);
}

const REASON: Record<Hold['kind'], string> = {
	removals: 'would be removed',
	missing: 'are missing in the destination and would be created again',
};

/** Holds all that is intended: under the hold that is open already, or a new one. */
async function hold(
	store: Store,
	tx: Sql,
	destination: number,
	kind: Hold['kind'],
	at: number,
	counted: Counted,
): Promise<Hold> {
	const { table } = store;
	const [open] = await tx.all(sql<{ id: number; created_at: number }>`SELECT id, created_at FROM ${table('hold')}
		WHERE destination = ${destination} AND kind = ${kind} AND released_at IS NULL ORDER BY id DESC LIMIT 1`);
	const id = open?.id ?? (await store.next(tx));
	await tx.run(sql`UPDATE ${table('link')} SET state = 'held', hold = ${id}
		WHERE destination = ${destination} AND state = 'intended' AND ${OF_KIND[kind]}`);
	const names = await tx.all(sql<{ name: string | null; key: string }>`SELECT r.name, l.key FROM ${table('link')} l
		JOIN ${table('destination')} d ON d.id = l.destination JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key
		WHERE l.destination = ${destination} AND l.state = 'held' AND l.hold = ${id} ORDER BY l.key LIMIT ${NAMES}`);
	const count = counted.intended + counted.waiting;
	const more = counted.sent > 0 ? `, and ${counted.sent} have gone within the last 24 hours` : '';
	const reason = `${count} of ${counted.links} counterparts ${REASON[kind]}${more}; that is more than the guard lets pass`;
	const list = names.map(({ name, key }) => name ?? key);
	if (open) {
		await tx.run(
			sql`UPDATE ${table('hold')} SET count = ${count}, reason = ${reason}, names = ${JSON.stringify(list)} WHERE id = ${id}`,
		);
	} else {
		await tx.run(sql`INSERT INTO ${table('hold')} (id, destination, kind, reason, count, names, created_at)
			VALUES (${id}, ${destination}, ${kind}, ${reason}, ${count}, ${JSON.stringify(list)}, ${at})`);
	}
	return { id, kind, reason, count, names: list, createdAt: open?.created_at ?? at };
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

/** A person lets a hold pass, once; what it held at that moment. False when there is no such open hold. */
export async function release(store: Store, sync: number, id: number): Promise<boolean> {
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		const at = await now(tx);
		const [open] = await tx.all(sql<{ destination: number; kind: Hold['kind'] }>`
			SELECT h.destination, h.kind FROM ${table('hold')} h JOIN ${table('destination')} d ON d.id = h.destination
			WHERE h.id = ${id} AND h.released_at IS NULL AND d.sync = ${sync}`);
		if (!open) return false;
		await tx.run(sql`UPDATE ${table('sync')} SET cautious = 0 WHERE id = ${sync}`);
		await lockDestination(store, tx, open.destination);
		const mine = await tx.run(
			sql`UPDATE ${table('hold')} SET released_at = ${at} WHERE id = ${id} AND released_at IS NULL`,
		);
		if (mine === 0) return false;
		await pass(store, tx, open.destination, open.kind, sql`state = 'held' AND hold = ${id}`, at, 'person');
		return true;
	});
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

interface UnconfirmedRow {
	key: string;
	name: string | null;
	destination: number;
	where: string;
	since: number;
}

/**
 * Removals that are not confirmed though the source said so long ago. Asked in the three ways in which an index finds
 * them: let pass, not counted yet, and intended while a run has the link. What leaves the scope because the mapping
 * changed is nothing that the source said.
 */
export async function unconfirmed(store: Store, sync: number, after: number, limit: number): Promise<UnconfirmedRow[]> {
	const { db, table } = store;
	const at = await now(db);
	const rows: UnconfirmedRow[] = [];
	for (const which of [
		sql`l.removal = 'released' AND l.state NOT IN ('held', 'settled', 'gone')`,
		sql`l.state = 'intended' AND l.removal = 'intended' AND l.state NOT IN ('settled', 'gone')`,
		sql`l.lease IS NOT NULL AND l.removal = 'intended' AND l.state IN ('handed', 'claimed', 'writing') AND l.healing IS NULL`,
	]) {
		rows.push(
			...(await db.all(sql<UnconfirmedRow>`
				SELECT l.key, r.name, d.id AS destination, d.name AS ${sql.id('where')}, ${at} - r.changed_at AS since
				FROM ${table('link')} l JOIN ${table('destination')} d ON d.id = l.destination
				JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key
				WHERE d.sync = ${sync} AND d.state = 'active' AND ${which} AND r.changed_at <= ${at - after}
				AND (r.present = 0 OR r.version > coalesce(l.version, 0)) ORDER BY r.changed_at LIMIT ${limit}`)),
		);
	}
	return rows.sort((a, b) => b.since - a.since).slice(0, limit);
}
