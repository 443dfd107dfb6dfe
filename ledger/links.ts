/**
 * Links as a destination node works on them: claimed, written ahead, confirmed or failed. Every step checks that the
 * lease is still the run's own, so that a late answer never speaks for a link that another run has by now.
 */
import { sql } from 'kysely';

import { canonical } from '../sync/canonical';
import type { Sharer, Claim, Confirmed, FailedLink, HistoryEntry, Link, Removal } from '../sync/ledger';
import type { Fields } from '../sync/types';
import type { Sql, SqlValue } from '../sql/types';
import { revise } from './destinations';
import { AGAIN } from './moved';
import { big, lockDestination, lockRun, now, type Store } from './store';

interface LinkRow {
	key: string;
	part: string;
	state: string;
	lease: number | null;
	record_version: number;
	present: number;
	counterpart: string | null;
	version: number | null;
	revision: number | null;
	fields: string | null;
	told: string | null;
	removal: Removal;
	removed_at: number | null;
	create_intended: number;
	initial: number;
	match: string | null;
	attempts: number;
}

const KEY_AND_PART = [
	{ name: 'key', type: 'text' },
	{ name: 'part', type: 'text' },
];

const LINK_COLUMNS = sql`l.key, l.part, l.state, l.lease, r.version AS record_version, r.present, l.counterpart, l.version, l.revision,
	l.fields, l.told, l.removal, l.removed_at, l.create_intended, l.initial, l.match, l.attempts`;

/** How many keys one statement looks at. */
const LOOKED_AT = 1000;

/** Claims a run's items for one destination. */
export async function claim(
	store: Store,
	destination: number,
	run: number,
	mapping: string,
	items: { key: string; version: number }[],
	ttl: number,
): Promise<{ revision: number; claims: Claim[] }> {
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		const at = await now(tx);
		const revision = await revise(store, tx, destination, run, mapping);
		await lockRun(store, tx, run);
		const wanted = tx.dialect.values(
			'w',
			[{ name: 'key', type: 'text' }],
			items.map(({ key }) => [key]),
		);
		const rows = await tx.all(sql<LinkRow>`
			SELECT ${LINK_COLUMNS}
			FROM ${wanted} JOIN ${table('link')} l ON l.destination = ${destination} AND l.key = w.key
			JOIN ${table('destination')} d ON d.id = l.destination JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key`);
		const versions = new Map(items.map(({ key, version }) => [key, version]));
		const claims: Claim[] = rows.map((row) => ({
			link: asLink(row),
			superseded: whyNot(row, run, versions.get(row.key)!, revision),
		}));
		const mine = claims
			.filter(({ superseded }) => superseded === undefined)
			.map(({ link }) => [link.key, link.part]);
		const behind = claims
			.filter(({ superseded }) => superseded !== undefined)
			.map(({ link }) => [link.key, link.part]);
		if (mine.length > 0) {
			await tx.run(sql`UPDATE ${table('link')} AS l SET state = 'claimed', lease_until = ${at + ttl}
				FROM ${tx.dialect.values('w', KEY_AND_PART, mine)} WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND l.lease = ${run} AND l.state = 'handed'`);
		}
		if (behind.length > 0) await giveBack(store, tx, destination, run, behind, 'handed');
		return { revision: revision ?? 0, claims };
	});
}

/** Links as they are, read only. A target of which nothing is known yet has the links of none. */
export async function look(
	store: Store,
	sync: number,
	node: string,
	target: string,
	keys: string[],
): Promise<{ destination?: number; links: Link[] }> {
	const { db, table } = store;
	const [row] = await db.all(sql<{ id: number }>`SELECT id FROM ${table('destination')}
		WHERE sync = ${sync} AND node = ${node} AND (target = ${target} OR (target IS NULL AND state = 'active'))
		ORDER BY CASE WHEN target IS NULL THEN 1 ELSE 0 END LIMIT 1`);
	if (!row) return { links: [] };
	const links: Link[] = [];
	for (let from = 0; from < keys.length; from += LOOKED_AT) {
		const wanted = db.dialect.values(
			'w',
			[{ name: 'key', type: 'text' }],
			keys.slice(from, from + LOOKED_AT).map((key) => [key]),
		);
		const rows = await db.all(sql<LinkRow>`
			SELECT ${LINK_COLUMNS} FROM ${wanted} JOIN ${table('link')} l ON l.destination = ${row.id} AND l.key = w.key
			JOIN ${table('record')} r ON r.sync = ${sync} AND r.key = l.key`);
		links.push(...rows.map(asLink));
	}
	return { destination: row.id, links };
}

