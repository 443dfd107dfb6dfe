/**
 * A sweep: every confirmed link against what stands in the destination, and the source's value written back where
 * somebody changed it. Resumes where it was cut off. Where the destination can compare by itself, it goes by ranges
 * (`sync/ranges.ts`); else page by page, reading every counterpart. Where the destination can say what was changed in it,
 * sweeps in between look at that alone; it need not tell of what was deleted, so that a full one follows once a day.
 */
import type { Applied, ApplyContext } from './context';
import { compare, type Swept, type Sweeping } from './compare';
import { markingOf } from './marking';
import { sweepRanges } from './ranges';
import { SyncError, type Changes, type Cursor, type Survey } from './types';

export type { Swept } from './compare';

/** How many links one page compares, where the destination does not give more at once. */
const PAGE = 1000;

/** Runs the destination's sweep if one is due; undefined when none is. Outcomes are added to `applied`. */
export async function sweep(
	context: ApplyContext,
	holder: string,
	revision: number,
	applied: Applied,
): Promise<Swept | undefined> {
	const { ledger, row, destination, external, leaseTtl } = context;
	const claimed = await ledger.claimSweep(row.id, holder, leaseTtl);
	if (!claimed) return undefined;
	if (external?.seen === false) {
		// Nobody looked, so there is nothing to compare.
		await ledger.endSweep(row.id, holder, ended(claimed));
		return undefined;
	}
	const swept: Swept = { compared: 0, read: 0, missing: 0 };
	const sweeping: Sweeping = {
		context,
		revision,
		marking: await markingOf(context),
		applied,
		swept,
		looksOnly: claimed.looksOnly,
	};
	try {
		const went = sweeping.marking ? await sweepRanges(sweeping, holder, claimed.range) : 'unordered';
		if (went === 'through') await ledger.endSweep(row.id, holder, ended(sweeping));
		else if (went !== 'unordered') return swept;
		else if (claimed.since !== null && destination.changes)
			await sweepChanges(sweeping, holder, claimed.since, destination.changes);
		else await sweepPages(sweeping, holder, claimed.after);
	} catch (error) {
		applied.down ??=
			error instanceof SyncError
				? error
				: new SyncError('unreachable', error instanceof Error ? error.message : String(error), {
						cause: error,
					});
	}
	return swept;
}

function ended({ looksOnly }: { looksOnly: boolean }): 'whole' | 'looked' {
	return looksOnly ? 'looked' : 'whole';
}

/** All links, in the order of their keys. Ends early when it was stopped, or another node has the sweep by now. */
async function sweepPages(
	sweeping: Sweeping,
	holder: string,
	from: { key: string; part: string } | null,
): Promise<void> {
	const { context, swept, looksOnly } = sweeping;
	const { ledger, row, destination, leaseTtl, signal } = context;
	// Asked before anything is read: what is changed meanwhile is seen twice rather than never. What was only looked at is
	// still to be healed.
	if (from === null && destination.changes && !looksOnly)
		await ledger.keepEdits(row.id, holder, await destination.changes.now());
	let survey: Promise<Survey | undefined> | undefined;
	sweeping.survey = async (fields) => await (survey ??= destination.survey?.(fields));
	let after = from;
	for (;;) {
		if (signal?.aborted) return;
		const page = await ledger.sweepPage(row.id, after, Math.max(PAGE, destination.batchSize));
		const last = page[page.length - 1];
		if (!last) return await ledger.endSweep(row.id, holder, ended(sweeping));
		await compare(page, sweeping);
		swept.compared += page.length;
		after = { key: last.key, part: last.part };
		if (!(await ledger.sweepProgress(row.id, holder, after, leaseTtl))) return;
	}
}

/** What was changed since the last sweep, whoever changed it. One that is cut off begins anew, at the same moment. */
async function sweepChanges(sweeping: Sweeping, holder: string, since: Cursor, changes: Changes): Promise<void> {
	const { context, swept, applied } = sweeping;
	const { ledger, row, leaseTtl, signal } = context;
	const told = applied.outcomes.length;
	let next = since;
	let underway = false;
	for await (const page of changes.since(since)) {
		if (signal?.aborted) return;
		const { ids } = page;
		sweeping.survey = (fields) => page.survey(fields);
		for (let from = 0; from < ids.length; from += PAGE) {
			const { links, busy } = await ledger.sweptOf(row.id, ids.slice(from, from + PAGE));
			underway ||= busy;
			await compare(links, sweeping);
			swept.compared += links.length;
		}
		next = page.cursor;
		if (!(await ledger.sweepProgress(row.id, holder, null, leaseTtl))) return;
	}
	// What could not be written back still stands there, and nobody will change it again.
	underway ||= applied.outcomes.slice(told).some(({ outcome }) => outcome === 'failed');
	// What somebody is just writing may have been read before it was changed: it is looked at again.
	await ledger.endSweep(row.id, holder, { edits: underway ? since : next });
}
