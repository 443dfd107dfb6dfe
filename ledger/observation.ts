/**
 * One read of the source on its way into the ledger. Pages are staged beside the ledger; when the read has ended, the
 * stage and what is known are compared as two sets, and only what differs is written, in small transactions by key
 * range: versions rise, and every active destination's link becomes due in the same transaction, so that no change is
 * ever known but not due.
 *
 * An observation carries the ledger's sequence at which its read began; it changes a key only if no later-begun
 * observation has touched it.
 */
import { sql } from 'kysely';

import { canonical } from '../sync/canonical';
import { conceal, fingerprint } from '../sync/fingerprint';
import type { Observation, ObservationResult } from '../sync/ledger';
import type { Cursor, SourceRecord } from '../sync/types';
import type { Sql, SqlValue } from '../sql/types';
import { fence, type Stage, type Store } from './store';

/** Keys that one transaction of a merge changes at most. */
const CHUNK = 2000;

const COLUMNS = [
	{ name: 'key', type: 'text' },
	{ name: 'fingerprint', type: 'text' },
	{ name: 'fields', type: 'text' },
	{ name: 'name', type: 'text' },
	{ name: 'removed', type: 'integer' },
];

/** Opens an observation for the sync's present observer. */
export async function observe(
	store: Store,
	sync: number,
	token: number,
	tag: string,
	sensitive: string[],
	secret: string,
): Promise<Observation> {
	const began = await store.db.transaction(async (tx) => {
		await fence(store, tx, sync, token);
		return await store.next(tx);
	});
	const stage = await store.stage(began);
	return new StagedObservation(store, stage, { sync, token, tag, began, sensitive, secret });
}

interface Reading {
	sync: number;
	token: number;
	tag: string;
	began: number;
	sensitive: string[];
	secret: string;
}

class StagedObservation implements Observation {
	private read = 0;
	private dropped = false;

	constructor(
		private readonly store: Store,
		private readonly stage: Stage,
		private readonly reading: Reading,
	) {}

	async add(records: SourceRecord[]): Promise<void> {
		if (records.length === 0) return;
		this.read += records.length;
		const { sensitive, secret } = this.reading;
		const rows: SqlValue[][] = records.map((record) => {
			const fields = canonical(sensitive.length > 0 ? conceal(record.fields, sensitive, secret) : record.fields);
			return [record.key, fingerprint(fields), fields, record.name ?? null, record.removed ? 1 : 0];
		});
		// The same key twice with equal fields is one record; with other fields nobody can say which is right.
		await this.store.db.insert(
			sql`${this.stage.table} AS s`,
			COLUMNS,
			rows,
			sql`ON CONFLICT (key) DO UPDATE SET repeated =
				CASE WHEN s.repeated = 1 OR s.fingerprint <> excluded.fingerprint OR s.removed <> excluded.removed THEN 1 ELSE 0 END`,
		);
	}

	async finish(how: { complete: boolean; cursor?: Cursor }): Promise<ObservationResult> {
		const { db } = this.store;
		const { sync } = this.reading;
		const stage = this.stage.table;
		const record = this.store.table('record');
		const result: ObservationResult = {
			read: this.read,
			created: 0,
			updated: 0,
			returned: 0,
			vanished: 0,
			unchanged: 0,
			duplicates: { count: 0, sample: [] },
			emptied: false,
		};
		const repeated = await db.all(
			sql<{ key: string }>`SELECT key FROM ${stage} WHERE repeated = 1 ORDER BY key LIMIT 20`,
		);
		if (repeated.length > 0) {
			const [row] = await db.all(
				sql<{ count: number }>`SELECT count(*) AS count FROM ${stage} WHERE repeated = 1`,
			);
			result.duplicates = { count: row!.count, sample: repeated.map(({ key }) => key) };
		}
		const different = sql`s.repeated = 0 AND (r.key IS NULL OR (r.touched <= ${this.reading.began} AND (
			(r.present = 1 AND s.removed = 1) OR (s.removed = 0 AND (r.present = 0
				OR CASE WHEN r.tag = ${this.reading.tag} THEN r.fingerprint <> s.fingerprint ELSE r.fields IS NULL OR r.fields <> s.fields END)))))
			AND NOT (r.key IS NULL AND s.removed = 1)`;
		await this.inRanges(
			(after) => sql<{
				key: string;
			}>`SELECT s.key FROM ${stage} s LEFT JOIN ${record} r ON r.sync = ${sync} AND r.key = s.key
				WHERE ${after === null ? sql`1 = 1` : sql`s.key > ${after}`} AND ${different} ORDER BY s.key LIMIT ${CHUNK}`,
			async (tx, from, to) => await this.merge(tx, from, to, different, result),
		);
		if (how.complete) await this.vanish(result);
		await this.close(how, result);
		result.unchanged = this.read - result.created - result.updated - result.returned;
		await this.discard();
		return result;
	}

