/**
 * What became of a write: confirmed or failed. Each checks that the lease is still the run's own, so that a late answer
 * never speaks for a link that another run has by now.
 */
import { sql } from 'kysely';

import { canonical } from '../sync/canonical';
import { linkName } from '../sync/key';
import type { Confirmed, FailedLink, HistoryEntry } from '../sync/ledger';
import type { Sql, SqlValue } from '../sql/types';
import { writeHistory } from './history';
import { keepMarks } from './marks';
import { AGAIN, UNANSWERED } from './moved';
import { keepReferences, repoint } from './references';
import { big, KEY_AND_PART, lockDestination, lockRun, now, type Store } from './store';

const CONFIRM_COLUMNS = [
	...KEY_AND_PART,
	{ name: 'version', type: 'integer' },
	{ name: 'counterpart', type: 'text' },
	{ name: 'fields', type: 'text' },
	{ name: 'told', type: 'text' },
	{ name: 'provisional', type: 'text' },
	{ name: 'state', type: 'text' },
	{ name: 'flips_at', type: 'integer' },
	{ name: 'patience', type: 'integer' },
];

const DAY = 24 * 60 * 60 * 1000;

/**
 * Confirms what was done. A record that has moved on meanwhile is due again at once. Answers with the links whose
 * confirmation came too late.
 */
export async function confirm(
	store: Store,
	destination: number,
	run: number,
	revision: number,
	confirmed: Confirmed[],
): Promise<Set<string>> {
	if (confirmed.length === 0) return new Set();
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		const at = await now(tx);
		const mine = await ownedBy(store, tx, destination, run, confirmed);
		const late = await clashing(store, tx, destination, run, at, confirmed);
		const rows: SqlValue[][] = [];
		const history: { key: string; part: string; version: number; entries: HistoryEntry[] }[] = [];
		for (const one of confirmed) {
			const name = linkName(one);
			if (!mine.has(name)) late.add(name);
			if (late.has(name)) continue;
			rows.push([
				one.key,
				one.part,
				one.version,
				one.counterpart,
				one.fields && canonical(one.fields),
				one.told && canonical(one.told),
				one.provisional ? canonical(one.provisional) : null,
				one.state,
				flipOf(one, at),
				one.patience ?? 0,
			]);
			history.push({ key: one.key, part: one.part, version: one.version, entries: one.history });
		}
		if (rows.length > 0) {
			const kept = confirmed.filter(({ key, part }) => !late.has(linkName({ key, part })));
			const otherwise = await movedCounterparts(store, tx, destination, kept);
			const waits = sql`w.state = 'waiting'`;
			const behind = sql`(r.version > w.version OR d.revision > ${revision})`;
			await tx.run(sql`UPDATE ${table('link')} AS l SET
				former = CASE WHEN w.state = 'gone' AND w.counterpart IS NULL THEN l.counterpart ELSE l.former END,
				counterpart = w.counterpart, version = CASE WHEN l.undo IS NULL THEN w.version ELSE 0 END, undo = NULL, revision = ${revision}, fields = w.fields, told = w.told, provisional = w.provisional,
				state = CASE WHEN ${behind} THEN CASE WHEN r.present = 1 THEN 'due' WHEN w.state = 'gone' THEN 'gone'
					WHEN w.counterpart IS NOT NULL THEN 'intended' ELSE 'settled' END ELSE w.state END,
				removal = CASE WHEN w.state = 'gone' THEN 'sent' WHEN ${behind} AND r.present = 0 AND w.counterpart IS NOT NULL THEN 'intended' ELSE 'none' END,
				sent_at = CASE WHEN w.state <> 'gone' THEN NULL WHEN l.removal = 'sent' THEN l.sent_at WHEN l.hold IS NULL THEN ${big(at)} ELSE NULL END,
				removed_at = CASE WHEN w.state = 'gone' THEN ${big(at)} ELSE NULL END,
				hold = NULL, lease = NULL, lease_until = NULL, create_intended = 0, match = NULL, passed = NULL, attempts = 0, error = NULL, confirmed_at = ${at}, flips_at = w.flips_at,
				waits_since = CASE WHEN ${waits} THEN coalesce(l.waits_since, ${big(at)}) ELSE NULL END,
				due_at = CASE WHEN ${waits} AND NOT ${behind} THEN coalesce(l.waits_since, ${big(at)}) + w.patience ELSE ${big(at)} END
				FROM ${tx.dialect.values('w', CONFIRM_COLUMNS, rows)}, ${table('destination')} d, ${table('record')} r
				WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND d.id = l.destination AND r.sync = d.sync AND r.key = l.key`);
			await keepMarks(store, tx, destination, kept);
			// What was only deactivated stands, and refers on.
			const rewritten = kept.filter(({ state, counterpart }) => state !== 'gone' || counterpart === null);
			await keepReferences(store, tx, destination, rewritten);
			await repoint(store, tx, destination, otherwise);
			await writeHistory(store, tx, destination, at, history, run);
			await eraseRemoved(
				store,
				tx,
				destination,
				kept.filter(({ state }) => state === 'gone').map(({ key }) => key),
			);
		}
		return late;
	});
}

