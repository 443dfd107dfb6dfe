/**
 * Following a column that rises with every change: where the next read begins. Pure.
 *
 * A read takes everything from the cursor on, the cursor's own value included: rows that came later with an equal value
 * are seen, and those that come again are recognised by their fingerprint. `overlap` goes back further, for
 * transactions that commit after others that began later.
 */
import { exactInteger } from '../../sql/exact';
import type { Value } from '../../sync/types';

export interface FollowCursor {
	[name: string]: Value;
	/** The greatest value that was there when the last read began, in the exact form. */
	value: string | number;
}

export function isFollowCursor(cursor: Value | undefined): cursor is FollowCursor {
	return (
		typeof cursor === 'object' &&
		cursor !== null &&
		!Array.isArray(cursor) &&
		(typeof cursor['value'] === 'string' || typeof cursor['value'] === 'number')
	);
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:([T ])(\d\d:\d\d:\d\d))?/;

/** The value `overlap` before: seconds before a time, as many before a number. Other text cannot go back. */
export function before(value: string | number, overlap: number): string | number {
	if (overlap <= 0) return value;
	if (typeof value === 'number') return value - overlap;
	if (/^-?\d+$/.test(value)) return exactInteger(BigInt(value) - BigInt(Math.ceil(overlap)));
	const match = TIME.exec(value);
	if (!match) return value;
	const [, day, between, time] = match;
	const moment = Date.parse(`${day}T${time ?? '00:00:00'}Z`);
	if (Number.isNaN(moment)) return value;
	const earlier = new Date(moment - Math.ceil(overlap) * 1000).toISOString();
	// Without fraction and zone (every session's zone is UTC), so that it stands before every text of the same second.
	return between === undefined ? earlier.slice(0, 10) : `${earlier.slice(0, 10)}${between}${earlier.slice(11, 19)}`;
}
