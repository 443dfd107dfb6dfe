/**
 * A destination node's whole pass over its items: claim, read what stands there, plan, write ahead, write, confirm.
 * Works in batches; one bad record fails by itself, and a destination that is down fails none of them: they come again.
 */
import { canonical, pick } from './canonical';
import type { Applied, ApplyContext } from './context';
import type { External } from './external';
import type { DesiredItem } from './items';
import type { Link } from './ledger';
import { intentOf, type Watch } from './guard';
import { linkName } from './key';
import { nameOf, outcome, sentence } from './outcome';
import { markingOf } from './marking';
import { batchesOf, claimedFor, linkNameOf, linkText, standsForNone } from './parts';
import { plan, type Plan } from './plan';
import { failureOf, prepareAll, readActual, takeOver, tiesOf, type Ready } from './prepare';
import { Settlement } from './settle';
import { unreviewed } from './review';
import { SyncError, type Marking } from './types';
import { withOthers } from './waiting';

interface Claimed {
	item: DesiredItem;
	link: Link;
}

/** Applies items that travel under leases. Never throws for a record, nor for a destination that is down. */
export async function apply(items: DesiredItem[], context: ApplyContext): Promise<Applied> {
	const applied: Applied = { outcomes: [], held: [], waiting: 0, intended: 0 };
	const first = await isFirst(context, applied);
	context.findings = new Map();
	for (const group of groups(items, context.destination.batchSize, applied, context)) {
		if (context.signal?.aborted) break;
		await applyBatch(group, first, context, applied);
	}
	applied.held = await context.ledger.untoldHolds(context.row.id);
	return applied;
}

/** Whether this would be the first write into a destination that is not empty. Only the destination can say. */
async function isFirst({ ledger, destination, row }: ApplyContext, applied: Applied): Promise<boolean> {
	if (row.firstWrite !== 'unknown') return row.firstWrite === 'waits';
	try {
		const empty = (await destination.isEmpty?.()) ?? true;
		return (await ledger.foundEmpty(row.id, empty)) === 'waits';
	} catch (error) {
		applied.down = faultOf(error);
		return false;
	}
}

/** Whatever keeps the destination as a whole from being worked with. */
function faultOf(error: unknown): SyncError {
	if (error instanceof SyncError) return error;
	return new SyncError('unreachable', error instanceof Error ? error.message : String(error), { cause: error });
}

/** Batches of one run and one mapping each. Equal items of one key collapse; differing ones are told apart by nobody. */
function groups(items: DesiredItem[], size: number, applied: Applied, { where }: ApplyContext): DesiredItem[][] {
	const seen = new Map<string, DesiredItem>();
	const byRun = new Map<string, DesiredItem[]>();
	for (const item of items) {
		const { stamp } = item;
		const name = `${stamp.run} ${stamp.mapping}`;
		const id = `${name} ${linkNameOf(item)}`;
		const twin = seen.get(id);
		if (twin) {
			if (twin.stamp.action !== item.stamp.action || canonical(twin.fields) !== canonical(item.fields)) {
				twin.stamp = {
					...twin.stamp,
					action: 'fail',
					error: {
						reason: 'it reached this node twice in one run, with different values',
						todo: 'See which branches between the trigger and this node meet here, and let only one of them carry the record.',
					},
				};
			}
			applied.outcomes.push(
				outcome(
					item,
					'superseded',
					where,
					sentence('superseded', nameOf(item), where, [], 'the same record came twice in this run'),
				),
			);
			continue;
		}
		seen.set(id, item);
		const group = byRun.get(name);
		if (group) group.push(item);
		else byRun.set(name, [item]);
	}
	return [...byRun.values()].flatMap((group) => batchesOf(group, size));
}

