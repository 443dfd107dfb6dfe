/** What Chargebee alone does: an assignment of billing info, keys that are known for a while, states by requests. */
import { create, update } from '../conformance/destination';
import { stand } from './cases/chargebee';
import { trouble, type Row } from './fake';
import type { DestinationFake } from './fakes/common';
import { fakeChargebee } from './fakes/chargebee';
import { destinationAt } from './open';

let one: DestinationFake;
beforeAll(async () => {
	one = await fakeChargebee('test-secret-key');
});
afterAll(() => one.fake.stop());
beforeEach(() => {
	one.rows.clear();
	one.fake.forget();
});
const into = (object: string) => destinationAt({ ...stand, url: one.fake.url }, object);
const row = (id: string): Row => one.rows.get(`customer ${id}`)!;

test('billing info is replaced as a whole, and what others keep beside the VAT number stays', async () => {
	const customers = into('customer');
	const info = { vat_number: 'DE1', billing_address: { city: 'Berlin', line1: 'Weg 1' } };
	await customers.write([create(0, { id: 'a', email: 'a@x.org', billingInfo: info })]);
	one.rows.set('customer a', { ...row('a'), vat_number_prefix: 'XI', registered_for_gst: true });
	const moved = { billing_address: { city: 'Rome' } };
	expect(await customers.write([update(0, 'a', { billingInfo: moved })])).toMatchObject([
		{ ok: true, actual: { billingInfo: moved } },
	]);
	expect(row('a')).toMatchObject({
		vat_number: null,
		billing_address: { city: 'Rome' },
		vat_number_prefix: 'XI',
		registered_for_gst: true,
		email: 'a@x.org',
	});
	expect(row('a').billing_address).toEqual({ city: 'Rome' });
	expect(await customers.write([update(0, 'a', { billingInfo: null })])).toMatchObject([
		{ ok: true, actual: { billingInfo: null } },
	]);
	expect(row('a')).toMatchObject({ billing_address: null, vat_number_prefix: 'XI' });
});

test('a create that is tried again is the same one, and an update that puts a value back is another', async () => {
	const customers = into('customer');
	const first = create(0, { id: 'a', company: 'A' });
	one.fake.fault({ when: ({ method }) => method === 'POST', done: true, answer: trouble.broken(502) });
	expect(await customers.write([first])).toMatchObject([{ ok: true, id: 'a' }]);
	const keys = one.fake.sent('POST', '/customers').map(({ headers }) => headers['chargebee-idempotency-key']);
	expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
	await customers.write([update(0, 'a', { company: 'B' })]);
	one.rows.set('customer a', { ...row('a'), company: 'edited' });
	await customers.write([update(0, 'a', { company: 'B' })]);
	expect(row('a').company).toBe('B');
});

test('an item is archived and comes back; what is made is active already', async () => {
	const items = into('item');
	const set = { id: 'chair', name: 'Chair', type: 'plan', itemFamilyId: 'f', status: 'active' };
	expect(await items.write([create(0, set)])).toMatchObject([{ ok: true, actual: set }]);
	expect(one.fake.sent('POST')).toHaveLength(1);
	for (const status of ['archived', 'active'])
		expect(await items.write([update(0, 'chair', { status })])).toMatchObject([{ ok: true, actual: { status } }]);
});

test('two at once to one record are waited for; what its state does not allow is refused', async () => {
	const customers = into('customer');
	await customers.write([create(0, { id: 'a', company: 'A' })]);
	const busy = { status: 429, body: { api_error_code: 'lock_timeout', message: 'Another operation is in progress' } };
	one.fake.fault({ answer: busy });
	expect(await customers.write([update(0, 'a', { company: 'B' })])).toMatchObject([{ ok: true }]);
	one.fake.fault({ answer: { status: 409, body: { api_error_code: 'invalid_state_for_request', message: 'no' } } });
	expect(await customers.write([update(0, 'a', { company: 'C' })])).toMatchObject([
		{ ok: false, error: { kind: 'refused' } },
	]);
});
