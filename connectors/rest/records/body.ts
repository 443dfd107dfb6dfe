/** From fields to write to what is sent: the body's part, and what takes a request of its own. Pure. */
import type { Fields, Value } from '../../../sync/types';
import { set } from '../../../sync/canonical';
import type { Request, Write, Writing } from '../definition';
import { drop, get, put } from '../text/path';
import { fillJson, textOf, type Names } from '../text/template';
import type { Shape } from './shape';
import { isObject } from './values';

/** What one write sends. */
export interface Sent {
	/** For `{fields}`: an object, or a list where each field is an element. */
	fields: Value;
	/** Whether anything goes into the body. */
	any: boolean;
	/** Further requests, in their order, each with its own names. */
	further: { request: Request; names: Names }[];
	/** For `{desired.FIELD}`. */
	desired: Fields;
}

/** `before`: what stands there now, where everything has to be sent or lists change member by member. */
export function sentOf(given: Fields, shape: Shape, write: Write, how: { creating: boolean; before?: Fields }): Sent {
	const { creating, before } = how;
	const whole: Fields = typeof write.sends === 'object' && before ? structuredClone(before) : {};
	if (typeof write.sends === 'object') for (const path of write.sends.without) drop(whole, path);
	const elements: Value[] = [];
	const sent: Sent = { fields: write.each === undefined ? whole : elements, any: false, further: [], desired: {} };
	const all = creating ? { ...given, ...shape.defaults(given) } : given;
	for (const [name, value] of Object.entries(all)) {
		const to = shape.writeOf(name);
		const own = shape.toSystem(name, value);
		set(sent.desired, name, own);
		const path = typeof to === 'string' ? to : 'create' in to && creating ? to.create : undefined;
		if (path !== undefined) {
			if (value === null && creating) continue;
			sent.any = true;
			if (write.each !== undefined) elements.push(elementOf(write, path, own));
			else put(whole, path, value === null && write.empty === 'empty text' ? '' : own);
		} else if (typeof to === 'object') further(sent, name, own, to, shape, { creating, before });
	}
	if (write.as) sent.fields = write.as(whole, shape.setting);
	return sent;
}

/**
 * Says beside the fields that a sync keeps the record; not where a field of theirs says something, or is being emptied.
 * `owned`: all that the mapping writes there, now or another time.
 */
export function marked({ mark }: Writing, shape: Shape, owned: readonly string[], fields: Value): void {
	if (mark === 'none' || !('path' in mark) || !isObject(fields)) return;
	const [first = ''] = mark.path.split(/[.[]/u, 1);
	const standing = Object.hasOwn(fields, first) ? fields[first] : undefined;
	const isOwned = owned.some((name) => {
		const { write } = shape.field(name);
		return write === mark.path || (write === first && standing === undefined);
	});
	// Nothing can be said within a text, or within nothing.
	const isInside = standing === undefined || (standing !== null && typeof standing === 'object');
	if (isOwned || !isInside || get(fields, mark.path) !== undefined) return;
	// What is there belongs to who gave it.
	if (standing !== undefined) fields[first] = structuredClone(standing);
	put(fields, mark.path, mark.text);
}

function elementOf(write: Write, path: string, value: Value): Value {
	const template = value === null && typeof write.empty === 'object' ? write.empty.each : write.each!;
	const sent = value === null && write.empty === 'empty text' ? '' : value;
	return fillJson(template, { path, value: sent }) ?? null;
}

function further(
	sent: Sent,
	name: string,
	value: Value,
	to: Exclude<ReturnType<Shape['writeOf']>, string>,
	shape: Shape,
	{ creating, before }: { creating: boolean; before?: Fields },
): void {
	if ('request' in to) {
		if (value !== null || !creating) sent.further.push({ request: to.request, names: { value } });
	} else if ('states' in to) {
		const state = to.states.find((one) => one.value === value);
		// What is made stands in its first state already.
		if (state && !(creating && state === to.states[0]))
			sent.further.push({ request: state.request, names: { value } });
	} else if ('add' in to) {
		const now = before ? shape.read(before, [name])[name] : null;
		const has = new Set(Array.isArray(now) ? now.map(textOf) : []);
		const wanted = Array.isArray(value) ? value : [];
		for (const member of wanted)
			if (!has.delete(textOf(member))) sent.further.push({ request: to.add, names: { member } });
		for (const member of has) sent.further.push({ request: to.remove, names: { member } });
	}
}

/** Whether a write has to know what stands there now. */
export function needsRecord(write: Write, given: Fields, shape: Shape): boolean {
	if (typeof write.sends === 'object' || names(write.request)) return true;
	return Object.keys(given).some((name) => {
		const to = shape.writeOf(name);
		if (typeof to === 'string' || 'create' in to) return false;
		if ('add' in to) return true;
		return 'request' in to ? names(to.request) : to.states.some(({ request }) => names(request));
	});
}

/** Whether a request names what stands there now. */
export function names(request: Request): boolean {
	return JSON.stringify({ ...request, graphql: '' }).includes('{record');
}
