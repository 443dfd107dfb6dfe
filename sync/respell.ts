/**
 * Whether a destination only spelt a value in its own way. A fixed tolerance: case, white space, number scale, time
 * zone, order of an object's members, truncation to a declared length. Everything else is another value.
 */
import { same } from './canonical';
import type { Value } from './types';

const DECIMAL = /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)$/i;

/** Whether `actual` is `written` in another spelling. Equal values are no respelling; ask {@link same} for those. */
export function respelled(written: Value, actual: Value, maxLength?: number): boolean {
	if (written === null || actual === null) return false;
	if (typeof written === 'object' || typeof actual === 'object') return same(written, actual);
	const [a, b] = [String(written), String(actual)];
	if (fold(a) === fold(b)) return true;
	if (DECIMAL.test(a.trim()) && DECIMAL.test(b.trim())) return sameNumber(a.trim(), b.trim());
	if (INSTANT.test(a.trim()) && INSTANT.test(b.trim())) return sameInstant(a.trim(), b.trim());
	return maxLength !== undefined && [...b].length === maxLength && a.startsWith(b);
}

function fold(text: string): string {
	return text.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();
}

/** Equal once `written` is rounded to the scale that `actual` is shown with. */
function sameNumber(written: string, actual: string): boolean {
	if (Number(written) === Number(actual)) return true;
	const scale = /\.(\d+)$/.exec(actual)?.[1]?.length ?? 0;
	return (
		Math.abs(Number(written) - Number(actual)) <= 0.5 * 10 ** -scale * (1 + Number.EPSILON) &&
		Math.trunc(Number(actual)) !== 0 &&
		!/e/i.test(actual)
	);
}

function sameInstant(written: string, actual: string): boolean {
	return Date.parse(written) === Date.parse(actual);
}
