/** How JSON, bytes, lists and whatever else spell. */
import { bytesOf, exactBytes, exactJson } from '../../../sql/exact';
import { arrayText } from '../../../sql/postgres/array';
import type { SqlValue } from '../../../sql/types';
import type { Value } from '../../../sync/types';
import { shown, Unfit, type Spelling } from '../column';
import { textOf } from './text';

/** JSON. Text that is a JSON object or list is taken as that; other text is a JSON string. */
export function json(noZero = false): Spelling {
	const spell = (value: Exclude<Value, null>): Value => {
		const meant = typeof value === 'string' && /^\s*[[{]/.test(value) ? exactJson(value) : value;
		const text = JSON.stringify(meant);
		if (noZero && text.includes('\\u0000'))
			throw new Unfit(
				'holds the character U+0000, which this database cannot store',
				'Take that character out in the mapping.',
			);
		return JSON.parse(text) as Value;
	};
	return { spell, bind: (value) => JSON.stringify(value) };
}

/** Bytes: `base64:…`, or text as its UTF-8. `fill`: filled up with zero bytes to the length. */
export function bytes(length?: number, fill = false): Spelling {
	const taken = (value: Exclude<Value, null>): Uint8Array => {
		const text = textOf(value);
		return bytesOf(text) ?? Buffer.from(text);
	};
	return {
		spell: (value) => {
			const found = taken(value);
			if (length !== undefined && found.length > length)
				throw new Unfit(
					`has ${found.length} bytes, the column takes ${length}`,
					'Map something shorter or widen the column.',
				);
			if (!fill) return exactBytes(found);
			const filled = new Uint8Array(length!);
			filled.set(found);
			return exactBytes(filled);
		},
		bind: taken,
	};
}

/** A Postgres array of columns that spell like `element`. */
export function list(element: Spelling): Spelling {
	const each = (value: Value): Value =>
		value === null ? null : Array.isArray(value) ? value.map(each) : element.spell(value);
	const elementText = (value: Value): string | null | readonly unknown[] => {
		if (value === null) return null;
		if (Array.isArray(value)) return value.map(elementText);
		const bound = element.bind(value);
		return bound instanceof Uint8Array ? `\\x${Buffer.from(bound).toString('hex')}` : String(bound);
	};
	return {
		spell: (value) => {
			const meant = typeof value === 'string' && value.trim().startsWith('[') ? exactJson(value) : value;
			if (!Array.isArray(meant)) throw new Unfit(`is ${shown(value)}, which is no list`, 'Map a list.');
			return meant.map(each);
		},
		bind: (value): SqlValue => arrayText((value as Value[]).map(elementText)),
	};
}

/** A type whose spelling only the database knows: text as it is. */
export const asText: Spelling = { spell: textOf, bind: textOf };
