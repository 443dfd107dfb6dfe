/**
 * A sweep where the data is. The destination folds the marks of all that stands in a range; a range whose fold is the one
 * that was last seen clean, and in which nothing of ours has changed since, is as it was. Of any other the single marks are
 * listed and compared with the confirmed ones, and only linked counterparts that differ are read, field by field.
 *
 * A fold counts what is not ours too: an edit there costs a look, and nothing else. What no range accounts for (a link that
 * is new, or whose mark is not known) is read last, so that nothing depends on a range being right.
 */
import { compare, type Sweeping } from './compare';
import type { SweptRange } from './ledger';
import { SyncError, type MarkedRange, type Marks } from './types';

/** How many counterparts a range is drawn for. From four times as many on it is parted. */
const SIZE = 512;
/** Ranges whose folds are asked for at once, and whose marks are. */
const FOLDED = 64;
const LISTED = 8;
/** Bounds that are drawn at once. */
const BOUNDS = 2000;
/** From so many links on that no range accounts for, though they are fine, all ranges are looked at by the next sweep. */
const LOOSE = 1000;
/** So many ranges may turn out empty or too large though they were only just drawn. */
const STRIKES = 3;

/**
 * `stopped`: somebody stopped it, or another node has the sweep by now. `unordered`: what the destination orders by is not
 * what it compares by, so that ranges mean nothing there.
 */
export type Went = 'through' | 'stopped' | 'unordered';

/** Sweeps behind the range where the last one was cut off. */
export async function sweepRanges(sweeping: Sweeping, holder: string, from: number | null): Promise<Went> {
	const { ledger, row, leaseTtl, signal } = sweeping.context;
	const walk = new Walk(sweeping);
	try {
		if (from === null) await ledger.beginRanges(row.id, walk.size);
		for (let after = from; ;) {
			if (signal?.aborted) return 'stopped';
			const ranges = await ledger.ranges(row.id, after, FOLDED);
			if (ranges.length === 0) return await sweepLoose(sweeping, holder, after ?? 0);
			after = (await walk.over(ranges)) ?? after;
			if (walk.strikes > STRIKES) break;
			if (after !== null && !(await ledger.rangeProgress(row.id, holder, after, leaseTtl))) return 'stopped';
		}
	} catch (error) {
		if (!(error instanceof SyncError) || error.kind !== 'refused') throw error;
	}
	await ledger.forgetRanges(row.id);
	return 'unordered';
}

class Walk {
	readonly size: number;
	strikes = 0;
	/** Ranges that this walk has drawn and not looked at yet. */
	private readonly drawn = new Set<number>();

	constructor(private readonly sweeping: Sweeping) {
		this.size = sweeping.context.rangeSize ?? SIZE;
	}

	/** Some ranges in a row. Answers with the last one that is done: one that has grown too large is parted first. */
	async over(ranges: SweptRange[]): Promise<number | undefined> {
		const { context, swept, marking } = this.sweeping;
		const marks = context.destination.marks!;
		const known = ranges.filter(({ fold }) => fold !== null);
		// Two at once: a server has more than one processor.
		const half = Math.ceil(known.length / 2);
		const halves = [known.slice(0, half), known.slice(half)].filter(({ length }) => length > 0);
		const folds = (await Promise.all(halves.map(async (some) => await marks.folds(marking!, some)))).flat();
		const same = new Set(known.filter(({ fold }, n) => folds[n]!.fold === fold));
		for (const [n, range] of known.entries()) if (same.has(range)) swept.compared += folds[n]!.count;
		const open = ranges.filter((range) => !same.has(range));
		for (let at = 0; at < open.length; at += LISTED) {
			const some = open.slice(at, at + LISTED);
			const listed = await marks.list(marking!, some, 4 * this.size);
			this.judge(some, listed);
			const large = listed.findIndex(({ fold }) => fold === undefined);
			await look(some, large < 0 ? listed : listed.slice(0, large), this.sweeping);
			if (large < 0) continue;
			await this.part(some[large]!, marks);
			return ranges[ranges.indexOf(some[large]!) - 1]?.id;
		}
		return ranges[ranges.length - 1]!.id;
	}

	private async part(range: SweptRange, marks: Marks): Promise<void> {
		const { ledger, row } = this.sweeping.context;
		const bounds = await marks.bounds(range, this.size, BOUNDS);
		const made = await ledger.splitRange(
			row.id,
			range.id,
			bounds.filter((bound) => bound !== range.upTo),
		);
		if (made.length === 0) this.strikes++;
		for (const id of made) this.drawn.add(id);
	}

	/** Where a range was only just drawn for so many, about so many should be in it. */
	private judge(ranges: SweptRange[], listed: MarkedRange[]): void {
		for (const [n, { fold, marks }] of listed.entries())
			if (this.drawn.delete(ranges[n]!.id) && (fold === undefined || marks.length === 0)) this.strikes++;
	}
}

/** Ranges mark by mark. One is clean when nothing linked in it differs, or what differs was read and is as confirmed after all. */
async function look(ranges: SweptRange[], listed: MarkedRange[], sweeping: Sweeping): Promise<void> {
	const { context, swept } = sweeping;
	const { ledger, row } = context;
	if (listed.length === 0) return;
	const given = listed.map(({ marks }, n) => ({ id: ranges[n]!.id, marks }));
	const { suspects, unsettled } = await ledger.compareMarks(row.id, given);
	const { verified, missing } = await compare(suspects, sweeping);
	const fine = new Map(verified.map(({ link, mark }) => [link, mark]));
	const gone = new Set(missing);
	const standing = new Map<string, string>();
	if (suspects.length > 0) for (const { marks } of listed) for (const { id, mark } of marks) standing.set(id, mark);
	for (const link of suspects) {
		// What was read must be what the fold was made of.
		const mark = fine.get(link);
		const settled = mark === undefined ? gone.has(link) : standing.get(link.counterpart) === mark;
		if (!settled) unsettled.add(link.range);
	}
	const clean = listed.flatMap(({ fold, marks }, n) => {
		const { id, writes } = ranges[n]!;
		return unsettled.has(id) ? [] : [{ id, fold: fold!, count: marks.length, writes }];
	});
	for (const { marks } of listed) swept.compared += marks.length;
	await ledger.cleanRanges(
		row.id,
		verified.map(({ link, mark }) => ({ link, mark, range: link.range })),
		clean,
	);
}

/** Links that no range accounts for. */
async function sweepLoose(sweeping: Sweeping, holder: string, last: number): Promise<Went> {
	const { ledger, row, destination, leaseTtl, signal } = sweeping.context;
	let fine = 0;
	for (let after: string | null = ''; after !== null;) {
		const window: Awaited<ReturnType<typeof ledger.looseLinks>> = await ledger.looseLinks(row.id, after);
		for (let at = 0; at < window.links.length; at += destination.batchSize) {
			if (signal?.aborted) return 'stopped';
			const { verified } = await compare(window.links.slice(at, at + destination.batchSize), sweeping);
			await ledger.cleanRanges(
				row.id,
				verified.map(({ link, mark }) => ({ link, mark, range: null })),
				[],
			);
			fine += verified.length;
			if (!(await ledger.rangeProgress(row.id, holder, last, leaseTtl))) return 'stopped';
		}
		after = window.after;
	}
	if (fine >= LOOSE) await ledger.dirtyRanges(row.id);
	return 'through';
}
