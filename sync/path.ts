/**
 * Paths into a record: `$json.a.b`, `$json["a b"]`, `$json['x'].y[0]`, as dragging a field writes them.
 *
 * Only own members are followed, so a path reads what the record holds and nothing else; names that reach behind a
 * JavaScript object are refused outright.
 */
import type { Fields, Value } from './types';

/** The names and list positions on the way, outermost first. */
export type Path = readonly string[];

const REFUSED = new Set(['__proto__', 'constructor', 'prototype']);

const STEP =
	/(?:\?\.|\.)([\p{ID_Start}$_][\p{ID_Continue}$]*)|(?:\?\.)?\[\s*(?:(\d{1,9})|"((?:[^"\\]|\\["'\\])*)"|'((?:[^'\\]|\\["'\\])*)')\s*\]/uy;

/**
 * Reads a path. Undefined when the text is anything else than a path (a call, an operator, a bare `$json`).
 * Throws RangeError for a path that is refused.
 */
export function parsePath(text: string): Path | undefined {
	const trimmed = text.trim();
	if (!trimmed.startsWith('$json')) return undefined;
	const path: string[] = [];
	STEP.lastIndex = '$json'.length;
	while (STEP.lastIndex < trimmed.length) {
		const step = STEP.exec(trimmed);
		if (step === null) return undefined;
		const [, name, position, double, single] = step;
		path.push(
			name ?? (position === undefined ? (double ?? single)!.replace(/\\(.)/gu, '$1') : String(Number(position))),
		);
	}
	if (path.length === 0) return undefined;
	const refused = path.find((step) => REFUSED.has(step));
	if (refused !== undefined) throw new RangeError(`a path may not go through “${refused}”`);
	return path;
}

/** What stands at the end of a path; undefined where it leads nowhere. */
export function follow(fields: Fields, path: Path): Value | undefined {
	let current: Value | undefined = fields;
	for (const step of path) {
		if (current === null || current === undefined) return undefined;
		if (typeof current === 'object') {
			if (!Object.hasOwn(current, step)) return undefined;
			current = (current as Record<string, Value>)[step];
		} else if (typeof current === 'string' && Object.hasOwn(Object(current) as object, step)) {
			current = (current as unknown as Record<string, Value>)[step];
		} else return undefined;
	}
	return current;
}

/** A path as a person writes it: `address.city`. */
export function pathText(path: Path): string {
	return path.join('.');
}
