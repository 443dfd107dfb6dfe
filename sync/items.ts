/** What travels between the nodes: a record's plain fields and one reserved member, `_sync`. */
import type { Change, Reason } from './ledger';
import type { Mapped } from './mapping';
import type { Resolved } from './needs';
import type { Fields, Value } from './types';

/** What a source puts under `_sync`. */
export interface Stamp {
	/** The sync's id in the ledger; 0 in a test run of a sync that has never run. */
	id: number;
	/** The sync's name. */
	name: string;
	key: string;
	version: number;
	change: Change;
	reason: Reason;
	/** Node ids of the destinations that the record is due for. */
	for: string[];
	/** The run whose lease this item travels under; none in a test run. */
	run?: number;
	/** A test run: nothing is written, neither to the ledger nor to a destination. */
	test?: boolean;
	/** What a person calls the record. */
	label?: string;
	/** Source fields that are kept as fingerprints only. */
	sensitive?: string[];
	/** A plan that a person looks at: see `sync/review.ts`. */
	plan?: { hash: string; fields: Fields };
}

/** What a destination finds under `_sync`, behind the mapping. */
export type MappedStamp = Stamp & Mapped & Resolved;

/** A desired record on its way into a destination. */
export interface DesiredItem {
	/** The caller's number for it; outcomes carry it back. */
	item: number;
	fields: Fields;
	stamp: MappedStamp;
	/** Only the item's own link is worked on now: others of its record are being reviewed. */
	beside?: true;
}

/** One field's change, as a person reads it. */
export interface FieldChange {
	field: string;
	was: Value;
	now: Value;
	/** Somebody changed it in the destination; the source had not changed. */
	drift?: true;
}

export type OutcomeName =
	| 'created'
	| 'adopted'
	| 'updated'
	| 'healed'
	| 'unchanged'
	| 'removed'
	| 'deactivated'
	| 'reactivated'
	| 'detached'
	| 'waiting'
	| 'held'
	| 'failed'
	| 'superseded'
	| 'preview';

/** What came of one record. */
export interface Outcome {
	/** The item it came from; undefined where no item brought it (a sweep). */
	item?: number;
	outcome: OutcomeName;
	/** In a preview: what would be done. */
	action?:
		| 'create'
		| 'adopt'
		| 'update'
		| 'heal'
		| 'remove'
		| 'deactivate'
		| 'reactivate'
		| 'detach'
		| 'none'
		| 'fail'
		| 'task';
	/** With the action `none`: why there is nothing to do, where that is not because both sides agree. */
	idle?: 'out of scope' | 'removed before' | 'waiting for the guard on removals';
	key: string;
	/** The element of the record's list, where it becomes several counterparts. */
	part?: string;
	name: string;
	/** One plain sentence, ready for a chat message. */
	text: string;
	changes: FieldChange[];
	/** With `failed`: the destination field, where one is to blame. */
	field?: string;
	/** With `failed`: what to do. */
	todo?: string;
	/** With `failed`: it will be tried again by itself. */
	again?: boolean;
	/** The counterpart's id, where there is one. */
	counterpart?: string;
	/** A removal that was read back; with the seconds since the source said so, where it was the source that did. */
	confirmed?: true;
	seconds?: number;
	/** Who edited the counterpart last, before the source's value was written back; where the destination tells. */
	editedBy?: Value;
}
