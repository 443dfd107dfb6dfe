/**
 * Amazon: the listings of one seller in one marketplace, by the Selling Partner API's Listings Items of 2021-08-01.
 *
 * From Amazon's own model and its pages: a listing's id is its SKU, in the address; PUT makes or replaces all of it, PATCH
 * changes single attributes; each attribute is a list with the marketplace and the language in every element; a write is
 * taken on and done in some minutes, and refused at once with 200 and INVALID where it is wrong; at most 20 are shown or
 * looked for at once, and 1,000 in one list; 5 requests a second, the header names the rate that holds. A token that has
 * run out is answered with 403.
 */
import type { Paged, Request, SystemDefinition } from '../connectors/rest/definition';
import { attributesOf, patchesOf, valuesOf } from './amazon/attributes';

const ITEMS = '/listings/2021-08-01/items/{setting.seller}';
const ITEM = `${ITEMS}/{id}`;
const where = { marketplaceIds: '{setting.marketplace}' };
const shown = { ...where, includedData: 'summaries,attributes' };

const list = (query: Record<string, string> = {}): Paged => ({
	request: {
		method: 'GET',
		path: ITEMS,
		query: {
			...shown,
			sortBy: 'lastUpdatedDate',
			sortOrder: 'ASC',
			...query,
			pageSize: '{size}',
			pageToken: '{cursor}',
		},
	},
	items: 'items',
	pages: { kind: 'cursor', size: 20, next: 'pagination.nextToken' },
	ceiling: 1000,
});
const bySku = (skus: string): Paged => {
	const { ceiling: _all, ...some } = list({ identifiersType: 'SKU', identifiers: skus });
	return some;
};

const of = (name: string) => `attributes.${name}[marketplace_id={setting.marketplace}]`;
const text = (name: string) => ({ kind: 'text', read: `${of(name)}.value`, write: name }) as const;
const picture = (name: string) =>
	({
		kind: 'text',
		type: 'address of a picture; Amazon fetches it',
		read: `${of(name)}.media_location`,
		write: `${name}[0].media_location`,
	}) as const;

const write = (method: 'PUT' | 'PATCH', path: string, body: NonNullable<Request['body']>): Request => ({
	method,
	path,
	query: { ...where, issueLocale: '{setting.language}' },
	body,
});

