/**
 * Writes in bulk, in one transaction: removals first (they may free a unique value), then updates, then creates. Each
 * group of writes that has the same shape is one statement under a savepoint; one that fails is halved until the bad
 * record stands alone and all others are through.
 */
import { sql } from 'kysely';

import { SqlError, type Database, type Sql, type SqlValue } from '../../sql/types';
import { hasJust, pick } from '../../sync/canonical';
import { SyncError, type ActualRecord, type Marking, type Value, type Write, type WriteResult } from '../../sync/types';
import type { ColumnInfo } from './column';
import type { Pass } from './lock';
import { reachOf, told } from './errors';
import { readRecords } from './read';
import { pieces } from './dialects/common';
import { grouped, type Table } from './table';

/** Locks that were not had are tried for this often, the transaction anew. */
const TRIES = 3;

/** A write with its values bound. */
interface Task {
	write: Write;
	columns: ColumnInfo[];
	values: SqlValue[];
	/** The id columns of the counterpart that is meant; none on create. */
	id: SqlValue[];
	/** The id that it has afterwards, where it is known beforehand. */
	idAfter: string | undefined;
}

type Results = Map<Write, WriteResult>;

/** How a batch is written: what is left of the time for a transaction, and how a lock on the table is passed. */
interface How {
	limits: () => { within: number } | undefined;
	pass: Pass | undefined;
	marking: Marking | undefined;
}

/** Where a group is written. */
interface Place {
	tx: Sql;
	table: Table;
	pass: Pass | undefined;
	marking: Marking | undefined;
}

/**
 * Answers for every write. Throws SyncError only when the database as a whole cannot take anything. After `within`
 * milliseconds nothing more of it is kept: what was not done by then is answered with `retry`. `pass`: how a lock of the
 * sync's own is passed, where one stands.
 */
export async function writeRecords(
	database: Database,
	table: Table,
	writes: readonly Write[],
	within?: number,
	pass?: Pass,
	marking?: Marking,
): Promise<WriteResult[]> {
	const results: Results = new Map();
	const began = performance.now();
	const limits: How['limits'] = () =>
		within === undefined ? undefined : { within: Math.max(0, within - (performance.now() - began)) };
	let shape: Shape | undefined;
	const tasks = writes.flatMap((write) => {
		try {
			shape = shapeOf(table, write, shape);
			const task = taskOf(table, write, shape);
			if (task) return [task];
			results.set(write, gone(write));
		} catch (error) {
			results.set(write, failed(write, told(error, table.where)));
		}
		return [];
	});
	for (const [write, result] of await together(database, table, tasks, { limits, pass, marking }))
		results.set(write, result);
	return writes.map((write) => results.get(write)!);
}

/** What all writes of the same fields have in common. */
interface Shape {
	/** The names of the fields, in the order of the write. */
	names: string[];
	readBack: string[];
	columns: ColumnInfo[];
}

/** The shape of a write: the former one's, where they are alike. */
function shapeOf(table: Table, { action, set, readBack }: Write, before: Shape | undefined): Shape {
	if (before && before.readBack === readBack && hasJust(set, before.names)) return before;
	const names = action === 'delete' ? [] : Object.keys(set);
	const columns = [...names].sort().map((name) => table.column(name));
	for (const { name, writable } of columns) {
		if (!writable)
			throw new SyncError('setup', `${name} is made by the database itself and cannot be written.`, {
				todo: 'Take the field out of the mapping.',
				field: name,
			});
	}
	for (const name of readBack) table.column(name);
	return { names, readBack, columns };
}

function taskOf(table: Table, write: Write, { columns }: Shape): Task | undefined {
	const id = write.action === 'create' ? [] : table.bindId(write.id!);
	if (id === undefined) return undefined;
	const spelled = columns.map((column) => table.spell(column, write.set[column.name]));
	return {
		write,
		columns,
		values: columns.map((column, i) => table.bind(column, spelled[i]!)),
		id,
		idAfter: idAfter(table, write, columns, spelled),
	};
}

/** An update may change the id itself. */
function idAfter(table: Table, { id, action }: Write, columns: ColumnInfo[], spelled: Value[]): string | undefined {
	if (action !== 'update') return id;
	const places = table.id.map((column) => columns.indexOf(column));
	if (places.every((place) => place < 0)) return id;
	if (places.some((place) => place < 0)) {
		throw new SyncError('setup', 'Only a part of the id would change.', {
			todo: 'Map all columns of the id, or none.',
		});
	}
	return table.idOf(places.map((place) => spelled[place]!));
}

async function together(database: Database, table: Table, tasks: Task[], how: How): Promise<Results> {
	if (tasks.length === 0) return new Map();
	const { limits, pass, marking } = how;
	for (let tries = 1; ; tries++) {
		try {
			return await database.transaction((tx) => {
				const work = () => inTransaction({ tx, table, pass, marking }, tasks);
				return pass ? pass.around(tx, work) : work();
			}, limits());
		} catch (error) {
			if (!(error instanceof SqlError)) throw error;
			if (error.kind === 'busy' && tries < TRIES) continue;
			if (reachOf(error) === 'system') throw told(error, table.where);
			if (error.kind === 'busy' || reachOf(error) === 'node' || tasks.length === 1)
				return new Map(tasks.map(({ write }) => [write, failed(write, told(error, table.where))]));
			// COMMIT itself failed (a deferred constraint): each by itself, so that only the bad ones stay behind.
			const results: Results = new Map();
			for (const task of tasks)
				for (const [write, result] of await together(database, table, [task], how)) results.set(write, result);
			return results;
		}
	}
}

