/**
 * What would be done, and nothing done: the plan of each record against what stands in the destination now. And, where a
 * person asks for it in a test, the very same plans written for a few records, confirming nothing.
 */
import { belong, type Belongs } from './belong';
import { pick } from './canonical';
import type { External } from './external';
import { fingerprint } from './fingerprint';
import type { DesiredItem, FieldChange, Outcome } from './items';
import type { Ledger, Link } from './ledger';
import type { Findings } from './look-up';
import { asTask, editorOf, intention, nameOf, outcome, sentence } from './outcome';
import { linkNameOf, withDropped } from './parts';
import { merge, names, plan, type Plan } from './plan';
import { prepareAll, readActual, tiesOf, type Ready, type Ties } from './prepare';
import { SyncError, type Destination, type Write, type WriteResult } from './types';
import { redact, verify } from './verify';
import { openEnded } from './ends';

export interface PreviewContext {
	destination: Destination;
	/** What the ledger knows of these records, by link name; one that is not there was never linked. */
	links: Map<string, Link>;
	ledger: Pick<Ledger, 'sharers'> & Partial<Pick<Ledger, 'referred' | 'referrers'>>;
	/** The destination's row in the ledger; 0 where there is none yet. */
	row: { id: number };
	/** Where others do the writing. */
	external?: External;
	secret: string;
	where: string;
	/** The field in which the destination says who edited a counterpart last. */
	editor?: string;
	/** Removals are planned as they are: those that the guard has not counted wait for it. */
	live?: boolean;
}

export interface Previewed {
	/** The item, or one made for a part that has left its record's list. */
	item: DesiredItem;
	outcome: Outcome;
	/** None for a record that would fail before it is planned. */
	planned?: { one: Ready; plan: Plan };
}

type Action = NonNullable<Outcome['action']>;
type Writing = Extract<Plan, { action: 'create' | 'update' }>;

/**
 * Previews every item, in their order, and behind them the linked parts that have left their records' lists. An item that
 * stands for no element has none of its own. Throws {@link SyncError} where the destination as a whole cannot be read. */
export async function preview(items: DesiredItem[], context: PreviewContext): Promise<Previewed[]> {
	const { destination, links } = context;
	const previewed: Previewed[] = [];
	const findings: Findings = new Map();
	const all = withDropped(items, links);
	for (let from = 0; from < all.length; from += destination.batchSize) {
		const batch = all
			.slice(from, from + destination.batchSize)
			.map((item) => ({ item, link: links.get(linkNameOf(item)) ?? unlinked(item, context.row.id === 0) }));
		const going: typeof batch = [];
		const byItem = new Map<string, Previewed>();
		const answers = await belong(batch, { ...context, findings });
		for (const [at, { item, link }] of batch.entries()) {
			const belongs = answers[at]!;
			if (belongs.how === 'ready') going.push({ item: belongs.item, link });
			else byItem.set(idOf(item), { item, outcome: unready(item, belongs, context) });
		}
		const { ready, refused } = await prepareAll(going, destination);
		if (context.external) context.external.look(ready, context.secret);
		else await readActual(ready, destination, { editor: context.editor });
		const ties = await tiesOf(ready, context);
		for (const { item, error } of refused) {
			const shown = redact(error, item.fields, item.stamp.sensitive);
			const outcome = told(item, 'fail', [], context, shown.message, shown.detail.todo);
			byItem.set(idOf(item), { item, outcome });
		}
		for (const one of ready) byItem.set(idOf(one.item), planOne(one, ties(one), context));
		previewed.push(...batch.map(({ item }) => byItem.get(idOf(item))!));
	}
	return previewed;
}

/** The same record may have come twice. */
function idOf(item: DesiredItem): string {
	return `${item.item} ${linkNameOf(item)}`;
}

/** A record that needs others, as it would be now. */
function unready(item: DesiredItem, belongs: Exclude<Belongs, { how: 'ready' }>, context: PreviewContext): Outcome {
	if (belongs.how === 'waits') return told(item, 'none', [], context, `would wait: ${belongs.text}`);
	const { message, detail } = redact(belongs.error, item.fields, item.stamp.sensitive);
	return told(item, 'fail', [], context, message, detail.todo);
}

function planOne(one: Ready, ties: Ties, context: PreviewContext): Previewed {
	const { item, link, prepared, actual } = one;
	// The source may have changed since the ledger last saw it: what was confirmed counts as behind.
	const planned = plan({
		stamp: item.stamp,
		link,
		prepared,
		actual,
		revision: Number.POSITIVE_INFINITY,
		secret: context.secret,
		ties,
		preview: context.live !== true,
	});
	const outcome = describePlan(item, planned, context);
	const by = context.editor === undefined ? undefined : actual[0]?.fields[context.editor];
	if (outcome.action === 'heal' && editorOf(by) !== undefined) {
		outcome.editedBy = by;
		outcome.text = `${outcome.name} ${intention('heal', context.where, outcome.changes, editorOf(by))}.`;
	}
	return { item, outcome, planned: { one, plan: planned } };
}

