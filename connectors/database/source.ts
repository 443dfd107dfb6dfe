/** A database's table, or the rows of a SELECT, as a source. Reads only: the session itself refuses to write. */
import { createHash } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';

import { SqlError, type Database, type DatabaseConfig, type SqlValue } from '../../sql/types';
import { encodeKey, decodeKey } from '../../sync/key';
import { blockOf, type KnownBlocks, type ReadBlocks } from '../../sync/blocks';
import {
	SyncError,
	type Cursor,
	type Fields,
	type RecordPage,
	type Source,
	type SourceRecord,
	type Value,
} from '../../sync/types';
import type { TableName } from './column';
import { Connection } from './connection';
import { tableDialects, type TableDialect } from './dialects';
import { told } from './errors';
import { before, isFollowCursor } from './follow';
import { layoutOf, type Layout } from './layout';
import { subquery } from './query';
import { foldsOf, markingOf, takeSlot, toRead, type Marking } from './blocks';
import { pieces } from './dialects/common';

export interface DatabaseSourceOptions {
	database: DatabaseConfig;
	/** What to read: a table or view, or a SELECT of the user's. */
	from: { table: TableName } | { query: string };
	/** The columns that identify a record; default the table's primary key. */
	key?: string[];
	/** Only these columns; default all. */
	fields?: string[];
	/** A column that rises with every change. Without it every read is of everything. */
	follow?: { column: string; /** How far each read goes back: seconds, or numbers of an id. */ overlap: number };
	/** A column that marks a record as removed: anything but empty, false or 0. */
	removedColumn?: string;
	/** A column that rises with every change of a record: what is older than what is known has no effect. */
	orderingColumn?: string;
	/** The column that holds what a person would call the record. */
	nameField?: string;
	pageSize?: number;
}

/** Milliseconds between two signs of life while a database works on one long statement. */
const ALIVE = 2000;

/** How many keys are fetched by one statement. */
const FETCHED = 500;

export class DatabaseSource implements Source {
	readonly tag: string;
	readonly place: string | undefined;
	private readonly connection: Connection;
	private readonly dialect: TableDialect;
	private readonly where: string;
	private layout: Promise<Layout> | undefined;

	/** Connects when it is first asked something. Throws SyncError `setup` for a query that is none. */
	constructor(private readonly options: DatabaseSourceOptions) {
		const { database, from, key, fields, orderingColumn } = options;
		this.dialect = tableDialects[database.dialect];
		if ('query' in from) subquery(from.query, database.dialect);
		const table = 'table' in from ? this.dialect.qualified(database, from.table) : undefined;
		this.place = table && this.dialect.place(database, table).id;
		this.where = table ? this.dialect.place(database, table).text : `the query in ${this.dialect.title}`;
		const read = JSON.stringify([
			'database 1',
			database.dialect,
			table ?? from,
			key ?? null,
			fields ?? null,
			...(orderingColumn === undefined ? [] : [orderingColumn]),
		]);
		this.tag = createHash('sha256').update(read).digest('base64url').slice(0, 22);
		this.connection = new Connection(database, { readOnly: true, values: 'exact' });
	}

	async *read(since?: Cursor, signal?: AbortSignal, known?: KnownBlocks): AsyncIterable<RecordPage> {
		try {
			yield* this.pages(since, signal, known);
		} catch (error) {
			if (signal?.aborted) throw error;
			throw told(error, this.where);
		}
	}

	async fetch(keys: string[]): Promise<SourceRecord[]> {
		try {
			const layout = await this.known();
			const database = await this.connection.get();
			const records: SourceRecord[] = [];
			for (const piece of pieces([...new Set(keys)], FETCHED))
				records.push(...(await this.fetchPiece(database, layout, piece)));
			return records;
		} catch (error) {
			throw told(error, this.where);
		}
	}

	close(): Promise<void> {
		return this.connection.close();
	}

