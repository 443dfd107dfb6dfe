/** Records across the destinations of their sync, a page at a time. */
import { sql, type RawBuilder } from 'kysely';

import { linkName } from '../../sync/key';
import type { LinkState } from '../../sync/ledger';
import { standingOf, STANDINGS, type ByTime, type Cell, type Open, type Page, type RecordLine } from '../../sync/look';
import { now, type Store } from '../store';

/** A heal counts as lately so long. */
export const LATELY = 24 * 60 * 60 * 1000;

export interface LinkRow {
	destination: number;
	key: string;
	part: string;
	state: LinkState;
	confirmed_at: number | null;
	error: string | null;
	attempts: number;
	due_at: number;
	counterpart: string | null;
	version: number | null;
	record_version: number;
	detached: number;
}

export const LINK_COLUMNS = sql`l.destination, l.key, l.part, l.state, l.confirmed_at, l.error, l.attempts, l.due_at, l.counterpart, l.version, r.version AS record_version,
	CASE WHEN l.state = 'gone' AND l.counterpart IS NULL AND l.fields = '{}' THEN 1 ELSE 0 END AS detached`;

export interface RecordRow {
	key: string;
	name: string | null;
	present: number;
	changed_at: number;
	version: number;
}

export const RECORD_COLUMNS = sql`r.key, r.name, r.present, r.changed_at, r.version`;

/** In the order of their keys. `before` gives the page that ends there. */
export async function recordPage(
	store: Store,
	sync: number,
	{ after, before }: { after?: string; before?: string },
	limit: number,
): Promise<Page<RecordLine, string>> {
	const { db, table } = store;
	const back = before !== undefined;
	const where = back ? sql`r.key < ${before}` : after === undefined ? sql`1 = 1` : sql`r.key > ${after}`;
	const rows = await db.all(sql<RecordRow>`SELECT ${RECORD_COLUMNS} FROM ${table('record')} r
		WHERE r.sync = ${sync} AND ${where} ORDER BY r.key ${back ? sql`DESC` : sql``} LIMIT ${limit + 1}`);
	const page = rows.slice(0, limit);
	if (back) page.reverse();
	const more = back || rows.length > limit;
	return { rows: await lines(store, sync, page), next: more ? (page.at(-1)?.key ?? null) : null };
}

/** Those of one standing in one destination, the oldest first. */
export async function standingPage(
	store: Store,
	sync: number,
	destination: number,
	standing: Open,
	after: ByTime | null,
	limit: number,
): Promise<Page<RecordLine, ByTime>> {
	const { db, table } = store;
	const found: { at: number; key: string }[] = [];
	// State by state: the index gives each in order.
	for (const state of STANDINGS[standing]) {
		const behind = after === null ? sql`1 = 1` : sql`(l.due_at, l.key) > (${after.at}, ${after.key})`;
		found.push(
			...(await db.all(sql<{ at: number; key: string }>`SELECT l.due_at AS at, l.key FROM ${table('link')} l
				WHERE l.destination = ${destination} AND l.state = ${sql.lit(state)} AND l.state NOT IN ('settled', 'gone') AND ${behind}
				ORDER BY l.due_at, l.key LIMIT ${limit + 1}`)),
		);
	}
	found.sort((one, other) => one.at - other.at || (one.key < other.key ? -1 : 1));
	return await paged(store, sync, found, limit);
}

/** Those that a sweep healed since then, the latest first. */
export async function healedPage(
	store: Store,
	sync: number,
	destination: number,
	since: number,
	before: ByTime | null,
	limit: number,
): Promise<Page<RecordLine, ByTime>> {
	const { db, table } = store;
	// One heal may have been of many fields, and one record may have been healed again and again.
	const rows = await db.all(sql<{ at: number; key: string }>`SELECT at, key FROM ${table('history')}
		WHERE destination = ${destination} AND outcome = 'healed' AND at >= ${since} ${before === null ? sql`` : sql`AND at < ${before.at}`}
		ORDER BY at DESC LIMIT ${10 * limit}`);
	const found: { at: number; key: string }[] = [];
	const seen = new Set<string>();
	for (const row of rows) {
		if (seen.has(row.key)) continue;
		seen.add(row.key);
		found.push(row);
	}
	return await paged(store, sync, found, limit);
}