function whyNot(row: LinkRow, run: number, version: number, revision: number | undefined): string | undefined {
	if (revision === undefined) return 'this item was mapped before the mapping was last changed';
	if (row.lease !== run || row.state !== 'handed') {
		return row.state === 'held' ? 'its removal is held until a person decides' : 'another run has it by now';
	}
	return version < row.record_version ? `version ${version} is older than version ${row.record_version}` : undefined;
}

function asLink(row: LinkRow): Link {
	return {
		key: row.key,
		part: row.part,
		version: row.record_version,
		present: row.present === 1,
		counterpart: row.counterpart,
		confirmedVersion: row.version,
		confirmedRevision: row.revision,
		fields: row.fields === null ? null : (JSON.parse(row.fields) as Fields),
		told: row.told === null ? null : (JSON.parse(row.told) as Fields),
		removal: row.removal,
		removedBefore: row.removed_at !== null,
		attempts: row.attempts,
		createIntended: row.create_intended === 1,
		initial: row.initial === 1,
		match: row.match === null ? null : (JSON.parse(row.match) as Fields),
	};
}

/** Claimed links back to where they came from, untouched. */
export async function unclaim(
	store: Store,
	destination: number,
	run: number,
	keys: { key: string; part: string }[],
): Promise<void> {
	if (keys.length === 0) return;
	await store.db.transaction(
		async (tx) =>
			await giveBack(
				store,
				tx,
				destination,
				run,
				keys.map(({ key, part }) => [key, part]),
				'claimed',
			),
	);
}

async function giveBack(
	store: Store,
	tx: Sql,
	destination: number,
	run: number,
	keys: string[][],
	state: 'handed' | 'claimed',
): Promise<void> {
	const { table } = store;
	await lockRun(store, tx, run);
	await tx.run(sql`UPDATE ${table('link')} AS l SET lease = NULL, lease_until = NULL, due_at = ${tx.dialect.now},
		state = CASE WHEN l.reason = 'sweep' AND l.version = r.version AND l.revision = d.revision THEN 'settled' ELSE ${AGAIN} END
		FROM ${tx.dialect.values('w', KEY_AND_PART, keys)}, ${table('destination')} d, ${table('record')} r
		WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND l.lease = ${run} AND l.state = ${state}
		AND d.id = l.destination AND r.sync = d.sync AND r.key = l.key`);
}

/** Removals as intentions: they wait for the guard. Where the record or the mapping has moved on, it is planned anew. */
export async function intendRemovals(
	store: Store,
	destination: number,
	run: number,
	keys: { key: string; part: string }[],
): Promise<void> {
	if (keys.length === 0) return;
	await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		await lockRun(store, tx, run);
		// A record, or a mapping, that moved on while its removal was planned is planned anew.
		const back = sql`(r.present = 1 AND (r.version > l.handed OR d.revision_run > ${run}))`;
		await tx.run(sql`UPDATE ${store.table('link')} AS l SET state = CASE WHEN ${back} THEN 'due' ELSE 'intended' END,
			removal = CASE WHEN ${back} THEN 'none' ELSE 'intended' END, due_at = ${tx.dialect.now}, lease = NULL, lease_until = NULL
			FROM ${tx.dialect.values(
				'w',
				KEY_AND_PART,
				keys.map(({ key, part }) => [key, part]),
			)}, ${store.table('destination')} d, ${store.table('record')} r
			WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND l.lease = ${run} AND l.state = 'claimed'
			AND d.id = l.destination AND r.sync = d.sync AND r.key = l.key`);
	});
}

/**
 * Write-ahead: the links that may be written now, each (key, version, revision) taken again from the ledger. Those whose
 * record or mapping has moved on are due again.
 */
export async function intend(
	store: Store,
	destination: number,
	run: number,
	writes: { key: string; part: string; version: number; create: boolean; match: Fields | null }[],
	ttl: number,
): Promise<Set<string>> {
	if (writes.length === 0) return new Set();
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		await lockRun(store, tx, run);
		const at = await now(tx);
		const columns = [
			...KEY_AND_PART,
			{ name: 'version', type: 'integer' },
			{ name: 'creates', type: 'integer' },
			{ name: 'match', type: 'text' },
		];
		const wanted = tx.dialect.values(
			'w',
			columns,
			writes.map(({ key, part, version, create, match }) => [
				key,
				part,
				version,
				create ? 1 : 0,
				match && canonical(match),
			]),
		);
		await tx.run(sql`UPDATE ${table('link')} AS l SET state = 'writing', lease_until = ${at + ttl},
			create_intended = CASE WHEN w.creates = 1 THEN 1 ELSE l.create_intended END,
			match = CASE WHEN w.creates = 1 THEN w.match ELSE l.match END
			FROM ${wanted}, ${table('destination')} d, ${table('record')} r
			WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND l.lease = ${run} AND l.state IN ('claimed', 'writing') AND l.lease_until >= ${at}
			AND d.id = l.destination AND r.sync = d.sync AND r.key = l.key AND r.version = w.version AND d.revision_run <= ${run}`);
		const asked = writes.map(({ key, part }) => [key, part]);
		await giveBack(store, tx, destination, run, asked, 'claimed');
		const rows = await tx.all(
			sql<{
				key: string;
				part: string;
			}>`SELECT key, part FROM ${table('link')} WHERE lease = ${run} AND destination = ${destination} AND state = 'writing' AND lease_until = ${at + ttl}`,
		);
		return new Set(rows.map(({ key, part }) => linkName(key, part)));
	});
}

