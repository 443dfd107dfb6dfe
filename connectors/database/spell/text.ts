/** How text columns spell. */
import { decimalText, parseDecimal } from '../../../sql/exact';
import { canonical } from '../../../sync/canonical';
import type { Value } from '../../../sync/types';
import { shown, Unfit, type Spelling } from '../column';
import { withoutEnd } from '../../../sync/ends';

export interface TextLimits {
	/** Most characters. */
	length?: number;
	/** Most bytes in UTF-8. */
	bytes?: number;
	/** Spaces at the end: filled up to `length`, cut off, or left as they are. */
	end?: 'padded' | 'stripped';
	/** Spaces beyond the length are cut without a word. */
	cutsSpaces?: boolean;
	/** The character U+0000 cannot be stored. */
	noZero?: boolean;
}

/** Any JSON value as text: a list or an object as its canonical JSON. */
export function textOf(value: Exclude<Value, null>): string {
	// A lone surrogate is no character: every database would store the replacement character.
	if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed();
	if (typeof value === 'number') return decimalText(parseDecimal(String(value))!);
	return typeof value === 'boolean' ? String(value) : canonical(value);
}

/** Characters as databases count them. */
export function lengthOf(text: string): number {
	let pairs = 0;
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		if (unit >= 0xd800 && unit < 0xdc00) pairs++;
	}
	return text.length - pairs;
}

export function text({ length, bytes, end, cutsSpaces, noZero }: TextLimits = {}): Spelling {
	return {
		spell: (value) => {
			let spelled = textOf(value);
			if (noZero && spelled.includes('\0'))
				throw new Unfit(
					'holds the character U+0000, which this database cannot store',
					'Take that character out in the mapping.',
				);
			if (end) spelled = withoutEnd(spelled, ' ');
			if (length !== undefined && spelled.length > length) {
				const found = lengthOf(spelled);
				if (found > length && cutsSpaces) spelled = cutSpaces(spelled, length);
				if (lengthOf(spelled) > length)
					throw new Unfit(
						`has ${found} characters, the column takes ${length}: ${shown(spelled)}`,
						'Shorten it in the mapping or widen the column.',
					);
			}
			if (bytes !== undefined && spelled.length * 3 > bytes && Buffer.byteLength(spelled) > bytes) {
				throw new Unfit(
					`has ${Buffer.byteLength(spelled)} bytes, the column takes ${bytes}`,
					'Shorten it in the mapping or widen the column.',
				);
			}
			return end === 'padded' ? spelled + ' '.repeat(Math.max(0, length! - lengthOf(spelled))) : spelled;
		},
		bind: textOf,
	};
}

function cutSpaces(value: string, length: number): string {
	const characters = [...value];
	return characters.slice(length).every((character) => character === ' ')
		? characters.slice(0, length).join('')
		: value;
}

/** One of a list of values; `loose` lists are found whatever the case and spaces at the end. */
export function oneOf(allowed: readonly string[], loose: boolean): Spelling {
	const folded = (value: string) => withoutEnd(value, ' ').toLowerCase();
	return {
		spell: (value) => {
			const wanted = textOf(value);
			const found =
				allowed.find((one) => one === wanted) ??
				(loose ? allowed.find((one) => folded(one) === folded(wanted)) : undefined);
			if (found === undefined)
				throw new Unfit(
					`is ${shown(wanted)}, the column takes only ${allowed.map((one) => `"${one}"`).join(', ')}`,
					'Translate it in the mapping.',
				);
			return found;
		},
		bind: textOf,
	};
}

/** A MySQL SET: several of a list, in the list's order. */
export function someOf(allowed: readonly string[]): Spelling {
	const one = oneOf(allowed, true);
	return {
		spell: (value) => {
			const wanted = Array.isArray(value)
				? value
				: textOf(value)
						.split(',')
						.filter((part) => part !== '');
			const found = new Set(wanted.map((part) => one.spell(part ?? '')));
			return allowed.filter((name) => found.has(name)).join(',');
		},
		bind: textOf,
	};
}

/** A UUID: lower case, with its hyphens. */
export const uuid: Spelling = {
	spell: (value) => {
		const digits = textOf(value)
			.toLowerCase()
			.replace(/^\{(.*)\}$/, '$1')
			.replaceAll('-', '');
		if (!/^[0-9a-f]{32}$/.test(digits))
			throw new Unfit(`is ${shown(value)}, which is no UUID`, 'Map a field that holds UUIDs.');
		return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
	},
	bind: textOf,
};
