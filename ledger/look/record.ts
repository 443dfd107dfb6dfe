/** One record whole, and what became of it. */
import { sql } from 'kysely';

import type { HistoryLine, HoldLook, Page, RecordLook, RunLook, Stretch } from '../../sync/look';
import type { HoldKind } from '../../sync/ledger';
import { unkeyed } from '../../sync/outcome';
import type { Fields, Value } from '../../sync/types';
import type { Store } from '../store';
import { asRecord, cellsOf } from './records';

const HOUR = 60 * 60 * 1000;

interface Sides {
	destination: number;
	key: string;
	part: string;
	fields: string | null;
	told: string | null;
	provisional: string | null;
}

interface RecordRow {
	key: string;
	name: string | null;
	present: number;
	changed_at: number;
	version: number;
	fields: string | null;
}

const COLUMNS = sql`r.key, r.name, r.present, r.changed_at, r.version, r.fields`;

/** A record with both sides; undefined where the sync does not know its key. */
export async function record(store: Store, sync: number, key: string): Promise<RecordLook | undefined> {
	const { db, table } = store;
	const rows = await db.all(
		sql<RecordRow>`SELECT ${COLUMNS} FROM ${table('record')} r WHERE r.sync = ${sync} AND r.key = ${key}`,
	);
	return (await whole(store, sync, rows))[0];
}

/** Records with both sides, in the order of their keys. */
export async function exportPage(
	store: Store,
	sync: number,
	after: string | undefined,
	limit: number,
): Promise<Page<RecordLook, string>> {
	const { db, table } = store;
	const behind = after === undefined ? sql`1 = 1` : sql`r.key > ${after}`;
	const rows = await db.all(
		sql<RecordRow>`SELECT ${COLUMNS} FROM ${table('record')} r WHERE r.sync = ${sync} AND ${behind} ORDER BY r.key LIMIT ${limit}`,
	);
	return { rows: await whole(store, sync, rows), next: rows.length === limit ? rows.at(-1)!.key : null };
}

async function whole(store: Store, sync: number, rows: RecordRow[]): Promise<RecordLook[]> {
	if (rows.length === 0) return [];
	const { db, table } = store;
	const keys = rows.map(({ key }) => key);
	const cells = await cellsOf(store, sync, keys);
	const sides = await db.all(sql<Sides>`SELECT l.destination, l.key, l.part, l.fields, l.told, l.provisional
		FROM ${db.dialect.values(
			'w',
			[{ name: 'key', type: 'text' }],
			keys.map((key) => [key]),
		)}
		JOIN ${table('destination')} d ON d.sync = ${sync} AND d.state = 'active' JOIN ${table('link')} l ON l.destination = d.id AND l.key = w.key`);
	const name = (destination: number, key: string, part: string) => JSON.stringify([destination, key, part]);
	const known = new Map(sides.map((side) => [name(side.destination, side.key, side.part), side]));
	return rows.map((row) => {
		const mine = cells.filter(({ key }) => key === row.key).map(({ cell }) => cell);
		return {
			...asRecord(row),
			fields: fields(row.fields),
			cells: mine,
			sides: mine.map((cell) => {
				const side = known.get(name(cell.destination, row.key, cell.part));
				return {
					...cell,
					fields: fields(side?.fields ?? null),
					told: fields(side?.told ?? null),
					provisional: fields(side?.provisional ?? null),
				};
			}),
		};
	});
}

function fields(text: string | null): Fields | null {
	return text === null ? null : (unkeyed(JSON.parse(text) as Fields) as Fields);
}

interface HistoryRow extends Omit<HistoryLine, 'was' | 'now'> {
	was: string | null;
	now: string | null;
}

