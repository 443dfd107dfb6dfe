/**
 * The guard's ledger side: what is intended is counted per destination in one transaction, and then let pass or held. The
 * rules, and why they are so, are in `sync/guard.ts`.
 */
import { sql, type RawBuilder } from 'kysely';

import {
	exceeds,
	losesTooMuch,
	mayLoseTooMuch,
	reasonForChanges,
	reasonForFirst,
	reasonForMany,
	type Losses,
} from '../sync/guard';
import type { FirstWrite, Guard, Hold, HoldKind } from '../sync/ledger';
import type { Sql } from '../sql/types';
import { hold, letPass, OF_KIND } from './holds';
import { fence, lockDestination, now, type Store } from './store';

const DAY = 24 * 60 * 60 * 1000;
/** How many different sets of changed fields one statement names. */
const SETS = 200;

export interface Counted {
	released: number;
	held: Hold[];
}

/** A destination while its intentions are counted. */
interface Court {
	store: Store;
	tx: Sql;
	guard: Guard;
	at: number;
	id: number;
	where: string;
	cautious: boolean;
	first: FirstWrite;
	down: boolean;
}

interface Row {
	id: number;
	text: string;
	cautious: number;
	first: FirstWrite;
	down: number;
}

/** Counts what waits for the guard, each kind by itself. */
export async function countIntended(store: Store, sync: number, token: number, guard: Guard): Promise<Counted> {
	const { db, table } = store;
	if (!guard.first)
		await db.run(
			sql`UPDATE ${table('destination')} SET first_write = 'passed' WHERE sync = ${sync} AND first_write <> 'passed'`,
		);
	// Where nothing is on its way, there is nothing to count, and nothing to watch.
	const underway = sql`l.state NOT IN ('settled', 'gone') AND l.state NOT IN ('failed', 'unrouted', 'task')`;
	const destinations = await db.all(sql<{ id: number }>`SELECT d.id FROM ${table('destination')} d
		WHERE d.sync = ${sync} AND d.state = 'active' AND (d.watched = 1
			OR EXISTS (SELECT 1 FROM ${table('link')} l WHERE l.destination = d.id AND ${underway})) ORDER BY d.id`);
	const counted: Counted = { released: 0, held: [] };
	for (const { id } of destinations) {
		const { released, held } = await db.transaction(async (tx) => {
			await fence(store, tx, sync, token);
			await lockDestination(store, tx, id);
			const [row] =
				await tx.all(sql<Row>`SELECT id, coalesce(target_text, name) AS text, cautious, first_write AS first,
				CASE WHEN probe_at IS NULL THEN 0 ELSE 1 END AS down FROM ${table('destination')} WHERE id = ${id}`);
			const { text, cautious, first, down } = row!;
			const at = await now(tx);
			return await judge({
				store,
				tx,
				guard,
				at,
				id,
				where: text,
				cautious: cautious === 1,
				first,
				down: down === 1,
			});
		});
		counted.released += released;
		counted.held.push(...held);
	}
	return counted;
}

async function judge(court: Court): Promise<Counted> {
	const { store, tx, id } = court;
	const waiting = await tx.all(sql<{ kind: HoldKind }>`
		SELECT DISTINCT CASE WHEN removal = 'intended' THEN 'removals' ELSE coalesce(intent, 'missing') END AS kind
		FROM ${store.table('link')} WHERE destination = ${id} AND state = 'intended' AND state NOT IN ('settled', 'gone')`);
	const counted: Counted = { released: 0, held: [] };
	for (const kind of ['removals', 'missing', 'first', 'changes'] as const) {
		if (!waiting.some((row) => row.kind === kind)) continue;
		const { released, held } = await (kind === 'first'
			? judgeFirst(court)
			: kind === 'changes'
				? judgeChanges(court)
				: judgeMany(court, kind));
		counted.released += released;
		counted.held.push(...held);
	}
	await watch(court);
	return counted;
}

/** Removals, and what would be created again: intended, held, and gone within a rolling 24 hours. */
async function judgeMany(court: Court, kind: 'removals' | 'missing'): Promise<Counted> {
	const { guard, cautious, at } = court;
	const waiting = await count(court, sql`state IN ('intended', 'held') AND ${OPEN} AND ${OF_KIND[kind]}`);
	const before =
		kind === 'missing'
			? await count(court, sql`missed_at IS NOT NULL AND missed_at > ${at - DAY}`)
			: (await count(court, sql`sent_at IS NOT NULL AND sent_at > ${at - DAY}`)) +
				// Let pass before, and on its way still.
				(await count(court, sql`removal = 'released' AND hold IS NULL AND ${OPEN}`));
	// Those that stood before the first of them went; what was created again stands.
	const links = (await count(court, LINKED)) + (kind === 'removals' ? before : 0);
	if (!cautious && !exceeds(guard, { removals: waiting + before, links }))
		return { released: await letPass(court, kind), held: [] };
	const reason = reasonForMany(kind, { count: waiting, links, before, cautious });
	return { released: 0, held: [await hold(court, kind, { reason })] };
}

