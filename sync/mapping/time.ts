/**
 * Time alone can change what a mapping says: when that is, as far as it can be known. Pure; the caller brings the clock.
 */
import { DateTime } from 'luxon';

import type { Value } from '../types';
import type { ValueSource } from './value';

const CLOCK =
	/\$(now|today)\b|\bDateTime\s*\.\s*(now|local|utc)\b|\bDate\s*\.\s*now\b|\bnew\s+Date\s*(\(\s*\)|(?!\s*\())/u;
const VARIABLES = /\$vars\b/u;

/** Whether a value reads the clock: another one comes of the same record at another time. */
export function readsClock(source: ValueSource): boolean {
	return source.kind === 'expression' && CLOCK.test(source.text);
}

/** Whether a value reads the clock or n8n's variables, neither of which is part of the record. */
export function readsOutside(source: ValueSource): boolean {
	return source.kind === 'expression' && (CLOCK.test(source.text) || VARIABLES.test(source.text));
}

export interface Clock {
	/** Milliseconds since 1970 UTC. */
	now: number;
	/** The zone in which days begin, and of times that name none. */
	zone: string;
}

/**
 * When a comparison of a record's date with the clock comes out otherwise next: milliseconds since 1970 UTC, or undefined
 * where time does not change it any more. `moving`: what the side that reads the clock is now (such as today, or in 14
 * days); `byDay`: it moves at midnight only.
 */
export function flipOf(
	date: Value | undefined,
	moving: Value | undefined,
	byDay: boolean,
	{ now, zone }: Clock,
): number | undefined {
	const [fixed, side] = [momentOf(date, zone), momentOf(moving, zone)];
	if (!fixed || !side) return undefined;
	const here = DateTime.fromMillis(now, { zone });
	// The side keeps its distance from the clock; counted in days where it moves by days, for not all have 24 hours.
	const meets = byDay
		? fixed
				.setZone(zone)
				.minus({ days: Math.round(side.setZone(zone).startOf('day').diff(here.startOf('day'), 'days').days) })
		: fixed.minus(side.toMillis() - now);
	const first =
		byDay && meets.toMillis() !== meets.startOf('day').toMillis() ? meets.plus({ days: 1 }).startOf('day') : meets;
	// When they are equal, and when they no longer are: which of the two counts, the operator says; both are looked at.
	const moments = [first, byDay ? first.plus({ days: 1 }) : first.plus({ seconds: 1 })];
	return moments.map((moment) => moment.toMillis()).find((moment) => moment > now);
}

function momentOf(value: Value | undefined, zone: string): DateTime | undefined {
	if (typeof value === 'number') return DateTime.fromMillis(value, { zone });
	if (typeof value !== 'string') return undefined;
	const moment = [DateTime.fromISO(value, { zone }), DateTime.fromSQL(value, { zone })].find(
		({ isValid }) => isValid,
	);
	return moment;
}