export const amazon: SystemDefinition = {
	name: 'amazon',
	displayName: 'Amazon',
	aliases: ['marketplace', 'SP-API', 'Selling Partner', 'listings'],
	docs: 'https://developer-docs.amazon.com/sp-api/docs/listings-items-api-v2021-08-01-reference',
	proven: {
		by: 'vendor contract',
		against:
			"Amazon's model of Listings Items 2021-08-01 (selling-partner-api-models 34dc93fe), and a stand-in of ours",
	},
	needs: 'A registered app of the Selling Partner API with the role Product Listing, authorised by the seller',
	editing: 'Give people no right to Inventory, Manage inventory and add a product (Settings, User permissions).',
	credentials: [
		{
			type: 'oAuth2Api',
			hint: 'Login with Amazon: access token URL https://api.amazon.com/auth/o2/token, authorization URL https://sellercentral.amazon.com/apps/authorize/consent with the application’s id.',
			auth: 'by n8n',
			oauth2: { keyToIncludeInAccessTokenHeader: 'x-amz-access-token', tokenExpiredStatusCode: 403 },
		},
	],
	base: 'https://{setting.host}',
	settings: {
		host: {
			displayName: 'Amazon Host',
			description: 'The host of the region: sellingpartnerapi-na, -eu or -fe.amazon.com',
			placeholder: 'e.g. sellingpartnerapi-eu.amazon.com',
			required: true,
			default: 'sellingpartnerapi-eu.amazon.com',
		},
		seller: {
			displayName: 'Seller ID',
			description: 'The seller’s id (Account info, Merchant token)',
			placeholder: 'e.g. A2XXXXXXXXXXXX',
			required: true,
		},
		marketplace: {
			displayName: 'Marketplace ID',
			description: 'The id of the marketplace, such as A1PA6795UKMFR9 for Germany',
			placeholder: 'e.g. A1PA6795UKMFR9',
			required: true,
		},
		language: {
			displayName: 'Amazon Language',
			description: 'The language of the texts',
			placeholder: 'e.g. de_DE',
			required: true,
			default: 'en_US',
		},
		currency: {
			displayName: 'Currency',
			description: 'The currency of prices',
			placeholder: 'e.g. EUR',
			required: true,
			default: 'EUR',
		},
		productType: {
			displayName: 'Product Type',
			description: 'The product type of new listings, as Amazon names it',
			placeholder: 'e.g. LUGGAGE',
			required: true,
			default: 'PRODUCT',
		},
	},
	headers: {},
	encoding: 'json',
	limits: {
		windows: [{ requests: 5, seconds: 1 }],
		concurrent: 2,
		headers: [],
		retryAfter: 'retry-after',
		penalty: 2,
	},
	errors: {
		message: ['errors', 'issues'],
		field: 'issues[0].attributeNames[0]',
		rules: [
			{ status: '2xx', where: [{ path: 'status', is: ['INVALID'] }], means: 'refused' },
			{ status: 429, where: [{ path: 'errors[0].code', is: ['QuotaExceeded'] }], means: 'too fast' },
			{
				status: 403,
				means: 'denied',
				todo: 'See that the app has the role Product Listing and that the seller’s authorisation is still valid.',
			},
		],
	},
	objects: {
		listing: {
			displayName: 'Listing',
			label: 'sku',
			id: 'sku',
			updatedAt: 'summaries[0].lastUpdatedDate',
			fields: {
				sku: { kind: 'text', read: 'sku', write: { create: '' }, required: true, maxLength: 40 },
				name: { ...text('item_name'), required: true },
				description: text('product_description'),
				bulletPoints: {
					kind: 'json',
					type: 'list of texts, in their order',
					read: 'attributes.bullet_point',
					write: 'bullet_point',
					fromSystem: valuesOf,
				},
				brand: text('brand'),
				manufacturer: text('manufacturer'),
				color: text('color'),
				size: text('size'),
				condition: { ...text('condition_type'), allowed: ['new_new', 'used_like_new', 'used_good'] },
				price: {
					kind: 'number',
					read: `${of('purchasable_offer')}.our_price[0].schedule[0].value_with_tax`,
					write: 'purchasable_offer[0].our_price[0].schedule[0].value_with_tax',
				},
				quantity: {
					kind: 'number',
					read: 'attributes.fulfillment_availability[fulfillment_channel_code=DEFAULT].quantity',
					write: 'fulfillment_availability[0].quantity',
				},
				mainPicture: picture('main_product_image_locator'),
				picture1: picture('other_product_image_locator_1'),
				picture2: picture('other_product_image_locator_2'),
				picture3: picture('other_product_image_locator_3'),
				status: { kind: 'json', type: 'BUYABLE, DISCOVERABLE', read: 'summaries[0].status', write: false },
				asin: { kind: 'text', read: 'summaries[0].asin', write: false },
			},
			moreFields: 'none',
			read: {
				list: list(),
				get: { request: { method: 'GET', path: ITEM, query: shown }, record: '' },
				batch: { list: bySku('{ids|join:,}'), most: 20 },
				find: [{ field: 'sku', list: bySku('{values|join:,}'), most: 20, by: 'exact', delay: 900 }],
				changedSince: {
					list: list({ lastUpdatedAfter: '{since}' }),
					form: 'ISO seconds',
					overlap: 900,
					watermark: 'updatedAt',
					tellsRemovals: false,
				},
				detail: 'none',
				removed: 'absent from the list',
			},
			write: {
				create: {
					request: write('PUT', `${ITEMS}/{desired.sku}`, {
						productType: '{setting.productType}',
						requirements: 'LISTING',
						attributes: '{fields}',
					}),
					sends: 'changed',
					as: attributesOf,
					empty: 'null',
					answer: { record: { later: true }, id: 'sku' },
				},
				update: {
					request: write('PATCH', ITEM, { productType: '{setting.productType}', patches: '{fields}' }),
					sends: 'changed',
					as: patchesOf,
					empty: 'null',
					answer: { record: { later: true }, id: false },
				},
				batches: [],
				removal: [
					{
						step: 'delete',
						reversible: false,
						request: { method: 'DELETE', path: ITEM, query: where },
						later: true,
						sideEffects:
							'The offer ends in that marketplace; the product’s page, its reviews and its pictures stay.',
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
