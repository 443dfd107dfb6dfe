/** What is about to be done to a link, written ahead: what the guard has to count, or a write. */
import { sql } from 'kysely';

import { canonical } from '../sync/canonical';
import { linkName } from '../sync/key';
import type { Fields } from '../sync/types';
import { giveBack } from './claim';
import { AGAIN } from './moved';
import { KEY_AND_PART, lockDestination, lockRun, now, type Store } from './store';

/** Removals as intentions: they wait for the guard. Where the record or the mapping has moved on, it is planned anew. */
export async function intendRemovals(
	store: Store,
	destination: number,
	run: number,
	keys: { key: string; part: string }[],
): Promise<void> {
	if (keys.length === 0) return;
	await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		await lockRun(store, tx, run);
		// A record, or a mapping, that moved on while its removal was planned is planned anew.
		const back = sql`(r.present = 1 AND (r.version > l.handed OR d.revision_run > ${run}))`;
		await tx.run(sql`UPDATE ${store.table('link')} AS l SET state = CASE WHEN ${back} THEN 'due' ELSE 'intended' END,
			removal = CASE WHEN ${back} THEN 'none' ELSE 'intended' END, due_at = ${tx.dialect.now}, lease = NULL, lease_until = NULL
			FROM ${tx.dialect.values(
				'w',
				KEY_AND_PART,
				keys.map(({ key, part }) => [key, part]),
			)}, ${store.table('destination')} d, ${store.table('record')} r
			WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND l.lease = ${run} AND l.state = 'claimed'
			AND d.id = l.destination AND r.sync = d.sync AND r.key = l.key`);
	});
}

/** Writes as intentions: they wait for the guard. Where the record or the mapping has moved on, it is planned anew. */
export async function intendWrites(
	store: Store,
	destination: number,
	run: number,
	writes: { key: string; part: string; kind: 'first' | 'changes'; what: string }[],
): Promise<void> {
	if (writes.length === 0) return;
	await store.db.transaction(async (tx) => {
		await lockDestination(store, tx, destination);
		await lockRun(store, tx, run);
		const columns = [...KEY_AND_PART, { name: 'kind', type: 'text' }, { name: 'what', type: 'text' }];
		const rows = writes.map(({ key, part, kind, what }) => [key, part, kind, what]);
		const moved = sql`(r.version > l.handed OR d.revision_run > ${run})`;
		await tx.run(sql`UPDATE ${store.table('link')} AS l SET state = CASE WHEN ${moved} THEN ${AGAIN} ELSE 'intended' END,
			intent = w.kind, intent_what = w.what, due_at = ${tx.dialect.now}, lease = NULL, lease_until = NULL
			FROM ${tx.dialect.values('w', columns, rows)}, ${store.table('destination')} d, ${store.table('record')} r
			WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND l.lease = ${run} AND l.state = 'claimed'
			AND d.id = l.destination AND r.sync = d.sync AND r.key = l.key`);
	});
}

/**
 * Write-ahead: the links that may be written now, each (key, version, revision) taken again from the ledger. Those whose
 * record or mapping has moved on are due again.
 */
export async function intend(
	store: Store,
	destination: number,
	run: number,
	writes: { key: string; part: string; version: number; create: boolean; match: Fields | null }[],
	ttl: number,
): Promise<Set<string>> {
	if (writes.length === 0) return new Set();
	const { table } = store;
	return await store.db.transaction(async (tx) => {
		await lockRun(store, tx, run);
		const at = await now(tx);
		const columns = [
			...KEY_AND_PART,
			{ name: 'version', type: 'integer' },
			{ name: 'creates', type: 'integer' },
			{ name: 'match', type: 'text' },
		];
		const wanted = tx.dialect.values(
			'w',
			columns,
			writes.map(({ key, part, version, create, match }) => [
				key,
				part,
				version,
				create ? 1 : 0,
				match && canonical(match),
			]),
		);
		await tx.run(sql`UPDATE ${table('link')} AS l SET state = 'writing', lease_until = ${at + ttl},
			create_intended = CASE WHEN w.creates = 1 THEN 1 ELSE l.create_intended END,
			match = CASE WHEN w.creates = 1 THEN w.match ELSE l.match END
			FROM ${wanted}, ${table('destination')} d, ${table('record')} r
			WHERE l.destination = ${destination} AND l.key = w.key AND l.part = w.part AND l.lease = ${run} AND l.state IN ('claimed', 'writing') AND l.lease_until >= ${at}
			AND d.id = l.destination AND r.sync = d.sync AND r.key = l.key AND r.version = w.version AND d.revision_run <= ${run}`);
		const asked = writes.map(({ key, part }) => [key, part]);
		await giveBack(store, tx, destination, run, asked, 'claimed');
		const rows = await tx.all(
			sql<{
				key: string;
				part: string;
			}>`SELECT key, part FROM ${table('link')} WHERE lease = ${run} AND destination = ${destination} AND state = 'writing' AND lease_until = ${at + ttl}`,
		);
		return new Set(rows.map(({ key, part }) => linkName({ key, part })));
	});
}
