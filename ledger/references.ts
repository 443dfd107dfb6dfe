/** Who points at whom: a link remembers which records' counterparts its own refers to. What waits is in `waiting.ts`. */
import { sql } from 'kysely';

import { linkName } from '../sync/key';
import { ITSELF, type Reference, type Referred, type Referrers, type Wanted } from '../sync/needs';
import { callLink } from '../sync/parts';
import type { Sql } from '../sql/types';
import { KEY_AND_PART, type Store } from './store';
import { openEnded } from '../sync/ends';

/** So many names are told. */
const NAMED = 3;
/** A circle of references is looked for over so many steps. */
const STEPS = 16;

interface Place {
	id: number;
	sync: number;
	where: string;
}

/** Where references lead: the destination itself, `workflow/trigger/node`, a sync's name, or `sync → node` by names. */
async function placesOf(store: Store, tx: Sql, destination: number): Promise<(to: string) => Place | undefined> {
	const { table } = store;
	const rows = await tx.all(sql<
		Place & { workflow: string; trigger: string; node: string; name: string; called: string; own: number }
	>`
		SELECT d.id, d.sync, coalesce(d.target_text, d.name) AS ${sql.id('where')}, s.workflow, s.node AS "trigger", d.node, d.name, s.name AS called,
			CASE WHEN d.id = ${destination} THEN 1 ELSE 0 END AS own
		FROM ${table('destination')} d JOIN ${table('sync')} s ON s.id = d.sync
		WHERE d.id = ${destination} OR (d.state = 'active' AND s.instance = (SELECT o.instance FROM ${table('destination')} od
			JOIN ${table('sync')} o ON o.id = od.sync WHERE od.id = ${destination}))`);
	return (to) => {
		if (to === ITSELF) return rows.find(({ own }) => own === 1);
		const found = rows.filter(
			({ workflow, trigger, node, name, called }) =>
				to === `${workflow}/${trigger}/${node}` || to === called || to === `${called} → ${name}`,
		);
		return found.length === 1 ? found[0] : undefined;
	};
}

/** What is known of the records that these name. */
export async function referred(store: Store, destination: number, wanted: Wanted[]): Promise<Referred[]> {
	const { db, table } = store;
	const placeOf = await placesOf(store, db, destination);
	const found: Referred[] = [];
	const waiting: Asking[] = [];
	for (const to of new Set(wanted.map((one) => one.to))) {
		const place = placeOf(to);
		const links = [
			...new Map(wanted.flatMap((one) => (one.to === to ? [[linkName(one), one] as const] : []))).values(),
		];
		if (!place) {
			found.push(...links.map(({ key, part }) => ({ to, key, part, waitsFor: [] })));
			continue;
		}
		const list = db.dialect.values(
			'w',
			KEY_AND_PART,
			links.map(({ key, part }) => [key, part]),
		);
		const rows = await db.all(sql<{
			key: string;
			part: string;
			counterpart: string | null;
			state: string | null;
			error: string | null;
			name: string | null;
			present: number | null;
		}>`SELECT w.key, w.part, l.counterpart, l.state, l.error, r.name, r.present FROM ${list}
			LEFT JOIN ${table('link')} l ON l.destination = ${place.id} AND l.key = w.key AND l.part = w.part
			LEFT JOIN ${table('record')} r ON r.sync = ${place.sync} AND r.key = w.key`);
		for (const { key, part, counterpart, state, error, name, present } of rows) {
			found.push({
				to,
				key,
				part,
				target: place.id,
				where: place.where,
				waitsFor: [],
				...(name !== null && { name }),
				...(counterpart === null ? { why: whyNot(present, state, error, part) } : { counterpart }),
			});
			if (counterpart === null && state === 'waiting')
				for (const { by } of wanted.filter((one) => one.to === to && one.key === key && one.part === part))
					waiting.push({ asker: by, target: place.id, key, part });
		}
	}
	const circles = await circling(store, destination, waiting);
	for (const one of found) {
		const asking = waiting.filter((any) => any.target === one.target && linkName(any) === linkName(one));
		one.waitsFor = asking.map(({ asker }) => linkName(asker)).filter((name) => circles.has(name));
	}
	return found;
}

function whyNot(present: number | null, state: string | null, error: string | null, part: string): string {
	if (present === null) return 'its source has no such record';
	if (present === 0) return 'it was removed at its source';
	if (state === null && part !== '') return 'its record has no such part there';
	switch (state) {
		case 'failed':
			return `it failed${error === null ? '' : `: ${openEnded(error)}`}`;
		case 'task':
			return 'a person has to do it there';
		case 'held':
		case 'intended':
			return 'it is held, or waits for the guard';
		case 'settled':
		case 'gone':
			return 'it does not belong there';
		case 'unrouted':
			return 'it never arrived there';
		case 'waiting':
			return 'it waits for others itself';
		default:
			return 'it has not been written yet';
	}
}

interface Asking {
	asker: { key: string; part: string };
	target: number;
	key: string;
	part: string;
}

