/** Whether a sync runs: paused by a person, how often it should, and who was told that it does not. */
import { sql } from 'kysely';

import type { Stale } from '../../sync/watchdog';
import { stale } from '../look/stale';
import { now, type Store } from '../store';
import { redo } from './undo';

export async function pause(store: Store, sync: number, paused: boolean): Promise<boolean> {
	const [to, from] = paused ? [1, 0] : [0, 1];
	return await store.db.transaction(async (tx) => {
		const turned = await tx.run(
			sql`UPDATE ${store.table('sync')} SET paused = ${to} WHERE id = ${sync} AND paused = ${from}`,
		);
		if (turned === 1 && !paused) await redo(store, tx, sync);
		return turned === 1;
	});
}

export async function rhythm(
	{ db, table }: Store,
	sync: number,
	{ tick, read }: { tick: number | null; read: number | null },
): Promise<void> {
	const same = (column: string, value: number | null) =>
		value === null ? sql`${sql.id(column)} IS NULL` : sql`${sql.id(column)} = ${value}`;
	await db.run(sql`UPDATE ${table('sync')} SET tick_every = ${tick}, complete_every = ${read}
		WHERE id = ${sync} AND NOT (coalesce(${same('tick_every', tick)}, 1 = 0) AND coalesce(${same('complete_every', read)}, 1 = 0))`);
}

/** Each kind of standstill once, whoever asks first; forgotten as soon as it goes on. */
export async function tellStale(store: Store, instance: string, watched: number): Promise<Stale[]> {
	const { db, table } = store;
	const found = await stale(store, await now(db));
	const names = found.map(({ sync }) => sync);
	await db.run(sql`UPDATE ${table('sync')} SET stale_told = NULL WHERE stale_told IS NOT NULL
		${names.length === 0 ? sql`` : sql`AND id NOT IN (${sql.join(names)})`}`);
	const news: Stale[] = [];
	for (const one of found) {
		const kinds = one.kinds.join('\n');
		if (one.instance !== instance || watched < one.needs || one.told === kinds) continue;
		const mine = await db.run(sql`UPDATE ${table('sync')} SET stale_told = ${kinds}
			WHERE id = ${one.sync} AND (stale_told IS NULL OR stale_told <> ${kinds})`);
		if (mine === 1) news.push(one);
	}
	return news;
}

/** A first load is through when nothing of it is on its way any more; what failed or is held is told of otherwise. */
export async function loaded({ db, table }: Store, sync: number): Promise<void> {
	await db.run(sql`UPDATE ${table('destination')} AS d SET loaded_at = ${db.dialect.now}
		WHERE d.sync = ${sync} AND d.state = 'active' AND d.loaded_at IS NULL AND NOT EXISTS (SELECT 1 FROM ${table('link')} l
			WHERE l.destination = d.id AND l.state IN ('due', 'handed', 'claimed', 'writing', 'intended') AND l.state NOT IN ('settled', 'gone')
			AND l.initial = 1 AND l.version IS NULL)`);
}
