/**
 * A record's key as one text. A key of one column is that column's text; a composite key is a JSON list of texts.
 * A sync has a fixed number of key columns, so the two never meet.
 */
import type { Value } from './types';

/** Null where a part is empty: such a row has no identity. */
export function encodeKey(parts: (Value | undefined)[]): string | null {
	if (parts.length === 1) return parts[0] === null || parts[0] === undefined ? null : textOf(parts[0]);
	const texts: string[] = [];
	for (const part of parts) {
		if (part === null || part === undefined) return null;
		texts.push(textOf(part));
	}
	return JSON.stringify(texts);
}

function textOf(part: Exclude<Value, null>): string {
	return typeof part === 'object' ? JSON.stringify(part) : String(part);
}

/** The parts of an encoded key, as text. Throws RangeError when it does not have `count` parts. */
export function decodeKey(key: string, count: number): string[] {
	if (count === 1) return [key];
	const parts: unknown = JSON.parse(key);
	if (!Array.isArray(parts) || parts.length !== count || !parts.every((part) => typeof part === 'string')) {
		throw new RangeError(`key ${key} does not have ${count} parts`);
	}
	return parts;
}

/** One text for a link's key and part, within this process. */
export function linkName({ key, part }: { key: string; part: string }): string {
	return part === '' ? key : `${key}\u0000${part}`;
}