async function paged(
	store: Store,
	sync: number,
	found: { at: number; key: string }[],
	limit: number,
): Promise<Page<RecordLine, ByTime>> {
	const page = found.slice(0, limit);
	return {
		rows: await byKeys(
			store,
			sync,
			page.map(({ key }) => key),
		),
		next: found.length > limit ? page.at(-1)! : null,
	};
}

/** Records by their keys, in the order given. */
export async function byKeys(store: Store, sync: number, keys: string[]): Promise<RecordLine[]> {
	if (keys.length === 0) return [];
	const rows = await store.db.all(sql<RecordRow>`SELECT ${RECORD_COLUMNS} FROM ${wanted(store, keys)}
		JOIN ${store.table('record')} r ON r.sync = ${sync} AND r.key = w.key`);
	const known = new Map(rows.map((row) => [row.key, row]));
	return await lines(
		store,
		sync,
		[...new Set(keys)].flatMap((key) => known.get(key) ?? []),
	);
}

function wanted({ db }: Store, keys: string[]): RawBuilder<unknown> {
	return db.dialect.values(
		'w',
		[{ name: 'key', type: 'text' }],
		keys.map((key) => [key]),
	);
}

/** The records with their standing in every active destination. */
export async function lines(store: Store, sync: number, records: RecordRow[]): Promise<RecordLine[]> {
	if (records.length === 0) return [];
	const cells = await cellsOf(
		store,
		sync,
		records.map(({ key }) => key),
	);
	return records.map((row) => ({
		...asRecord(row),
		cells: cells.filter(({ key }) => key === row.key).map(({ cell }) => cell),
	}));
}

export function asRecord({ key, name, present, changed_at: changedAt, version }: RecordRow): Omit<RecordLine, 'cells'> {
	return { key, name, present: present === 1, changedAt, version };
}

/** How these keys stand in every active destination of the sync. */
export async function cellsOf(
	store: Store,
	sync: number,
	keys: string[],
): Promise<{ key: string; cell: Cell; row: LinkRow }[]> {
	const { db, table } = store;
	const rows = await db.all(sql<LinkRow>`SELECT ${LINK_COLUMNS} FROM ${wanted(store, keys)}
		JOIN ${table('destination')} d ON d.sync = ${sync} AND d.state = 'active'
		JOIN ${table('link')} l ON l.destination = d.id AND l.key = w.key
		JOIN ${table('record')} r ON r.sync = ${sync} AND r.key = w.key ORDER BY l.key, d.name, d.id, l.part`);
	const since = (await now(db)) - LATELY;
	const heals = await db.all(sql<{
		destination: number;
		key: string;
		part: string;
		at: number;
	}>`SELECT h.destination, h.key, h.part, max(h.at) AS at FROM ${wanted(store, keys)}
		JOIN ${table('destination')} d ON d.sync = ${sync} AND d.state = 'active'
		JOIN ${table('history')} h ON h.destination = d.id AND h.key = w.key AND h.at >= ${since} AND h.outcome = 'healed' GROUP BY h.destination, h.key, h.part`);
	const nameOf = (link: Pick<LinkRow, 'destination' | 'key' | 'part'>) => `${link.destination} ${linkName(link)}`;
	const healed = new Map(heals.map((heal) => [nameOf(heal), heal.at]));
	// Where a record has parts, nothing stands behind its own link.
	const parted = new Set(rows.flatMap((row) => (row.part === '' ? [] : [nameOf({ ...row, part: '' })])));
	const bare = (row: LinkRow) =>
		row.part === '' && row.counterpart === null && row.state === 'settled' && parted.has(nameOf(row));
	return rows.flatMap((row) =>
		bare(row) ? [] : { key: row.key, row, cell: asCell(row, healed.get(nameOf(row)) ?? null) },
	);
}

function asCell(row: LinkRow, healedAt: number | null): Cell {
	return {
		destination: row.destination,
		part: row.part,
		standing: standingOf(row.state),
		state: row.state,
		healedAt,
		confirmedAt: row.confirmed_at,
		error: row.error,
		attempts: row.attempts,
		dueAt: row.due_at,
		counterpart: row.counterpart,
		behind: row.record_version > (row.version ?? 0),
		detached: row.detached === 1,
	};
}
