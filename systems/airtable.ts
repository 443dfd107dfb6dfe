/**
 * Airtable: the records of one table.
 *
 * From Airtable's Web API reference (airtable.com/developers/web/api: list-records, update-multiple-records,
 * get-base-schema, field-model) and its support pages (*Managing API call limits*, *Airtable attachment URL behavior*):
 * pages of up to 100 behind an `offset`, left out at the end, and 422 where that has run out; cells that are empty, unticked
 * or without a member are left out of answers; up to 10 are created or updated at once, all or none, and PATCH touches only
 * what is sent; 5 requests a second for each base, and 30 seconds to stay away after one too many; a link to an attachment
 * lasts for some hours. Filters are formulas, which know fields by their names only (github.com/bluedotimpact/bluedot/issues/820),
 * and in a POST are as long as they have to be. Whoever may not see a base, a table or a record gets the same 403 as where
 * there is none, while an update of many says which record is missing (422): so records are looked for by a formula.
 *
 * Records are not created by `performUpsert`: it would write into whatever has the same value, also where that is the
 * counterpart of another key. They are looked for first, as everywhere.
 */
import type { Batch, Fields, Paged, SystemDefinition, Value } from '../connectors/rest/definition';
import { isObject } from '../connectors/rest/records/values';
import { textOf } from '../connectors/rest/text/template';
import { changing, plainly, text, time, without } from './parts';

const TABLE = '/{setting.base}/{setting.table}';
const byId = { returnFieldsByFieldId: true };

const list = (filter?: string): Paged => ({
	request: {
		method: 'GET',
		path: TABLE,
		query: {
			...(filter !== undefined && { filterByFormula: filter }),
			returnFieldsByFieldId: 'true',
			pageSize: '{size}',
			offset: '{cursor}',
		},
	},
	items: 'records',
	pages: { kind: 'cursor', size: 100, next: 'offset' },
});

/** The same by a POST, for formulas that are longer than an address may be. */
const search = (filter: string): Paged => ({
	...list(),
	request: {
		method: 'POST',
		path: `${TABLE}/listRecords`,
		looksOnly: true,
		body: { filterByFormula: filter, ...byId, pageSize: '{size}', offset: '{cursor}' },
	},
});

const SINCE = 'DATETIME_PARSE("{since}")';

/** The fields of the table, whose name or ID is given, with the names of their choices. */
export function fieldsOf(tables: Value, { table = '' }: Record<string, string>): Fields[] | string {
	const all = Array.isArray(tables) ? tables.filter(isObject) : [];
	const found = all.find(({ id, name }) => id === table || name === table);
	if (!found || !Array.isArray(found.fields))
		return `The base has no table “${table}”, but ${all.map(({ name, id }) => `${textOf(name)} (${textOf(id)})`).join(', ')}`;
	return found.fields.filter(isObject).map((field) => {
		const { choices } = isObject(field.options) ? field.options : {};
		return Array.isArray(choices)
			? { ...field, choices: choices.map((one) => (isObject(one) ? (one.name ?? null) : one)) }
			: field;
	});
}

/** Attachments without their links, which change with time. */
export const filesOf = (value: Value): Value =>
	Array.isArray(value)
		? value.map((one) => (isObject(one) && 'filename' in one ? without(one, ['url', 'thumbnails']) : one))
		: value;

/** People by their addresses, alone or in a list; and back. */
export const emailsOf = (value: Value): Value =>
	Array.isArray(value) ? value.map(emailsOf) : isObject(value) ? (value.email ?? value.name ?? null) : value;
export const peopleOf = (value: Value): Value => (Array.isArray(value) ? value.map(peopleOf) : { email: value });

/** The same for each of these types. */
const each = <T>(types: string, what: T): Record<string, T> =>
	Object.fromEntries(types.split(' ').map((type) => [type, what]));
const people = { fromSystem: emailsOf, toSystem: peopleOf };
const several = { unordered: true as const, nothing: [] as Value[] };

const request = (method: 'POST' | 'PATCH', records: NonNullable<Batch['row']>) => ({
	method,
	path: TABLE,
	body: { records, ...byId },
});
const answer = { record: 'records[0]', id: 'records[0].id' } as const;

const batch = (of: Batch['of'], method: 'POST' | 'PATCH', row: Batch['row'], matched: Batch['matched']): Batch => ({
	of,
	request: request(method, '{rows}'),
	row,
	most: 10,
	allOrNone: true,
	results: 'records',
	matched,
	record: '',
	failed: 'none',
	message: [],
});
const created = { fields: '{fields}' };
const updated = { id: '{id}', fields: '{fields}' };

