/**
 * Links as a destination node takes them: looked at, claimed for a run, given back.
 */
import { sql, type RawBuilder } from 'kysely';

import { linkName } from '../sync/key';
import type { Claim, ClaimedItem, FirstWrite, Link, Removal } from '../sync/ledger';
import type { Fields } from '../sync/types';
import type { Sql } from '../sql/types';
import { revise } from './destinations';
import { AGAIN } from './moved';
import { big, KEY_AND_PART, lockDestination, lockRun, now, type Store } from './store';

/**
 * Links as a destination node works on them: claimed, written ahead, confirmed or failed. Every step checks that the
 * lease is still the run's own, so that a late answer never speaks for a link that another run has by now.
 */
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
	provisional: string | null;
	removal: Removal;
	removed_at: number | null;
	create_intended: number;
	initial: number;
	match: string | null;
	attempts: number;
	waits_since: number | null;
	changed_at: number;
	/** The mapping's number under which the guard let the write pass. */
	passed: number | null;
	mapping: number;
	paused: number;
	undo: string | null;
}

const LINK_COLUMNS = sql`l.key, l.part, l.state, l.lease, r.version AS record_version, r.present, l.counterpart, l.version, l.revision,
	l.fields, l.told, l.provisional, l.removal, l.removed_at, l.create_intended, l.initial, l.match, l.attempts, l.waits_since, l.passed, d.revision AS mapping, r.changed_at, l.undo, s.paused`;

/** How many keys one statement looks at. */
const LOOKED_AT = 1000;

/** Claims a run's items for one destination. */
export async function claim(
	store: Store,
	destination: number,
	run: number,
	mapping: string,
	items: ClaimedItem[],
	ttl: number,
): Promise<{ revision: number; claims: Claim[]; watched: boolean }> {
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		const at = await now(tx);
		const revision = await revise(store, tx, destination, run, mapping);
		await lockRun(store, tx, run);
		const wanted = tx.dialect.values(
			'w',
			[{ name: 'key', type: 'text' }],
			[...new Set(items.map(({ key }) => key))].map((key) => [key]),
		);
		if (revision !== undefined) await makeParts(store, tx, destination, run, at + ttl, items);
		const rows = await tx.all(sql<LinkRow>`
			SELECT ${LINK_COLUMNS}
			FROM ${wanted} JOIN ${table('link')} l ON l.destination = ${destination} AND l.key = w.key
			JOIN ${table('destination')} d ON d.id = l.destination JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key JOIN ${table('sync')} s ON s.id = d.sync`);
		const about = new Map(items.map((item) => [linkName({ key: item.key, part: item.part ?? '' }), item]));
		const records = new Map(items.map((item) => [item.key, item]));
		const claims = rows.flatMap((row): Claim[] => {
			const mine = row.lease === run && row.state === 'handed';
			const item = about.get(linkName(row)) ?? (mine ? records.get(row.key) : undefined);
			// A part whose own item is in another batch of this run.
			if (!item || (item.beside && (item.part ?? '') !== row.part)) return [];
			if (item.part !== undefined && item.part !== row.part && item.parts?.includes(row.part)) return [];
			const superseded = whyNot(row, run, item.version, revision);
			const idle = superseded !== undefined && item.parts !== undefined && row.lease === null;
			return [{ link: asLink(row), superseded, ...(idle && { idle }) }];
		});
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
		const [guarded] = await tx.all(
			sql<{ watched: number }>`SELECT watched FROM ${table('destination')} WHERE id = ${destination}`,
		);
		return { revision: revision ?? 0, claims, watched: guarded?.watched === 1 };
	});
}

/** Links for the parts that records have now, under the leases of the records' own links. */
async function makeParts(
	store: Store,
	tx: Sql,
	destination: number,
	run: number,
	until: number,
	items: ClaimedItem[],
): Promise<void> {
	const { table } = store;
	const records = new Map(items.flatMap((item) => (item.parts ? [[item.key, item] as const] : [])));
	const rows = [...records.values()].flatMap(({ key, version, parts }) => parts!.map((part) => [key, part, version]));
	const columns = [...KEY_AND_PART, { name: 'version', type: 'integer' }];
	for (let from = 0; from < rows.length; from += LOOKED_AT) {
		const wanted = tx.dialect.values('w', columns, rows.slice(from, from + LOOKED_AT));
		await tx.run(sql`INSERT INTO ${table('link')} (destination, key, part, state, reason, due_at, initial, handed, lease, lease_until)
			SELECT l.destination, l.key, w.part, 'handed', l.reason, l.due_at, l.initial, l.handed, ${big(run)}, ${big(until)}
			FROM ${wanted} JOIN ${table('link')} l ON l.destination = ${destination} AND l.key = w.key AND l.part = ''
			JOIN ${table('destination')} d ON d.id = l.destination JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key
			WHERE l.lease = ${run} AND l.state = 'handed' AND r.version = w.version
			ON CONFLICT DO NOTHING`);
	}
}

