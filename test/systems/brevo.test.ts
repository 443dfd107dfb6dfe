/** What Brevo alone does: addresses that change, lists, values left out; and what its own client makes of the stand-in. */
import { create, ok, update } from '../conformance/destination';
import { ask, judgesAreThere } from '../judges/judges';
import { stand } from './cases/brevo';
import type { DestinationFake } from './fakes/common';
import { fakeBrevo } from './fakes/brevo';
import { destinationAt } from './open';

let one: DestinationFake;
beforeEach(async () => {
	one = await fakeBrevo();
});
afterEach(() => one.fake.stop());
const contacts = () => destinationAt({ ...stand, url: one.fake.url }, 'contact');

test('a contact is found by its address, keeps its id when that changes, and joins and leaves lists', async () => {
	const [made] = await contacts().write([create(0, { email: 'ada@x.org', listIds: [1, 2] })]);
	const { id } = ok(made!);
	const change = { email: 'lovelace@x.org', FIRSTNAME: 'Ada', listIds: [2, 3] };
	const [changed] = await contacts().write([update(0, id, change)]);
	expect(ok(changed!)).toMatchObject({ id, actual: change });
	const body = (n: number) => one.fake.sent('PUT')[n]!.json();
	expect([2, 3, 4].map(body)).toEqual([
		{ attributes: { FIRSTNAME: 'Ada', EMAIL: 'lovelace@x.org' } },
		{ listIds: [3] },
		{ unlinkListIds: [1] },
	]);
	expect(await contacts().read([{ ref: 0, match: { email: 'Lovelace@X.org' } }], ['listIds'])).toMatchObject([
		{ id },
	]);
	const [twin] = await contacts().write([create(0, { email: 'lovelace@x.org' })]);
	expect(twin).toMatchObject({ ok: false, error: { kind: 'conflict' } });
});

test('many are read by their ids twenty at a time, and a value that was left out is seen', async () => {
	const made = await contacts().write(
		Array.from({ length: 45 }, (_, n) => create(n, { email: `p${n}@x.org`, FIRSTNAME: `F${n}` })),
	);
	one.fake.forget();
	const found = await contacts().read(
		made.map((each, ref) => ({ ref, id: ok(each).id })),
		['FIRSTNAME'],
	);
	expect(found).toHaveLength(45);
	expect(one.fake.calls.filter(({ query }) => query.has('ids'))).toHaveLength(3);
	const [changed] = await contacts().write([update(0, ok(made[0]!).id, { SMS: 4915112345 })]);
	expect(ok(changed!).actual).toEqual({ SMS: null });
});

if (judgesAreThere)
	test("Brevo's client reads the stand-in's contacts, attributes and errors", async () => {
		const about = { client: 'brevo', url: one.fake.url } as const;
		const [made, twin, changed, read, page, attributes, none] = await ask([
			{ ...about, call: 'createContact', with: { email: 'ada@x.org', ext_id: 'E1', listIds: [4] } },
			{ ...about, call: 'createContact', with: { email: 'ada@x.org' } },
			{
				...about,
				call: 'updateContact',
				with: { identifier: 'E1', identifierType: 'ext_id', attributes: { AGE: 36 } },
			},
			{ ...about, call: 'getContactInfo', with: { identifier: 1 } },
			{ ...about, call: 'getContacts', with: { limit: 10, sort: 'asc', ids: 1 } },
			{ ...about, call: 'getAttributes', with: {} },
			{ ...about, call: 'getContactInfo', with: { identifier: 'nobody@x.org', identifierType: 'email_id' } },
		]);
		expect(made).toEqual({ id: 1 });
		expect(twin).toMatchObject({ statusCode: 400, body: { code: 'duplicate_parameter' } });
		expect(changed).toBeNull();
		expect(read).toMatchObject({ id: 1, email: 'ada@x.org', listIds: [4], attributes: { AGE: 36, EXT_ID: 'E1' } });
		expect(page).toMatchObject({ count: 1, contacts: [{ id: 1, emailBlacklisted: false }] });
		expect(attributes).toMatchObject({
			attributes: expect.arrayContaining([{ name: 'AGE', category: 'normal', type: 'float' }]),
		});
		expect(none).toMatchObject({ statusCode: 404, body: { code: 'document_not_found' } });
	});
else process.stderr.write('skipped: what Brevo’s own client says of its stand-in (test/judges)\n');
