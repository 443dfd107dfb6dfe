/** Who points at whom: a link remembers which records' counterparts its own refers to. What waits is in `waiting.ts`. */
import { sql } from 'kysely';

import { ITSELF, type Reference, type Referred, type Referrers } from '../sync/needs';
import type { Sql } from '../sql/types';
import { KEY_AND_PART, type Store } from './store';

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

/** What is known of the records that these keys refer to. `by`: the key that asks. */
export async function referred(
	store: Store,
	destination: number,
	wanted: { to: string; key: string; by: string }[],
): Promise<Referred[]> {
	const { db, table } = store;
	const placeOf = await placesOf(store, db, destination);
	const found: Referred[] = [];
	const waiting: { asker: string; target: number; key: string }[] = [];
	for (const to of new Set(wanted.map((one) => one.to))) {
		const place = placeOf(to);
		const keys = [...new Set(wanted.filter((one) => one.to === to).map(({ key }) => key))];
		if (!place) {
			found.push(...keys.map((key) => ({ to, key, waitsFor: [] })));
			continue;
		}
		const list = db.dialect.values(
			'w',
			[{ name: 'key', type: 'text' }],
			keys.map((key) => [key]),
		);
		const rows = await db.all(sql<{
			key: string;
			counterpart: string | null;
			state: string | null;
			error: string | null;
			name: string | null;
			present: number | null;
		}>`SELECT w.key, l.counterpart, l.state, l.error, r.name, r.present FROM ${list}
			LEFT JOIN ${table('link')} l ON l.destination = ${place.id} AND l.key = w.key AND l.part = ''
			LEFT JOIN ${table('record')} r ON r.sync = ${place.sync} AND r.key = w.key`);
		for (const { key, counterpart, state, error, name, present } of rows) {
			found.push({
				to,
				key,
				target: place.id,
				where: place.where,
				waitsFor: [],
				...(name !== null && { name }),
				...(counterpart === null ? { why: whyNot(present, state, error) } : { counterpart }),
			});
			if (counterpart === null && state === 'waiting')
				for (const { by } of wanted.filter((one) => one.to === to && one.key === key))
					waiting.push({ asker: by, target: place.id, key });
		}
	}
	const circles = await circling(store, destination, waiting);
	for (const one of found) {
		const asking = waiting.filter(({ target, key }) => target === one.target && key === one.key);
		one.waitsFor = asking.filter(({ asker }) => circles.has(asker)).map(({ asker }) => asker);
	}
	return found;
}

function whyNot(present: number | null, state: string | null, error: string | null): string {
	if (present === null) return 'its source has no such record';
	if (present === 0) return 'it was removed at its source';
	switch (state) {
		case 'failed':
			return `it failed${error === null ? '' : `: ${error.replace(/[.\s]+$/u, '')}`}`;
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

/** The keys among those that ask which are waited for, in turn, by what they wait for. */
async function circling(
	store: Store,
	destination: number,
	waiting: { asker: string; target: number; key: string }[],
): Promise<Set<string>> {
	if (waiting.length === 0) return new Set();
	const { db, table, bytewise } = store;
	const columns = [
		{ name: 'asker', type: 'text' },
		{ name: 'target', type: 'integer' },
		{ name: 'key', type: 'text' },
	];
	const first = db.dialect.values(
		'w',
		columns,
		waiting.map(({ asker, target, key }) => [asker, target, key]),
	);
	const rows = await db.all(sql<{ asker: string }>`
		WITH RECURSIVE way (asker, destination, key, steps) AS (
			SELECT w.asker, CAST(w.target AS BIGINT), w.key ${bytewise}, 1 FROM ${first}
			UNION SELECT y.asker, f.target, f.to_key, y.steps + 1 FROM way y
				JOIN ${table('reference')} f ON f.destination = y.destination AND f.key = y.key AND f.waits = 1 WHERE y.steps < ${STEPS})
		SELECT DISTINCT asker FROM way WHERE destination = ${destination} AND key = asker ${bytewise}`);
	return new Set(rows.map(({ asker }) => asker));
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
		{ name: 'waits', type: 'integer' },
	];
	const rows = refs.map(({ key, part, ref }) => [key, part, ref.field, ref.target, ref.key, ref.waits ? 1 : 0]);
	await tx.run(sql`INSERT INTO ${table('reference')} (destination, key, part, field, target, to_key, waits)
		SELECT ${destination}, w.key, w.part, w.field, w.target, w.to_key, w.waits FROM ${tx.dialect.values('w', columns, rows)}
		WHERE 1 = 1 ON CONFLICT DO NOTHING`);
}

/** What those that refer to a counterpart hold is another one's ID now: they are mapped again. */
export async function repoint(store: Store, tx: Sql, destination: number, keys: string[]): Promise<void> {
	if (keys.length === 0) return;
	const { table } = store;
	const moved = tx.dialect.values(
		'w',
		[{ name: 'key', type: 'text' }],
		keys.map((key) => [key]),
	);
	await tx.run(sql`UPDATE ${table('link')} AS l SET state = 'due', reason = 'requested', attempts = 0, due_at = ${tx.dialect.now}
		FROM ${moved}, ${table('reference')} f WHERE f.target = ${destination} AND f.to_key = w.key
		AND l.destination = f.destination AND l.key = f.key AND l.part = f.part AND l.state = 'settled'`);
}

/** Who still points at the counterparts of these keys. */
export async function referrers(store: Store, destination: number, keys: string[]): Promise<Referrers[]> {
	if (keys.length === 0) return [];
	const { db, table } = store;
	const list = db.dialect.values(
		'w',
		[{ name: 'key', type: 'text' }],
		keys.map((key) => [key]),
	);
	const standing = sql`${table('reference')} f
		JOIN ${table('link')} o ON o.destination = f.destination AND o.key = f.key AND o.part = f.part AND o.counterpart IS NOT NULL
		JOIN ${table('destination')} d ON d.id = o.destination AND d.state = 'active'
		JOIN ${table('sync')} s ON s.id = d.sync LEFT JOIN ${table('record')} r ON r.sync = d.sync AND r.key = o.key`;
	const counts = await db.all(sql<{
		key: string;
		count: number;
	}>`SELECT f.to_key AS key, count(*) AS count FROM ${standing}
		WHERE f.target = ${destination} AND f.to_key IN (SELECT w.key FROM ${list})
		AND NOT (o.destination = ${destination} AND o.key = f.to_key) GROUP BY f.to_key`);
	const all: Referrers[] = [];
	for (const { key, count } of counts) {
		const rows = await db.all(sql<{ name: string | null; key: string; sync: string; own: number }>`
			SELECT r.name, o.key, s.name AS sync, CASE WHEN d.id = ${destination} THEN 1 ELSE 0 END AS own FROM ${standing}
			WHERE f.target = ${destination} AND f.to_key = ${key} AND NOT (o.destination = ${destination} AND o.key = ${key}) ORDER BY o.key LIMIT ${NAMED}`);
		const names = rows.map((row) => `${row.name ?? row.key}${row.own === 1 ? '' : ` (${row.sync})`}`);
		all.push({ key, count: Number(count), names });
	}
	return all;
}