	private async *pages(
		since: Cursor | undefined,
		signal: AbortSignal | undefined,
		known: KnownBlocks | undefined,
	): AsyncIterable<RecordPage> {
		const layout = await this.known();
		const database = await this.connection.get();
		const { follow } = this.options;
		const start = follow && isFollowCursor(since) ? since : undefined;
		// Taken before the read's own snapshot: what comes in between is read again next time.
		const greatest = follow ? await this.greatest(database, layout.from, follow.column) : undefined;
		const cursor: Cursor | undefined = greatest === undefined ? start : { value: greatest };
		const last = {
			records: [],
			unkeyed: 0,
			complete: start === undefined,
			...(cursor !== undefined && { cursor }),
		};
		const marking = known && this.marking(database, layout);
		if (known && marking && start === undefined) {
			const blocks = yield* this.blockd(database, layout, marking, known, signal);
			if (blocks) {
				yield { ...last, blocks };
				return;
			}
		}
		const condition =
			start && follow
				? // A row that was never changed may have no value yet; nothing else would find it.
					sql`t.${sql.id(follow.column)} >= ${this.dialect.again(before(start.value, follow.overlap))} OR t.${sql.id(follow.column)} IS NULL`
				: undefined;
		for await (const rows of database.stream(select(layout, marking, condition), this.pageSize, signal))
			yield this.page(rows, layout, marking);
		yield last;
	}

	/** What differs from what is known, by the table's blocks. Undefined, and nothing read, where the database cannot fold them. */
	private async *blockd(
		database: Database,
		layout: Layout,
		marking: Marking,
		known: KnownBlocks,
		signal: AbortSignal | undefined,
	): AsyncGenerator<RecordPage, ReadBlocks | undefined> {
		const snapshot = await database.snapshot(signal);
		try {
			const folding = foldsOf(snapshot, layout.from, marking, known);
			yield* signsOfLife(folding);
			const folds = await folding.catch((error: unknown) => {
				// A function that it lacks or forbids, too little time or room for one long statement: rows can be read all the
				// same, or reading them says what is wrong.
				if (error instanceof SqlError && error.kind !== 'unreachable') return undefined;
				throw error;
			});
			if (!folds) return undefined;
			const { blocks, condition, nothing } = await toRead(known, marking, folds);
			const unclean = new Set<number>();
			let unkeyed = 0;
			if (!nothing) {
				for await (const rows of snapshot.stream(select(layout, marking, condition), this.pageSize)) {
					const page = this.page(rows, layout, marking, unclean);
					unkeyed += page.unkeyed;
					yield page;
				}
			}
			// All rows without a key are among those that were read: their blocks are unclean.
			const rows = blocks.rows - unkeyed;
			const { key, removedColumn } = this.options;
			return { ...blocks, unclean, rows, ...(!key && removedColumn === undefined && { records: rows }) };
		} finally {
			await snapshot.close();
		}
	}

	/** Rows as records; the blocks of those that have no key are `unclean`. */
	private page(
		rows: Fields[],
		{ key }: Layout,
		marking: Marking | undefined,
		unclean = new Set<number>(),
	): RecordPage {
		const records: SourceRecord[] = [];
		for (const row of rows) {
			const { slot, fields } = marking ? takeSlot(row, marking) : { slot: undefined, fields: row };
			const record = this.recordOf(fields, key);
			if (!record) {
				if (slot !== undefined) unclean.add(blockOf(slot));
				continue;
			}
			if (slot !== undefined) record.slot = slot;
			records.push(record);
		}
		return { records, unkeyed: rows.length - records.length, complete: false };
	}

	private marking({ dialect }: Database, layout: Layout): Marking | undefined {
		const { removedColumn = null, nameField = null } = this.options;
		return markingOf(dialect, this.dialect, layout, [this.tag, removedColumn, nameField]);
	}

	private get pageSize(): number {
		return this.options.pageSize ?? 1000;
	}

	/** The greatest value of a column; one that lies ahead of the clock does not count, or the next read would skip all between. */
	private async greatest(
		database: Database,
		from: RawBuilder<unknown>,
		column: string,
	): Promise<string | number | undefined> {
		const name = sql.id(column);
		const [row] = await database.all(sql<{ value: Value }>`SELECT max(t.${name}) AS value FROM ${from} AS t`);
		let value = row?.value ?? undefined;
		const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
		if (
			typeof value === 'string' &&
			/^(\d{4}-\d\d-\d\d[T ]|infinity)/.test(value) &&
			(value === 'infinity' || value.replace(' ', 'T') > tomorrow)
		) {
			const limit = this.dialect.again(value.includes(' ') ? tomorrow.replace('T', ' ') : tomorrow);
			const [past] = await database.all(
				sql<{ value: Value }>`SELECT max(t.${name}) AS value FROM ${from} AS t WHERE t.${name} <= ${limit}`,
			);
			value = past?.value ?? undefined;
		}
		return typeof value === 'string' || typeof value === 'number' ? value : undefined;
	}

