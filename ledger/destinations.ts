/** Destinations: a node, what it writes to, and the number of its mapping. */
import { sql, type RawBuilder } from 'kysely';

import type { DestinationRow, DestinationSeen, FirstWrite } from '../sync/ledger';
import { lockOf } from './locks';
import { SyncError } from '../sync/types';
import type { Sql } from '../sql/types';
import { AGAIN, DROPPED, MOVED_HOLD, MOVED_REMOVAL, MOVED_STATE } from './moved';
import { now, type Store } from './store';

interface Row {
	id: number;
	sync: number;
	node: string;
	target: string | null;
	mapping: string | null;
	revision: number;
	revision_run: number;
}

const COLUMNS = sql`id, sync, node, target, mapping, revision, revision_run`;

/**
 * Brings the ledger's destinations in line with those that stand behind the trigger now. A node seen for the first time
 * gets every present record due; one that is no longer there is retired: never due, never swept, its links kept.
 */
export async function destinationsSeen(
	store: Store,
	sync: number,
	seen: DestinationSeen[],
	sweepEvery: number | null,
): Promise<void> {
	const { table } = store;
	await store.db.transaction(async (tx) => {
		const at = await now(tx);
		await tx.run(sql`UPDATE ${table('sync')} SET sweep_every = ${sweepEvery} WHERE id = ${sync}`);
		const known = await tx.all(sql<{ id: number; node: string; state: string; seen: number }>`
			SELECT id, node, state, seen FROM ${table('destination')} WHERE sync = ${sync} ORDER BY id`);
		for (const { node, name } of seen) {
			const rows = known.filter((row) => row.node === node);
			const active = rows.find((row) => row.state === 'active') ?? rows[rows.length - 1];
			if (!active) await add(store, tx, { sync, node, name, at });
			else {
				await tx.run(sql`UPDATE ${table('destination')} SET name = ${name} WHERE id = ${active.id}`);
				if (active.state !== 'active') await revive(store, tx, active.id, sync, at);
			}
		}
		for (const row of known) {
			// One that only ever registered itself by running stands where the trigger cannot see: in a sub-workflow.
			if (row.state === 'active' && row.seen === 1 && !seen.some(({ node }) => node === row.node))
				await retire(store, tx, row.id);
		}
		for (const { node } of seen) {
			await tx.run(
				sql`UPDATE ${table('destination')} SET seen = 1 WHERE sync = ${sync} AND node = ${node} AND seen = 0`,
			);
		}
		await tx.run(sql`UPDATE ${table('destination')} SET sweep_due_at = ${sweepEvery === null ? sql`NULL` : nextSweep(sql`coalesce(swept_at, created_at)`, sql`${sweepEvery}`)}
			WHERE sync = ${sync} AND state = 'active' AND sweep_key IS NULL AND sweep_range IS NULL AND (check_at IS NULL OR checked_at IS NOT NULL)`);
		for (const { node, mappings, way, settings } of seen) {
			if (mappings) await flowOf(store, tx, sync, node, mappings);
			if (way !== undefined) await wayOf(store, tx, sync, node, way);
			if (settings !== undefined) await settingsOf(store, tx, sync, node, settings);
		}
	});
}

/**
 * The destination for this node and target. A node that the trigger saw but that never ran takes the target; another
 * target than before starts a new, empty destination, and the old one retires. Where the target is not known (the node
 * is not set up, or its credential is gone), the node's present destination stands in.
 */
