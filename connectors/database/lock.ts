/**
 * A lock on a table: the database itself refuses what others would change in rows that a sync keeps. How, is the
 * dialect's (`locks/`); when, and with what in it, is here.
 */
import { hash } from 'node:crypto';

import { sql, type RawBuilder } from 'kysely';

import { SqlError, type Database, type DatabaseConfig, type Sql, type SqlValue } from '../../sql/types';
import { canonical } from '../../sync/canonical';
import { fingerprint } from '../../sync/fingerprint';
import { SyncError, type Lock, type LockSpec, type Marked } from '../../sync/types';
import type { ColumnInfo, TableName } from './column';
import { pieces } from './dialects/common';
import { told } from './errors';
import { idName } from './locks/common';
import type { LockPlan, Looked } from './locks/dialect';
import { lockDialects } from './locks';
import { Table } from './table';

/** Rises with the statements: a lock that an older package made is renewed. */
const EDITION = 1;

/** What the lock is on. */
export interface Locked {
	config: DatabaseConfig;
	at: TableName;
	/** The table's place, as the destination's target names it. */
	target: string;
	/** The table as a person knows it. */
	where: string;
	database(): Promise<Database>;
	table(): Promise<Table>;
}

/** A transaction of the sync's own, which a lock lets pass. */
export interface Pass {
	around<T>(tx: Sql, work: () => Promise<T>): Promise<T>;
	/** Linked rows that are about to be deleted. */
	forget(tx: Sql, ids: readonly SqlValue[][]): Promise<void>;
}

export class TableLock implements Lock {
	private held: Pick<LockSpec, 'name' | 'key'> | undefined;

	constructor(private readonly on: Locked) {}

	private get dialect() {
		return lockDialects[this.on.config.dialect];
	}

	async show(spec: LockSpec): Promise<{ install: string[]; remove: string[] }> {
		return await this.asked(async () => {
			const database = await this.on.database();
			const { dialect } = this;
			const { owner } = await dialect.look(database, this.on.at, spec.name);
			const plan = this.plan(await this.on.table(), spec, owner);
			const text = (statement: RawBuilder<unknown>) => `${dialect.compile(statement).text.trim()};`;
			return {
				install: [...dialect.rows(plan), ...dialect.guard(plan)].map(text),
				remove: [...dialect.unguard(plan), ...dialect.unrow(plan)].map(text),
			};
		});
	}

	async keep(spec: LockSpec): Promise<'standing' | 'renewed' | 'new'> {
		return await this.asked(async () => {
			const database = await this.on.database();
			const { dialect } = this;
			const looked = await dialect.look(database, this.on.at, spec.name);
			const plan = this.plan(await this.on.table(), spec, looked.owner);
			const standing = await dialect.standing(database, plan);
			const complete = standing.rows && standing.parts === dialect.parts;
			if (complete && standing.marks.every((mark) => mark === plan.mark)) {
				this.held = spec;
				return 'standing';
			}
			if (looked.obstacle) throw looked.obstacle;
			const [kept] = plan.mark.split('.');
			const renewing = standing.rows && standing.marks.some((mark) => mark.split('.')[0] === kept);
			await this.install(database, plan, renewing, looked);
			this.held = spec;
			return renewing ? 'renewed' : 'new';
		});
	}

	async pass(lock: Pick<LockSpec, 'name' | 'key'>): Promise<void> {
		await this.asked(async () => {
			const database = await this.on.database();
			const { rows } = await this.dialect.standing(database, { at: this.on.at, name: lock.name });
			this.held = rows ? lock : undefined;
		});
	}

	async mark(rows: Marked[]): Promise<void> {
		const { held } = this;
		if (!held || rows.length === 0) return;
		await this.asked(async () => {
			const database = await this.on.database();
			const table = await this.on.table();
			const bound = [...new Map(rows.map((row) => [row.id, row])).values()].flatMap(({ id, fields }) => {
				const values = table.bindId(id);
				return values ? [{ values, fields }] : [];
			});
			const most = Math.floor(database.dialect.maxBound / (table.id.length + 2));
			for (const piece of pieces(
				bound.filter(({ fields }) => fields !== null),
				most,
			)) {
				await database.run(
					this.known(
						database,
						table,
						held.name,
						piece.map(({ values, fields }, i) => [i, ...values, JSON.stringify([...fields!].sort())]),
					),
				);
			}
			const free = bound.filter(({ fields }) => fields === null).map(({ values }) => values);
			await this.forget(database, table, held.name, free);
		});
	}

	async remove(name: string, target: string): Promise<boolean> {
		const at = this.tableOf(target);
		if (!at) return false;
		const { dialect } = this;
		const plan = { at, name };
		await this.asked(async () => {
			const database = await this.on.database();
			const statements = [...dialect.unguard(plan), ...dialect.unrow(plan)];
			await database.transaction(async (tx) => {
				for (const statement of statements) await tx.run(statement);
			});
		});
		if (this.held?.name === name && target === this.on.target) this.held = undefined;
		return true;
	}

