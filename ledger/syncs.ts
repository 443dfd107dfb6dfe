/** Syncs: who they are, which tick observes, how they feel. */
import { sql } from 'kysely';

import type { KnownSync, SyncIdentity, SyncRow } from '../sync/ledger';
import { SyncError, type Cursor } from '../sync/types';
import type { Sql } from '../sql/types';
import { GONE, LINKED } from './moved';
import { now, type Store } from './store';

interface Row {
	id: number;
	name: string;
	epoch: number;
	cursor: string | null;
	complete_read_at: number | null;
	records: number;
	health: SyncRow['health'];
	health_text: string | null;
	paused: number;
	read_wanted: number | null;
	check_wanted: number;
	now: number;
}

/** The sync as it is known, or undefined. */
export async function find(store: Store, tx: Sql, identity: SyncIdentity): Promise<SyncRow | undefined> {
	const { table } = store;
	const [row] = await tx.all(sql<Row>`
		SELECT s.id, s.name, s.epoch, s.cursor, s.complete_read_at, s.records, s.health, s.health_text, s.paused, s.read_wanted, ${tx.dialect.now} AS now,
			(SELECT count(*) FROM ${table('destination')} d WHERE d.sync = s.id AND d.state = 'active' AND d.check_at IS NOT NULL AND d.checked_at IS NULL) AS check_wanted
		FROM ${table('sync')} s
		WHERE s.instance = ${identity.instance} AND s.workflow = ${identity.workflow} AND s.node = ${identity.node}`);
	return (
		row && {
			id: row.id,
			name: row.name,
			epoch: row.epoch,
			cursor: row.cursor === null ? null : (JSON.parse(row.cursor) as Cursor),
			completeReadAt: row.complete_read_at,
			records: row.records,
			health: row.health,
			healthText: row.health_text,
			paused: row.paused === 1,
			readWanted: row.read_wanted !== null && row.read_wanted > (row.complete_read_at ?? 0),
			checkWanted: row.check_wanted > 0,
			now: row.now,
		}
	);
}

/** All syncs with their active destinations. */
export async function syncs(store: Store): Promise<KnownSync[]> {
	const { db, table } = store;
	const rows = await db.all(
		sql<
			{ id: number; name: string; repairs: number } & SyncIdentity
		>`SELECT id, name, instance, workflow, node, repairs FROM ${table('sync')} ORDER BY name, id`,
	);
	const places = await db.all(sql<{ id: number; sync: number; node: string; name: string; target: string | null }>`
		SELECT id, sync, node, name, target_text AS target FROM ${table('destination')} WHERE state = 'active' ORDER BY name, id`);
	return rows.map(({ id, name, instance, workflow, node, repairs }) => ({
		id,
		repairs,
		name,
		identity: { instance, workflow, node },
		destinations: places.filter(({ sync }) => sync === id).map(({ sync: _, ...place }) => place),
	}));
}

/**
 * Finds or registers the sync. Its name is a label: a rename keeps everything. But a *new* trigger whose name another
 * one already has is a copy or an import, and two syncs of one name would write over each other: it is refused until a
 * person names the workflow that it takes over from.
 */
