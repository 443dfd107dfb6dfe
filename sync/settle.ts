/**
 * One batch's answers on their way into the ledger and out of the node: what needs no write, what was written and read
 * back, what failed and when it is tried again.
 */
import { hasJust, pick } from './canonical';
import { idempotencyKey, type Applied, type ApplyContext } from './context';
import type { Intent } from './guard';
import { linkName } from './key';
import { isListed, isMembers } from './lists';
import type { DesiredItem, FieldChange, Outcome, OutcomeName } from './items';
import type { Confirmed, FailedLink, HistoryEntry, Link, WaitingLink } from './ledger';
import {
	confirmedSentence,
	editedIn,
	editorOf,
	hidden,
	nameOf,
	outcome,
	provisionalSentence,
	sentence,
} from './outcome';
import { merge, names, plan, type Plan } from './plan';
import { readAgain, tiesOf, type Ready } from './prepare';
import {
	SyncError,
	type ActualRecord,
	type Fields,
	type Marked,
	type Marking,
	type Value,
	type Write,
	type WriteResult,
} from './types';
import { forLedger, longestOf, redact, verify, type Verified } from './verify';
import { openEnded } from './ends';

type Writing = Extract<Plan, { action: 'create' | 'update' | 'delete' | 'deactivate' }>;
interface Planned {
	one: Ready;
	plan: Plan;
}
/** What is known of a record whose write went well. */
interface Accepted {
	item: DesiredItem;
	link: Pick<Link, 'key' | 'part' | 'version' | 'attempts' | 'counterpart' | 'fields'> &
		Partial<Pick<Link, 'changedAt' | 'confirmedVersion' | 'told' | 'provisional' | 'undo'>>;
	actual: Pick<ActualRecord, 'fields'>[];
}

/** Of a link, what a failure needs. */
type Failing = Pick<Link, 'key' | 'part' | 'version' | 'attempts'>;
interface Extra {
	counterpart?: string;
	/** It is tried for as long as it takes: nothing is known to be wrong with the record. */
	lasting?: boolean;
	/** The create surely made nothing. */
	notCreated?: boolean;
	/** Another link of the same record is told of with the same words. */
	untold?: boolean;
	/** It waited for another record in vain. */
	waits?: true;
}

const OUTCOMES = { create: 'created', delete: 'removed', deactivate: 'deactivated' } as const;

export class Settlement {
	private readonly confirmed: Confirmed[] = [];
	private readonly failed: FailedLink[] = [];
	private readonly removals: { key: string; part: string }[] = [];
	private readonly intents: ({ key: string; part: string } & Intent)[] = [];
	/** Outcomes that count only once the ledger has taken the confirmation. */
	private readonly told: { link: Accepted['link']; answer: Outcome }[] = [];
	/** What a lock has to hear of before it counts as confirmed. */
	private readonly marks: Marked[] = [];
	private readonly held: Link[] = [];
	private readonly waiting: WaitingLink[] = [];
	private readonly answered = new Set<string>();
	private readonly clashes = new Map<Ready, SyncError>();
	/** What row marks cover, where the destination makes them. */
	marking?: Marking;
	private longest: ReadonlyMap<string, number> | undefined;
	private readBack: Record<'set' | 'fields' | 'matching' | 'all', string[]> | undefined;

	constructor(
		private readonly context: ApplyContext,
		private readonly run: number,
		private readonly revision: number,
		private readonly applied: Applied,
	) {}