	async discard(): Promise<void> {
		if (this.dropped) return;
		this.dropped = true;
		await this.stage.drop();
	}

	/** Walks the keys that `page` gives, a chunk a transaction, each under the observer's fence. */
	private async inRanges(
		page: (after: string | null) => ReturnType<typeof sql<{ key: string }>>,
		work: (tx: Sql, from: string, to: string) => Promise<void>,
	): Promise<void> {
		let after: string | null = null;
		for (;;) {
			const keys: { key: string }[] = await this.store.db.all(page(after));
			if (keys.length === 0) return;
			const from = keys[0]!.key;
			const to = keys[keys.length - 1]!.key;
			await this.store.db.transaction(async (tx) => {
				await fence(this.store, tx, this.reading.sync, this.reading.token);
				await work(tx, from, to);
			});
			if (keys.length < CHUNK) return;
			after = to;
		}
	}

	private async merge(
		tx: Sql,
		from: string,
		to: string,
		different: ReturnType<typeof sql>,
		result: ObservationResult,
	): Promise<void> {
		const { sync, tag, began } = this.reading;
		const now = tx.dialect.now;
		const record = this.store.table('record');
		const stage = this.stage.table;
		// Counted before it is written: afterwards new, returned and changed look alike.
		const [counts] = await tx.all(sql<{ created: number; returned: number; removed: number; all: number }>`
			SELECT count(*) AS "all", coalesce(sum(CASE WHEN r.key IS NULL THEN 1 ELSE 0 END), 0) AS created,
				coalesce(sum(CASE WHEN r.present = 0 AND s.removed = 0 THEN 1 ELSE 0 END), 0) AS returned,
				coalesce(sum(CASE WHEN s.removed = 1 THEN 1 ELSE 0 END), 0) AS removed
			FROM ${stage} s LEFT JOIN ${record} r ON r.sync = ${sync} AND r.key = s.key
			WHERE s.key >= ${from} AND s.key <= ${to} AND ${different}`);
		await tx.run(sql`
			INSERT INTO ${record} AS known (sync, key, version, fingerprint, tag, fields, name, present, touched, changed_at)
			SELECT ${sync}, s.key, 1, s.fingerprint, ${tag}, s.fields, s.name, 1 - s.removed, ${began}, ${now}
			FROM ${stage} s LEFT JOIN ${record} r ON r.sync = ${sync} AND r.key = s.key
			WHERE s.key >= ${from} AND s.key <= ${to} AND ${different}
			ON CONFLICT (sync, key) DO UPDATE SET version = known.version + 1, fingerprint = excluded.fingerprint, tag = excluded.tag,
				fields = CASE WHEN excluded.present = 1 THEN excluded.fields ELSE coalesce(known.fields, excluded.fields) END,
				name = excluded.name, present = excluded.present, touched = excluded.touched, changed_at = excluded.changed_at`);
		await this.makeDue(tx, from, to);
		result.created += Number(counts!.created);
		result.returned += Number(counts!.returned);
		result.vanished += Number(counts!.removed);
		result.updated +=
			Number(counts!.all) - Number(counts!.created) - Number(counts!.returned) - Number(counts!.removed);
	}