/** Links that others refer to and that get another counterpart than they had, or had before it was removed. */
async function movedCounterparts(
	store: Store,
	tx: Sql,
	destination: number,
	links: { key: string; part: string; counterpart: string | null }[],
): Promise<{ key: string; part: string }[]> {
	const { table } = store;
	const [any] = await tx.all(sql`SELECT 1 FROM ${table('reference')} WHERE target = ${destination} LIMIT 1`);
	const given = links.filter(({ counterpart }) => counterpart !== null);
	if (any === undefined || given.length === 0) return [];
	const list = tx.dialect.values(
		'w',
		[...KEY_AND_PART, { name: 'counterpart', type: 'text' }],
		given.map(({ key, part, counterpart }) => [key, part, counterpart]),
	);
	return await tx.all(sql<{ key: string; part: string }>`SELECT l.key, l.part FROM ${list}
		JOIN ${table('link')} l ON l.destination = ${destination} AND l.key = w.key AND l.part = w.part
		WHERE coalesce(l.counterpart, l.former) <> w.counterpart`);
}

/** When time alone makes the link due again. */
function flipOf({ flipsAt, daily }: Confirmed, at: number): number | null {
	const first = Math.min(flipsAt ?? Infinity, daily ? at + DAY : Infinity);
	return Number.isFinite(first) ? first : null;
}

/** Records a failure: due again later, or given up for this version. */
export async function fail(store: Store, destination: number, run: number, failed: FailedLink[]): Promise<void> {
	if (failed.length === 0) return;
	const { table } = store;
	await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		await lockRun(store, tx, run);
		const at = await now(tx);
		const columns = [
			...KEY_AND_PART,
			{ name: 'error', type: 'text' },
			{ name: 'due_at', type: 'integer' },
			{ name: 'state', type: 'text' },
			{ name: 'counted', type: 'integer' },
			{ name: 'counterpart', type: 'text' },
			{ name: 'absent', type: 'integer' },
			{ name: 'waits', type: 'integer' },
		];
		const rows = failed.map((one): SqlValue[] => [
			one.key,
			one.part,
			one.error,
			at + (one.retryIn ?? 0),
			one.retryIn !== null ? 'due' : one.task ? 'task' : 'failed',
			one.countsAttempt ? 1 : 0,
			one.counterpart ?? null,
			one.notCreated ? 1 : 0,
			one.waits ? 1 : 0,
		]);
		const moved = sql`(r.version > coalesce(l.handed, 0) OR d.revision_run > ${run})`;
		// Nothing was made: the destination says so, or left it to a person.
		const none = sql`(w.absent = 1 OR (w.state = 'task' AND NOT ${moved}))`;
		const taken = sql`EXISTS (SELECT 1 FROM ${table('link')} o WHERE o.destination = l.destination AND o.counterpart = w.counterpart)`;
		await tx.run(sql`UPDATE ${table('link')} AS l SET
			state = CASE WHEN ${moved} OR w.state = 'due' OR (l.healing = 'gone' AND r.present = 0) THEN ${UNANSWERED} ELSE w.state END,
			attempts = CASE WHEN ${moved} THEN 0 ELSE l.attempts + w.counted END,
			due_at = CASE WHEN ${moved} THEN ${at} ELSE w.due_at END,
			reason = CASE WHEN ${moved} THEN 'changed' ELSE 'retry' END,
			counterpart = CASE WHEN ${taken} THEN l.counterpart ELSE coalesce(l.counterpart, w.counterpart) END, healing = NULL, error = w.error, undo = CASE WHEN w.state = 'due' THEN l.undo ELSE NULL END,
			removal = CASE WHEN w.state = 'task' AND NOT ${moved} AND coalesce(l.counterpart, w.counterpart) IS NULL THEN 'none' ELSE l.removal END,
			waits_since = CASE WHEN w.waits = 1 OR w.counted = 0 THEN l.waits_since ELSE NULL END,
			create_intended = CASE WHEN ${none} THEN 0 ELSE l.create_intended END, match = CASE WHEN ${none} THEN NULL ELSE l.match END, lease = NULL, lease_until = NULL
			FROM ${tx.dialect.values('w', columns, rows)}, ${table('destination')} d, ${table('record')} r
			WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND l.lease = ${run} AND l.state IN ('claimed', 'writing')
			AND d.id = l.destination AND r.sync = d.sync AND r.key = l.key`);
		await writeHistory(
			store,
			tx,
			destination,
			at,
			failed.map(({ key, part, version, history }) => ({ key, part, version, entries: history ?? [] })),
			run,
		);
	});
}

