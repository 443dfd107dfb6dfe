/**
 * What a source says about the order of a record's changes (a number that rises, or a time), as text that compares by
 * its bytes: so that a database's comparison and this process's agree.
 */
import type { Value } from './types';
import { withoutEnd } from './ends';

const DECIMAL = /^([+-]?)0*(\d{1,90})(?:\.(\d+))?$/u;
/** ISO 8601 with seconds; a time without a zone is compared as UTC. */
const TIME = /^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2})(?:[.,](\d+))?(Z|[+-]\d{2}(?::?\d{2})?)?$/u;

/**
 * The value as comparable text: of two that are both numbers, or both times, the later one's text is the greater. Null
 * for what says nothing: no value, a list, an object.
 */
export function orderingText(value: Value | undefined): string | null {
	if (typeof value === 'number') return Number.isFinite(value) ? ofText(decimalText(value)) : null;
	return typeof value === 'string' && value.trim() !== '' ? ofText(value.trim()) : null;
}

function ofText(text: string): string {
	const decimal = DECIMAL.exec(text);
	if (decimal) return number(decimal[1] === '-', decimal[2]!, decimal[3] ?? '');
	const time = TIME.exec(text);
	if (time) {
		const seconds = Date.parse(`${time[1]!.replace(' ', 'T')}${zone(time[3])}`) / 1000;
		// A fraction counts forward, also before 1970.
		if (Number.isFinite(seconds)) return `t${number(false, String(seconds + ERA), time[2] ?? '')}`;
	}
	return `x${text}`;
}

/** Seconds that make every time from the year 0 on a positive number. */
const ERA = 62_200_000_000;

function zone(given: string | undefined): string {
	if (given === undefined || given === 'Z') return 'Z';
	const digits = given.slice(1).replace(':', '').padEnd(4, '0');
	return `${given[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** Sign, count of digits, digits: greater numbers are greater texts. Below zero everything is turned round. */
function number(negative: boolean, whole: string, fraction: string): string {
	const digits = whole.replace(/^0+(?=\d)/u, '');
	const rest = withoutEnd(fraction, '0');
	const zero = digits === '0' && rest === '';
	const text = `${String(digits.length).padStart(2, '0')}${digits}.${rest}`;
	if (!negative || zero) return `p${text}`;
	return `m${text.replace(/\d/gu, (digit) => String(9 - Number(digit)))}~`;
}

/** A number without an exponent. */
function decimalText(value: number): string {
	const text = String(value);
	const exponent = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/u.exec(text);
	if (!exponent) return text;
	const [, sign, first, rest = '', power] = exponent;
	const digits = `${first}${rest}`;
	const point = 1 + Number(power);
	if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
	return point >= digits.length
		? `${sign}${digits.padEnd(point, '0')}`
		: `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
