/**
 * One read of the source on its way into the ledger. Pages are staged beside the ledger: of records that look as they are
 * known only the key and the fingerprint, of others the whole. When the read has ended, the stage and what is known are
 * compared as two sets, and only what differs is written, in small transactions: versions rise, and every active
 * destination's link becomes due in the same transaction, so that no change is ever known but not due.
 *
 * An observation carries the ledger's sequence at which its read began; it changes a key only if no later-begun
 * observation has touched it. Where the source says in which order a record's changes were made, that goes first: what is
 * older there than what is known changes nothing.
 */
import { sql, type RawBuilder } from 'kysely';

import { canonical } from '../sync/canonical';
import { conceal, fingerprint } from '../sync/fingerprint';
import type { Observation, ObservationResult } from '../sync/ledger';
import { orderingText } from '../sync/ordering';
import { blockOf, type KnownBlocks, type ReadBlocks } from '../sync/blocks';
import type { SourceRecord, Weighed } from '../sync/types';
import type { Sql } from '../sql/types';
import * as blocks from './blocks';
import { fence, lockDestinations, type Stage, type Store } from './store';
import { erase, makeDue } from './touched';

/** Keys that one transaction of a merge changes at most. */
const CHUNK = 2000;

const COLUMNS = [
	{ name: 'key', type: 'text' },
	{ name: 'fingerprint', type: 'text' },
	{ name: 'fields', type: 'text' },
	{ name: 'name', type: 'text' },
	{ name: 'removed', type: 'integer' },
	{ name: 'ordering', type: 'text' },
	{ name: 'slot', type: 'integer' },
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

/** A record on its way into the stage, in the order of the columns. */
type Staged = [
	key: string,
	fingerprint: string,
	fields: string,
	name: string | null,
	removed: 0 | 1,
	ordering: string | null,
	slot: number | null,
];

type Finish = Parameters<Observation['finish']>[0];

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
	/** The source says in which order some of what was read has changed. */
	private ordered = false;
	/** The page that is on its way into the stage. */
	private staging: Promise<void> = Promise.resolve();

	constructor(
		private readonly store: Store,
		private readonly stage: Stage,
		private readonly reading: Reading,
	) {}

	async blocks(): Promise<KnownBlocks> {
		const { sync, sensitive } = this.reading;
		return await blocks.knownBlocks(this.store, sync, sensitive);
	}

	/** Answers when the page before this one is staged: hashing one and staging the other go on at the same time. */
	async add(records: SourceRecord[]): Promise<void> {
		if (records.length === 0) return;
		this.read += records.length;
		const { sensitive, secret } = this.reading;
		const rows = records.map((record): Staged => {
			const fields = canonical(sensitive.length > 0 ? conceal(record.fields, sensitive, secret) : record.fields);
			const { key, name, removed, ordering, slot } = record;
			this.ordered ||= ordering !== undefined;
			return [
				key,
				fingerprint(fields),
				fields,
				name ?? null,
				removed ? 1 : 0,
				orderingText(ordering),
				slot ?? null,
			];
		});
		const before = this.staging;
		this.staging = before.then(() => this.put(rows));
		this.staging.catch(() => undefined); // told by whoever asks next: `add`, `finish` or `discard`
		await before;
	}

	/** Stages rows; those that are as the ledger knows them by key and fingerprint alone, which is nearly all of them. */
	private async put(rows: Staged[]): Promise<void> {
		const { sync, tag } = this.reading;
		const { db } = this.store;
		const wanted = db.dialect.values(
			'w',
			COLUMNS.slice(0, 2),
			rows.map(([key, print]) => [key, print]),
		);
		const different = await db.all(sql<{ key: string }>`
			SELECT w.key FROM ${wanted} LEFT JOIN ${this.store.table('record')} r ON r.sync = ${sync} AND r.key = w.key
			WHERE r.key IS NULL OR r.present = 0 OR r.tag <> ${tag} OR r.fingerprint <> w.fingerprint`);
		const whole = new Set(different.map(({ key }) => key));
		// The same key twice with equal fields is one record; with other fields nobody can say which is right. Postgres
		// takes a key once in a statement.
		for (const once of distinct(rows))
			await db.insert(
				sql`${this.stage.table} AS s`,
				COLUMNS,
				once.map((row) =>
					row[4] === 1 || whole.has(row[0]) ? row : [row[0], row[1], null, null, 0, null, row[6]],
				),
				sql`ON CONFLICT (key) DO UPDATE SET repeated =
					CASE WHEN s.repeated = 1 OR s.fingerprint <> excluded.fingerprint OR s.removed <> excluded.removed THEN 1 ELSE 0 END`,
			);
	}

	async weigh(): Promise<Weighed> {
		await this.staging;
		const { db, table } = this.store;
		const [row] =
			await db.all(sql<Weighed>`SELECT (SELECT count(*) FROM ${this.stage.table}) AS keys, count(*) AS known,
				coalesce(sum(CASE WHEN s.key IS NULL THEN 1 ELSE 0 END), 0) AS missing
			FROM ${table('record')} r LEFT JOIN ${this.stage.table} s ON s.key = r.key WHERE r.sync = ${this.reading.sync} AND r.present = 1`);
		return { keys: Number(row!.keys), known: Number(row!.known), missing: Number(row!.missing) };
	}

	async finish(how: Finish): Promise<ObservationResult> {
		await this.staging;
		if (how.token !== undefined) this.reading.token = how.token;
		if (how.complete && how.blocks) await this.openBlocks(how.blocks);
		const { db } = this.store;
		const { sync } = this.reading;
		const stage = this.stage.table;
		const record = this.store.table('record');
		const result: ObservationResult = {
			read: how.blocks?.rows ?? this.read,
			created: 0,
			updated: 0,
			returned: 0,
			vanished: 0,
			unchanged: 0,
			older: 0,
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
		// What was staged by its fingerprint alone was as it is known; if it no longer is, the next read sees it.
		const different = sql`(s.fields IS NOT NULL OR s.removed = 1) AND s.repeated = 0 AND (r.key IS NULL OR (r.touched <= ${this.reading.began} AND (
			(r.present = 1 AND s.removed = 1) OR (s.removed = 0 AND (r.present = 0
				OR CASE WHEN r.tag = ${this.reading.tag} THEN r.fingerprint <> s.fingerprint ELSE r.fields IS NULL OR r.fields <> s.fields END)))))
			AND NOT (r.key IS NULL AND s.removed = 1) AND NOT ${this.older()}`;
		result.older = this.ordered ? await this.countOlder() : 0;
		const left = result.older > 0 ? await this.blocksWith(this.older()) : [];
		await this.inChunks(
			(after) => sql<{
				key: string;
			}>`SELECT s.key FROM ${stage} s LEFT JOIN ${record} r ON r.sync = ${sync} AND r.key = s.key
				WHERE ${after === null ? sql`1 = 1` : sql`s.key > ${after}`} AND ${different} ORDER BY s.key LIMIT ${CHUNK}`,
			async (tx, wanted) => await this.merge(tx, wanted, different, how, result),
		);
		if (how.complete) await this.vanish(how, result);
		if (how.blocks) await this.place();
		await this.close(how, result, left);
		result.unchanged = result.read - result.created - result.updated - result.returned;
		await this.discard();
		return result;
	}

	async discard(): Promise<void> {
		if (this.dropped) return;
		this.dropped = true;
		await this.staging.catch(() => undefined);
		await this.stage.drop();
	}

	/** What is staged is older than what is known, by the source's own order as one and the same reader reads it. */
	private older(): RawBuilder<unknown> {
		return sql`(r.tag IS NOT NULL AND r.tag = ${this.reading.tag} AND s.ordering IS NOT NULL AND r.ordering IS NOT NULL
			AND s.ordering ${this.store.bytewise} < r.ordering ${this.store.bytewise})`;
	}

	private async countOlder(): Promise<number> {
		const { db, table } = this.store;
		// In this order of tables: the stage is the small one of the two, which a planner without figures does not know.
		const [row] = await db.all(sql<{ older: number }>`SELECT count(*) AS older FROM ${this.stage.table} s
			CROSS JOIN ${table('record')} r WHERE r.sync = ${this.reading.sync} AND r.key = s.key
				AND s.ordering IS NOT NULL AND ${this.older()}`);
		return Number(row!.older);
	}

	/** Walks the keys that `page` gives, a chunk a transaction, each under the observer's fence. `work` gets them as a relation `w`. */
	private async inChunks(
		page: (after: string | null) => ReturnType<typeof sql<{ key: string }>>,
		work: (tx: Sql, wanted: RawBuilder<unknown>) => Promise<void>,
	): Promise<void> {
		let after: string | null = null;
		for (;;) {
			const keys: { key: string }[] = await this.store.db.all(page(after));
			if (keys.length === 0) return;
			await this.store.db.transaction(async (tx) => {
				await fence(this.store, tx, this.reading.sync, this.reading.token);
				await lockDestinations(this.store, tx, this.reading.sync);
				await work(
					tx,
					tx.dialect.values(
						'w',
						COLUMNS.slice(0, 1),
						keys.map(({ key }) => [key]),
					),
				);
			});
			if (keys.length < CHUNK) return;
			after = keys[keys.length - 1]!.key;
		}
	}

	private async merge(
		tx: Sql,
		wanted: RawBuilder<unknown>,
		different: ReturnType<typeof sql>,
		how: Finish,
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
			FROM ${wanted} JOIN ${stage} s ON s.key = w.key LEFT JOIN ${record} r ON r.sync = ${sync} AND r.key = s.key
			WHERE ${different}`);
		await tx.run(sql`
			INSERT INTO ${record} AS known (sync, key, version, fingerprint, tag, fields, name, present, slot, touched, ordering, changed_at)
			SELECT ${sync}, s.key, 1, s.fingerprint, ${tag}, s.fields, s.name, 1 - s.removed, s.slot, ${began}, s.ordering, ${now}
			FROM ${wanted} JOIN ${stage} s ON s.key = w.key LEFT JOIN ${record} r ON r.sync = ${sync} AND r.key = s.key
			WHERE ${different}
			ON CONFLICT (sync, key) DO UPDATE SET version = known.version + 1, fingerprint = excluded.fingerprint, tag = excluded.tag,
				fields = CASE WHEN excluded.present = 1 THEN excluded.fields ELSE coalesce(known.fields, excluded.fields) END,
				name = excluded.name, present = excluded.present, slot = coalesce(excluded.slot, known.slot),
				touched = excluded.touched, changed_at = excluded.changed_at,
				ordering = CASE WHEN known.tag = excluded.tag THEN coalesce(excluded.ordering, known.ordering) ELSE excluded.ordering END`);
		if (!how.complete || !how.blocks) await blocks.spoil(this.store, tx, { sync, began }, wanted);
		await makeDue(this.store, tx, { sync, began }, wanted);
		await erase(this.store, tx, { sync, began }, wanted);
		result.created += Number(counts!.created);
		result.returned += Number(counts!.returned);
		result.vanished += Number(counts!.removed);
		result.updated +=
			Number(counts!.all) - Number(counts!.created) - Number(counts!.returned) - Number(counts!.removed);
	}

	/** Records that a complete read no longer held. An empty read removes nothing, unless it is said to mean so. */
	private async vanish(how: Finish, result: ObservationResult): Promise<void> {
		const { sync, began } = this.reading;
		const record = this.store.table('record');
		const stage = this.stage.table;
		const gone = sql`r.sync = ${sync} AND r.present = 1 AND r.touched <= ${began}
			AND NOT EXISTS (SELECT 1 FROM ${stage} s WHERE s.key = r.key)`;
		if (result.read === 0 && how.empty !== true) {
			const known = await this.store.db.all(
				sql`SELECT 1 FROM ${record} r WHERE r.sync = ${sync} AND r.present = 1 LIMIT 1`,
			);
			result.emptied = known.length > 0;
			return;
		}
		const among = how.blocks?.read === undefined ? sql`${record} r` : blocks.beingTaken(this.store, this.reading);
		await this.inChunks(
			(after) =>
				sql<{
					key: string;
				}>`SELECT r.key FROM ${among} WHERE ${after === null ? sql`1 = 1` : sql`r.key > ${after}`} AND ${gone} ORDER BY r.key LIMIT ${CHUNK}`,
			async (tx, wanted) => {
				result.vanished +=
					await tx.run(sql`UPDATE ${record} AS r SET version = version + 1, present = 0, touched = ${began}, changed_at = ${tx.dialect.now}
					FROM ${wanted} WHERE r.key = w.key AND ${gone}`);
				if (!how.blocks) await blocks.spoil(this.store, tx, { sync, began }, wanted);
				await makeDue(this.store, tx, { sync, began }, wanted);
				await erase(this.store, tx, { sync, began }, wanted);
			},
		);
	}

	private async openBlocks(read: ReadBlocks): Promise<void> {
		const { sync, token } = this.reading;
		await this.store.db.transaction(async (tx) => {
			await fence(this.store, tx, sync, token);
			await blocks.open(this.store, tx, this.reading, read);
		});
	}

	/** The blocks of staged records of which something is so. */
	private async blocksWith(so: RawBuilder<unknown>): Promise<number[]> {
		const { sync } = this.reading;
		const rows = await this.store.db.all(sql<{ slot: number }>`SELECT s.slot FROM ${this.stage.table} s
			CROSS JOIN ${this.store.table('record')} r WHERE r.sync = ${sync} AND r.key = s.key AND s.slot IS NOT NULL AND ${so}`);
		return [...new Set(rows.map(({ slot }) => blockOf(slot)))];
	}

	/**
	 * Puts records that were there already into their slots. One that was spoken of since the read began, by somebody who
	 * did not know its slot, could not spoil its block then; that is made up for.
	 */
	private async place(): Promise<void> {
		const { sync, began } = this.reading;
		const record = this.store.table('record');
		const stage = this.stage.table;
		const displaced = sql`r.sync = ${sync} AND s.slot IS NOT NULL AND (r.slot IS NULL OR r.slot <> s.slot)`;
		await this.inChunks(
			(after) => sql<{
				key: string;
			}>`SELECT s.key FROM ${stage} s CROSS JOIN ${record} r
				WHERE r.key = s.key AND ${after === null ? sql`1 = 1` : sql`s.key > ${after}`} AND ${displaced} ORDER BY s.key LIMIT ${CHUNK}`,
			async (tx, wanted) => {
				await tx.run(sql`UPDATE ${record} AS r SET slot = s.slot
					FROM ${wanted} JOIN ${stage} s ON s.key = w.key WHERE r.key = w.key AND ${displaced}`);
				const later = sql`${wanted} JOIN ${record} l ON l.sync = ${sync} AND l.key = w.key AND l.touched > ${began}`;
				await blocks.spoil(this.store, tx, { sync, began: await this.store.next(tx) }, later);
			},
		);
	}

	/**
	 * Blocks save work as long as they are right. Where the source holds more or fewer records than are known, twice by the
	 * same number (once may be a push between), the next read is of everything.
	 */
	private async doubt(tx: Sql, { read, records }: ReadBlocks): Promise<void> {
		if (records === undefined) return;
		const { sync } = this.reading;
		const { table } = this.store;
		if (read === undefined)
			await tx.run(sql`UPDATE ${table('sync')} SET records = (SELECT count(*) FROM ${table('record')} r
				WHERE r.sync = ${sync} AND r.present = 1) WHERE id = ${sync} AND records <> ${records}`);
		await tx.run(sql`UPDATE ${table('sync')} SET astray = ${records} - records,
			marks = CASE WHEN ${read === undefined ? 0 : 1} = 1 AND records <> ${records} AND astray = ${records} - records THEN NULL ELSE marks END
			WHERE id = ${sync} AND (astray <> 0 OR records <> ${records})`);
	}

	/** The read's last transaction: its cursor, its tag, its count, its blocks. */
	private async close(how: Finish, result: ObservationResult, left: number[]): Promise<void> {
		const { sync, token, tag, began } = this.reading;
		const table = this.store.table;
		await this.store.db.transaction(async (tx) => {
			await fence(this.store, tx, sync, token);
			const complete = how.complete && !result.emptied;
			// The tag under which every present record is known; null where some may have another one.
			const [known] = await tx.all(
				sql<{ tag: string | null }>`SELECT tag FROM ${table('sync')} WHERE id = ${sync}`,
			);
			const same = known!.tag === tag;
			await tx.run(sql`UPDATE ${table('sync')} SET
				tag = ${same || complete ? tag : null}, records = records + ${result.created + result.returned - result.vanished},
				complete_read_at = ${complete ? tx.dialect.now : sql`complete_read_at`}
				WHERE id = ${sync}`);
			if (how.cursor !== undefined)
				await tx.run(sql`UPDATE ${table('sync')} SET cursor = ${canonical(how.cursor)} WHERE id = ${sync}`);
			// Where a key came twice, nobody knows which of its rows a block stands for.
			if (complete && how.blocks && result.duplicates.count === 0) {
				const unclean = new Set([...how.blocks.unclean, ...left]);
				await blocks.close(this.store, tx, this.reading, { ...how.blocks, unclean });
				await this.doubt(tx, how.blocks);
			}
			if (complete && !same)
				await tx.run(
					sql`UPDATE ${table('record')} SET tag = ${tag} WHERE sync = ${sync} AND present = 1 AND tag <> ${tag} AND touched <= ${began}`,
				);
		});
	}
}

/** The rows in as many lists as the most frequent key needs, in none of which a key comes twice; nearly always one. */
function distinct(rows: Staged[]): Staged[][] {
	const lists: Staged[][] = [];
	const times = new Map<string, number>();
	for (const row of rows) {
		const before = times.get(row[0]) ?? 0;
		times.set(row[0], before + 1);
		(lists[before] ??= []).push(row);
	}
	return lists;
}