	/** Records that a complete read no longer held. An empty read removes nothing. */
	private async vanish(result: ObservationResult): Promise<void> {
		const { sync, began } = this.reading;
		const record = this.store.table('record');
		const stage = this.stage.table;
		const gone = sql`r.sync = ${sync} AND r.present = 1 AND r.touched <= ${began}
			AND NOT EXISTS (SELECT 1 FROM ${stage} s WHERE s.key = r.key)`;
		if (this.read === 0) {
			const known = await this.store.db.all(
				sql`SELECT 1 FROM ${record} r WHERE r.sync = ${sync} AND r.present = 1 LIMIT 1`,
			);
			result.emptied = known.length > 0;
			return;
		}
		await this.inRanges(
			(after) =>
				sql<{
					key: string;
				}>`SELECT r.key FROM ${record} r WHERE ${after === null ? sql`1 = 1` : sql`r.key > ${after}`} AND ${gone} ORDER BY r.key LIMIT ${CHUNK}`,
			async (tx, from, to) => {
				result.vanished +=
					await tx.run(sql`UPDATE ${record} AS r SET version = version + 1, present = 0, touched = ${began}, changed_at = ${tx.dialect.now}
					WHERE r.key >= ${from} AND r.key <= ${to} AND ${gone}`);
				await this.makeDue(tx, from, to);
			},
		);
	}

	/** Every active destination's links of the records that this observation touched between two keys. */
	private async makeDue(tx: Sql, from: string, to: string): Promise<void> {
		const { sync, began } = this.reading;
		const link = this.store.table('link');
		const record = this.store.table('record');
		const destination = this.store.table('destination');
		const now = tx.dialect.now;
		await tx.run(sql`
			INSERT INTO ${link} (destination, key, part, state, reason, due_at, initial)
			SELECT d.id, r.key, '', 'due', 'changed', ${now}, CASE WHEN s.complete_read_at IS NULL THEN 1 ELSE 0 END
			FROM ${record} r JOIN ${this.store.table('sync')} s ON s.id = r.sync JOIN ${destination} d ON d.sync = r.sync AND d.state = 'active'
			WHERE r.sync = ${sync} AND r.key >= ${from} AND r.key <= ${to} AND r.touched = ${began} AND r.present = 1
				AND NOT EXISTS (SELECT 1 FROM ${link} l WHERE l.destination = d.id AND l.key = r.key)`);
		// A link that a run holds keeps its lease: the run's confirmation sees that the record has moved on.
		await tx.run(sql`
			UPDATE ${link} AS l SET
				state = CASE WHEN l.state IN ('handed', 'claimed', 'writing') THEN l.state
					WHEN r.present = 1 THEN 'due'
					WHEN l.state = 'gone' THEN 'gone'
					WHEN l.counterpart IS NOT NULL OR l.create_intended = 1 THEN 'intended' ELSE 'settled' END,
				removal = CASE WHEN r.present = 1 THEN CASE WHEN l.removal = 'sent' THEN 'sent' ELSE 'none' END
					WHEN l.state <> 'gone' AND (l.counterpart IS NOT NULL OR l.create_intended = 1) THEN 'intended' ELSE l.removal END,
				hold = CASE WHEN r.present = 1 THEN NULL ELSE l.hold END,
				reason = 'changed', attempts = 0, error = NULL, due_at = ${now}
			FROM ${record} r JOIN ${destination} d ON d.sync = r.sync AND d.state = 'active'
			WHERE l.destination = d.id AND l.key = r.key AND r.sync = ${sync} AND r.key >= ${from} AND r.key <= ${to} AND r.touched = ${began}`);
	}

	/** The read's last transaction: its cursor, its tag, its count. */
	private async close(how: { complete: boolean; cursor?: Cursor }, result: ObservationResult): Promise<void> {
		const { sync, token, tag, began } = this.reading;
		const table = this.store.table;
		await this.store.db.transaction(async (tx) => {
			await fence(this.store, tx, sync, token);
			const complete = how.complete && !result.emptied;
			await tx.run(sql`UPDATE ${table('sync')} SET
				tag = ${tag}, records = records + ${result.created + result.returned - result.vanished},
				complete_read_at = ${complete ? tx.dialect.now : sql`complete_read_at`}
				WHERE id = ${sync}`);
			if (how.cursor !== undefined)
				await tx.run(sql`UPDATE ${table('sync')} SET cursor = ${canonical(how.cursor)} WHERE id = ${sync}`);
			if (complete)
				await tx.run(
					sql`UPDATE ${table('record')} SET tag = ${tag} WHERE sync = ${sync} AND present = 1 AND tag <> ${tag} AND touched <= ${began}`,
				);
		});
	}
}
