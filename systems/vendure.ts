/** Vendure: products. A GraphQL API whose failures come with 200. */
import type { Look, Paged, Request, SystemDefinition } from '../connectors/rest/definition';

const PRODUCT = 'id updatedAt name slug description enabled';

const query = (graphql: string, body: NonNullable<Request['body']>): Look => ({
	method: 'POST',
	path: '',
	looksOnly: true,
	graphql,
	body,
});
const mutation = (graphql: string, body: NonNullable<Request['body']>): Request => ({
	method: 'POST',
	path: '',
	graphql,
	body,
});

const PRODUCTS = `query($options: ProductListOptions) { products(options: $options) { totalItems items { ${PRODUCT} } } }`;

const products = (filter: Record<string, Record<string, string>> = {}): Paged => ({
	request: query(PRODUCTS, {
		options: { take: '{size}', skip: '{offset}', sort: { id: 'ASC' }, filter },
	}),
	items: 'data.products.items',
	pages: { kind: 'offset', size: 100, first: 0, total: 'data.products.totalItems' },
});

export const vendure: SystemDefinition = {
	name: 'vendure',
	displayName: 'Vendure',
	aliases: ['storefront', 'shop', 'e-commerce', 'GraphQL'],
	docs: 'https://docs.vendure.io/reference/graphql-api/admin/queries',
	proven: { by: 'real server', against: 'Vendure 3.7.3 on sql.js' },
	needs: 'an administrator whose role may read, create, update and delete the catalog',
	editing: 'Take the catalog’s create, update and delete permissions out of people’s roles.',
	credentials: [
		{
			type: 'httpBearerAuth',
			hint: 'Token: that of an administrator’s session, which lasts as long as the server’s authOptions say, or what stands in its place there.',
			auth: 'by n8n',
		},
	],
	base: '{setting.url|trimSlash}',
	settings: {
		url: {
			displayName: 'Vendure Admin API',
			description: 'The address of the Admin API',
			placeholder: 'e.g. https://shop.example.com/admin-api',
			required: true,
		},
		language: {
			displayName: 'Vendure Language',
			description: 'The language of the texts: the default one of the channel',
			placeholder: 'e.g. en',
			required: true,
			default: 'en',
		},
	},
	headers: {},
	encoding: 'json',
	limits: { windows: [], concurrent: 2, headers: [], retryAfter: 'retry-after', penalty: 10 },
	errors: {
		message: ['errors', 'data.deleteProduct.message'],
		rules: [
			{ status: '2xx', where: [{ path: 'errors[0].extensions.code', is: ['FORBIDDEN'] }], means: 'denied' },
			{
				status: '2xx',
				where: [{ path: 'errors[0].extensions.code', is: ['ENTITY_NOT_FOUND'] }],
				means: 'absent',
			},
			{
				status: '2xx',
				where: [{ path: 'errors[0].message', matches: /^No .* with the id .* could be found/u }],
				means: 'absent',
			},
			{ status: '2xx', where: [{ path: 'errors', present: true }], means: 'refused' },
			{ status: '2xx', where: [{ path: 'data.deleteProduct.result', is: ['NOT_DELETED'] }], means: 'refused' },
		],
	},
	objects: {
		product: {
			displayName: 'Product',
			label: 'name',
			id: 'id',
			updatedAt: 'updatedAt',
			fields: {
				id: { kind: 'text', read: 'id', write: false },
				name: {
					kind: 'text',
					read: 'name',
					write: 'translations[languageCode={setting.language}].name',
					required: true,
				},
				slug: {
					kind: 'text',
					read: 'slug',
					write: 'translations[languageCode={setting.language}].slug',
					required: true,
				},
				description: {
					kind: 'text',
					read: 'description',
					write: 'translations[languageCode={setting.language}].description',
					otherwise: '',
				},
				enabled: { kind: 'yes/no', read: 'enabled', write: 'enabled' },
			},
			moreFields: 'none',
			read: {
				list: products(),
				get: {
					request: query(`query($id: ID!) { product(id: $id) { ${PRODUCT} } }`, { id: '{id}' }),
					record: 'data.product',
				},
				batch: { list: products({ id: { in: '{ids}' } }), most: 100 },
				find: [{ field: 'slug', list: products({ slug: { in: '{values}' } }), most: 100, by: 'exact' }],
				changedSince: {
					list: products({ updatedAt: { after: '{since}' } }),
					form: 'ISO',
					overlap: 60,
					watermark: 'updatedAt',
					tellsRemovals: false,
				},
				detail: 'none',
				removed: 'absent from the list',
			},
			write: {
				create: {
					request: mutation(
						`mutation($input: CreateProductInput!) { createProduct(input: $input) { ${PRODUCT} } }`,
						{ input: '{fields}' },
					),
					sends: 'changed',
					empty: 'empty text',
					answer: { record: 'data.createProduct', id: 'data.createProduct.id' },
				},
				update: {
					request: mutation(
						`mutation($input: UpdateProductInput!) { updateProduct(input: $input) { ${PRODUCT} } }`,
						{ input: { id: '{id}', '...': '{fields}' } },
					),
					sends: 'changed',
					empty: 'empty text',
					answer: { record: 'data.updateProduct', id: false },
				},
				batches: [
					{
						of: 'update',
						request: mutation(
							`mutation($input: [UpdateProductInput!]!) { updateProducts(input: $input) { ${PRODUCT} } }`,
							{ input: '{rows}' },
						),
						row: { id: '{id}', '...': '{fields}' },
						most: 50,
						allOrNone: true,
						results: 'data.updateProducts',
						matched: { by: 'id', path: 'id' },
						record: '',
						failed: 'none',
						message: [],
					},
				],
				// A second product with the same slug gets another one in its place, and no error.
				looksFirst: 'slug',
				removal: [
					{
						step: 'deactivate',
						reversible: true,
						set: { field: 'enabled', to: false, back: true },
						sideEffects: 'A disabled product is not shown in the shop; its variants and orders stay.',
					},
					{
						step: 'delete',
						reversible: false,
						request: mutation('mutation($id: ID!) { deleteProduct(id: $id) { result message } }', {
							id: '{id}',
						}),
						sideEffects: 'Its variants are deleted, too; orders keep their lines.',
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
