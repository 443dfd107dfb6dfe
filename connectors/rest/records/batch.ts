/** Many records in one request, each with an answer of its own. Answers are matched as the definition says, never by guess. */
import { createHash, randomUUID } from 'node:crypto';

import { same } from '../../../sync/canonical';
import type { Fields, Value, Write } from '../../../sync/types';
import { SyncError } from '../../../sync/types';
import type { Batch } from '../definition';
import { asError, judge, messageOf } from '../net/errors';
import { get, listOf } from '../text/path';
import { holds } from '../text/condition';
import { fillJson, textOf } from '../text/template';
import { marked, needsRecord, sentOf } from './body';
import { pooled } from './pool';
import { chunked } from './read';
import { finished, missing } from './single';
import { isObject } from './values';
import { isDown, type Done, type Place } from './write';

interface Row {
	write: Write;
	/** Our own number for it in its request. */
	ref: number;
	json: Value;
}

/** Rows that were written, and the ids of which the answers do not say whose they are. */
interface Named {
	rows: Row[];
	ids: string[];
}

/** Writes what can go together; answers with what cannot. */
export async function writeBatches(
	place: Place,
	writes: Write[],
	done: Map<Write, Done>,
	fail: (error: SyncError) => void,
	isOver: () => boolean,
): Promise<Write[]> {
	const { writing, client } = place;
	const batch = writing.batches.find(({ of }) => of === writes[0]?.action);
	if (!batch || writes.length < 2) return writes;
	const rest: Write[] = [];
	const rows: Row[] = [];
	for (const write of writes) {
		try {
			const row = rowOf(place, batch, write, rows.length);
			if (row) rows.push(row);
			else rest.push(write);
		} catch (error) {
			if (!(error instanceof SyncError)) throw error;
			done.set(write, { error });
		}
	}
	const named: Named = { rows: [], ids: [] };
	const trying = async (some: Row[], work: () => Promise<void>): Promise<void> => {
		try {
			await work();
		} catch (error) {
			if (!(error instanceof SyncError)) throw error;
			if (isDown(error)) fail(error);
			else for (const { write } of some) if (!done.has(write)) done.set(write, { error });
		}
	};
	await pooled(chunked(rows, batch.most), client.system.limits.concurrent, async (chunk) => {
		if (isOver()) return;
		await trying(chunk, async () => {
			const ready = await overWhatStands(place, batch, chunk, done);
			if (ready.length > 0) await send(place, batch, ready, done, named);
		});
	});
	if (named.rows.length > 0) await trying(named.rows, async () => await byReading(place, batch, named, done));
	return rest;
}

/** Undefined for a write that needs more than one request. `before`: what stands there now, where all of it is sent. */
function rowOf(
	{ client, writing, shape }: Place,
	batch: Batch,
	write: Write,
	ref: number,
	before?: Fields,
): Row | undefined {
	const creating = batch.of === 'create';
	const single = creating ? writing.create : writing.update;
	if (single === 'not possible' || writing.conditional !== 'none') return undefined;
	if (!creating && needsRecord({ ...single, sends: 'changed' }, write.set, shape)) return undefined;
	const sent = sentOf(write.set, shape, single, { creating, before });
	if (sent.further.length > 0 || !sent.any) return undefined;
	if (batch.matched.by === 'reading' && (write.set[batch.matched.field] ?? null) === null) return undefined;
	marked(writing, shape, write.readBack, sent.fields);
	const { fields, desired } = sent;
	const json = fillJson(batch.row, { ...client.access.names, fields, desired, id: write.id, ref });
	return json === undefined ? undefined : { write, ref, json };
}

/** Where what is not sent would be wiped: the rows with what stands there beneath, read right before. What is gone is answered for. */
async function overWhatStands(place: Place, batch: Batch, rows: Row[], done: Map<Write, Done>): Promise<Row[]> {
	const { writing, reader, asked } = place;
	const how = batch.of === 'update' ? writing.update : writing.create;
	if (batch.of === 'create' || how === 'not possible' || how.sends === 'changed') return rows;
	const hits = await reader.byIds(
		rows.map(({ write }, ref) => ({ ref, id: write.id! })),
		asked,
	);
	const standing = new Map(hits.map(({ ref, record }) => [rows[ref]!, record]));
	return rows.flatMap((row) => {
		const before = standing.get(row);
		if (before) return rowOf(place, batch, row.write, row.ref, before) ?? [];
		done.set(row.write, { error: missing(place, row.write.id!) });
		return [];
	});
}

async function send(place: Place, batch: Batch, rows: Row[], done: Map<Write, Done>, named: Named): Promise<void> {
	const { client, writing, asked } = place;
	const { idempotency } = writing;
	const key =
		idempotency !== 'none' && (batch.of === 'create' || idempotency.on === 'every write')
			? { value: batch.of === 'create' ? keyOf(rows) : randomUUID(), how: idempotency }
			: undefined;
	try {
		const first = await client.write(
			batch.request,
			{ rows: rows.map(({ json }) => json) },
			{ ...asked, ...(key && { key }) },
		);
		const answer = batch.job ? await finished(place, batch.job, first) : first;
		settle(place, batch, rows, answer.body, done, named);
	} catch (error) {
		if (!(error instanceof SyncError) || isDown(error) || error.kind === 'setup') throw error;
		// Nothing of it was taken: the bad one is found by halving.
		if (rows.length === 1 || error.kind === 'retry') {
			for (const { write } of rows) done.set(write, { error });
			return;
		}
		const middle = rows.length >> 1;
		await send(place, batch, rows.slice(0, middle), done, named);
		await send(place, batch, rows.slice(middle), done, named);
	}
}