/** Links whose counterpart another run has given to another key meanwhile: due again, and then told of it. */
async function clashing(
	store: Store,
	tx: Sql,
	destination: number,
	run: number,
	at: number,
	confirmed: Confirmed[],
): Promise<Set<string>> {
	const { table } = store;
	const given = confirmed
		.filter(({ counterpart }) => counterpart !== null)
		.map(({ key, part, counterpart }) => [key, part, counterpart]);
	if (given.length === 0) return new Set();
	const columns = [...KEY_AND_PART, { name: 'counterpart', type: 'text' }];
	const rows = await tx.all(sql<{ key: string; part: string }>`
		SELECT w.key, w.part FROM ${tx.dialect.values('w', columns, given)}
		JOIN ${table('link')} l ON l.destination = ${destination} AND l.counterpart = w.counterpart AND NOT (l.key = w.key AND l.part = w.part)`);
	if (rows.length > 0) {
		await tx.run(sql`UPDATE ${table('link')} AS l SET state = ${AGAIN}, reason = 'retry', due_at = ${at}, lease = NULL, lease_until = NULL
			FROM ${tx.dialect.values(
				'w',
				KEY_AND_PART,
				rows.map(({ key, part }) => [key, part]),
			)}
			WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND l.lease = ${run} AND l.state IN ('claimed', 'writing')`);
	}
	return new Set(rows.map(({ key, part }) => linkName({ key, part })));
}

async function ownedBy(
	store: Store,
	tx: Sql,
	destination: number,
	run: number,
	keys: { key: string; part: string }[],
): Promise<Set<string>> {
	const rows = await tx.all(sql<{ key: string; part: string }>`
		SELECT l.key, l.part FROM ${tx.dialect.values(
			'w',
			KEY_AND_PART,
			keys.map(({ key, part }) => [key, part]),
		)}
		JOIN ${store.table('link')} l ON l.destination = ${destination} AND l.key = w.key AND l.part = w.part
		WHERE l.lease = ${run} AND l.state IN ('claimed', 'writing') ORDER BY l.key, l.part ${store.lock}`);
	return new Set(rows.map(({ key, part }) => linkName({ key, part })));
}

/** A record whose removal every destination has confirmed keeps its key and times, and nothing else. */
export async function eraseRemoved(store: Store, tx: Sql, destination: number, keys: string[]): Promise<void> {
	if (keys.length === 0) return;
	const { table } = store;
	if (store.shared) {
		const wanted = tx.dialect.values(
			'w',
			[{ name: 'key', type: 'text' }],
			keys.map((key) => [key]),
		);
		await tx.all(sql`SELECT 1 FROM ${wanted} JOIN ${table('destination')} d ON d.id = ${destination}
			JOIN ${table('record')} l ON l.sync = d.sync AND l.key = w.key ORDER BY l.key ${store.lock}`);
	}
	await tx.run(sql`UPDATE ${table('record')} AS r SET fields = NULL, name = NULL
		FROM ${tx.dialect.values(
			'w',
			[{ name: 'key', type: 'text' }],
			keys.map((key) => [key]),
		)}, ${table('destination')} d
		WHERE d.id = ${destination} AND r.sync = d.sync AND r.key = w.key AND r.present = 0
		AND NOT EXISTS (SELECT 1 FROM ${table('link')} o JOIN ${table('destination')} od ON od.id = o.destination
			WHERE od.sync = d.sync AND od.state = 'active' AND o.key = r.key AND o.state NOT IN ('gone', 'settled', 'unrouted'))`);
}
