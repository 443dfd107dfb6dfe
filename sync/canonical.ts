/**
 * One text for equal values: object keys sorted at every level, no white space. What is not JSON is refused, so that
 * nothing is compared that could not have travelled between nodes.
 */
import type { Fields, Value } from './types';

/** Canonical JSON text of a value. Throws TypeError for what JSON cannot hold. */
export function canonical(value: Value): string {
	if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
	if (typeof value === 'number') {
		if (!Number.isFinite(value)) throw new TypeError(`${value} is no JSON number`);
		return Object.is(value, -0) ? '0' : String(value);
	}
	if (Array.isArray(value)) return `[${value.map((element) => canonical(element ?? null)).join(',')}]`;
	if (typeof value === 'object') {
		let text = '';
		for (const [name, label] of layoutOf(value)) {
			const member = value[name];
			if (member !== undefined) text += (text === '' ? label : `,${label}`) + canonical(member);
		}
		return `{${text}}`;
	}
	throw new TypeError(`a ${typeof value} is no JSON value`);
}

/** Names of an object in their order, and sorted, each with its text before a member. */
interface Layout {
	names: string[];
	sorted: [name: string, label: string][];
}

/** The layouts met last: the rows of a table all have one, and so have the objects in its columns. */
const layouts: Layout[] = [];
const KEPT = 8;

function layoutOf(value: Fields): Layout['sorted'] {
	const names = Object.keys(value);
	for (const known of layouts) if (equal(known.names, names)) return known.sorted;
	const sorted = [...names].sort().map((name): [string, string] => [name, `${JSON.stringify(name)}:`]);
	layouts.unshift({ names, sorted });
	if (layouts.length > KEPT) layouts.pop();
	return sorted;
}

function equal(a: string[], b: string[]): boolean {
	return a.length === b.length && a.every((name, at) => name === b[at]);
}

/** Deep equality of JSON values; the order of an object's members means nothing, the order of a list does. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
	if (a === b) return true;
	if (a === undefined || b === undefined || a === null || b === null) return false;
	if (typeof a !== 'object' || typeof b !== 'object') return false;
	return canonical(a) === canonical(b);
}

/** The given members of an object, in the order of `names`; members that are not there are left out. */
export function pick(fields: Fields, names: Iterable<string>): Fields {
	const picked: Fields = {};
	for (const name of names) if (Object.hasOwn(fields, name)) set(picked, name, fields[name]!);
	return picked;
}

/** Sets a member by any name, `__proto__` too, as plain data. */
export function set(fields: Fields, name: string, value: Value): void {
	if (name === '__proto__')
		Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
	else fields[name] = value;
}