/** The links of these keys (a relation `w`), as a node works on them. */
export async function linksOf(
	store: Store,
	tx: Sql,
	destination: number,
	wanted: RawBuilder<unknown>,
	count: number,
): Promise<Link[]> {
	if (count === 0) return [];
	const { table } = store;
	const rows = await tx.all(sql<LinkRow>`
		SELECT ${LINK_COLUMNS} FROM ${wanted} JOIN ${table('link')} l ON l.destination = ${destination} AND l.key = w.key
		JOIN ${table('destination')} d ON d.id = l.destination JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key JOIN ${table('sync')} s ON s.id = d.sync`);
	return rows.map(asLink);
}

/** Links as they are, read only. A target of which nothing is known yet has the links of none. */
export async function look(
	store: Store,
	sync: number,
	node: string,
	target: string,
	keys: string[],
): Promise<{ destination?: number; firstWrite: FirstWrite; links: Link[] }> {
	const { db, table } = store;
	const [row] = await db.all(sql<{
		id: number;
		first: FirstWrite;
	}>`SELECT id, first_write AS first FROM ${table('destination')}
		WHERE sync = ${sync} AND node = ${node} AND (target = ${target} OR (target IS NULL AND state = 'active'))
		ORDER BY CASE WHEN target IS NULL THEN 1 ELSE 0 END LIMIT 1`);
	if (!row) return { firstWrite: 'unknown', links: [] };
	const links: Link[] = [];
	for (let from = 0; from < keys.length; from += LOOKED_AT) {
		const wanted = db.dialect.values(
			'w',
			[{ name: 'key', type: 'text' }],
			keys.slice(from, from + LOOKED_AT).map((key) => [key]),
		);
		const rows = await db.all(sql<LinkRow>`
			SELECT ${LINK_COLUMNS} FROM ${wanted} JOIN ${table('link')} l ON l.destination = ${row.id} AND l.key = w.key
			JOIN ${table('destination')} d ON d.id = l.destination
			JOIN ${table('record')} r ON r.sync = ${sync} AND r.key = l.key JOIN ${table('sync')} s ON s.id = ${sync}`);
		links.push(...rows.map(asLink));
	}
	return { destination: row.id, firstWrite: row.first, links };
}

function whyNot(row: LinkRow, run: number, version: number, revision: number | undefined): string | undefined {
	if (revision === undefined) return 'this item was mapped before the mapping was last changed';
	if (row.lease !== run || row.state !== 'handed') {
		return row.state === 'held' ? 'it is held until a person decides' : 'another run has it by now';
	}
	if (row.paused === 1 && row.undo === null) return 'the sync is paused';
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
		provisional: row.provisional === null ? null : (JSON.parse(row.provisional) as Fields),
		removal: row.removal,
		removedBefore: row.removed_at !== null,
		attempts: row.attempts,
		changedAt: row.changed_at,
		waitsSince: row.waits_since,
		createIntended: row.create_intended === 1,
		initial: row.initial === 1,
		match: row.match === null ? null : (JSON.parse(row.match) as Fields),
		passed: row.passed !== null && row.passed === row.mapping,
		...(row.undo !== null && { undo: JSON.parse(row.undo) as Fields }),
	};
}

/** A node at work: what it has claimed or is still to claim stays its own, and so does its sweep. Never shortens a lease. */
export async function keep(
	store: Store,
	destination: number,
	runs: number[],
	sweeper: string,
	ttl: number,
): Promise<void> {
	const { table } = store;
	await store.db.transaction(async (tx) => {
		const until = (await now(tx)) + ttl;
		await lockDestination(store, tx, destination);
		for (const run of runs) {
			await lockRun(store, tx, run);
			await tx.run(sql`UPDATE ${table('link')} SET lease_until = ${until} WHERE lease = ${run} AND destination = ${destination}
				AND state IN ('handed', 'claimed') AND lease_until < ${until}`);
		}
		await tx.run(sql`UPDATE ${table('destination')} SET sweep_until = ${until}
			WHERE id = ${destination} AND sweep_by = ${sweeper} AND sweep_until < ${until}`);
	});
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

export async function giveBack(
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