async function inTransaction(place: Place, tasks: Task[]): Promise<Results> {
	const { tx, table, marking } = place;
	const results: Results = new Map();
	const ids = new Map<Task, string>();
	for (const action of ['delete', 'update', 'create'] as const) {
		const same = tasks.filter(({ write }) => write.action === action);
		for (const group of grouped(same, ({ columns }) => JSON.stringify(columns.map(({ name }) => name)))) {
			const most = Math.max(
				1,
				Math.floor(tx.dialect.maxBound / (group[0]!.columns.length + table.id.length + 1)),
			);
			for (const piece of pieces(group, most)) await halving(place, piece, ids, results);
		}
	}
	await readBack(
		tx,
		table,
		tasks.filter((task) => !results.has(task.write)),
		ids,
		results,
		marking,
	);
	return results;
}

/** Runs a group; where it fails, its halves. */
async function halving(place: Place, group: Task[], ids: Map<Task, string>, results: Results): Promise<void> {
	const { tx, table } = place;
	await tx.run(sql`SAVEPOINT one_group`);
	try {
		const made = await perform(place, group);
		group.forEach((task, i) => ids.set(task, made?.[i] ?? task.idAfter!));
		await tx.run(sql`RELEASE SAVEPOINT one_group`);
		return;
	} catch (error) {
		if (error instanceof SqlError && (error.kind === 'busy' || reachOf(error) === 'system')) throw error;
		await tx.run(sql`ROLLBACK TO SAVEPOINT one_group`);
		await tx.run(sql`RELEASE SAVEPOINT one_group`);
		const shared = error instanceof SyncError || (error instanceof SqlError && reachOf(error) === 'node');
		if (group.length === 1 || shared) {
			const why = told(error, table.where);
			for (const { write } of group) results.set(write, failed(write, why));
			return;
		}
	}
	const middle = group.length >> 1;
	await halving(place, group.slice(0, middle), ids, results);
	await halving(place, group.slice(middle), ids, results);
}

/** One statement for all. Answers with the ids of created rows. */
async function perform({ tx, table, pass }: Place, group: Task[]): Promise<string[] | undefined> {
	const { write, columns } = group[0]!;
	if (write.action === 'create') {
		if (columns.length === 0)
			throw new SyncError('setup', 'No field is mapped, so there is nothing to create a row from.', {
				todo: 'Map at least one field.',
			});
		const made = await table.dialect.create(
			tx,
			table.name,
			columns,
			group.map(({ values }) => values),
			table.id,
		);
		if (made.length !== group.length)
			throw new SqlError('check', `Of ${group.length} rows the database kept ${made.length}.`);
		return made.map((values) => table.idOf(values));
	}
	if (write.action === 'update' && columns.length === 0) return undefined;
	if (write.action === 'delete')
		await pass?.forget(
			tx,
			group.map(({ id }) => id),
		);
	const bound = table.bound(
		tx.dialect,
		table.id,
		columns,
		group.map(({ id, values }, i) => [i, ...id, ...values]),
	);
	const statement =
		write.action === 'delete'
			? table.dialect.remove(bound, table.id)
			: table.dialect.update(
					bound,
					columns.map(({ name }, i) => [sql.id(name), sql`v.${sql.id(`c${i}`)}`]),
				);
	await tx.run(statement);
	return undefined;
}

/** What stands there now, in the same transaction. */
async function readBack(
	tx: Sql,
	table: Table,
	tasks: Task[],
	ids: Map<Task, string>,
	results: Results,
	marking: Marking | undefined,
): Promise<void> {
	const fields = new Set<string>();
	for (const { write } of tasks) for (const name of write.readBack) fields.add(name);
	const standing = tasks.filter(({ write }) => write.action !== 'delete');
	const found = new Map<number, ActualRecord>();
	const lookups = standing.map((task, ref) => ({ ref, id: ids.get(task)! }));
	for (const record of await readRecords(tx, table, lookups, [...fields], marking)) found.set(record.ref, record);
	await readDeleted(tx, table, tasks, new Set(lookups.map(({ id }) => id)), results);
	standing.forEach((task, ref) => {
		const { write } = task;
		const read = found.get(ref);
		if (!read) results.set(write, gone(write));
		else
			results.set(write, {
				ref: write.ref,
				ok: true,
				id: ids.get(task)!,
				actual: pick(read.fields, write.readBack),
				...(read.mark !== undefined && { mark: read.mark }),
			});
	});
}

/** Deleted rows are looked for: a trigger or a rule may have kept one. `taken`: ids that others of the batch have now. */
async function readDeleted(tx: Sql, table: Table, tasks: Task[], taken: Set<string>, results: Results): Promise<void> {
	const deleted = tasks.filter(({ write }) => write.action === 'delete');
	const lookups = deleted.map(({ write }, ref) => ({ ref, id: write.id! })).filter(({ id }) => !taken.has(id));
	const kept = new Set((await readRecords(tx, table, lookups, [])).map(({ ref }) => ref));
	for (const [ref, { write }] of deleted.entries()) {
		if (!kept.has(ref)) results.set(write, { ref: write.ref, ok: true, id: write.id!, actual: null });
		else {
			const todo = 'See which trigger or rule of the table keeps it.';
			results.set(
				write,
				failed(
					write,
					new SyncError('refused', `The row ${write.id!} still stands after it was deleted.`, { todo }),
				),
			);
		}
	}
}

function failed(write: Write, error: SyncError): WriteResult {
	return { ref: write.ref, ok: false, error };
}

function gone(write: Write): WriteResult {
	if (write.action === 'delete') return { ref: write.ref, ok: true, id: write.id!, actual: null };
	return failed(
		write,
		new SyncError('missing', `The row ${write.id ?? ''} is not there any more.`, {
			todo: 'It is looked for by its match fields, or created again.',
		}),
	);
}
