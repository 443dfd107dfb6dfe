/** How records are read: all, those that changed, some by id, one by a field's value. */
import type { FieldInfo, Fields, Value } from '../../../sync/types';
import type { Look } from './request';
import type { Condition, Path } from './words';

/** A header of the answer instead of a place in its body. */
export interface Header {
	header: string;
}

/**
 * How one gets from page to page. Names in the request: `{size}`, and the kind's own. All kinds stop at an empty page.
 * Nothing is taken twice that moved from page to page, and where a total is told (`total`, else false) it is read again when
 * that changed under way.
 */
export type Pages =
	/** Everything comes at once. */
	| { kind: 'none' }
	/** `{offset}` counts from `first` (SCIM: 1). Read with an overlap of one record, so that a shift is noticed. */
	| { kind: 'offset'; size: number; first: 0 | 1; total: Path | Header | false }
	/** `{page}` counts from `first`. */
	| { kind: 'page'; size: number; first: 0 | 1; total: Path | Header | false }
	/** `{cursor}`: what the last answer said at `next`; left out at first. Ends where there is none, or `more` does not hold. */
	| { kind: 'cursor'; size: number; next: Path; more?: Condition }
	/** `{cursor}`: the last record's value at `last`. Ends where `more` does not hold. */
	| { kind: 'last id'; size: number; last: Path; more: Condition }
	/** The whole address of the next page stands in the answer; only on the same host. */
	| { kind: 'next link'; size: number; next: Path }
	/** `Link: <…>; rel="next"`. */
	| { kind: 'link header'; size: number };

/** A list. */
export interface Paged {
	request: Look;
	/** Where the records stand: a list, one object, or an object by id (`byId`: then the member's name is set at that path). */
	items: Path;
	byId?: Path;
	/** What data cannot say: from what stands at `items` to the records; a sentence says why there can be none. Pure. */
	as?: (found: Value, setting: Record<string, string>) => Fields[] | string;
	/** Where in each of them the record stands; one without a record fails the whole answer, unless this says that there is none. */
	within?: { record: Path; absent: Condition };
	pages: Pages;
	/**
	 * No query gives more than so many; the read goes on from the last one by `changedSince`, or fails where there is none.
	 */
	ceiling?: number;
}

export type DateForm =
	| 'ISO' // 2026-11-28T10:00:00.000Z
	| 'ISO seconds' // 2026-11-28T10:00:00Z
	| 'date time' // 2026-11-28 10:00:00
	| 'date' // 2026-11-28
	| 'unix seconds'
	| 'unix milliseconds'
	| 'HTTP date';

/** The list of what changed since a time. Names in the request: `{since}`, and those of its pages. */
export interface ChangedSince {
	/** The setting without which it cannot be told. */
	takes?: string;
	list: Paged;
	form: DateForm;
	/** How far each read goes back behind the last one, in seconds: clocks, late commits, indexes that lag. */
	overlap: number;
	/**
	 * Where the next read begins: from the greatest `updatedAt` that was read, from a place in the answer, or from the moment
	 * the read began (by the `Date` header).
	 */
	watermark: 'updatedAt' | 'request time' | { path: Path };
	/** It lists ids only: the records are then fetched. Or it leaves out parts of them, which are then asked for, for many at once. */
	then?: 'get' | Join[];
	/** Whether it also tells of what was deleted or archived; then `removed` says how that is seen. */
	tellsRemovals: boolean;
}

/** A part of many records by their ids: `{ids}`. Each of what is listed names the record at `of`; its part at `from` is put at `to`. */
export interface Join {
	list: Paged;
	most: number;
	of: Path;
	from: Path;
	to: Path;
	/** What a record has of which nothing is said. */
	none: Value;
}

/** One record by its id: `{id}`. */
export interface Get {
	request: Look;
	record: Path;
}

/** Several by their ids: `{ids}`, a list. Answers are matched by id; order means nothing. */
export interface BatchGet {
	list: Paged;
	most: number;
}

/** Those with a field's value. Names: `{value}`, as the system spells it; `{values}` where `most` is more than one. */
export interface Find {
	/** The mapping's field. `*`: any, and in the request `{field}` is where it stands, `{name}` what a mapping calls it. */
	field: string;
	/** With `*`: kinds that cannot be looked for so. */
	not?: readonly FieldInfo['kind'][];
	list: Paged;
	/** How many values one request takes. */
	most: number;
	/** How many characters of an address they may take, where they stand there: long ones go in more requests. */
	longest?: number;
	/** `exact`: what comes back is compared all the same. `search`: may give others and come late; see `delay`. */
	by: 'exact' | 'search';
	/** Seconds after which a new record is surely found; what we created is remembered meanwhile. */
	delay?: number;
}

/**
 * A second request for each listed record: `{id}`, `{record.a}`. Its answer's part at `record` is merged over what was
 * listed. Not made for what `removed` says is gone; where it answers that there is none, the record is as it was listed.
 */
export interface Detail {
	request: Look;
	record: Path;
}

export interface Reading {
	list: Paged;
	get: Get | 'none';
	batch: BatchGet | 'none';
	/** Fields by which a record can be looked for; a field that is not here is looked for in the whole list. */
	find: Find[];
	changedSince: ChangedSince | 'none';
	detail: Detail | 'none';
	/** Fields that lists do not show, and `get` does. */
	listLacks?: string[];
	/** Records that are listed and yet gone: a status, an action. For sources. */
	removed: { path: Path; is: readonly Value[] } | 'absent from the list';
}
