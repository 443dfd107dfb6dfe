/** Moments as systems write them. Pure. */
import type { Value } from '../../../sync/types';
import type { DateForm } from '../definition';
import { instant } from './values';

/** Milliseconds since 1970; undefined for what is no moment. */
export function moment(value: Value | undefined): number | undefined {
	if (value === undefined || value === null) return undefined;
	const number = typeof value === 'string' && /^\d{9,14}$/u.test(value) ? Number(value) : value;
	const text = instant(number);
	return text === undefined ? undefined : Date.parse(text);
}

/** A moment as a system wants it. */
export function spelledMoment(at: number, form: DateForm): string | number {
	const iso = new Date(at).toISOString();
	switch (form) {
		case 'ISO':
			return iso;
		case 'ISO seconds':
			return `${iso.slice(0, 19)}Z`;
		case 'date time':
			return iso.slice(0, 19).replace('T', ' ');
		case 'date':
			return iso.slice(0, 10);
		case 'unix seconds':
			return Math.floor(at / 1000);
		case 'unix milliseconds':
			return Math.floor(at);
		default:
			return new Date(at).toUTCString();
	}
}
