/** Forgetting, for good: a whole sync, or everything about one record. What stands in the destinations stays there. */
import { sql } from 'kysely';

import { linkText } from '../../sync/parts';
import type { Sql } from '../../sql/types';
import { spoil } from '../blocks';
import { lockDestinations, type Store, type Table } from '../store';

/** Rows that one transaction deletes. */
const STEP = 5000;

/** A sync with all that is known of it; how many records that were. Undefined while one of its ticks is under way. */
export async function forgetSync(store: Store, sync: number): Promise<number | undefined> {
	const { db, table } = store;
	// Whoever holds the sync's row as an observer is stopped by its fence.
	const token = await db.transaction(async (tx) => await store.next(tx));
	const mine =
		await db.run(sql`UPDATE ${table('sync')} SET paused = 1, observer_token = ${token}, observer_holder = 'forgetting', observer_until = ${db.dialect.now} + 600000
		WHERE id = ${sync} AND observer_until < ${db.dialect.now}`);
	if (mine !== 1) return undefined;
	const places = await db.all(
		sql<{ id: number }>`SELECT id FROM ${table('destination')} WHERE sync = ${sync} ORDER BY id`,
	);
	for (const { id } of places) {
		for (const [name, key] of [
			['link', 'key'],
			['mark', 'counterpart'],
			['history', 'key'],
		] as const)
			await inSteps(store, name, key, 'destination', id);
		for (const name of ['range', 'fight', 'hold', 'tally', 'work', 'difference'] as const)
			await db.run(sql`DELETE FROM ${table(name)} WHERE destination = ${id}`);
	}
	const records = await inSteps(store, 'record', 'key', 'sync', sync);
	for (const name of ['block', 'pack', 'hint', 'run', 'destination'] as const)
		await db.run(sql`DELETE FROM ${table(name)} WHERE sync = ${sync}`);
	await db.run(sql`DELETE FROM ${table('sync')} WHERE id = ${sync}`);
	return records;
}

async function inSteps(
	store: Store,
	name: Table,
	key: string,
	of: 'sync' | 'destination',
	id: number,
): Promise<number> {
	const { db, table } = store;
	const [column, owner] = [sql.id(key), sql.id(of)];
	let many = 0;
	for (;;) {
		const [end] = await db.all(sql<{ last: string | number | null }>`SELECT max(${column}) AS last FROM
			(SELECT ${column} FROM ${table(name)} WHERE ${owner} = ${id} ORDER BY ${column} LIMIT ${STEP}) AS taken`);
		if (end?.last == null) return many;
		many += await db.run(sql`DELETE FROM ${table(name)} WHERE ${owner} = ${id} AND ${column} <= ${end.last}`);
	}
}

/** Everything about the record with that key, in one sync; false where there is nothing. */
export async function forgetRecord(store: Store, sync: number, key: string): Promise<boolean> {
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		await tx.run(sql`UPDATE ${table('sync')} SET id = id WHERE id = ${sync}`);
		await lockDestinations(store, tx, sync);
		const [known] = await tx.all(
			sql<{
				name: string | null;
				present: number;
			}>`SELECT name, present FROM ${table('record')} WHERE sync = ${sync} AND key = ${key}`,
		);
		const began = await store.next(tx);
		const wanted = tx.dialect.values('w', [{ name: 'key', type: 'text' }], [[key]]);
		await spoil(store, tx, { sync, began }, wanted);
		const mine = sql`destination IN (SELECT id FROM ${table('destination')} WHERE sync = ${sync})`;
		const links = await tx.all(
			sql<{
				destination: number;
				part: string;
				counterpart: string | null;
			}>`SELECT destination, part, counterpart FROM ${table('link')} WHERE ${mine} AND key = ${key}`,
		);
		for (const { destination, counterpart } of links) {
			if (counterpart === null) continue;
			await tx.run(
				sql`DELETE FROM ${table('mark')} WHERE destination = ${destination} AND counterpart = ${counterpart}`,
			);
		}
		await tx.run(sql`DELETE FROM ${table('link')} WHERE ${mine} AND key = ${key}`);
		const lines = await tx.run(sql`DELETE FROM ${table('history')} WHERE ${mine} AND key = ${key}`);
		for (const name of ['fight', 'difference', 'reference'] as const)
			await tx.run(sql`DELETE FROM ${table(name)} WHERE ${mine} AND key = ${key}`);
		await tx.run(sql`DELETE FROM ${table('hint')} WHERE sync = ${sync} AND key = ${key}`);
		await tx.run(sql`DELETE FROM ${table('record')} WHERE sync = ${sync} AND key = ${key}`);
		if (known?.present === 1)
			await tx.run(sql`UPDATE ${table('sync')} SET records = records - 1 WHERE id = ${sync}`);
		const name = known?.name ?? key;
		await unname(store, tx, mine, new Set([name, ...links.map(({ part }) => linkText({ key: name, part }))]));
		return known !== undefined || links.length > 0 || lines > 0;
	});
}

/** A hold shows names. */
async function unname(store: Store, tx: Sql, mine: ReturnType<typeof sql>, names: Set<string>): Promise<void> {
	const { table } = store;
	const holds = await tx.all(
		sql<{ id: number; names: string }>`SELECT id, names FROM ${table('hold')} WHERE ${mine}`,
	);
	for (const { id, names: shown } of holds) {
		const listed = JSON.parse(shown) as string[];
		if (!listed.some((name) => names.has(name))) continue;
		const left = JSON.stringify(listed.filter((name) => !names.has(name)));
		await tx.run(sql`UPDATE ${table('hold')} SET names = ${left} WHERE id = ${id}`);
	}
}