	/** A record that cannot be written as it is. A mapping's failure is final for this version; the rest is tried again. */
	refuse(item: DesiredItem, link: Failing, given: SyncError, extra: Extra = {}): void {
		const error = redact(given, item.fields, item.stamp.sensitive);
		if (error.detail.task === true) return this.leave(item, link, error);
		const { retry, where } = this.context;
		const tries = link.attempts + 1;
		const final =
			item.stamp.action === 'fail' ||
			error.detail.final === true ||
			(tries >= retry.attempts && extra.lasting !== true);
		const retryIn = final ? null : (error.detail.retryAfter ?? retry.delay(tries));
		const message = openEnded(error.message);
		const text = error.detail.todo ? `${message}. ${error.detail.todo}` : `${message}.`;
		const history: HistoryEntry[] = final
			? [{ outcome: 'failed', field: error.detail.field ?? null, was: null, now: null, why: text }]
			: [];
		this.failed.push({
			key: link.key,
			part: link.part,
			version: link.version,
			error: text,
			retryIn,
			countsAttempt: true,
			counterpart: extra.counterpart,
			...(extra.notCreated === true && { notCreated: true }),
			...(extra.waits && { waits: true }),
			history,
		});
		this.answered.add(linkName(link));
		if (extra.untold === true) return;
		this.applied.outcomes.push(
			outcome(item, 'failed', where, sentence('failed', nameOf(item), where, [], message), {
				...(error.detail.field !== undefined && { field: error.detail.field }),
				todo: error.detail.todo,
				// What lasts is told of at its first try, for nobody hears of a last one.
				again: !final && !(extra.lasting === true && tries === 1),
			}),
		);
	}

	/** Nothing but a person can do it: held, with what there is to do, until that person says that it is done. */
	private leave(item: DesiredItem, { key, part, version }: Failing, { message, detail }: SyncError): void {
		const { where } = this.context;
		const todo = (detail.todo ?? message).replaceAll('{name}', nameOf(item));
		this.failed.push({
			key,
			part,
			version,
			error: todo,
			retryIn: null,
			countsAttempt: false,
			task: true,
			history: [{ outcome: 'left to a person', field: null, was: null, now: null, why: todo }],
		});
		this.answered.add(linkName({ key, part }));
		this.applied.outcomes.push(
			outcome(item, 'held', where, sentence('held', nameOf(item), where, [], todo), { action: 'task', todo }),
		);
	}

	/** Whether this link's item has its answer already. */
	has(link: Link): boolean {
		return this.answered.has(linkName(link));
	}

	/** An item that has become void: the ledger knows already what became of its link. */
	pass(item: DesiredItem, link: Link, why: string): void {
		const { where } = this.context;
		this.answered.add(linkName(link));
		this.applied.outcomes.push(
			outcome(item, 'superseded', where, sentence('superseded', nameOf(item), where, [], why)),
		);
	}

	/** A record's own link, where its parts have the counterparts: nothing stands behind it. */
	know({ stamp }: DesiredItem, { key, part, version }: Link): void {
		this.confirmed.push({
			key,
			part,
			version,
			counterpart: null,
			fields: null,
			told: null,
			state: 'settled',
			...(stamp.daily === true && { daily: true }),
			history: [],
		});
		this.answered.add(linkName({ key, part }));
	}

	/** A record that waits for others. */
	wait(item: DesiredItem, { key, part }: Link, { text, patience, refs }: Omit<WaitingLink, 'key' | 'part'>): void {
		const { where } = this.context;
		this.waiting.push({ key, part, text: `${text}.`, patience, refs });
		this.answered.add(linkName({ key, part }));
		this.applied.outcomes.push(outcome(item, 'waiting', where, sentence('waiting', nameOf(item), where, [], text)));
	}

	/** A write that the guard has to count first. */
	intend({ key, part }: Link, intent: Intent): void {
		this.intents.push({ key, part, ...intent });
		this.answered.add(linkName({ key, part }));
		this.applied.intended++;
	}

