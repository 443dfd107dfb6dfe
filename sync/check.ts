/** Whether a destination has the fields that a mapping writes, before the first write; and what was probably meant. */
import type { DesiredItem, MappedStamp } from './items';
import { nearest } from './nearest';
import { standsForNone } from './parts';
import { SyncError, type FieldInfo } from './types';

const NAMED = 3;

/** What is wrong with the fields, as one error of the whole node; undefined where nothing is. */
export function checkFields(
	items: DesiredItem[],
	fields: FieldInfo[],
	where: string,
	editor = '',
): SyncError | undefined {
	const known = new Map(fields.map((field) => [field.name, field]));
	const unmatched = checkMatch(items, where);
	if (unmatched) return unmatched;
	if (editor !== '' && !known.has(editor))
		return new SyncError('setup', `There is no field “${editor}” in ${where} that says who edited last.`, {
			todo: 'Choose another one in Last Edited By Column.',
			field: editor,
		});
	const written = new Set<string>();
	const compared = new Set<string>();
	let creates = false;
	let before: MappedStamp | undefined;
	for (const item of items) {
		const { stamp } = item;
		if (stamp.action === 'fail' || (before && writesAlike(stamp, before))) continue;
		before = stamp;
		const { set, onReturn } = stamp.removal;
		for (const name of [set, onReturn, stamp.parts?.set ?? {}].flatMap((fields) => Object.keys(fields)))
			written.add(name);
		if (stamp.action !== 'write' || standsForNone(item)) continue;
		for (const name of [...stamp.owned, ...stamp.once, ...(stamp.fill ?? [])]) written.add(name);
		for (const name of stamp.match) compared.add(name);
		creates ||= stamp.may.create;
	}
	const unknown = [...written, ...compared].filter((name, at, all) => !known.has(name) && all.indexOf(name) === at);
	if (unknown.length > 0) return unknownFields(unknown, known, where);
	const fixed = [...written].filter((name) => !known.get(name)!.writable);
	if (fixed.length > 0) {
		const instead = known.get(fixed[0]!)?.instead;
		return new SyncError(
			'setup',
			`${list(fixed)} cannot be written in ${where}: ${instead === undefined ? 'the destination makes the value itself' : 'this API changes none'}.`,
			{ todo: instead ?? 'Remove the field from the mapping.', field: fixed[0] },
		);
	}
	const missing = creates
		? fields
				.filter(({ name, required, writable }) => required && writable && !written.has(name))
				.map(({ name }) => name)
		: [];
	if (missing.length > 0) {
		return new SyncError(
			'setup',
			`${where} takes no new record without ${list(missing)}, which the mapping does not fill.`,
			{
				todo: 'Add a field for it in the mapping, or switch off May Create there.',
				field: missing[0],
			},
		);
	}
	return undefined;
}

/** Whether two items have their lists in common, as the items of one mapping mostly do. */
function writesAlike(a: MappedStamp, b: MappedStamp): boolean {
	return (
		a.action === b.action &&
		a.owned === b.owned &&
		a.once === b.once &&
		a.fill === b.fill &&
		a.match === b.match &&
		a.removal === b.removal &&
		a.may === b.may &&
		a.parts === b.parts &&
		(a.parts === undefined || (a.part === undefined) === (b.part === undefined))
	);
}

/** Whether something is written by which nothing that is already there would be recognised. */
export function checkMatch(items: DesiredItem[], where: string): SyncError | undefined {
	if (!items.some(({ stamp }) => stamp.action === 'write' && stamp.match.length === 0)) return undefined;
	return new SyncError('setup', `No match field is chosen, and nothing that is mapped is unique in ${where}.`, {
		todo: 'Choose in the mapping’s Match By the field by which a record is recognised there, such as its e-mail address.',
	});
}

/**
 * Whether a field that goes by its own name was written there before and cannot be any more: a column was renamed or
 * dropped. What the destination never had is left out without a word; this would go stale unseen.
 */
export function checkLeft(left: string[], owned: string[], fields: FieldInfo[], where: string): SyncError | undefined {
	const gone = left.filter((name) => owned.includes(name));
	if (gone.length === 0) return undefined;
	const known = new Map(fields.map((field) => [field.name, field]));
	const { message, detail } = unknownFields(gone, known, where);
	return new SyncError('setup', message, {
		...detail,
		todo: 'It was written until now. Give it back its name in the destination; or name it under Except in the mapping, and add a field that writes the new one.',
	});
}

function unknownFields(unknown: string[], known: Map<string, FieldInfo>, where: string): SyncError {
	const meant = nearest(unknown[0]!, known.keys());
	const wrong =
		unknown.length === 1
			? `There is no field ${list(unknown)} in ${where}.`
			: `There are no fields ${list(unknown)} in ${where}.`;
	return new SyncError(
		'setup',
		meant === undefined
			? wrong
			: `${wrong} Did you mean “${meant}”${unknown.length > 1 ? ` for “${unknown[0]}”` : ''}?`,
		{
			todo: 'Correct the name in the mapping, or add the field to the destination.',
			field: unknown[0],
		},
	);
}

function list(names: string[]): string {
	const shown = names.slice(0, NAMED).map((name) => `“${name}”`);
	if (names.length > NAMED) shown.push(`${names.length - NAMED} more`);
	return shown.join(', ');
}
