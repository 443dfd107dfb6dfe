/**
 * What a mapping cannot say of a record by itself, because only the ledger knows it (which counterpart another record has)
 * or the destination (which of its own records has a value). The mapping says what it needs; the destination's pass finds it.
 */
import type { Value } from './types';

/** The ID of another record's counterpart. */
export interface ReferenceNeed {
	kind: 'reference';
	/** The destination field that takes it. */
	field: string;
	/** Where that other record is mirrored: see `placeOf` in `ledger/references.ts`. */
	to: string;
	/** Its encoded keys; one, unless `many`. */
	keys: string[];
	/** The element of its list that is meant, where it is several counterparts there; one for each key. */
	parts?: string[];
	/** The field takes a list. */
	many?: true;
	/** Milliseconds that the record waits for it. */
	patience: number;
}

/** The ID of a record that stands in the destination, found by a value. */
export interface LookUpNeed {
	kind: 'look up';
	field: string;
	/** What is looked through, as the destination names it; left out: what is written to. */
	object?: string;
	/** The field there that has to equal the value. */
	by: string;
	values: Value[];
	many?: true;
}

export type Need = ReferenceNeed | LookUpNeed;

/** The destination itself, as where a reference leads: an employee's manager. */
export const ITSELF = 'itself';

/** A reference as the ledger keeps it, so that it is known who points at whom. */
export interface Reference {
	field: string;
	/** The destination's number in the ledger. */
	target: number;
	key: string;
	part: string;
	/** The other record was not there. */
	waits: boolean;
}

/** What was found for an item's needs; travels with it until it is confirmed. */
export interface Resolved {
	refs?: Reference[];
	/** It is written without what is not there yet, and has that set later. */
	partial?: { text: string; patience: number };
	/** Who still points at a record that is removed, as a sentence. */
	pointed?: string;
}

/** A record that is referred to, and who asks. */
export interface Wanted {
	to: string;
	key: string;
	part: string;
	by: { key: string; part: string };
}

/** What the ledger knows of a referred-to record. */
export interface Referred {
	to: string;
	key: string;
	part: string;
	/** The number of the destination; undefined where there is no such, or more than one. */
	target?: number;
	/** The destination as a person knows it. */
	where?: string;
	/** Its counterpart's ID, once it has one. */
	counterpart?: string;
	/** What a person calls it, where the ledger knows the record. */
	name?: string;
	/** What keeps it from being there: the source has no such record, or its link's state and error. */
	why?: string;
	/** The names of the links among those that asked which it waits for itself, over however many others. */
	waitsFor: string[];
}

/** Who points at a record that is to be removed. */
export interface Referrers {
	key: string;
	part: string;
	count: number;
	/** The first names. */
	names: string[];
}
