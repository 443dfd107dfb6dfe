/** Times, lengths and values as people read them. */
import type { Standing } from '../sync/look';
import type { Value } from '../sync/types';
import { lasts } from '../sync/watchdog';
import { html, type Html } from './html';

/** When it is, and where: what a page is written for. */
export interface Moment {
	now: number;
	/** An IANA name, the workflow's. */
	zone: string;
}

/** `3 minutes ago`, with the whole time on hover. */
export function ago(at: number | null, moment: Moment, never = 'never'): Html {
	if (at === null) return html`<span class="quiet">${never}</span>`;
	const length = moment.now - at;
	const text = length < 1000 ? 'just now' : `${long(length)} ago`;
	return html`<time datetime="${new Date(at).toISOString()}" title="${whole(at, moment)}">${text}</time>`;
}

/** A length of time in whole units. */
export function long(milliseconds: number): string {
	const text = lasts(Math.max(0, milliseconds));
	return /^\d/u.test(text) ? text.replace(/(\d+)\.\d+/u, '$1').replace(/^1 (\w+)s$/u, '1 $1') : `1 ${text}`;
}

/** Date and time. */
export function whole(at: number, { zone }: Moment): string {
	return formatOf(zone)(at);
}

/** Making one takes far longer than using it. */
const formats = new Map<string, (at: number) => string>();

function formatOf(zone: string): (at: number) => string {
	let format = formats.get(zone);
	if (!format) formats.set(zone, (format = made(zone)));
	return format;
}

function made(zone: string): (at: number) => string {
	const how = { dateStyle: 'medium', timeStyle: 'medium' } as const;
	try {
		const format = new Intl.DateTimeFormat('en-GB', { ...how, timeZone: zone });
		return (at) => format.format(at);
	} catch {
		// A zone that this process does not know.
		const format = new Intl.DateTimeFormat('en-GB', { ...how, timeZone: 'UTC' });
		return (at) => `${format.format(at)} UTC`;
	}
}

export function many(count: number, one: string, more = `${one}s`): string {
	return `${number(count)} ${count === 1 ? one : more}`;
}

const FINE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const COARSE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function number(count: number): string {
	return (count < 10 ? FINE : COARSE).format(count);
}

const LONGEST = 400;

/** A field's value. */
export function shown(value: Value | undefined): Html {
	if (value === null || value === undefined) return html`<span class="quiet">empty</span>`;
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	if (text === '') return html`<span class="quiet">empty text</span>`;
	return text.length > LONGEST
		? html`<span title="${text.slice(0, 4000)}">${text.slice(0, LONGEST)}…</span>`
		: html`${text}`;
}

export const STANDING_MARK: Record<Standing, string> = {
	'in sync': '✓',
	pending: '◔',
	held: '‖',
	failed: '✕',
	dropped: '⇢',
	removed: '–',
};

/** A standing as a badge: by sign, word and colour. */
export function badge(standing: Standing): Html {
	return html`<span class="badge ${standing.replace(' ', '-')}">${STANDING_MARK[standing]} ${standing}</span>`;
}