	/** Settles a plan for which nothing has to be sent; false where something has to. */
	without({ item, link, actual }: Ready, planned: Plan): boolean {
		const mark = actual[0]?.mark;
		switch (planned.action) {
			case 'fail':
				this.refuse(
					item,
					link,
					new SyncError('refused', planned.reason, { todo: planned.todo, field: planned.field }),
				);
				return true;
			case 'intend':
				this.removals.push({ key: link.key, part: link.part });
				this.answered.add(linkName(link));
				this.applied.intended++;
				return true;
			case 'none': {
				const fresh = planned.outcome === 'adopted';
				const told = fresh ? null : link.told;
				this.confirm(
					item,
					link,
					{
						counterpart: planned.counterpart,
						fields: item.stamp.may.update ? planned.fields : {},
						told,
						mark,
						state: 'settled',
					},
					planned.outcome,
					[],
					{
						more: planned.note,
						history: fresh,
					},
				);
				return true;
			}
			case 'forget':
				this.confirm(
					item,
					link,
					{
						counterpart: planned.counterpart,
						fields: planned.fields,
						told: link.told,
						mark,
						state: planned.state,
					},
					'unchanged',
					[],
					{
						more: planned.state === 'gone' ? 'is no longer there' : 'does not belong there',
					},
				);
				return true;
			case 'detach':
				this.confirm(
					item,
					link,
					// Nothing of it is owned any more, though it may stand: by that it is told from what was removed.
					{ counterpart: null, fields: {}, told: null, state: 'gone' },
					'detached',
					[],
					{ history: true },
				);
				return true;
			default:
				return false;
		}
	}

	/** Leaves a record as it is, to be planned anew. */
	hold(link: Link, told: Outcome): void {
		this.held.push(link);
		this.answered.add(linkName(link));
		this.applied.outcomes.push(told);
	}

	/** Sends what has to be sent. A create that clashes is looked up once more, and adopts what it finds. */
	async write(planned: Planned[]): Promise<void> {
		if (this.context.external) return await this.handOut(planned);
		const clashed = await this.send(planned);
		if (clashed.length === 0) return;
		const { context, revision } = this;
		for (const one of clashed) await readAgain(one, context.destination, this.marking);
		const ties = await tiesOf(clashed, context);
		const again: Planned[] = [];
		for (const one of clashed) {
			const found = plan({
				stamp: one.item.stamp,
				link: one.link,
				prepared: one.prepared,
				actual: one.actual,
				revision,
				secret: context.secret,
				ties: ties(one),
			});
			if (found.action === 'create') {
				this.refuse(
					one.item,
					one.link,
					new SyncError('conflict', `${this.clashOf(one)}, and the match fields do not find it`, {
						todo: 'Match by the field that has to be unique, or remove the other record.',
						field: this.clashes.get(one)?.detail.field,
					}),
				);
			} else if (context.reviewed) {
				this.refuse(
					one.item,
					one.link,
					new SyncError('conflict', 'somebody else created it meanwhile', {
						todo: 'It comes again for review.',
					}),
				);
			} else if (!this.without(one, found)) again.push({ one, plan: found });
		}
		for (const one of await this.send(again)) {
			this.refuse(
				one.item,
				one.link,
				new SyncError('conflict', this.clashOf(one), {
					todo: 'See which record has the same unique value.',
				}),
			);
		}
	}

	/** What the destination said of a create that clashed, without its full stop. */
	private clashOf(one: Ready): string {
		return openEnded(this.clashes.get(one)?.message ?? 'another record stands in its way');
	}

	/** Writes ahead in the ledger; answers with what may be written now. The rest has moved on. */
	private async ahead(planned: Planned[]): Promise<Planned[]> {
		const { ledger, row, writeTtl, where, secret } = this.context;
		if (planned.length === 0) return [];
		const intents = planned.map(({ one: { link, item, prepared }, plan: { action } }) => ({
			key: link.key,
			part: link.part,
			version: link.version,
			create: action === 'create',
			match:
				action === 'create' ? forLedger(pick(prepared, item.stamp.match), item.stamp.sensitive, secret) : null,
		}));
		const allowed = await ledger.intend(row.id, this.run, intents, writeTtl);
		const sending: Planned[] = [];
		for (const one of planned) {
			if (allowed.has(linkName(one.one.link))) sending.push(one);
			else this.applied.outcomes.push(outcome(one.one.item, 'superseded', where));
		}
		return sending;
	}

