/** Counterparts: kept from a test run, and who shares one. */
import { sql } from 'kysely';

import type { Sharer } from '../sync/ledger';
import type { Store } from './store';

/**
 * A counterpart found or made in a test run; nothing is confirmed. A record that the ledger has not seen yet gets a stub,
 * which the next observation fills: it is due then, and finds its counterpart.
 */
export async function keepCounterpart(
	store: Store,
	destination: number,
	key: string,
	part: string,
	counterpart: string,
): Promise<void> {
	const { table } = store;
	await store.db.transaction(async (tx) => {
		await tx.run(sql`INSERT INTO ${table('record')} (sync, key, version, fingerprint, tag, present, touched, changed_at)
			SELECT d.sync, ${key}, 0, '', '', 1, 0, ${tx.dialect.now} FROM ${table('destination')} d WHERE d.id = ${destination}
			ON CONFLICT DO NOTHING`);
		await tx.run(sql`INSERT INTO ${table('link')} (destination, key, part, state, reason, due_at)
			VALUES (${destination}, ${key}, ${part}, 'settled', 'changed', ${tx.dialect.now}) ON CONFLICT DO NOTHING`);
		await tx.run(sql`UPDATE ${table('link')} SET counterpart = ${counterpart}
			WHERE destination = ${destination} AND key = ${key} AND part = ${part} AND counterpart IS NULL
			AND NOT EXISTS (SELECT 1 FROM ${table('link')} o WHERE o.destination = ${destination} AND o.counterpart = ${counterpart})`);
	});
}

/**
 * Who has a batch's counterparts already: another key of this destination, or another destination (of this sync or
 * another) that writes to the same target, with the fields that it owns.
 */
export async function sharers(store: Store, destination: number, counterparts: string[]): Promise<Sharer[]> {
	if (counterparts.length === 0) return [];
	const { db, table } = store;
	const places = await db.all(sql<{ id: number; of: number; owned: string | null; sync: string; workflow: string }>`
		SELECT o.id, s.id AS "of", o.owned, s.name AS sync, s.workflow FROM ${table('destination')} d
		JOIN ${table('destination')} o ON o.id = d.id OR (o.target = d.target AND o.state = 'active')
		JOIN ${table('sync')} s ON s.id = o.sync WHERE d.id = ${destination}`);
	const found: Sharer[] = [];
	for (const place of places) {
		const rows = await db.all(sql<{ counterpart: string; key: string; part: string; present: number }>`
			SELECT l.counterpart, l.key, l.part, coalesce(r.present, 1) AS present FROM ${db.dialect.values(
				'w',
				[{ name: 'counterpart', type: 'text' }],
				counterparts.map((one) => [one]),
			)}
			JOIN ${table('link')} l ON l.destination = ${place.id} AND l.counterpart = w.counterpart
			LEFT JOIN ${table('record')} r ON r.sync = ${place.of} AND r.key = l.key WHERE l.state <> 'gone' OR l.destination = ${destination}`);
		const owned = place.owned === null ? [] : (JSON.parse(place.owned) as string[]);
		for (const { present, ...row } of rows)
			found.push({
				...row,
				vanished: present === 0,
				destination: place.id,
				sync: place.sync,
				workflow: place.workflow,
				owned,
			});
	}
	return found;
}

/** How many ids one statement looks at. */
const LOOKED_AT = 5000;

/** How many counterparts stand by the ledger, and how many of these are among them. */
export async function linked(
	store: Store,
	destination: number,
	ids: string[],
): Promise<{ all: number; found: number }> {
	const { db, table } = store;
	const standing = sql`l.destination = ${destination} AND l.counterpart IS NOT NULL AND (l.state <> 'gone' OR l.removal <> 'sent')`;
	const [row] = await db.all(
		sql<{ all: number }>`SELECT count(*) AS "all" FROM ${table('link')} l WHERE ${standing}`,
	);
	let found = 0;
	for (let from = 0; from < ids.length; from += LOOKED_AT) {
		const wanted = db.dialect.values(
			'w',
			[{ name: 'counterpart', type: 'text' }],
			ids.slice(from, from + LOOKED_AT).map((id) => [id]),
		);
		const [among] = await db.all(sql<{ count: number }>`
			SELECT count(*) AS count FROM ${wanted} JOIN ${table('link')} l ON l.counterpart = w.counterpart WHERE ${standing}`);
		found += Number(among!.count);
	}
	return { all: Number(row!.all), found };
}