export async function destination(
	store: Store,
	sync: number,
	node: string,
	name: string,
	target?: { id: string; text: string },
): Promise<DestinationRow> {
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		const at = await now(tx);
		// One at a time, and none while an observation makes links due: see `fence`.
		await tx.run(sql`UPDATE ${table('sync')} SET id = id WHERE id = ${sync}`);
		const [known] = await tx.all(
			sql<{
				epoch: number;
				source: string | null;
			}>`SELECT epoch, source FROM ${table('sync')} WHERE id = ${sync}`,
		);
		if (!known) {
			throw new SyncError('setup', 'The ledger of this n8n does not know the sync that these items come from.', {
				todo: 'Let its trigger run once here; items of another n8n or of an older ledger cannot be written.',
			});
		}
		if (target && known.source === target.id) {
			throw new SyncError('setup', `The source of this sync is the same: ${target.text}.`, {
				todo: 'Choose another table; a source is never written to.',
			});
		}
		const rows = await tx.all(sql<Row & { state: string }>`SELECT ${COLUMNS}, state
			FROM ${table('destination')} WHERE sync = ${sync} AND node = ${node}`);
		let row = target
			? (rows.find((candidate) => candidate.target === target.id) ??
				rows.find((candidate) => candidate.target === null))
			: rows.find((candidate) => candidate.state === 'active');
		const former = target && row?.target !== target.id ? await formerOf(store, tx, sync, target.id) : undefined;
		if (former) {
			// The same table behind another node: a node that was deleted and made anew, or a sync that was taken over.
			for (const old of rows) if (old.state === 'active') await retire(store, tx, old.id);
			await tx.run(sql`UPDATE ${table('destination')} SET node = ${node} WHERE id = ${former.id}`);
			row = { ...former, node };
		}
		if (!row) {
			for (const old of rows) if (old.state === 'active') await retire(store, tx, old.id);
			const id = await add(store, tx, { sync, node, name, at, target });
			row = {
				id,
				sync,
				node,
				target: target?.id ?? null,
				mapping: null,
				revision: 0,
				revision_run: 0,
				state: 'active',
			};
		} else if (target) {
			for (const old of rows) if (old.state === 'active' && old.id !== row.id) await retire(store, tx, old.id);
			await tx.run(
				sql`UPDATE ${table('destination')} SET name = ${name}, target = ${target.id}, target_text = ${target.text} WHERE id = ${row.id}`,
			);
			if (row.state !== 'active') await revive(store, tx, row.id, sync, at);
		}
		const locked = await lockOf(store, tx, row.id);
		const [{ first_write: firstWrite, owned }] = (await tx.all(
			sql<{
				first_write: FirstWrite;
				owned: string | null;
			}>`SELECT first_write, owned FROM ${table('destination')} WHERE id = ${row.id}`,
		)) as [{ first_write: FirstWrite; owned: string | null }];
		return {
			id: row.id,
			sync,
			node,
			epoch: known.epoch,
			revision: row.revision,
			locked,
			firstWrite,
			owned: owned === null ? [] : (JSON.parse(owned) as string[]),
		};
	});
}

/** A retired destination of this sync with that target, whose node stands nowhere behind the trigger any more. */
async function formerOf(
	store: Store,
	tx: Sql,
	sync: number,
	target: string,
): Promise<(Row & { state: string }) | undefined> {
	const { table } = store;
	const [former] = await tx.all(sql<Row & { state: string }>`
		SELECT d.id, d.sync, d.node, d.target, d.mapping, d.revision, d.revision_run, d.state FROM ${table('destination')} d
		WHERE d.sync = ${sync} AND d.target = ${target} AND d.state = 'retired'
		AND NOT EXISTS (SELECT 1 FROM ${table('destination')} o WHERE o.sync = d.sync AND o.node = d.node AND o.state = 'active')
		ORDER BY d.id DESC LIMIT 1`);
	return former;
}

/** The mappings on the way to a destination, as the trigger sees them: others than it saw before are a new revision. */
async function flowOf(store: Store, tx: Sql, sync: number, node: string, mappings: string[]): Promise<void> {
	const { table } = store;
	const flow = JSON.stringify([...mappings].sort());
	const rows = await tx.all(sql<Row & { flow: string | null }>`
		SELECT ${COLUMNS}, flow FROM ${table('destination')}
		WHERE sync = ${sync} AND node = ${node} AND state = 'active' AND (flow IS NULL OR flow <> ${flow})`);
	for (const row of rows) {
		await tx.run(sql`UPDATE ${table('destination')} SET flow = ${flow} WHERE id = ${row.id}`);
		if (mappings.length > 0 && row.mapping !== flow) await begin(store, tx, row, await store.next(tx), flow);
	}
}

/** What stands between the trigger and a destination: where it is edited, what never arrived by it may arrive now. */
async function wayOf(store: Store, tx: Sql, sync: number, node: string, way: string): Promise<void> {
	const { table } = store;
	const rows = await tx.all(sql<{ id: number; way: string | null }>`SELECT id, way FROM ${table('destination')}
		WHERE sync = ${sync} AND node = ${node} AND state = 'active' AND (way IS NULL OR way <> ${way})`);
	for (const { id, way: before } of rows) {
		await tx.run(sql`UPDATE ${table('destination')} SET way = ${way} WHERE id = ${id}`);
		if (before === null) continue;
		await tx.run(sql`UPDATE ${table('destination')} SET way_run = ${await store.next(tx)} WHERE id = ${id}`);
		await tx.run(sql`UPDATE ${table('link')} AS l SET state = ${AGAIN}, reason = 'requested', attempts = 0, error = NULL, due_at = ${tx.dialect.now}
			FROM ${table('record')} r WHERE l.destination = ${id} AND r.sync = ${sync} AND r.key = l.key
			AND ((l.state = 'unrouted' AND r.present = 1) OR (l.state = 'failed' AND l.error = ${DROPPED}))`);
	}
}

