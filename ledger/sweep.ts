/**
 * A sweep is a state of its destination: since when it is due, how far it got, who has it. It resumes where it was cut
 * off. A removed counterpart that still stands (a deactivated account) is swept too: the fields that the removal set are
 * owned while it stands.
 */
import { sql } from 'kysely';

import { canonical } from '../sync/canonical';
import { linkName } from '../sync/key';
import type { HistoryEntry, Ledger, SweptLink } from '../sync/ledger';
import type { Sql } from '../sql/types';
import type { Cursor, Fields } from '../sync/types';
import { nextSweep } from './destinations';
import { countFights } from './fights';
import { writeHistory } from './history';
import { asSwept, COMPARABLE, keepMarks, SWEPT_COLUMNS, type SweptRow } from './marks';
import { big, lockDestination, lockRun, now, type Store } from './store';

/** A person wants it compared, and nothing written. */
const CHECK_WANTED = sql`(check_at IS NOT NULL AND checked_at IS NULL)`;

/** Everything is compared once a day (a tenth early, as {@link nextSweep}), where changes alone are looked at in between. */
const WHOLE_EVERY = 24 * 3_600_000 * 0.9;

/** Claims the sweep if it is due and nobody has it. */
export async function claimSweep(
	store: Store,
	destination: number,
	holder: string,
	ttl: number,
): Promise<Claimed | undefined> {
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		const at = await now(tx);
		// A check begins at the beginning, wherever the last sweep was cut off.
		await tx.run(sql`UPDATE ${table('destination')} SET sweep_key = NULL, sweep_part = NULL, sweep_range = NULL
			WHERE id = ${destination} AND ${CHECK_WANTED} AND coalesce(sweep_began_at, 0) < check_at AND sweep_until < ${at}`);
		const claimed =
			await tx.run(sql`UPDATE ${table('destination')} SET sweep_by = ${holder}, sweep_until = ${at + ttl}, sweep_asked_at = NULL,
			sweeps = CASE WHEN sweep_key IS NULL AND sweep_range IS NULL THEN sweeps + 1 ELSE sweeps END,
			sweep_began_at = CASE WHEN sweep_key IS NULL AND sweep_range IS NULL THEN ${big(at)} ELSE sweep_began_at END
			WHERE id = ${destination} AND state = 'active' AND sweep_due_at IS NOT NULL AND sweep_due_at <= ${at} AND sweep_until < ${at}
			AND (${CHECK_WANTED} OR NOT EXISTS (SELECT 1 FROM ${table('sync')} s WHERE s.id = ${table('destination')}.sync AND s.paused = 1))`);
		if (claimed === 0) return undefined;
		const [row] = await tx.all(
			sql<{
				sweep_key: string | null;
				sweep_part: string | null;
				sweep_range: number | null;
				edits: string | null;
				looks: number;
			}>`SELECT sweep_key, sweep_part, sweep_range, CASE WHEN sweep_key IS NULL AND whole_at > ${at - WHOLE_EVERY} THEN edits END AS edits, CASE WHEN ${CHECK_WANTED} THEN 1 ELSE 0 END AS looks FROM ${table('destination')} WHERE id = ${destination}`,
		);
		const { sweep_key: key, sweep_part: part, sweep_range: range, edits, looks } = row!;
		return {
			after: key === null ? null : { key, part: part ?? '' },
			range,
			since: edits === null || looks === 1 ? null : (JSON.parse(edits) as Cursor),
			looksOnly: looks === 1,
		};
	});
}

type Claimed = NonNullable<Awaited<ReturnType<Ledger['claimSweep']>>>;

/** A full sweep begins: what is changed from here on is asked for afterwards. */
export async function keepEdits(store: Store, destination: number, holder: string, edits: Cursor): Promise<void> {
	const { db, table } = store;
	await db.run(
		sql`UPDATE ${table('destination')} SET edits = ${canonical(edits)}, whole_at = NULL WHERE id = ${destination} AND sweep_by = ${holder}`,
	);
}

/**
 * The links of these counterparts that can be compared now; `busy`: others of them are with a run, which may give them back
 * as they are, or wait until the source has been read. One look says both, lest a link moves on in between.
 */
export async function sweptOf(
	store: Store,
	destination: number,
	counterparts: string[],
): Promise<{ links: SweptLink[]; busy: boolean }> {
	if (counterparts.length === 0) return { links: [], busy: false };
	const { db, table } = store;
	const wanted = db.dialect.values(
		'w',
		[{ name: 'counterpart', type: 'text' }],
		[...new Set(counterparts)].map((counterpart) => [counterpart]),
	);
	const rows = await db.all(sql<SweptRow & { comparable: number }>`
		SELECT CASE WHEN ${COMPARABLE} THEN 1 ELSE 0 END AS comparable, ${SWEPT_COLUMNS}
		FROM ${wanted} JOIN ${table('link')} l ON l.destination = ${destination} AND l.counterpart = w.counterpart
		JOIN ${table('destination')} d ON d.id = l.destination
		JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key JOIN ${table('sync')} s ON s.id = d.sync
		LEFT JOIN ${table('mark')} m ON m.destination = l.destination AND m.counterpart = l.counterpart
		WHERE (${COMPARABLE}) OR l.state IN ('handed', 'claimed', 'writing') OR (l.state = 'gone' AND s.complete_read_at = 0)
		ORDER BY l.key, l.part`);
	const links = rows.filter(({ comparable }) => comparable === 1);
	return { links: links.map(asSwept), busy: links.length < rows.length };
}

