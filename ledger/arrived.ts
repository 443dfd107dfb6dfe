/** What came for a sync by another process, so that the one that works on it need not wait for its own clock. */
import { sql } from 'kysely';

import type { SyncIdentity } from '../sync/ledger';
import { big, type Store } from './store';

/**
 * Whether something became due, or was hinted at, within the last so many milliseconds: a record with a version that was
 * not handed over yet, or a counterpart that was asked for. What was handed over and comes again does not count: it has its
 * time. Asked every second, so it looks at the newest of the open links alone.
 */
export async function arrived(store: Store, identity: SyncIdentity, within: number): Promise<boolean> {
	const { db, table } = store;
	const { now } = db.dialect;
	const since = sql`${now} - ${big(within)}`;
	const rows = await db.all(sql`SELECT 1 AS one FROM ${table('sync')} s
		WHERE s.instance = ${identity.instance} AND s.workflow = ${identity.workflow} AND s.node = ${identity.node} AND s.paused = 0 AND (
			EXISTS (SELECT 1 FROM ${table('hint')} h WHERE h.sync = s.id AND h.at > ${since})
			OR EXISTS (SELECT 1 FROM ${table('destination')} d JOIN ${table('link')} l ON l.destination = d.id
				JOIN ${table('record')} r ON r.sync = s.id AND r.key = l.key
				WHERE d.sync = s.id AND d.state = 'active' AND (d.probe_at IS NULL OR d.probe_at <= ${now})
				AND l.state IN ('due', 'intended') AND l.state NOT IN ('settled', 'gone')
				AND l.due_at > ${since} AND l.due_at <= ${now}
				AND (l.reason = 'requested' OR (l.reason = 'changed' AND r.version > coalesce(l.handed, 0)))))`);
	return rows.length > 0;
}
