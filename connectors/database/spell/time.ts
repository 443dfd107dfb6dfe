/** How date and time columns spell. */
import { exactFraction } from '../../../sql/exact';
import type { Value } from '../../../sync/types';
import { shown, Unfit, type Spelling } from '../column';
import { textOf } from './text';

/** A moment or a wall-clock time: whole seconds since 1970 on its own calendar, and microseconds. */
interface Moment {
	seconds: number;
	micros: number;
	/** Seconds east of UTC, where the text says so. */
	offset?: number;
}

const FORM = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** What is spelled as it is to be, nearly always: whole seconds, and a day that every month has. */
const DAY = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])`;
const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d`;
const SPELLED = {
	date: new RegExp(`^${DAY}$`),
	local: new RegExp(`^${DAY}T${TIME}$`),
	utc: new RegExp(`^${DAY}T${TIME}Z$`),
};

function parse(text: string): Moment | undefined {
	const match = FORM.exec(text.trim());
	if (!match) return undefined;
	const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
		number,
		number,
		number,
		number,
		number,
		number,
	];
	const time = new Date(0);
	time.setUTCFullYear(year, month - 1, day);
	if (time.getUTCMonth() !== month - 1 || time.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59)
		return undefined;
	time.setUTCHours(hour, minute, second);
	// More than six digits are cut, as databases read them; rounding comes later, to the column's precision.
	return {
		seconds: time.getTime() / 1000,
		micros: Number((match[7] ?? '').slice(0, 6).padEnd(6, '0')),
		offset: offsetOf(match[8]),
	};
}

function offsetOf(zone: string | undefined): number | undefined {
	if (zone === undefined) return undefined;
	const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
	if (!match) return 0;
	return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60);
}

/** ISO text without a zone, rounded half up to `precision` digits of a second. */
function iso({ seconds, micros }: Moment, precision: number): string {
	const unit = 10 ** (6 - precision);
	const roundedMicros = Math.round(micros / unit) * unit;
	const carried = roundedMicros === 1_000_000;
	const whole = new Date((seconds + (carried ? 1 : 0)) * 1000).toISOString().slice(0, 19);
	return whole + exactFraction(carried ? '' : String(roundedMicros).padStart(6, '0'));
}

function meant(value: Exclude<Value, null>, what: string): Moment {
	const moment = typeof value === 'string' ? parse(value) : undefined;
	if (!moment)
		throw new Unfit(
			`is ${shown(value)}, which is no ${what}`,
			`Convert it to a ${what} in the mapping, such as ${EXAMPLE[what]}.`,
		);
	return moment;
}

const EXAMPLE: Record<string, string> = {
	date: '2026-12-31',
	'date and time': '2026-12-31T23:59:59Z',
	time: '23:59:59',
};

const isSpelled = (value: Value, form: RegExp) => typeof value === 'string' && form.test(value);

type BindText = (spelled: string) => string;

const asIs: BindText = (spelled) => spelled;
const bound =
	(bind: BindText): Spelling['bind'] =>
	(value) =>
		bind(textOf(value));

/** A calendar day. Of a date and time the day as written is taken. */
export function date(words: readonly string[] = []): Spelling {
	return {
		spell: (value) => {
			if (isSpelled(value, SPELLED.date) || words.includes(value as string)) return value;
			return iso(meant(value, 'date'), 0).slice(0, 10);
		},
		bind: bound(asIs),
	};
}

/**
 * A date and time. With `zone` the column holds moments: text without a zone is taken as UTC. Without, it holds
 * wall-clock times: a moment is written as its time in UTC.
 */
export function dateTime(
	zone: boolean,
	precision: number,
	bind: BindText = asIs,
	words: readonly string[] = [],
): Spelling {
	const spelled = zone ? SPELLED.utc : SPELLED.local;
	return {
		spell: (value) => {
			if (isSpelled(value, spelled) || words.includes(value as string)) return value;
			const { seconds, micros, offset = 0 } = meant(value, 'date and time');
			return iso({ seconds: seconds - offset, micros }, precision) + (zone ? 'Z' : '');
		},
		bind: bound(bind),
	};
}

/** A time of day; of a date and time the time as written is taken. `long`: a MySQL TIME, negative and up to 838 hours. */
export function timeOfDay(precision: number, long = false): Spelling {
	const form = long ? /^(-?\d{1,3}):(\d\d)(?::(\d\d)(?:\.(\d+))?)?$/ : /^(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d+))?)?$/;
	return {
		spell: (value) => {
			const text =
				typeof value === 'string'
					? value.trim().replace(/^\d{4}-\d\d-\d\d[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?).*$/, '$1')
					: '';
			const match = form.exec(text);
			const [hours, minutes, seconds] = [match?.[1] ?? '', Number(match?.[2] ?? 60), Number(match?.[3] ?? 0)];
			if (!match || minutes > 59 || seconds > 59 || (!long && Number(hours) > 24)) {
				throw new Unfit(
					`is ${shown(value)}, which is no time`,
					`Convert it to a time in the mapping, such as ${EXAMPLE['time']}.`,
				);
			}
			const total = Math.abs(Number(hours)) * 3600 + minutes * 60 + seconds;
			const unit = 10 ** (6 - precision);
			const micros = Math.round(Number((match[4] ?? '').slice(0, 6).padEnd(6, '0')) / unit) * unit;
			const carried = total + (micros === 1_000_000 ? 1 : 0);
			const two = (part: number) => String(Math.floor(part)).padStart(2, '0');
			const fraction = exactFraction(micros === 1_000_000 ? '' : String(micros).padStart(6, '0'));
			return `${hours.startsWith('-') ? '-' : ''}${two(carried / 3600)}:${two((carried / 60) % 60)}:${two(carried % 60)}${fraction}`;
		},
		bind: bound(asIs),
	};
}