async function applyBatch(
	items: DesiredItem[],
	first: boolean,
	context: ApplyContext,
	applied: Applied,
): Promise<void> {
	const { ledger, row, destination, where, secret } = context;
	const { run, mapping } = items[0]!.stamp;
	if (run === undefined) throw new SyncError('setup', 'An item without a lease cannot be written.');
	const { revision, claims, watched } = await ledger.claim(
		row.id,
		run,
		mapping,
		items.map(({ beside, stamp: { key, version, part, parts } }) => ({
			key,
			version,
			...(part !== undefined && { part }),
			...(parts && { parts: parts.keys }),
			...(beside && { beside }),
		})),
		context.leaseTtl,
	);
	const { byItem, rest } = claimedFor(items, claims);
	const claimed: Claimed[] = [];
	const known: Claimed[] = [];
	const failing: Claimed[] = [];
	for (const { claim, rest: of } of rest)
		(of.how === 'known' ? known : of.how === 'failed' ? failing : claimed).push({
			item: of.item,
			link: claim.link,
		});
	for (const item of items) {
		if (standsForNone(item)) continue;
		const claim = byItem.get(linkNameOf(item));
		if (claim && claim.superseded === undefined) claimed.push(undone(item, claim.link));
		else if (claim?.idle !== true)
			applied.outcomes.push(
				outcome(
					item,
					'superseded',
					where,
					sentence(
						'superseded',
						nameOf(item),
						where,
						[],
						claim?.superseded ?? 'the ledger does not know it for this destination',
					),
				),
			);
	}
	if (claimed.length + known.length + failing.length === 0) return;
	const watch: Watch = { first, changes: watched };
	const settlement = new Settlement(context, run, revision, applied);
	// A record whose own link failed is told of once, whatever parts it has.
	const told = new Set(claimed.map(({ link }) => linkName(link)));
	try {
		if (applied.down) throw applied.down;
		for (const { item, link } of known) settlement.know(item, link);
		for (const { item, link } of failing.length > 0 ? await letPass(failing, revision, run, context) : []) {
			settlement.refuse(item, link, failureOf(item), { untold: told.has(link.key) });
			told.add(link.key);
		}
		const due = await letPass(claimed, revision, run, context);
		const sure = due.filter(({ item, link }) => !doubted(item, link, context, settlement));
		const going = await withOthers(sure, context, settlement);
		const { ready, refused } = await prepareAll(going, destination);
		for (const { item, link, error } of refused) settlement.refuse(item, link, error);
		settlement.marking = await markingOf(context, { items: sure.map(({ item }) => item), revision });
		await lookUp(ready, context, settlement.marking);
		const { moved, refused: unfit } = await takeOver(ready, run, context);
		for (const { item, link, error } of unfit) settlement.refuse(item, link, error);
		for (const { item, link } of ready) {
			const to = moved.get(linkName(link));
			if (to !== undefined) settlement.pass(item, link, `what it stood for has the key ${to} by now`);
		}
		const standing = ready.filter(({ link }) => !settlement.has(link));
		const ties = await tiesOf(standing, context);
		const writes: { one: Ready; plan: Plan }[] = [];
		const creating = new Map<string, string>();
		for (const one of standing) {
			const planned = plan({
				stamp: one.item.stamp,
				link: one.link,
				prepared: one.prepared,
				actual: one.actual,
				revision,
				secret,
				ties: ties(one),
			});
			const unseen = context.reviewed ? unreviewed(planned, one, context) : undefined;
			if (unseen) {
				settlement.hold(one.link, unseen);
				continue;
			}
			const twin = planned.action === 'create' ? sameMatch(one, creating) : undefined;
			if (twin !== undefined) {
				settlement.refuse(
					one.item,
					one.link,
					new SyncError('conflict', `it has the same match value as key ${twin}`, {
						todo: 'Make the match value unique in the source, or match by another field.',
					}),
				);
				continue;
			}
			// A person has looked at a reviewed plan already, and wants an undo.
			const intent = context.reviewed || one.link.undo ? undefined : intentOf(planned, one.link, watch);
			if (intent) settlement.intend(one.link, intent);
			else if (!settlement.without(one, planned)) writes.push({ one, plan: planned });
		}
		if (context.signal?.aborted) {
			await ledger.unclaim(
				row.id,
				run,
				writes.map(({ one }) => one.link),
			);
		} else await settlement.write(writes);
		await settlement.close();
	} catch (error) {
		const fault = faultOf(error);
		applied.down ??= fault;
		applied.waiting += await settlement.giveUp([...claimed, ...known, ...failing], fault);
	}
}

/** What a person wants undone is written in place of what the mapping says: of the fields that the source owns. */
function undone(item: DesiredItem, link: Link): Claimed {
	const { undo } = link;
	if (!undo) return { item, link };
	const { stamp } = item;
	if (stamp.action !== 'write') {
		const reason = 'it cannot be undone, since the record does not belong in the destination any more';
		return { item: { ...item, stamp: { ...stamp, action: 'fail', error: { reason } } }, link };
	}
	// What stands there is no edit of somebody else's.
	const fields = { ...item.fields, ...pick(undo, stamp.owned) };
	return { item: { ...item, fields }, link: { ...link, confirmedVersion: 0 } };
}

/** What stands in the destination now, for each record. */
async function lookUp(
	ready: Ready[],
	{ destination, external, secret, editor }: ApplyContext,
	marking: Marking | undefined,
): Promise<void> {
	if (external) external.look(ready, secret);
	else await readActual(ready, destination, { editor, marking });
}

/** Refuses a record of which nobody knows whether it stands in the destination already. */
function doubted(item: DesiredItem, link: Link, { external }: ApplyContext, settlement: Settlement): boolean {
	const doubt = external?.doubt(link) ?? unseenMembers(item, external);
	if (doubt === undefined || item.stamp.action === 'fail') return false;
	settlement.refuse(item, link, doubt, { lasting: true });
	return true;
}

/** Whoever does not see a list cannot leave the members of others in it. */
function unseenMembers({ stamp }: DesiredItem, external: External | undefined): SyncError | undefined {
	const field = Object.entries(stamp.lists ?? {}).find(([, kind]) => kind === 'members')?.[0];
	if (!external || external.seen || field === undefined || stamp.action !== 'write') return undefined;
	return new SyncError(
		'setup',
		`only some members of “${field}” are ours, and nobody has looked which others stand there`,
		{
			field,
			todo: 'Connect what stands there to the second input of Plan, or own the list whole.',
		},
	);
}

/** A record that was only sent to carry a sweep is compared by the sweep, not here. */
async function letPass(
	claimed: Claimed[],
	revision: number,
	run: number,
	{ ledger, row }: ApplyContext,
): Promise<Claimed[]> {
	const carries = ({ item, link }: Claimed) =>
		item.stamp.reason === 'sweep' &&
		link.confirmedVersion === link.version &&
		link.confirmedRevision === revision &&
		link.removal !== 'released';
	await ledger.unclaim(
		row.id,
		run,
		claimed.filter(carries).map(({ link }) => link),
	);
	return claimed.filter((one) => !carries(one));
}

/** The key of this batch that is about to be created with the same match values, if there is one. */
function sameMatch({ item, prepared, link }: Ready, creating: Map<string, string>): string | undefined {
	const values = canonical(pick(prepared, item.stamp.match));
	const other = creating.get(values);
	if (other === undefined) creating.set(values, linkText(link));
	return other;
}
