/** What answers mean: errors, and how fast one may ask. */
import type { Condition, Path } from './words';

/**
 * - `absent`: what was asked for is not there.
 * - `duplicate`: something with that unique value is there already.
 * - `refused`: this record cannot be taken as it is.
 * - `denied`: the credential or its rights.
 * - `too fast`: a limit of some seconds or minutes; asked again later.
 * - `quota spent`: nothing goes before the quota is renewed; a run stops there, and that is no failure.
 * - `stale`: somebody changed it since it was read; it is read and planned anew.
 * - `unavailable`: the system itself; asked again later.
 * - `not possible`: this account cannot do it (a plan, a scope): a person has to; `todo` says what.
 * - `fine`: no error, whatever the status says.
 */
export type Meaning =
	| 'absent'
	| 'duplicate'
	| 'refused'
	| 'denied'
	| 'too fast'
	| 'quota spent'
	| 'stale'
	| 'unavailable'
	| 'not possible'
	| 'fine';

export interface ErrorRule {
	/** `2xx`: failures that come as a success. Left out: any status of 400 and above. */
	status?: number | number[] | '2xx';
	/** All of them on the body. */
	where?: Condition[];
	means: Meaning;
	/** What a person has to do; one sentence. */
	todo?: string;
}

export interface ErrorRules {
	/** Where an error's text stands, the first that is there; a list is joined. Empty: the body's beginning is shown. */
	message: Path[];
	/** A response header with the text, where bodies have none. */
	header?: string;
	/** Where the field that is to blame stands. */
	field?: Path;
	/** The first that holds counts. Without one: 401 denied, 403 denied, 404 absent, 409 duplicate, 412 stale, 429 too fast, 5xx unavailable, else refused. */
	rules: ErrorRule[];
}

export interface Limits {
	/** Several at once, each kept. `[]`: none is known. */
	windows: { requests: number; seconds: number }[];
	/** Requests under way at once. */
	concurrent: number;
	/** What the answers say of it, in lower case; several limits at once. */
	headers: {
		remaining: string;
		/** When it is renewed. */
		reset?: string;
		unit?: 'seconds' | 'milliseconds' | 'epoch seconds' | 'epoch milliseconds' | 'date';
		/** Slows down from so many on. Default 5. */
		spare?: number;
		/** This one is a quota of a day: nothing left ends the run early, as a success. */
		daily?: true;
	}[];
	/** The header that says how long to wait after `too fast`; a number of seconds, or a date. */
	retryAfter: string;
	/** Seconds to stay away after `too fast` where nothing says how long. */
	penalty: number;
	/** GraphQL: cost points in the body. */
	cost?: { remaining: Path; restorePerSecond: Path; most: Path };
}
