/**
 * WooCommerce: products by their numbers, as its own controllers treat them: what `wp_kses` and the views make of texts,
 * the trash, SKUs that must be unique outside of it, and batches of a hundred whose items are checked less than single ones.
 */
import { Fake, type Answer, type Call, type Row } from '../fake';
import type { DestinationFake } from './common';

const CHOICES: Record<string, string[]> = {
	catalog_visibility: ['visible', 'catalog', 'search', 'hidden'],
	tax_status: ['taxable', 'shipping', 'none'],
};
const AMOUNTS = ['regular_price', 'sale_price', 'weight'];
const PROSE = ['name', 'description', 'short_description'];
const problem = (status: number, code: string, message: string, more: Row = {}): Answer => ({
	status,
	body: { code, message, data: { status, ...more } },
});
const kses = (text: string) => text.replace(/&(?!(?:[a-z]+|#\d+);)/giu, '&amp;');
const gmt = () => new Date().toISOString().slice(0, 19);

export async function fakeWoocommerce(): Promise<DestinationFake> {
	const rows: DestinationFake['rows'] = new Map();
	let last = 40;
	const fake = await Fake.start();
	const inTrash = (row: Row) => row.status === 'trash';
	/** As the shop shows a product, or as it is edited. */
	const shown = (row: Row, context: string | null): Row =>
		context === 'edit' || row.description === ''
			? row
			: { ...row, description: `<p>${String(row.description)}</p>\n` };
	const save = (set: Row, known: Row | undefined): Answer => {
		for (const [name, allowed] of Object.entries(CHOICES))
			if (name in set && !allowed.includes(String(set[name])))
				return problem(400, `product_invalid_${name}`, `Invalid ${name}.`);
		const twin =
			typeof set.sku === 'string' && set.sku !== ''
				? [...rows.values()].find((row) => row !== known && !inTrash(row) && row.sku === set.sku)
				: undefined;
		if (twin) return problem(400, 'product_invalid_sku', 'Ungültige Artikelnummer.', { resource_id: twin.id! });
		const texts = Object.fromEntries(
			PROSE.filter((name) => typeof set[name] === 'string').map((name) => [name, kses(set[name] as string)]),
		);
		const { meta_data: meta, ...rest } = set;
		const row: Row = {
			...(known ?? {
				id: ++last,
				name: '',
				sku: '',
				type: 'simple',
				status: 'publish',
				catalog_visibility: 'visible',
				description: '',
				short_description: '',
				regular_price: '',
				sale_price: '',
				weight: '',
				purchase_note: '',
				dimensions: { length: '', width: '', height: '' },
				manage_stock: false,
				stock_quantity: null,
				stock_status: 'instock',
				categories: [],
				tags: [],
				meta_data: [],
			}),
			...rest,
			...texts,
			date_modified_gmt: gmt(),
		};
		row.dimensions = { ...((known?.dimensions ?? {}) as Row), ...((set.dimensions ?? {}) as Row) };
		if (row.manage_stock !== true) row.stock_quantity = null;
		const kept = new Map((row.meta_data as Row[]).map((one) => [one.key, one]));
		for (const one of (meta ?? []) as Row[])
			kept.set(one.key, { id: 7000 + kept.size, key: one.key!, value: one.value! });
		row.meta_data = [...kept.values()];
		rows.set(String(row.id), row);
		return { status: known ? 200 : 201, body: row };
	};
	const valid = (set: Row): Answer | undefined => {
		const wrong = AMOUNTS.find((name) => name in set && typeof set[name] !== 'string');
		if (wrong !== undefined)
			return problem(400, 'rest_invalid_param', `Invalid parameter(s): ${wrong}`, {
				params: { [wrong]: 'text' },
			});
		return undefined;
	};
	const gone = (status: number) => problem(status, 'woocommerce_rest_product_invalid_id', 'Invalid ID.');
	const list = ({ query }: Call): Answer => {
		const size = Number(query.get('per_page') ?? 10);
		if (!(size >= 1 && size <= 100)) return problem(400, 'rest_invalid_param', 'Invalid parameter(s): per_page');
		const [ids, skus] = ['include', 'sku'].map((name) => query.get(name)?.split(','));
		const after = query.get('modified_after');
		if (after !== null && query.get('dates_are_gmt') !== 'true')
			return problem(400, 'fake', 'it would be the time of the shop’s own zone');
		const all = [...rows.values()]
			.filter((row) => !inTrash(row))
			.filter((row) => ids === undefined || ids.includes(String(row.id)))
			.filter((row) => skus === undefined || skus.includes(String(row.sku)))
			.filter((row) => after === null || String(row.date_modified_gmt) > after.replace(' ', 'T'))
			.sort((a, b) => (query.get('order') === 'asc' ? 1 : -1) * (Number(a.id) - Number(b.id)));
		const page = Number(query.get('page') ?? 1);
		const some = all.slice((page - 1) * size, page * size).map((row) => shown(row, query.get('context')));
		const headers = { 'x-wp-total': String(all.length), 'x-wp-totalpages': String(Math.ceil(all.length / size)) };
		return { headers, body: some };
	};
	const batch = (call: Call): Answer => {
		const asked = call.json() as Record<string, Row[]>;
		const given = ['create', 'update'].flatMap((of) => asked[of] ?? []);
		if (given.length > 100)
			return problem(413, 'woocommerce_rest_request_entity_too_large', 'Unable to accept more than 100 items');
		const one = (answer: Answer, id: Row[string]) => {
			const body = answer.body as Row;
			return (answer.status ?? 200) < 300 ? body : { id, error: body };
		};
		return {
			body: {
				...(asked.create && { create: asked.create.map((set) => one(save(set, undefined), 0)) }),
				...(asked.update && {
					update: asked.update.map((set) => {
						const known = rows.get(String(set.id));
						return one(known ? save(set, known) : gone(400), set.id!);
					}),
				}),
			},
		};
	};
	// The vendor's own client puts this before every path.
	for (const base of ['', '/wp-json/wc/v3']) {
		fake.on('GET', `${base}/products`, list);
		fake.on('GET', `${base}/products/*`, ({ parts, query }) => {
			const row = rows.get(parts[0]!);
			return row ? { body: shown(row, query.get('context')) } : gone(404);
		});
		fake.on('POST', `${base}/products`, (call) => valid(call.json()) ?? save(call.json(), undefined));
		fake.on('PUT', `${base}/products/*`, (call) => {
			const known = rows.get(call.parts[0]!);
			return known ? (valid(call.json()) ?? save(call.json(), known)) : gone(400);
		});
		fake.on('DELETE', `${base}/products/*`, ({ parts, query }) => {
			const row = rows.get(parts[0]!);
			if (!row) return gone(404);
			if (query.get('force') === 'true') rows.delete(parts[0]!);
			else if (inTrash(row)) return problem(410, 'woocommerce_rest_already_trashed', 'already deleted');
			else rows.set(parts[0]!, { ...row, status: 'trash' });
			return { body: row };
		});
		fake.on('POST', `${base}/products/batch`, batch);
	}
	return { fake, rows };
}
