/** How a sync feels: what is wrong, one sentence each, and whether that is news. */
import { whatToDo } from './guard';
import type { TickResult, TickSettings } from './host';
import type { Ledger, ObservationResult, SyncRow } from './ledger';
import { isPause } from './pause';
import { SyncError } from './types';
import { openEnded } from './ends';

/** Adds to what is wrong. A kind that was there before is no news, whatever its words say now. */
export function trouble(result: TickResult, kind: string, text: string): void {
	result.troubles.push(text);
	result.kinds.push(kind);
}

/** What is odd about a read of the source. */
export function judge(
	result: TickResult,
	observed: ObservationResult,
	{ unkeyed, known, complete }: { unkeyed: number; known: number; complete: boolean },
): void {
	if (observed.emptied) {
		trouble(
			result,
			'emptied',
			`The source gave no record at all, though ${known} are known. Nothing was removed. If that is wrong, mend the source; the sync goes on by itself. If it is meant to be empty, delete the rows in the destination yourself.`,
		);
	}
	if (complete && observed.older > 0) {
		trouble(
			result,
			'older',
			`${observed.older} records are older in the source, by its ordering column, than what was read before, and were left as they were. If the source was put back to an older state and is right, take the ordering column out of the trigger.`,
		);
	}
	if (observed.duplicates.count > 0) {
		trouble(
			result,
			'duplicates',
			`${observed.duplicates.count} keys came more than once with different fields, and were left as they were: ${observed.duplicates.sample.slice(0, 5).join(', ')}. Choose key columns that are unique.`,
		);
	}
	if (unkeyed > 0) trouble(result, 'unkeyed', `${unkeyed} rows have an empty key and were left out.`);
}

/** So many changes without an event may always have come between two of them, and that share of the records. */
const UNTOLD = { few: 5, share: 0.01 };

/** What a complete read of a pushed sync found and no event had told of: counted always, told where it is much. */
export async function tellRepairs(
	ledger: Ledger,
	sync: SyncRow,
	result: TickResult,
	{ created, updated, returned, vanished }: ObservationResult,
): Promise<void> {
	const count = created + updated + returned + vanished;
	if (count === 0) return;
	await ledger.repaired(sync.id, count);
	if (count <= Math.max(UNTOLD.few, UNTOLD.share * sync.records)) return;
	trouble(
		result,
		'repairs',
		`${count} changes were found by the full comparison; no event had told of them (${created} new records, ${updated + returned} changed, ${vanished} gone). They are on their way now. See at the sender why its events do not arrive.`,
	);
}

/** A removal counts as confirmed late after so long, if nothing else is said. */
const UNCONFIRMED_AFTER = 5 * 60_000;
/** So many are named. */
const NAMED = 20;

/** Removals that nobody confirmed in time. Each is news of its own, so that each is heard of. */
async function tellUnconfirmed(ledger: Ledger, sync: number, result: TickResult, after: number): Promise<void> {
	const late = await ledger.unconfirmed(sync, after, NAMED);
	if (late.length === 0) return;
	const names = late.map(({ name, key, where, since }) => `${name ?? key} in ${where} (${lasted(since)})`);
	const count = late.length < NAMED ? `${late.length}` : `${NAMED} or more`;
	const [what, they] = late.length === 1 ? ['removal is', 'It is'] : ['removals are', 'They are'];
	result.troubles.push(
		`${count} ${what} not confirmed ${lasted(after)} after the source changed: ${names.join(', ')}. ${they} tried again by themselves; until then, see to them in the destination.`,
	);
	result.kinds.push(...late.map(({ destination, key }) => `unconfirmed ${destination} ${key}`));
}

function lasted(milliseconds: number): string {
	const minutes = Math.floor(milliseconds / 60_000);
	return minutes > 0 ? `${minutes} min` : `${Math.round(milliseconds / 1000)} s`;
}