function settle(
	place: Place,
	batch: Batch,
	rows: Row[],
	body: Value | undefined,
	done: Map<Write, Done>,
	named: Named,
): void {
	const { object, shape, reader } = place;
	const results = listOf(get(body, batch.results));
	for (const { path, ref, by, message } of batch.failures ? [batch.failures] : [])
		for (const failure of listOf(get(body, path))) {
			const said = textOf(get(failure, ref));
			const row = by ? rows[Number(said)] : rows.find((one) => [String(one.ref), one.write.id].includes(said));
			if (row) done.set(row.write, { error: refused(place, messageOf(failure, message)) });
		}
	if (batch.matched.by === 'reading') {
		named.rows.push(...rows.filter(({ write }) => !done.has(write)));
		named.ids.push(...results.map((result) => textOf(get(result, object.id))).filter((id) => id !== ''));
		return;
	}
	for (const [n, row] of rows.entries()) {
		const { write } = row;
		if (done.has(write)) continue;
		const result = matched(place, batch, row, results, n);
		if (result === undefined && batch.of === 'update' && batch.matched.by === 'id' && write.id !== undefined) {
			// Left out without a word: what stands there says whether it is gone.
			done.set(write, { id: write.id, record: undefined });
			continue;
		}
		if (result === undefined) {
			done.set(write, {
				error: new SyncError('retry', `${shape.where}: the answer to a batch does not name this record.`),
			});
			continue;
		}
		if (batch.failed !== 'none' && holds(batch.failed, result)) {
			const gone = batch.gone && write.id !== undefined && holds(batch.gone, result);
			done.set(write, {
				error: gone
					? missing(place, write.id!)
					: (judged(place, batch, result) ?? refused(place, messageOf(result, batch.message))),
			});
			continue;
		}
		const found = batch.record === false ? undefined : get(result, batch.record);
		const record: Fields | undefined = isObject(found) ? found : undefined;
		const id = (record && get(record, object.id)) ?? write.id ?? get(result, batch.id ?? object.id);
		if (id === undefined || id === null) {
			done.set(write, { error: new SyncError('retry', `${shape.where}: the answer to a batch names no id.`) });
			continue;
		}
		if (batch.of === 'create') reader.created(textOf(id), write.set);
		done.set(write, { id: textOf(id), record });
	}
}

/** Reads what the answers name only by its id, and ties each to the row that has its value. */
async function byReading(
	{ shape, reader, asked }: Place,
	{ matched: how }: Batch,
	{ rows, ids }: Named,
	done: Map<Write, Done>,
): Promise<void> {
	if (how.by !== 'reading') return;
	const { field } = how;
	const hits = await reader.byIds(
		ids.map((id, ref) => ({ ref, id })),
		asked,
	);
	for (const { write } of rows) {
		if (done.has(write)) continue;
		const found = hits.find(({ record }) => same(shape.read(record, [field])[field], write.set[field]));
		if (found) reader.created(found.id, write.set);
		done.set(
			write,
			found ?? {
				error: new SyncError('retry', `${shape.where}: the answer to a batch does not name this record.`),
			},
		);
	}
}

function matched(
	{ shape }: Place,
	{ matched: how, record }: Batch,
	{ write, ref }: Row,
	results: Value[],
	n: number,
): Value | undefined {
	switch (how.by) {
		case 'position':
			return results[n];
		case 'id':
			return results.find((one) => textOf(get(one, how.path)) === write.id);
		case 'ref':
			return results.find((one) => textOf(get(one, how.path)) === String(ref));
		case 'reading':
			return undefined;
		case 'content':
			return results.find((one) => {
				const inside = get(one, record === false ? '' : record);
				return (
					inside !== undefined &&
					Object.entries(write.set).every(([name, value]) => same(shape.read(inside, [name])[name], value))
				);
			});
		case 'field':
			return results.find((one) => {
				const inside = get(one, record === false ? '' : record);
				return inside !== undefined && same(shape.read(inside, [how.field])[how.field], write.set[how.field]);
			});
	}
}

/** What the system's rules make of one failure among others. */
function judged({ client }: Place, { judged: places }: Batch, result: Value): SyncError | undefined {
	if (!places) return undefined;
	const { system, access } = client;
	const status = Number(get(result, places.status));
	const body = get(result, places.body);
	const found = judge({ status, headers: {}, text: JSON.stringify(body) }, body, system.errors);
	return found && asError(found, { where: system.displayName, status, secrets: access.secrets });
}

function refused({ shape, client }: Place, said: string | undefined): SyncError {
	const text = said ?? 'no reason was given';
	const duplicate = /already|duplicate|taken|unique/iu.test(text);
	return new SyncError(
		duplicate ? 'conflict' : 'refused',
		`${client.system.displayName} does not take it (${shape.where}): ${text}.`,
	);
}

/** The same for the same rows in another try. */
function keyOf(rows: Row[]): string {
	return createHash('sha256')
		.update(rows.map(({ write }) => write.idempotencyKey).join('\n'))
		.digest('hex')
		.slice(0, 40);
}
