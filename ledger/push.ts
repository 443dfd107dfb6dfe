/**
 * What a source pushes, on its way into the ledger: events in the order of their arrival, in one transaction, which has
 * to be committed before their senders are answered. Needs no observer's token: a push has a number of the ledger's sequence
 * like any observation, so a read that began before it does not undo it.
 */
import { sql } from 'kysely';

import { canonical } from '../sync/canonical';
import { conceal, fingerprint } from '../sync/fingerprint';
import type { PushedRecord, PushResult } from '../sync/ledger';
import { orderingText } from '../sync/ordering';
import type { Fields } from '../sync/types';
import type { Sql, SqlValue } from '../sql/types';
import { spoil } from './blocks';
import { fence, lockDestinations, type Store } from './store';
import { erase, makeDue } from './touched';

const COLUMNS = [
	{ name: 'key', type: 'text' },
	{ name: 'version', type: 'integer' },
	{ name: 'fingerprint', type: 'text' },
	{ name: 'fields', type: 'text' },
	{ name: 'name', type: 'text' },
	{ name: 'present', type: 'integer' },
	{ name: 'ordering', type: 'text' },
	{ name: 'slot', type: 'integer' },
];

interface Known {
	key: string;
	version: number;
	fields: string | null;
	name: string | null;
	present: number;
	ordering: string | null;
}

interface Next extends Known {
	changed: boolean;
	slot: number | null;
}

/**
 * Merges pushed records, each over what the ones before it left. With an observer's token, only while it is the observer
 * still.
 */
export async function push(
	store: Store,
	sync: number,
	tag: string,
	records: PushedRecord[],
	sensitive: string[],
	secret: string,
	token?: number,
): Promise<PushResult> {
	const result: PushResult = { changed: 0, unchanged: 0, older: 0 };
	if (records.length === 0) return result;
	await store.db.transaction(async (tx) => {
		// The order in which everybody takes locks: the sync, its destinations, links, records.
		if (token === undefined) await tx.run(sql`UPDATE ${store.table('sync')} SET id = id WHERE id = ${sync}`);
		else await fence(store, tx, sync, token);
		await lockDestinations(store, tx, sync);
		const began = await store.next(tx);
		const known = await look(store, tx, sync, records);
		const next = new Map<string, Next>();
		for (const record of records) {
			const earlier = next.get(record.key);
			const before = earlier ?? known.get(record.key);
			const ordering = orderingText(record.ordering);
			if (before?.ordering != null && ordering !== null && ordering < before.ordering) {
				result.older++;
				continue;
			}
			const after = merged(before, record, { sensitive, secret, ordering });
			if (!after) continue;
			if (after.changed) result.changed++;
			else result.unchanged++;
			next.set(record.key, { ...after, changed: after.changed || earlier?.changed === true });
		}
		await save(store, tx, { sync, began, tag }, [...next.values()], known);
	});
	return result;
}

/** What is known of these records. */
async function look(store: Store, tx: Sql, sync: number, records: PushedRecord[]): Promise<Map<string, Known>> {
	const rows = await tx.all(sql<Known>`SELECT l.key, l.version, l.fields, l.name, l.present, l.ordering
		FROM ${tx.dialect.values(
			'w',
			COLUMNS.slice(0, 1),
			[...new Set(records.map(({ key }) => key))].map((key) => [key]),
		)} JOIN ${store.table('record')} l ON l.sync = ${sync} AND l.key = w.key`);
	return new Map(rows.map((row) => [row.key, row]));
}

/** What the record is after the event; undefined where nothing is known and nothing is to be. */
function merged(
	before: Known | undefined,
	record: PushedRecord,
	{ sensitive, secret, ordering }: { sensitive: string[]; secret: string; ordering: string | null },
): Next | undefined {
	const version = before?.version ?? 0;
	const kept = ordering ?? before?.ordering ?? null;
	if (record.removed === true) {
		// One that was never seen leaves a trace only where a late event could be told to be older.
		if (!before && ordering === null) return undefined;
		const changed = before?.present === 1;
		return {
			key: record.key,
			version: version + (changed || !before ? 1 : 0),
			fields: before?.fields ?? null,
			name: before?.name ?? null,
			present: 0,
			ordering: kept,
			changed,
			slot: record.slot ?? null,
		};
	}
	const standing =
		before?.present === 1 && before.fields !== null ? (JSON.parse(before.fields) as Fields) : undefined;
	const told = conceal(record.fields, sensitive, secret);
	const fields = canonical(record.carries === 'some fields' && standing ? { ...standing, ...told } : told);
	const changed = record.carries === 'its key' || before?.present !== 1 || before.fields !== fields;
	return {
		key: record.key,
		version: version + (changed ? 1 : 0),
		fields,
		name: record.name ?? before?.name ?? null,
		present: 1,
		ordering: kept,
		changed,
		slot: record.slot ?? null,
	};
}

async function save(
	store: Store,
	tx: Sql,
	{ sync, began, tag }: { sync: number; began: number; tag: string },
	next: Next[],
	known: Map<string, Known>,
): Promise<void> {
	if (next.length === 0) return;
	await tx.run(sql`UPDATE ${store.table('sync')} SET tag = NULL WHERE id = ${sync} AND tag <> ${tag}`);
	const record = store.table('record');
	const rows = next.map(({ key, version, fields, name, present, ordering, slot }): SqlValue[] => [
		key,
		version,
		fingerprint(fields ?? ''),
		fields,
		name,
		present,
		ordering,
		slot,
	]);
	await tx.run(sql`INSERT INTO ${record} AS known (sync, key, version, fingerprint, tag, fields, name, present, touched, ordering, slot, changed_at)
		SELECT ${sync}, w.key, w.version, w.fingerprint, ${tag}, w.fields, w.name, w.present, ${began}, w.ordering, w.slot, ${tx.dialect.now}
		FROM ${tx.dialect.values('w', COLUMNS, rows)} WHERE 1 = 1
		ON CONFLICT (sync, key) DO UPDATE SET
			changed_at = CASE WHEN excluded.version > known.version THEN excluded.changed_at ELSE known.changed_at END,
			version = excluded.version, fingerprint = excluded.fingerprint, tag = excluded.tag, fields = excluded.fields,
			name = excluded.name, present = excluded.present, touched = excluded.touched, ordering = excluded.ordering, slot = coalesce(excluded.slot, known.slot)`);
	await spoil(
		store,
		tx,
		{ sync, began },
		tx.dialect.values(
			'w',
			COLUMNS.slice(0, 1),
			next.map(({ key }) => [key]),
		),
	);
	const changed = next.filter((one) => one.changed);
	if (changed.length === 0) return;
	const wanted = tx.dialect.values(
		'w',
		COLUMNS.slice(0, 1),
		changed.map(({ key }) => [key]),
	);
	await makeDue(store, tx, { sync, began, pushed: true }, wanted);
	await erase(store, tx, { sync, began }, wanted);
	const more = changed.reduce((sum, { key, present }) => sum + present - (known.get(key)?.present ?? 0), 0);
	if (more !== 0) await tx.run(sql`UPDATE ${store.table('sync')} SET records = records + ${more} WHERE id = ${sync}`);
}
