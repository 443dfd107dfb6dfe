/** How records are written and removed. */
import type { Fields, Value } from '../../../sync/types';
import type { Header, Paged } from './reading';
import type { Look, Request } from './request';
import type { Condition, JsonTemplate, Path } from './words';

/** How one field is written. */
export type FieldWrite =
	/** In the bodies of create and update; with `{setting.x}`. */
	| Path
	/** Never. */
	| false
	/** In the body of create, and never again. */
	| { create: Path }
	/** By a request of its own, behind the others: `{id}`, `{value}`. */
	| { request: Request }
	/** By a request of its own for each value: a state (`archived`: true, false). `{id}`. */
	| { states: { value: Value; request: Request }[] }
	/** A list, member by member: `{id}`, `{member}`. */
	| { add: Request; remove: Request };

/** What comes back from a write. */
export interface Answer {
	/**
	 * Where the whole record stands; false: it is read again. `later`: it was taken on and is done in some minutes; until a
	 * sweep sees otherwise, what was sent counts as what stands there.
	 */
	record: Path | false | { later: true };
	/** Where its id stands, on create; or a header whose last part it is. False: it is found by its match field. */
	id: Path | Header | false;
}

/**
 * A create or an update. Names: `{fields}` (what is sent, at its write paths), `{id}`, `{record}` (what stands there now, on
 * update), `{desired.FIELD}` (what a mapping says, in the system's spelling). On create, empty values are left out. An update
 * of which nothing goes into the body is not sent.
 */
export interface Write {
	request: Request;
	/**
	 * `changed`: only what is sent is touched. `everything`: what is not sent is wiped, so that what stands there is read
	 * first and sent along, without `without`.
	 */
	sends: 'changed' | { everything: true; without: Path[] };
	/** Each field as an element of a list, which `{fields}` then is: `{path}`, `{value}`. Patch operations. */
	each?: JsonTemplate;
	/** What data cannot say: from the fields at their places to what `{fields}` is. Pure. */
	as?: (fields: Fields, setting: Record<string, string>) => Value;
	/** How an empty value is sent: as null, as an empty text, or (with `each`) as another element. */
	empty: 'null' | 'empty text' | { each: JsonTemplate };
	answer: Answer;
	job?: Job;
}

/** The answer was only that work was taken on: it is asked after until it is done. Names: `{job}`. */
export interface Job {
	/** Where the job's id stands in the first answer. */
	id: Path;
	poll: Look;
	seconds: number;
	done: Condition;
	failed: Condition;
	/** Where a failed job says why. */
	message: Path;
}

/**
 * Many in one request. Names: `{rows}`, each made of `row` (with `{fields}`, `{id}`, `{ref}`, a number of ours).
 */
export interface Batch {
	of: 'create' | 'update';
	request: Request;
	row: JsonTemplate;
	most: number;
	/** One that fails fails all: then they are halved until it stands alone. */
	allOrNone: boolean;
	/** Where the answers stand, and how one is matched to its row. Nothing is assumed about order unless it is said. */
	results: Path;
	matched:
		| { by: 'position' }
		| { by: 'id'; path: Path }
		| { by: 'field'; field: string }
		/** By all that was sent. */
		| { by: 'content' }
		| { by: 'ref'; path: Path }
		/** The answers name ids and nothing else: these are read, and told apart by that field. Without it, one goes alone. */
		| { by: 'reading'; field: string };
	/** Where in one answer the record stands; false: those that were written are read again. */
	record: Path | false;
	/** Where in one answer the id of what was created stands, if not where a record has it. */
	id?: Path;
	/** When one answer is a failure, and where it says why; `none`: those that fail are left out of the results. */
	failed: Condition | 'none';
	/** When a failure says that what was to be updated is not there any more. */
	gone?: Condition;
	message: Path[];
	/** Where a failure has a status and a body as an answer of its own has: then the system's rules say what it means. */
	judged?: { status: Path; body: Path };
	/** Where failures stand apart from the results; `ref` is our number, or the id, or with `by` the place in the request. */
	failures?: { path: Path; ref: Path; by?: 'position'; message: Path[] };
	job?: Job;
}

/** What removes a counterpart, mildest first. `sideEffects`: what else happens, in one sentence; `none` if nothing. */
export type RemovalStep = {
	step: 'deactivate' | 'archive' | 'delete';
	sideEffects: string;
	/** The plan, scope or right that it takes beyond what the system `needs`. */
	takes?: string;
} & (
	| {
			reversible: true;
			/** A field that says so, and its value on return. */
			set: { field: string; to: Value; back: Value };
	  }
	/** `later`: it is taken on, and done in some minutes. */
	| { reversible: false; request: Request; later?: true }
	/** The account cannot do it by API: a person does. `{name}` and `{id}` in the text. */
	| { reversible: true | false; task: string }
);

export interface Idempotency {
	header: string;
	maxLength: number;
	/** How long the system knows a key. */
	hours: number;
	/** The header that says that an answer is the one of an earlier request with the same key. */
	replayed?: string;
	/** On `create` only, or on every write. */
	on: 'create' | 'every write';
}

/** A write goes through only if nobody changed the record since it was read. */
export type Conditional =
	| { ifMatch: 'etag header' }
	/** A version that is read with the record and sent back in the body. */
	| { version: Path; send: Path };

export interface Writing {
	create: Write | 'not possible';
	update: Write | 'not possible';
	batches: Batch[];
	removal: [RemovalStep, ...RemovalStep[]];
	/**
	 * A field that ought to be unique, where the system takes a second record with the same value all the same: one is looked
	 * for right before each create.
	 */
	looksFirst?: string;
	idempotency: Idempotency | 'none';
	conditional: Conditional | 'none';
	/**
	 * Where it can be said that a record is kept by a sync, in a place that is nobody's field: beside the fields, whenever some
	 * are written, or as a fixed part of the requests. `says`: how people find it, for docs/systems.md.
	 */
	mark: { path: Path; text: string; says: string } | { inRequests: true; says: string } | 'none';
	/** Whether the whole list says that nothing stands there: for the first write. */
	isEmpty: Paged | 'by the list';
}
