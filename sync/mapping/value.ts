/**
 * What stands behind the arrow of a row, as the user left it in the parameter: a constant, a dragged-in path, text with
 * paths in it, or a real expression. All but the last are answered here, a thousand times faster than by an evaluator.
 */
import { follow, parsePath, pathText, type Path } from '../path';
import type { Fields, Value } from '../types';

export type ValueSource =
	| { kind: 'constant'; value: Value }
	| { kind: 'path'; path: Path }
	| { kind: 'text'; parts: (string | Path)[] }
	| { kind: 'expression'; text: string; /** Where the expression stands, for whoever evaluates it. */ at: string };

/** Evaluates the real expression that stands at `at`, for the record at hand. May throw. */
export type Evaluate = (at: string) => unknown;

/** Reads a raw parameter. Throws RangeError for a path that is refused. */
export function readSource(raw: unknown, at: string): ValueSource {
	if (typeof raw !== 'string') return { kind: 'constant', value: toValue(raw) ?? null };
	if (!raw.startsWith('=')) return { kind: 'constant', value: raw };
	const text = raw.slice(1);
	const expression: ValueSource = { kind: 'expression', text, at };
	const literal = /^\{\{\s*(null|true|false|0|-?[1-9]\d{0,14})\s*\}\}$/u.exec(text)?.[1];
	if (literal !== undefined) return { kind: 'constant', value: JSON.parse(literal) as Value };
	const pieces = text.split(/\{\{([\s\S]*?)\}\}/u);
	const parts: (string | Path)[] = [];
	for (const [index, piece] of pieces.entries()) {
		if (index % 2 === 1) {
			const path = parsePath(piece);
			if (path === undefined) return expression;
			parts.push(path);
		} else {
			if (/\{\{|\}\}|\\/u.test(piece)) return expression;
			if (piece !== '') parts.push(piece);
		}
	}
	const [first = ''] = parts;
	if (parts.length > 1) return { kind: 'text', parts };
	return typeof first === 'string' ? { kind: 'constant', value: first } : { kind: 'path', path: first };
}

/** The value for one record; undefined where a path leads nowhere. Throws what `evaluate` throws. */
export function resolve(source: ValueSource, fields: Fields, evaluate: Evaluate): Value | undefined {
	switch (source.kind) {
		case 'constant':
			return source.value;
		case 'path':
			return follow(fields, source.path);
		case 'text':
			return source.parts
				.map((part) => (typeof part === 'string' ? part : inText(follow(fields, part))))
				.join('');
		case 'expression':
			return toValue(evaluate(source.at));
	}
}

/** n8n leaves empty values out of text, and spells the rest as JavaScript does. */
function inText(value: Value | undefined): string {
	if (value === null || value === undefined) return '';
	// A list is joined by commas, an object becomes [object Object]: the evaluator's answer, which this must equal.
	// eslint-disable-next-line @typescript-eslint/no-base-to-string -- see above
	return String(value);
}

/**
 * A JSON value from what an expression gave; undefined where it gave nothing. Throws TypeError for what is a mistake and
 * would otherwise pass for an empty value: NaN, an invalid date, a function.
 */
export function toValue(given: unknown): Value | undefined {
	if (given === null || given === undefined) return given;
	if (typeof given === 'string' || typeof given === 'boolean') return given;
	if (typeof given === 'number') {
		if (Number.isFinite(given)) return given;
		throw new TypeError(`it gave ${given}, which is no number`);
	}
	if (typeof given === 'bigint') return String(given);
	if (typeof given !== 'object') throw new TypeError(`it gave a ${typeof given} instead of a value`);
	const invalid =
		given instanceof Date
			? Number.isNaN(given.getTime())
			: 'isValid' in given && 'toJSON' in given && given.isValid === false;
	if (invalid) throw new TypeError('it gave a date that is not valid');
	const text = JSON.stringify(given, (_name, member: unknown) =>
		typeof member === 'bigint' ? String(member) : member,
	) as string | undefined;
	return text === undefined ? undefined : (JSON.parse(text) as Value);
}

/** True where a value may hold something of a sensitive field. Rather once too often than once too little. */
export function touches(source: ValueSource, sensitive: readonly string[]): boolean {
	if (sensitive.length === 0) return false;
	switch (source.kind) {
		case 'constant':
			return false;
		case 'path':
			return sensitive.some((name) => meets(source.path, name));
		case 'text':
			return sensitive.some((name) => source.parts.some((part) => typeof part !== 'string' && meets(part, name)));
		case 'expression':
			return (
				readsWholeRecord(source.text) ||
				sensitive.some((name) => name.split('.').some((part) => source.text.includes(part)))
			);
	}
}

/** A sensitive field is named by a column's name or by a path with dots; either end of the way counts. */
function meets(path: Path, name: string): boolean {
	const written = pathText(path);
	return path[0] === name || written === name || written.startsWith(`${name}.`) || name.startsWith(`${written}.`);
}

/** `$json` not followed by a written name, or data taken by another way, may bring any field along. */
function readsWholeRecord(text: string): boolean {
	return /\$json(?!\s*(\?\.|\.)\s*[\p{ID_Start}$_]|\s*(\?\.)?\[\s*["'])|\$(input|node|items?|data|binary|jmespath)\b|\$\(|\bthis\b|\beval\b/iu.test(
		text,
	);
}
