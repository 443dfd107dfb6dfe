/** From a body's bytes to a value. */
import type { Fields, Value } from '../../sync/types';

/** A body that is not what its type says. */
export class BodyError extends Error {
	constructor(
		/** The HTTP status that says so to the sender. */
		readonly status: 400 | 415,
		message: string,
	) {
		super(message);
	}
}

/** So many lists and objects within one another; more is nobody's record, and recursion over it would not end well. */
const DEEPEST = 64;

/**
 * JSON or a form. A number that JavaScript cannot hold exactly stays its decimal text, so that a long ID is not changed.
 * Throws {@link BodyError}.
 */
export function readBody(body: Buffer, contentType: string | undefined): Value {
	const [type = '', ...parameters] = (contentType ?? 'application/json')
		.split(';')
		.map((part) => part.trim().toLowerCase());
	if (!parameters.every(isUtf8)) throw new BodyError(415, 'send UTF-8');
	const text = decoded(body);
	if (type === 'application/x-www-form-urlencoded') return form(text);
	if (type !== 'application/json' && !type.endsWith('+json') && type !== 'text/plain')
		throw new BodyError(415, 'send JSON or a form');
	try {
		// `source`: the number as it was written (ECMAScript's JSON.parse source text access, in Node from 21 on).
		const value = JSON.parse(text, (_name, read: unknown, context?: { source?: string }) =>
			typeof read === 'number' && !exact(read, context?.source) ? context!.source : read,
		) as Value;
		if (depth(value) > DEEPEST) throw new BodyError(400, 'the body is nested too deeply');
		return value;
	} catch (error) {
		if (error instanceof BodyError) throw error;
		throw new BodyError(400, 'the body is not valid JSON');
	}
}

/** False for the parameter of a content type that names another charset. */
function isUtf8(parameter: string): boolean {
	const [, charset] = /^charset\s*=\s*"?([^"]*)"?$/u.exec(parameter) ?? [];
	return charset === undefined || ['utf-8', 'utf8', 'us-ascii'].includes(charset);
}

function decoded(body: Buffer): string {
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(body);
	} catch {
		throw new BodyError(400, 'the body is not valid UTF-8');
	}
}

/** Fractions are what JSON means by them; whole numbers must be held whole. */
function exact(read: number, source: string | undefined): boolean {
	return source === undefined || !/^-?\d+$/u.test(source) || Number.isSafeInteger(read);
}

/** A name that comes several times is a list. */
function form(text: string): Fields {
	const fields = new Map<string, Value>();
	for (const [name, value] of new URLSearchParams(text)) {
		const before = fields.get(name);
		fields.set(name, before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value]);
	}
	return Object.fromEntries(fields);
}

/** Level by level, without recursion. */
function depth(value: Value): number {
	let level: Value[] = [value];
	let deep = 0;
	while (level.length > 0 && deep <= DEEPEST) {
		const next: Value[] = [];
		for (const one of level) if (typeof one === 'object' && one !== null) next.push(...Object.values(one));
		if (next.length === 0) return deep;
		level = next;
		deep++;
	}
	return deep;
}
