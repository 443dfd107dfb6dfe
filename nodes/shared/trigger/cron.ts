/** How long a cron line may rest: by that others know when its trigger is dead. Pure. */

const DAY = 86_400;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** Of each part: the least and the most, and what its names count from. */
const PARTS: [least: number, most: number, names: string[]][] = [
	[0, 59, []],
	[0, 59, []],
	[0, 23, []],
	[1, 31, []],
	[1, 12, ['', ...MONTHS]],
	[0, 7, WEEKDAYS],
];

/** Milliseconds of the longest rest between two times of a line of five or six parts; null where that cannot be told. */
export function longestRest(line: string): number | null {
	const given = line.trim().split(/\s+/u);
	const parts = given.length === 5 ? ['0', ...given] : given;
	if (parts.length !== 6) return null;
	const sets = parts.map((part, n) => numbers(part, ...PARTS[n]!));
	if (sets.some((set) => set === undefined || set.size === 0)) return null;
	const [seconds, minutes, hours, days, months, weekdays] = sets as Set<number>[];
	if (weekdays!.has(7)) weekdays!.add(0);
	const within = restWithin(seconds!, minutes!, hours!);
	const either = parts[3] !== '*' && parts[3] !== '?' && parts[5] !== '*' && parts[5] !== '?';
	const matches = (date: Date) => {
		const [day, weekday] = [days!.has(date.getUTCDate()), weekdays!.has(date.getUTCDay())];
		return months!.has(date.getUTCMonth() + 1) && (either ? day || weekday : day && weekday);
	};
	// Two years, with a leap day in them.
	let last: number | undefined;
	let apart = 0;
	for (let n = 0; n < 731; n++) {
		if (!matches(new Date(Date.UTC(2027, 5, 1 + n)))) continue;
		if (last !== undefined) apart = Math.max(apart, n - last);
		last = n;
	}
	if (apart === 0) return null;
	return Math.max(within.longest, apart * DAY - (within.last - within.first)) * 1000;
}

/** The first and the last second of a day, and the longest rest between two of them. */
function restWithin(
	seconds: Set<number>,
	minutes: Set<number>,
	hours: Set<number>,
): { first: number; last: number; longest: number } {
	const times: number[] = [];
	for (const hour of hours)
		for (const minute of minutes) for (const second of seconds) times.push(hour * 3600 + minute * 60 + second);
	times.sort((a, b) => a - b);
	let longest = 0;
	for (let n = 1; n < times.length; n++) longest = Math.max(longest, times[n]! - times[n - 1]!);
	return { first: times[0]!, last: times.at(-1)!, longest };
}

/** The numbers of a part such as `1,5-9`, a step or `mon-fri`; undefined for what has another meaning. */
function numbers(part: string, least: number, most: number, names: string[]): Set<number> | undefined {
	const found = new Set<number>();
	const number = (text: string) => {
		const named = names.indexOf(text.toLowerCase());
		return named >= 0 && text !== '' ? named : /^\d+$/u.test(text) ? Number(text) : NaN;
	};
	for (const piece of part.split(',')) {
		const [range, step = '1'] = piece.split('/');
		const [from, to] =
			range === '*' || range === '?'
				? [least, most]
				: range!.includes('-')
					? range!.split('-').map(number)
					: [number(range!), piece.includes('/') ? most : number(range!)];
		const every = Number(step);
		if (!Number.isInteger(from) || !Number.isInteger(to) || !Number.isInteger(every) || every < 1) return undefined;
		if (from! < least || to! > most || from! > to!) return undefined;
		for (let n = from!; n <= to!; n += every) found.add(n);
	}
	return found;
}
