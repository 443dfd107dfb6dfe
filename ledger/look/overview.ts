/** All syncs at a glance. */
import { sql, type RawBuilder } from 'kysely';

import {
	OPEN,
	STANDINGS,
	type Counted,
	type DestinationLook,
	type Load,
	type Open,
	type SyncLook,
} from '../../sync/look';
import { now, type Store } from '../store';
import { stale } from './stale';

interface SyncRow {
	id: number;
	name: string;
	workflow: string;
	health: 'new' | 'healthy' | 'failing';
	health_text: string | null;
	paused: number;
	records: number;
	tick_at: number | null;
	complete_read_at: number | null;
}

interface PlaceRow {
	id: number;
	sync: number;
	node: string;
	name: string;
	target: string | null;
	swept_at: number | null;
	sweep_until: number;
	down_text: string | null;
	down_since: number | null;
	holds: number;
	created_at: number;
	loaded_at: number | null;
}

/** So many links of each state are looked at for the oldest change, from both ends of their order. */
const SAMPLE = 100;
/** What was done within so many milliseconds says how fast a first load is. */
const LATELY = 5 * 60_000;
/** What a first load puts into a destination. */
const LOADED = sql`('created', 'adopted', 'updated', 'failed')`;

/** All syncs, or one, by their names. */
export async function overview(store: Store, most: number, sync?: number): Promise<SyncLook[]> {
	const { db, table } = store;
	const at = await now(db);
	const which = sync === undefined ? sql`1 = 1` : sql`s.id = ${sync}`;
	const rows =
		await db.all(sql<SyncRow>`SELECT s.id, s.name, s.workflow, s.health, s.health_text, s.paused, s.records, s.tick_at, s.complete_read_at
		FROM ${table('sync')} s WHERE ${which} ORDER BY s.name, s.id`);
	const places =
		await db.all(sql<PlaceRow>`SELECT d.id, d.sync, d.node, d.name, d.target_text AS target, d.swept_at, d.sweep_until, d.down_text, d.down_since,
			d.created_at, d.loaded_at, (SELECT count(*) FROM ${table('hold')} h WHERE h.destination = d.id AND h.released_at IS NULL) AS holds
		FROM ${table('destination')} d JOIN ${table('sync')} s ON s.id = d.sync WHERE d.state = 'active' AND ${which} ORDER BY d.name, d.id`);
	const late = new Map((await stale(store, at)).map((one) => [one.sync, one.text]));
	const looks: SyncLook[] = [];
	for (const row of rows) {
		const destinations: DestinationLook[] = [];
		const oldest: number[] = [];
		for (const place of places.filter(({ sync: of }) => of === row.id)) {
			const open = await openCounts(store, place.id, most);
			destinations.push({ ...asPlace(place, at), open, load: await loading(store, row, place, open, at) });
			const first = await oldestUnconfirmed(store, row.id, place.id);
			if (first !== null) oldest.push(first);
		}
		const why = late.get(row.id);
		looks.push({
			id: row.id,
			name: row.name,
			workflow: row.workflow,
			health: row.paused === 1 ? 'paused' : why === undefined ? row.health : 'stale',
			trouble: [why, row.health_text].filter((text) => text != null).join('\n') || null,
			records: row.records,
			tickAt: row.tick_at,
			completeReadAt: row.complete_read_at || null,
			oldestUnconfirmed: oldest.length === 0 ? null : Math.min(...oldest),
			destinations,
		});
	}
	return looks;
}

function asPlace(place: PlaceRow, at: number): Omit<DestinationLook, 'open' | 'load'> {
	const { id, node, name, target, swept_at: sweptAt, holds } = place;
	return {
		id,
		node,
		name,
		target,
		sweptAt,
		holds,
		sweeping: place.sweep_until > at,
		down: place.down_text === null ? null : { text: place.down_text, since: place.down_since },
	};
}