/**
 * How a destination node is set up. Only the node itself can say whether another table, account or address is another
 * place: once it has been edited, a check is asked for, whose item reaches it though nothing changes in the source.
 */
async function settingsOf(store: Store, tx: Sql, sync: number, node: string, settings: string): Promise<void> {
	const { table } = store;
	const mine = sql`sync = ${sync} AND node = ${node} AND state = 'active'`;
	await tx.run(sql`UPDATE ${table('destination')} SET check_at = ${tx.dialect.now}, checked_at = NULL, sweep_due_at = ${tx.dialect.now}
		WHERE ${mine} AND settings <> ${settings} AND target IS NOT NULL`);
	await tx.run(
		sql`UPDATE ${table('destination')} SET settings = ${settings} WHERE ${mine} AND (settings IS NULL OR settings <> ${settings})`,
	);
}

/**
 * The revision of the mapping that a run brings. A fingerprint that is not among the present ones is a new revision, and
 * all links are due with it; but a run that was handed out before the present revision came is older, and gets undefined.
 */
export async function revise(
	store: Store,
	tx: Sql,
	id: number,
	run: number,
	mapping: string,
): Promise<number | undefined> {
	const { table } = store;
	const read = async () => {
		const [row] = await tx.all(sql<Row>`SELECT ${COLUMNS} FROM ${table('destination')} WHERE id = ${id}`);
		return row;
	};
	const present = (row: Row) => row.mapping !== null && (JSON.parse(row.mapping) as string[]).includes(mapping);
	let row = await read();
	if (!row) return undefined;
	if (!present(row)) {
		// Two runs may bring a mapping at once: one of them begins the revision.
		await tx.run(sql`UPDATE ${table('destination')} SET id = id WHERE id = ${id}`);
		row = (await read())!;
	}
	if (present(row)) return row.revision;
	if (run < row.revision_run) return undefined;
	return await begin(store, tx, row, run, JSON.stringify([mapping]));
}

/** The links that a revision makes due again, of records that stand in the source. */
const REMAPPED = sql`state IN ('settled', 'failed', 'unrouted', 'gone', 'held', 'task', 'intended', 'waiting')`;

/** How many links a mapping would make due again. */
export async function remapped(store: Store, id: number, mapping: string): Promise<number> {
	const { db, table } = store;
	const [row] = await db.all(
		sql<{
			mapping: string | null;
			sync: number;
		}>`SELECT mapping, sync FROM ${table('destination')} WHERE id = ${id}`,
	);
	if (row?.mapping == null || (JSON.parse(row.mapping) as string[]).includes(mapping)) return 0;
	const [counted] = await db.all(sql<{ count: number }>`SELECT count(*) AS count FROM ${table('link')}
		WHERE destination = ${id} AND ${REMAPPED}
		AND key IN (SELECT r.key FROM ${table('record')} r WHERE r.sync = ${row.sync} AND r.present = 1)`);
	return Number(counted!.count);
}

/** Begins a revision: what is confirmed under the former one is due again, what it held is planned anew. */
async function begin(store: Store, tx: Sql, row: Row, run: number, mapping: string): Promise<number> {
	const { table } = store;
	const { id } = row;
	const revision = row.revision + 1;
	await tx.run(
		sql`UPDATE ${table('destination')} SET mapping = ${mapping}, revision = ${revision}, revision_run = ${run} WHERE id = ${id}`,
	);
	if (row.mapping !== null) {
		// What a changed mapping does is counted from its first batch on.
		await tx.run(sql`UPDATE ${table('destination')} SET watched = 1 WHERE id = ${id}`);
		await tx.run(sql`UPDATE ${table('link')} SET state = 'due', reason = 'remapped', attempts = 0, hold = NULL, error = NULL,
			due_at = ${tx.dialect.now}, removal = CASE WHEN removal = 'sent' THEN 'sent' ELSE 'none' END
			WHERE destination = ${id} AND ${REMAPPED}
			AND key IN (SELECT r.key FROM ${table('record')} r WHERE r.sync = ${row.sync} AND r.present = 1)`);
	}
	return revision;
}

