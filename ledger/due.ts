/** Due work on its way out: leased to a run, and taken back when the run has ended or died. */
import { sql } from 'kysely';

import type { DueCounts, HandedRecord, Reason, Stuck } from '../sync/ledger';
import { callLink } from '../sync/parts';
import type { Fields } from '../sync/types';
import type { Sql } from '../sql/types';
import { AGAIN, DROPPED, UNANSWERED } from './moved';
import { big, fence, lockRun, now, type Store } from './store';

interface DueRow {
	key: string;
	due_at: number;
	size: number;
}

interface RecordRow {
	key: string;
	version: number;
	present: number;
	fields: string | null;
	name: string | null;
	node: string;
	reason: Reason;
	confirmed: number | null;
}

/**
 * Leases due work to a new run: removals that the guard let pass first, then the oldest. All destinations that a key is
 * due for come with it. An expired lease is due work again.
 */
export async function lease(
	store: Store,
	sync: number,
	token: number,
	limits: {
		keys: number;
		bytes: number;
		ttl: number;
		before: number;
		passedOnly: boolean;
		newOnly?: boolean;
		undoOnly?: boolean;
		awaitedOnly?: boolean;
		outstanding?: number;
	},
): Promise<{ run: number; records: HandedRecord[]; stuck?: Stuck }> {
	return await store.db.transaction(async (tx) => {
		await fence(store, tx, sync, token);
		const at = await now(tx);
		await expire(store, tx, sync, at);
		await flip(store, tx, sync, at);
		const run = await store.next(tx);
		const stuck =
			limits.outstanding === undefined ? undefined : await full(store, tx, sync, at, limits.outstanding);
		if (stuck) return { run, records: [], ...(stuck.due > 0 && { stuck }) };
		const due = await pick(store, tx, sync, at, limits);
		const keys = new Set<string>();
		let bytes = 0;
		for (const { key, size } of due) {
			bytes += keys.has(key) ? 0 : size;
			if ((bytes > limits.bytes && keys.size > 0) || keys.size >= limits.keys) break;
			keys.add(key);
		}
		if (keys.size === 0) return { run, records: [] };
		return { run, records: await hand(store, tx, sync, run, at, limits, [...keys]) };
	});
}

/** What is out, where it is as much as may be. A record that only carries a sweep is no batch. */
async function full(store: Store, tx: Sql, sync: number, at: number, most: number): Promise<Stuck | undefined> {
	const { table } = store;
	const active = sql`SELECT id FROM ${table('destination')} WHERE sync = ${sync} AND state = 'active'`;
	const [out] = await tx.all(sql<{ batches: number; since: number; until: number }>`
		SELECT count(*) AS batches, coalesce(max(r.started_at), 0) AS since, coalesce(min(o.until), 0) AS until
		FROM (SELECT l.lease, max(l.lease_until) AS until FROM ${table('link')} l
			WHERE l.destination IN (${active}) AND l.state IN ('handed', 'claimed', 'writing') AND l.state NOT IN ('settled', 'gone')
			AND l.healing IS NULL AND l.reason <> 'sweep' GROUP BY l.lease) AS o
		JOIN ${table('run')} r ON r.id = o.lease`);
	if (out!.batches < most) return undefined;
	const [waiting] = await tx.all(sql<{ due: number }>`SELECT count(*) AS due FROM ${table('link')} l
		WHERE l.destination IN (${active}) AND l.state = 'due' AND l.state NOT IN ('settled', 'gone') AND l.due_at <= ${at}`);
	return { ...out!, due: waiting!.due, now: at };
}

/**
 * The due links to hand over, in their order. Asked per destination, so that the index gives them in order and the first
 * of a million is found at once.
 */
