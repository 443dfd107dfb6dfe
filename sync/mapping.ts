/**
 * From a source record to a desired one: which destination field takes which value, who owns it, whether the record
 * belongs in the destination at all, and what a removal means there.
 *
 * Settings are plain data, compiled once into a function that maps one record. Knows nothing of n8n and has no clock;
 * what only n8n's expression evaluator can answer is asked of it through a callback.
 */
import type { Evaluate } from './mapping/value';
import type { ListKind } from './lists';
import type { Need } from './needs';
import type { Fields } from './types';

export { compileMapping } from './mapping/compile';
export { mapEach } from './mapping/elements';
export { clockIn, dateIn, flipOf, readsClock, readsOutside, type Clock, type Zones } from './mapping/time';
export { mappingFingerprint } from './mapping/fingerprint';
export type { MappingSettings, RemovalRow, Row } from './mapping/settings';

/** What the mapping adds to `_sync` of every item. JSON, and small: it travels with each record. */
export interface Mapped {
	/** `remove`: the source says removed, or the record is out of scope. `fail`: `error` says why; nothing is written. */
	action: 'write' | 'remove' | 'fail';
	/** `dropped`: a part that is no longer in its record's list. */
	why?: 'removed' | 'out of scope' | 'dropped';
	/** The element of the record's list that the item stands for; left out where the record is one counterpart. */
	part?: string;
	/** Which elements there are, on every item of a record that becomes several. */
	parts?: Parts;
	/** Destination fields that the source owns in this item; an empty value that is to be left alone is left out. */
	owned: string[];
	/** Those of them that only their own name brought here: left out where the destination has no such field. */
	byName?: string[];
	/** Destination fields that are written on create only. */
	once: string[];
	/** Destination fields that are written only while they are empty there; left out where there are none. */
	fill?: string[];
	/** Destination fields by which a counterpart that is already there is adopted. */
	match: string[];
	/** Destination fields whose values come from sensitive source fields. */
	sensitive: string[];
	removal: Removal;
	may: { create: boolean; update: boolean };
	existing: Existing;
	/** The fingerprint of the mapping's settings. */
	mapping: string;
	/** When time alone takes the record into the scope or out of it: milliseconds since 1970 UTC. */
	flipsAt?: number;
	/** The mapping reads the clock or variables in another way: the record is mapped again after a day. */
	daily?: true;
	/** Lists that are no plain values, by destination field; left out where there are none. */
	lists?: Record<string, ListKind>;
	/** Values of owned fields that only the ledger or the destination knows; left out where there are none. */
	needs?: Need[];
	/** With action `fail`. */
	error?: MappingError;
}

/** The elements of a record's list. One object for all items of the record. */
export interface Parts {
	keys: string[];
	/** What is written to a part that is no longer there, where a removal deactivates. */
	set: Fields;
	/** Why that cannot be said. */
	error?: MappingError;
}

/** What a removal does to the counterpart: delete it, set fields that deactivate it, or leave it and stop managing it. */
export interface Removal {
	kind: 'deactivate' | 'delete' | 'detach';
	/** Written on removal; owned while the removal stands. Filled with action `remove` only. */
	set: Fields;
	/** Written when the record returns; a field that is mapped too has its mapped value here. */
	onReturn: Fields;
	/** The destination's API cannot do it: what a person has to do there. Added by the destination's node. */
	task?: string;
}

/** What happens to records that exist at the first run. */
export interface Existing {
	/** `link only`: tie them to what is there, write nothing until they change. `newer`: only those with `field` after `since`. */
	which: 'all' | 'link only' | 'newer';
	/** ISO date and time, with `newer`. */
	since?: string;
	/** The record's own date and time of that field as ISO, with `newer`; left out where it has none. */
	at?: string;
}

/** Why a record cannot be mapped. Holds no sensitive value. */
export interface MappingError {
	/** The destination field. */
	field?: string;
	/** The value found, shortened; left out where it is sensitive. */
	value?: string;
	/** One plain sentence. */
	reason: string;
	/** What to do, one plain sentence. */
	todo?: string;
}

/** A record on its way into the mapping. */
export interface Incoming {
	fields: Fields;
	/** The source says that it is gone; `fields` are the last known. */
	removed: boolean;
	/** Source fields whose values are never shown. */
	sensitive: readonly string[];
}

/** What the mapping cannot answer by itself, for the record at hand. */
export interface Ask {
	evaluate: Evaluate;
	/** Whether the record belongs in the destination, or why that cannot be said. Without it, every record does. */
	inScope?(): boolean | MappingError;
}

/** A value that a field's translation does not know. */
export interface Unseen {
	field: string;
	value: string;
}

export interface Desired {
	fields: Fields;
	mapped: Mapped;
	/** For the person who maps; travels with no record. */
	unseen?: Unseen[];
}

export interface Mapping {
	map(record: Incoming, ask: Ask): Desired;
}