/** Sweeps that were asked for by an item of their own, and that nobody has claimed for two intervals. */
export async function unswept(store: Store, sync: number): Promise<{ name: string; since: number }[]> {
	const { db, table } = store;
	return await db.all(sql<{ name: string; since: number }>`
		SELECT d.name, d.sweep_asked_at AS since FROM ${table('destination')} d JOIN ${table('sync')} s ON s.id = d.sync
		WHERE d.sync = ${sync} AND d.state = 'active' AND d.down_text IS NULL AND s.sweep_every > 0
		AND d.sweep_asked_at < ${db.dialect.now} - 2 * s.sweep_every ORDER BY d.id`);
}

/** The next links to compare, in the order of their keys. */
export async function sweepPage(
	store: Store,
	destination: number,
	after: { key: string; part: string } | null,
	limit: number,
): Promise<SweptLink[]> {
	const { db, table } = store;
	const from =
		after === null ? sql`1 = 1` : sql`(l.key > ${after.key} OR (l.key = ${after.key} AND l.part > ${after.part}))`;
	const rows = await db.all(sql<SweptRow>`
		SELECT ${SWEPT_COLUMNS}
		FROM ${table('link')} l JOIN ${table('destination')} d ON d.id = l.destination
		JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key JOIN ${table('sync')} s ON s.id = d.sync
		LEFT JOIN ${table('mark')} m ON m.destination = l.destination AND m.counterpart = l.counterpart
		WHERE l.destination = ${destination} AND ${from} AND ${COMPARABLE}
		ORDER BY l.key, l.part LIMIT ${limit}`);
	return rows.map(asSwept);
}

/** Takes links for healing, under a run of their own; those that are still as the page said. */
export async function claimHeal(
	store: Store,
	destination: number,
	links: { key: string; part: string; version: number }[],
	ttl: number,
): Promise<{ run: number; keys: Set<string> }> {
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		const at = await now(tx);
		const run = await store.next(tx);
		const columns = [
			{ name: 'key', type: 'text' },
			{ name: 'part', type: 'text' },
			{ name: 'version', type: 'integer' },
		];
		await tx.run(sql`UPDATE ${table('link')} AS l SET healing = l.state, state = 'writing', lease = ${run}, lease_until = ${at + ttl}, handed = w.version
			FROM ${tx.dialect.values(
				'w',
				columns,
				links.map(({ key, part, version }) => [key, part, version]),
			)}
			WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND l.version = w.version AND l.state IN ('settled', 'gone', 'held')`);
		const rows = await tx.all(
			sql<{ key: string; part: string }>`SELECT key, part FROM ${table('link')} WHERE lease = ${run}`,
		);
		return { run, keys: new Set(rows.map(({ key, part }) => linkName({ key, part }))) };
	});
}

/** Confirms what was healed. The links are what they were before, unless their records have moved on. */
export async function confirmHeal(
	store: Store,
	destination: number,
	run: number,
	healed: {
		key: string;
		part: string;
		told: Fields | null;
		provisional?: Fields | null;
		mark?: string;
		history: HistoryEntry[];
	}[],
): Promise<void> {
	if (healed.length === 0) return;
	const { table } = store;
	await store.db.transaction(async (tx) => {
		const at = await now(tx);
		const columns = [
			{ name: 'key', type: 'text' },
			{ name: 'part', type: 'text' },
			{ name: 'told', type: 'text' },
			{ name: 'provisional', type: 'text' },
		];
		const rows = healed.map(({ key, part, told, provisional }) => [
			key,
			part,
			told && canonical(told),
			provisional ? canonical(provisional) : null,
		]);
		await lockDestination(store, tx, destination);
		await lockRun(store, tx, run);
		await keepHealedMarks(store, tx, destination, run, healed);
		const behind = sql`(r.version > coalesce(l.version, 0) OR coalesce(l.revision, 0) < d.revision)`;
		// A person let the hold pass while its link was being healed.
		const passed = sql`(l.healing = 'held' AND EXISTS (SELECT 1 FROM ${table('hold')} h WHERE h.id = l.hold AND h.released_at IS NOT NULL))`;
		await tx.run(sql`UPDATE ${table('link')} AS l SET lease = NULL, lease_until = NULL, healing = NULL, error = NULL, told = w.told, provisional = w.provisional, confirmed_at = ${at},
			state = CASE WHEN ${behind} AND r.present = 1 THEN 'due' WHEN ${behind} AND l.healing = 'settled' THEN 'intended'
				WHEN ${passed} THEN 'due' WHEN l.healing = 'held' AND l.hold IS NULL THEN 'intended' ELSE l.healing END,
			removal = CASE WHEN ${behind} AND r.present = 1 AND l.removal <> 'sent' THEN 'none' WHEN ${passed} AND l.removal = 'intended' THEN 'released' ELSE l.removal END, due_at = ${at}
			FROM ${tx.dialect.values('w', columns, rows)}, ${table('destination')} d, ${table('record')} r
			WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND l.lease = ${run} AND l.state = 'writing' AND l.healing IS NOT NULL
			AND d.id = l.destination AND r.sync = d.sync AND r.key = l.key`);
		await writeHistory(
			store,
			tx,
			destination,
			at,
			healed.map(({ key, part, history }) => ({ key, part, version: 0, entries: history })),
			run,
		);
		await countFights(store, tx, destination, at, healed);
	});
}

