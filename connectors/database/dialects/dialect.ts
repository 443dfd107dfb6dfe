/** What the Source and Destination of databases need to know of a dialect: one file per dialect implements it. */
import type { RawBuilder } from 'kysely';

import type { DatabaseConfig, DialectName, Sql, SqlValue } from '../../../sql/types';
import type { Value } from '../../../sync/types';
import type { ColumnInfo, TableInfo, TableName } from '../column';

/** A list of bound rows, named `v`, and what ties its columns to the table, named `t`. */
export interface Bound {
	table: RawBuilder<unknown>;
	values: RawBuilder<unknown>;
	/** `t.id = v.k0 AND …` */
	tie: RawBuilder<boolean>;
}

export interface TableDialect {
	/** For people. */
	readonly title: string;
	/** The tables and views there are, the system's own left out. */
	tables(sql: Sql): Promise<TableName[]>;
	/** A table's columns; none when there is no such table. */
	describe(sql: Sql, table: TableName): Promise<TableInfo>;
	/** `t.column = value` by the column's own equality. */
	equal(column: ColumnInfo, value: RawBuilder<unknown>): RawBuilder<boolean>;
	/** Whether a row of `t` stands behind bound values of these columns in the database's own order, or not. */
	order(columns: readonly ColumnInfo[], how: '>' | '<=', values: readonly SqlValue[]): RawBuilder<boolean>;
	/** Inserts the rows; the id columns of each, in their order. */
	create(
		sql: Sql,
		table: RawBuilder<unknown>,
		columns: readonly ColumnInfo[],
		rows: readonly SqlValue[][],
		id: readonly ColumnInfo[],
	): Promise<Value[][]>;
	/** Sets `t`'s columns from the columns of `v`, given as pairs. */
	update(
		bound: Bound,
		set: readonly [column: RawBuilder<unknown>, value: RawBuilder<unknown>][],
	): RawBuilder<unknown>;
	remove(bound: Bound, id: readonly ColumnInfo[]): RawBuilder<unknown>;
	/** Every form in which a key's part, known as text, may stand in a column. */
	keyForms(text: string, column: ColumnInfo | undefined): SqlValue[];
	/** Whether two values of a key column have one key text only if they are the same to the last byte. */
	plainKey(column: ColumnInfo): boolean;
	/** A value that was read, bound again to be compared with its own column. */
	again(value: Exclude<Value, null>): SqlValue;
	/** Where the database is, without who logs in there. */
	place(config: DatabaseConfig, table: TableName): { id: string; text: string };
	/** The table with the schema that is meant where the user names none. */
	qualified(config: DatabaseConfig, table: TableName): TableName;
}

export type TableDialects = Record<DialectName, TableDialect>;
