/** Shopify: products by their global ids; it knows the queries of the definition by what they ask for. */
import { Fake, type Answer, type Json, type Row } from '../fake';
import { merge, type DestinationFake } from './common';

const PREFIX = 'gid://shopify/Product/';

export async function fakeShopify(): Promise<DestinationFake> {
	const rows: DestinationFake['rows'] = new Map();
	let last = 1000;
	const fake = await Fake.start();
	const cost = {
		requestedQueryCost: 12,
		actualQueryCost: 12,
		throttleStatus: { maximumAvailable: 2000, currentlyAvailable: 1988, restoreRate: 100 },
	};
	const answer = (data: Row): Answer => ({ body: { data, extensions: { cost } } });
	const problem = (field: string, message: string, code: string) =>
		answer({ productSet: { product: null, userErrors: [{ field: ['input', field], message, code }] } });
	const byHandle = (handle: Json | undefined) => [...rows.values()].find((row) => row.handle === handle);
	const stored = (input: Row): Row => {
		const { variants, productOptions, ...rest } = input;
		if (!Array.isArray(variants)) return rest;
		const nodes = (variants as Row[]).map(({ optionValues, ...one }) => ({
			sku: null,
			barcode: null,
			compareAtPrice: null,
			...one,
			price: Number(one.price ?? 0).toFixed(2),
			selectedOptions: (optionValues as Row[]).map(({ optionName, name }) => ({ name: optionName, value: name })),
		}));
		return { ...rest, options: productOptions ?? [], variants: { nodes: nodes as Json } };
	};
	const setProduct = ({ identifier, input }: { identifier: Row; input: Row }): Answer => {
		if (typeof input.title === 'string' && input.title.length > 255)
			return problem('title', 'Title is too long (maximum is 255 characters)', 'INVALID_INPUT');
		if ('variants' in input && !('productOptions' in input))
			return problem('productOptions', 'Product options input is required', 'PRODUCT_OPTIONS_INPUT_MISSING');
		const known = identifier.id === undefined ? byHandle(identifier.handle) : rows.get(String(identifier.id));
		if (known === undefined && identifier.id !== undefined)
			return problem('id', 'Product does not exist', 'PRODUCT_DOES_NOT_EXIST');
		if (known === undefined && typeof input.title !== 'string')
			return problem('title', "Title can't be blank", 'INVALID_INPUT');
		const id = known ? String(known.id) : `${PREFIX}${++last}`;
		const before: Row = known ?? {
			id,
			descriptionHtml: '',
			vendor: 'My shop',
			productType: '',
			tags: [],
			status: 'ACTIVE',
			templateSuffix: null,
			seo: { title: null, description: null },
			variants: { nodes: [] },
		};
		const row = { ...merge(before, stored(input)), updatedAt: new Date().toISOString().replace(/\.\d+/, '') };
		rows.set(id, row);
		return answer({ productSet: { product: row, userErrors: [] } });
	};
	fake.on('POST', '/', (call) => {
		const { query, variables } = call.json() as { query: string; variables: Row };
		if (query.includes('productSet(')) return setProduct(variables as { identifier: Row; input: Row });
		if (query.includes('productDelete(')) {
			const { id } = variables.input as Row;
			const gone = rows.delete(String(id));
			const userErrors = gone ? [] : [{ field: ['id'], message: 'Product does not exist' }];
			return answer({ productDelete: { deletedProductId: gone ? id! : null, userErrors } });
		}
		if (query.includes('nodes('))
			return answer({ nodes: (variables.ids as string[]).map((id) => rows.get(id) ?? null) });
		if (query.includes('product(')) return answer({ product: rows.get(String(variables.id)) ?? null });
		const { first, after, query: search } = variables as { first: number; after?: string; query?: string };
		if (first > 250) return { body: { errors: [{ message: 'first is at most 250' }] } };
		const handles = /^handle:(.+)$/.exec(search ?? '')?.[1]?.split(',');
		const since = /^updated_at:>='(.+)'$/.exec(search ?? '')?.[1];
		const all = [...rows.values()].filter(
			(row) =>
				(handles === undefined || handles.includes(String(row.handle))) &&
				(since === undefined || Date.parse(String(row.updatedAt)) >= Date.parse(since)),
		);
		const start = after === undefined ? 0 : Number(after);
		const nodes = all.slice(start, start + first);
		const endCursor = nodes.length === 0 ? null : String(start + nodes.length);
		return answer({ products: { nodes, pageInfo: { hasNextPage: start + first < all.length, endCursor } } });
	});
	return { fake, rows };
}