export const airtable: SystemDefinition = {
	name: 'airtable',
	displayName: 'Airtable',
	aliases: ['spreadsheet', 'database', 'no-code', 'catalog'],
	docs: 'https://airtable.com/developers/web/api',
	proven: { by: 'own fake', against: "a stand-in whose answers Airtable's own client, airtable 0.12.2, reads" },
	needs: 'A token with access to the base and the scopes schema.bases:read and data.records:read, and for a destination data.records:write',
	editing:
		'Give people the role Commenter or Read only in the base, or lock its fields and the table for all but the sync.',
	credentials: [
		{ type: 'airtableTokenApi', auth: 'by n8n' },
		{ type: 'airtableOAuth2Api', auth: 'by n8n' },
	],
	base: 'https://api.airtable.com/v0',
	settings: {
		base: {
			displayName: 'Base ID',
			description: 'It begins with app, and stands in the address of the base',
			placeholder: 'e.g. appAbCdEfGhIjKlMn',
			required: true,
		},
		table: {
			displayName: 'Table',
			description:
				'Its name; or its ID, which begins with tbl, stands in the address, and stays when the name changes',
			placeholder: 'e.g. tblAbCdEfGhIjKlMn',
			required: true,
		},
	},
	headers: {},
	encoding: 'json',
	limits: {
		windows: [{ requests: 5, seconds: 1 }],
		concurrent: 2,
		headers: [],
		retryAfter: 'retry-after',
		penalty: 30,
	},
	errors: {
		message: ['error.message', 'error.type', 'error', 'errors'],
		rules: [
			{
				status: 429,
				where: [{ path: 'errors[0].error', is: ['PUBLIC_API_BILLING_LIMIT_EXCEEDED'] }],
				means: 'quota spent',
			},
			{ status: 422, where: [{ path: 'error.type', is: ['ROW_DOES_NOT_EXIST'] }], means: 'absent' },
			{
				status: 422,
				where: [{ path: 'error.type', is: ['LIST_RECORDS_ITERATOR_NOT_AVAILABLE'] }],
				means: 'stale',
			},
			{
				status: 403,
				means: 'denied',
				todo: 'See that Base ID and Table are right, and give the token that base and its scopes (airtable.com/create/tokens).',
			},
		],
	},
	objects: {
		record: {
			displayName: 'Record',
			label: 'id',
			id: 'id',
			updatedAt: false,
			fields: { recordId: text('id'), createdTime: time('createdTime') },
			moreFields: {
				list: {
					request: { method: 'GET', path: '/meta/bases/{setting.base}/tables' },
					items: 'tables',
					as: fieldsOf,
					pages: { kind: 'none' },
				},
				name: '{name}',
				type: 'type',
				kinds: {
					...each('number currency percent rating duration count autoNumber', 'number' as const),
					checkbox: 'yes/no',
					date: 'date',
					...each('dateTime createdTime lastModifiedTime', 'date and time' as const),
					...each(
						'multipleSelects multipleRecordLinks multipleCollaborators multipleAttachments multipleLookupValues barcode button aiText',
						'json' as const,
					),
					...each('formula rollup singleCollaborator', 'other' as const),
				},
				types: {
					checkbox: { nothing: false },
					...each('multipleSelects multipleRecordLinks', several),
					multipleCollaborators: { ...people, ...several },
					singleCollaborator: people,
					...each('createdBy lastModifiedBy', { ...people, write: false as const }),
					...each(
						'multipleAttachments multipleLookupValues formula rollup count autoNumber createdTime lastModifiedTime button aiText externalSyncSource',
						{ write: false as const, fromSystem: filesOf },
					),
				},
				read: 'fields.{id}',
				write: '{id}',
				allowed: 'choices',
			},
			read: {
				list: list(),
				get: 'none',
				batch: { list: search('FIND(RECORD_ID(),{ids|join:,|quote})'), most: 100 },
				find: [
					{
						field: 'recordId',
						list: search('FIND(RECORD_ID(),{values|join:,|quote})'),
						most: 100,
						by: 'exact',
					},
					{
						field: '*',
						not: ['yes/no', 'date', 'date and time', 'other'],
						list: search(
							'FIND(";"&LOWER({{{name|inBraces}}}&"")&";",{values|join:;|lead:;|lower|quote}&";")',
						),
						most: 100,
						by: 'exact',
					},
				],
				// Of a record that nobody has touched, no last change may be told. What is computed is no change.
				changedSince: {
					list: list(`IS_AFTER(IF(LAST_MODIFIED_TIME(),LAST_MODIFIED_TIME(),CREATED_TIME()),${SINCE})`),
					form: 'ISO',
					overlap: 60,
					watermark: 'request time',
					tellsRemovals: false,
				},
				detail: 'none',
				removed: 'absent from the list',
			},
			write: {
				...plainly,
				create: { ...changing, request: request('POST', [created]), answer },
				update: { ...changing, request: request('PATCH', [updated]), answer },
				batches: [
					batch('create', 'POST', created, { by: 'content' }),
					batch('update', 'PATCH', updated, { by: 'id', path: 'id' }),
				],
				removal: [
					{
						step: 'delete',
						reversible: false,
						request: { method: 'DELETE', path: `${TABLE}/{record.id}` },
						sideEffects:
							'Links to it in other records are emptied; a person can restore it from the trash of the base for some days.',
					},
				],
			},
		},
	},
};
