/** One table as destinations use it: its columns, its id, and the statements that all of them share. */
import { sql, type RawBuilder } from 'kysely';

import type { Column, Dialect, Sql, SqlValue } from '../../sql/types';
import { decodeKey, encodeKey } from '../../sync/key';
import { SyncError, type Value } from '../../sync/types';
import { Unfit, type ColumnInfo, type TableInfo } from './column';
import type { Bound, TableDialect } from './dialects';
import { unfit } from './errors';
import type { MarkOf } from './marks';

export class Table {
	private readonly byName: Map<string, ColumnInfo>;
	/** The columns that make up a counterpart's id. */
	readonly id: ColumnInfo[];

	constructor(
		readonly info: TableInfo,
		/** The table's quoted name. */
		readonly name: RawBuilder<unknown>,
		readonly where: string,
		readonly dialect: TableDialect,
		idColumns: readonly string[] | undefined,
	) {
		this.byName = new Map(info.columns.map((column) => [column.name, column]));
		this.id = idColumns?.length
			? idColumns.map((name) => this.column(name))
			: info.columns.filter(({ primary }) => primary > 0).sort((a, b) => a.primary - b.primary);
		if (this.id.length === 0) {
			throw new SyncError('setup', `${capital(where)} has no primary key.`, {
				todo: 'Choose the columns that identify a row, or give the table a primary key.',
			});
		}
		const names = new Set(this.id.map(({ name }) => name));
		if (!info.unique.some((columns) => columns.every((column) => names.has(column)))) {
			throw new SyncError('setup', `Several rows of ${where} may have the same ${[...names].join(', ')}.`, {
				todo: 'Choose columns that identify one row (a primary key or a unique index).',
			});
		}
	}

	column(name: string): ColumnInfo {
		const column = this.byName.get(name);
		if (!column)
			throw new SyncError('setup', `There is no column ${name} in ${this.where}.`, {
				todo: 'Correct the field in the mapping or add the column.',
				field: name,
			});
		return column;
	}

	/** Those of the columns that there are. */
	known(names: readonly string[]): ColumnInfo[] {
		return names.flatMap((name) => this.byName.get(name) ?? []);
	}

	/** The column's spelling of a value. Throws SyncError. */
	spell(column: ColumnInfo, value: Value | undefined): Value {
		if (value === null || value === undefined) return null;
		try {
			return column.spelling.spell(value);
		} catch (error) {
			if (error instanceof Unfit) throw unfit(error, column.name);
			throw error;
		}
	}

	/** A spelled value, ready to be bound. */
	bind(column: ColumnInfo, value: Value): SqlValue {
		return value === null ? null : column.spelling.bind(value);
	}

	/** An id's columns, ready to be bound; undefined for what can be no id of this table. */
	bindId(id: string): SqlValue[] | undefined {
		try {
			return decodeKey(id, this.id.length).map((part, i) =>
				this.bind(this.id[i]!, this.spell(this.id[i]!, part)),
			);
		} catch {
			return undefined;
		}
	}

	/** A range's bound, which was an id once, ready to be bound. */
	bindBound(id: string): SqlValue[] {
		const values = this.bindId(id);
		if (values === undefined)
			throw new SyncError('refused', `The columns that identify a row of ${this.where} have changed.`);
		return values;
	}

	/** The id that the id columns' values make. */
	idOf(values: Value[]): string {
		const id = encodeKey(values);
		if (id === null)
			throw new SyncError(
				'setup',
				`A row of ${this.where} has no ${this.id.map(({ name }) => name).join(', ')}.`,
				{ todo: 'Choose columns that are never empty.' },
			);
		return id;
	}

	/** Bound rows of `(ref, keys…, values…)` and what ties their keys to this table's columns. */
	bound(
		dialect: Dialect,
		keys: readonly ColumnInfo[],
		values: readonly ColumnInfo[],
		rows: readonly SqlValue[][],
	): Bound {
		const columns: Column[] = [
			{ name: 'ref', type: 'integer' },
			...keys.map(({ bound: type }, i) => ({ name: `k${i}`, type })),
			...values.map(({ bound: type }, i) => ({ name: `c${i}`, type })),
		];
		const ties = keys.map((column, i) => this.dialect.equal(column, sql`v.${sql.id(`k${i}`)}`));
		return {
			table: this.name,
			values: dialect.values('v', columns, rows),
			tie: sql`${sql.join(ties, sql` AND `)}`,
		};
	}

	/** Rows found by keys: the reference of the key, the row's id, and the wanted columns. */
	async find(
		database: Sql,
		keys: readonly ColumnInfo[],
		rows: readonly SqlValue[][],
		wanted: readonly ColumnInfo[],
		mark?: MarkOf,
	): Promise<{ ref: number; id: string; values: Value[]; mark?: string }[]> {
		if (rows.length === 0) return [];
		const { table, values, tie } = this.bound(database.dialect, keys, [], rows);
		const listed = [
			...this.id.map(({ name }, i) => sql`t.${sql.id(name)} AS ${sql.id(`i${i}`)}`),
			...wanted.map(({ name }, i) => sql`t.${sql.id(name)} AS ${sql.id(`f${i}`)}`),
			...(mark ? [sql`${mark.shown(mark.value)} AS m`] : []),
		];
		const found = await database.all(
			sql<
				Record<string, Value>
			>`SELECT v.ref AS r, ${sql.join(listed)} FROM ${values} JOIN ${table} AS t ON ${tie}`,
		);
		return found.map((row) => ({
			ref: row['r'] as number,
			id: this.idOf(this.id.map((_, i) => row[`i${i}`]!)),
			values: wanted.map((_, i) => row[`f${i}`]!),
			...(mark && { mark: `${mark.tag}:${row['m'] as string}` }),
		}));
	}
}

/** Groups by a text that `key` makes of each. */
export function grouped<T>(list: readonly T[], key: (one: T) => string): T[][] {
	const groups = new Map<string, T[]>();
	for (const one of list) {
		const name = key(one);
		const group = groups.get(name);
		if (group) group.push(one);
		else groups.set(name, [one]);
	}
	return [...groups.values()];
}

function capital(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
