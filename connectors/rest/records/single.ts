/** One record written, or removed. */
import { randomUUID } from 'node:crypto';

import type { Fields, Value, Write } from '../../../sync/types';
import { SyncError } from '../../../sync/types';
import type { Answer, Job, RemovalStep, Write as WriteDefinition } from '../definition';
import { at, type Answered, type Asked } from '../net/client';
import { messageOf } from '../net/errors';
import { clock } from '../net/pace';
import { get, put } from '../text/path';
import { holds } from '../text/condition';
import { textOf, type Names } from '../text/template';
import { marked, names as namesRecord, needsRecord, sentOf } from './body';
import { isObject } from './values';
import type { Done, Place } from './write';
import { withoutEnd } from '../../../sync/ends';

export async function writeOne(place: Place, write: Write): Promise<Done> {
	const { client, reader, shape, writing, asked } = place;
	const creating = write.action === 'create';
	const how = creating ? writing.create : writing.update;
	if (how === 'not possible')
		throw new SyncError('refused', `${shape.where}: this API ${creating ? 'creates' : 'changes'} none.`, {
			todo:
				place.object.instead ??
				(creating
					? 'Switch off May Create in the mapping, or create it by hand.'
					: 'Switch off May Update in the mapping.'),
			final: true,
		});
	const stands = creating ? undefined : await standing(place, write, how);
	if (stands === 'absent') return { error: missing(place, write.id!) };
	const before = stands?.record;
	const sent = sentOf(write.set, shape, how, { creating, before });
	const names: Names = { id: write.id, fields: sent.fields, desired: sent.desired, record: before };
	let record: Fields | undefined;
	const later = typeof how.answer.record === 'object';
	let { id } = write;
	if (creating || sent.any) {
		marked(writing, shape, write.readBack, sent.fields);
		if (
			stands?.version !== undefined &&
			typeof writing.conditional === 'object' &&
			'send' in writing.conditional &&
			isObject(sent.fields)
		)
			put(sent.fields, writing.conditional.send, stands.version);
		const headers = stands?.etag === undefined ? {} : { headers: { 'if-match': stands.etag } };
		const ask = async (again = false) =>
			await client.write(how.request, names, { ...asked, ...keyOf(writing, write, again), ...headers });
		let answer = await ask();
		if (creating && (await isStale(place, answer, how.answer))) answer = await ask(true);
		if (how.job) await finished(place, how.job, answer);
		record = recordIn(answer, how.answer);
		if (creating) id = await idAfter(place, answer, how.answer, record, write.set);
	}
	if (id === undefined) throw new SyncError('retry', `${shape.where}: the answer to a create names no id.`);
	for (const { request, names: own } of sent.further) {
		await client.write(request, { ...names, ...own, id, record: record ?? before }, asked);
		record = undefined;
	}
	if (creating) reader.created(id, write.set);
	return { id, record, ...(later && { later: true as const }) };
}

/**
 * The key that is sent along. That of a create is the same for every attempt. An update is the same in all its tries and in
 * nothing else: the same value may have to be written again, over somebody's edit, and must not be answered from memory.
 */
function keyOf(
	{ idempotency }: Place['writing'],
	{ action, idempotencyKey }: Write,
	again: boolean,
): Pick<Asked, 'key'> {
	if (idempotency === 'none' || (action !== 'create' && idempotency.on === 'create')) return {};
	const value = action === 'create' && !again ? idempotencyKey : randomUUID();
	return { key: { value, how: idempotency } };
}

/** Whether a create was answered from memory with a record that is not there any more. */
async function isStale(
	{ reader, writing, object, asked }: Place,
	answer: Answered,
	{ id, record }: Answer,
): Promise<boolean> {
	const { idempotency } = writing;
	if (idempotency === 'none' || idempotency.replayed === undefined) return false;
	if (answer.headers[idempotency.replayed.toLowerCase()] === undefined || id === false) return false;
	const found = textOf(at(answer, id) ?? get(recordIn(answer, { id, record }), object.id));
	return found !== '' && (await reader.byId(found, asked)) === undefined;
}

interface Standing {
	record: Fields | undefined;
	etag?: string;
	version?: Value;
}

