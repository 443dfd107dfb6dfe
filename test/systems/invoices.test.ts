/** What Stripe's invoices alone do: drafts that Stripe does not finalise, and finalised ones that are nobody's to change. */
import { daysUntilDue, unixSeconds, wholeSeconds } from '../../systems/stripe/invoices';
import { create, ok, prepared, remove, update } from '../conformance/destination';
import { INVOICE, stand, start } from './cases/stripe';
import { withContract } from './contract/find';
import type { DestinationFake } from './fakes/common';
import { CUSTOMER, PRICE } from './fakes/stripe';
import { destinationAt, recorder } from './open';

let one: DestinationFake;
let record: ReturnType<typeof recorder>;
beforeEach(async () => {
	one = await start();
	record = recorder({ url: one.fake.url }, '/v1');
});
afterEach(() => one.fake.stop());
const of = (object: string) => destinationAt({ ...stand, url: one.fake.url }, object, record.http);
const refused = { ok: false, error: { kind: 'refused', detail: { todo: expect.stringMatching(/void/u) as string } } };

test('a draft is made that Stripe neither finalises nor fills by itself, and an update leaves that alone', async () => {
	const set = await prepared(of('invoice'), { customer: CUSTOMER, currency: 'EUR', externalId: 'R1' });
	const [made] = await of('invoice').write([create(0, set)]);
	expect(ok(made!).actual).toEqual({ customer: CUSTOMER, currency: 'eur', externalId: 'R1' });
	await of('invoice').write([update(0, ok(made!).id, { description: 'Chairs' })]);
	const [first, second] = one.fake.sent('POST').map((call) => Object.fromEntries(call.form()));
	expect(first).toMatchObject({ auto_advance: 'false', pending_invoice_items_behavior: 'exclude' });
	expect(second).toEqual({ description: 'Chairs', 'metadata[managed_by]': 'one-way sync' });
});

test.each(['auto_advance', 'automatically_finalizes_at', 'status', 'metadata.managed_by'])(
	'a mapping cannot write %s',
	async (name) => {
		const error: unknown = await of('invoice')
			.write([update(0, INVOICE, { [name]: 'true' })])
			.then(
				([result]) => (result?.ok === false ? result.error : result),
				(caught: unknown) => caught,
			);
		expect(error).toMatchObject({ kind: 'setup' });
		expect(one.fake.sent('POST')).toEqual([]);
	},
);

test.each(['open', 'paid', 'void'])('an invoice that is %s is refused with what a person does', async (status) => {
	const item = { customer: CUSTOMER, invoice: INVOICE, amount: 100, currency: 'eur' };
	const [made] = await of('invoiceItem').write([create(0, item)]);
	const { id } = ok(made!);
	one.rows.get(INVOICE)!.status = status;
	expect(await of('invoice').write([update(0, INVOICE, { description: 'x' })])).toMatchObject([refused]);
	expect(await of('invoice').write([remove(0, INVOICE)])).toMatchObject([refused]);
	expect(await of('invoiceItem').write([create(0, item)])).toMatchObject([refused]);
	expect(await of('invoiceItem').write([update(0, id, { amount: 1 })])).toMatchObject([refused]);
	expect(await of('invoiceItem').write([remove(0, id)])).toMatchObject([refused]);
	// It still stands, so that no other is made in its place.
	expect(await of('invoice').read([{ ref: 0, id: INVOICE }], ['status', 'total'])).toEqual([
		{ ref: 0, id: INVOICE, fields: { status, total: 100 } },
	]);
});

test('an item that a deleted draft left behind is removed all the same', async () => {
	const [made] = await of('invoiceItem').write([
		create(0, { customer: CUSTOMER, invoice: INVOICE, amount: 100, currency: 'eur' }),
	]);
	const { id } = ok(made!);
	expect(await of('invoice').write([remove(0, INVOICE)])).toMatchObject([{ ok: true, actual: null }]);
	expect(one.rows.get(id)).toMatchObject({ invoice: null });
	expect(await of('invoiceItem').write([remove(0, id)])).toMatchObject([{ ok: true, actual: null }]);
	expect(one.rows.size).toBe(0);
});