	/** Writes ahead in the ledger, then writes. Answers with creates that clashed. */
	private async send(planned: Planned[]): Promise<Ready[]> {
		const { destination, writeTtl, clock } = this.context;
		if (planned.length > 0) this.longest ??= longestOf(await destination.describe());
		// The lease begins after this moment, so a write that ends within its time ends before the lease does.
		const asked = clock();
		const sending = await this.ahead(planned);
		const writes = sending.map(({ one, plan: writing }, ref) => this.asWrite(one, writing as Writing, ref));
		const results =
			writes.length === 0 ? [] : await destination.write(writes, writeTtl - (clock() - asked), this.marking);
		const clashed: Ready[] = [];
		let paused: SyncError | undefined;
		const answers = new Map(results.map((result) => [result.ref, result]));
		for (const [ref, { one, plan: writing }] of sending.entries()) {
			const result = answers.get(ref);
			if (!result)
				this.refuse(
					one.item,
					one.link,
					new SyncError('retry', 'the destination gave no answer for this record'),
				);
			else if (result.ok) this.accept(one, writing as Writing, result);
			else if (result.error.detail.pause) paused ??= result.error;
			else if (writing.action === 'create' && result.error.kind === 'conflict') {
				this.clashes.set(one, result.error);
				clashed.push(one);
			} else if (writing.action === 'delete' && result.error.kind === 'missing')
				this.accept(one, writing, { ref, ok: true, id: writing.counterpart, actual: null });
			else this.refuse(one.item, one.link, result.error);
		}
		// What was done counts; the rest comes again when it can.
		if (paused) throw paused;
		return clashed;
	}

	private asWrite({ item, link }: Ready, writing: Writing, ref: number): Write {
		const confirmed = { key: link.key, part: link.part, version: link.version };
		// A create keeps its key through all its attempts, until what it made is known, or known to be gone. Anything else is
		// done after a look at what stands there: an answer from memory would only say what stood there once.
		const what =
			writing.action === 'create'
				? `create in place of ${link.counterpart ?? 'nothing'}`
				: `${link.undo ? 'undo' : writing.action} ${this.run}`;
		const key = idempotencyKey(this.context, confirmed, this.revision, what);
		if (writing.action === 'delete')
			return { ref, action: 'delete', id: writing.counterpart, set: {}, readBack: [], idempotencyKey: key };
		const readBack = this.readBackOf(writing, item);
		if (writing.action === 'create')
			return { ref, action: 'create', set: writing.set, readBack, idempotencyKey: key };
		return { ref, action: 'update', id: writing.counterpart, set: writing.set, readBack, idempotencyKey: key };
	}

	/** The fields to read back; one list for all records of the batch that are alike. */
	private readBackOf({ set, fields }: Exclude<Writing, { action: 'delete' }>, item: DesiredItem): string[] {
		const { match } = item.stamp;
		const known = this.readBack;
		const matching = match.filter((field) => Object.hasOwn(item.fields, field));
		const alike =
			known !== undefined &&
			hasJust(set, known.set) &&
			hasJust(fields, known.fields) &&
			matching.length === known.matching.length &&
			matching.every((field, at) => field === known.matching[at]);
		if (alike) return known.all;
		const lists = { set: Object.keys(set), fields: Object.keys(fields), matching };
		const all = names(lists.set, lists.fields, matching);
		this.readBack = { ...lists, all };
		return all;
	}

