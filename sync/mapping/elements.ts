/**
 * One record per element of a list: every element is mapped as if it were the only one of its record, so that a row that was
 * dragged in from the first line item (`lines[0].sku`) takes the value of each.
 */
import { isEmpty } from '../convert';
import { isKeyed } from '../fingerprint';
import { encodeKey } from '../key';
import type { Ask, Desired, Incoming, Mapping, MappingError, Parts } from '../mapping';
import { follow, pathText, type Path } from '../path';
import { SyncError, type Fields, type Value } from '../types';
import { asList, shown, unreadable } from './target';
import { resolve, type ValueSource } from './value';

export interface Elements {
	/** Where the list stands in the record. */
	list: Path;
	/** What tells one element from another: asked of the record with only that element in its list. */
	key: ValueSource;
}

/** The setting as it was left in the form. Throws {@link SyncError} `setup` where it is no list of the record. */
export function elementsOf(list: ValueSource, key: ValueSource): Elements {
	// Dragged in as the list, or as its first element.
	const path = list.kind === 'path' ? (/^\d+$/u.test(list.path.at(-1)!) ? list.path.slice(0, -1) : list.path) : [];
	if (path.length === 0) {
		throw new SyncError('setup', 'One Record per Element Of names no list of the record', {
			todo: 'Drag the list in from the left, such as {{ $json.lines }}.',
		});
	}
	if (key.kind === 'constant') {
		throw new SyncError('setup', 'Element Key is no field of an element', {
			todo: `Drag in what tells one element from another, such as {{ $json.${pathText(path)}[0].id }}.`,
		});
	}
	return { list: path, key };
}

/** Maps a record element by element. `askOf`: what the mapping cannot answer by itself, for the record as it is given. */
export function mapEach(
	mapping: Mapping,
	{ elements, deactivates }: { elements: Elements; deactivates: boolean },
	record: Incoming,
	askOf: (fields: Fields) => Ask,
): { desired: Desired; fields: Fields }[] {
	const none = cut(record.fields, elements.list, []);
	const found = viewsOf(elements, record, askOf);
	if ('reason' in found && !record.removed) {
		const { fields, mapped } = mapping.map(record, askOf(record.fields));
		const { needs: _needs, ...failed } = mapped;
		return [{ fields: record.fields, desired: { fields, mapped: { ...failed, action: 'fail', error: found } } }];
	}
	const views = 'reason' in found ? [] : found;
	const parts: Parts = { keys: views.map(({ key }) => key), set: {} };
	if (deactivates) {
		const { removal, error } = mapping.map({ ...record, fields: none, removed: true }, askOf(none)).mapped;
		parts.set = removal.set;
		if (error) parts.error = error;
	}
	if (views.length === 0) {
		const {
			error: _error,
			needs: _needs,
			...mapped
		} = mapping.map({ ...record, fields: none }, askOf(none)).mapped;
		const action = record.removed ? 'remove' : 'write';
		return [{ fields: none, desired: { fields: {}, mapped: { ...mapped, action, owned: [], once: [], parts } } }];
	}
	return views.map(({ key, fields }) => {
		const desired = mapping.map({ ...record, fields }, askOf(fields));
		return { fields, desired: { ...desired, mapped: { ...desired.mapped, part: key, parts } } };
	});
}

/** The record once for each element, with nothing else in its list; or what is wrong with the list. */
function viewsOf(
	{ list, key }: Elements,
	{ fields, sensitive }: Incoming,
	askOf: (fields: Fields) => Ask,
): { key: string; fields: Fields }[] | MappingError {
	const name = pathText(list);
	const given = asList(follow(fields, list) ?? null);
	if (isKeyed(given)) return unreadable(name);
	if (isEmpty(given)) return [];
	const hidden = sensitive.includes(list[0]!);
	if (!Array.isArray(given)) {
		return {
			reason: `“${name}” is no list${hidden ? '' : `, but ${shown(given)}`}.`,
			todo: 'Choose a list in One Record per Element Of.',
		};
	}
	const views: { key: string; fields: Fields }[] = [];
	const seen = new Map<string, number>();
	for (const [at, element] of given.entries()) {
		const view = cut(fields, list, [element]);
		const value = keyOf(key, view, askOf);
		if (typeof value !== 'string') return { ...value, reason: `Element ${at + 1} of “${name}” ${value.reason}` };
		const before = seen.get(value);
		if (before !== undefined) {
			return {
				reason: `Elements ${before + 1} and ${at + 1} of “${name}” have the same key ${hidden ? '(sensitive, not shown)' : shown(value)}.`,
				todo: 'Choose another Element Key, or correct the source: every element needs one of its own.',
			};
		}
		seen.set(value, at);
		views.push({ key: value, fields: view });
	}
	return views;
}

function keyOf(key: ValueSource, view: Fields, askOf: (fields: Fields) => Ask): string | MappingError {
	const todo = 'Choose another Element Key, or fill it in at the source.';
	try {
		const value = resolve(key, view, askOf(view).evaluate) ?? null;
		const text = isEmpty(value) ? null : encodeKey([value]);
		return text ?? { reason: 'has no key.', todo };
	} catch (error) {
		return { reason: `has no key: ${error instanceof Error ? error.message : 'the expression failed'}.`, todo };
	}
}

/** The record with another list in that place; what is around it is copied, the rest is shared. */
export function cut(fields: Fields, [step, ...more]: Path, list: Value[]): Fields {
	const inner = more.length === 0 ? list : within(fields[step!] ?? null, more, list);
	return { ...fields, [step!]: inner };
}

function within(value: Value, path: Path, list: Value[]): Value {
	const [step, ...more] = path;
	if (Array.isArray(value)) {
		const members = [...value];
		members[Number(step)] = more.length === 0 ? list : within(members[Number(step)] ?? null, more, list);
		return members;
	}
	return cut(typeof value === 'object' && value !== null ? value : {}, path, list);
}
