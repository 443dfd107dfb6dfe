/** What a lock needs to know of a dialect: one file per dialect implements it. `docs/locks.md` has it in words. */
import type { RawBuilder } from 'kysely';

import type { Compile } from '../../../sql/compile';
import type { DialectName, Sql, SqlError } from '../../../sql/types';
import type { SyncError } from '../../../sync/types';
import type { ColumnInfo, TableName } from '../column';

/** A lock on one table, as the statements need it. */
export interface LockPlan {
	/** Of all that is made; each dialect adds its endings. */
	name: string;
	at: TableName;
	/** The table's quoted name. */
	table: RawBuilder<unknown>;
	/** The columns that identify a row; in the table of linked rows they are `id1`, `id2`, … */
	id: readonly ColumnInfo[];
	/** The columns that the source may own. */
	columns: readonly ColumnInfo[];
	message: string;
	/** SHA-256 of the key, in hex. */
	hash: string;
	/** Stands in a comment of what is made, so that a lock that is no longer as wanted is recognised. */
	mark: string;
	/** Whether this user owns the table. */
	owner: boolean;
}

/** What stands of a lock. */
export interface Standing {
	/** The comments that were found. */
	marks: string[];
	/** How many of its triggers are in force. */
	parts: number;
	/** The table of linked rows is there. */
	rows: boolean;
}

export interface Looked {
	owner: boolean;
	/** Why it cannot be locked, where that is known beforehand. */
	obstacle?: SyncError;
	/** What to do about a refusal that comes when it is tried. */
	todo: (error: SqlError) => string;
}

export interface LockDialect {
	readonly compile: Compile;
	/** How many triggers it has. */
	readonly parts: number;
	/** Whether a half-made lock is rolled back by itself. */
	readonly transactional: boolean;
	/** Who asks: whether the table is theirs, and what keeps them from locking it. */
	look(sql: Sql, at: TableName, name: string): Promise<Looked>;
	standing(sql: Sql, plan: Pick<LockPlan, 'at' | 'name'>): Promise<Standing>;
	/** Makes the table of linked rows: their ids, and `fields`, the JSON list of the columns that are owned of each. */
	rows(plan: LockPlan): RawBuilder<unknown>[];
	/** Makes what refuses. */
	guard(plan: LockPlan): RawBuilder<unknown>[];
	/** Removes what refuses; harmless where it is not there. */
	unguard(plan: Pick<LockPlan, 'at' | 'name'>): RawBuilder<unknown>[];
	/** Removes the rest; harmless where it is not there. */
	unrow(plan: Pick<LockPlan, 'at' | 'name'>): RawBuilder<unknown>[];
	/** The table of linked rows, quoted. */
	rowsOf(plan: Pick<LockPlan, 'at' | 'name'>): RawBuilder<unknown>;
	/** What follows INSERT when a row is known already: its `fields` are taken. */
	known(ids: readonly string[]): RawBuilder<unknown>;
	/** At the beginning and at the end of a transaction that may pass. */
	open(plan: Pick<LockPlan, 'at' | 'name'>, key: string): RawBuilder<unknown>;
	shut(plan: Pick<LockPlan, 'at' | 'name'>): RawBuilder<unknown>;
}

export type LockDialects = Record<DialectName, LockDialect>;
