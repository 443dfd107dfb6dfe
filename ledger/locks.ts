/** What became of the locks that destinations hold. */
import { sql } from 'kysely';

import type { Ledger, LockKept } from '../sync/ledger';
import type { Fields } from '../sync/types';
import type { Sql } from '../sql/types';
import type { Store } from './store';

/** The lock of one destination. */
export async function lockOf(store: Store, tx: Sql, destination: number): Promise<LockKept | null> {
	const [row] = await tx.all(
		sql<{ locked: string | null }>`SELECT locked FROM ${store.table('destination')} WHERE id = ${destination}`,
	);
	return row?.locked == null ? null : (JSON.parse(row.locked) as LockKept);
}

export async function setLock(store: Store, destination: number, lock: LockKept | null): Promise<void> {
	const text = lock && JSON.stringify(lock);
	await store.db.run(sql`UPDATE ${store.table('destination')} SET locked = ${text} WHERE id = ${destination}`);
}

interface Row {
	id: number;
	node: string;
	name: string;
	target: string | null;
	target_text: string | null;
	state: string;
	locked: string;
}

/** All locks of a sync, retired destinations' too. */
export async function locks(store: Store, sync: number): Promise<Awaited<ReturnType<Ledger['locks']>>> {
	const rows = await store.db.all(sql<Row>`SELECT id, node, name, target, target_text, state, locked
		FROM ${store.table('destination')} WHERE sync = ${sync} AND locked IS NOT NULL ORDER BY id`);
	return rows.map(({ id, node, name, target, target_text, state, locked }) => ({
		destination: id,
		node,
		name,
		target,
		where: target_text ?? name,
		retired: state !== 'active',
		lock: JSON.parse(locked) as LockKept,
	}));
}

/** The next counterparts that were confirmed once, in the order of their keys. */
export async function linkedPage(
	store: Store,
	destination: number,
	after: { key: string; part: string } | null,
	limit: number,
): Promise<Awaited<ReturnType<Ledger['linkedPage']>>> {
	const from = after && sql`AND (key > ${after.key} OR (key = ${after.key} AND part > ${after.part}))`;
	const rows = await store.db.all(sql<{ key: string; part: string; counterpart: string; fields: string }>`
		SELECT key, part, counterpart, fields FROM ${store.table('link')}
		WHERE destination = ${destination} ${from ?? sql``} AND counterpart IS NOT NULL AND fields IS NOT NULL
		ORDER BY key, part LIMIT ${limit}`);
	return rows.map(({ fields, ...row }) => ({ ...row, fields: Object.keys(JSON.parse(fields) as Fields) }));
}
