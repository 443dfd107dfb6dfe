/**
 * A destination's lock as its node wants it: installed and renewed where it is on, removed where it is off, and told of
 * every counterpart that is confirmed. Whatever goes wrong with it, the sync goes on without it, and says so.
 */
import { createHash, createHmac } from 'node:crypto';

import { canonical } from './canonical';
import type { ApplyContext } from './context';
import type { DesiredItem } from './items';
import type { DestinationRow, Ledger, LockKept } from './ledger';
import { SyncError, type Destination, type LockSpec, type Marked } from './types';
import { openEnded } from './ends';

/** How many counterparts are told of at once. */
const PAGE = 1000;

export interface LockWanted {
	/** Undefined: as it is. */
	on: boolean | undefined;
	/** The names of the sync and of the node. */
	sync: string;
	node: string;
}

export interface LockState {
	/** Given to what confirms links, where a lock stands. */
	mark?: (rows: Marked[]) => Promise<void>;
	/** What happened to it in this run. */
	changed?: 'installed' | 'renewed' | 'removed';
	/** Why it does not stand though it is wanted, or still stands though it is not. */
	trouble?: string;
}

type Context = Pick<ApplyContext, 'ledger' | 'secret' | 'where' | 'signal'> & {
	destination: Destination;
	row: DestinationRow;
};

/** The fields that the source may own in these items: while they stand, and once they are removed. */
export function lockable(items: DesiredItem[]): string[] {
	const fields = new Set<string>();
	for (const { stamp } of items) {
		if (stamp.action === 'fail') continue;
		const owned = stamp.owned.filter((field) => stamp.lists?.[field] !== 'members');
		for (const field of [...owned, ...Object.keys(stamp.removal.set), ...Object.keys(stamp.removal.onReturn)])
			fields.add(field);
	}
	return [...fields].sort();
}

/** The lock of one node on one target. `row`: the destination's number in the ledger. */
export function lockSpec(
	{ sync, node }: Omit<LockWanted, 'on'>,
	target: string,
	fields: string[],
	secret: string,
	row: number,
): LockSpec {
	const name = createHash('sha256')
		.update(canonical([sync, node, target]))
		.digest('hex')
		.slice(0, 12);
	return {
		name: `one_way_sync_${name}`,
		message: `synced from ${sync}; change it there`,
		fields,
		key: keyOf(secret, row),
	};
}

/** By which the destination knows the sync; nobody has it who has not the ledger. */
function keyOf(secret: string, row: number): string {
	return createHmac('sha256', secret).update(`lock ${row}`).digest('hex');
}

/** Lets a test run that may write pass the lock that stands. */
export async function passLock(ledger: Ledger, sync: number, row: number, destination: Destination): Promise<void> {
	const mine = (await ledger.locks(sync)).find((one) => one.destination === row);
	if (mine && mine.lock.name !== '')
		await destination.lock?.pass({ name: mine.lock.name, key: keyOf(await ledger.secret(), row) });
}

/** Sees to the lock before the items are applied. Never throws for the destination. */
export async function keepLock(items: DesiredItem[], wanted: LockWanted, context: Context): Promise<LockState> {
	const { row, destination, secret } = context;
	try {
		// Should it not be renewed or removed, the sync passes it all the same.
		if (row.locked && row.locked.name !== '')
			await destination.lock?.pass({ name: row.locked.name, key: keyOf(secret, row.id) });
		if (wanted.on === undefined) {
			const { lock } = destination;
			return row.locked && lock ? { mark: async (rows) => await lock.mark(rows) } : {};
		}
		const moved = await removeLeft(context);
		const kept = await (wanted.on ? install(items, wanted, context) : uninstall(context));
		return { ...(moved && { changed: 'removed' as const }), ...kept };
	} catch (error) {
		if (!(error instanceof SyncError)) throw error;
		const trouble = `${openEnded(error.message)}.${error.detail.todo ? ` ${error.detail.todo}` : ''}`;
		const nothing: LockKept = { name: '', fields: [], revision: 0, complete: false, undo: [] };
		await context.ledger.setLock(row.id, { ...(row.locked ?? nothing), complete: false, trouble });
		return { trouble };
	}
}

async function install(items: DesiredItem[], wanted: LockWanted, context: Context): Promise<LockState> {
	const { ledger, destination, row, secret } = context;
	const { lock, target } = destination;
	if (!lock)
		throw new SyncError('setup', `${context.where} cannot hold a lock`, { todo: 'Switch off Lock Synced Fields.' });
	const before = row.locked ?? undefined;
	const known = before?.revision === row.revision ? before.fields : [];
	const fields = [...new Set([...known, ...lockable(items)])].sort();
	if (fields.length === 0) return {};
	const spec = lockSpec(wanted, target.id, fields, secret, row.id);
	// After a rename the lock has another name.
	const renamed = before && before.name !== '' && before.name !== spec.name;
	if (renamed) await lock.remove(before.name, target.id);
	const state = await lock.keep(spec);
	const complete = state !== 'new' && before?.complete === true && !renamed;
	const { remove } = state === 'standing' && complete ? { remove: before.undo } : await lock.show(spec);
	const kept: LockKept = { name: spec.name, fields, revision: row.revision, complete, undo: remove };
	await ledger.setLock(row.id, kept);
	if (!complete && (await markAll(lock.mark.bind(lock), context)))
		await ledger.setLock(row.id, { ...kept, complete: true });
	const result: LockState = {
		...(state !== 'standing' && { changed: state === 'new' ? 'installed' : 'renewed' }),
		mark: async (rows) => {
			try {
				await lock.mark(rows);
			} catch (error) {
				if (!(error instanceof SyncError)) throw error;
				result.trouble = error.message;
				await ledger.setLock(row.id, { ...kept, complete: false, trouble: error.message });
			}
		},
	};
	return result;
}

/** Tells the lock of all that is confirmed. False where the run was stopped meanwhile. */
async function markAll(mark: (rows: Marked[]) => Promise<void>, { ledger, row, signal }: Context): Promise<boolean> {
	let after: { key: string; part: string } | null = null;
	for (;;) {
		if (signal?.aborted) return false;
		const page = await ledger.linkedPage(row.id, after, PAGE);
		if (page.length === 0) return true;
		await mark(page.map(({ counterpart, fields }) => ({ id: counterpart, fields })));
		const last = page[page.length - 1]!;
		after = { key: last.key, part: last.part };
	}
}

async function uninstall({ ledger, destination, row }: Context): Promise<LockState> {
	const { locked } = row;
	if (!locked) return {};
	if (locked.name !== '') await destination.lock?.remove(locked.name, destination.target.id);
	await ledger.setLock(row.id, null);
	return locked.name === '' ? {} : { changed: 'removed' };
}

/** The node writes to another table now: its lock on the former one goes, where that is in the same place. */
async function removeLeft({ ledger, destination, row }: Context): Promise<boolean> {
	let removed = false;
	for (const left of await ledger.locks(row.sync)) {
		if (!left.retired || left.node !== row.node || left.target === null || left.lock.name === '') continue;
		if (!(await destination.lock?.remove(left.lock.name, left.target))) continue;
		await ledger.setLock(left.destination, null);
		removed = true;
	}
	return removed;
}
