/**
 * A sweep: every confirmed link against what stands in the destination, page by page, and the source's value written
 * back where somebody changed it. Resumes where it was cut off.
 */
import { pick } from './canonical';
import { idempotencyKey, type Applied, type ApplyContext } from './context';
import { isKeyed } from './fingerprint';
import type { FieldChange } from './items';
import type { SweptLink } from './ledger';
import { editedIn, editorOf, hide, sentence } from './outcome';
import { isOwnSpelling, matches, names } from './plan';
import { SyncError, type ActualRecord, type Fields, type Write, type WriteResult } from './types';
import { forLedger, redact, verify } from './verify';

/** How many links one page compares. */
const PAGE = 1000;

export interface Swept {
	compared: number;
	missing: number;
}

interface Drifted {
	link: SweptLink;
	changes: FieldChange[];
	actual: ActualRecord;
	sensitive: string[];
}

/** Runs the destination's sweep if one is due; undefined when none is. Outcomes are added to `applied`. */
export async function sweep(
	context: ApplyContext,
	holder: string,
	revision: number,
	applied: Applied,
): Promise<Swept | undefined> {
	const { ledger, row, external, leaseTtl, signal } = context;
	const claimed = await ledger.claimSweep(row.id, holder, leaseTtl);
	if (!claimed) return undefined;
	if (external?.seen === false) {
		// Nobody looked, so there is nothing to compare.
		await ledger.endSweep(row.id, holder);
		return undefined;
	}
	const swept: Swept = { compared: 0, missing: 0 };
	let after = claimed.after;
	for (;;) {
		if (signal?.aborted) return swept;
		const page = await ledger.sweepPage(row.id, after, PAGE);
		if (page.length === 0) break;
		try {
			await sweepOnce(page, context, revision, applied, swept);
		} catch (error) {
			applied.down ??=
				error instanceof SyncError
					? error
					: new SyncError('unreachable', error instanceof Error ? error.message : String(error), {
							cause: error,
						});
			return swept;
		}
		const last = page[page.length - 1]!;
		after = { key: last.key, part: last.part };
		if (!(await ledger.sweepProgress(row.id, holder, after, leaseTtl))) return swept;
	}
	await ledger.endSweep(row.id, holder);
	return swept;
}

async function sweepOnce(
	page: SweptLink[],
	context: ApplyContext,
	revision: number,
	applied: Applied,
	swept: Swept,
): Promise<void> {
	const { ledger, row, destination, editor } = context;
	const fields = names(...page.map((link) => Object.keys(link.fields)), editor === undefined ? [] : [editor]);
	const found = new Map<number, ActualRecord>();
	for (let from = 0; from < page.length; from += destination.batchSize) {
		const lookups = page
			.slice(from, from + destination.batchSize)
			.map(({ counterpart }, n) => ({ ref: from + n, id: counterpart }));
		for (const record of await destination.read(lookups, fields)) found.set(record.ref, record);
	}
	swept.compared += page.length;
	const gone: SweptLink[] = [];
	const again: SweptLink[] = [];
	const drifted: Drifted[] = [];
	for (const [ref, link] of page.entries()) {
		const actual = found.get(ref);
		if (!actual) {
			swept.missing++;
			gone.push(link);
			continue;
		}
		const changes = drift(link, actual.fields, context);
		if (changes.length === 0) continue;
		// A sensitive value is not in the ledger: the record comes again by the ordinary way, read from the source; so does
		// what a person has to review first.
		const sensitive = Object.keys(link.fields).filter((field) => isKeyed(link.fields[field]));
		if (context.reviewed || changes.some(({ field }) => sensitive.includes(field))) again.push(link);
		else drifted.push({ link, changes, actual, sensitive });
	}
	await ledger.sweptMissing(row.id, gone, 'missing');
	await ledger.sweptMissing(row.id, again, 'drifted');
	for (let from = 0; from < drifted.length; from += destination.batchSize) {
		await heal(drifted.slice(from, from + destination.batchSize), context, revision, applied);
	}
}

