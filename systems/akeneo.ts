/**
 * Akeneo: products, as a source, for one channel and one language.
 *
 * From Akeneo's OpenAPI document 1.0.0 and its pages (api.akeneo.com: documentation/pagination, filter, limitations and
 * authentication, apps/using-oauth2): pages of up to 100 behind `_links.next`, in an order that new products do not change;
 * `search` takes filters as JSON, and times in the zone of the server, which is UTC for the SaaS edition; a variant counts
 * as changed with its parent; with one channel (`scope`) and one of `locales` each attribute has one value at most. A
 * product by itself cannot be had so, and is asked for by a filter, too. 4 calls at once for each connection, 100 a second
 * for all, then 429, perhaps with `Retry-After`. Tokens of apps do not run out, those of connections do after an hour.
 */
import type { Paged, SystemDefinition, Value } from '../connectors/rest/definition';
import { isObject } from '../connectors/rest/records/values';
import { text, truth } from './parts';

const products = (search?: string): Paged => ({
	request: {
		method: 'GET',
		path: '/products-uuid',
		query: {
			...(search !== undefined && { search }),
			scope: '{setting.channel}',
			locales: '{setting.locale}',
			pagination_type: 'search_after',
			limit: '{size}',
		},
	},
	items: '_embedded.items',
	pages: { kind: 'next link', size: 100, next: '_links.next.href' },
});

/** Each attribute's value alone, without where and in which language it holds. */
export const plainValues = (values: Value): Value =>
	isObject(values)
		? Object.fromEntries(
				Object.entries(values).map(([code, all]) => {
					const first = Array.isArray(all) ? all[0] : undefined;
					return [code, isObject(first) ? (first.data ?? null) : null];
				}),
			)
		: values;

const codes = (read: string) => ({ kind: 'json', type: 'list of codes', read, write: false, unordered: true }) as const;

export const akeneo: SystemDefinition = {
	name: 'akeneo',
	displayName: 'Akeneo',
	aliases: ['PIM', 'catalog', 'products', 'product information'],
	docs: 'https://api.akeneo.com/api-reference.html',
	proven: { by: 'vendor contract', against: "Akeneo's OpenAPI document 1.0.0, and a stand-in of ours" },
	needs: 'Akeneo 7 or its SaaS edition, on a server whose time zone is UTC; the token of an app with the scope read_products',
	editing: 'Akeneo is a source: people go on editing there.',
	credentials: [
		{
			type: 'httpBearerAuth',
			hint: 'Token: the access token of an app (Connect, App Store), which does not run out; one of a connection lasts an hour.',
			auth: 'by n8n',
		},
	],
	base: '{setting.url|trimSlash}/api/rest/v1',
	settings: {
		url: {
			displayName: 'Akeneo Address',
			description: 'The address of the PIM, as the browser shows it on the first page',
			placeholder: 'e.g. https://example.cloud.akeneo.com',
			required: true,
		},
		channel: {
			displayName: 'Channel',
			description: 'The code of the channel whose values are read',
			placeholder: 'e.g. ecommerce',
			required: true,
		},
		locale: {
			displayName: 'Language',
			description: 'The code of the language whose values are read; the channel must have it',
			placeholder: 'e.g. en_US',
			required: true,
		},
	},
	headers: {},
	encoding: 'json',
	limits: {
		windows: [{ requests: 100, seconds: 1 }],
		concurrent: 2,
		headers: [],
		retryAfter: 'retry-after',
		penalty: 10,
	},
	errors: { message: ['message'], rules: [] },
	objects: {
		product: {
			displayName: 'Product',
			label: 'uuid',
			id: 'uuid',
			updatedAt: 'updated',
			fields: {
				uuid: text('uuid'),
				enabled: truth('enabled'),
				family: text('family'),
				parent: { ...text('parent'), type: 'code of its product model' },
				categories: codes('categories'),
				groups: codes('groups'),
				values: {
					kind: 'json',
					type: 'values of its attributes, by their codes',
					read: 'values',
					write: false,
					fromSystem: plainValues,
				},
				associations: { kind: 'json', read: 'associations', write: false },
			},
			moreFields: 'none',
			read: {
				list: products(),
				get: 'none',
				batch: {
					list: products('{{"uuid":[{{"operator":"IN","value":{ids|json}}}]}}'),
					most: 50,
				},
				find: [],
				changedSince: {
					list: products('{{"updated":[{{"operator":">","value":"{since}"}}]}}'),
					form: 'date time',
					overlap: 300,
					watermark: 'updatedAt',
					tellsRemovals: false,
				},
				detail: 'none',
				removed: 'absent from the list',
			},
			write: 'read only',
		},
	},
};
