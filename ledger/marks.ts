/**
 * Row marks: what the destination itself made of a counterpart when it was last confirmed. A mark tells nothing but that
 * something has changed. Each is kept with the range that its counterpart was last seen in; a link without such a mark is
 * loose, and no range accounts for it.
 */
import { sql } from 'kysely';

import type { Suspicion, SweptLink, Verified } from '../sync/ledger';
import type { Fields } from '../sync/types';
import type { Sql, SqlValue } from '../sql/types';
import { big, KEY_AND_PART, lockDestination, type Store } from './store';

/** How many links one statement looks through for loose ones. */
const WINDOW = 20_000;

const COUNTERPART = { name: 'counterpart', type: 'text' };
const MARKED = [{ name: 'range', type: 'integer' }, COUNTERPART, { name: 'mark', type: 'text' }];

/**
 * Links `l` that a sweep may compare now: confirmed at the present revision, and nobody has them. The fields that a removal
 * set are owned while it stands, whatever the mapping is by now: its record is mapped no more. After a restart they wait
 * until the source has been read whole, lest somebody has returned.
 */
export const COMPARABLE = sql`l.state IN ('settled', 'gone', 'held') AND l.counterpart IS NOT NULL AND l.fields IS NOT NULL AND l.version IS NOT NULL
	AND (l.revision = d.revision OR l.state = 'gone') AND (l.state <> 'gone' OR s.complete_read_at IS NULL OR s.complete_read_at > 0)`;

export interface SweptRow {
	key: string;
	part: string;
	counterpart: string;
	version: number;
	revision: number;
	fields: string;
	told: string | null;
	provisional: string | null;
	name: string | null;
	mark: string | null;
	state: string;
}

export const SWEPT_COLUMNS = sql`l.key, l.part, l.counterpart, l.version, l.revision, l.fields, l.told, l.provisional, r.name, m.mark, l.state`;

export function asSwept(row: SweptRow): SweptLink {
	return {
		key: row.key,
		part: row.part,
		counterpart: row.counterpart,
		version: row.version,
		revision: row.revision,
		fields: JSON.parse(row.fields) as Fields,
		told: row.told === null ? null : (JSON.parse(row.told) as Fields),
		provisional: row.provisional === null ? null : (JSON.parse(row.provisional) as Fields),
		name: row.name,
		mark: row.mark,
		removed: row.state === 'gone',
	};
}

/** The fields that marks cover: under one revision they only grow, so that marks seldom become worthless. */
export async function marking(
	store: Store,
	destination: number,
	revision: number | null,
	fields: string[],
): Promise<string[]> {
	const { table } = store;
	const read = async (from: Sql) => {
		const [row] = await from.all(
			sql<{
				marked: string | null;
				marked_revision: number | null;
			}>`SELECT marked, marked_revision FROM ${table('destination')} WHERE id = ${destination}`,
		);
		const known = row?.marked ? (JSON.parse(row.marked) as string[]) : [];
		return { known, revision: row?.marked_revision ?? 0 };
	};
	const before = await read(store.db);
	const missing = (known: string[]) => fields.some((field) => !known.includes(field));
	if (revision === null || revision < before.revision) return before.known;
	if (revision === before.revision && !missing(before.known)) return before.known;
	return await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		const now = await read(tx);
		if (revision < now.revision) return now.known;
		const kept = revision === now.revision || (await hasRemoved(store, tx, destination));
		const all = [...new Set([...(kept ? now.known : []), ...fields])].sort();
		await tx.run(
			sql`UPDATE ${table('destination')} SET marked = ${JSON.stringify(all)}, marked_revision = ${revision} WHERE id = ${destination}`,
		);
		return all;
	});
}

/** Whether a removal stands somewhere: the fields that it set are compared under every later mapping. */
async function hasRemoved({ table }: Store, tx: Sql, destination: number): Promise<boolean> {
	const rows = await tx.all(sql`SELECT 1 FROM ${table('link')} WHERE destination = ${destination} AND state = 'gone'
		AND counterpart IS NOT NULL AND fields IS NOT NULL LIMIT 1`);
	return rows.length > 0;
}

/**
 * Keeps the marks of what was confirmed. A range in which one changes is looked at by the next sweep, whatever its fold:
 * somebody may put back what stood there before. The destination is locked.
 */
