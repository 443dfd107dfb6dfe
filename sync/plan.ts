/**
 * One record's plan: what is desired and what stands there now, compared field by field. Pure; this is where the source
 * wins, and where hands stay off what it does not own.
 */
import { pick, same, set } from './canonical';
import { isEmpty } from './convert';
import { isKeyed, keyed } from './fingerprint';
import type { FieldChange, MappedStamp } from './items';
import type { Link } from './ledger';
import { holds, isListed, plainFields, plainValue, sameList, standingAs, whole } from './lists';
import type { Ties } from './prepare';
import type { ActualRecord, Fields, Value } from './types';

export type Plan =
	| { action: 'none'; outcome: 'unchanged' | 'adopted'; counterpart: string | null; fields: Fields; note?: string }
	| { action: 'create'; set: Fields; fields: Fields }
	| {
			action: 'update';
			outcome: 'updated' | 'healed' | 'adopted' | 'reactivated';
			counterpart: string;
			set: Fields;
			fields: Fields;
			changes: FieldChange[];
	  }
	| { action: 'delete'; counterpart: string }
	| { action: 'deactivate'; counterpart: string; set: Fields; fields: Fields; changes: FieldChange[] }
	| { action: 'detach'; counterpart: string }
	/** A removal for which nothing has to be sent: never linked, gone already, or done before. */
	| { action: 'forget'; counterpart: string | null; fields: Fields | null; state: 'settled' | 'gone' }
	/** A removal that the guard has not let pass yet. */
	| { action: 'intend' }
	| { action: 'fail'; reason: string; todo?: string; field?: string };

export interface PlanInput {
	stamp: MappedStamp;
	link: Link;
	/** The desired fields in the destination's own spelling: owned, once, on return, and a removal's. */
	prepared: Fields;
	/** What the lookup by id or match found. */
	actual: ActualRecord[];
	/** The present number of the mapping. */
	revision: number;
	/** The ledger's secret, for sensitive fields. */
	secret: string;
	/** How the counterpart that was found is tied already. */
	ties: Ties;
	/** In a preview a removal is planned as if the guard let it pass. */
	preview?: boolean;
}

/** Plans one record. */
export function plan(input: PlanInput): Plan {
	return input.stamp.action === 'remove' ? planRemoval(input) : planWrite(input);
}

function planRemoval({ stamp, link, prepared, actual, secret, ties, preview }: PlanInput): Plan {
	const found = actual[0];
	const { kind, set: onRemoval } = stamp.removal;
	const done = link.removal === 'sent' && link.removedBefore;
	if (done && (kind !== 'deactivate' || !found))
		return { action: 'forget', counterpart: link.counterpart, fields: link.fields, state: 'gone' };
	if (link.counterpart === null && !(link.createIntended && actual.length === 1)) {
		return { action: 'forget', counterpart: null, fields: null, state: 'settled' };
	}
	if (!preview && !done && link.removal !== 'released') return { action: 'intend' };
	if (found === undefined) return { action: 'forget', counterpart: null, fields: null, state: 'gone' };
	// Somebody else's counterpart too: it goes with its last link.
	if (ties.shared) return { action: 'detach', counterpart: found.id };
	if (kind === 'delete') return { action: 'delete', counterpart: found.id };
	if (kind === 'detach') return { action: 'detach', counterpart: found.id };
	const fields = pick(prepared, Object.keys(onRemoval));
	const changes = differences(fields, found.fields).filter(
		({ field, now, was }) => !(done && isOwnSpelling(link, field, now, was, secret)),
	);
	if (changes.length === 0) return { action: 'forget', counterpart: link.counterpart, fields, state: 'gone' };
	return {
		action: 'deactivate',
		counterpart: found.id,
		set: pick(
			fields,
			changes.map(({ field }) => field),
		),
		fields,
		changes,
	};
}

