/**
 * The guard: what may be done to a destination before a person has looked. All its rules, and why they are so.
 *
 * What it may have to stop is first *intended*: the destination node plans it and writes nothing. When all that is due
 * has been planned, the ledger counts per destination in one transaction (`ledger/guard.ts`), and then all of a kind goes
 * or all of it is held. A person's release counts once. Nothing that is held is lost: what returns to what it was is free
 * by itself, and a record that changes is planned anew.
 *
 * 1. **removals**: more than `few` and more than `share` of the counterparts within a rolling 24 hours. A broken import
 *    looks like a hundred leavers. Deactivations count: to be locked out is to be gone.
 * 2. **missing**: counterparts that a sweep did not find would be created again; within the same limits. Whoever emptied
 *    the table, or moved it, would have twins otherwise.
 * 3. **first**: the first write into a destination that is not empty, all of it. A wrong match field overwrites the wrong
 *    rows, and only before the first write is there nothing to mend. What only ties records to rows that are equal already
 *    writes nothing, and goes.
 * 4. **changes**: one field losing its value in more than `changes` of the counterparts within one drain. A column that
 *    was dropped, a SELECT that was edited, a mapping row dragged to the wrong field. A value is lost when another, or
 *    none, takes its place; *filling* an empty field loses nothing and does not count, so that a field may be mapped anew.
 *    Healing does not count: it writes back what was confirmed. Nor do creates.
 */
import type { FieldChange } from './items';
import type { Guard, Hold, HoldKind, Link } from './ledger';
import type { Plan } from './plan';
import type { Value } from './types';

/** Links below which a share says little. */
export const FEW_LINKS = 20;
/** As many values of one field may be emptied in any case; emptying is seldom meant. */
export const FEW_EMPTIED = 5;
/** As many values of one field may change in any case: a small company renames its departments. */
export const FEW_CHANGED = 20;

export const DEFAULT_GUARD: Guard = { few: 5, share: 0.1, changes: 0.2, first: true };

/**
 * Whether that many removals are too many. `links` are the counterparts that stood before the first of them.
 * From 20 links on: more than `few` and more than `share` of them. Below: more than a third, and at least 3; whoever lets
 * a larger share go means it there, too.
 */
export function exceeds(guard: Pick<Guard, 'few' | 'share'>, counted: { removals: number; links: number }): boolean {
	const { removals, links } = counted;
	if (links < FEW_LINKS) return removals >= 3 && removals > Math.max(1 / 3, guard.share) * links;
	return removals > Math.max(guard.few, guard.share * links);
}

/** In how many counterparts one field would lose its value, and in how many of these without getting another. */
export interface Losses {
	lost: number;
	emptied: number;
}

/** Whether one field would lose its value in too many of the counterparts. */
export function losesTooMuch({ changes }: Pick<Guard, 'changes'>, { lost, emptied }: Losses, links: number): boolean {
	return emptied > Math.max(FEW_EMPTIED, changes * links) || lost > Math.max(FEW_CHANGED, changes * links);
}

/**
 * Whether so many counterparts are about to be written that one field could lose too much. Only then are changes
 * intended before they are written; all other drains are written as they are planned.
 */
export function mayLoseTooMuch(guard: Pick<Guard, 'changes'>, about: number, links: number): boolean {
	return losesTooMuch(guard, { lost: about, emptied: about }, links);
}

/** A write that the guard has to count first. */
export interface Intent {
	kind: 'first' | 'changes';
	/** `first`: `create`, `adopt` or `overwrite`. `changes`: each field that loses its value, as JSON: `emptied` or `changed`. */
	what: string;
}

/** What a destination node knows of the guard while it plans. */
export interface Watch {
	/** Nothing was ever written there by this sync, and it is not empty. */
	first: boolean;
	/** So much is due that one field could lose too much. */
	changes: boolean;
}