export async function keepMarks(
	store: Store,
	tx: Sql,
	destination: number,
	confirmed: { counterpart: string | null; mark?: string }[],
): Promise<void> {
	const { table } = store;
	const rows = confirmed
		.filter(({ counterpart }) => counterpart !== null)
		.map(({ counterpart, mark }): SqlValue[] => [counterpart, mark ?? null]);
	if (rows.length === 0) return;
	const given = tx.dialect.values('w', MARKED.slice(1), rows);
	await tx.run(sql`UPDATE ${table('range')} SET fold = NULL, writes = writes + 1
		WHERE destination = ${destination} AND id IN (SELECT m.range FROM ${given} JOIN ${table('mark')} m ON m.destination = ${destination} AND m.counterpart = w.counterpart
			WHERE m.range IS NOT NULL AND (m.mark IS NULL OR w.mark IS NULL OR m.mark <> w.mark))`);
	const marked = rows.filter(([, mark]) => mark !== null);
	if (marked.length < rows.length) {
		await tx.run(sql`UPDATE ${table('mark')} SET mark = NULL WHERE destination = ${destination}
			AND counterpart IN (SELECT w.counterpart FROM ${given} WHERE w.mark IS NULL)`);
	}
	await tx.insert(
		table('mark'),
		[{ name: 'destination', type: 'integer' }, ...MARKED.slice(1)],
		marked.map(([counterpart, mark]) => [destination, counterpart!, mark!]),
		sql`ON CONFLICT (destination, counterpart) DO UPDATE SET mark = excluded.mark`,
	);
}

/** Compares the marks that stand in whole ranges with the confirmed ones. */
export async function compareMarks(
	store: Store,
	destination: number,
	ranges: { id: number; marks: { id: string; mark: string }[] }[],
): Promise<Suspicion> {
	const { table } = store;
	const rows = ranges.flatMap(({ id: range, marks }) => marks.map(({ id, mark }): SqlValue[] => [range, id, mark]));
	return await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		const standing = tx.dialect.values('p', MARKED, rows);
		const differing = await tx.all(sql<{ range: number; counterpart: string }>`
			SELECT p.range, p.counterpart FROM ${standing} LEFT JOIN ${table('mark')} m ON m.destination = ${destination} AND m.counterpart = p.counterpart
			WHERE m.mark <> p.mark OR (m.mark IS NULL AND EXISTS (SELECT 1 FROM ${table('link')} l WHERE l.destination = ${destination} AND l.counterpart = p.counterpart))`);
		await tx.run(sql`UPDATE ${table('mark')} AS m SET range = p.range FROM ${standing}
			WHERE m.destination = ${destination} AND m.counterpart = p.counterpart AND (m.range IS NULL OR m.range <> p.range)`);
		const missing = await tx.all(sql<{ range: number; counterpart: string }>`
			SELECT m.range, m.counterpart FROM ${table('mark')} m WHERE m.destination = ${destination} AND m.range IS NOT NULL
			AND m.range IN (${sql.join(ranges.map(({ id }) => id))}) AND m.counterpart NOT IN (SELECT p.counterpart FROM ${standing})`);
		return await suspicion(store, tx, destination, [...differing, ...missing]);
	});
}

async function suspicion(
	store: Store,
	tx: Sql,
	destination: number,
	found: { range: number; counterpart: string }[],
): Promise<Suspicion> {
	const result: Suspicion = { suspects: [], unsettled: new Set() };
	if (found.length === 0) return result;
	const { table } = store;
	const wanted = tx.dialect.values(
		'w',
		MARKED.slice(0, 2),
		found.map(({ range, counterpart }) => [range, counterpart]),
	);
	const rows = await tx.all(sql<SweptRow & { range: number; comparable: number }>`
		SELECT w.range, CASE WHEN ${COMPARABLE} THEN 1 ELSE 0 END AS comparable, ${SWEPT_COLUMNS}
		FROM ${wanted} JOIN ${table('link')} l ON l.destination = ${destination} AND l.counterpart = w.counterpart
		JOIN ${table('destination')} d ON d.id = l.destination JOIN ${table('sync')} s ON s.id = d.sync JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key
		LEFT JOIN ${table('mark')} m ON m.destination = l.destination AND m.counterpart = l.counterpart`);
	for (const row of rows) {
		if (row.comparable === 1) result.suspects.push({ ...asSwept(row), range: row.range });
		// One without a mark gets one with its confirmation, and is loose till then.
		else if (row.mark !== null) result.unsettled.add(row.range);
	}
	const linked = new Set(rows.map(({ counterpart }) => counterpart));
	const stale = found.filter(({ counterpart }) => !linked.has(counterpart));
	if (stale.length > 0) {
		await tx.run(
			sql`DELETE FROM ${table('mark')} WHERE destination = ${destination} AND counterpart IN (SELECT w.counterpart FROM ${tx.dialect.values(
				'w',
				[COUNTERPART],
				stale.map(({ counterpart }) => [counterpart]),
			)})`,
		);
	}
	return result;
}