/** One text for a link's key and part. */
export function linkName(key: string, part: string): string {
	return part === '' ? key : `${key}\u0000${part}`;
}

const CONFIRM_COLUMNS = [
	...KEY_AND_PART,
	{ name: 'version', type: 'integer' },
	{ name: 'counterpart', type: 'text' },
	{ name: 'fields', type: 'text' },
	{ name: 'told', type: 'text' },
	{ name: 'state', type: 'text' },
];

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
			const name = linkName(one.key, one.part);
			if (!mine.has(name)) late.add(name);
			if (late.has(name)) continue;
			rows.push([
				one.key,
				one.part,
				one.version,
				one.counterpart,
				one.fields && canonical(one.fields),
				one.told && canonical(one.told),
				one.state,
			]);
			history.push({ key: one.key, part: one.part, version: one.version, entries: one.history });
		}
		if (rows.length > 0) {
			const behind = sql`(r.version > w.version OR d.revision > ${revision})`;
			await tx.run(sql`UPDATE ${table('link')} AS l SET
				former = CASE WHEN w.state = 'gone' AND w.counterpart IS NULL THEN l.counterpart ELSE l.former END,
				counterpart = w.counterpart, version = w.version, revision = ${revision}, fields = w.fields, told = w.told,
				state = CASE WHEN ${behind} THEN CASE WHEN r.present = 1 THEN 'due' WHEN w.state = 'gone' THEN 'gone'
					WHEN w.counterpart IS NOT NULL THEN 'intended' ELSE 'settled' END ELSE w.state END,
				removal = CASE WHEN w.state = 'gone' THEN 'sent' WHEN ${behind} AND r.present = 0 AND w.counterpart IS NOT NULL THEN 'intended' ELSE 'none' END,
				sent_at = CASE WHEN w.state <> 'gone' THEN NULL WHEN l.removal = 'sent' THEN l.sent_at WHEN l.hold IS NULL THEN ${big(at)} ELSE NULL END,
				removed_at = CASE WHEN w.state = 'gone' THEN ${big(at)} ELSE NULL END,
				hold = NULL, lease = NULL, lease_until = NULL, create_intended = 0, match = NULL, attempts = 0, error = NULL, confirmed_at = ${at}, due_at = ${at}
				FROM ${tx.dialect.values('w', CONFIRM_COLUMNS, rows)}, ${table('destination')} d, ${table('record')} r
				WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND d.id = l.destination AND r.sync = d.sync AND r.key = l.key`);
			await writeHistory(store, tx, destination, at, history);
			await eraseRemoved(
				store,
				tx,
				destination,
				confirmed
					.filter(({ state, key, part }) => state === 'gone' && !late.has(linkName(key, part)))
					.map(({ key }) => key),
			);
		}
		return late;
	});
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
		];
		const rows = failed.map((one): SqlValue[] => [
			one.key,
			one.part,
			one.error,
			at + (one.retryIn ?? 0),
			one.retryIn === null ? 'failed' : 'due',
			one.countsAttempt ? 1 : 0,
			one.counterpart ?? null,
		]);
		const moved = sql`(r.version > coalesce(l.handed, 0) OR d.revision_run > ${run})`;
		const taken = sql`EXISTS (SELECT 1 FROM ${table('link')} o WHERE o.destination = l.destination AND o.counterpart = w.counterpart)`;
		await tx.run(sql`UPDATE ${table('link')} AS l SET
			state = CASE WHEN ${moved} OR w.state = 'due' THEN ${AGAIN} ELSE 'failed' END,
			attempts = CASE WHEN ${moved} THEN 0 ELSE l.attempts + w.counted END,
			due_at = CASE WHEN ${moved} THEN ${at} ELSE w.due_at END,
			reason = CASE WHEN ${moved} THEN 'changed' ELSE 'retry' END,
			counterpart = CASE WHEN ${taken} THEN l.counterpart ELSE coalesce(l.counterpart, w.counterpart) END, healing = NULL, error = w.error, lease = NULL, lease_until = NULL
			FROM ${tx.dialect.values('w', columns, rows)}, ${table('destination')} d, ${table('record')} r
			WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND l.lease = ${run} AND l.state IN ('claimed', 'writing')
			AND d.id = l.destination AND r.sync = d.sync AND r.key = l.key`);
		await writeHistory(
			store,
			tx,
			destination,
			at,
			failed.map(({ key, part, version, history }) => ({ key, part, version, entries: history ?? [] })),
		);
	});
}

