/**
 * A sweep: every confirmed link against what stands in the destination, and the source's value written back where
 * somebody changed it. Resumes where it was cut off. Where the destination can compare by itself, it goes by ranges
 * (`sync/ranges.ts`); else page by page, reading every counterpart.
 */
import type { Applied, ApplyContext } from './context';
import { compare, type Swept, type Sweeping } from './compare';
import { markingOf } from './marking';
import { sweepRanges } from './ranges';
import { SyncError } from './types';

export type { Swept } from './compare';

/** How many links one page compares. */
const PAGE = 1000;

/** Runs the destination's sweep if one is due; undefined when none is. Outcomes are added to `applied`. */
export async function sweep(
	context: ApplyContext,
	holder: string,
	revision: number,
	applied: Applied,
): Promise<Swept | undefined> {
	const { ledger, row, external, leaseTtl } = context;
	const claimed = await ledger.claimSweep(row.id, holder, leaseTtl);
	if (!claimed) return undefined;
	if (external?.seen === false) {
		// Nobody looked, so there is nothing to compare.
		await ledger.endSweep(row.id, holder);
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
		const through = went === 'unordered' ? await sweepPages(sweeping, holder, claimed.after) : went === 'through';
		if (through) await ledger.endSweep(row.id, holder);
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

/** All links, in the order of their keys. False when it was stopped, or another node has the sweep by now. */
async function sweepPages(
	sweeping: Sweeping,
	holder: string,
	from: { key: string; part: string } | null,
): Promise<boolean> {
	const { context, swept } = sweeping;
	const { ledger, row, leaseTtl, signal } = context;
	let after = from;
	for (;;) {
		if (signal?.aborted) return false;
		const page = await ledger.sweepPage(row.id, after, PAGE);
		const last = page[page.length - 1];
		if (!last) return true;
		await compare(page, sweeping);
		swept.compared += page.length;
		after = { key: last.key, part: last.part };
		if (!(await ledger.sweepProgress(row.id, holder, after, leaseTtl))) return false;
	}
}
