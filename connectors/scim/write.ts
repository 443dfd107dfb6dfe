/**
 * Writes one batch of people or groups: references first, then each record by itself or in bulk, then memberships, and at
 * the end everything is read back.
 */
import { SyncError, type Value, type Write, type WriteResult } from '../../sync/types';
import { sendBulk, fitsBulk, type Sending, type Sent } from './bulk';
import { createBody, needsStanding, patchBody, replaceBody, type Setting } from './change';
import { isOfSystem, ScimFailure, told } from './errors';
import type { Json } from './http';
import { isObject } from './path';
import { pool } from './pool';
import { textOf, type People } from './people';
import type { Joining } from './groups';

interface Task {
	write: Write;
	settings: Setting[];
	joinings: Omit<Joining, 'person'>[];
	id: string | undefined;
	error?: SyncError;
}

/** Answers for each write. Throws SyncError where the server as a whole cannot be worked with. */
export async function writeAll(people: People, writes: readonly Write[], within?: number): Promise<WriteResult[]> {
	const deadline = within === undefined ? undefined : performance.now() + within;
	const tasks = writes.map((write): Task => taskOf(people, write));
	try {
		const waiting = await resolveAll(people, tasks, deadline);
		await sendAll(people, tasks, deadline);
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
	const task: Task = { write, settings: [], joinings: [], id: write.id };
	try {
		people.permit(write);
		if (write.action === 'delete') return task;
		for (const [name, value] of Object.entries(write.set)) {
			const group = people.groupOf(name);
			if (group !== undefined) task.joinings.push({ group, member: value === true });
			else task.settings.push({ field: people.schemas.field(name), value: people.spell(name, value) });
		}
		for (const name of write.readBack) people.check(name);
	} catch (error) {
		task.error = told(error, people.where, 'record');
	}
	return task;
}

/**
 * References become ids. One that nobody has yet is left out of the write, so that the person is there all the same; the
 * record is then answered with that, and comes again.
 */
async function resolveAll(people: People, tasks: Task[], deadline?: number): Promise<Map<Task, SyncError>> {
	const waiting = new Map<Task, SyncError>();
	const open = tasks.flatMap((task) =>
		task.error ? [] : task.settings.filter(({ field, value }) => field.path.by !== undefined && value !== null),
	);
	const ids = await people.idsOf(
		open.map(({ field, value }) => ({ by: field.path.by!, value })),
		deadline,
	);
	for (const task of tasks) {
		task.settings = task.settings.flatMap((setting) => {
			const { field, value } = setting;
			if (field.path.by === undefined || value === null) return setting;
			const id = ids.get(`${field.path.by} ${JSON.stringify(value)}`);
			if (id !== undefined) return { field, value: id };
			const text = people.secret(field) ? 'the one it refers to' : `“${textOf(value)}”`;
			waiting.set(
				task,
				new SyncError('retry', `“${field.name}”: ${text} is not there yet`, {
					todo: 'It is written as soon as that one is there.',
					field: field.name,
				}),
			);
			return [];
		});
	}
	return waiting;
}

async function sendAll(people: People, tasks: Task[], deadline?: number): Promise<void> {
	const { resources, scim } = people;
	const working = tasks.filter((task) => !task.error);
	const patches = (task: Task) => people.patches(task.settings);
	const { etag } = scim.abilities;
	// What is put whole, and nothing else keeps from being put over what others wrote meanwhile, is read right before.
	const updates = ({ write, settings }: Task) => write.action === 'update' && settings.length > 0;
	const late = (task: Task) => updates(task) && !patches(task) && !etag && !scim.abilities.bulk;
	const early = working.filter((task) => !late(task));
	const standing = await resources.byIds(
		early
			.filter((task) => updates(task) && (etag || !patches(task) || needsStanding(task.settings, scim.dialect)))
			.map(({ id }) => id!),
		deadline,
	);
	const sendings = early.flatMap((task): { task: Task; sending: Sending }[] => {
		const found = task.id === undefined ? undefined : standing.get(task.id);
		const sending = sendingOf(people, task, found);
		return sending ? [{ task, sending }] : [];
	});
	const bulk = scim.abilities.bulk && sendings.length > 1;
	const together = bulk ? sendings.filter(({ sending }) => fitsBulk(sending)) : [];
	const alone = bulk ? sendings.filter(({ sending }) => !fitsBulk(sending)) : sendings;
	const again = working.filter(late);
	const hear = (task: Task, sent: Sent) => {
		if (!sent.ok && needsAnotherLook(sent.error) && task.write.action === 'update') again.push(task);
		else settle(people, task, sent);
	};
	if (together.length > 0)
		await sendBulk(
			scim,
			together.map(({ sending }) => sending),
			deadline,
			(at, sent) => hear(together[at]!.task, sent),
		);
	await pool(alone, scim.hands, async ({ task, sending }) => hear(task, await sendOne(people, sending, deadline)));
	// And where somebody was faster, or the list's entry was not what was thought: once more, over what stands there now.
	await pool(again, scim.hands, async (task) => {
		const found = await resources.get(task.id!, deadline);
		const sending = found && sendingOf(people, task, found);
		if (!found) settle(people, task, { ok: false, error: goneError() });
		else if (sending) settle(people, task, await sendOne(people, sending, deadline));
	});
}

/** The request of one write; undefined where nothing has to be sent, or nothing can be. */
function sendingOf(people: People, task: Task, standing: Json | undefined): Sending | undefined {
	const { write, settings, id } = task;
	const { resources, scim, schemas } = people;
	if (write.action === 'create')
		return { method: 'POST', path: resources.path, body: createBody(settings, schemas, scim.dialect) };
	const path = resources.place(id!);
	if (write.action === 'delete') return { method: 'DELETE', path };
	if (settings.length === 0) return undefined;
	const tag = scim.abilities.etag && isObject(standing?.['meta']) ? standing['meta']['version'] : undefined;
	const version = typeof tag === 'string' ? { version: tag } : {};
	if (people.patches(settings)) {
		const body = patchBody(settings, standing, scim.dialect);
		return body.Operations.length > 0 ? { method: 'PATCH', path, body, ...version } : undefined;
	}
	if (standing)
		return { method: 'PUT', path, body: replaceBody(standing, settings, schemas, scim.dialect), ...version };
	task.error = told(goneError(), people.where, 'record');
	return undefined;
}

async function sendOne(people: People, sending: Sending, deadline?: number): Promise<Sent> {
	const { method, path, body, version } = sending;
	try {
		const asked = { ...(body && { body }), ...(version !== undefined && { match: version }), deadline };
		return { ok: true, ...(await people.scim.http.ask(method, path, asked)) };
	} catch (error) {
		if (isOfSystem(error)) throw error;
		return { ok: false, error };
	}
}

function settle(people: People, task: Task, sent: Sent): void {
	const { write } = task;
	if (!sent.ok) {
		const gone = sent.error instanceof ScimFailure && sent.error.status === 404;
		if (!(gone && write.action === 'delete')) task.error = told(sent.error, people.where, 'record');
		return;
	}
	if (write.action !== 'create') return;
	const place = sent.location === undefined ? undefined : decodeURIComponent(sent.location.split('/').at(-1)!);
	task.id = typeof sent.json['id'] === 'string' ? sent.json['id'] : place;
	if (task.id === undefined)
		task.error = new SyncError('retry', 'the server made it and did not say which id it has', {
			todo: 'It is looked for by its match fields.',
		});
}

function needsAnotherLook(error: unknown): boolean {
	return error instanceof ScimFailure && (error.status === 412 || error.scimType === 'noTarget');
}

function goneError(): ScimFailure {
	return new ScimFailure(404, undefined, 'it is gone');
}

async function joinAll(people: People, tasks: Task[], deadline?: number): Promise<void> {
	const joinings = tasks.flatMap((task) =>
		task.error || task.id === undefined ? [] : task.joinings.map((one) => ({ ...one, person: task.id! })),
	);
	if (joinings.length === 0) return;
	const errors = await people.groups().join(joinings, deadline);
	for (const task of tasks) if (task.id !== undefined && task.joinings.length > 0) task.error ??= errors.get(task.id);
}

async function readBack(people: People, tasks: Task[], deadline?: number): Promise<WriteResult[]> {
	const standing = tasks.filter((task) => !task.error && task.write.action !== 'delete');
	const fields = [...new Set(standing.flatMap(({ write }) => write.readBack))];
	const read = await people.readByIds(
		standing.map(({ id }) => id!),
		fields,
		deadline,
		(id, found) => standing.some((task) => task.id === id && people.differs(task.write, found)),
	);
	return tasks.map(({ write, id, error }): WriteResult => {
		const { ref } = write;
		if (error) return { ref, ok: false, error };
		if (write.action === 'delete') return { ref, ok: true, id: id!, actual: null };
		const found = read.get(id!);
		if (!found) return { ref, ok: false, error: told(goneError(), people.where, 'record') };
		const actual: Record<string, Value> = {};
		for (const name of write.readBack)
			actual[name] = people.isSecret(name) ? (write.set[name] ?? null) : (found[name] ?? null);
		return { ref, ok: true, id: id!, actual };
	});
}
