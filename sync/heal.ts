/** The source's value written back where somebody changed it in the destination. */
import { pick } from './canonical';
import type { Sweeping } from './compare';
import { idempotencyKey, type Applied, type ApplyContext } from './context';
import { isKeyed } from './fingerprint';
import { linkName } from './key';
import { callLink } from './parts';
import { lostFight } from './fight';
import type { FieldChange } from './items';
import type { SweptLink } from './ledger';
import { editedIn, editorOf, hidden, hide, provisionalSentence, sentence } from './outcome';
import { SyncError, type ActualRecord, type Fields, type Write, type WriteResult } from './types';
import { forLedger, longestOf, redact, verify } from './verify';

/** A link whose counterpart differs. */
export interface Drifted {
	link: SweptLink;
	changes: FieldChange[];
	actual: ActualRecord;
	/** Its fields whose values are not shown. */
	sensitive: string[];
}

/** Writes back what was confirmed, under a run of its own. */
export async function heal(drifted: Drifted[], { context, revision, marking, applied }: Sweeping): Promise<void> {
	const { ledger, row, destination, external, writeTtl, clock } = context;
	const longest = longestOf(await destination.describe());
	const asked = clock();
	const { run, keys } = await ledger.claimHeal(
		row.id,
		drifted.map(({ link }) => link),
		writeTtl,
	);
	const fights = await ledger.fights(
		row.id,
		drifted.map(({ link }) => link),
	);
	const sending: Drifted[] = [];
	for (const one of drifted) {
		if (!keys.has(linkName(one.link))) continue;
		const lost = lostFight(one, fights);
		if (lost) await giveUp(one, lost, run, context, applied);
		else sending.push(one);
	}
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
		set: Object.fromEntries(changes.map(({ field, now }) => [field, now])),
		readBack: Object.keys(link.fields).filter((field) => !isKeyed(link.fields[field])),
		idempotencyKey: idempotencyKey(context, link, revision, `heal ${run}`),
	}));
	if (writes.length === 0) return;
	const results = new Map(
		(await destination.write(writes, writeTtl - (clock() - asked), marking)).map((result) => [result.ref, result]),
	);
	const answers = sending.map(({ link, changes, actual, sensitive }, ref) => ({
		healing: { link, changes, before: actual.fields, sensitive },
		result: results.get(ref),
	}));
	await settleHeals(answers, run, { ...context, longest }, applied);
}

/** Somebody else writes it too: failed until the record or the mapping changes. */
async function giveUp(
	{ link, changes, sensitive }: Drifted,
	error: SyncError,
	run: number,
	{ ledger, row, where }: ApplyContext,
	applied: Applied,
): Promise<void> {
	const { key, part, version } = link;
	const why = `${error.message}. ${error.detail.todo}`;
	const history = [{ outcome: 'failed', field: error.detail.field ?? null, was: null, now: null, why }];
	await ledger.fail(row.id, run, [{ key, part, version, error: why, retryIn: null, countsAttempt: true, history }]);
	applied.outcomes.push({
		outcome: 'failed',
		key,
		...(part !== '' && { part }),
		name: callLink(link),
		text: sentence('failed', callLink(link), where, [], error.message),
		changes: hide(changes, sensitive),
		field: error.detail.field,
		todo: error.detail.todo,
		again: false,
	});
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
		longest,
	}: Pick<ApplyContext, 'ledger' | 'row' | 'where' | 'secret' | 'retry' | 'editor'> & {
		longest?: ReadonlyMap<string, number>;
	},
	applied: Applied,
): Promise<void> {
	const healed: Parameters<typeof ledger.confirmHeal>[2] = [];
	for (const { healing, result } of answers) {
		const { link, changes, before, sensitive } = healing;
		const name = callLink(link);
		const part = link.part !== '' && { part: link.part };
		try {
			if (!result?.ok)
				throw result?.error ?? new SyncError('retry', 'the destination gave no answer for this record');
			const written = pick(link.fields, Object.keys(result.actual ?? {}));
			const found = verify(written, result.actual ?? {}, before, { sensitive, known: link, secret, longest });
			const shown = hide(changes, sensitive);
			const by = editor === undefined ? undefined : editorOf(before[editor]);
			healed.push({
				key: link.key,
				part: link.part,
				told: forLedger(found.told, sensitive, secret),
				provisional: forLedger(found.provisional, sensitive, secret),
				// What stands there is to be looked at again: no mark may say that it is as confirmed.
				mark: found.provisional ? undefined : result.mark,
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
				...part,
				name,
				text: found.provisional
					? provisionalSentence(
							sentence('healed', name, where, shown, by),
							hidden(found.provisional, sensitive),
						)
					: sentence('healed', name, where, shown, by),
				changes: shown,
				...(by !== undefined && { editedBy: before[editor!] }),
				counterpart: link.counterpart,
			});
		} catch (error) {
			if (!(error instanceof SyncError)) throw error;
			const told = redact(error, {}, sensitive);
			const again = retry.attempts > 1 && told.detail.final !== true;
			await ledger.fail(row.id, run, [
				{
					key: link.key,
					part: link.part,
					version: link.version,
					error: told.message,
					retryIn: again ? retry.delay(1) : null,
					countsAttempt: true,
					...(!again && {
						history: [
							{
								outcome: 'failed',
								field: told.detail.field ?? null,
								was: null,
								now: null,
								why: told.message,
							},
						],
					}),
				},
			]);
			applied.outcomes.push({
				outcome: 'failed',
				key: link.key,
				...part,
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
