/** What must hold of a ledger at any moment, whatever happened before; and that it always comes to rest. */
import { sql } from 'kysely';

import type { Play } from './play';
import { KEYS } from './steps';

interface Row {
	key: string;
	record_version: number;
	present: number;
	state: string | null;
	version: number | null;
	revision: number | null;
	mapping: number;
	handed: number | null;
	lease_until: number | null;
	counterpart: string | null;
	create_intended: number;
	removal: string;
	hold_open: number;
}

const LEASED = ['handed', 'claimed', 'writing'];

/** The invariants of the ledger's own side, against the model. */
export async function check(play: Play): Promise<void> {
	const { model } = play;
	const rows = await all(play);
	expect(rows.map(({ key }) => key).sort()).toEqual([...model.records.keys()].sort());
	expect(await confirmedByNobody(play)).toEqual([]);
	for (const row of rows) {
		const { key, state, present, version, revision } = row;
		const known = model.records.get(key)!;
		const at = `${key} ${state}`;
		expect([at, row.record_version, present === 1]).toEqual([at, known.version, known.present]);
		expect([at, lost(row)]).toEqual([at, undefined]);
		// What is confirmed is what the last accepted answer said, and nothing older or later.
		expect([at, version, revision]).toEqual([
			at,
			model.confirmed.get(key)?.version ?? null,
			model.confirmed.get(key)?.revision ?? null,
		]);
		if (state === null) continue;
		expect([at, row.counterpart]).toEqual([at, model.counterpartOf(key)]);
		expect([at, LEASED.includes(state)]).toEqual([at, model.leases.has(key)]);
		if (row.removal === 'released') expect([at, model.passed.has(key)]).toEqual([at, true]);
		if (state === 'due' && present === 0 && linked(row))
			expect([at, ['released', 'sent'].includes(row.removal)]).toEqual([at, true]);
	}
}

/** What the destination whose node never answers is taken to hold, and present records that it would never be given. */
async function confirmedByNobody({ store, sync, bystander }: Play): Promise<unknown[]> {
	const { db, table } = store;
	return await db.all(sql`SELECT r.key, l.state FROM ${table('record')} r
		LEFT JOIN ${table('link')} l ON l.destination = ${bystander} AND l.key = r.key
		WHERE r.sync = ${sync} AND ((l.key IS NULL AND r.present = 1) OR l.version IS NOT NULL OR l.counterpart IS NOT NULL
			OR l.state NOT IN ('due', 'handed', 'unrouted', 'settled') OR (l.state = 'settled' AND r.present = 1))`);
}

function linked(row: Row): boolean {
	return row.counterpart !== null || row.create_intended === 1;
}

/** Why nobody would ever look at this record again, if so. */
function lost(row: Row): string | undefined {
	const { state, present } = row;
	switch (state) {
		case null:
			return present ? 'it has no link' : undefined;
		case 'due':
		case 'intended':
			return undefined;
		case 'handed':
		case 'claimed':
		case 'writing':
			return row.lease_until === null ? 'its lease never ends' : undefined;
		case 'held':
			return row.hold_open ? undefined : 'nobody can let it pass';
		case 'failed':
		case 'unrouted':
			if (!present) return state === 'unrouted' && linked(row) ? 'its removal was forgotten' : undefined;
			return row.handed === row.record_version ? undefined : 'a newer version waits for nothing';
		case 'settled':
			if (!present) return linked(row) ? 'its removal was forgotten' : undefined;
			break;
		case 'gone':
			if (!present) return undefined;
	}
	const confirmed = row.version === row.record_version && row.revision === row.mapping;
	return confirmed ? undefined : 'it is taken for confirmed, and is not';
}

/** Lets every lease end and everybody do what is due: all that stands in the source ends confirmed, all else gone. */
export async function comesToRest(play: Play): Promise<void> {
	const { model } = play;
	for (const { run } of [...model.leases.values()]) await play.expire(run);
	// A new version of everything: also of what was given up.
	for (const key of [...KEYS]) await play.step({ do: 'edit', key });
	await play.step({ do: 'drop', key: KEYS[0]! });
	await play.read(play.source, true);
	for (let n = 0; n < 6; n++) {
		await play.count();
		await play.step({ do: 'release' });
		const run = await play.lease(100);
		if (run.keys.length === 0) continue;
		for (const { key, removal, createIntended } of await play.claim(run)) {
			const counterpart = model.counterpartOf(key);
			if (model.records.get(key)!.present) await play.confirm(run, key, counterpart ?? `own ${key}`, 'settled');
			else if (counterpart === null && !createIntended) await play.confirm(run, key, null, 'settled');
			else if (removal === 'released' || removal === 'sent') await play.confirm(run, key, null, 'gone');
			else {
				await play.ledger.intendRemovals(play.destination, run.run, [{ key, part: '' }]);
				model.leases.delete(key);
			}
		}
	}
	await check(play);
	for (const row of await all(play)) {
		const at = `${row.key} ${row.state}`;
		if (row.present) expect([at, row.state]).toEqual([at, 'settled']);
		else expect([at, [null, 'settled', 'gone', 'failed', 'unrouted'].includes(row.state)]).toEqual([at, true]);
	}
}

async function all({ store, destination }: Play): Promise<Row[]> {
	const { db, table } = store;
	return await db.all(sql<Row>`
		SELECT r.key, r.version AS record_version, r.present, l.state, l.version, l.revision, d.revision AS mapping, l.handed, l.lease_until,
			l.counterpart, l.create_intended, l.removal,
			CASE WHEN EXISTS (SELECT 1 FROM ${table('hold')} h WHERE h.id = l.hold AND h.released_at IS NULL) THEN 1 ELSE 0 END AS hold_open
		FROM ${table('record')} r JOIN ${table('destination')} d ON d.id = ${destination}
		LEFT JOIN ${table('link')} l ON l.destination = d.id AND l.key = r.key`);
}
