/**
 * One text for equal values: object keys sorted at every level, no white space. What is not JSON is refused, so that
 * nothing is compared that could not have travelled between nodes.
 */
import type { Fields, Value } from './types';

/** Canonical JSON text of a value. Throws TypeError for what JSON cannot hold. */
export function canonical(value: Value): string {
	const copy = ordered(value);
	return copy === undefined ? spelled(value) : JSON.stringify(copy);
}

/**
 * A copy with its members in order, of which JSON makes one text at once; undefined where JavaScript would bring them into
 * another order. A text that is put together member by member leaves several times its size behind as garbage.
 */
function ordered(value: Value): Value | undefined {
	if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
	if (typeof value === 'number') {
		if (!Number.isFinite(value)) throw new TypeError(`${value} is no JSON number`);
		return value;
	}
	if (Array.isArray(value)) {
		const list: Value[] = [];
		for (const element of value) {
			const copy = ordered(element ?? null);
			if (copy === undefined) return undefined;
			list.push(copy);
		}
		return list;
	}
	if (typeof value === 'object') {
		const { sorted, empty } = layoutOf(value);
		if (empty === undefined) return undefined;
		const copy: Record<string, Value | undefined> = { ...empty };
		for (const { name } of sorted) {
			const member = value[name];
			const inner = member === undefined ? undefined : ordered(member);
			if (inner === undefined && member !== undefined) return undefined;
			copy[name] = inner;
		}
		return copy as Fields;
	}
	throw new TypeError(`a ${typeof value} is no JSON value`);
}

/** The same text, member by member. */
function spelled(value: Value): string {
	if (Array.isArray(value)) return `[${value.map((element) => spelled(element ?? null)).join(',')}]`;
	if (typeof value !== 'object' || value === null) return JSON.stringify(ordered(value));
	let text = '';
	for (const { name, label } of layoutOf(value).sorted) {
		const member = value[name];
		if (member !== undefined) text += (text === '' ? label : `,${label}`) + spelled(member);
	}
	return `{${text}}`;
}

/** Names of an object in their order, and sorted, each with its text before a member. */
interface Layout {
	names: string[];
	sorted: { name: string; label: string }[];
	/** An object with these names in that order; JavaScript puts those that are whole numbers first. */
	empty: Fields | undefined;
}

/** The layouts met last: the rows of a table all have one, and so have the objects in its columns. */
const layouts: Layout[] = [];
const KEPT = 8;

function layoutOf(value: Fields): Layout {
	for (const known of layouts) if (hasJust(value, known.names)) return known;
	const names = Object.keys(value);
	const sorted = [...names].sort().map((name) => ({ name, label: `${JSON.stringify(name)}:` }));
	const empty = names.some((name) => /^\d+$/.test(name))
		? undefined
		: (JSON.parse(`{${sorted.map(({ label }) => `${label}null`).join(',')}}`) as Fields);
	const layout = { names, sorted, empty };
	layouts.unshift(layout);
	if (layouts.length > KEPT) layouts.pop();
	return layout;
}

/** Whether these are an object's members, in this order. */
export function hasJust(fields: Fields, names: readonly string[]): boolean {
	let at = 0;
	for (const name in fields) if (name !== names[at++]) return false;
	return at === names.length;
}

/** Deep equality of JSON values; the order of an object's members means nothing, the order of a list does. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
	if (a === b) return true;
	if (a === undefined || b === undefined || a === null || b === null) return false;
	if (typeof a !== 'object' || typeof b !== 'object') return false;
	return canonical(a) === canonical(b);
}

/**
 * The given members of an object, in the order of `names`; members that are not there are left out. All of an object are
 * copied at once: one that grows member by member leaves ten times its size behind as garbage.
 */
export function pick(fields: Fields, names: readonly string[]): Fields {
	if (names.length === 0) return {};
	if (hasJust(fields, names)) return { ...fields };
	const picked: Fields = {};
	for (const name of names) if (Object.hasOwn(fields, name)) set(picked, name, fields[name]!);
	return picked;
}

/** The same members, each with another value. */
export function mapValues(fields: Fields, made: (value: Value, name: string) => Value): Fields {
	const mapped = { ...fields };
	for (const name of Object.keys(mapped)) mapped[name] = made(mapped[name]!, name);
	return mapped;
}

/** Sets a member by any name, `__proto__` too, as plain data. */
export function set(fields: Fields, name: string, value: Value): void {
	if (name === '__proto__')
		Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
	else fields[name] = value;
}