/** A plan in words. */
export function describePlan(item: DesiredItem, planned: Plan, context: Pick<PreviewContext, 'where'>): Outcome {
	switch (planned.action) {
		case 'create':
			return told(
				item,
				'create',
				Object.entries(planned.set).map(([field, now]) => ({ field, was: null, now })),
				context,
			);
		case 'update':
			return told(
				item,
				({ updated: 'update', healed: 'heal', adopted: 'adopt', reactivated: 'reactivate' } as const)[
					planned.outcome
				],
				planned.changes,
				context,
			);
		case 'deactivate':
			return told(item, 'deactivate', planned.changes, context);
		case 'delete': {
			const { task } = item.stamp.removal;
			if (task === undefined) return told(item, 'remove', [], context);
			const todo = asTask(task, item, planned.counterpart);
			return told(item, 'task', [], context, todo, todo);
		}
		case 'detach':
			return told(item, 'detach', [], context);
		case 'none':
			return planned.outcome === 'adopted'
				? told(item, 'adopt', [], context)
				: told(item, 'none', [], context, planned.note);
		case 'forget':
			return planned.state === 'gone'
				? idle(item, 'removed before', context, 'has been removed before; nothing to do')
				: idle(item, 'out of scope', context, 'does not belong there and is not there');
		case 'intend':
			return idle(item, 'waiting for the guard on removals', context, 'would wait for the guard on removals');
		case 'fail':
			return told(item, 'fail', [], context, planned.reason, planned.todo);
	}
}

function told(
	item: DesiredItem,
	action: Action,
	changes: FieldChange[],
	{ where }: Pick<PreviewContext, 'where'>,
	more?: string,
	todo?: string,
): Outcome {
	const made = outcome(item, 'preview', where, '', { action, changes, ...(todo !== undefined && { todo }) });
	const text = `${made.name} ${intention(action, where, made.changes, more === undefined ? undefined : openEnded(more))}.`;
	return { ...made, text };
}

function idle(
	item: DesiredItem,
	why: NonNullable<Outcome['idle']>,
	context: Pick<PreviewContext, 'where'>,
	more: string,
): Outcome {
	return { ...told(item, 'none', [], context, more), idle: why };
}

/** A record that the ledger knows nothing of: there before the sync began, or new since. */
function unlinked({ stamp }: DesiredItem, initial: boolean): Link {
	return {
		key: stamp.key,
		part: stamp.part ?? '',
		version: stamp.version,
		present: stamp.change !== 'removed',
		changedAt: 0,
		counterpart: null,
		confirmedVersion: null,
		confirmedRevision: null,
		fields: null,
		told: null,
		provisional: null,
		removal: 'none',
		removedBefore: false,
		attempts: 0,
		initial,
		createIntended: false,
		match: null,
		passed: false,
		waitsSince: null,
	};
}

/**
 * Writes what a preview planned, for the records that a person chose. Creates and updates only: a removal is never tried
 * out. Nothing is confirmed; answers with the outcomes, and with the counterparts that are known now.
 */
export async function tryOut(previewed: Previewed[], context: PreviewContext): Promise<Outcome[]> {
	const chosen = previewed.flatMap(({ planned }) =>
		planned && (planned.plan.action === 'create' || planned.plan.action === 'update')
			? [{ one: planned.one, plan: planned.plan }]
			: [],
	);
	if (chosen.length === 0) return [];
	const writes = chosen.map(({ one, plan: writing }, ref) => asWrite(one, writing, ref));
	const results = new Map((await context.destination.write(writes)).map((result) => [result.ref, result]));
	return chosen.map(({ one, plan: writing }, ref) => tried(one, writing, results.get(ref), context));
}

function asWrite({ item, prepared }: Ready, writing: Writing, ref: number): Write {
	const readBack = names(Object.keys(writing.set), Object.keys(writing.fields));
	const common = {
		ref,
		set: writing.set,
		readBack,
		idempotencyKey: fingerprint(
			['test', item.stamp.name, linkNameOf(item), JSON.stringify(prepared)].join('\u0000'),
		),
	};
	return writing.action === 'create'
		? { ...common, action: 'create' }
		: { ...common, action: 'update', id: writing.counterpart };
}

function tried(
	{ item, actual }: Ready,
	writing: Writing,
	result: WriteResult | undefined,
	{ where }: PreviewContext,
): Outcome {
	const { stamp } = item;
	try {
		if (!result?.ok)
			throw result?.error ?? new SyncError('retry', 'the destination gave no answer for this record');
		verify(
			merge(pick(writing.fields, Object.keys(result.actual ?? {})), writing.set),
			result.actual ?? {},
			actual[0]?.fields ?? {},
			{ sensitive: stamp.sensitive, strict: true },
		);
		const changes =
			writing.action === 'create'
				? Object.entries(writing.set).map(([field, now]) => ({ field, was: null, now }))
				: writing.changes;
		return outcome(item, writing.action === 'create' ? 'created' : writing.outcome, where, undefined, {
			changes,
			counterpart: result.id,
		});
	} catch (error) {
		if (!(error instanceof SyncError)) throw error;
		const shown = redact(error, item.fields, stamp.sensitive);
		const message = openEnded(shown.message);
		return outcome(item, 'failed', where, sentence('failed', nameOf(item), where, [], message), {
			todo: shown.detail.todo,
		});
	}
}
