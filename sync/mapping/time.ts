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

/** The workflow's zone, by which n8n tells what today is, and the one in which days are meant to begin. */
export interface Zones {
	workflow: string;
	own: string;
}

/** A date of the record as a moment in the zone that is meant, where it names none itself. */
export function dateIn(value: Value | undefined, { own }: Zones): Value | undefined {
	return momentOf(value, own)?.toISO() ?? value;
}

/** What the clock's side means in the zone that is meant. What does not move by days is the same moment everywhere. */
export function clockIn(
	value: Value | undefined,
	byDay: boolean,
	{ workflow, own }: Zones,
	now: number,
): Value | undefined {
	const side = momentOf(value, workflow)?.setZone(workflow);
	if (!byDay || !side) return value;
	const here = DateTime.fromMillis(now, { zone: workflow }).startOf('day');
	const days = Math.round(side.startOf('day').diff(here, 'days').days);
	return DateTime.fromMillis(now, { zone: own }).startOf('day').plus({ days }).toISO();
}

function momentOf(value: Value | undefined, zone: string): DateTime | undefined {
	if (typeof value === 'number') return DateTime.fromMillis(value, { zone });
	if (typeof value !== 'string') return undefined;
	const moment = [DateTime.fromISO(value, { zone }), DateTime.fromSQL(value, { zone })].find(
		({ isValid }) => isValid,
	);
	return moment;
}