	/** A write that the destination says went well; it is believed once it reads back so. */
	accept({ item, link, actual }: Accepted, writing: Writing, result: Extract<WriteResult, { ok: true }>): void {
		const { stamp } = item;
		const { editor } = this.context;
		if (writing.action === 'delete') {
			this.confirm(item, link, { counterpart: null, fields: null, told: null, state: 'gone' }, 'removed', [], {
				history: true,
				counterpart: writing.counterpart,
			});
			return;
		}
		let found: Verified;
		try {
			const checked = merge(
				pick(writing.fields, Object.keys(result.actual ?? {})),
				asSets(writing.set, writing.fields),
			);
			found = verify(checked, result.actual ?? {}, actual[0]?.fields ?? {}, {
				sensitive: stamp.sensitive,
				known: { fields: link.fields, told: link.told ?? null, provisional: link.provisional },
				secret: this.context.secret,
				longest: this.longest,
				// Who is locked out, or let in again, is confirmed only when that is read back.
				strict:
					writing.action === 'deactivate' ||
					(writing.action === 'update' && writing.outcome === 'reactivated'),
			});
		} catch (error) {
			if (!(error instanceof SyncError)) throw error;
			this.refuse(item, link, error, { counterpart: result.id });
			return;
		}
		const changes: FieldChange[] =
			writing.action === 'create'
				? Object.keys(writing.set).map((field) => ({ field, was: null, now: writing.set[field]! }))
				: writing.changes;
		const name: OutcomeName = writing.action === 'update' ? writing.outcome : OUTCOMES[writing.action];
		const fields = writing.action === 'deactivate' || stamp.may.update ? writing.fields : {};
		const state = writing.action === 'deactivate' ? 'gone' : 'settled';
		const by = editor !== undefined && changes.some(({ drift }) => drift) ? actual[0]?.fields[editor] : undefined;
		// What stands there is to be looked at again: no mark may say that it is as confirmed.
		const mark = found.provisional ? undefined : result.mark;
		const done = { counterpart: result.id, fields, ...found, mark, state } as const;
		this.confirm(item, link, done, name, changes, { history: true, by });
	}

	private confirm(
		item: DesiredItem,
		link: Accepted['link'],
		done: Pick<Confirmed, 'counterpart' | 'fields' | 'told' | 'provisional' | 'mark' | 'state'>,
		name: OutcomeName,
		changes: FieldChange[],
		how: { more?: string; history?: boolean; counterpart?: string; by?: Value } = {},
	): void {
		const { secret, where } = this.context;
		const { sensitive } = item.stamp;
		const by = editorOf(how.by);
		const answer = outcome(item, name, where, undefined, {
			changes,
			counterpart: how.counterpart ?? done.counterpart ?? undefined,
			...(by !== undefined && { editedBy: how.by }),
		});
		if (how.more !== undefined) answer.text = sentence(name, nameOf(item), where, [], how.more);
		else if (by !== undefined) answer.text = sentence(name, nameOf(item), where, answer.changes, by);
		const { refs, partial, pointed } = item.stamp;
		if (pointed !== undefined && name === 'deactivated') answer.text = `${answer.text} ${pointed}.`;
		if (partial && done.state === 'settled') answer.text = `${answer.text} It waits: ${partial.text}.`;
		if (done.provisional) answer.text = provisionalSentence(answer.text, hidden(done.provisional, sensitive));
		const why = link.undo ? 'undone' : name === 'healed' ? editedIn(by) : item.stamp.reason;
		const fieldHistory = answer.changes.map(({ field, was, now, drift }): HistoryEntry => ({
			outcome: drift ? 'healed' : name,
			field,
			was,
			now,
			why,
		}));
		const history = !how.history
			? []
			: fieldHistory.length > 0
				? fieldHistory
				: [{ outcome: name, field: null, was: null, now: null, why }];
		this.confirmed.push({
			key: link.key,
			part: link.part,
			version: link.version,
			counterpart: done.counterpart,
			mark: done.mark,
			...(partial && done.state === 'settled'
				? { state: 'waiting' as const, patience: partial.patience }
				: { state: done.state }),
			...(refs && { refs }),
			...(item.stamp.flipsAt !== undefined && { flipsAt: item.stamp.flipsAt }),
			...(item.stamp.daily === true && { daily: true }),
			history,
			fields: forLedger(done.fields, sensitive, secret),
			told: forLedger(done.told, sensitive, secret),
			provisional: forLedger(done.provisional ?? null, sensitive, secret),
		});
		if (this.context.mark) this.marks.push(...marksOf(link, done));
		this.answered.add(linkName(link));
		this.told.push({ link, answer });
	}

