/**
 * Writes to a system: removals first, then updates, then creates; many in one request where the system takes them. Every
 * write gets an answer of its own. What was written is read back: from the answer, where it holds the record, else all
 * together.
 */
import type { Fields, Write, WriteResult } from '../../../sync/types';
import { SyncError } from '../../../sync/types';
import type { ObjectDefinition, Writing } from '../definition';
import { QuotaSpent, Stumbled, TooLate, type Asked, type Client } from '../net/client';
import { writeBatches } from './batch';
import { pooled } from './pool';
import type { Reader } from './read';
import type { Shape } from './shape';
import { removeOne, writeOne } from './single';

export interface Place {
	client: Client;
	reader: Reader;
	shape: Shape;
	object: ObjectDefinition;
	writing: Writing;
	asked: Asked;
}

/** What came of a write: the record as it stands there now, or only its id, to be read again. */
export type Done = { id: string; record: Fields | undefined; later?: true } | { gone: true } | { error: SyncError };

/** Answers for every write. Throws only where the system as a whole cannot be worked with. */
export async function writeRecords(place: Place, writes: readonly Write[]): Promise<WriteResult[]> {
	const done = new Map<Write, Done>();
	let down: SyncError | undefined;
	const attempt = async (write: Write, work: () => Promise<Done>): Promise<void> => {
		if (down) return;
		try {
			done.set(write, await work());
		} catch (error) {
			if (!(error instanceof SyncError)) throw error;
			if (isDown(error)) down = error;
			else done.set(write, { error });
		}
	};
	const fail = (error: SyncError): void => void (down ??= error);
	const of = (action: Write['action']) => writes.filter((write) => write.action === action);
	const { limits } = place.client.system;
	await pooled(
		of('delete'),
		limits.concurrent,
		async (write) => await attempt(write, async () => await removeOne(place, write)),
	);
	for (const action of ['update', 'create'] as const) {
		const open = action === 'create' ? await withoutTwins(place, of(action), done, fail) : of(action);
		const rest = await writeBatches(place, open, done, fail, () => down !== undefined);
		await pooled(
			rest,
			limits.concurrent,
			async (write) => await attempt(write, async () => await writeOne(place, write)),
		);
	}
	if (down && done.size === 0) throw down;
	// One that it stumbles over is that record's; where it stumbles over all, it is the system that cannot work.
	const stumbled = [...done.values()].flatMap((one) =>
		'error' in one && one.error instanceof Stumbled ? [one.error] : [],
	);
	if (stumbled.length > 1 && stumbled.length === done.size)
		throw new SyncError('unreachable', stumbled[0]!.message, stumbled[0]!.detail);
	await readBack(place, done).catch((error: unknown) => {
		if (!(error instanceof SyncError)) throw error;
		down ??= error;
	});
	return writes.map((write) => answer(place, write, done.get(write), down));
}

/** The creates for which nothing stands there yet, where the system itself would not say. */
async function withoutTwins(
	{ reader, shape, writing, asked }: Place,
	writes: Write[],
	done: Map<Write, Done>,
	fail: (error: SyncError) => void,
): Promise<Write[]> {
	const field = writing.looksFirst;
	if (field === undefined || writes.length === 0) return writes;
	const wanted = writes.flatMap(({ set }, ref) =>
		set[field] === undefined || set[field] === null ? [] : [{ ref, match: { [field]: set[field] } }],
	);
	try {
		for (const { ref, id } of await reader.find(wanted, shape, asked))
			done.set(writes[ref]!, {
				error: new SyncError('conflict', `${shape.where}: ${id} has the same “${field}” already.`, { field }),
			});
	} catch (error) {
		if (!(error instanceof SyncError)) throw error;
		fail(error);
		return [];
	}
	return writes.filter((write) => !done.has(write));
}

/** Errors that no single record is to blame for. */
export function isDown(error: SyncError): boolean {
	return (
		error instanceof QuotaSpent ||
		(!(error instanceof TooLate) && (error.kind === 'unreachable' || error.kind === 'denied'))
	);
}

/** Reads again, together, what no answer told of. */
async function readBack({ reader, asked }: Place, done: Map<Write, Done>): Promise<void> {
	const open = [...done].flatMap(([write, one]) =>
		'id' in one && one.record === undefined && !isTold(write, one) ? [{ write, id: one.id }] : [],
	);
	const hits = await reader.byIds(
		open.map(({ id }, ref) => ({ ref, id })),
		asked,
		open.flatMap(({ write }) => write.readBack),
	);
	for (const { ref, record } of hits) {
		const { write, id } = open[ref]!;
		done.set(write, { ...done.get(write), id, record });
	}
}

/** Whether what was sent tells of all that is asked for: what is done later cannot be read yet. */
function isTold({ set, readBack }: Write, one: Done): boolean {
	return 'later' in one && readBack.every((name) => name in set);
}

function answer(
	{ shape, client }: Place,
	write: Write,
	one: Done | undefined,
	down: SyncError | undefined,
): WriteResult {
	const { ref } = write;
	if (one !== undefined && 'id' in one && one.later) {
		const stands = one.record ? shape.read(one.record, write.readBack) : {};
		const meant = Object.entries(write.set).filter(([name]) => write.readBack.includes(name));
		return { ref, ok: true, id: one.id, actual: { ...stands, ...Object.fromEntries(meant) } };
	}
	if (one === undefined || ('id' in one && one.record === undefined && down)) {
		const why = down ?? new SyncError('retry', `${client.system.displayName} gave no answer for this record.`);
		// Others of this batch went through, so that the whole cannot be said to be down.
		return { ref, ok: false, error: new SyncError('retry', why.message, why.detail) };
	}
	if ('error' in one) return { ref, ok: false, error: one.error };
	if ('gone' in one) return { ref, ok: true, id: write.id!, actual: null };
	if (one.record === undefined)
		return {
			ref,
			ok: false,
			error: new SyncError('missing', `${shape.where}: what was written (${one.id}) is not there.`, {
				todo: 'It is looked for by its match fields, or created again.',
			}),
		};
	return { ref, ok: true, id: one.id, actual: shape.read(one.record, write.readBack) };
}