async function add(
	store: Store,
	tx: Sql,
	row: { sync: number; node: string; name: string; at: number; target?: { id: string; text: string } },
): Promise<number> {
	const { table } = store;
	const id = await store.next(tx);
	await tx.run(sql`INSERT INTO ${table('destination')} (id, sync, node, name, target, target_text, state, created_at, cautious)
		SELECT ${id}, s.id, ${row.node}, ${row.name}, ${row.target?.id ?? null}, ${row.target?.text ?? null}, 'active', ${row.at}, s.cautious
		FROM ${table('sync')} s WHERE s.id = ${row.sync}`);
	await makeAllDue(store, tx, id, row.sync, row.at);
	return id;
}

async function revive(store: Store, tx: Sql, id: number, sync: number, at: number): Promise<void> {
	const { table } = store;
	await tx.run(sql`UPDATE ${table('destination')} SET state = 'active' WHERE id = ${id}`);
	await makeAllDue(store, tx, id, sync, at);
	// What moved on while the destination was retired. A removal has to be counted by the guard like any other.
	await tx.run(sql`UPDATE ${table('link')} AS l SET state = ${MOVED_STATE}, removal = ${MOVED_REMOVAL}, hold = ${MOVED_HOLD},
		reason = 'changed', attempts = 0, passed = NULL, due_at = ${at}
		FROM ${table('record')} r WHERE l.destination = ${id} AND r.sync = ${sync} AND r.key = l.key AND coalesce(l.version, 0) <> r.version`);
}

async function retire(store: Store, tx: Sql, id: number): Promise<void> {
	await tx.run(sql`UPDATE ${store.table('destination')} SET state = 'retired', sweep_due_at = NULL,
		check_at = CASE WHEN checked_at IS NULL THEN NULL ELSE check_at END WHERE id = ${id}`);
}

async function makeAllDue(store: Store, tx: Sql, id: number, sync: number, at: number): Promise<void> {
	const { table } = store;
	await tx.run(sql`INSERT INTO ${table('link')} (destination, key, part, state, reason, due_at, initial)
		SELECT ${id}, r.key, '', 'due', 'changed', ${at}, 1 FROM ${table('record')} r WHERE r.sync = ${sync} AND r.present = 1
		AND NOT EXISTS (SELECT 1 FROM ${table('link')} l WHERE l.destination = ${id} AND l.key = r.key)`);
}

/** When the sweep after one that began `since` is due: a tenth early, so that it does not miss the tick at which it is wanted. */
export function nextSweep(since: RawBuilder<unknown>, every: RawBuilder<unknown>): RawBuilder<unknown> {
	return sql`${since} + CAST(${every} AS BIGINT) * 9 / 10`;
}

/** Says that the destination as a whole cannot be worked with, or can again. */
export async function setDown(store: Store, id: number, text: string | null, probeIn: number): Promise<void> {
	const { db, table } = store;
	await db.run(sql`UPDATE ${table('destination')} SET down_text = ${text},
		probe_at = ${text === null ? sql`NULL` : sql`${db.dialect.now} + ${probeIn}`},
		down_since = ${text === null ? sql`NULL` : sql`coalesce(down_since, ${db.dialect.now})`} WHERE id = ${id}`);
}

/** Destinations that could not be worked with when they were last tried. */
export async function down(store: Store, sync: number): Promise<{ name: string; text: string }[]> {
	const { db, table } = store;
	return await db.all(sql<{ name: string; text: string }>`SELECT name, down_text AS text FROM ${table('destination')}
		WHERE sync = ${sync} AND state = 'active' AND down_text IS NOT NULL ORDER BY id`);
}

/** Says which fields the destination's mapping owns. */
export async function owns(store: Store, id: number, fields: string[]): Promise<void> {
	const { db, table } = store;
	const owned = JSON.stringify([...fields].sort());
	await db.run(
		sql`UPDATE ${table('destination')} SET owned = ${owned} WHERE id = ${id} AND (owned IS NULL OR owned <> ${owned})`,
	);
}

/**
 * Says whether a destination was found empty; how it stands with its first write now. Only the first to look counts: when
 * the second one looks, the first may have written there.
 */
export async function foundEmpty(store: Store, id: number, empty: boolean): Promise<FirstWrite> {
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		await tx.run(
			sql`UPDATE ${table('destination')} SET first_write = ${empty ? 'passed' : 'waits'} WHERE id = ${id} AND first_write = 'unknown'`,
		);
		const [row] = await tx.all(
			sql<{ first: FirstWrite }>`SELECT first_write AS first FROM ${table('destination')} WHERE id = ${id}`,
		);
		return row!.first;
	});
}
