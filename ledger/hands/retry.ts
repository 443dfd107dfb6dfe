/** Work that a person makes due. A step at a time, so that nobody waits long for a large one. */
import { sql, type RawBuilder } from 'kysely';

import { AGAIN } from '../moved';
import { KEY_AND_PART, lockDestination, type Store } from '../store';
import type { Sql } from '../../sql/types';

/** Links that one transaction takes. */
const STEP = 2000;

interface Name {
	key: string;
	part: string;
}

/** Tries again what failed, or waits for its next try, or was left to a person. */
export async function retry(
	store: Store,
	sync: number,
	{ key, destination }: { key?: string; destination?: number },
): Promise<number> {
	const { db, table } = store;
	let many = 0;
	for (const id of await active(store, sync, destination)) {
		for (const state of [
			sql`l.state IN ('failed', 'task')`,
			sql`l.state = 'due' AND l.attempts > 0 AND l.due_at > ${db.dialect.now}`,
		]) {
			many += await inSteps(store, id, async (tx) => {
				const names = await tx.all(sql<Name>`SELECT l.key, l.part FROM ${table('link')} l
					WHERE l.destination = ${id} AND ${state} AND l.state NOT IN ('settled', 'gone') ${key === undefined ? sql`` : sql`AND l.key = ${key}`} LIMIT ${STEP}`);
				await make(store, tx, id, names, sql`state = ${AGAIN}, reason = 'retry'`, state);
				return names.length;
			});
		}
	}
	return many;
}

/** At rest, failed or let go of on the way, and not removed: sent again whatever was confirmed. */
const AT_REST = sql`l.state IN ('settled', 'failed', 'unrouted')`;

/** Has records compared and written anew. What was removed and still stands is looked at by the next sweep, due at once. */
export async function resync(
	store: Store,
	sync: number,
	{ keys, since }: { keys?: string[]; since?: number },
): Promise<number> {
	const { table } = store;
	let many = 0;
	for (const id of await active(store, sync)) {
		const again = async (tx: Sql, which: RawBuilder<unknown>) => {
			const names =
				await tx.all(sql<Name>`SELECT l.key, l.part FROM ${table('link')} l JOIN ${table('record')} r ON r.sync = ${sync} AND r.key = l.key
				WHERE l.destination = ${id} AND ${which} AND ${AT_REST} AND r.present = 1 ${since === undefined ? sql`` : sql`AND r.changed_at >= ${since}`}
				ORDER BY l.key, l.part`);
			await make(store, tx, id, names, sql`state = ${AGAIN}, reason = 'requested'`, AT_REST);
			many += names.length;
		};
		if (keys) {
			for (let from = 0; from < keys.length; from += STEP) {
				const some = keys.slice(from, from + STEP);
				await step(store, id, async (tx) => await again(tx, sql`l.key IN (${sql.join(some)})`));
			}
		} else {
			let after: string | undefined;
			do {
				after = await step(store, id, async (tx) => {
					const behind = after === undefined ? sql`1 = 1` : sql`l.key > ${after}`;
					const [end] = await tx.all(sql<{ key: string | null }>`SELECT max(key) AS key FROM
						(SELECT l.key FROM ${table('link')} l WHERE l.destination = ${id} AND ${behind} ORDER BY l.key LIMIT ${STEP}) AS taken`);
					if (end?.key == null) return undefined;
					await again(tx, sql`${behind} AND l.key <= ${end.key}`);
					return end.key;
				});
			} while (after !== undefined);
		}
		await store.db.run(sql`UPDATE ${table('destination')} SET sweep_due_at = ${store.db.dialect.now}
			WHERE id = ${id} AND sweep_due_at IS NOT NULL AND sweep_key IS NULL AND sweep_range IS NULL`);
	}
	return many;
}

async function active({ db, table }: Store, sync: number, only?: number): Promise<number[]> {
	const rows = await db.all(sql<{ id: number }>`SELECT id FROM ${table('destination')}
		WHERE sync = ${sync} AND state = 'active' ${only === undefined ? sql`` : sql`AND id = ${only}`} ORDER BY id`);
	return rows.map(({ id }) => id);
}

async function inSteps(store: Store, destination: number, work: (tx: Sql) => Promise<number>): Promise<number> {
	let many = 0;
	for (let last = STEP; last === STEP; many += last) last = await step(store, destination, work);
	return many;
}

async function step<T>(store: Store, destination: number, work: (tx: Sql) => Promise<T>): Promise<T> {
	return await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		return await work(tx);
	});
}

/** Makes links due, unless they have moved on meanwhile. */
async function make(
	store: Store,
	tx: Sql,
	destination: number,
	names: Name[],
	how: RawBuilder<unknown>,
	still: RawBuilder<unknown>,
): Promise<void> {
	if (names.length === 0) return;
	await tx.run(sql`UPDATE ${store.table('link')} AS l SET ${how}, attempts = 0, error = NULL, due_at = ${tx.dialect.now}
		FROM ${tx.dialect.values(
			'w',
			KEY_AND_PART,
			names.map(({ key, part }) => [key, part]),
		)} WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND ${still}`);
}
