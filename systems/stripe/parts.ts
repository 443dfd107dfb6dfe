/** What Stripe's objects say alike: lists, search, forms, keys for one request twice, the mark. */
import type { FieldDefinition, Paged, Write, Writing } from '../../connectors/rest/definition';

/** A list, from the newest to the oldest. */
export const list = (path: string, query: Record<string, string> = {}): Paged => ({
	request: { method: 'GET', path, query: { ...query, limit: '{size}', starting_after: '{cursor}' } },
	items: 'data',
	pages: { kind: 'last id', size: 100, last: 'id', more: { path: 'has_more', is: [true] } },
});

/** Text in Stripe's search language: single quotes, with a backslash before one. */
const search = (path: string, query: string): Paged => ({
	request: { method: 'GET', path: `${path}/search`, query: { query, limit: '{size}', page: '{cursor}' } },
	items: 'data',
	pages: { kind: 'cursor', size: 100, next: 'next_page', more: { path: 'has_more', is: [true] } },
});

/** A create or an update: a form, answered with the record. */
export const write = (path: string): Write => ({
	request: { method: 'POST', path, body: '{fields}' },
	sends: 'changed',
	empty: 'empty text',
	answer: { record: '', id: 'id' },
});

/** How all of Stripe's objects are written. */
export const writing = (path: string, removal: Writing['removal']): Writing => ({
	create: write(path),
	update: write(`${path}/{id}`),
	batches: [],
	removal,
	idempotency: {
		header: 'Idempotency-Key',
		maxLength: 255,
		hours: 24,
		replayed: 'idempotent-replayed',
		on: 'every write',
	},
	conditional: 'none',
	mark: { path: 'metadata.managed_by', text: 'one-way sync', says: 'managed_by in its metadata' },
	isEmpty: 'by the list',
});

/** What the source calls the record; Stripe finds it by search alone, so late. */
export const externalId = {
	kind: 'text',
	read: 'metadata.external_id',
	write: 'metadata.external_id',
	maxLength: 500,
} as const;
/** Looked for by {@link externalId}; in an outage, a new one is found an hour late. */
export const byExternalId = (path: string) =>
	({
		field: 'externalId',
		list: search(path, "metadata['external_id']:'{value|backslash:'}'"),
		most: 1,
		by: 'search',
		delay: 3600,
	}) as const;

/** Set on create and never again. Stripe keeps it in lower case. */
export const currency: FieldDefinition = {
	kind: 'text',
	type: 'three letters',
	read: 'currency',
	write: { create: 'currency' },
	spell: (value) => (typeof value === 'string' ? value.toLowerCase() : value),
};

/** What stands on the statement of whoever pays. */
export const statementDescriptor = {
	kind: 'text',
	read: 'statement_descriptor',
	write: 'statement_descriptor',
	maxLength: 22,
} as const satisfies FieldDefinition;
