/** Records found by their keys or names. */
import { sql } from 'kysely';

import type { Page, RecordLine } from '../../sync/look';
import type { Store } from '../store';
import { byKeys, lines, RECORD_COLUMNS, type RecordRow } from './records';

/** Sorts behind every text that begins with what stands before it. */
const LAST = '\u{10FFFF}';

/** Those whose key or name begins with the text: the one of just that key first. */
export async function search(store: Store, sync: number, text: string, limit: number): Promise<RecordLine[]> {
	const { db, table } = store;
	const from = sql`FROM ${table('record')} r WHERE r.sync = ${sync}`;
	const name = sql`lower(r.name) ${store.bytewise}`;
	const queries = [
		sql<RecordRow>`SELECT ${RECORD_COLUMNS} ${from} AND r.key = ${text}`,
		sql<RecordRow>`SELECT ${RECORD_COLUMNS} ${from} AND r.name IS NOT NULL AND ${name} >= lower(${text}) AND ${name} < lower(${text + LAST})
			ORDER BY ${name} LIMIT ${limit}`,
		sql<RecordRow>`SELECT ${RECORD_COLUMNS} ${from} AND r.key > ${text} AND r.key < ${text + LAST} ORDER BY r.key LIMIT ${limit}`,
	];
	const found = new Map<string, RecordRow>();
	for (const query of queries) {
		for (const row of await db.all(query)) if (found.size < limit) found.set(row.key, found.get(row.key) ?? row);
	}
	return await lines(store, sync, [...found.values()]);
}

/** Those with the text anywhere in their names. Looks at so many names; the next page goes on behind the last of them. */
export async function searchWithin(
	store: Store,
	sync: number,
	text: string,
	after: { name: string; key: string } | null,
	limit: number,
	names: number,
): Promise<Page<RecordLine, { name: string; key: string }>> {
	const { db, table } = store;
	const name = sql`lower(r.name) ${store.bytewise}`;
	const behind = after === null ? sql`1 = 1` : sql`${name} >= lower(${after.name})`;
	const looked = sql`SELECT r.key, ${name} AS folded FROM ${table('record')} r
		WHERE r.sync = ${sync} AND r.name IS NOT NULL AND ${behind} ORDER BY ${name} LIMIT ${names}`;
	const wanted = `%${text.replace(/[\\%_]/gu, (special) => `\\${special}`)}%`;
	const hits = await db.all(sql<{ key: string; folded: string }>`SELECT key, folded FROM (${looked}) AS looked
		WHERE folded LIKE lower(${wanted}) ESCAPE '\\' ORDER BY folded LIMIT ${limit + 1}`);
	const page = hits.filter(({ key }) => key !== after?.key).slice(0, limit);
	const rows = await byKeys(
		store,
		sync,
		page.map(({ key }) => key),
	);
	if (hits.length > limit) return { rows, next: { name: page.at(-1)!.folded, key: page.at(-1)!.key } };
	const [end] = await db.all(
		sql<{
			name: string | null;
			count: number;
		}>`SELECT max(folded) AS name, count(*) AS count FROM (${looked}) AS looked`,
	);
	const on = end !== undefined && end.count >= names && end.name !== null && end.name !== after?.name;
	return { rows, next: on ? { name: end.name!, key: '' } : null };
}