	/** Writes ahead in the ledger, then hands out to whoever does the writing. */
	private async handOut(planned: Planned[]): Promise<void> {
		const { external, row } = this.context;
		for (const { one, plan: writing } of await this.ahead(planned)) {
			const { item, link, actual } = one;
			const { key, part, version, attempts, told, counterpart } = link;
			external!.handOut(item.item, {
				destination: row.id,
				run: this.run,
				revision: this.revision,
				stamp: item.stamp,
				desired: item.fields,
				link: { key, part, version, attempts, told, counterpart },
				plan: writing as Writing,
				before: actual[0]?.fields ?? {},
			});
			this.answered.add(linkName(link));
		}
	}

	/** Tells the ledger; what it takes is an outcome. Answers with the names of the links whose confirmation came too late. */
	async close(): Promise<Set<string>> {
		const { ledger, row } = this.context;
		if (this.marks.length > 0) await this.context.mark?.(this.marks.splice(0));
		await ledger.unclaim(row.id, this.run, this.held.splice(0));
		await ledger.wait(row.id, this.run, this.waiting.splice(0));
		await ledger.intendRemovals(row.id, this.run, this.removals);
		await ledger.intendWrites(row.id, this.run, this.intents);
		const late = await ledger.confirm(row.id, this.run, this.revision, this.confirmed);
		await ledger.fail(row.id, this.run, this.failed);
		const told = this.told.filter(({ link }) => !late.has(linkName(link)));
		await this.stampRemovals(told);
		for (const { answer } of told) this.applied.outcomes.push(answer);
		this.confirmed.length = this.failed.length = this.removals.length = this.intents.length = this.told.length = 0;
		return late;
	}

	/** Removals that were read back, with the time that it took from what the source said to the ledger's own knowledge of it. */
	private async stampRemovals(told: { link: Accepted['link']; answer: Outcome }[]): Promise<void> {
		const removals = told.filter(({ answer }) => answer.outcome === 'removed' || answer.outcome === 'deactivated');
		if (removals.length === 0) return;
		const now = await this.context.ledger.now();
		for (const { link, answer } of removals) {
			answer.confirmed = true;
			if (link.changedAt !== undefined && link.version > (link.confirmedVersion ?? 0))
				answer.seconds = Math.max(0, Math.round((now - link.changedAt) / 1000));
			answer.text = confirmedSentence(answer.text, answer.seconds);
		}
	}

	/** The destination as a whole failed: what was answered is kept, the rest comes again and counts no attempt. */
	async giveUp(claimed: { item: DesiredItem; link: Link }[], fault: SyncError): Promise<number> {
		const { ledger, row, retry } = this.context;
		const left = claimed.filter(({ link }) => !this.answered.has(linkName(link)));
		await this.close();
		const retryIn = fault.detail.retryAfter ?? retry.delay(1);
		await ledger.fail(
			row.id,
			this.run,
			left.map(({ link }) => ({
				key: link.key,
				part: link.part,
				version: link.version,
				error: fault.message,
				retryIn,
				countsAttempt: false,
			})),
		);
		return left.length;
	}
}

/** What was written of lists without an order reads back in any. */
function asSets(written: Fields, fields: Fields): Fields {
	const checked = merge(written);
	for (const name of Object.keys(written)) {
		const value = written[name];
		if (isListed(fields[name]) && Array.isArray(value)) checked[name] = { $set: value };
	}
	return checked;
}

/** The fields that a lock keeps: a list in which others may have members of their own cannot be. */
function lockedOf(fields: Fields | null): string[] {
	return Object.keys(fields ?? {}).filter((name) => !isMembers(fields![name]));
}

/** What changes for a lock when a link is confirmed: another counterpart, or other fields that are owned of it. */
function marksOf(link: Accepted['link'], { counterpart, fields }: Pick<Confirmed, 'counterpart' | 'fields'>): Marked[] {
	const marks: Marked[] = [];
	if (link.counterpart !== null && link.counterpart !== counterpart)
		marks.push({ id: link.counterpart, fields: null });
	const [before, now] = [lockedOf(link.fields), lockedOf(fields)];
	const as = link.counterpart === counterpart && link.fields !== null && before.length === now.length;
	if (counterpart !== null && !(as && now.every((field) => before.includes(field))))
		marks.push({ id: counterpart, fields: now });
	return marks;
}
