/** Values as a mapping says them and as a system does: one spelling for both, so that equal ones are seen to be equal. Pure. */
import { canonical } from '../../../sync/canonical';
import type { FieldInfo, Fields, Value } from '../../../sync/types';

export function isObject(value: Value | undefined): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is wrong with a value, in words that follow it; or the value in its kind's spelling. */
export type Spelled = { ok: true; value: Value } | { ok: false; problem: string };

const YES = new Set(['true', 'yes', '1', 'on']);
const NO = new Set(['false', 'no', '0', 'off']);

/** Brings a value into the spelling of its kind. Twice is once. An empty text is no value. */
export function spell(kind: FieldInfo['kind'], value: Value): Spelled {
	if (value === null || value === '') return { ok: true, value: null };
	switch (kind) {
		case 'text':
			if (typeof value === 'object') return { ok: true, value: JSON.stringify(value) };
			return { ok: true, value: String(value) };
		case 'number': {
			const number = typeof value === 'string' ? Number(value.trim()) : value;
			if (typeof number !== 'number' || !Number.isFinite(number) || value === true)
				return { ok: false, problem: 'is no number' };
			return { ok: true, value: number };
		}
		case 'yes/no': {
			const text = typeof value === 'object' ? '' : String(value).trim().toLowerCase();
			if (YES.has(text)) return { ok: true, value: true };
			return NO.has(text) ? { ok: true, value: false } : { ok: false, problem: 'is neither yes nor no' };
		}
		case 'date': {
			const day = typeof value === 'string' ? /^\d{4}-\d\d-\d\d/u.exec(value.trim())?.[0] : undefined;
			return day === undefined ? { ok: false, problem: 'is no date (2026-11-28)' } : { ok: true, value: day };
		}
		case 'date and time': {
			const at = instant(value);
			return at === undefined ? { ok: false, problem: 'is no date and time' } : { ok: true, value: at };
		}
		default:
			return { ok: true, value };
	}
}

const ZONELESS = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/u;

/** A moment in the one form in which moments are compared; a text without a zone is taken for UTC. */
export function instant(value: Value): string | undefined {
	if (typeof value === 'number') return new Date(value > 1e11 ? value : value * 1000).toISOString();
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	const at = Date.parse(ZONELESS.test(text) ? `${text.replace(' ', 'T')}Z` : text);
	return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** A list whose order means nothing, in one order. */
export function ordered(value: Value): Value {
	if (!Array.isArray(value)) return value;
	const texts = new Map(value.map((one) => [canonical(one), one]));
	return [...texts.keys()].sort().map((text) => texts.get(text)!);
}