async function pick(
	store: Store,
	tx: Sql,
	sync: number,
	at: number,
	{
		keys,
		before,
		passedOnly,
		newOnly,
		undoOnly,
		awaitedOnly,
	}: {
		keys: number;
		before: number;
		passedOnly: boolean;
		newOnly?: boolean;
		undoOnly?: boolean;
		awaitedOnly?: boolean;
	},
): Promise<DueRow[]> {
	const { table } = store;
	const destinations = await tx.all(sql<{ id: number }>`SELECT id FROM ${table('destination')}
		WHERE sync = ${sync} AND state = 'active' AND (probe_at IS NULL OR probe_at <= ${at}) ORDER BY id`);
	const removals: DueRow[] = [];
	const others: DueRow[] = [];
	for (const { id } of destinations) {
		const due = sql`SELECT l.key, l.due_at, coalesce(length(r.fields), 0) AS size
			FROM ${table('link')} l JOIN ${table('record')} r ON r.sync = ${sync} AND r.key = l.key
			WHERE l.destination = ${id} AND l.state = 'due' AND l.state NOT IN ('settled', 'gone') AND l.due_at <= ${before}
			${awaitedOnly ? sql`AND l.reason = 'awaited'` : sql``}`;
		const fresh = newOnly ? sql`AND l.version IS NULL AND l.counterpart IS NULL AND r.present = 1` : sql``;
		const passed = passedOnly ? sql`AND l.passed IS NOT NULL` : undoOnly ? sql`AND l.undo IS NOT NULL` : sql``;
		if (!newOnly && !undoOnly)
			removals.push(...(await tx.all(sql<DueRow>`${due} AND l.removal = 'released' LIMIT ${keys}`)));
		others.push(...(await tx.all(sql<DueRow>`${due} ${fresh} ${passed} ORDER BY l.due_at LIMIT ${keys}`)));
	}
	const inOrder = (a: DueRow, b: DueRow) => a.due_at - b.due_at || (a.key < b.key ? -1 : Number(a.key > b.key));
	return [...removals.sort(inOrder), ...others.sort(inOrder)].slice(0, keys + removals.length);
}

/** Gives the due links of these keys to the run. */
async function hand(
	store: Store,
	tx: Sql,
	sync: number,
	run: number,
	at: number,
	{ ttl, before, undoOnly }: { ttl: number; before: number; undoOnly?: boolean },
	keys: string[],
): Promise<HandedRecord[]> {
	const { table } = store;
	const wanted = tx.dialect.values(
		'w',
		[{ name: 'key', type: 'text' }],
		keys.map((key) => [key]),
	);
	await tx.run(sql`UPDATE ${table('link')} AS l SET state = 'handed', intent = NULL, intent_what = NULL, handed = r.version, lease = ${run}, lease_until = ${at + ttl}
		FROM ${wanted}, ${table('destination')} d, ${table('record')} r
		WHERE d.sync = ${sync} AND d.state = 'active' AND (d.probe_at IS NULL OR d.probe_at <= ${at}) AND l.destination = d.id AND l.key = w.key AND r.sync = ${sync} AND r.key = w.key AND l.state = 'due' AND l.due_at <= ${before} ${undoOnly ? sql`AND l.undo IS NOT NULL` : sql``}`);
	await tx.run(
		sql`INSERT INTO ${table('run')} (id, sync, started_at, until, records) VALUES (${run}, ${sync}, ${at}, ${at + ttl}, ${keys.length})`,
	);
	return await handed(store, tx, sync, run);
}

/** The records that a run holds leases for, each with the nodes it is for. */
async function handed(store: Store, tx: Sql, sync: number, run: number): Promise<HandedRecord[]> {
	const { table } = store;
	const rows = await tx.all(sql<RecordRow>`
		SELECT r.key, r.version, r.present, r.fields, r.name, d.node, l.reason, l.version AS confirmed
		FROM ${table('link')} l JOIN ${table('destination')} d ON d.id = l.destination
		JOIN ${table('record')} r ON r.sync = ${sync} AND r.key = l.key
		WHERE l.lease = ${run} ORDER BY CASE WHEN l.removal = 'released' THEN 0 ELSE 1 END, l.due_at, r.key, d.id`);
	const records = new Map<string, HandedRecord>();
	for (const row of rows) {
		const known = records.get(row.key);
		if (known) {
			if (!known.for.includes(row.node)) known.for.push(row.node);
			if (row.confirmed !== null && known.change === 'created') known.change = 'updated';
			continue;
		}
		records.set(row.key, {
			key: row.key,
			version: row.version,
			change: row.present === 0 ? 'removed' : row.confirmed === null ? 'created' : 'updated',
			reason: row.reason,
			name: row.name,
			fields: row.fields === null ? {} : (JSON.parse(row.fields) as Fields),
			for: [row.node],
		});
	}
	return [...records.values()];
}

