/**
 * The ranges of a destination's counterparts, in the destination's own order. The ledger never compares ids itself: it
 * knows a range's upper bound, and the place that the range has among the others.
 */
import { sql } from 'kysely';

import type { SweptRange, Verified } from '../sync/ledger';
import type { Sql, SqlValue } from '../sql/types';
import { keepVerified } from './marks';
import { lockDestination, type Store } from './store';

/** Places lie so far apart that a range can be parted many times before all are numbered anew. */
const GAP = 2 ** 32;

/** Before the first range: makes one of everything where there is none, and joins what has become small. */
export async function beginRanges(store: Store, destination: number, size: number): Promise<void> {
	const { table } = store;
	await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		await tx.run(sql`INSERT INTO ${table('range')} (destination, id, place)
			SELECT d.id, 1, ${GAP} FROM ${table('destination')} d WHERE d.id = ${destination}
			AND NOT EXISTS (SELECT 1 FROM ${table('range')} g WHERE g.destination = d.id)`);
		const small = await tx.all(sql<{ id: number; next: number }>`SELECT id, next FROM (
			SELECT id, fold, count, row_number() OVER (ORDER BY place) AS n, lead(id) OVER (ORDER BY place) AS next,
				lead(count) OVER (ORDER BY place) AS more, lead(fold) OVER (ORDER BY place) AS following
			FROM ${table('range')} WHERE destination = ${destination}) AS g
			WHERE n % 2 = 1 AND next IS NOT NULL AND fold IS NOT NULL AND following IS NOT NULL AND count + more < ${size} / 2 LIMIT 1000`);
		if (small.length === 0) return;
		const joined = tx.dialect.values(
			'w',
			[
				{ name: 'id', type: 'integer' },
				{ name: 'next', type: 'integer' },
			],
			small.map(({ id, next }) => [id, next]),
		);
		await tx.run(
			sql`UPDATE ${table('mark')} AS m SET range = w.next FROM ${joined} WHERE m.destination = ${destination} AND m.range = w.id`,
		);
		await tx.run(
			sql`UPDATE ${table('range')} AS g SET fold = NULL, writes = writes + 1 FROM ${joined} WHERE g.destination = ${destination} AND g.id = w.next`,
		);
		await tx.run(
			sql`DELETE FROM ${table('range')} WHERE destination = ${destination} AND id IN (SELECT w.id FROM ${joined})`,
		);
	});
}

/** The next ranges behind one of them; behind one that is no longer there, from the first. */
export async function ranges(
	store: Store,
	destination: number,
	after: number | null,
	limit: number,
): Promise<SweptRange[]> {
	const { db, table } = store;
	const range = table('range');
	const rows = await db.all(sql<{
		id: number;
		after: string | null;
		up_to: string | null;
		fold: string | null;
		writes: number;
	}>`SELECT g.id, g.up_to, g.fold, g.writes,
			(SELECT b.up_to FROM ${range} b WHERE b.destination = g.destination AND b.place < g.place ORDER BY b.place DESC LIMIT 1) AS after
		FROM ${range} g WHERE g.destination = ${destination}
		AND g.place > coalesce((SELECT l.place FROM ${range} l WHERE l.destination = ${destination} AND l.id = ${after ?? 0}), 0)
		ORDER BY g.place LIMIT ${limit}`);
	return rows.map((row) => ({
		id: row.id,
		after: row.after,
		upTo: row.up_to,
		fold: row.fold,
		writes: row.writes,
	}));
}

/** Parts a range at these bounds. The new ones, whose numbers it answers with, come before it; none has been looked at. */
export async function splitRange(store: Store, destination: number, id: number, bounds: string[]): Promise<number[]> {
	if (bounds.length === 0) return [];
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		let room = await roomBefore(store, tx, destination, id);
		if (!room) return [];
		if (room.upTo - room.from <= bounds.length) {
			await spread(store, tx, destination);
			room = (await roomBefore(store, tx, destination, id))!;
		}
		const { from, upTo, newest } = room;
		const step = (upTo - from) / (bounds.length + 1);
		const rows = bounds.map((bound, n): SqlValue[] => [
			destination,
			newest + n + 1,
			from + Math.floor(step * (n + 1)),
			bound,
		]);
		const integers = ['destination', 'id', 'place'].map((name) => ({ name, type: 'integer' }));
		await tx.insert(table('range'), [...integers, { name: 'up_to', type: 'text' }], rows);
		await tx.run(
			sql`UPDATE ${table('range')} SET fold = NULL, writes = writes + 1 WHERE destination = ${destination} AND id = ${id}`,
		);
		return bounds.map((_, n) => newest + n + 1);
	});
}