/** The history, the latest first. A page never ends within one moment. */
export async function history(
	store: Store,
	sync: number,
	{ key, run, since }: { key?: string; run?: number; since?: number },
	before: number | null,
	limit: number,
): Promise<Page<HistoryLine, number>> {
	const { db, table } = store;
	const mine = sql`h.destination IN (SELECT d.id FROM ${table('destination')} d WHERE d.sync = ${sync})`;
	const parts = [mine];
	if (key !== undefined) parts.push(sql`h.key = ${key}`);
	if (since !== undefined) parts.push(sql`h.at >= ${since}`);
	if (before !== null) parts.push(sql`h.at < ${before}`);
	if (run !== undefined) {
		const [span] = await db.all(sql<{
			since: number | null;
			at: number | null;
		}>`SELECT min(w.since) AS since, max(w.at) AS at FROM ${table('destination')} d
			JOIN ${table('work')} w ON w.destination = d.id AND w.run = ${run} WHERE d.sync = ${sync}`);
		if (span?.since == null || span.at === null) return { rows: [], next: null };
		parts.push(sql`h.run = ${run} AND h.at >= ${span.since} AND h.at <= ${span.at}`);
	}
	const rows =
		await db.all(sql<HistoryRow>`SELECT h.destination, h.key, h.part, h.at, h.version, h.outcome, h.field, h.was, h.now, h.why, h.run
		FROM ${table('history')} h WHERE ${sql.join(parts, sql` AND `)} ORDER BY h.at DESC LIMIT ${limit}`);
	return {
		rows: rows.map((row) => ({ ...row, was: value(row.was), now: value(row.now) })),
		next: rows.length === limit ? rows.at(-1)!.at : null,
	};
}

function value(text: string | null): Value {
	return text === null ? null : (JSON.parse(text) as Value);
}

/** Holds that wait for a person. */
export async function holdsOf(store: Store, sync: number): Promise<HoldLook[]> {
	const { db, table } = store;
	const rows = await db.all(sql<{
		id: number;
		destination: number;
		kind: HoldKind;
		reason: string;
		count: number;
		names: string;
		created_at: number;
	}>`SELECT h.id, h.destination, h.kind, h.reason, h.count, h.names, h.created_at FROM ${table('hold')} h
		JOIN ${table('destination')} d ON d.id = h.destination WHERE d.sync = ${sync} AND d.state = 'active' AND h.released_at IS NULL ORDER BY h.id`);
	return rows.map(({ names, created_at: createdAt, ...hold }) => ({
		...hold,
		createdAt,
		names: JSON.parse(names) as string[],
	}));
}

/** Outcomes by what they are on a chart. */
const HEALS = new Set(['healed']);
const FAILURES = new Set(['failed']);

/** What was done since then, in even stretches. */
export async function series(store: Store, sync: number, since: number, stretch: number): Promise<Stretch[]> {
	const { db, table } = store;
	const step = Math.max(1, Math.round(stretch / HOUR)) * HOUR;
	const first = Math.floor(since / step) * step;
	const rows = await db.all(sql<{
		hour: number;
		outcome: string;
		count: number;
	}>`SELECT t.hour, t.outcome, CAST(sum(t.count) AS BIGINT) AS count
		FROM ${table('destination')} d JOIN ${table('tally')} t ON t.destination = d.id WHERE d.sync = ${sync} AND t.hour >= ${first} GROUP BY t.hour, t.outcome`);
	const [clock] = await db.all(sql<{ now: number }>`SELECT ${db.dialect.now} AS now`);
	const stretches: Stretch[] = [];
	for (let at = first; at <= clock!.now; at += step) stretches.push({ at, changes: 0, heals: 0, failures: 0 });
	for (const { hour, outcome, count } of rows) {
		const into = stretches[Math.floor((hour - first) / step)];
		if (!into) continue;
		if (HEALS.has(outcome)) into.heals += count;
		else if (FAILURES.has(outcome)) into.failures += count;
		else into.changes += count;
	}
	return stretches;
}

/** The last runs that changed something. */
export async function runs(store: Store, sync: number, limit: number): Promise<RunLook[]> {
	const { db, table } = store;
	const found = new Map<string, RunLook>();
	const destinations = await db.all(
		sql<{ id: number }>`SELECT id FROM ${table('destination')} WHERE sync = ${sync} ORDER BY id`,
	);
	for (const { id } of destinations) {
		const rows = await db.all(sql<{ run: number; outcome: string; count: number; since: number; at: number }>`
			SELECT run, outcome, count, since, at FROM ${table('work')} WHERE destination = ${id} ORDER BY at DESC LIMIT ${4 * limit}`);
		for (const { run, outcome, count, since, at } of rows) {
			const name = `${id} ${run}`;
			const known = found.get(name) ?? { run, destination: id, since, at, outcomes: {} };
			found.set(name, {
				...known,
				since: Math.min(known.since, since),
				at: Math.max(known.at, at),
				outcomes: { ...known.outcomes, [outcome]: count },
			});
		}
	}
	return [...found.values()].sort((one, other) => other.at - one.at).slice(0, limit);
}
