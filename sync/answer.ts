/** What became of writes that others did: confirmed in the ledger, or failed there. */
import { pick, same } from './canonical';
import type { Applied, ApplyContext } from './context';
import type { Errand, HealErrand } from './external';
import { isKeyed } from './fingerprint';
import type { DesiredItem } from './items';
import { linkName } from './key';
import { plainFields } from './lists';
import { merge } from './plan';
import { respelled } from './respell';
import { Settlement } from './settle';
import { settleHeals } from './heal';
import { SyncError, type Fields, type WriteResult } from './types';

/** What is known of one write. */
export type Said =
	| {
			ok: true;
			id: string | undefined;
			/** What the destination showed of the record, if anything. */ fields: Fields;
	  }
	| { ok: false; error: SyncError; /** It is sure that nothing was written. */ nothing: boolean };

export interface Answer {
	/** The caller's number for it; the outcome carries it back. */
	item: number;
	errand: Errand | HealErrand;
	said: Said;
}

/** Tells the ledger. An answer whose lease is over confirms nothing, but a counterpart that was made is kept. */
export async function answer(answers: Answer[], context: ApplyContext): Promise<Applied> {
	const applied: Applied = { outcomes: [], held: [], waiting: 0, intended: 0 };
	const runs = new Map<string, Answer[]>();
	for (const one of answers) {
		const id = 'heal' in one.errand ? `heal ${one.errand.run}` : `${one.errand.run} ${one.errand.revision}`;
		const group = runs.get(id);
		if (group) group.push(one);
		else runs.set(id, [one]);
	}
	for (const group of runs.values()) {
		const { errand } = group[0]!;
		if ('heal' in errand) await healed(group, errand.run, context, applied);
		else await written(group, errand, context, applied);
	}
	return applied;
}

async function written(answers: Answer[], { run, revision }: Errand, context: ApplyContext, applied: Applied) {
	const settlement = new Settlement(context, run, revision, applied);
	const made = new Map<string, { key: string; part: string; id: string }>();
	for (const { item: number, errand, said } of answers) {
		const { stamp, desired, plan, before, ...planned } = errand as Errand;
		const link = { ...planned.link, fields: null };
		const item: DesiredItem = { item: number, fields: desired, stamp };
		if (!said.ok) {
			// What is to be deleted and is not there is gone.
			if (plan.action === 'delete' && said.error.kind === 'missing')
				settlement.accept({ item, link, actual: [] }, plan, gone(plan.counterpart));
			else
				settlement.refuse(
					item,
					link,
					said.error,
					plan.action === 'create' && said.nothing ? { notCreated: true } : {},
				);
			continue;
		}
		const id = plan.action === 'create' ? said.id : plan.counterpart;
		if (id === undefined) {
			settlement.refuse(item, link, unnamed());
			continue;
		}
		if (plan.action === 'create') made.set(linkName(link), { key: link.key, part: link.part, id });
		const actual = plan.action === 'delete' ? null : readBack(plan.fields, plan.set, said.fields, link.told);
		settlement.accept({ item, link, actual: [{ fields: before }] }, plan, { ref: 0, ok: true, id, actual });
	}
	const late = await settlement.close();
	for (const [name, { key, part, id }] of made) {
		if (late.has(name)) await context.ledger.keepCounterpart(context.row.id, key, part, id);
	}
}

async function healed(answers: Answer[], run: number, context: ApplyContext, applied: Applied): Promise<void> {
	const all = answers.map(({ errand, said }): Parameters<typeof settleHeals>[0][number] => {
		const healing = (errand as HealErrand).heal;
		const { link } = healing;
		if (!said.ok) return { healing, result: { ref: 0, ok: false, error: said.error } };
		const actual = readBack(pick(link.fields, Object.keys(link.fields)), {}, said.fields, link.told);
		return { healing, result: { ref: 0, ok: true, id: link.counterpart, actual } };
	});
	await settleHeals(all, run, context, applied);
}

function gone(id: string): Extract<WriteResult, { ok: true }> {
	return { ref: 0, ok: true, id, actual: null };
}

function unnamed(): SyncError {
	return new SyncError('retry', 'it was created, but the id that it has got is not in the output', {
		todo: 'Set New ID of the node Confirm to where the id stands in the output of the node before it.',
	});
}

/**
 * What the destination holds now, as far as it showed it: a value in another spelling is learned. A value that is
 * another one altogether may mean something else there, so what was sent counts; the next look tells.
 */
function readBack(fields: Fields, written: Fields, shown: Fields, told: Fields | null): Fields {
	const sent = plainFields(merge(fields, written));
	const actual = merge(sent);
	for (const [name, value] of Object.entries(sent)) {
		const found = Object.hasOwn(shown, name) ? shown[name]! : undefined;
		const known = told !== null && !Object.hasOwn(written, name) ? told[name] : undefined;
		if (isKeyed(value)) continue;
		if (found !== undefined && !same(found, value) && respelled(value, found)) actual[name] = found;
		else if (found === undefined && known !== undefined && !isKeyed(known) && respelled(value, known))
			actual[name] = known;
	}
	return actual;
}