/** The marks of what the run still holds: of another's link it says nothing. */
async function keepHealedMarks(
	store: Store,
	tx: Sql,
	destination: number,
	run: number,
	healed: { key: string; part: string; mark?: string }[],
): Promise<void> {
	const rows = await tx.all(sql<{ key: string; part: string; counterpart: string | null }>`
		SELECT key, part, counterpart FROM ${store.table('link')} WHERE lease = ${run} AND destination = ${destination} AND state = 'writing'`);
	const counterparts = new Map(rows.map(({ key, part, counterpart }) => [linkName({ key, part }), counterpart]));
	await keepMarks(
		store,
		tx,
		destination,
		healed.map(({ key, part, mark }) => ({ counterpart: counterparts.get(linkName({ key, part })) ?? null, mark })),
	);
}

/**
 * Links that go the ordinary way again, which looks a counterpart up before it creates one: those whose counterpart is
 * gone, once the guard has counted them, and those that drifted in a field whose value only the source has.
 */
export async function sweptMissing(
	store: Store,
	destination: number,
	links: { key: string; part: string; version: number }[],
	how: 'missing' | 'drifted',
): Promise<void> {
	if (links.length === 0) return;
	await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		const columns = [
			{ name: 'key', type: 'text' },
			{ name: 'part', type: 'text' },
			{ name: 'version', type: 'integer' },
		];
		await tx.run(sql`UPDATE ${store.table('link')} AS l SET state = ${how === 'missing' ? 'intended' : 'due'}, reason = 'requested', due_at = ${tx.dialect.now}, attempts = 0
			FROM ${tx.dialect.values(
				'w',
				columns,
				links.map(({ key, part, version }) => [key, part, version]),
			)}
			WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND l.version = w.version AND l.state = 'settled'`);
	});
}

/** Saves how far the sweep got; false when another node has it by now. */
export async function sweepProgress(
	store: Store,
	destination: number,
	holder: string,
	after: { key: string; part: string } | null,
	ttl: number,
): Promise<boolean> {
	const { db, table } = store;
	const place = after ? sql`sweep_key = ${after.key}, sweep_part = ${after.part},` : sql``;
	const mine = await db.run(sql`UPDATE ${table('destination')} SET ${place} sweep_until = ${db.dialect.now} + ${ttl}
		WHERE id = ${destination} AND sweep_by = ${holder}`);
	return mine === 1;
}

/**
 * The sweep went through: the next one is due an interval after this one began, or a little before, lest it waits for another
 * tick. One that only looked healed nothing, and counts for none.
 */
export async function endSweep(
	store: Store,
	destination: number,
	holder: string,
	went: 'whole' | 'looked' | { edits: Cursor },
): Promise<void> {
	const { db, table } = store;
	const swept =
		went === 'looked'
			? sql``
			: went === 'whole'
				? sql`swept_at = sweep_began_at, whole_at = sweep_began_at,`
				: sql`swept_at = sweep_began_at, edits = ${canonical(went.edits)},`;
	const since = went === 'looked' ? sql`coalesce(swept_at, created_at)` : sql`sweep_began_at`;
	await db.run(sql`UPDATE ${table('destination')} AS d SET sweep_key = NULL, sweep_part = NULL, sweep_range = NULL, sweep_by = NULL, sweep_until = 0, ${swept}
		checked_at = CASE WHEN check_at IS NOT NULL AND checked_at IS NULL AND sweep_began_at >= check_at THEN ${db.dialect.now} ELSE checked_at END,
		sweep_due_at = CASE WHEN check_at IS NOT NULL AND checked_at IS NULL AND sweep_began_at < check_at THEN check_at ELSE ${nextSweep(since, sql`(SELECT s.sweep_every FROM ${table('sync')} s WHERE s.id = d.sync)`)} END
		WHERE id = ${destination} AND sweep_by = ${holder}`);
}
