/**
 * Writes one batch of entries: references first, then each entry (add; rename or move, then modify; delete), then
 * memberships, and at the end everything is read back.
 */
import { SyncError, type Write, type WriteResult } from '../../sync/types';
import type { Entry } from './entries';
import { add, update, type Task } from './entry';
import { codeOf, isOfSystem, told } from './errors';
import type { People } from './people';
import { textOf } from './values';

/** So many entries are worked on at once, on one connection. */
const HANDS = 8;

/** Answers for each write. Throws SyncError where the directory as a whole cannot be worked with. */
export async function writeAll(people: People, writes: readonly Write[], within?: number): Promise<WriteResult[]> {
	const deadline = within === undefined ? undefined : performance.now() + within;
	const tasks = writes.map((write): Task => taskOf(people, write));
	try {
		const waiting = await resolveAll(people, tasks, deadline);
		const standing = await standingOf(people, tasks, deadline);
		// Removals first: they may free a name.
		for (const action of ['delete', 'update', 'create'] as const) {
			const own = tasks.filter(({ write, error }) => write.action === action && !error);
			await inTurn(own, async (task) => await one(people, task, standing.get(task.id ?? ''), deadline));
		}
		await joinAll(people, tasks, deadline);
		for (const [task, error] of waiting) task.error ??= error;
		return await readBack(people, tasks, deadline);
	} catch (given) {
		const error = told(given, people.where, 'all');
		if (error.kind !== 'retry') throw error;
		// It may have been written; nobody has seen it.
		return tasks.map((task) => ({ ref: task.write.ref, ok: false, error: task.error ?? error }));
	}
}

function taskOf(people: People, write: Write): Task {
	const task: Task = { write, set: {}, id: write.id };
	try {
		people.permit(write);
		if (write.action === 'delete') return task;
		task.set = Object.fromEntries(
			Object.entries(write.set).map(([name, value]) => [name, people.spell(name, value)]),
		);
		for (const name of write.readBack) people.field(name);
	} catch (error) {
		task.error = told(error, people.where, 'record');
	}
	return task;
}

/**
 * References become names. One that nobody has yet is left out of the write, so that the entry is there all the same; the
 * record is then answered with that, and comes again.
 */
async function resolveAll(people: People, tasks: Task[], deadline?: number): Promise<Map<Task, SyncError>> {
	const waiting = new Map<Task, SyncError>();
	const open = tasks.flatMap(({ set, error }) =>
		error
			? []
			: Object.entries(set).flatMap(([name, value]) => {
					const field = people.field(name);
					return field.kind === 'attribute' && field.by && value !== null ? [{ by: field.by, value }] : [];
				}),
	);
	if (open.length === 0) return waiting;
	const names = await people.namesOf(open, deadline);
	for (const task of tasks) {
		if (task.error) continue;
		for (const [name, value] of Object.entries(task.set)) {
			const field = people.field(name);
			if (field.kind !== 'attribute' || !field.by) continue;
			delete task.set[name];
			const dn = value === null ? null : names.get(`${field.by.name} ${textOf(value).toLowerCase()}`);
			if (dn !== undefined) task.set[field.name] = dn;
			else
				waiting.set(
					task,
					new SyncError('retry', `“${name}”: “${textOf(value)}” is not there yet`, {
						todo: 'It is written as soon as that one is there.',
						field: name,
					}),
				);
		}
	}
	return waiting;
}

/** The entries that are to be changed or removed, as they stand. */
async function standingOf(people: People, tasks: Task[], deadline?: number): Promise<Map<string, Entry>> {
	const ids = tasks.flatMap(({ id, error }) => (id === undefined || error ? [] : id));
	return ids.length === 0 ? new Map() : await people.entries.byIds(ids, [people.flavour.disable.attribute], deadline);
}

async function one(people: People, task: Task, standing: Entry | undefined, deadline?: number): Promise<void> {
	try {
		const { action } = task.write;
		if (action === 'create') await add(people, task, deadline);
		else if (standing === undefined) {
			if (action === 'update')
				task.error = new SyncError('missing', 'it is not there any more', {
					todo: 'It is looked for by its match fields, or created again.',
				});
		} else if (action === 'delete') {
			await people.entries
				.use(async (client) => await client.del(standing.dn), deadline)
				.catch((error: unknown) => {
					if (codeOf(error) !== 32) throw error;
				});
		} else await update(people, task, standing, deadline);
	} catch (error) {
		if (isOfSystem(error)) throw error;
		task.error = told(error, people.where, 'record');
	}
}

async function joinAll(people: People, tasks: Task[], deadline?: number): Promise<void> {
	const joinings = tasks.flatMap(({ write, set, id, dn, error }) =>
		error || id === undefined || dn === undefined || write.action === 'delete'
			? []
			: Object.entries(set).flatMap(([name, value]) => {
					const field = people.field(name);
					return field.kind === 'group' ? [{ dn, id, group: field.group, member: value === true }] : [];
				}),
	);
	if (joinings.length === 0) return;
	const errors = await people.groups().join(joinings, deadline);
	for (const task of tasks) if (task.id !== undefined) task.error ??= errors.get(task.id);
}

async function readBack(people: People, tasks: Task[], deadline?: number): Promise<WriteResult[]> {
	const done = tasks.filter(({ write, error }) => !error && write.action !== 'delete');
	const names = [...new Set(done.flatMap(({ write }) => write.readBack))];
	const entries = await people.entries.byIds(
		done.map(({ id }) => id!),
		people.attributesFor(names),
		deadline,
	);
	const read = await people.fieldsOf([...entries.values()], names, deadline);
	return tasks.map(({ write, id, error }): WriteResult => {
		const { ref } = write;
		if (error) return { ref, ok: false, error };
		if (write.action === 'delete') return { ref, ok: true, id: id!, actual: null };
		const found = read.get(id!);
		if (!found)
			return {
				ref,
				ok: false,
				error: new SyncError('missing', 'it is not there any more', { todo: 'It is looked for again.' }),
			};
		const actual = Object.fromEntries(
			write.readBack.map((name) => [
				name,
				people.isSecret(name) ? (write.set[name] ?? null) : (found[name] ?? null),
			]),
		);
		return { ref, ok: true, id: id!, actual };
	});
}

async function inTurn<T>(list: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
	for (let from = 0; from < list.length; from += HANDS) {
		const all = await Promise.allSettled(list.slice(from, from + HANDS).map(work));
		const failed = all.find((done) => done.status === 'rejected');
		if (failed) throw failed.reason;
	}
}