/**
 * A destination with a sweep due, or with a hold that nobody was told of, and no item on its way: one of its records is
 * sent again, whole, so that the node runs.
 */
export async function carrier(
	store: Store,
	sync: number,
	token: number,
	ttl: number,
): Promise<{ run: number; records: HandedRecord[] } | undefined> {
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		await fence(store, tx, sync, token);
		const at = await now(tx);
		const waiting = await tx.all(sql<{ id: number }>`SELECT d.id FROM ${table('destination')} d
			WHERE d.sync = ${sync} AND d.state = 'active' AND (
				(d.sweep_due_at IS NOT NULL AND d.sweep_due_at <= ${at} AND d.sweep_until < ${at} AND NOT EXISTS (
					SELECT 1 FROM ${table('link')} l WHERE l.destination = d.id AND l.state = 'handed' AND l.state NOT IN ('settled', 'gone') AND l.reason = 'sweep'))
				OR EXISTS (SELECT 1 FROM ${table('hold')} h WHERE h.destination = d.id AND h.told_at IS NULL AND h.released_at IS NULL))`);
		if (waiting.length === 0) return undefined;
		const run = await store.next(tx);
		for (const { id } of waiting) {
			const [pick] = await tx.all(sql<{ key: string; part: string }>`
				SELECT l.key, l.part FROM ${table('link')} l JOIN ${table('record')} r ON r.sync = ${sync} AND r.key = l.key
				WHERE l.destination = ${id} AND ((l.state = 'settled' AND l.counterpart IS NOT NULL) OR l.state = 'held') AND r.fields IS NOT NULL
				ORDER BY CASE WHEN l.state = 'settled' THEN 0 ELSE 1 END LIMIT 1`);
			if (!pick) continue;
			await tx.run(sql`UPDATE ${table('link')} SET
				state = CASE WHEN state = 'settled' THEN 'handed' ELSE state END, handed = version, lease = ${run}, lease_until = ${at + ttl}, reason = 'sweep'
				WHERE destination = ${id} AND key = ${pick.key} AND part = ${pick.part}`);
			await tx.run(sql`UPDATE ${table('destination')} SET sweep_asked_at = coalesce(sweep_asked_at, ${big(at)})
				WHERE id = ${id} AND sweep_due_at IS NOT NULL AND sweep_due_at <= ${at}`);
		}
		const records = await handed(store, tx, sync, run);
		if (records.length === 0) return undefined;
		await tx.run(
			sql`INSERT INTO ${table('run')} (id, sync, started_at, until, records) VALUES (${run}, ${sync}, ${at}, ${at + ttl}, ${records.length})`,
		);
		return { run, records };
	});
}

/** Keeps what was handed to a run, while the run lasts. Never shortens a lease: a plan may wait longer for a person. */
export async function renewRun(store: Store, run: number, ttl: number): Promise<void> {
	await store.db.transaction(async (tx) => {
		await lockRun(store, tx, run);
		const until = (await now(tx)) + ttl;
		await tx.run(sql`UPDATE ${store.table('run')} SET until = ${until} WHERE id = ${run}`);
		await tx.run(
			sql`UPDATE ${store.table('link')} SET lease_until = ${until} WHERE lease = ${run} AND state = 'handed' AND lease_until < ${until}`,
		);
	});
}

/**
 * A run has ended. What a destination node claimed stays its own until it answers or its lease ends. What never arrived:
 * after a failed run it is due again; after a good one a node between dropped it, which settles it for this version,
 * except where a counterpart stands: that one would go stale unseen, so it shows as failed.
 */