	/** What a write transaction needs; undefined where no lock of ours is known to stand. */
	passing(table: Table): Pass | undefined {
		const { held, dialect } = this;
		if (!held) return undefined;
		const plan = { at: this.on.at, name: held.name };
		const opening = dialect.open(plan, held.key);
		return {
			around: async (tx, work) => {
				await tx.run(opening);
				const result = await work();
				await tx.run(dialect.shut(plan));
				return result;
			},
			forget: async (tx, ids) => await this.forget(tx, table, held.name, ids),
		};
	}

	/** All at once where the database can; else what was begun is taken back as far as it goes. */
	private async install(database: Database, plan: LockPlan, renewing: boolean, { todo }: Looked): Promise<void> {
		const { dialect } = this;
		const clear = [...dialect.unguard(plan), ...(renewing ? [] : dialect.unrow(plan))];
		const statements = [...clear, ...(renewing ? [] : dialect.rows(plan)), ...dialect.guard(plan)];
		try {
			await database.transaction(async (tx) => {
				for (const statement of statements) await tx.run(statement);
			});
		} catch (error) {
			if (!(error instanceof SqlError)) throw error;
			if (!dialect.transactional) {
				for (const statement of [...dialect.unguard(plan), ...dialect.unrow(plan)])
					await database.run(statement).catch(() => undefined);
			}
			if (error.kind !== 'refused') throw error;
			throw new SyncError('denied', `The database refused to lock ${this.on.where}: ${error.message}`, {
				todo: todo(error),
				cause: error,
			});
		}
	}

	private plan(table: Table, { name, message, fields, key }: LockSpec, owner: boolean): LockPlan {
		const columns = fields.map((field) => table.column(field)).sort((a, b) => (a.name < b.name ? -1 : 1));
		const sha = hash('sha256', key, 'hex');
		const rows = fingerprint(canonical([EDITION, ...table.id.map((column) => [column.name, column.type])]));
		const guard = fingerprint(canonical([message, sha, ...columns.map((column) => column.name)]));
		return {
			name,
			at: this.on.at,
			table: table.name,
			id: table.id,
			columns,
			message,
			hash: sha,
			mark: `${rows}.${guard}`,
			owner,
		};
	}

	/** Taken from the table itself, so that only rows that are there are known. */
	private known(database: Sql, table: Table, name: string, rows: SqlValue[][]): RawBuilder<unknown> {
		const { dialect } = this;
		const fields = { name: 'fields', bound: 'text' } as ColumnInfo;
		const { values, tie } = table.bound(database.dialect, table.id, [fields], rows);
		const ids = table.id.map((_, place) => idName(place));
		return sql`INSERT INTO ${dialect.rowsOf({ at: this.on.at, name })} (${sql.join([...ids, 'fields'].map((one) => sql.id(one)))})
			SELECT ${sql.join(table.id.map((column) => sql`t.${sql.id(column.name)}`))}, v.${sql.id('c0')}
			FROM ${values} JOIN ${table.name} AS t ON ${tie} WHERE 1 = 1 ${dialect.known(ids)}`;
	}

	private async forget(database: Sql, table: Table, name: string, ids: readonly SqlValue[][]): Promise<void> {
		if (ids.length === 0) return;
		const columns = table.id.map((column, place) => ({ ...column, name: idName(place) }));
		const rows = new Table(
			{ columns, unique: [columns.map((column) => column.name)], steady: true },
			this.dialect.rowsOf({ at: this.on.at, name }),
			this.on.where,
			table.dialect,
			columns.map((column) => column.name),
		);
		for (const piece of pieces(ids, Math.floor(database.dialect.maxBound / (columns.length + 1)))) {
			const bound = rows.bound(
				database.dialect,
				columns,
				[],
				piece.map((values, i) => [i, ...values]),
			);
			await database.run(table.dialect.remove(bound, columns));
		}
	}

	/** The table of a target in the same database; undefined for one in another. */
	private tableOf(target: string): TableName | undefined {
		const own = JSON.parse(this.on.target) as string[];
		const other = JSON.parse(target) as string[];
		if (other.length !== own.length || other.slice(0, -2).join('\0') !== own.slice(0, -2).join('\0'))
			return undefined;
		const [schema, name] = other.slice(-2) as [string, string];
		return this.on.config.dialect === 'sqlite' && schema === 'main' ? { name } : { schema, name };
	}

	private async asked<T>(ask: () => Promise<T>): Promise<T> {
		try {
			return await ask();
		} catch (error) {
			throw told(error, this.on.where);
		}
	}
}
