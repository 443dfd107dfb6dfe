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
import { linkNameOf, linkText, standsForNone } from './parts';
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
export async function planForReview<Item extends DesiredItem>(
	items: Item[],
	context: PreviewContext,
): Promise<{ planned: Planned[]; rest: Item[] }> {
	const planned: Planned[] = [];
	const previewed = await preview(items, { ...context, live: true });
	for (const { item, outcome: told, planned: one } of previewed) {
		const hash = one && planHash(one.plan, one.one, context.secret);
		if (hash !== undefined) planned.push({ item, outcome: told, plan: { hash, fields: item.fields } });
	}
	const [shown, records] = [new Set(planned.map(({ item }) => linkNameOf(item))), new Set<string>()];
	for (const { item } of planned) records.add(item.stamp.key);
	const rest = items.filter((item) =>
		standsForNone(item) ? !records.has(item.stamp.key) : !shown.has(linkNameOf(item)),
	);
	// What else is due of a record waits for those of its parts that a person looks at.
	return { planned, rest: rest.map((item) => (records.has(item.stamp.key) ? { ...item, beside: true } : item)) };
}

/** Undefined for a plan that changes nothing in the destination. No value can be guessed from it. */
function planHash(plan: Plan, { link, actual }: Ready, secret: string): string | undefined {
	switch (plan.action) {
		case 'create':
		case 'update':
		case 'deactivate': {
			const there = actual.map(({ id, fields }) => ({ id, was: pick(fields, Object.keys(plan.set)) }));
			return keyed(secret, { key: linkText(link), action: plan.action, set: plan.set, there }).$keyed;
		}
		case 'delete':
		case 'detach':
			return keyed(secret, { key: linkText(link), action: plan.action, there: plan.counterpart }).$keyed;
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
