/** Members of groups, put aside beside the ledger until everything has been read: see `sync/groups.ts`. */
import { sql } from 'kysely';

import { canonical } from '../sync/canonical';
import { fingerprint } from '../sync/fingerprint';
import type { Gathering, Member } from '../sync/groups';
import { SyncError, type Fields } from '../sync/types';
import type { SqlValue } from '../sql/types';
import type { Stage, Store } from './store';

/** Members that are read at once. */
const PAGE = 1000;
/** Between a group and a member's key; in both it is doubled, so that no two are the same text. */
const BETWEEN = '\u0001';

/** A stage of its own. In it, a row's key is its group and its key, and its ordering is its group. */
export async function gather(store: Store): Promise<Gathering> {
	const number = await store.db.transaction(async (tx) => await store.next(tx));
	return new Gathered(store, await store.stage(number));
}

class Gathered implements Gathering {
	constructor(
		private readonly store: Store,
		private readonly stage: Stage,
	) {}

	async add(members: Member[]): Promise<void> {
		if (members.length === 0) return;
		const columns = ['key', 'fingerprint', 'fields', 'name', 'removed', 'ordering'].map((name) => ({
			name,
			type: name === 'removed' ? 'integer' : 'text',
		}));
		const rows = new Map<string, SqlValue[]>();
		for (const { group, key, fields, name } of members) {
			const text = canonical({ key, fields });
			const print = fingerprint(text);
			const at = `${doubled(group)}${BETWEEN}${doubled(key)}`;
			const before = rows.get(at);
			if (before && before[1] !== print) throw cameTwice(group);
			rows.set(at, [at, print, text, name ?? null, 0, group]);
		}
		await this.store.db.insert(
			sql`${this.stage.table} AS s`,
			columns,
			[...rows.values()],
			sql`ON CONFLICT (key) DO UPDATE SET repeated = CASE WHEN s.repeated = 1 OR s.fingerprint <> excluded.fingerprint THEN 1 ELSE 0 END`,
		);
	}

	async *inGroups(): AsyncIterable<Member> {
		const { db } = this.store;
		const [twice] = await db.all(
			sql<{ ordering: string }>`SELECT ordering FROM ${this.stage.table} WHERE repeated = 1 LIMIT 1`,
		);
		if (twice) throw cameTwice(twice.ordering);
		for (let after = ''; ;) {
			const rows = await db.all(sql<{ key: string; fields: string; name: string | null; ordering: string }>`
				SELECT key, fields, name, ordering FROM ${this.stage.table} WHERE key > ${after} ORDER BY key LIMIT ${PAGE}`);
			for (const { fields: text, name, ordering: group } of rows) {
				const { key, fields } = JSON.parse(text) as { key: string; fields: Fields };
				yield { group, key, fields, ...(name !== null && { name }) };
			}
			if (rows.length < PAGE) return;
			after = rows.at(-1)!.key;
		}
	}

	async close(): Promise<void> {
		await this.stage.drop();
	}
}

function cameTwice(group: string): SyncError {
	return new SyncError('refused', `A key came twice with different fields, in the group ${group}.`, {
		todo: 'Choose key columns that tell the records apart.',
	});
}

function doubled(text: string): string {
	return text.replaceAll(BETWEEN, BETWEEN + BETWEEN);
}
