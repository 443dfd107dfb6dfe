/**
 * Shopify: products with their variants, by its GraphQL Admin API of 2026-10.
 *
 * From Shopify's own schema and its reference: `productSet` creates or updates, found by handle or id; of lists it deletes
 * what is not sent, of all else it touches only what is sent; failures come with 200, as `errors` with a code or as
 * `userErrors`; requests cost points, and answers say how many are left; one request may cost 1,000 points, so that lists
 * leave the variants out; searches show what was written a moment later. A variant is told from another by its options.
 */
import type { Look, Paged, Request, SystemDefinition } from '../connectors/rest/definition';
import { plainVariants, tagsOf, withOptions } from './shopify/values';

const PRODUCT =
	'id handle title descriptionHtml vendor productType tags status templateSuffix seo { title description } updatedAt';
const VARIANTS =
	'options { name } variants(first: 250) { nodes { sku barcode price compareAtPrice selectedOptions { name value } } }';

const ask = (graphql: string, body: NonNullable<Request['body']>): Request => ({
	method: 'POST',
	path: '',
	graphql,
	body,
});
const look = (graphql: string, body: NonNullable<Request['body']>): Look => ({
	...ask(graphql, body),
	looksOnly: true,
});

const products = (query?: string, sortKey = 'ID'): Paged => ({
	request: look(
		`query($first: Int!, $after: String, $query: String, $sortKey: ProductSortKeys) {
			products(first: $first, after: $after, query: $query, sortKey: $sortKey) {
				nodes { ${PRODUCT} } pageInfo { hasNextPage endCursor }
			}
		}`,
		{ first: '{size}', after: '{cursor}', sortKey, ...(query === undefined ? {} : { query }) },
	),
	items: 'data.products.nodes',
	pages: {
		kind: 'cursor',
		size: 250,
		next: 'data.products.pageInfo.endCursor',
		more: { path: 'data.products.pageInfo.hasNextPage', is: [true] },
	},
});

const set = (identifier: Record<string, string>): Request =>
	ask(
		`mutation($identifier: ProductSetIdentifiers, $input: ProductSetInput!) {
			productSet(identifier: $identifier, input: $input, synchronous: true) {
				product { ${PRODUCT} ${VARIANTS} } userErrors { field message code }
			}
		}`,
		{ identifier, input: '{fields}' },
	);

const text = (name: string) => ({ kind: 'text', read: name, write: name }) as const;
const said = (mutation: string, code?: string[]) => [
	{ path: `data.${mutation}.userErrors`, present: true },
	...(code === undefined ? [] : [{ path: `data.${mutation}.userErrors[0].code`, is: code }]),
];
const failed = (code: string) => [{ path: 'errors[0].extensions.code', is: [code] }];