/** What the guard has to count before this plan is carried out; undefined where it may go at once. */
export function intentOf(plan: Plan, link: Pick<Link, 'passed' | 'counterpart'>, watch: Watch): Intent | undefined {
	if (link.passed) return undefined;
	if (watch.first) {
		if (plan.action === 'create') return { kind: 'first', what: 'create' };
		if (plan.action === 'update') return { kind: 'first', what: 'overwrite' };
		if (plan.action === 'none' && plan.outcome === 'adopted') return { kind: 'first', what: 'adopt' };
	}
	if (!watch.changes || plan.action !== 'update' || link.counterpart === null) return undefined;
	const losses = lossesOf(plan.changes);
	return Object.keys(losses).length === 0 ? undefined : { kind: 'changes', what: JSON.stringify(losses) };
}

/** The fields whose value would be lost, in the order of their names. */
export function lossesOf(changes: FieldChange[]): Record<string, 'emptied' | 'changed'> {
	const losses = changes
		.filter(({ was, drift }) => !drift && !isEmpty(was))
		.map(({ field, now }): [string, 'emptied' | 'changed'] => [field, isEmpty(now) ? 'emptied' : 'changed']);
	return Object.fromEntries(losses.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isEmpty(value: Value): boolean {
	return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

// ─── What a person reads ─────────────────────────────────────────────────────────────────────────────────────────

/** Why removals, or what is missing, are held. */
export function reasonForMany(
	kind: 'removals' | 'missing',
	counted: { count: number; links: number; before: number; cautious: boolean },
): string {
	const { count, links, before, cautious } = counted;
	const what = kind === 'removals' ? 'would be removed' : 'are missing in the destination and would be created again';
	const earlier = kind === 'removals' ? 'have gone' : 'were created again';
	const more = before > 0 ? `, and ${before} ${earlier} within the last 24 hours` : '';
	const why = cautious
		? 'the ledger was lost or restored, so a person has to look at the first ones'
		: 'that is more than the guard lets pass';
	return `${count} of ${links} counterparts ${what}${more}; ${why}`;
}

/** Why a first write is held. */
export function reasonForFirst(where: string, counts: { create: number; adopt: number; overwrite: number }): string {
	const { create, overwrite } = counts;
	const adopt = counts.adopt + overwrite;
	const adopted = adopt > 0 ? `, ${adopt} adopted, of which ${overwrite} overwritten` : '';
	return `This is the first write into ${where}, which is not empty: ${create} would be created${adopted}`;
}

/** Why a mass change is held. */
export function reasonForChanges(fields: ({ field: string } & Losses)[], links: number): string {
	const told = fields.map(({ field, lost, emptied }) => {
		const how = emptied === lost ? 'be emptied' : emptied === 0 ? 'change' : `change or be emptied (${emptied})`;
		return `“${field}” would ${how} in ${lost}`;
	});
	return `${told.join(', and ')} of ${links} counterparts at once; that is more than the guard lets pass`;
}

/** How many of what are held, for a line of text. */
export function heldText({ kind, count }: Pick<Hold, 'kind' | 'count'>): string {
	const one = count === 1;
	switch (kind) {
		case 'removals':
			return one ? '1 removal is held' : `${count} removals are held`;
		case 'missing':
			return one
				? '1 record whose counterpart is missing is held'
				: `${count} records whose counterparts are missing are held`;
		case 'first':
			return one ? 'The first record is held' : `The first ${count} records are held`;
		case 'changes':
			return one ? '1 change is held' : `${count} changes are held`;
	}
}

const IF_NOT: Record<HoldKind, string> = {
	removals: 'If not, mend the source: whoever is back there is free by itself.',
	missing: 'If not, restore the rows in the destination, or detach the records.',
	first: 'If not, correct the mapping, above all its match field, and publish: everything is planned anew.',
	changes: 'If not, mend the source or the mapping: what is as it was is free by itself.',
};

/** What a person can do about a hold, in the editor's own words. */
export function whatToDo({ id, kind }: Pick<Hold, 'id' | 'kind'>): string {
	return `If that is right: release hold ${id} on the board or with the node Sync Ledger; or open the trigger of the workflow, Options, Add Option, Release Hold, enter ${id}, and publish. ${IF_NOT[kind]}`;
}