export async function endRun(
	store: Store,
	run: number,
	how: { ok: boolean; error?: string; retryIn: number },
): Promise<{ unrouted: number; unroutedLinked: number; again: number }> {
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		const at = await now(tx);
		await lockRun(store, tx, run);
		const mine = sql`l.lease = ${run} AND l.state = 'handed'`;
		const free = sql`lease = NULL, lease_until = NULL`;
		let unrouted = 0;
		let unroutedLinked = 0;
		let again = 0;
		// The record moved on while its item was on the way.
		await tx.run(sql`UPDATE ${table('link')} AS l SET state = ${AGAIN}, reason = 'changed', due_at = ${at}, ${free}
			FROM ${table('destination')} d, ${table('record')} r
			WHERE ${mine} AND d.id = l.destination AND r.sync = d.sync AND r.key = l.key AND (r.version <> l.handed OR d.revision_run > ${run})`);
		// A carrier's record was settled before and is so again.
		await tx.run(sql`UPDATE ${table('link')} AS l SET state = 'settled', ${free} FROM ${table('destination')} d
			WHERE ${mine} AND l.reason = 'sweep' AND d.id = l.destination AND l.version = l.handed AND l.revision = d.revision`);
		if (how.ok) {
			// It went by a way that is no longer there.
			await tx.run(sql`UPDATE ${table('link')} AS l SET state = 'due', reason = 'requested', due_at = ${at}, ${free} FROM ${table('destination')} d
				WHERE ${mine} AND d.id = l.destination AND d.way_run > ${run}`);
			unroutedLinked = await tx.run(
				sql`UPDATE ${table('link')} AS l SET state = 'failed', ${free}, error = ${DROPPED} WHERE ${mine} AND (l.counterpart IS NOT NULL OR l.create_intended = 1)`,
			);
			unrouted = await tx.run(sql`UPDATE ${table('link')} AS l SET state = 'unrouted', ${free} WHERE ${mine}`);
		} else {
			again =
				await tx.run(sql`UPDATE ${table('link')} AS l SET state = ${AGAIN}, ${free}, reason = 'retry', attempts = l.attempts + 1,
				due_at = ${at + how.retryIn}, error = ${how.error ?? null} WHERE ${mine}`);
		}
		await tx.run(
			sql`UPDATE ${table('link')} SET ${free} WHERE lease = ${run} AND state NOT IN ('handed', 'claimed', 'writing')`,
		);
		await tx.run(
			sql`UPDATE ${table('run')} SET ended_at = ${at}, outcome = ${how.ok ? 'success' : 'error'} WHERE id = ${run}`,
		);
		return { unrouted, unroutedLinked, again };
	});
}

/** Time alone may have changed what the mapping says of these: they are mapped again, and a removal is counted anew. */
async function flip(store: Store, tx: Sql, sync: number, at: number): Promise<void> {
	const { table } = store;
	const flipped = sql`l.flips_at IS NOT NULL AND l.flips_at <= ${at} AND l.lease IS NULL AND l.state <> 'due'
		AND l.destination IN (SELECT id FROM ${table('destination')} WHERE sync = ${sync} AND state = 'active')`;
	if (store.shared)
		await tx.all(
			sql`SELECT 1 FROM ${table('link')} l WHERE ${flipped} ORDER BY l.destination, l.key, l.part ${store.lock}`,
		);
	await tx.run(sql`UPDATE ${table('link')} AS l SET state = 'due', reason = 'remapped', attempts = 0, hold = NULL, error = NULL,
		due_at = l.flips_at, flips_at = NULL, removal = CASE WHEN l.removal = 'sent' THEN 'sent' ELSE 'none' END
		FROM ${table('record')} r WHERE ${flipped} AND r.sync = ${sync} AND r.key = l.key AND r.present = 1`);
}