/** Links that no range accounts for, a window of the destination's links at a time. */
export async function looseLinks(
	store: Store,
	destination: number,
	after: string,
): Promise<{ links: SweptLink[]; after: string | null }> {
	const { db, table } = store;
	const behind = sql`l.destination = ${destination} AND l.counterpart IS NOT NULL AND l.counterpart > ${after}`;
	const [last] = await db.all(sql<{ counterpart: string }>`SELECT l.counterpart FROM ${table('link')} l
		WHERE ${behind} ORDER BY l.counterpart LIMIT 1 OFFSET ${WINDOW - 1}`);
	const upTo = last?.counterpart ?? null;
	const rows = await db.all(sql<SweptRow>`
		WITH loose AS MATERIALIZED (SELECT l.counterpart FROM ${table('link')} l
			WHERE ${behind} ${upTo === null ? sql`` : sql`AND l.counterpart <= ${upTo}`}
			AND NOT EXISTS (SELECT 1 FROM ${table('mark')} m WHERE m.destination = ${destination} AND m.counterpart = l.counterpart
				AND m.mark IS NOT NULL AND m.range IS NOT NULL))
		SELECT ${SWEPT_COLUMNS} FROM loose JOIN ${table('link')} l ON l.destination = ${destination} AND l.counterpart = loose.counterpart
		JOIN ${table('destination')} d ON d.id = l.destination JOIN ${table('sync')} s ON s.id = d.sync JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key
		LEFT JOIN ${table('mark')} m ON m.destination = l.destination AND m.counterpart = l.counterpart
		WHERE ${COMPARABLE}`);
	return { links: rows.map(asSwept), after: upTo };
}

/**
 * Keeps the marks of links that were found as confirmed. One that was confirmed again meanwhile has its own, newer mark.
 * The destination is locked.
 */
export async function keepVerified(store: Store, tx: Sql, destination: number, verified: Verified[]): Promise<void> {
	if (verified.length === 0) return;
	const { table } = store;
	const columns = [
		...KEY_AND_PART,
		COUNTERPART,
		{ name: 'version', type: 'integer' },
		{ name: 'revision', type: 'integer' },
		{ name: 'was', type: 'text' },
		{ name: 'mark', type: 'text' },
		{ name: 'range', type: 'integer' },
	];
	const rows = verified.map(({ link, mark, range }): SqlValue[] => [
		link.key,
		link.part,
		link.counterpart,
		link.version,
		link.revision,
		link.mark,
		mark,
		range,
	]);
	const given = tx.dialect.values('w', columns, rows);
	await tx.run(sql`UPDATE ${table('range')} SET fold = NULL WHERE destination = ${destination} AND id IN (
		SELECT m.range FROM ${given} JOIN ${table('mark')} m ON m.destination = ${destination} AND m.counterpart = w.counterpart
		WHERE m.range IS NOT NULL AND (m.mark IS NULL OR m.mark <> w.mark))`);
	await tx.run(sql`INSERT INTO ${table('mark')} (destination, counterpart, mark, range)
		SELECT ${big(destination)}, w.counterpart, w.mark, w.range FROM ${given} JOIN ${table('link')} l ON l.destination = ${destination} AND l.key = w.key AND l.part = w.part
		LEFT JOIN ${table('mark')} m ON m.destination = ${destination} AND m.counterpart = w.counterpart
		WHERE l.counterpart = w.counterpart AND l.version = w.version AND l.revision = w.revision AND l.state IN ('settled', 'gone', 'held')
		AND coalesce(m.mark, '') = coalesce(w.was, '')
		ON CONFLICT (destination, counterpart) DO UPDATE SET mark = excluded.mark, range = coalesce(excluded.range, ${table('mark')}.range)`);
}
