/** Removals that take too long, so that a person hears of them. */
import { sql } from 'kysely';

import { callLink } from '../sync/parts';
import type { Unconfirmed } from '../sync/ledger';
import { now, type Store } from './store';

interface UnconfirmedRow {
	key: string;
	part: string;
	name: string | null;
	destination: number;
	where: string;
	since: number;
}

/**
 * Removals that are not confirmed though the source said so long ago. Asked in the three ways in which an index finds
 * them: let pass, not counted yet, and intended while a run has the link. What leaves the scope because the mapping
 * changed is nothing that the source said.
 */
export async function unconfirmed(store: Store, sync: number, after: number, limit: number): Promise<Unconfirmed[]> {
	const { db, table } = store;
	const at = await now(db);
	const rows: UnconfirmedRow[] = [];
	for (const which of [
		sql`l.removal = 'released' AND l.state NOT IN ('held', 'task', 'settled', 'gone')`,
		sql`l.state = 'intended' AND l.removal = 'intended' AND l.state NOT IN ('settled', 'gone')`,
		sql`l.lease IS NOT NULL AND l.removal = 'intended' AND l.state IN ('handed', 'claimed', 'writing') AND l.healing IS NULL`,
	]) {
		rows.push(
			...(await db.all(sql<UnconfirmedRow>`
				SELECT l.key, l.part, r.name, d.id AS destination, d.name AS ${sql.id('where')}, ${at} - r.changed_at AS since
				FROM ${table('link')} l JOIN ${table('destination')} d ON d.id = l.destination
				JOIN ${table('record')} r ON r.sync = d.sync AND r.key = l.key
				WHERE d.sync = ${sync} AND d.state = 'active' AND ${which} AND r.changed_at <= ${at - after}
				AND (r.present = 0 OR r.version > coalesce(l.version, 0)) ORDER BY r.changed_at LIMIT ${limit}`)),
		);
	}
	return rows
		.sort((a, b) => b.since - a.since)
		.slice(0, limit)
		.map(({ part, ...row }) => (part === '' ? row : { ...row, name: callLink({ ...row, part }) }));
}