/** Leases that ended without an answer. A write that was in flight is due too: it is read before it is repeated. */
async function expire(store: Store, tx: Sql, sync: number, at: number): Promise<void> {
	const { table } = store;
	const ended = sql`l.lease IS NOT NULL AND l.lease_until < ${at} AND l.state IN ('handed', 'claimed', 'writing')
		AND l.destination IN (SELECT id FROM ${table('destination')} WHERE sync = ${sync})`;
	if (store.shared)
		await tx.all(
			sql`SELECT 1 FROM ${table('link')} l WHERE ${ended} ORDER BY l.destination, l.key, l.part ${store.lock}`,
		);
	await tx.run(sql`UPDATE ${table('link')} AS l SET state = ${UNANSWERED}, reason = 'retry', healing = NULL, lease = NULL, lease_until = NULL, due_at = l.lease_until
		FROM ${table('record')} r WHERE ${ended} AND r.sync = ${sync} AND r.key = l.key`);
}

/**
 * A ledger that one process has at a time is opened anew: who held leases before is gone. What was only handed or
 * claimed cannot be written any more (writing ahead asks for the lease), so it is due at once; a write that may be in
 * flight keeps its lease to its end.
 */
export async function recover(store: Store): Promise<void> {
	const { db, table } = store;
	await db.transaction(async (tx) => {
		const at = await now(tx);
		await tx.run(sql`UPDATE ${table('link')} AS l SET state = ${AGAIN}, reason = 'retry', healing = NULL, lease = NULL, lease_until = NULL, due_at = ${at}
			WHERE l.lease IS NOT NULL AND l.state IN ('handed', 'claimed')`);
		await tx.run(sql`UPDATE ${table('sync')} SET observer_until = 0, observer_holder = NULL`);
		await tx.run(sql`UPDATE ${table('destination')} SET sweep_until = 0`);
	});
}

/** Records that were given up, with why; or left to a person, with what to do. */
export async function failures(
	store: Store,
	sync: number,
	limit: number,
	state: 'failed' | 'task' = 'failed',
): Promise<{ key: string; name: string | null; error: string }[]> {
	const { db, table } = store;
	const rows = await db.all(sql<{ key: string; part: string; name: string | null; error: string }>`
		SELECT l.key, l.part, r.name, coalesce(l.error, '') AS error FROM ${table('destination')} d
		JOIN ${table('link')} l ON l.destination = d.id AND l.state = ${state} AND l.state NOT IN ('settled', 'gone')
		JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key
		WHERE d.sync = ${sync} AND d.state = 'active' ORDER BY l.due_at, l.key LIMIT ${limit}`);
	return rows.map(({ part, ...row }) => (part === '' ? row : { ...row, name: callLink({ ...row, part }) }));
}

/** What never arrived at a destination. */
export async function unrouted(store: Store, destination: number): Promise<number> {
	const [row] = await store.db.all(sql<{ count: number }>`SELECT count(*) AS count FROM ${store.table('link')} l
		WHERE l.destination = ${destination} AND l.state = 'unrouted' AND l.state NOT IN ('settled', 'gone')`);
	return row!.count;
}

/** What is not settled, by state. */
export async function counts(store: Store, sync: number): Promise<DueCounts> {
	const { db, table } = store;
	const rows = await db.all(sql<{ state: string; later: number; count: number }>`
		SELECT l.state, CASE WHEN l.due_at > ${db.dialect.now} THEN 1 ELSE 0 END AS later, count(*) AS count
		FROM ${table('destination')} d JOIN ${table('link')} l ON l.destination = d.id
		WHERE d.sync = ${sync} AND d.state = 'active' AND l.state NOT IN ('settled', 'gone') GROUP BY 1, 2`);
	const sum = (...states: string[]) =>
		rows.filter(({ state }) => states.includes(state)).reduce((total, { count }) => total + count, 0);
	const due = rows
		.filter(({ state, later }) => state === 'due' && later === 0)
		.reduce((total, { count }) => total + count, 0);
	return {
		due,
		later: sum('due') - due,
		underway: sum('handed', 'claimed', 'writing', 'intended'),
		failed: sum('failed'),
		held: sum('held'),
		tasks: sum('task'),
		unrouted: sum('unrouted'),
		waiting: sum('waiting'),
	};
}