/** The owned fields of which the destination no longer holds what was confirmed. */
function drift(link: SweptLink, actual: Fields, { secret, external }: ApplyContext): FieldChange[] {
	const changes: FieldChange[] = [];
	for (const [field, now] of Object.entries(link.fields)) {
		const was = Object.hasOwn(actual, field) ? actual[field]! : null;
		if (matches(now, was, secret) || isOwnSpelling(link, field, now, was, secret)) continue;
		if (external?.alike(now, was)) continue;
		changes.push({ field, was, now, drift: true });
	}
	return changes;
}

async function heal(drifted: Drifted[], context: ApplyContext, revision: number, applied: Applied): Promise<void> {
	const { ledger, row, destination, external, writeTtl, clock } = context;
	const asked = clock();
	const { run, keys } = await ledger.claimHeal(
		row.id,
		drifted.map(({ link }) => link),
		writeTtl,
	);
	const sending = drifted.filter(({ link }) => keys.has(link.key));
	if (external) {
		for (const { link, changes, actual, sensitive } of sending) {
			const healing = { link, changes, before: actual.fields, sensitive };
			external.handOut(undefined, { destination: row.id, run, heal: healing });
		}
		return;
	}
	const writes = sending.map(({ link, changes }, ref): Write => ({
		ref,
		action: 'update',
		id: link.counterpart,
		set: pick(
			link.fields,
			changes.map(({ field }) => field),
		),
		readBack: Object.keys(link.fields).filter((field) => !isKeyed(link.fields[field])),
		idempotencyKey: idempotencyKey(context, link, revision, `heal ${run}`),
	}));
	if (writes.length === 0) return;
	const results = new Map(
		(await destination.write(writes, writeTtl - (clock() - asked))).map((result) => [result.ref, result]),
	);
	const answers = sending.map(({ link, changes, actual, sensitive }, ref) => ({
		healing: { link, changes, before: actual.fields, sensitive },
		result: results.get(ref),
	}));
	await settleHeals(answers, run, context, applied);
}

/** A heal whose write is under way, or done. */
export interface Healing {
	link: SweptLink;
	changes: FieldChange[];
	/** What stood there. */
	before: Fields;
	sensitive: string[];
}

/** Tells the ledger what became of heals. */
export async function settleHeals(
	answers: { healing: Healing; result: WriteResult | undefined }[],
	run: number,
	{
		ledger,
		row,
		where,
		secret,
		retry,
		editor,
	}: Pick<ApplyContext, 'ledger' | 'row' | 'where' | 'secret' | 'retry' | 'editor'>,
	applied: Applied,
): Promise<void> {
	const healed: Parameters<typeof ledger.confirmHeal>[2] = [];
	for (const { healing, result } of answers) {
		const { link, changes, before, sensitive } = healing;
		const name = link.name ?? link.key;
		try {
			if (!result?.ok)
				throw result?.error ?? new SyncError('retry', 'the destination gave no answer for this record');
			const written = pick(link.fields, Object.keys(result.actual ?? {}));
			const told = verify(written, result.actual ?? {}, before, sensitive);
			const shown = hide(changes, sensitive);
			const by = editor === undefined ? undefined : editorOf(before[editor]);
			healed.push({
				key: link.key,
				part: link.part,
				told: forLedger(told, sensitive, secret),
				history: shown.map(({ field, was, now }) => ({
					outcome: 'healed',
					field,
					was,
					now,
					why: by === undefined ? 'sweep' : editedIn(by),
				})),
			});
			applied.outcomes.push({
				outcome: 'healed',
				key: link.key,
				name,
				text: sentence('healed', name, where, shown, by),
				changes: shown,
				...(by !== undefined && { editedBy: before[editor!] }),
				counterpart: link.counterpart,
			});
		} catch (error) {
			if (!(error instanceof SyncError)) throw error;
			const told = redact(error, {}, sensitive);
			const again = retry.attempts > 1;
			await ledger.fail(row.id, run, [
				{
					key: link.key,
					part: link.part,
					version: link.version,
					error: told.message,
					retryIn: again ? retry.delay(1) : null,
					countsAttempt: true,
				},
			]);
			applied.outcomes.push({
				outcome: 'failed',
				key: link.key,
				name,
				text: sentence('failed', name, where, [], told.message),
				changes: [],
				todo: told.detail.todo,
				again,
			});
		}
	}
	await ledger.confirmHeal(row.id, run, healed);
}
