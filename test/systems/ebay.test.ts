/** What eBay alone does: every write replaces the whole item, and makes one where there is none. */
import { create, ok, update } from '../conformance/destination';
import { filled } from '../../systems/ebay';
import { stand } from './cases/ebay';
import type { Row } from './fake';
import type { DestinationFake } from './fakes/common';
import { fakeEbay } from './fakes/ebay';
import { destinationAt } from './open';

let one: DestinationFake;
beforeEach(async () => {
	one = await fakeEbay();
});
afterEach(() => one.fake.stop());
const items = () => destinationAt({ ...stand, url: one.fake.url }, 'item');

/** An item with much that no mapping names. */
const theirs = (sku: string): Row => ({
	sku,
	locale: 'de_DE',
	groupIds: ['G1'],
	condition: 'NEW',
	availability: {
		shipToLocationAvailability: {
			quantity: 3,
			availabilityDistributions: [{ merchantLocationKey: 'W1', quantity: 3 }],
		},
		pickupAtLocationAvailability: [{ merchantLocationKey: 'S1', quantity: 1, availabilityType: 'IN_STOCK' }],
	},
	packageWeightAndSize: { shippingIrregular: true, weight: { value: 1, unit: 'KILOGRAM' } },
	product: { title: 'Old', subtitle: 'Theirs', aspects: { Color: ['Blue'], Material: ['Oak'] }, videoIds: ['V1'] },
});

/** The same with another title and quantity. */
const meant = (sku: string, title: string, quantity: number): Row => {
	const row = theirs(sku);
	(row.product as Row).title = title;
	((row.availability as Row).shipToLocationAvailability as Row).quantity = quantity;
	return row;
};

test.each([1, 30])('what is not ours survives, though a write replaces all of %i items', async (count) => {
	const skus = Array.from({ length: count }, (_, n) => `K-${n}`);
	for (const sku of skus) one.rows.set(sku, theirs(sku));
	const results = await items().write(skus.map((sku, n) => update(n, sku, { title: `New ${n}`, quantity: n })));
	for (const result of results) ok(result);
	for (const [n, sku] of skus.entries()) expect(one.rows.get(sku)).toEqual(meant(sku, `New ${n}`, n));
});

test('25 items take one request to be read and one to be written', async () => {
	const skus = Array.from({ length: 25 }, (_, n) => `K-${n}`);
	for (const sku of skus) one.rows.set(sku, theirs(sku));
	await items().write(skus.map((sku, n) => update(n, sku, { title: 'New' })));
	// Read, written, and read back.
	expect(one.fake.calls.map(({ path }) => path)).toEqual([
		'/bulk_get_inventory_item',
		'/bulk_create_or_replace_inventory_item',
		'/bulk_get_inventory_item',
	]);
});

test('one that is gone is missing, and is not made anew by an update; the others are written', async () => {
	one.rows.set('K-1', theirs('K-1'));
	const results = await items().write([update(0, 'K-0', { title: 'New' }), update(1, 'K-1', { title: 'New' })]);
	expect(results).toMatchObject([{ ok: false, error: { kind: 'missing' } }, { ok: true }]);
	expect([...one.rows.keys()]).toEqual(['K-1']);
	expect(await items().write([update(0, 'K-0', { title: 'New' })])).toMatchObject([{ error: { kind: 'missing' } }]);
	expect([...one.rows.keys()]).toEqual(['K-1']);
});

test.each([1, 2])('a create replaces no item that stands there already, among %i', async (count) => {
	one.rows.set('K-0', theirs('K-0'));
	const writes = Array.from({ length: count }, (_, n) => create(n, { sku: `K-${n}`, title: 'Mine' }));
	const [first, ...others] = await items().write(writes);
	expect(first).toMatchObject({ ok: false, error: { kind: 'conflict' } });
	for (const other of others) ok(other);
	expect(one.rows.get('K-0')).toEqual(theirs('K-0'));
});

test('an item that eBay cannot show among others is not taken for one that is gone', async () => {
	one.fake.on('POST', '/bulk_get_inventory_item', () => ({
		status: 207,
		body: { responses: [{ statusCode: 500, sku: 'K-0', errors: [{ errorId: 25001, message: 'A system error' }] }] },
	}));
	await expect(
		items().read(
			[0, 1].map((ref) => ({ ref, id: `K-${ref}` })),
			['title'],
		),
	).rejects.toMatchObject({
		kind: 'unreachable',
		message: expect.stringContaining('A system error'),
	});
	expect(
		await items()
			.write([create(0, { sku: 'K-0', title: 'Mine' })])
			.catch((error: Error) => error.message),
	).toMatch(/A system error/u);
	expect(one.rows.size).toBe(0);
});

test('one aspect is ours and the others are theirs, where a mapping names its path', async () => {
	one.rows.set('K-0', theirs('K-0'));
	const path = 'product.aspects.Color';
	ok((await items().write([update(0, 'K-0', { [path]: ['Red', 'White'] })]))[0]!);
	const aspects = () => ((one.rows.get('K-0') as Row).product as Row).aspects;
	expect(aspects()).toEqual({ Color: ['Red', 'White'], Material: ['Oak'] });
	ok((await items().write([update(0, 'K-0', { [path]: null })]))[0]!);
	expect(aspects()).toEqual({ Material: ['Oak'] });
});

test('texts say their language, and what fails among others says why', async () => {
	const results = await items().write([
		create(0, { sku: 'K-0', title: 'Stuhl' }),
		create(1, { sku: 'K-1', title: 'Stuhl', imageUrls: ['http://example.org/1.jpg'] }),
	]);
	expect(results).toMatchObject([
		{ ok: true, id: 'K-0' },
		{ ok: false, error: { kind: 'refused', message: expect.stringContaining('Invalid picture URL') } },
	]);
	const [sent] = one.fake.sent('POST', 'bulk_create');
	expect(sent!.headers['content-language']).toBe('de-DE');
	expect((sent!.json().requests as Row[])[0]).toEqual({ sku: 'K-0', locale: 'de_DE', product: { title: 'Stuhl' } });
});

test('an account without any item is empty, where the answer says that there are none', async () => {
	expect(await items().isEmpty()).toBe(true);
	one.rows.set('K-0', theirs('K-0'));
	expect(await items().isEmpty()).toBe(false);
	one.fake.on('GET', '/inventory_item', () => ({ body: { total: 1, size: 1, limit: 200 } }));
	await expect(items().isEmpty()).rejects.toMatchObject({ kind: 'unreachable' });
});

test('what has no value is left out at any depth, and lists and false stay', () => {
	expect(filled({ a: null, b: { c: '', d: { e: null } }, f: [], g: false, h: { i: 0, j: null } })).toEqual({
		f: [],
		g: false,
		h: { i: 0 },
	});
	expect(filled('text')).toBe('text');
});
