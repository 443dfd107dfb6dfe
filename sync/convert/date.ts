/**
 * Dates and times, by luxon, in a zone that is always said and never the machine's. No clock is read: text that names
 * no day (`12:30`) is refused instead of meaning today.
 */
import { DateTime, IANAZone } from 'luxon';

import type { Converted } from '../convert';
import { SyncError, type Value } from '../types';
import { withoutEnd } from '../ends';

export interface DateForm {
	/** A luxon format of the text; without it ISO and SQL forms are read. */
	format?: string;
	/** The zone of values that name none, and the one whose calendar a date is taken from. */
	zone: string;
	/** Write the date and time as local time of this zone, without an offset; otherwise it is written in UTC. */
	local?: string;
}

type Read = (value: Value) => { at: DateTime; fraction: string } | { problem: string; todo: string };

const DAY = /^(?:[+-]\d{6}|\d{4})-\d{2}-\d{2}(?:[T ]|$)|^\d{8}(?:T|$)/u;
const FRACTION = /[:\d][.,](\d{1,9})\d*\s*(?:Z|[+-]\d|$)/u;

/** To a date, `2026-07-31`. */
export function dateConverter(form: DateForm): (value: Value) => Converted {
	const read = reader(form);
	return (value) => {
		const found = read(value);
		return 'at' in found ? { ok: true, value: found.at.toISODate() } : { ok: false, ...found };
	};
}

/** To a date and time in ISO form, with as many fractional digits as the source gave. */
export function dateTimeConverter(form: DateForm): (value: Value) => Converted {
	const read = reader(form);
	if (form.local !== undefined) checkZone(form.local);
	return (value) => {
		const found = read(value);
		if (!('at' in found)) return { ok: false, ...found };
		const shifted = form.local === undefined ? found.at.toUTC() : found.at.setZone(form.local);
		const [seconds, ending = ''] = shifted.toISO({ includeOffset: form.local === undefined })!.split(/\.\d{3}/u);
		const fraction = withoutEnd(found.fraction, '0');
		return { ok: true, value: seconds + (fraction === '' ? '' : `.${fraction}`) + ending };
	};
}

function reader(form: DateForm): Read {
	checkZone(form.zone);
	if (!form.format) return isoReader(form.zone);
	if (form.format === 'X' || form.format === 'x') return unixReader(form.zone, form.format);
	return formatReader(form.zone, form.format);
}

function isoReader(zone: string): Read {
	return (value) => {
		const text = typeof value === 'string' ? value.trim() : '';
		if (DAY.test(text)) {
			const at = text[10] === ' ' ? DateTime.fromSQL(text, { zone }) : DateTime.fromISO(text, { zone });
			if (at.isValid) return { at, fraction: FRACTION.exec(text)?.[1] ?? '' };
		}
		const todo =
			typeof value === 'number'
				? 'Set Format in the row to x for milliseconds or X for seconds since 1970.'
				: 'Write it like 2026-07-31, or say in the row what its Format is, such as dd.MM.yyyy.';
		return { problem: 'is not a date', todo };
	};
}

/** Luxon writes `X` and `x` but does not read them. */
function unixReader(zone: string, unit: 'X' | 'x'): Read {
	return (value) => {
		const text = isScalar(value) ? String(value).trim() : '';
		const at = DateTime.fromMillis(/^-?\d+(\.\d+)?$/u.test(text) ? Number(text) * (unit === 'X' ? 1000 : 1) : NaN, {
			zone,
		});
		if (at.isValid) return { at, fraction: milliseconds(at) };
		return {
			problem: `is not a number of ${unit === 'X' ? 'seconds' : 'milliseconds'} since 1970`,
			todo: 'Correct it in the source, or change Format in the row.',
		};
	};
}

function formatReader(zone: string, format: string): Read {
	// A format without a year would silently take today's.
	if (!/[ykDFf]/u.test(format.replace(/'[^']*'/gu, ''))) {
		throw new SyncError('setup', `The format “${format}” has no year`, { todo: 'Write it like dd.MM.yyyy HH:mm.' });
	}
	const options = { zone, locale: 'en-US' };
	const parser = DateTime.buildFormatParser(format, options);
	return (value) => {
		const at = isScalar(value) ? DateTime.fromFormatParser(String(value).trim(), parser, options) : undefined;
		if (at?.isValid) return { at, fraction: milliseconds(at) };
		return {
			problem: `is not a date of the form ${format}`,
			todo: 'Correct it in the source, or change Format in the row.',
		};
	};
}

function isScalar(value: Value): value is string | number {
	return typeof value === 'string' || typeof value === 'number';
}

function milliseconds(at: DateTime): string {
	return String(at.millisecond).padStart(3, '0');
}

/** Throws {@link SyncError} for a zone that there is not. */
export function checkZone(zone: string): void {
	if (!/^UTC$/iu.test(zone) && !IANAZone.isValidZone(zone)) {
		throw new SyncError('setup', `“${zone}” is not a time zone`, { todo: 'Write it like Europe/Berlin or UTC.' });
	}
}