/** The links among those that ask which are waited for, in turn, by what they wait for. */
async function circling(store: Store, destination: number, waiting: Asking[]): Promise<Set<string>> {
	if (waiting.length === 0) return new Set();
	const { db, table, bytewise } = store;
	const columns = [
		{ name: 'asker', type: 'text' },
		{ name: 'asker_part', type: 'text' },
		{ name: 'target', type: 'integer' },
		...KEY_AND_PART,
	];
	const first = db.dialect.values(
		'w',
		columns,
		waiting.map(({ asker, target, key, part }) => [asker.key, asker.part, target, key, part]),
	);
	const rows = await db.all(sql<{ key: string; part: string }>`
		WITH RECURSIVE way (asker, asker_part, destination, key, part, steps) AS (
			SELECT w.asker, w.asker_part, CAST(w.target AS BIGINT), w.key ${bytewise}, w.part ${bytewise}, 1 FROM ${first}
			UNION SELECT y.asker, y.asker_part, f.target, f.to_key, f.to_part, y.steps + 1 FROM way y
				JOIN ${table('reference')} f ON f.destination = y.destination AND f.key = y.key AND f.part = y.part AND f.waits = 1
				WHERE y.steps < ${STEPS})
		SELECT DISTINCT asker AS key, asker_part AS part FROM way
		WHERE destination = ${destination} AND key = asker ${bytewise} AND part = asker_part ${bytewise}`);
	return new Set(rows.map(linkName));
}

/** Remembers whom these links refer to now. */
export async function keepReferences(
	store: Store,
	tx: Sql,
	destination: number,
	links: { key: string; part: string; refs?: Reference[] }[],
): Promise<void> {
	if (links.length === 0) return;
	const { table } = store;
	const refs = links.flatMap(({ key, part, refs = [] }) => refs.map((ref) => ({ key, part, ref })));
	if (refs.length === 0) {
		const [any] = await tx.all(sql`SELECT 1 FROM ${table('reference')} WHERE destination = ${destination} LIMIT 1`);
		if (any === undefined) return;
	}
	const pairs = tx.dialect.values(
		'w',
		KEY_AND_PART,
		links.map(({ key, part }) => [key, part]),
	);
	await tx.run(sql`DELETE FROM ${table('reference')} WHERE destination = ${destination}
		AND (key, part) IN (SELECT w.key, w.part FROM ${pairs})`);
	if (refs.length === 0) return;
	const columns = [
		...KEY_AND_PART,
		{ name: 'field', type: 'text' },
		{ name: 'target', type: 'integer' },
		{ name: 'to_key', type: 'text' },
		{ name: 'to_part', type: 'text' },
		{ name: 'waits', type: 'integer' },
	];
	const rows = refs.map(({ key, part, ref }) => [
		key,
		part,
		ref.field,
		ref.target,
		ref.key,
		ref.part,
		ref.waits ? 1 : 0,
	]);
	await tx.run(sql`INSERT INTO ${table('reference')} (destination, key, part, field, target, to_key, to_part, waits)
		SELECT ${destination}, w.key, w.part, w.field, w.target, w.to_key, w.to_part, w.waits FROM ${tx.dialect.values('w', columns, rows)}
		WHERE 1 = 1 ON CONFLICT DO NOTHING`);
}

/** What those that refer to a counterpart hold is another one's ID now: they are mapped again. */
export async function repoint(
	store: Store,
	tx: Sql,
	destination: number,
	links: { key: string; part: string }[],
): Promise<void> {
	if (links.length === 0) return;
	const { table } = store;
	const moved = tx.dialect.values(
		'w',
		KEY_AND_PART,
		links.map(({ key, part }) => [key, part]),
	);
	await tx.run(sql`UPDATE ${table('link')} AS l SET state = 'due', reason = 'requested', attempts = 0, due_at = ${tx.dialect.now}
		FROM ${moved}, ${table('reference')} f WHERE f.target = ${destination} AND f.to_key = w.key AND f.to_part = w.part
		AND l.destination = f.destination AND l.key = f.key AND l.part = f.part AND l.state = 'settled'`);
}

/** Who still points at the counterparts of these links. */
export async function referrers(
	store: Store,
	destination: number,
	links: { key: string; part: string }[],
): Promise<Referrers[]> {
	if (links.length === 0) return [];
	const { db, table } = store;
	const list = db.dialect.values(
		'w',
		KEY_AND_PART,
		links.map(({ key, part }) => [key, part]),
	);
	const standing = sql`${table('reference')} f
		JOIN ${table('link')} o ON o.destination = f.destination AND o.key = f.key AND o.part = f.part AND o.counterpart IS NOT NULL
		JOIN ${table('destination')} d ON d.id = o.destination AND d.state = 'active'
		JOIN ${table('sync')} s ON s.id = d.sync LEFT JOIN ${table('record')} r ON r.sync = d.sync AND r.key = o.key`;
	// What points at itself does not stand in its own way.
	const other = sql`NOT (o.destination = f.target AND o.key = f.to_key AND o.part = f.to_part)`;
	const counts = await db.all(sql<{ key: string; part: string; count: number }>`
		SELECT f.to_key AS key, f.to_part AS part, count(*) AS count FROM ${standing}
		JOIN ${list} ON f.to_key = w.key AND f.to_part = w.part
		WHERE f.target = ${destination} AND ${other} GROUP BY f.to_key, f.to_part`);
	const all: Referrers[] = [];
	for (const { key, part, count } of counts) {
		const rows = await db.all(sql<{ name: string | null; key: string; part: string; sync: string; own: number }>`
			SELECT r.name, o.key, o.part, s.name AS sync, CASE WHEN d.id = ${destination} THEN 1 ELSE 0 END AS own FROM ${standing}
			WHERE f.target = ${destination} AND f.to_key = ${key} AND f.to_part = ${part} AND ${other} ORDER BY o.key, o.part LIMIT ${NAMED}`);
		const names = rows.map((row) => `${callLink(row)}${row.own === 1 ? '' : ` (${row.sync})`}`);
		all.push({ key, part, count: Number(count), names });
	}
	return all;
}