/**
 * A counterpart found or made in a test run; nothing is confirmed. A record that the ledger has not seen yet gets a stub,
 * which the next observation fills: it is due then, and finds its counterpart.
 */
export async function keepCounterpart(
	store: Store,
	destination: number,
	key: string,
	part: string,
	counterpart: string,
): Promise<void> {
	const { table } = store;
	await store.db.transaction(async (tx) => {
		await tx.run(sql`INSERT INTO ${table('record')} (sync, key, version, fingerprint, tag, present, touched, changed_at)
			SELECT d.sync, ${key}, 0, '', '', 1, 0, ${tx.dialect.now} FROM ${table('destination')} d WHERE d.id = ${destination}
			ON CONFLICT DO NOTHING`);
		await tx.run(sql`INSERT INTO ${table('link')} (destination, key, part, state, reason, due_at)
			VALUES (${destination}, ${key}, ${part}, 'settled', 'changed', ${tx.dialect.now}) ON CONFLICT DO NOTHING`);
		await tx.run(sql`UPDATE ${table('link')} SET counterpart = ${counterpart}
			WHERE destination = ${destination} AND key = ${key} AND part = ${part} AND counterpart IS NULL
			AND NOT EXISTS (SELECT 1 FROM ${table('link')} o WHERE o.destination = ${destination} AND o.counterpart = ${counterpart})`);
	});
}

/**
 * Who has a batch's counterparts already: another key of this destination, or another destination (of this sync or
 * another) that writes to the same target, with the fields that it owns.
 */
export async function sharers(store: Store, destination: number, counterparts: string[]): Promise<Sharer[]> {
	if (counterparts.length === 0) return [];
	const { db, table } = store;
	const places = await db.all(sql<{ id: number; owned: string | null; sync: string; workflow: string }>`
		SELECT o.id, o.owned, s.name AS sync, s.workflow FROM ${table('destination')} d
		JOIN ${table('destination')} o ON o.id = d.id OR (o.target = d.target AND o.state = 'active')
		JOIN ${table('sync')} s ON s.id = o.sync WHERE d.id = ${destination}`);
	const found: Sharer[] = [];
	for (const place of places) {
		const rows = await db.all(sql<{ counterpart: string; key: string }>`
			SELECT l.counterpart, l.key FROM ${db.dialect.values(
				'w',
				[{ name: 'counterpart', type: 'text' }],
				counterparts.map((one) => [one]),
			)}
			JOIN ${table('link')} l ON l.destination = ${place.id} AND l.counterpart = w.counterpart WHERE l.state <> 'gone' OR l.destination = ${destination}`);
		const owned = place.owned === null ? [] : (JSON.parse(place.owned) as string[]);
		for (const row of rows)
			found.push({ ...row, destination: place.id, sync: place.sync, workflow: place.workflow, owned });
	}
	return found;
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
	return new Set(rows.map(({ key, part }) => linkName(key, part)));
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
	return new Set(rows.map(({ key, part }) => linkName(key, part)));
}

/** A record whose removal every destination has confirmed keeps its key and times, and nothing else. */
async function eraseRemoved(store: Store, tx: Sql, destination: number, keys: string[]): Promise<void> {
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

/** Appends to the history. */
export async function writeHistory(
	store: Store,
	tx: Sql,
	destination: number,
	at: number,
	all: { key: string; part: string; version: number; entries: HistoryEntry[] }[],
): Promise<void> {
	const rows: SqlValue[][] = all.flatMap(({ key, part, version, entries }) =>
		entries.map((entry): SqlValue[] => [
			destination,
			key,
			part,
			at,
			version,
			entry.outcome,
			entry.field,
			text(entry.was),
			text(entry.now),
			entry.why,
		]),
	);
	if (rows.length === 0) return;
	const columns = ['destination', 'key', 'part', 'at', 'version', 'outcome', 'field', 'was', 'now', 'why'].map(
		(name) => ({
			name,
			type: ['destination', 'at', 'version'].includes(name) ? 'integer' : 'text',
		}),
	);
	await tx.insert(store.table('history'), columns, rows);
}

function text(value: unknown): string | null {
	return value === undefined || value === null ? null : JSON.stringify(value);
}
