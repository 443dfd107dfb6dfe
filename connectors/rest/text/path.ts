/** Paths in a system's JSON: see {@link Path} in `definition/words.ts`. Pure. */
import { set as setMember } from '../../../sync/canonical';
import type { Fields, Value } from '../../../sync/types';

type Step = { name: string } | { at: number } | { member: string; is: string };

const STEP = /\.?([^.[\]]+)|\[(\d+)\]|\["([^"]*)"\]|\[([^=\]]+)=([^\]]*)\]/uy;
const REFUSED = new Set(['__proto__', 'constructor', 'prototype']);
const known = new Map<string, Step[]>();

/** The steps of a path. Throws RangeError for a text that is none. */
function parse(path: string): Step[] {
	let steps = known.get(path);
	if (steps) return steps;
	steps = [];
	STEP.lastIndex = 0;
	while (STEP.lastIndex < path.length) {
		const found = STEP.exec(path);
		if (!found) throw new RangeError(`“${path}” is no path`);
		const [, name, at, quoted, member, is] = found;
		if (at !== undefined) steps.push({ at: Number(at) });
		else if (member !== undefined) steps.push({ member, is: is! });
		else steps.push({ name: (name ?? quoted)! });
		if (REFUSED.has(name ?? quoted ?? member ?? ''))
			throw new RangeError(`a path may not go through “${name ?? quoted ?? member}”`);
	}
	if (known.size > 5000) known.clear();
	known.set(path, steps);
	return steps;
}

/** What stands there; undefined where the path leads nowhere. */
export function get(value: Value | undefined, path: string): Value | undefined {
	let current = value;
	for (const step of parse(path)) {
		if (current === null || current === undefined || typeof current !== 'object') return undefined;
		if ('name' in step) {
			if (Array.isArray(current) || !Object.hasOwn(current, step.name)) return undefined;
			current = current[step.name];
		} else if (!Array.isArray(current)) return undefined;
		else if ('at' in step) current = current[step.at];
		else current = current.find((element) => has(element, step));
	}
	return current;
}

function has(element: Value, { member, is }: { member: string; is: string }): boolean {
	const found = get(element, member);
	return found !== undefined && found !== null && typeof found !== 'object' && String(found) === is;
}

/** Puts a value there; what is missing on the way is made. An empty path cannot be set. */
export function put(target: Fields, path: string, value: Value): void {
	const steps = parse(path);
	let current: Value = target;
	for (const [n, step] of steps.entries()) {
		const last = n === steps.length - 1;
		const next = steps[n + 1];
		const empty = (): Value => (last ? value : next && !('name' in next) ? [] : {});
		if ('name' in step) {
			const inside: Fields = current as Fields; // made by `empty`, or found to be an object
			const found = Object.hasOwn(inside, step.name) ? inside[step.name]! : undefined;
			if (last || !fits(found, next)) setMember(inside, step.name, empty());
			current = inside[step.name]!;
		} else {
			const list: Value[] = current as Value[]; // likewise
			let at = 'at' in step ? step.at : list.findIndex((element) => has(element, step));
			if (at < 0) {
				at = list.length;
				if (!('at' in step)) {
					const element: Fields = {};
					put(element, step.member, /^\d{1,15}$/u.test(step.is) ? Number(step.is) : step.is);
					list.push(element);
				}
			}
			if (last || !fits(list[at], next)) list[at] = empty();
			current = list[at]!;
		}
	}
}

function fits(found: Value | undefined, next: Step | undefined): boolean {
	if (found === undefined || found === null || typeof found !== 'object' || !next) return false;
	return Array.isArray(found) === !('name' in next);
}

/** Takes the member at a path out, where it is there. */
export function drop(target: Fields, path: string): void {
	const steps = parse(path);
	const last = steps[steps.length - 1];
	if (!last || !('name' in last)) return;
	const cut = path.length - (path.endsWith(`["${last.name}"]`) ? last.name.length + 4 : last.name.length);
	const parent = get(target, path.slice(0, Math.max(0, cut)).replace(/\.$/u, ''));
	if (typeof parent === 'object' && parent !== null && !Array.isArray(parent)) delete parent[last.name];
}

/** A value as a list: one that is none is a list of itself. */
export function listOf(value: Value | undefined): Value[] {
	if (value === undefined || value === null) return [];
	return Array.isArray(value) ? value : [value];
}