export const shopify: SystemDefinition = {
	name: 'shopify',
	displayName: 'Shopify',
	aliases: ['storefront', 'shop', 'e-commerce', 'products', 'GraphQL'],
	docs: 'https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/productSet',
	proven: {
		by: 'vendor contract',
		against: "Shopify's schema of the Admin API 2026-10 (@shopify/dev-mcp 1.16.0), and a stand-in of ours",
	},
	needs: 'An Admin API access token of an app with the scopes read_products and write_products',
	editing:
		'Take the permissions to create, edit and delete products out of people’s roles (Settings, Users and permissions).',
	credentials: [
		{ type: 'shopifyAccessTokenApi', auth: 'by n8n' },
		{
			type: 'shopifyOAuth2Api',
			auth: 'by n8n',
			oauth2: { keyToIncludeInAccessTokenHeader: 'X-Shopify-Access-Token' },
		},
	],
	base: 'https://{credential.shopSubdomain}.myshopify.com/admin/api/2026-10/graphql.json',
	settings: {},
	headers: {},
	encoding: 'json',
	limits: {
		windows: [],
		concurrent: 2,
		headers: [],
		retryAfter: 'retry-after',
		penalty: 2,
		cost: {
			remaining: 'extensions.cost.throttleStatus.currentlyAvailable',
			restorePerSecond: 'extensions.cost.throttleStatus.restoreRate',
			most: 'extensions.cost.throttleStatus.maximumAvailable',
		},
	},
	errors: {
		message: ['errors', 'data.productSet.userErrors', 'data.productDelete.userErrors'],
		field: 'data.productSet.userErrors[0].field[1]',
		rules: [
			{ status: '2xx', where: failed('THROTTLED'), means: 'too fast' },
			{
				status: '2xx',
				where: failed('ACCESS_DENIED'),
				means: 'denied',
				todo: 'Give the app the scopes read_products and write_products.',
			},
			{ status: '2xx', where: failed('INTERNAL_SERVER_ERROR'), means: 'unavailable' },
			{ status: '2xx', where: [{ path: 'errors', present: true }], means: 'refused' },
			{ status: '2xx', where: said('productSet', ['PRODUCT_DOES_NOT_EXIST', 'NOT_FOUND']), means: 'absent' },
			{ status: '2xx', where: said('productSet', ['HANDLE_NOT_UNIQUE']), means: 'duplicate' },
			{ status: '2xx', where: said('productSet'), means: 'refused' },
			{
				status: '2xx',
				where: [{ path: 'data.productDelete.userErrors[0].message', matches: /does not exist/iu }],
				means: 'absent',
			},
			{ status: '2xx', where: said('productDelete'), means: 'refused' },
			{
				status: [402, 423],
				means: 'denied',
				todo: 'The shop is frozen or locked: its owner has to settle that with Shopify.',
			},
		],
	},
	objects: {
		product: {
			displayName: 'Product',
			label: 'title',
			id: 'id',
			updatedAt: 'updatedAt',
			fields: {
				id: { kind: 'text', read: 'id', write: false },
				handle: { ...text('handle'), type: 'lower case, digits and hyphens', required: true, maxLength: 255 },
				title: { ...text('title'), required: true, maxLength: 255 },
				descriptionHtml: text('descriptionHtml'),
				vendor: text('vendor'),
				productType: text('productType'),
				tags: {
					kind: 'json',
					type: 'list of tags',
					read: 'tags',
					write: 'tags',
					spell: tagsOf,
					unordered: true,
				},
				status: { ...text('status'), allowed: ['ACTIVE', 'ARCHIVED', 'DRAFT', 'UNLISTED'] },
				templateSuffix: text('templateSuffix'),
				seoTitle: { kind: 'text', read: 'seo.title', write: 'seo.title' },
				seoDescription: { kind: 'text', read: 'seo.description', write: 'seo.description' },
				variants: {
					kind: 'json',
					type: 'list of { sku, barcode, price, compareAtPrice, options: { Size: "L" } }; the whole list',
					read: 'variants.nodes',
					write: 'variants',
					spell: plainVariants,
					fromSystem: plainVariants,
					unordered: true,
				},
				updatedAt: { kind: 'date and time', read: 'updatedAt', write: false },
			},
			moreFields: 'none',
			read: {
				list: products(),
				get: {
					request: look(`query($id: ID!) { product(id: $id) { ${PRODUCT} ${VARIANTS} } }`, { id: '{id}' }),
					record: 'data.product',
				},
				batch: {
					list: {
						request: look(`query($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { ${PRODUCT} } } }`, {
							ids: '{ids}',
						}),
						items: 'data.nodes',
						pages: { kind: 'none' },
					},
					most: 250,
				},
				find: [
					{ field: 'handle', list: products('handle:{values|join:,}'), most: 100, by: 'search', delay: 300 },
				],
				changedSince: {
					list: products("updated_at:>='{since}'", 'UPDATED_AT'),
					form: 'ISO seconds',
					overlap: 300,
					watermark: 'updatedAt',
					tellsRemovals: false,
				},
				detail: 'none',
				listLacks: ['variants'],
				removed: 'absent from the list',
			},
			write: {
				create: {
					// The handle finds what an earlier try made.
					request: set({ handle: '{desired.handle}' }),
					sends: 'changed',
					as: withOptions,
					empty: 'empty text',
					answer: { record: 'data.productSet.product', id: 'data.productSet.product.id' },
				},
				update: {
					request: set({ id: '{id}' }),
					sends: 'changed',
					as: withOptions,
					empty: 'empty text',
					answer: { record: 'data.productSet.product', id: false },
				},
				batches: [],
				removal: [
					{
						step: 'archive',
						reversible: true,
						set: { field: 'status', to: 'ARCHIVED', back: 'ACTIVE' },
						sideEffects: 'An archived product is sold nowhere; its orders and pictures stay.',
					},
					{
						step: 'delete',
						reversible: false,
						request: ask(
							'mutation($input: ProductDeleteInput!) { productDelete(input: $input) { deletedProductId userErrors { field message } } }',
							{ input: { id: '{id}' } },
						),
						sideEffects: 'Its variants, pictures and metafields are deleted, too; orders keep their lines.',
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
