/** What many definitions say alike, so that each says only what is its own. */
import type { FieldDefinition, FieldWrite, Path, Value, Write, Writing } from '../connectors/rest/definition';

/** Looked for, and not there: many in one request, keys for one request twice, versions, a mark. */
export const plainly = {
	batches: [],
	idempotency: 'none',
	conditional: 'none',
	mark: 'none',
	isEmpty: 'by the list',
} as const satisfies Partial<Writing>;

/** Only what is sent is touched, and null empties. */
export const changing = { sends: 'changed', empty: 'null' } as const satisfies Partial<Write>;

type Made = (read: Path, write?: FieldWrite) => FieldDefinition;
const made =
	(kind: FieldDefinition['kind']): Made =>
	(read, write = false) => ({ kind, read, write });

/** Fields of a kind. They are not written, unless it is said where. */
export const text = made('text');
export const number = made('number');
export const truth = made('yes/no');
export const date = made('date');
export const time = made('date and time');

/** What is left when these members are taken out of an object; nothing is no object. */
export function without(value: Value, names: string[]): Value {
	if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
	const left = Object.entries(value).filter(([name]) => !names.includes(name));
	return left.length === 0 ? null : Object.fromEntries(left);
}
