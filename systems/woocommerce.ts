/**
 * WooCommerce: products, by their SKU, over its REST API v3.
 *
 * From WooCommerce's own controllers (github.com/woocommerce/woocommerce, includes/rest-api/Controllers/Version3) and its
 * reference (woocommerce.github.io/woocommerce-rest-api-docs): pages of up to 100 with the number of all in `X-WP-Total`;
 * a list of status `any` leaves the trash out; `sku` takes several with commas and finds variations, too; without
 * `context=edit` texts come as the shop shows them, with paragraphs put in; a batch takes 100 and answers in the order of
 * the request, with `error` for what failed; a second product with the same SKU is refused, unless the first is in the
 * trash. Names and descriptions go through `wp_kses`, which writes & as &amp;. `modified_after` is taken for the shop's
 * own zone though it is compared with UTC, so that in the hour in which clocks are put forward it can miss changes, which
 * the next whole read sees.
 */
import type { FieldDefinition, Paged, SystemDefinition, Value } from '../connectors/rest/definition';
import { isObject } from '../connectors/rest/records/values';
import { number, plainly, text as read, truth } from './parts';

const products = (query: Record<string, string>): Paged => ({
	request: {
		method: 'GET',
		path: '/products',
		query: { ...query, context: 'edit', orderby: 'id', order: 'asc', per_page: '{size}', page: '{page}' },
	},
	items: '',
	pages: { kind: 'page', size: 100, first: 1, total: { header: 'x-wp-total' } },
});

/** WordPress keeps `&` as `&amp;`; both are the same to whoever reads them. */
export const plainAmpersands = (value: Value): Value =>
	typeof value === 'string' ? value.replace(/&(?:amp;)+/gu, '&') : value;

/** Amounts are texts there. */
export const amountText = (value: Value): Value => (typeof value === 'number' ? String(value) : value);

/** Categories and tags as their ids, and back. */
export const idsOnly = (value: Value): Value =>
	Array.isArray(value) ? value.map((one) => (isObject(one) ? (one.id ?? null) : one)) : value;
export const asIds = (value: Value): Value =>
	Array.isArray(value) ? value.map((one) => (isObject(one) ? one : { id: Number(one) })) : value;

const text = (name: string) => read(name, name);
const prose = (name: string): FieldDefinition => ({ ...text(name), spell: plainAmpersands });
const choice = (name: string, allowed: string[]): FieldDefinition => ({ ...text(name), allowed });
const flag = (name: string) => truth(name, name);
const amount = (name: string): FieldDefinition => ({ ...number(name, name), toSystem: amountText });
const terms = (name: string): FieldDefinition => ({
	kind: 'json',
	type: 'list of their ids',
	read: name,
	write: name,
	unordered: true,
	fromSystem: idsOnly,
	toSystem: asIds,
});