/** What stands there now, where the write has to know. */
async function standing(
	{ client, reader, shape, object, writing, asked }: Place,
	write: Write,
	how: WriteDefinition,
): Promise<Standing | 'absent'> {
	const { conditional } = writing;
	const { get: one } = object.read;
	if (conditional === 'none' && !needsRecord(how, write.set, shape)) return { record: undefined };
	if (conditional === 'none' || 'send' in conditional || one === 'none') {
		const record = await reader.byId(write.id!, asked);
		if (!record) return 'absent';
		return {
			record,
			...(conditional !== 'none' && 'version' in conditional && { version: get(record, conditional.version) }),
		};
	}
	try {
		const answer = await client.look(one.request, { id: write.id }, asked);
		const found = get(answer.body, one.record);
		return { record: isObject(found) ? found : undefined, etag: answer.headers['etag'] };
	} catch (error) {
		if (error instanceof SyncError && error.kind === 'missing') return 'absent';
		throw error;
	}
}

function recordIn({ body }: Answered, { record }: Answer): Fields | undefined {
	if (typeof record !== 'string') return undefined;
	const found = get(body, record);
	const one = Array.isArray(found) ? found[0] : found;
	return isObject(one) ? one : undefined;
}

/** The id of what was created: in the answer, in a header, in the record, or by looking for it. */
async function idAfter(
	{ reader, shape, object, asked }: Place,
	answer: Answered,
	{ id: where }: Answer,
	record: Fields | undefined,
	given: Fields,
): Promise<string | undefined> {
	const found = where === false ? undefined : at(answer, where);
	if (found !== undefined && found !== null && found !== '')
		return typeof where === 'object' ? withoutEnd(textOf(found), '/').split('/').at(-1) : textOf(found);
	const inside = record && get(record, object.id);
	if (inside !== undefined && inside !== null) return textOf(inside);
	for (const { field } of object.read.find) {
		const value = given[field];
		if (value === undefined || value === null) continue;
		const hits = await reader.find([{ ref: 0, match: { [field]: value } }], shape, asked);
		if (hits.length === 1) return hits[0]!.id;
	}
	return undefined;
}

/** Asks after a job until it is done. Throws where it failed. */
export async function finished({ client, shape, asked }: Place, job: Job, answer: Answered): Promise<Answered> {
	const id = get(answer.body, job.id);
	if (id === undefined || id === null) return answer;
	for (;;) {
		const state = await client.look(job.poll, { job: id }, asked);
		if (holds(job.done, state.body)) return state;
		if (holds(job.failed, state.body))
			throw new SyncError(
				'refused',
				`${shape.where}: ${messageOf(state.body, [job.message]) ?? 'the job failed'}.`,
			);
		if (asked.before !== undefined && client.in(job.seconds * 1000) > asked.before)
			throw new SyncError('retry', `${shape.where}: ${client.system.displayName} is still working on it.`, {
				todo: 'It is looked for again by itself.',
			});
		await clock.sleep(job.seconds * 1000, asked.signal);
	}
}

export function missing({ shape }: Place, id: string): SyncError {
	return new SyncError('missing', `${shape.where}: ${id} is not there any more.`, {
		todo: 'It is looked for by its match fields, or created again.',
	});
}

/** Removes one for good, as the mildest step does that cannot be taken back. */
export async function removeOne(place: Place, write: Write): Promise<Done> {
	const { client, reader, shape, object, writing, asked } = place;
	const id = write.id!;
	const step = writing.removal.find((one): one is Extract<RemovalStep, { request: unknown }> => 'request' in one);
	if (!step) {
		const task = writing.removal.find((one): one is Extract<RemovalStep, { task: string }> => 'task' in one);
		throw new SyncError('refused', `${shape.where}: ${id} cannot be removed by this API.`, {
			todo: task ? task.task.replaceAll('{id}', id) : 'Let the mapping deactivate or detach instead.',
			...(task ? { task: true } : { final: true }),
		});
	}
	try {
		const needed = namesRecord(step.request);
		const record = needed ? await reader.byId(id, asked) : undefined;
		if (needed && !record) return { gone: true };
		await client.write(step.request, { id, record }, asked);
	} catch (error) {
		if (error instanceof SyncError && error.kind === 'missing') return { gone: true };
		throw error;
	}
	if (step.later) return { gone: true };
	const left = object.read.get === 'none' ? undefined : await reader.byId(id, asked);
	const { removed } = object.read;
	if (!left || (typeof removed === 'object' && holds(removed, left))) return { gone: true };
	throw new SyncError('retry', `${shape.where}: ${id} still stands after it was removed.`, {
		todo: 'See whether the system keeps it, and let the mapping deactivate instead.',
	});
}