function planWrite(input: PlanInput): Plan {
	const { stamp, link, prepared, actual, revision, ties, secret } = input;
	const owned = pick(prepared, stamp.owned);
	if (actual.length > 1) {
		return {
			action: 'fail',
			reason: `${matchText(stamp, prepared)} finds ${actual.length} counterparts in the destination`,
			todo: 'Make the match field unique there, or match by another field.',
		};
	}
	const found = actual[0];
	const first = link.confirmedVersion === null;
	const untouched = link.initial && !link.createIntended && leftAlone(stamp, first);
	if (found === undefined) {
		if (untouched)
			return {
				action: 'none',
				outcome: 'unchanged',
				counterpart: null,
				fields: {},
				note: 'was there before the sync began, and is left alone by the mapping',
			};
		if (!stamp.may.create)
			return {
				action: 'none',
				outcome: 'unchanged',
				counterpart: null,
				fields: owned,
				note: 'has no counterpart, and the mapping may not create one',
			};
		if (stamp.match.length === 0) {
			return {
				action: 'fail',
				reason: 'the mapping names no match field, so that a retried create could make a twin',
				todo: 'Choose a match field in the mapping.',
			};
		}
		const unmatched = stamp.match.find(
			(field) => prepared[field] === undefined || prepared[field] === null || prepared[field] === '',
		);
		if (unmatched !== undefined) {
			return {
				action: 'fail',
				field: unmatched,
				reason: `the match field “${unmatched}” is empty`,
				todo: 'Fill it in the source, or match by another field.',
			};
		}
		const given = merge(owned, pick(prepared, stamp.once), stamp.fill ? pick(prepared, stamp.fill) : {});
		return { action: 'create', set: plainFields(given), fields: owned };
	}
	if (ties.refusal !== undefined) {
		return {
			action: 'fail',
			reason: ties.refusal,
			todo: 'Make the match value unique in the source, match by another field, or let one of the two own the fields.',
		};
	}
	const adopting = first || link.counterpart !== found.id;
	const leave = !stamp.may.update || untouched;
	if (leave) {
		// What stands there is taken for confirmed, so that nothing is written until the source changes.
		const standing = standingAs(owned, pick(found.fields, stamp.owned));
		return {
			action: 'none',
			outcome: adopting ? 'adopted' : 'unchanged',
			counterpart: found.id,
			fields: stamp.may.update ? standing : {},
		};
	}
	const returning = link.removedBefore;
	const wanted = returning ? { ...owned, ...pick(prepared, Object.keys(stamp.removal.onReturn)) } : owned;
	const changes = differences(wanted, found.fields, link.fields).filter(
		({ field, now, was }) => !isOwnSpelling(link, field, now, was, secret),
	);
	for (const change of changes)
		if (!adopting && !returning && isDrift(link, change.field, wanted[change.field]!, secret)) change.drift = true;
	const fillings = differences(stamp.fill ? pick(prepared, stamp.fill) : {}, found.fields).filter(
		({ field, was }) => isEmpty(was) && !Object.hasOwn(wanted, field),
	);
	if (changes.length === 0 && fillings.length === 0)
		return { action: 'none', outcome: adopting ? 'adopted' : 'unchanged', counterpart: found.id, fields: owned };
	const stale =
		link.confirmedVersion !== null &&
		(stamp.reason === 'remapped' ||
			stamp.reason === 'awaited' ||
			link.confirmedVersion < link.version ||
			(link.confirmedRevision ?? 0) < revision);
	const outcome = returning
		? 'reactivated'
		: adopting
			? 'adopted'
			: changes.length > 0 && (changes.every(({ drift }) => drift) || !stale)
				? 'healed'
				: 'updated';
	const all = [...changes, ...fillings];
	return {
		action: 'update',
		outcome,
		counterpart: found.id,
		set: Object.fromEntries(all.map(({ field, now }) => [field, now])),
		fields: owned,
		changes: all,
	};
}

/** Whether a record that was there when the sync began is only tied, not written: until it changes, or for as long as it is too old. */
function leftAlone(stamp: MappedStamp, first: boolean): boolean {
	const { which, since, at } = stamp.existing;
	if (which === 'all') return false;
	if (which === 'link only') return first;
	return since === undefined || at === undefined || Date.parse(at) <= Date.parse(since);
}

/** The fields of which the destination holds something else. `before`: what was confirmed, by which a list's members are ours. */
export function differences(wanted: Fields, actual: Fields, before?: Fields | null): FieldChange[] {
	const changes: FieldChange[] = [];
	for (const field of Object.keys(wanted)) {
		const meant = wanted[field]!;
		const was = Object.hasOwn(actual, field) ? actual[field]! : null;
		const now = isListed(meant) ? whole(meant, was, before?.[field]) : meant;
		if (!same(was, now)) changes.push({ field, was, now });
	}
	return changes;
}

/** The destination said before that it spells this very value so. */
export function isOwnSpelling(
	link: { fields: Fields | null; told: Fields | null },
	field: string,
	now: Value,
	was: Value,
	secret: string,
): boolean {
	const told = link.told && Object.hasOwn(link.told, field) ? link.told[field] : undefined;
	if (told === undefined || !matches(link.fields?.[field], now, secret)) return false;
	const order = !isListed(link.fields?.[field]) || !Array.isArray(told);
	return order ? matches(told, was, secret) : holds({ $set: told }, was);
}

/** The source's value is the one that was confirmed, so the destination's is somebody else's. */
function isDrift({ fields }: Link, field: string, now: Value, secret: string): boolean {
	if (fields === null) return false;
	return isListed(now) ? sameList(fields[field], now) : matches(fields[field], now, secret);
}

/** Equality with a value of the ledger, which may stand there as a keyed fingerprint. */
export function matches(known: Value | undefined, value: Value, secret: string): boolean {
	if (isListed(known)) return holds(known, plainValue(value));
	if (isKeyed(known)) return value !== null && same(known, keyed(secret, value));
	return same(known, value);
}

function matchText(stamp: MappedStamp, prepared: Fields): string {
	return stamp.match
		.map((field) =>
			stamp.sensitive.includes(field) ? field : `${field} = ${JSON.stringify(prepared[field] ?? null)}`,
		)
		.join(' and ');
}

/** Adds a field to a list of names once. */
export function names(...lists: Iterable<string>[]): string[] {
	const all = new Set<string>();
	// The records of a batch share their lists: each is gone through once.
	const known = new Set<Iterable<string>>();
	for (const list of lists) {
		if (known.has(list)) continue;
		known.add(list);
		for (const name of list) all.add(name);
	}
	return [...all];
}

/** Merges prepared values into one object, by any name. */
export function merge(first: Fields, ...more: Fields[]): Fields {
	const merged = { ...first };
	for (const fields of more) for (const name of Object.keys(fields)) set(merged, name, fields[name]!);
	return merged;
}
