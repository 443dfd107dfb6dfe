/** A database's table as a destination. */
import { sql } from 'kysely';

import type { DatabaseConfig } from '../../sql/types';
import { mapValues } from '../../sync/canonical';
import type {
	ActualRecord,
	Destination,
	FieldInfo,
	Fields,
	Lookup,
	Marking,
	Marks,
	Value,
	Write,
	WriteResult,
} from '../../sync/types';
import { SyncError } from '../../sync/types';
import type { TableName } from './column';
import { Connection } from './connection';
import { tableDialects, type TableDialect } from './dialects';
import { told } from './errors';
import { findIds } from './find';
import { TableLock } from './lock';
import { TableMarks } from './marks';
import { readRecords } from './read';
import { Table } from './table';
import { writeRecords } from './write';

export interface DatabaseDestinationOptions {
	database: DatabaseConfig;
	table: TableName;
	/** The columns that identify a row; default the primary key. No two rows may have the same. */
	id?: string[];
}

export class DatabaseDestination implements Destination {
	readonly batchSize = 250;
	readonly target: { id: string; text: string };
	readonly lock: TableLock;
	readonly marks: Marks;
	private readonly connection: Connection;
	private readonly dialect: TableDialect;
	private readonly name: TableName;
	private table: Promise<Table> | undefined;
	private readonly others = new Map<string, Promise<Table>>();

	/** Connects when it is first asked something. */
	constructor(private readonly options: DatabaseDestinationOptions) {
		this.dialect = tableDialects[options.database.dialect];
		this.name = this.dialect.qualified(options.database, options.table);
		this.target = this.dialect.place(options.database, this.name);
		this.connection = new Connection(options.database, { readOnly: false, mustExist: true, values: 'exact' });
		this.lock = new TableLock({
			config: options.database,
			at: this.name,
			target: this.target.id,
			where: this.target.text,
			database: async () => await this.connection.get(),
			table: async () => await this.described(),
		});
		this.marks = new TableMarks(async (ask) => {
			const table = await this.described();
			return await this.asked(async () => await ask(await this.connection.get(), table));
		});
	}

	async describe(): Promise<FieldInfo[]> {
		const { info, id } = await this.described();
		return info.columns.map(({ name, type, kind, required, writable, allowed, maxLength, ...column }) => ({
			name,
			type,
			kind,
			required,
			identity: id.some((one) => one.name === name) || column.primary > 0,
			writable,
			...(allowed && { allowed }),
			...(maxLength !== undefined && { maxLength }),
			...(info.unique.some((columns) => columns.length === 1 && columns[0] === name) && {
				unique: true as const,
			}),
		}));
	}

	async prepare(fields: Fields): Promise<{ ok: true; fields: Fields } | { ok: false; error: SyncError }> {
		const table = await this.described();
		try {
			return {
				ok: true,
				fields: mapValues(fields, (value, name) => table.spell(table.column(name), value)),
			};
		} catch (error) {
			if (error instanceof SyncError) return { ok: false, error };
			throw error;
		}
	}

	async read(wanted: Lookup[], fields: string[], marking?: Marking): Promise<ActualRecord[]> {
		const table = await this.described();
		return this.asked(async () => readRecords(await this.connection.get(), table, wanted, fields, marking));
	}

	async write(writes: Write[], within?: number, marking?: Marking): Promise<WriteResult[]> {
		const began = performance.now();
		const table = await this.described();
		const results = await this.asked(async () => {
			const database = await this.connection.get();
			const left = within && within - (performance.now() - began);
			return await writeRecords(database, table, writes, left, this.lock.passing(table), marking);
		});
		// The table is not as it was described: look again next time.
		if (results.some((result) => !result.ok && result.error.kind === 'setup')) this.table = undefined;
		return results;
	}

	/** `object`: another table of the same database, `name` or `schema.name`. */
	async findBy({ object, by }: { object?: string; by: string }, values: Value[]): Promise<string[][]> {
		const table = object === undefined ? await this.described() : await this.beside(object);
		return await this.asked(async () => await findIds(await this.connection.get(), table, by, values));
	}

	async isEmpty(): Promise<boolean> {
		const { name } = await this.described();
		return await this.asked(async () => {
			const database = await this.connection.get();
			return (await database.all(sql`SELECT 1 FROM ${name} LIMIT 1`)).length === 0;
		});
	}

	close(): Promise<void> {
		return this.connection.close();
	}

	/** The table, described once. */
	private described(): Promise<Table> {
		this.table ??= this.asked(() => this.look()).catch((error: unknown) => {
			this.table = undefined;
			throw error;
		});
		return this.table;
	}

	private async look(): Promise<Table> {
		return await this.lookAt(this.name, this.target.text, this.options.id);
	}

	/** Another table of the same database, described once. */
	private async beside(object: string): Promise<Table> {
		const known = this.others.get(object);
		if (known) return await known;
		const [name = '', schema] = object.split('.').reverse();
		const at = this.dialect.qualified(this.options.database, { name, ...(schema !== undefined && { schema }) });
		const { text } = this.dialect.place(this.options.database, at);
		const looked = this.asked(async () => await this.lookAt(at, text));
		this.others.set(object, looked);
		looked.catch(() => this.others.delete(object));
		return await looked;
	}

	private async lookAt(name: TableName, text: string, id?: string[]): Promise<Table> {
		const database = await this.connection.get();
		const info = await this.dialect.describe(database, name);
		if (info.columns.length === 0)
			throw new SyncError('setup', `There is no ${text}.`, {
				todo: 'Choose another table or create it.',
			});
		return new Table(info, database.dialect.table(name.name, name.schema), text, this.dialect, id);
	}

	private async asked<T>(ask: () => Promise<T>): Promise<T> {
		try {
			return await ask();
		} catch (error) {
			throw told(error, this.target.text);
		}
	}
}