export async function register(
	store: Store,
	identity: SyncIdentity,
	name: string,
	takeOver?: string,
): Promise<SyncRow> {
	const { table } = store;
	const { instance, workflow, node } = identity;
	return await store.db.transaction(async (tx) => {
		const known = await find(store, tx, identity);
		const [namesake] = await tx.all(sql<{ id: number; workflow: string; instance: string }>`
			SELECT id, workflow, instance FROM ${table('sync')} WHERE name = ${name} AND NOT (instance = ${instance} AND workflow = ${workflow} AND node = ${node})`);
		if (namesake && takeOver !== namesake.workflow) {
			throw new SyncError(
				'setup',
				`The sync “${name}” already belongs to the trigger of another workflow (${namesake.workflow}); this looks like a copy of it.`,
				{
					todo: `Give this one another name, or, to let it take over all that is known, set the option Take Over From Workflow to ${namesake.workflow}.`,
				},
			);
		}
		if (namesake && !known) {
			await tx.run(
				sql`UPDATE ${table('sync')} SET instance = ${instance}, workflow = ${workflow}, node = ${node} WHERE id = ${namesake.id}`,
			);
			if (namesake.instance !== instance) await restart(store, tx, namesake.id, 0);
		} else if (!known) {
			const id = await store.next(tx);
			// Another process may register the same one at this moment.
			await tx.run(sql`INSERT INTO ${table('sync')} (id, instance, workflow, node, name, registered_at)
				VALUES (${id}, ${instance}, ${workflow}, ${node}, ${name}, ${tx.dialect.now}) ON CONFLICT DO NOTHING`);
		} else if (known.name !== name) {
			await tx.run(sql`UPDATE ${table('sync')} SET name = ${name} WHERE id = ${known.id}`);
		}
		return (await find(store, tx, identity))!;
	});
}

/**
 * The ledger is older than what was seen of it before (lost, or restored from a copy), or came from another n8n: the sync
 * starts a new epoch. Nothing is taken for confirmed, every removal is held until a person has released one of that
 * destination, and what stands in the destinations is adopted. `past`: the newest number that was seen.
 */
export async function restart(store: Store, tx: Sql, sync: number, past: number): Promise<void> {
	const { table } = store;
	await store.skip(tx, past + 1);
	// Zero: it was read whole before, and has to be again.
	await tx.run(sql`UPDATE ${table('sync')} SET epoch = epoch + 1, cautious = 1,
		complete_read_at = CASE WHEN complete_read_at IS NULL THEN NULL ELSE 0 END WHERE id = ${sync}`);
	await tx.run(sql`UPDATE ${table('destination')} SET cautious = 1 WHERE sync = ${sync}`);
	// What was removed and stands is swept on, once the source has been read whole and has it as little as before.
	const removed = sql`(r.present = 0 AND ${GONE})`;
	await tx.run(sql`UPDATE ${table('link')} AS l SET
		version = CASE WHEN ${removed} THEN l.version ELSE NULL END, revision = CASE WHEN ${removed} THEN l.revision ELSE NULL END,
		fields = CASE WHEN ${removed} THEN l.fields ELSE NULL END, told = CASE WHEN ${removed} THEN l.told ELSE NULL END, provisional = NULL, sent_at = NULL, missed_at = NULL, hold = NULL, passed = NULL, healing = NULL, lease = NULL, lease_until = NULL,
		attempts = 0, error = NULL, reason = 'requested', due_at = ${tx.dialect.now},
		state = CASE WHEN r.present = 1 THEN 'due' WHEN ${GONE} THEN 'gone' WHEN ${LINKED} THEN 'intended' ELSE 'settled' END,
		removal = CASE WHEN r.present = 1 THEN CASE WHEN l.removal = 'sent' THEN 'sent' ELSE 'none' END WHEN ${GONE} THEN l.removal
			WHEN ${LINKED} THEN 'intended' ELSE 'none' END
		FROM ${table('destination')} d, ${table('record')} r
		WHERE d.sync = ${sync} AND l.destination = d.id AND r.sync = d.sync AND r.key = l.key`);
}

/**
 * How far the sequence jumps at a new epoch beyond what was seen: other syncs have seen later numbers of the same lost
 * ledger, and are not to begin yet another epoch when they come.
 */
const AHEAD = 1_000_000;

/** Starts a new epoch, of all syncs, if this number was seen before and the ledger is not there yet. */
export async function checkAge(store: Store, seen: number): Promise<boolean> {
	return await store.db.transaction(async (tx) => {
		if ((await store.last(tx)) >= seen) return false;
		// The ledger is as old for all syncs, and its numbers tell only the first of them.
		const syncs = await tx.all(sql<{ id: number }>`SELECT id FROM ${store.table('sync')} ORDER BY id`);
		for (const { id } of syncs) await restart(store, tx, id, seen + AHEAD);
		return true;
	});
}

