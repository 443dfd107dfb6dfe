/**
 * The rules of the `exact` form: how a column's value becomes a JSON value that loses nothing and looks alike in every
 * dialect. Pure; the drivers hand text over and know nothing of these rules.
 *
 * | kind | becomes |
 * |---|---|
 * | number | a number where a double holds the decimal exactly, else its decimal text: no exponent, no needless zeros |
 * | NaN, ±Infinity | `"NaN"`, `"Infinity"`, `"-Infinity"` |
 * | time with a zone | ISO in UTC: `2026-01-01T10:00:00Z` |
 * | time without a zone | the same without `Z` |
 * | date, time of day | `2026-01-01`, `10:00:00` |
 * | fraction of a second | none when it is zero, else three digits (`.120`) where they suffice, else six |
 * | bytes | `base64:…` |
 * | JSON | parsed; a number in it follows the rule of numbers |
 * | everything else | the database's own text |
 */
import type { Value } from '../sync/types';

/** A decimal as sign, significant digits (no zeros at either end) and the power of ten of the last digit. */
export interface Decimal {
	negative: boolean;
	digits: string;
	exponent: number;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/**
 * The most digits on both sides of the point together; Postgres' numeric, the longest type there is, has 147,455. Beyond
 * them a text such as `1e999999999` is no number: written out it would fill the memory.
 */
const MOST_DIGITS = 150_000;

/** Takes a decimal apart; undefined when the text is no decimal number. Zero has no digits. */
export function parseDecimal(text: string): Decimal | undefined {
	const match = DECIMAL.exec(text.trim());
	if (!match || (!match[2] && !match[3])) return undefined;
	const fraction = match[3] ?? '';
	const all = (match[2] ?? '') + fraction;
	// Step by step: /0+$/ would begin anew at every zero of a long text.
	let end = all.length;
	while (end > 0 && all[end - 1] === '0') end--;
	const digits = all.slice(0, end).replace(/^0+/, '');
	if (digits === '') return { negative: false, digits, exponent: 0 };
	const exponent = Number(match[4] ?? 0) - fraction.length + all.length - end;
	if (digits.length + Math.abs(exponent) > MOST_DIGITS) return undefined;
	return { negative: match[1] === '-', digits, exponent };
}

/** A decimal's one text: no exponent, no plus sign, no needless zeros. */
export function decimalText({ negative, digits, exponent }: Decimal): string {
	if (digits === '') return '0';
	const sign = negative ? '-' : '';
	if (exponent >= 0) return sign + digits + '0'.repeat(exponent);
	const whole = digits.length + exponent;
	if (whole > 0) return `${sign}${digits.slice(0, whole)}.${digits.slice(whole)}`;
	return `${sign}0.${'0'.repeat(-whole)}${digits}`;
}

/** Whether the two texts are the same decimal number. */
export function sameDecimal(a: Decimal, b: Decimal): boolean {
	return a.negative === b.negative && a.digits === b.digits && a.exponent === b.exponent;
}

/** A number's text as a JSON value. What is no number (`NaN`, `Infinity`) stays text. */
export function exactNumber(text: string): number | string {
	// A double holds any decimal of fifteen digits so that it reads back as it was.
	if (text.length < 16 && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text) || 0;
	const decimal = parseDecimal(text);
	if (!decimal) return text;
	if (decimal.digits === '') return 0;
	const number = Number(text);
	if (Number.isFinite(number) && decimal.digits.length <= 17) {
		const shortest = parseDecimal(String(number));
		if (shortest && sameDecimal(shortest, decimal)) return number;
	}
	return decimalText(decimal);
}

/** A double as a JSON value. */
export function exactDouble(value: number): number | string {
	if (!Number.isFinite(value)) return String(value);
	return value === 0 ? 0 : value;
}

/** A single-precision number as the shortest decimal that means it, as Postgres prints it. */
export function exactFloat(value: number): number | string {
	if (!Number.isFinite(value)) return String(value);
	for (let precision = 1; precision < 10; precision++) {
		const short = Number(value.toPrecision(precision));
		if (Math.fround(short) === Math.fround(value)) return short === 0 ? 0 : short;
	}
	return value;
}

/** A 64-bit integer as a JSON value. */
export function exactInteger(value: bigint): number | string {
	if (value >= -9007199254740991n && value <= 9007199254740991n) return Number(value);
	return exactNumber(value.toString());
}

/** The fraction of a second by the rule above: nothing, `.mmm` or `.mmmuuu`. */
export function exactFraction(digits: string | undefined): string {
	if (!digits || /^0*$/.test(digits)) return '';
	const micros = digits.padEnd(6, '0');
	return micros.length === 6 && micros.endsWith('000') ? `.${micros.slice(0, 3)}` : `.${micros}`;
}

const MOMENT = /^(\d{4,})-(\d\d)-(\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d+))?$/;

/** `2026-01-01 10:00:00.5` as ISO without a zone. What has another form (`infinity`, years before Christ) stays as it is. */
export function exactLocalTime(text: string): string {
	const match = MOMENT.exec(text);
	if (!match) return text;
	return `${match[1]}-${match[2]}-${match[3]}T${match[4]}${exactFraction(match[5])}`;
}

const WHOLE_UTC = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:Z|\+00)$/;

/** A time that the session shows in UTC (`+00`, or nothing behind it) as ISO with `Z`. */
export function exactUtcTime(text: string): string {
	if (WHOLE_UTC.test(text)) return `${text.slice(0, 10)}T${text.slice(11, 19)}Z`;
	const local = text.replace(/(?:Z|\+00(?::?00)?)$/, '');
	const iso = exactLocalTime(local);
	return iso === local && !MOMENT.test(local) ? text : `${iso}Z`;
}

/** A time of day, or a MySQL TIME of up to 838 hours. */
export function exactTimeOfDay(text: string): string {
	const match = /^(-?\d{2,3}:\d\d:\d\d)\.(\d+)$/.exec(text);
	return match ? match[1] + exactFraction(match[2]) : text;
}

const BYTES = 'base64:';

/** Bytes as text. */
export function exactBytes(bytes: Uint8Array): string {
	return BYTES + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** The bytes of a `base64:…` text; undefined when it is something else. */
export function bytesOf(text: string): Uint8Array | undefined {
	if (!text.startsWith(BYTES)) return undefined;
	const body = text.slice(BYTES.length);
	if (!/^[A-Za-z0-9+/]*={0,2}$/.test(body)) return undefined;
	return Buffer.from(body, 'base64');
}

/** A number of many digits, with a fraction or an exponent: it may not be what a double holds. What stands in a text hardly ever looks so. */
const UNSAFE_NUMBER = /(?:^|[[,:])\s*-?\d(?:\d{15}|\d*[eE.])/;

/** JSON text as a value; numbers in it that a double does not hold become their text. Text that is no JSON stays text. */
export function exactJson(text: string): Value {
	try {
		return (UNSAFE_NUMBER.test(text) ? JSON.parse(text, exactReviver) : JSON.parse(text)) as Value;
	} catch {
		return text;
	}
}

function exactReviver(_key: string, value: unknown, context?: { source?: string }): unknown {
	return typeof value === 'number' && context?.source !== undefined ? exactNumber(context.source) : value;
}