/** The first write: all of it is planned before any of it is held or passes. */
async function judgeFirst(court: Court): Promise<Counted> {
	const { store, tx, id, first, where } = court;
	const passing = async () => {
		await tx.run(sql`UPDATE ${store.table('destination')} SET first_write = 'passed' WHERE id = ${id}`);
		return { released: await letPass(court, 'first'), held: [] };
	};
	if (first === 'passed') return await passing();
	const groups = await tx.all(sql<{ what: 'create' | 'adopt' | 'overwrite'; state: string; count: number }>`
		SELECT intent_what AS what, state, count(*) AS count FROM ${store.table('link')}
		WHERE destination = ${id} AND state IN ('intended', 'held') AND ${OPEN} AND ${OF_KIND.first} GROUP BY intent_what, state`);
	const counts = { create: 0, adopt: 0, overwrite: 0 };
	for (const { what, count } of groups) counts[what] += count;
	const joins = groups.some(({ state }) => state === 'held');
	// What failed and is tried again keeps nothing from being held; but as long as it waits, nothing passes.
	const writes = counts.create + counts.overwrite > 0;
	const unplanned = writes ? sql`${UNPLANNED} AND due_at <= ${court.at} AND attempts = 0` : UNPLANNED;
	if (!joins && (court.down || (await count(court, unplanned)) > 0)) return { released: 0, held: [] };
	// What only ties records to rows that are equal already writes nothing.
	if (!joins && !writes) return await passing();
	return { released: 0, held: [await hold(court, 'first', { reason: reasonForFirst(where, counts) })] };
}

/**
 * Changes, field by field. What has not been planned yet may all be of the same field: until it is planned, only what
 * passes or is held whatever it turns out to be is decided.
 */
async function judgeChanges(court: Court): Promise<Counted> {
	const { store, tx, guard, id } = court;
	const groups = await tx.all(sql<{ what: string; state: string; count: number }>`
		SELECT intent_what AS what, state, count(*) AS count FROM ${store.table('link')}
		WHERE destination = ${id} AND state IN ('intended', 'held') AND ${OPEN} AND ${OF_KIND.changes} GROUP BY intent_what, state`);
	const fields = new Map<string, Losses>();
	for (const { what, count } of groups) {
		for (const [field, how] of Object.entries(JSON.parse(what) as Record<string, string>)) {
			const { lost, emptied } = fields.get(field) ?? { lost: 0, emptied: 0 };
			fields.set(field, { lost: lost + count, emptied: emptied + (how === 'emptied' ? count : 0) });
		}
	}
	const links = await count(court, LINKED);
	const unplanned = await count(
		court,
		sql`(${UNPLANNED} OR state IN ('handed', 'claimed', 'writing')) AND ${CHANGEABLE} AND passed IS NULL`,
	);
	const over = new Set<string>();
	const open = new Set<string>();
	for (const [field, { lost, emptied }] of fields) {
		if (losesTooMuch(guard, { lost, emptied }, links)) over.add(field);
		else if (losesTooMuch(guard, { lost: lost + unplanned, emptied: emptied + unplanned }, links)) open.add(field);
	}
	const passing: string[] = [];
	const held: string[] = [];
	for (const { what } of groups.filter(({ state }) => state === 'intended')) {
		const names = Object.keys(JSON.parse(what) as object);
		if (names.some((field) => over.has(field))) held.push(what);
		else if (!names.some((field) => open.has(field))) passing.push(what);
	}
	let released = 0;
	for (const some of inSets(passing)) released += await letPass(court, 'changes', some);
	if (held.length === 0) return { released, held: [] };
	const told = [...fields].filter(([field]) => over.has(field)).map(([field, losses]) => ({ field, ...losses }));
	const reason = reasonForChanges(told, links);
	let made: Hold | undefined;
	for (const some of inSets(held)) made = await hold(court, 'changes', { reason, which: some });
	return { released, held: made ? [made] : [] };
}

/** Says whether so much is about to be written that changes have to be counted first. */
async function watch(court: Court): Promise<void> {
	const { store, tx, guard, id } = court;
	const about = await count(
		court,
		sql`state NOT IN ('failed', 'unrouted', 'task') AND (state NOT IN ('intended', 'held') OR intent = 'changes') AND ${CHANGEABLE}`,
	);
	// So many links are enough for it to be no matter; a large destination is not counted for a few edits.
	const enough = guard.changes > 0 ? Math.ceil(about / guard.changes) : about;
	const [row] = await tx.all(sql<{ count: number }>`SELECT count(*) AS count FROM
		(SELECT 1 AS one FROM ${store.table('link')} WHERE destination = ${id} AND ${LINKED} LIMIT ${enough}) AS stood`);
	const watched = mayLoseTooMuch(guard, about, row!.count) ? 1 : 0;
	await tx.run(
		sql`UPDATE ${store.table('destination')} SET watched = ${watched} WHERE id = ${id} AND watched <> ${watched}`,
	);
}

/** In the words of the index. */
const OPEN = sql`state NOT IN ('settled', 'gone')`;
const LINKED = sql`counterpart IS NOT NULL AND state <> 'gone'`;
/** Stands in the destination, and is not about to be removed: writing it may change something. */
const CHANGEABLE = sql`counterpart IS NOT NULL AND removal NOT IN ('intended', 'released') AND ${OPEN}`;
/** Due, and nobody knows yet what it is about. */
const UNPLANNED = sql`(state = 'due' AND ${OPEN} AND passed IS NULL)`;

async function count({ store, tx, id }: Court, condition: RawBuilder<unknown>): Promise<number> {
	const [row] = await tx.all(
		sql<{
			count: number;
		}>`SELECT count(*) AS count FROM ${store.table('link')} WHERE destination = ${id} AND ${condition}`,
	);
	return row!.count;
}

function inSets(all: string[]): RawBuilder<unknown>[] {
	const sets: RawBuilder<unknown>[] = [];
	for (let from = 0; from < all.length; from += SETS)
		sets.push(sql`intent_what IN (${sql.join(all.slice(from, from + SETS))})`);
	return sets;
}