export const woocommerce: SystemDefinition = {
	name: 'woocommerce',
	displayName: 'WooCommerce',
	aliases: ['WordPress', 'shop', 'storefront', 'e-commerce', 'products'],
	docs: 'https://woocommerce.github.io/woocommerce-rest-api-docs/#products',
	proven: {
		by: 'own fake',
		against:
			"a stand-in written after WooCommerce's own controllers, whose answers its client, @woocommerce/woocommerce-rest-api 1.0.2, reads",
	},
	needs: 'A key with Read/Write (WooCommerce, Settings, Advanced, REST API) of a user who may edit products; the shop behind https',
	editing: 'Take the capabilities edit_products and edit_published_products out of people’s roles.',
	credentials: [
		{
			type: 'wooCommerceApi',
			hint: 'The key goes in the Authorization header, whatever Include Credentials in Query says.',
			auth: 'by n8n',
		},
	],
	base: '{credential.url|trimSlash}/wp-json/wc/v3',
	settings: {},
	headers: {},
	encoding: 'json',
	limits: { windows: [], concurrent: 2, headers: [], retryAfter: 'retry-after', penalty: 15 },
	errors: {
		message: ['message'],
		rules: [
			{
				status: 400,
				where: [{ path: 'code', is: ['product_invalid_sku', 'product_invalid_global_unique_id'] }],
				means: 'duplicate',
			},
			{ status: 400, where: [{ path: 'code', is: ['woocommerce_rest_product_invalid_id'] }], means: 'absent' },
			{
				status: 501,
				where: [{ path: 'code', is: ['woocommerce_rest_trash_not_supported'] }],
				means: 'not possible',
				todo: 'WordPress has no trash there (EMPTY_TRASH_DAYS is 0): let the mapping deactivate instead.',
			},
		],
	},
	objects: {
		product: {
			displayName: 'Product',
			label: 'name',
			id: 'id',
			updatedAt: 'date_modified_gmt',
			fields: {
				id: number('id'),
				sku: { ...text('sku'), type: 'without commas', required: true, maxLength: 100 },
				name: { ...prose('name'), required: true },
				slug: text('slug'),
				type: { ...choice('type', ['simple', 'grouped', 'external', 'variable']), otherwise: 'simple' },
				status: choice('status', ['publish', 'draft', 'pending', 'private']),
				featured: flag('featured'),
				catalogVisibility: choice('catalog_visibility', ['visible', 'catalog', 'search', 'hidden']),
				description: prose('description'),
				shortDescription: prose('short_description'),
				globalUniqueId: { ...text('global_unique_id'), type: 'GTIN, UPC, EAN or ISBN' },
				regularPrice: amount('regular_price'),
				salePrice: amount('sale_price'),
				taxClass: text('tax_class'),
				manageStock: flag('manage_stock'),
				stockQuantity: number('stock_quantity', 'stock_quantity'),
				stockStatus: choice('stock_status', ['instock', 'outofstock', 'onbackorder']),
				weight: amount('weight'),
				length: amount('dimensions.length'),
				width: amount('dimensions.width'),
				height: amount('dimensions.height'),
				shippingClass: text('shipping_class'),
				purchaseNote: text('purchase_note'),
				externalUrl: text('external_url'),
				menuOrder: number('menu_order', 'menu_order'),
				categoryIds: terms('categories'),
				tagIds: terms('tags'),
			},
			// Custom fields: `meta_data[key=brand].value`.
			moreFields: 'any path',
			read: {
				list: products({ status: 'any' }),
				// A single product is shown from the trash, too.
				get: 'none',
				batch: { list: products({ status: 'any', include: '{ids|join:,}' }), most: 100 },
				find: [
					{
						field: 'sku',
						list: products({ status: 'any', sku: '{values|join:,}' }),
						most: 100,
						// Web servers take an address of some 8,000 characters.
						longest: 6000,
						by: 'exact',
					},
				],
				changedSince: {
					list: products({ status: 'any', modified_after: '{since}', dates_are_gmt: 'true' }),
					form: 'date time',
					overlap: 120,
					watermark: 'updatedAt',
					tellsRemovals: false,
				},
				detail: 'none',
				removed: 'absent from the list',
			},
			write: {
				...plainly,
				mark: {
					path: 'meta_data[key=managed_by].value',
					text: 'one-way sync',
					says: 'managed_by among its custom fields',
				},
				create: {
					request: { method: 'POST', path: '/products', body: '{fields}' },
					sends: 'changed',
					empty: 'empty text',
					answer: { record: '', id: 'id' },
				},
				update: {
					request: { method: 'PUT', path: '/products/{id}', body: '{fields}' },
					sends: 'changed',
					empty: 'empty text',
					answer: { record: '', id: false },
				},
				batches: (['create', 'update'] as const).map((of) => ({
					of,
					request: { method: 'POST', path: '/products/batch', body: { [of]: '{rows}' } },
					row: of === 'create' ? '{fields}' : { id: '{id|number}', '...': '{fields}' },
					most: 100,
					allOrNone: false,
					results: of,
					matched: of === 'create' ? { by: 'position' } : { by: 'id', path: 'id' },
					record: '',
					failed: { path: 'error', present: true },
					message: ['error.message'],
					judged: { status: 'error.data.status', body: 'error' },
				})),
				removal: [
					{
						step: 'deactivate',
						reversible: true,
						set: { field: 'status', to: 'draft', back: 'publish' },
						sideEffects: 'A draft is not shown in the shop and cannot be bought; orders keep it.',
					},
					{
						step: 'delete',
						reversible: false,
						request: { method: 'DELETE', path: '/products/{id}' },
						sideEffects:
							'It goes to the trash with its variations, where a person can restore it until WordPress empties that (after 30 days).',
					},
				],
			},
		},
	},
};
