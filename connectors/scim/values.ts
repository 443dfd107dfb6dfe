/** Values in a server's own spelling, so that what is wanted and what stands there can be compared. */
import { canonical } from '../../sync/canonical';
import { SyncError, type Value } from '../../sync/types';
import { isObject } from './path';
import type { Attribute, ScimField } from './schema';

/** A wanted value as the server would give it back. Throws SyncError `refused` for what the attribute cannot hold. */
export function spell({ name, attribute }: ScimField, value: Value | undefined): Value {
	const spelled = attribute.multiple ? spellList(name, attribute, value) : spellOne(name, attribute, value);
	return spelled === '' ? null : spelled;
}

/** What stands there, in the same spelling. Never throws. */
export function readValue({ attribute }: ScimField, found: unknown): Value {
	if (found === undefined || found === null || found === '') return null;
	if (attribute.multiple) return sorted((Array.isArray(found) ? found : [found]).map(plainEntry));
	if (attribute.type === 'boolean' && typeof found === 'string') return boolean(found) ?? found;
	if (attribute.type === 'dateTime' && typeof found === 'string') return instant(found) ?? found;
	if (attribute.type === 'complex' && isObject(found)) return plainEntry(found);
	return found as Value;
}

function spellOne(name: string, { type }: Attribute, value: Value | undefined): Value {
	if (value === null || value === undefined || value === '') return null;
	switch (type) {
		case 'boolean': {
			const known = typeof value === 'boolean' ? value : typeof value === 'string' ? boolean(value) : undefined;
			if (known === undefined) throw unfit(name, value, 'is neither true nor false', 'Convert it to yes/no.');
			return known;
		}
		case 'integer':
		case 'decimal': {
			const number = typeof value === 'boolean' || typeof value === 'object' ? Number.NaN : Number(value);
			if (!Number.isFinite(number) || (type === 'integer' && !Number.isInteger(number)))
				throw unfit(name, value, 'is no such number', 'Convert it to a number.');
			return number;
		}
		case 'dateTime': {
			const time = typeof value === 'string' ? instant(value) : undefined;
			if (time === undefined) throw unfit(name, value, 'is no date and time', 'Convert it to a date and time.');
			return time;
		}
		case 'complex':
			if (!isObject(value)) throw unfit(name, value, 'is no object', 'Map a part of it, such as name.givenName.');
			return plainEntry(value);
		default:
			if (typeof value === 'object') throw unfit(name, value, 'is no text', 'Convert it to text.');
			return String(value);
	}
}

function spellList(name: string, attribute: Attribute, value: Value | undefined): Value {
	if (value === null || value === undefined || value === '') return null;
	const list = Array.isArray(value) ? value : [value];
	if (attribute.type !== 'complex')
		return sorted(list.map((one) => spellOne(name, { ...attribute, multiple: false }, one)));
	const entries = list.map((one): Value => {
		if (isObject(one)) return plainEntry(one);
		if (typeof one === 'string') return { value: one };
		throw unfit(name, one, 'is no entry of a list', 'Give each entry as text or as an object with value and type.');
	});
	return sorted(entries);
}

/** An entry without what the server adds by itself, and without what means the same as nothing. */
function plainEntry(entry: unknown): Value {
	if (!isObject(entry)) return entry as Value;
	const kept = Object.entries(entry).filter(
		([name, member]) =>
			!['$ref', 'display'].includes(name) &&
			member !== null &&
			member !== undefined &&
			member !== '' &&
			!(name === 'primary' && member === false),
	);
	return Object.fromEntries(kept) as Value;
}

/** A list's order means nothing. An empty one is as good as none. */
function sorted(list: Value[]): Value {
	const kept = list.filter((one) => one !== null && one !== '');
	if (kept.length === 0) return null;
	const unique = new Map(kept.map((one) => [canonical(one), one]));
	return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function boolean(text: string): boolean | undefined {
	const word = text.toLowerCase();
	return word === 'true' ? true : word === 'false' ? false : undefined;
}

function instant(text: string): string | undefined {
	if (!/^\d{4}-\d\d-\d\d/u.test(text)) return undefined;
	const time = Date.parse(text);
	return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

function unfit(field: string, value: Value, problem: string, todo: string): SyncError {
	const text = typeof value === 'string' ? value : canonical(value);
	return new SyncError('refused', `“${field}”: ${JSON.stringify(text.slice(0, 80))} ${problem}.`, { todo, field });
}