/** What is not at rest in a destination, each state counted along its index as far as `most`. */
async function openCounts(store: Store, destination: number, most: number): Promise<Record<Open, Counted>> {
	const { db, table } = store;
	const states = OPEN.flatMap((standing) => STANDINGS[standing].map((state) => ({ standing, state })));
	const counts = await db.all(
		sql<{ state: string; count: number }>`${sql.join(
			states.map(
				({
					state,
				}) => sql`SELECT ${sql.lit(state)} AS state, count(*) AS count FROM (SELECT 1 AS one FROM ${table('link')} l
			WHERE l.destination = ${destination} AND l.state = ${sql.lit(state)} AND l.state NOT IN ('settled', 'gone') LIMIT ${most}) AS taken`,
			),
			sql` UNION ALL `,
		)}`,
	);
	const open = Object.fromEntries(OPEN.map((standing) => [standing, { count: 0, more: false }])) as Record<
		Open,
		Counted
	>;
	for (const { state, count } of counts) {
		const { standing } = states.find((one) => one.state === state)!;
		open[standing].count += count;
		open[standing].more ||= count >= most;
	}
	return open;
}

/**
 * When the source said so of the oldest change that is not confirmed. Of each state those that are due first and last are
 * looked at: what waits for its turn is in the order of its changes, what is tried again stands at the end.
 */
async function oldestUnconfirmed(store: Store, sync: number, destination: number): Promise<number | null> {
	const { db, table } = store;
	const end = (state: string, order: RawBuilder<unknown>) => sql`SELECT min(changed_at) AS at FROM (
		SELECT r.changed_at, r.version, l.version AS confirmed FROM ${table('link')} l JOIN ${table('record')} r ON r.sync = ${sync} AND r.key = l.key
		WHERE l.destination = ${destination} AND l.state = ${sql.lit(state)} AND l.state NOT IN ('settled', 'gone')
		ORDER BY ${order} LIMIT ${SAMPLE}) AS taken WHERE taken.version > coalesce(taken.confirmed, 0)`;
	const states = OPEN.flatMap((standing) => STANDINGS[standing]);
	const rows = await db.all(
		sql<{ at: number | null }>`${sql.join(
			states.flatMap((state) => [end(state, sql`l.due_at, l.key`), end(state, sql`l.due_at DESC, l.key DESC`)]),
			sql` UNION ALL `,
		)}`,
	);
	const times = rows.flatMap(({ at }) => (at === null ? [] : [at]));
	return times.length === 0 ? null : Math.min(...times);
}

/** How far a first load is: by what is left, where that can be counted, else by what was done. */
async function loading(
	{ db, table }: Store,
	{ records }: SyncRow,
	{ id, loaded_at: loaded, created_at: since }: PlaceRow,
	open: Record<Open, Counted>,
	at: number,
): Promise<Load | null> {
	const { pending } = open;
	if (loaded !== null || records === 0 || pending.count === 0) return null;
	let done = records - pending.count;
	if (pending.more) {
		const [tallied] = await db.all(sql<{
			count: number | null;
		}>`SELECT CAST(sum(count) AS BIGINT) AS count FROM ${table('tally')}
			WHERE destination = ${id} AND hour >= ${since - 60 * 60_000} AND outcome IN ${LOADED}`);
		done = tallied?.count ?? 0;
	}
	done = Math.max(0, Math.min(done, records));
	const [lately] = await db.all(sql<{
		count: number | null;
		since: number | null;
	}>`SELECT CAST(sum(count) AS BIGINT) AS count, min(since) AS since
		FROM ${table('work')} WHERE destination = ${id} AND at > ${at - LATELY} AND outcome IN ${LOADED}`);
	const seconds = Math.max(1, (at - (lately?.since ?? at)) / 1000);
	const perSecond = (lately?.count ?? 0) / seconds;
	return {
		done,
		total: records,
		perSecond,
		left: perSecond > 0 ? Math.round(((records - done) / perSecond) * 1000) : null,
	};
}
