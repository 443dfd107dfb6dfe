/**
 * The guard's ledger side: intended removals are counted per destination in one transaction, and then all released or
 * all held. What it counts: intended, held, and sent within a rolling 24 hours.
 */
import { sql } from 'kysely';

import { exceeds } from '../sync/guard';
import type { Hold, RemovalGuard } from '../sync/ledger';
import type { Sql } from '../sql/types';
import { fence, now, type Store } from './store';

const DAY = 24 * 60 * 60 * 1000;
const NAMES = 20;

interface HoldRow {
	id: number;
	kind: 'removals';
	reason: string;
	count: number;
	names: string;
	created_at: number;
}

/** Counts the sync's intended removals against the guard. */
export async function countRemovals(
	store: Store,
	sync: number,
	token: number,
	guard: RemovalGuard,
): Promise<{ released: number; held: Hold[] }> {
	const { table } = store;
	const destinations = await store.db.all(sql<{
		id: number;
	}>`SELECT id FROM ${table('destination')} d WHERE d.sync = ${sync} AND d.state = 'active'
		AND EXISTS (SELECT 1 FROM ${table('link')} l WHERE l.destination = d.id AND l.state = 'intended' AND l.state NOT IN ('settled', 'gone'))`);
	const held: Hold[] = [];
	let released = 0;
	for (const { id } of destinations) {
		await store.db.transaction(async (tx) => {
			await fence(store, tx, sync, token);
			const at = await now(tx);
			const count = async (condition: ReturnType<typeof sql>) =>
				(
					await tx.all(
						sql<{
							count: number;
						}>`SELECT count(*) AS count FROM ${table('link')} WHERE destination = ${id} AND ${condition}`,
					)
				)[0]!.count;
			const intended = await count(sql`state = 'intended' AND state NOT IN ('settled', 'gone')`);
			const waiting = await count(sql`state = 'held' AND state NOT IN ('settled', 'gone')`);
			const sent = await count(sql`sent_at IS NOT NULL AND sent_at > ${at - DAY}`);
			const linked = await count(sql`counterpart IS NOT NULL AND state <> 'gone'`);
			if (!exceeds(guard, { removals: intended + waiting + sent, links: linked + sent })) {
				released +=
					await tx.run(sql`UPDATE ${table('link')} SET state = 'due', removal = 'released', reason = 'released', due_at = ${at}
					WHERE destination = ${id} AND state = 'intended'`);
				return;
			}
			held.push(await hold(store, tx, id, at, { intended, waiting, sent, links: linked + sent }));
		});
	}
	return { released, held };
}

/** Holds all that is intended: under the hold that is open already, or a new one. */
async function hold(
	store: Store,
	tx: Sql,
	destination: number,
	at: number,
	counted: { intended: number; waiting: number; sent: number; links: number },
): Promise<Hold> {
	const { table } = store;
	const [open] = await tx.all(sql<{ id: number; created_at: number }>`SELECT id, created_at FROM ${table('hold')}
		WHERE destination = ${destination} AND kind = 'removals' AND released_at IS NULL ORDER BY id DESC LIMIT 1`);
	const id = open?.id ?? (await store.next(tx));
	await tx.run(
		sql`UPDATE ${table('link')} SET state = 'held', hold = ${id} WHERE destination = ${destination} AND state = 'intended'`,
	);
	const names = await tx.all(sql<{ name: string | null; key: string }>`SELECT r.name, l.key FROM ${table('link')} l
		JOIN ${table('destination')} d ON d.id = l.destination JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key
		WHERE l.destination = ${destination} AND l.state = 'held' AND l.hold = ${id} ORDER BY l.key LIMIT ${NAMES}`);
	const count = counted.intended + counted.waiting;
	const reason = `${count} of ${counted.links} counterparts would be removed${counted.sent > 0 ? `, ${counted.sent} more within the last 24 hours` : ''}; that is more than the guard lets pass`;
	const text = JSON.stringify(names.map(({ name, key }) => name ?? key));
	if (open) {
		await tx.run(
			sql`UPDATE ${table('hold')} SET count = ${count}, reason = ${reason}, names = ${text} WHERE id = ${id}`,
		);
	} else {
		await tx.run(sql`INSERT INTO ${table('hold')} (id, destination, kind, reason, count, names, created_at)
			VALUES (${id}, ${destination}, 'removals', ${reason}, ${count}, ${text}, ${at})`);
	}
	return {
		id,
		kind: 'removals',
		reason,
		count,
		names: JSON.parse(text) as string[],
		createdAt: open?.created_at ?? at,
	};
}

/** Holds whose records have all returned need nobody any more. */
export async function closeEmptyHolds(store: Store, sync: number): Promise<void> {
	const { db, table } = store;
	await db.run(sql`UPDATE ${table('hold')} SET released_at = ${db.dialect.now} WHERE released_at IS NULL
		AND destination IN (SELECT id FROM ${table('destination')} WHERE sync = ${sync})
		AND NOT EXISTS (SELECT 1 FROM ${table('link')} l WHERE l.destination = ${table('hold')}.destination AND l.state = 'held'
			AND l.state NOT IN ('settled', 'gone') AND l.hold = ${table('hold')}.id)`);
}

/** A person lets a hold's removals pass, once; those that it held at that moment. False when there is no such hold. */
export async function release(store: Store, sync: number, id: number): Promise<boolean> {
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		const at = await now(tx);
		const open =
			await tx.run(sql`UPDATE ${table('hold')} SET released_at = ${at} WHERE id = ${id} AND released_at IS NULL
			AND destination IN (SELECT id FROM ${table('destination')} WHERE sync = ${sync})`);
		if (open === 0) return false;
		await tx.run(sql`UPDATE ${table('link')} SET state = 'due', removal = 'released', reason = 'released', attempts = 0, due_at = ${at}
			WHERE state = 'held' AND hold = ${id} AND destination IN (SELECT destination FROM ${table('hold')} WHERE id = ${id})`);
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