/** The places that are free before a range, and the newest id of all. */
async function roomBefore(
	store: Store,
	tx: Sql,
	destination: number,
	id: number,
): Promise<{ from: number; upTo: number; newest: number } | undefined> {
	const range = store.table('range');
	const [row] = await tx.all(sql<{ from: number; upTo: number; newest: number }>`
		SELECT g.place AS ${sql.id('upTo')},
			coalesce((SELECT max(b.place) FROM ${range} b WHERE b.destination = g.destination AND b.place < g.place), 0) AS ${sql.id('from')},
			(SELECT max(n.id) FROM ${range} n WHERE n.destination = g.destination) AS newest
		FROM ${range} g WHERE g.destination = ${destination} AND g.id = ${id}`);
	return row;
}

/** Numbers the places anew, far apart. */
async function spread(store: Store, tx: Sql, destination: number): Promise<void> {
	const range = store.table('range');
	await tx.run(sql`UPDATE ${range} AS g SET place = o.n * CAST(${GAP} AS BIGINT)
		FROM (SELECT id, row_number() OVER (ORDER BY place) AS n FROM ${range} WHERE destination = ${destination}) AS o
		WHERE g.destination = ${destination} AND g.id = o.id`);
}

/**
 * What was found in some ranges, in one step: marks of links that are as confirmed, and ranges that are clean, unless
 * something of ours has changed in them since they were read.
 */
export async function cleanRanges(
	store: Store,
	destination: number,
	verified: Verified[],
	clean: { id: number; fold: string; count: number; writes: number }[],
): Promise<void> {
	if (verified.length === 0 && clean.length === 0) return;
	const { table } = store;
	await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		await keepVerified(store, tx, destination, verified);
		if (clean.length === 0) return;
		const columns = [
			{ name: 'id', type: 'integer' },
			{ name: 'fold', type: 'text' },
			{ name: 'count', type: 'integer' },
			{ name: 'writes', type: 'integer' },
		];
		await tx.run(sql`UPDATE ${table('range')} AS g SET fold = w.fold, count = w.count
			FROM ${tx.dialect.values(
				'w',
				columns,
				clean.map(({ id, fold, count, writes }) => [id, fold, count, writes]),
			)}
			WHERE g.destination = ${destination} AND g.id = w.id AND g.writes = w.writes`);
	});
}

/** Throws away the ranges, and what they account for: all links are loose again. */
export async function forgetRanges(store: Store, destination: number): Promise<void> {
	const { table } = store;
	await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		await tx.run(sql`DELETE FROM ${table('range')} WHERE destination = ${destination}`);
		await tx.run(
			sql`UPDATE ${table('mark')} SET range = NULL WHERE destination = ${destination} AND range IS NOT NULL`,
		);
		await tx.run(sql`UPDATE ${table('destination')} SET sweep_range = NULL WHERE id = ${destination}`);
	});
}

/** Has every range looked at anew. */
export async function dirtyRanges(store: Store, destination: number): Promise<void> {
	const { db, table } = store;
	await db.run(sql`UPDATE ${table('range')} SET fold = NULL, writes = writes + 1 WHERE destination = ${destination}`);
}

/** Saves behind which range the sweep is; false when another node has it by now. */
export async function rangeProgress(
	store: Store,
	destination: number,
	holder: string,
	range: number,
	ttl: number,
): Promise<boolean> {
	const { db, table } = store;
	const mine =
		await db.run(sql`UPDATE ${table('destination')} SET sweep_range = ${range}, sweep_until = ${db.dialect.now} + ${ttl}
		WHERE id = ${destination} AND sweep_by = ${holder}`);
	return mine === 1;
}
