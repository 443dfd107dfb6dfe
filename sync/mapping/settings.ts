/** A mapping's settings as plain data, and the checks that need no record. */
import type { Conversion } from '../convert';
import type { ListKind } from '../lists';
import { nearest } from '../nearest';
import { SyncError } from '../types';
import type { Elements } from './elements';
import type { Several } from './several';
import type { Translation } from './translate';
import type { ValueSource } from './value';

export type IfEmpty = 'write' | 'leave';

/** Destination field ← value. */
export interface Row {
	field: string;
	value: ValueSource;
	/** `once`: written on create only. `if empty`: written only while the destination's field is empty. */
	owner: 'source' | 'once' | 'if empty';
	/** What an empty value does: empty the destination's field, or leave it alone. */
	ifEmpty: IfEmpty;
	conversion: Conversion;
	/** The value only names what the field takes: the ID of another record's counterpart, or of what has that value there. */
	finds?:
		| {
				kind: 'reference';
				to: string;
				patience: number;
				/** Which of its parts, where it has several. */ part?: ValueSource;
		  }
		| { kind: 'look up'; object?: string; by: string };
	/** The value is a list: owned whole, in its order or as a set, or only the members that we added. */
	list?: 'ordered' | ListKind;
	/** Of a group of records: whose value it is, or what becomes of all of them. */
	several?: Several;
	/** Before the conversion, the value is put into the destination's words. */
	translate?: Translation;
}

/** What a deactivation writes, and what is written when the record returns. */
export interface RemovalRow {
	field: string;
	set: ValueSource;
	onReturn: ValueSource;
	conversion: Conversion;
}

export interface MappingSettings {
	rows: Row[];
	/** One counterpart for each element of a list of the record. */
	elements?: Elements;
	/** Every field of the record goes to the field of the same name, unless it is excepted or has a row. */
	byName?: { except: string[]; ifEmpty: IfEmpty };
	match: string[];
	removal: { kind: 'deactivate' | 'delete' | 'detach'; rows: RemovalRow[] };
	may: { create: boolean; update: boolean };
	/** `since` is text as the user gave it, `at` the record's own time; both in `zone` where they name none. */
	existing: { which: 'all' | 'link only' | 'newer'; since?: string; at?: ValueSource };
	/** The zone of times that name none. */
	zone: string;
	fingerprint: string;
}

/** Throws {@link SyncError} for the first thing that is wrong, naming the row. */
export function checkSettings(settings: MappingSettings): void {
	if (settings.rows.length === 0 && settings.byName === undefined) {
		throw wrong('Nothing is mapped', 'Add a field, or turn on Map All Fields of the Same Name.');
	}
	const seen = new Map<string, number>();
	for (const [index, row] of settings.rows.entries()) {
		checkField(row.field, `Field ${index + 1}`);
		const other = seen.get(row.field);
		if (other !== undefined)
			throw wrong(`Fields ${other} and ${index + 1} both write “${row.field}”`, 'Remove one of them.');
		seen.set(row.field, index + 1);
		if (row.several !== undefined && row.value.kind === 'expression') {
			throw wrong(
				`Field ${index + 1} (“${row.field}”) is an expression, which Of Several Records cannot ask of each member`,
				'Drag in a field, or take the setting away and use $json.members in the expression.',
			);
		}
		if (isBlank(row.value)) {
			throw wrong(
				`Field ${index + 1} (“${row.field}”) has no value`,
				'Drag a field from the input panel into it; to empty it on purpose, use {{ null }}.',
			);
		}
	}
	checkMatch(settings, seen);
	checkRemoval(settings, seen);
	if (settings.existing.which === 'newer' && (!settings.existing.since || settings.existing.at === undefined)) {
		throw wrong(
			'Only Newer Than a Date needs the date and the field that it is compared with',
			'Fill in Newer Than and Date of the Record.',
		);
	}
}

function checkMatch({ match, rows, byName }: MappingSettings, mapped: Map<string, number>): void {
	for (const field of match) {
		if (mapped.has(field) || (byName !== undefined && !byName.except.includes(field))) continue;
		const meant = nearest(
			field,
			rows.map((row) => row.field),
		);
		throw wrong(
			`The match field “${field}” is not mapped`,
			meant === undefined
				? 'Add a field for it, or match by another one.'
				: `Add a field for it, or match by “${meant}”.`,
		);
	}
}

function checkRemoval({ removal, rows }: MappingSettings, mapped: Map<string, number>): void {
	if (removal.kind !== 'deactivate') return;
	if (removal.rows.length === 0) {
		throw wrong(
			'Deactivate needs at least one field to set',
			'Add a field such as active = false, or choose another removal.',
		);
	}
	const seen = new Set<string>();
	for (const [index, row] of removal.rows.entries()) {
		checkField(row.field, `Field ${index + 1} of the removal`);
		if (seen.has(row.field)) throw wrong(`The removal sets “${row.field}” twice`, 'Remove one of the two.');
		seen.add(row.field);
		if (isBlank(row.set))
			throw wrong(
				`The removal does not say what “${row.field}” is set to`,
				'Fill in Set on Removal; to empty the field, use {{ null }}.',
			);
		const returns = mapped.has(row.field) && rows[mapped.get(row.field)! - 1]!.owner === 'source';
		if (isBlank(row.onReturn) && !returns) {
			throw wrong(
				`The removal does not say what “${row.field}” is set to when the record returns`,
				'Fill in Set on Return; to empty the field, use {{ null }}.',
			);
		}
	}
}

/** Left as the form had it. Null, written as an expression, is a value on purpose. */
function isBlank(source: ValueSource): boolean {
	return source.kind === 'constant' && source.value === '';
}

function checkField(field: string, row: string): void {
	if (field === '') throw wrong(`${row} has no destination field`, 'Choose one from the list, or type its name.');
	if (field === '_sync') throw wrong(`${row} writes “_sync”, which is reserved`, 'Choose another name.');
}

function wrong(message: string, todo: string): SyncError {
	return new SyncError('setup', message, { todo });
}