/** One observer at a time: a rising fencing token, or undefined while another holder's lease runs. */
export async function beginTick(store: Store, sync: number, holder: string, ttl: number): Promise<number | undefined> {
	return await store.db.transaction(async (tx) => {
		const at = await now(tx);
		const token = await store.next(tx);
		const taken =
			await tx.run(sql`UPDATE ${store.table('sync')} SET observer_token = ${token}, observer_holder = ${holder},
			observer_until = ${at + ttl}, tick_at = ${at}
			WHERE id = ${sync} AND (observer_until < ${at} OR observer_holder = ${holder} OR observer_holder IS NULL)`);
		return taken === 1 ? token : undefined;
	});
}

/** When the last tick over each store was renewed, on this process's steady clock. */
const renewals = new WeakMap<Store, { token: number; at: number }>();
/** So much of its time may pass before a tick is renewed again. */
const SPARED = 0.05;

/**
 * Renews the observer's lease; throws when another tick has it by now. May be called after every page: it asks the
 * ledger only when some of the lease's time has passed, and whatever an overtaken tick writes meanwhile, the fence stops.
 */
export async function renewTick(store: Store, sync: number, token: number, ttl: number): Promise<void> {
	const { db } = store;
	const last = renewals.get(store);
	const at = performance.now();
	if (last?.token === token && at - last.at < ttl * SPARED) return;
	renewals.set(store, { token, at });
	const renewed = await db.run(sql`UPDATE ${store.table('sync')} SET observer_until = ${db.dialect.now} + ${ttl}
		WHERE id = ${sync} AND observer_token = ${token}`);
	if (renewed !== 1) throw new SyncError('retry', 'Another tick of this sync has taken over; this one stops.');
}

export async function endTick(store: Store, sync: number, token: number): Promise<void> {
	await store.db.run(
		sql`UPDATE ${store.table('sync')} SET observer_until = 0, observer_holder = NULL WHERE id = ${sync} AND observer_token = ${token}`,
	);
}

/** Says how the sync feels; `turned` when that is news: healthy and failing in turn, or a kind of trouble that came since. */
export async function setHealth(
	store: Store,
	sync: number,
	health: 'healthy' | 'failing',
	text: string | null,
	kinds: string[],
): Promise<{ turned: boolean }> {
	const { db } = store;
	return await db.transaction(async (tx) => {
		const [before] = await tx.all(
			sql<{
				health: string;
				kinds: string | null;
			}>`SELECT health, health_kinds AS kinds FROM ${store.table('sync')} WHERE id = ${sync}`,
		);
		const told =
			before?.health === 'failing' && before.kinds !== null ? (JSON.parse(before.kinds) as string[]) : [];
		const known = health === 'failing' ? JSON.stringify([...new Set([...told, ...kinds])]) : null;
		await tx.run(sql`UPDATE ${store.table('sync')} SET health = ${health}, health_text = ${text}, health_kinds = ${known},
			health_at = CASE WHEN health = ${health} THEN health_at ELSE ${tx.dialect.now} END WHERE id = ${sync}`);
		const first = before?.health === 'new' && health === 'healthy';
		const worse = health === 'failing' && kinds.some((kind) => !told.includes(kind));
		return { turned: (before?.health !== health && !first) || worse };
	});
}

/** Counts changes that no event had told of when a complete read found them. */
export async function repaired(store: Store, sync: number, count: number): Promise<void> {
	await store.db.run(sql`UPDATE ${store.table('sync')} SET repairs = repairs + ${count} WHERE id = ${sync}`);
}

/** Says what the source is. */
export async function sourceIs(store: Store, sync: number, place: string | null): Promise<void> {
	await store.db.run(sql`UPDATE ${store.table('sync')} SET source = ${place} WHERE id = ${sync}`);
}
