/** From an interval or a cron line to what n8n can schedule. Pure. */
import type { CronExpression } from 'n8n-workflow';

import { SyncError } from '../../../sync/types';
import { longestRest } from './cron';

export interface Schedule {
	expression: CronExpression;
	/** Milliseconds that have to lie between two ticks where the expression comes more often than the interval. */
	apart?: number;
	/** Milliseconds of the longest rest between two ticks; left out where that cannot be told. */
	every?: number;
}

const SHORTEST = 10;
const UNITS = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;
export type Unit = keyof typeof UNITS;

/** Milliseconds of an amount of a unit. */
export function milliseconds(amount: number, unit: Unit): number {
	return amount * (UNITS[unit] ?? UNITS.minutes) * 1000;
}

/** The schedule of an interval. Throws {@link SyncError} `setup` below 10 seconds. */
export function atInterval(every: number, unit: Unit): Schedule {
	const seconds = Math.round(milliseconds(every, unit) / 1000);
	if (!(seconds >= SHORTEST))
		throw new SyncError('setup', `The interval is too short: the shortest is ${SHORTEST} seconds.`, {
			todo: 'Enter a longer one in Every.',
		});
	const rest = seconds * 1000;
	if (seconds < 60 && 60 % seconds === 0) return { expression: `*/${seconds as 10} * * * * *`, every: rest };
	const minutes = seconds / 60;
	if (Number.isInteger(minutes) && minutes < 60 && 60 % minutes === 0)
		return { expression: `0 */${minutes as 1} * * * *`, every: rest };
	const hours = minutes / 60;
	if (Number.isInteger(hours) && hours <= 24 && 24 % hours === 0)
		return { expression: hours === 24 ? '0 0 0 * * *' : `0 0 */${hours as 1} * * *`, every: rest };
	// A cron line has no other intervals: it is asked often, and answers when the time has come.
	return { expression: '*/5 * * * * *', apart: rest - 2500, every: rest };
}

/** The schedule of a cron line of five or six parts. Throws {@link SyncError} `setup` for anything else. */
export function byCron(line: string): Schedule {
	const parts = line.split(/\s+/u).filter((part) => part !== '');
	if ((parts.length !== 5 && parts.length !== 6) || !parts.every((part) => /^[\w*/,?#-]+$/u.test(part))) {
		throw new SyncError('setup', line === '' ? 'The cron line is empty.' : `“${line}” is no cron line.`, {
			todo: 'Write five or six parts, such as 0 */15 * * * * for every quarter of an hour.',
		});
	}
	const every = longestRest(line);
	return {
		expression: (parts.length === 5 ? ['0', ...parts] : parts).join(' ') as CronExpression,
		...(every !== null && { every }),
	};
}
