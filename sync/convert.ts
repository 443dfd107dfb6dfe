/**
 * Conversions of single values: to text, number, yes/no, date, date and time, with trim and case. Pure. A value that
 * cannot be converted is answered with what is wrong, in words that never hold the value itself.
 */
import { canonical } from './canonical';
import { dateConverter, dateTimeConverter } from './convert/date';
import { toNumber, type NumberForm } from './convert/number';
import type { Value } from './types';

export type { NumberForm } from './convert/number';

export interface Conversion {
	as: 'as it is' | 'text' | 'number' | 'yes/no' | 'date' | 'date and time';
	/** White space at both ends of text is dropped; for all but text this is so anyway. */
	trim?: boolean;
	case?: 'lower' | 'upper';
	/** How numbers in text are written. */
	number?: NumberForm;
	/** The luxon format of dates in text; ISO without it. */
	format?: string;
	/** The zone of values that name none. */
	zone: string;
	/** Dates and times are written as local time of this zone instead of UTC. */
	local?: string;
}

export type Converted =
	| { ok: true; value: Value }
	| { ok: false; /** Follows the value in a sentence: `is not a number`. */ problem: string; todo: string };

/** True for what counts as no value: null and empty text. Lists and objects without members are values. */
export function isEmpty(value: Value | undefined): value is null | undefined | '' {
	return value === null || value === undefined || value === '';
}

/** Compiles a conversion. Throws {@link SyncError} where its settings are wrong. */
export function converter(conversion: Conversion): (value: Value) => Converted {
	const tidy = tidier(conversion);
	const convert = kind(conversion);
	const emptyStays = conversion.as === 'as it is' || conversion.as === 'text';
	return (value) => {
		const tidied = tidy(value);
		if (isEmpty(tidied)) return { ok: true, value: emptyStays ? tidied : null };
		return convert(tidied);
	};
}

function kind(conversion: Conversion): (value: Value) => Converted {
	switch (conversion.as) {
		case 'as it is':
			return (value) => ({ ok: true, value });
		case 'text': {
			const tidy = tidier(conversion);
			return (value) => ({ ok: true, value: tidy(toText(value)) });
		}
		case 'number':
			return (value) => toNumber(value, conversion.number);
		case 'yes/no':
			return toYesNo;
		case 'date':
			return dateConverter(conversion);
		case 'date and time':
			return dateTimeConverter(conversion);
	}
}

function tidier({ as, trim, case: letters }: Conversion): (value: Value) => Value {
	const isText = as === 'as it is' || as === 'text';
	const trims = trim === true || !isText;
	if (!trims && letters === undefined) return (value) => value;
	return (value) => {
		if (typeof value !== 'string') return value;
		const text = trims ? value.trim() : value;
		if (!isText || letters === undefined) return text;
		return letters === 'lower' ? text.toLowerCase() : text.toUpperCase();
	};
}

/** Lists and objects become their canonical JSON, the same for equal values. */
function toText(value: Value): string {
	if (typeof value === 'string') return value;
	return canonical(value);
}

const YES = new Set(['true', 't', 'yes', 'y', 'on', '1']);
const NO = new Set(['false', 'f', 'no', 'n', 'off', '0']);

function toYesNo(value: Value): Converted {
	if (typeof value === 'boolean') return { ok: true, value };
	if (typeof value === 'string' || typeof value === 'number') {
		const word = String(value).toLowerCase();
		if (YES.has(word)) return { ok: true, value: true };
		if (NO.has(word)) return { ok: true, value: false };
	}
	return {
		ok: false,
		problem: 'is neither yes nor no',
		todo: 'Use true/false, yes/no, y/n, on/off or 1/0 in the source, or an expression.',
	};
}
