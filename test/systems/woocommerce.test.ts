/** What WooCommerce alone does: a trash, and failures inside of a batch; and what its own client makes of the stand-in. */
import { create, remove, update } from '../conformance/destination';
import { ask, judgesAreThere } from '../judges/judges';
import { stand } from './cases/woocommerce';
import { fakeWoocommerce } from './fakes/woocommerce';
import { destinationAt } from './open';

test('a batch says of each product what it means, and the trash holds up no SKU', async () => {
	const { fake, rows } = await fakeWoocommerce();
	try {
		const products = destinationAt({ ...stand, url: fake.url }, 'product');
		const maker = 'meta_data[key=maker].value';
		const of = (sku: string) => ({ sku, name: sku, [maker]: `maker of ${sku}` });
		const made = await products.write([create(0, of('A')), create(1, of('B')), create(2, of('A'))]);
		expect(made).toMatchObject([
			{ ok: true, actual: { sku: 'A', [maker]: 'maker of A' } },
			{ ok: true, actual: { sku: 'B' } },
			{ ok: false, error: { kind: 'conflict', message: expect.stringContaining('Artikelnummer') } },
		]);
		expect(fake.sent('POST').map(({ path }) => path)).toEqual(['/products/batch']);
		const [a, b] = made.map((one) => (one as { id: string }).id);
		const changed = await products.write([
			update(0, a!, { name: 'A2', [maker]: 'another' }),
			update(1, '999', { name: 'Nobody' }),
			update(2, b!, { sku: 'A' }),
		]);
		expect(changed).toMatchObject([
			{ ok: true, actual: { name: 'A2', [maker]: 'another' } },
			{ ok: false, error: { kind: 'missing' } },
			{ ok: false, error: { kind: 'conflict' } },
		]);
		expect(await products.write([remove(0, a!)])).toMatchObject([{ ok: true, actual: null }]);
		expect(rows.get(a!)!.status).toBe('trash');
		expect(await products.read([{ ref: 0, match: { sku: 'A' } }], ['name'])).toEqual([]);
		expect(await products.write([create(0, of('A'))])).toMatchObject([{ ok: true }]);
		fake.on('DELETE', '/products/*', () => ({
			status: 501,
			body: { code: 'woocommerce_rest_trash_not_supported', message: 'no trash', data: { status: 501 } },
		}));
		const todo = expect.stringContaining('deactivate') as string;
		expect(await products.write([remove(0, b!)])).toMatchObject([{ ok: false, error: { detail: { todo } } }]);
	} finally {
		await fake.stop();
	}
});

if (judgesAreThere)
	test("WooCommerce's client reads the stand-in's pages, batches and errors", async () => {
		const { fake } = await fakeWoocommerce();
		const about = { client: 'woocommerce', url: fake.url } as const;
		const batch = {
			create: [
				{ name: 'Chair', sku: 'C' },
				{ name: 'Stool', sku: 'C' },
			],
		};
		const [made, page, wrong, trashed, again] = await ask([
			{ ...about, call: 'post', with: { path: 'products/batch', data: batch } },
			{ ...about, call: 'get', with: { path: 'products', data: { per_page: 1, sku: 'C', context: 'edit' } } },
			{ ...about, call: 'post', with: { path: 'products', data: { name: 'Table', sku: 'C' } } },
			{ ...about, call: 'delete', with: { path: 'products/41', data: {} } },
			{ ...about, call: 'delete', with: { path: 'products/41', data: {} } },
		]);
		expect(made).toMatchObject({
			status: 200,
			data: {
				create: [
					{ id: 41, sku: 'C' },
					{ id: 0, error: { code: 'product_invalid_sku' } },
				],
			},
		});
		expect(page).toMatchObject({ status: 200, total: '1', data: [{ id: 41, name: 'Chair' }] });
		expect(wrong).toMatchObject({ status: 400, data: { code: 'product_invalid_sku', data: { status: 400 } } });
		expect([trashed, again]).toMatchObject([{ status: 200 }, { status: 410 }]);
		await fake.stop();
	});
else process.stderr.write('skipped: what WooCommerce’s own client says of its stand-in (test/judges)\n');