/** Locks that do not stand as they should; and, once, those that were left behind where nobody of ours can reach them. */
async function tellLocks(ledger: Ledger, sync: number, result: TickResult): Promise<void> {
	for (const { destination, name, where, retired, lock } of await ledger.locks(sync)) {
		if (!retired) {
			if (lock.trouble !== undefined)
				trouble(
					result,
					`lock ${destination}`,
					`The lock of ${name} does not stand as it should; the sync goes on without it. ${lock.trouble}`,
				);
			continue;
		}
		if (lock.told || lock.name === '') continue;
		trouble(
			result,
			`left lock ${destination}`,
			`${name} no longer writes to ${where}, but its lock still stands there and refuses changes of synced rows. Put the node back, switch Lock Synced Fields off and let it run once; or run there: ${lock.undo.join(' ')}`,
		);
		await ledger.setLock(destination, { ...lock, told: true });
	}
}

/** Puts together how the sync feels at the end of a tick, and says whether that is news. */
export async function tell(
	ledger: Ledger,
	sync: SyncRow,
	result: TickResult,
	{
		release: wanted,
		unconfirmedAfter = UNCONFIRMED_AFTER,
		keepBack = false,
	}: Pick<TickSettings, 'release' | 'unconfirmedAfter' | 'keepBack'>,
): Promise<void> {
	result.counts = await ledger.counts(sync.id);
	for (const { name, text } of await ledger.down(sync.id))
		if (!isPause(text)) trouble(result, `down ${name}`, `${name} cannot be written to: ${text}`);
	for (const { name, since } of sync.paused ? [] : await ledger.unswept(sync.id)) {
		trouble(
			result,
			`unswept ${name}`,
			`${name} should have been compared with the source since ${new Date(since).toISOString()}, but no item reaches it: what somebody edits there is not noticed. See whether a node between the trigger and ${name} drops all items; use the mapping’s scope instead.`,
		);
	}
	if (unconfirmedAfter > 0 && !sync.paused) await tellUnconfirmed(ledger, sync.id, result, unconfirmedAfter);
	await tellLocks(ledger, sync.id, result);
	const holds = await ledger.openHolds(sync.id);
	const used =
		result.release === 'closed' ? ` (Release Hold is ${wanted}, which is over: another hold, another number.)` : '';
	for (const { reason, id, kind } of holds)
		trouble(result, `hold ${id}`, `${reason}. Nothing of it was done. ${whatToDo({ id, kind })}${used}`);
	if (result.release === 'unknown') {
		const open = holds.length === 0 ? 'There is none open' : `Open: ${holds.map(({ id }) => id).join(', ')}`;
		trouble(
			result,
			`no hold ${wanted}`,
			`Release Hold is ${wanted}, and this sync has no hold of that number. ${open}. Correct the option of the trigger, or remove it, and publish.`,
		);
	}
	if (result.counts.failed > 0) {
		const [first] = await ledger.failures(sync.id, 1);
		const reason = first ? ` The first: ${first.name ?? first.key}: ${first.error}` : '';
		trouble(result, 'failed', `${result.counts.failed} records failed and were given up for now.${reason}`);
	}
	if (result.counts.tasks > 0) {
		const [first] = await ledger.failures(sync.id, 1, 'task');
		const what = first ? ` The first: ${first.name ?? first.key}: ${first.error}` : '';
		trouble(
			result,
			'tasks',
			`${result.counts.tasks} ${result.counts.tasks === 1 ? 'task waits' : 'tasks wait'} for a person, because the destination’s API cannot do it.${what} Mark it as done on the board, or by the node Sync Ledger.`,
		);
	}
	// What failed and waits for its next try, or was not tried at all, is no sign of health; neither is it news.
	if (result.troubles.length === 0 && (keepBack || result.counts.later > 0) && sync.health === 'failing') {
		result.health = 'failing';
		return;
	}
	result.health = result.troubles.length === 0 ? 'healthy' : 'failing';
	const { turned } = await ledger.setHealth(sync.id, result.health, result.troubles.join('\n') || null, result.kinds);
	result.turned = turned;
}

/** An error in one line, with what to do. */
export function plain(error: unknown): string {
	if (error instanceof SyncError) {
		return error.detail.todo ? `${openEnded(error.message)}. ${error.detail.todo}` : error.message;
	}
	return error instanceof Error ? error.message : String(error);
}
