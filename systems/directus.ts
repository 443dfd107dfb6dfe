/**
 * Directus: the items of one collection.
 *
 * Seen on a real server: filters are JSON in the query; a list shows 100 unless a limit says otherwise; answers to batches
 * come in another order than the request; a clash of unique values is a 400 RECORD_NOT_UNIQUE; what is not there is
 * answered with 403 FORBIDDEN, as what may not be seen, so that single items are read by a filter, which tells the two
 * apart; `date_updated` is empty until the first update, so that `date_created` is asked for, too.
 */
import type { Batch, Paged, Request, SystemDefinition } from '../connectors/rest/definition';

const ITEMS = '/items/{setting.collection}';

const list = (filter?: string): Paged => ({
	request: {
		method: 'GET',
		path: ITEMS,
		query: {
			...(filter === undefined ? {} : { filter }),
			fields: '{setting.fields}',
			sort: 'id',
			meta: 'filter_count',
			limit: '{size}',
			offset: '{offset}',
		},
	},
	items: 'data',
	pages: { kind: 'offset', size: 100, first: 0, total: 'meta.filter_count' },
});

const answer = { record: 'data', id: 'data.id' } as const;
const changed = (method: Request['method'], path: string): Request => ({
	method,
	path,
	query: { fields: '{setting.fields}' },
	body: '{fields}',
});

const batch = (of: Batch['of'], row: Batch['row'], matched: Batch['matched']): Batch => ({
	of,
	request: {
		method: of === 'create' ? 'POST' : 'PATCH',
		path: ITEMS,
		query: { fields: '{setting.fields}', limit: '-1' },
		body: '{rows}',
	},
	row,
	most: 100,
	allOrNone: true,
	results: 'data',
	matched,
	record: '',
	failed: 'none',
	message: [],
});

export const directus: SystemDefinition = {
	name: 'directus',
	displayName: 'Directus',
	aliases: ['catalog', 'PIM', 'CMS', 'headless', 'products'],
	docs: 'https://directus.io/docs/api/items',
	proven: { by: 'real server', against: 'Directus 12.3.1 on PostgreSQL' },
	needs: 'A static token of a user who may read the collection, and for a destination create, update and delete its items',
	editing: 'Take the rights to create, update and delete items of the collection out of people’s policies.',
	credentials: [
		{
			type: 'httpBearerAuth',
			hint: 'Token: the static token of a user of its own (User Directory, the user, Token).',
			auth: 'by n8n',
		},
	],
	base: '{setting.url|trimSlash}',
	settings: {
		url: {
			displayName: 'Directus Address',
			description: 'The address of the project',
			placeholder: 'e.g. https://directus.example.com',
			required: true,
		},
		collection: {
			displayName: 'Collection',
			description: 'The key of the collection; its primary key must be called id',
			placeholder: 'e.g. products',
			required: true,
		},
		fields: {
			displayName: 'Fields',
			description: 'What is read of each item; *.* also reads what its relations lead to',
			placeholder: 'e.g. *,translations.*',
			required: false,
			default: '*',
		},
		changed: {
			displayName: 'Field of the Last Change',
			description:
				'Where the collection has date_updated and date_created: then only what changed is asked for, and everything now and then',
			placeholder: 'e.g. date_updated',
			required: false,
		},
	},
	headers: {},
	encoding: 'json',
	limits: {
		windows: [],
		concurrent: 4,
		headers: [{ remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset', unit: 'seconds' }],
		retryAfter: 'retry-after',
		penalty: 2,
	},
	errors: {
		message: ['errors'],
		field: 'errors[0].extensions.field',
		rules: [
			{
				status: 400,
				where: [{ path: 'errors[0].extensions.code', is: ['RECORD_NOT_UNIQUE'] }],
				means: 'duplicate',
			},
			// A list that may not be seen is no missing item: the engine takes it for a wrong setting.
			{ status: 403, where: [{ path: 'errors[0].extensions.code', is: ['FORBIDDEN'] }], means: 'absent' },
			{ status: 503, where: [{ path: 'errors[0].extensions.code', is: ['UNDER_PRESSURE'] }], means: 'too fast' },
		],
	},
	objects: {
		item: {
			displayName: 'Item',
			label: 'id',
			id: 'id',
			updatedAt: 'date_updated',
			fields: { id: { kind: 'text', read: 'id', write: { create: 'id' } } },
			moreFields: {
				list: {
					request: { method: 'GET', path: '/fields/{setting.collection}' },
					items: 'data',
					pages: { kind: 'none' },
				},
				name: '{field}',
				type: 'type',
				kinds: {
					integer: 'number',
					float: 'number',
					decimal: 'number',
					boolean: 'yes/no',
					timestamp: 'date and time',
					date: 'date',
					json: 'json',
					csv: 'json',
					alias: 'json',
				},
				read: '{field}',
				write: '{field}',
				required: { path: 'meta.required', is: [true] },
			},
			read: {
				list: list(),
				get: 'none',
				batch: { list: list('{{"id":{{"_in":{ids|json}}}}}'), most: 100 },
				find: [{ field: '*', list: list('{{"{field}":{{"_in":{values|json}}}}}'), most: 100, by: 'exact' }],
				changedSince: {
					takes: 'changed',
					list: list(
						'{{"_or":[{{"{setting.changed}":{{"_gte":"{since}"}}}},{{"_and":[{{"{setting.changed}":{{"_null":true}}}},{{"date_created":{{"_gte":"{since}"}}}}]}}]}}',
					),
					form: 'ISO',
					overlap: 60,
					watermark: 'request time',
					tellsRemovals: false,
				},
				detail: 'none',
				removed: 'absent from the list',
			},
			write: {
				create: { request: changed('POST', ITEMS), sends: 'changed', empty: 'null', answer },
				update: { request: changed('PATCH', `${ITEMS}/{id}`), sends: 'changed', empty: 'null', answer },
				batches: [
					batch('create', '{fields}', { by: 'content' }),
					batch('update', { id: '{id}', '...': '{fields}' }, { by: 'id', path: 'id' }),
				],
				removal: [
					{
						step: 'delete',
						reversible: false,
						request: { method: 'DELETE', path: `${ITEMS}/{id}` },
						sideEffects:
							'What points to the item is emptied or deleted, as the collection’s relations say.',
					},
				],
				idempotency: 'none',
				conditional: 'none',
				mark: 'none',
				isEmpty: 'by the list',
			},
		},
	},
};