	private recordOf(row: Fields, key: readonly string[]): SourceRecord | undefined {
		const { removedColumn, nameField, orderingColumn } = this.options;
		const encoded = encodeKey(key.map((column) => this.valueOf(row, column)));
		if (encoded === null) return undefined;
		const record: SourceRecord = { key: encoded, fields: row };
		const name = nameField === undefined ? undefined : row[nameField];
		if (name !== undefined && name !== null && name !== '')
			record.name = typeof name === 'object' ? JSON.stringify(name) : String(name);
		if (removedColumn !== undefined && marksRemoved(this.valueOf(row, removedColumn))) record.removed = true;
		if (orderingColumn !== undefined) record.ordering = this.valueOf(row, orderingColumn);
		return record;
	}

	private valueOf(row: Fields, column: string): Value {
		if (!Object.hasOwn(row, column))
			throw new SyncError('setup', `There is no column ${column} in ${this.where}.`, {
				todo: 'Choose another column.',
				field: column,
			});
		return row[column]!;
	}

	private async fetchPiece(database: Database, layout: Layout, keys: string[]): Promise<SourceRecord[]> {
		const { key, columns } = layout;
		const marking = this.marking(database, layout);
		const wanted = new Set(keys);
		const conditions = keys.flatMap((one) => {
			const parts = partsOf(one, key.length);
			if (!parts) return [];
			return [
				sql`(${sql.join(
					key.map((column, i) => oneOf(column, this.dialect.keyForms(parts[i]!, columns.get(column)))),
					sql` AND `,
				)})`,
			];
		});
		if (conditions.length === 0) return [];
		let rows: Fields[];
		try {
			rows = await database.all(select(layout, marking, sql`${sql.join(conditions, sql` OR `)}`));
		} catch (error) {
			// A key that the column's type cannot hold (it had another type once) is nobody's; the others are still to be found.
			if (!(error instanceof SqlError) || error.kind !== 'wrong type') throw error;
			if (keys.length === 1) return [];
			const middle = keys.length >> 1;
			return [
				...(await this.fetchPiece(database, layout, keys.slice(0, middle))),
				...(await this.fetchPiece(database, layout, keys.slice(middle))),
			];
		}
		// A database may find more by its own equality (case, text for a number): only the keys themselves count.
		return this.page(rows, layout, marking).records.filter((record) => wanted.has(record.key));
	}

	private known(): Promise<Layout> {
		this.layout ??= layoutOf(this.options, this.dialect, this.where, () => this.connection.get()).catch(
			(error: unknown) => {
				this.layout = undefined;
				throw error;
			},
		);
		return this.layout;
	}
}

function select({ from, listed }: Layout, marking: Marking | undefined, condition: RawBuilder<unknown> | undefined) {
	const slot = marking ? sql`, ${marking.slot} AS ${sql.id(marking.column)}` : sql``;
	return sql<Fields>`SELECT ${listed}${slot} FROM ${from} AS t ${condition ? sql`WHERE ${condition}` : sql``}`;
}

/** Empty pages until `work` has ended. */
async function* signsOfLife(work: Promise<unknown>): AsyncGenerator<RecordPage> {
	const ended = work.then(
		() => true,
		() => true,
	);
	for (;;) {
		let timer: NodeJS.Timeout | undefined;
		const waited = new Promise<boolean>((resolve) => {
			timer = setTimeout(() => resolve(false), ALIVE);
		});
		const over = await Promise.race([ended, waited]).finally(() => clearTimeout(timer));
		if (over) return;
		yield { records: [], unkeyed: 0, complete: false };
	}
}

/** A key's parts; undefined for a key of another shape. */
function partsOf(key: string, count: number): string[] | undefined {
	try {
		return decodeKey(key, count);
	} catch {
		return undefined;
	}
}

function oneOf(column: string, forms: SqlValue[]): RawBuilder<unknown> {
	return forms.length === 1
		? sql`t.${sql.id(column)} = ${forms[0]}`
		: sql`t.${sql.id(column)} IN (${sql.join(forms)})`;
}

/** Empty, false, 0 and their texts mean that the record is there; anything else (a time, a yes) that it is removed. */
function marksRemoved(value: Value): boolean {
	if (value === null || value === false || value === 0) return false;
	return typeof value !== 'string' || !['', '0', 'f', 'false', 'n', 'no'].includes(value.trim().toLowerCase());
}
