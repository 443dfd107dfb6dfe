/**
 * Read, then act. A plan is shown, a person looks at it, and it is applied only while everything still is as it was
 * looked at: the record, the mapping, and what stands in the destination. Planning claims and writes nothing; the lease
 * stays with the run, however long the person takes.
 */
import { pick } from './canonical';
import type { ApplyContext } from './context';
import { keyed } from './fingerprint';
import type { DesiredItem, Outcome } from './items';
import { intention, nameOf, outcome } from './outcome';
import type { Plan } from './plan';
import type { Ready } from './prepare';
import { describePlan, preview, type PreviewContext } from './preview';
import type { Fields } from './types';

/** What a plan for review carries along under `_sync`. */
export interface ForReview {
	/** Equal as long as the plan, and what stands there now, are the same. */
	hash: string;
	/** The desired fields. */
	fields: Fields;
}

export interface Planned {
	item: DesiredItem;
	outcome: Outcome;
	plan: ForReview;
}

/**
 * Plans items that travel under leases: those that a person has to look at, and the rest, which need no write and may be
 * settled at once. Throws {@link SyncError} where the destination as a whole cannot be read.
 */
export async function planForReview(
	items: DesiredItem[],
	context: PreviewContext,
): Promise<{ planned: Planned[]; rest: DesiredItem[] }> {
	const planned: Planned[] = [];
	const rest: DesiredItem[] = [];
	const previewed = await preview(items, { ...context, live: true });
	for (const [at, item] of items.entries()) {
		const { outcome: told, planned: one } = previewed[at]!;
		const hash = one && planHash(one.plan, one.one, context.secret);
		if (hash === undefined) rest.push(item);
		else planned.push({ item, outcome: told, plan: { hash, fields: item.fields } });
	}
	return { planned, rest };
}

/** Undefined for a plan that changes nothing in the destination. No value can be guessed from it. */
function planHash(plan: Plan, { link, actual }: Ready, secret: string): string | undefined {
	switch (plan.action) {
		case 'create':
		case 'update':
		case 'deactivate': {
			const there = actual.map(({ id, fields }) => ({ id, was: pick(fields, Object.keys(plan.set)) }));
			return keyed(secret, { key: link.key, action: plan.action, set: plan.set, there }).$keyed;
		}
		case 'delete':
		case 'detach':
			return keyed(secret, { key: link.key, action: plan.action, there: plan.counterpart }).$keyed;
		default:
			return undefined;
	}
}

/** The outcome of a plan that nobody looked at as it is now; undefined where it may be applied. */
export function unreviewed(
	plan: Plan,
	one: Ready,
	{ secret, where }: Pick<ApplyContext, 'secret' | 'where'>,
): Outcome | undefined {
	const hash = planHash(plan, one, secret);
	const { item } = one;
	if (hash === undefined || hash === item.stamp.plan?.hash) return undefined;
	const now = describePlan(item, plan, { where });
	const was = item.stamp.plan === undefined ? 'was not reviewed' : 'is no longer as it was reviewed';
	return outcome(
		item,
		'held',
		where,
		`${nameOf(item)} ${was}, and nothing was written. Now it ${intention(now.action!, where, now.changes)}. It comes again for review by itself.`,
		{
			action: now.action,
			changes: now.changes,
			counterpart: now.counterpart,
		},
	);
}
