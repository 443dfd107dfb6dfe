/**
 * Lists that are no plain values: a set, whose order means nothing, and a list of which only the members that we added are
 * ours. They stand so in the ledger, and are compared as what they are; what is written is always the whole list, with
 * everybody else's members in it, since many a destination deletes what is not sent.
 */
import { canonical, set } from './canonical';
import type { Fields, Value } from './types';

export type ListKind = 'set' | 'members';

/** A set that is owned whole. */
export interface OwnedSet {
	[name: string]: Value;
	$set: Value[];
}

/** The members that we added; all others are not ours. */
export interface OwnedMembers {
	[name: string]: Value;
	$members: Value[];
}

export type Listed = OwnedSet | OwnedMembers;

export function isListed(value: Value | undefined): value is Listed {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	const names = Object.keys(value);
	const name = names[0];
	return names.length === 1 && (name === '$set' || name === '$members') && Array.isArray(value[name]);
}

export function isMembers(value: Value | undefined): value is OwnedMembers {
	return isListed(value) && '$members' in value;
}

/** A value as a list of that kind, each member once. What is no list stays what it is; of nothing, no member is ours. */
export function listed(kind: ListKind, value: Value): Value {
	if (value === null || value === '') return kind === 'members' ? { $members: [] } : value;
	if (!Array.isArray(value)) return value;
	const once = [...new Map(value.map((member) => [canonical(member), member])).values()];
	return kind === 'set' ? { $set: once } : { $members: once };
}

/** The members of such a list; any other value as it is. */
export function plainValue(value: Value): Value {
	if (!isListed(value)) return value;
	return isMembers(value) ? value.$members : value.$set;
}

/** Fields without a trace of how their lists are owned. */
export function plainFields(fields: Fields): Fields {
	if (!Object.keys(fields).some((name) => isListed(fields[name]))) return fields;
	const plain: Fields = {};
	for (const [name, value] of Object.entries(fields)) set(plain, name, plainValue(value));
	return plain;
}

/** Whether what stands there holds the list: the same members, whatever their order; or at least ours. */
export function holds(list: Listed, found: Value | undefined): boolean {
	const members = plainValue(list) as Value[];
	const there = Array.isArray(found) ? found : [];
	if (!members.every(standsAmong(there))) return false;
	return isMembers(list) || (Array.isArray(found) && there.every(meantBy(members)));
}

/** Whether two such lists are the same, whatever their order. */
export function sameList(a: Value | undefined, b: Value | undefined): boolean {
	if (!isListed(a) || !isListed(b) || isMembers(a) !== isMembers(b)) return false;
	return holds({ $set: plainValue(a) as Value[] }, plainValue(b));
}

/**
 * The whole list that is to stand there: what stands there, less what we added before and no longer want, and what is
 * missing of ours; or the set. What stands there as it should is left as it is, order included.
 */
export function whole(list: Listed, found: Value | undefined, before?: Value): Value {
	const members = plainValue(list) as Value[];
	if (!isMembers(list)) return holds(list, found) ? found! : members;
	const there = Array.isArray(found) ? found : [];
	const ours = isListed(before) ? (plainValue(before) as Value[]) : [];
	const wanted = meantBy(members);
	const unwanted = meantBy(ours.filter((member) => !wanted(member)));
	const kept = there.filter((one) => wanted(one) || !unwanted(one));
	const stands = standsAmong(there);
	const missing = members.filter((member) => !stands(member));
	if (kept.length === there.length && missing.length === 0) return found ?? null;
	return [...kept, ...missing];
}

/** What stands there, taken for confirmed: of a list with others' members, those that are ours too. */
export function standingAs(owned: Fields, standing: Fields): Fields {
	const confirmed = { ...standing };
	for (const [name, value] of Object.entries(owned)) {
		const there = standing[name] ?? null;
		if (isMembers(value))
			set(confirmed, name, { $members: value.$members.filter((one) => holds({ $members: [one] }, there)) });
		else if (isListed(value)) set(confirmed, name, listed('set', there));
	}
	return confirmed;
}

/** Says of a member that we mean whether it is among those that stand there. */
function standsAmong(there: Value[]): (member: Value) => boolean {
	const texts = new Set(there.map(canonical));
	const objects = there.filter(isObject);
	return (member) => texts.has(canonical(member)) || (isObject(member) && objects.some((one) => saidOf(member, one)));
}

/** Says of a member that stands there whether it is one of those that we mean. */
function meantBy(members: Value[]): (there: Value) => boolean {
	const texts = new Set(members.map(canonical));
	const objects = members.filter(isObject);
	return (one) => texts.has(canonical(one)) || (isObject(one) && objects.some((member) => saidOf(member, one)));
}

function isObject(value: Value): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All that is said of the member is so of what stands there, which may say more (SCIM's `display`). */
function saidOf(member: Fields, there: Fields): boolean {
	return Object.entries(member).every(([name, value]) => {
		if (!Object.hasOwn(there, name)) return false;
		const found = there[name]!;
		return isObject(value) && isObject(found) ? saidOf(value, found) : canonical(value) === canonical(found);
	});
}