test('what is refused for another reason says nothing of drafts', async () => {
	const [made] = await of('invoice').write([create(0, { customer: CUSTOMER, collectionMethod: 'send_invoice' })]);
	expect(made).toMatchObject({ ok: false, error: { kind: 'refused' } });
	expect(JSON.stringify(made)).not.toContain('finalised');
});

test('days until due are written, and read from the due date', async () => {
	const fields = { customer: CUSTOMER, collectionMethod: 'send_invoice', daysUntilDue: 30 };
	const [made] = await of('invoice').write([create(0, fields)]);
	expect(ok(made!).actual).toEqual(fields);
	const [read] = await of('invoice').read([{ ref: 0, id: ok(made!).id }], ['dueDate', 'daysUntilDue']);
	expect(read!.fields).toEqual({ dueDate: '2023-12-14T22:13:21.000Z', daysUntilDue: 30 });
	expect([daysUntilDue({ created: 1, due_date: null }), daysUntilDue(null)]).toEqual([null, null]);
	expect(one.fake.sent('POST')[0]!.form().get('days_until_due')).toBe('30');
	const moment = wholeSeconds('2026-12-24T12:00:00.500Z');
	expect([moment, wholeSeconds(moment), unixSeconds(moment)]).toEqual([
		'2026-12-24T12:00:00.000Z',
		'2026-12-24T12:00:00.000Z',
		1_798_113_600,
	]);
});

test('an item is of a price, in the version whose price stands where it is looked for', async () => {
	const items = of('invoiceItem');
	const [made] = await items.write([
		create(0, { customer: CUSTOMER, invoice: INVOICE, price: PRICE, quantity: 3, externalId: 'R1/1' }),
	]);
	expect(ok(made!).actual).toMatchObject({ price: PRICE, quantity: 3 });
	await items.write([update(0, ok(made!).id, { quantity: 4 })]);
	const [read] = await items.read([{ ref: 0, match: { externalId: 'R1/1' } }], ['quantity', 'amount']);
	expect(read!.fields).toEqual({ quantity: 4, amount: 1000 });
	await items.write([remove(0, ok(made!).id)]);
	const versions = one.fake.calls.map(({ headers }) => headers['stripe-version']);
	expect(new Set(versions)).toEqual(new Set(['2024-06-20']));
});

withContract('stripe', (check) => {
	test('drafts and items with all their fields are within Stripe’s contract', async () => {
		const [made] = await of('invoice').write([
			create(0, {
				customer: CUSTOMER,
				currency: 'eur',
				collectionMethod: 'send_invoice',
				daysUntilDue: 14,
				description: 'Chairs',
				footer: 'Thanks',
				statementDescriptor: 'CHAIRS',
				externalId: "it's",
				'metadata.order': '7',
			}),
		]);
		const { id } = ok(made!);
		await of('invoice').write([update(0, id, { footer: null, 'metadata.order': null })]);
		await of('invoice').read([{ ref: 0, match: { externalId: "it's" } }], ['description']);
		const [item] = await of('invoiceItem').write([
			create(0, { customer: CUSTOMER, invoice: id, price: PRICE, quantity: 2, description: 'Chair' }),
		]);
		await of('invoiceItem').write([update(0, ok(item!).id, { price: PRICE, quantity: 1 })]);
		await of('invoiceItem').write([remove(0, ok(item!).id)]);
		await of('invoice').write([remove(0, id)]);
		expect(record.sent.map(({ method }) => method)).toEqual(expect.arrayContaining(['POST', 'GET', 'DELETE']));
		const wrong = record.sent.flatMap((sent) => check(sent).map((found) => `${sent.method} ${sent.url}: ${found}`));
		expect([...new Set(wrong)]).toEqual([]);
	});
});
