/** What Mailchimp alone does: archived contacts, consent, contacts that are forgotten, a 403 when it is busy. */
import { create, ok, remove, update } from '../conformance/destination';
import { stand } from './cases/mailchimp';
import { trouble } from './fake';
import type { DestinationFake } from './fakes/common';
import { fakeMailchimp } from './fakes/mailchimp';
import { destinationAt } from './open';

let one: DestinationFake;
beforeEach(async () => {
	one = await fakeMailchimp();
});
afterEach(() => one.fake.stop());
const contacts = () => destinationAt({ ...stand, url: one.fake.url }, 'member');
const ada = { email: 'ada@x.org', status: 'subscribed', FNAME: 'Ada' };
const made = async () => ok((await contacts().write([create(0, ada)]))[0]!).id;
const status = async () => (await contacts().read([{ ref: 0, match: { email: 'Ada@X.org' } }], ['status']))[0];

test('an archived contact counts as gone, and a create brings the same one back', async () => {
	const id = await made();
	expect(await contacts().write([remove(0, id)])).toMatchObject([{ ok: true, actual: null }]);
	expect(await status()).toBeUndefined();
	expect(await contacts().write([remove(0, id)])).toMatchObject([{ ok: true, actual: null }]);
	expect(one.fake.sent('DELETE')).toHaveLength(1);
	expect(await contacts().write([update(0, id, { FNAME: 'A' })])).toMatchObject([{ error: { kind: 'missing' } }]);
	expect(await made()).toBe(id);
	expect(await status()).toMatchObject({ id, fields: { status: 'subscribed' } });
});

test('an address that changes is the same contact; one that is another’s is a conflict', async () => {
	const id = await made();
	const [changed] = await contacts().write([update(0, id, { email: 'lovelace@x.org' }, ['email', 'FNAME'])]);
	expect(ok(changed!)).toMatchObject({ id, actual: { email: 'lovelace@x.org', FNAME: 'Ada' } });
	const other = await made();
	expect(other).not.toBe(id);
	const [twin] = await contacts().write([update(0, other, { email: 'lovelace@x.org' })]);
	expect(twin).toMatchObject({ ok: false, error: { kind: 'conflict' } });
});

test('nobody is subscribed who unsubscribed, imported who is forgotten, or archived who is pending', async () => {
	const id = await made();
	Object.assign(one.rows.get(id)!, { status: 'unsubscribed', unsubscribe_reason: 'by themselves' });
	const refused = async (write: ReturnType<typeof update>) => {
		const [result] = await contacts().write([write]);
		return result!.ok ? 'ok' : result!.error.detail.todo;
	};
	expect(await refused(update(0, id, { status: 'subscribed' }))).toMatch(/pending/u);
	expect(await refused(update(0, id, { FNAME: 'A' }))).toBe('ok');
	one.rows.get(id)!.status = 'pending';
	expect(await refused(remove(0, id))).toMatch(/deactivate/u);
	await fetch(`${one.fake.url}/lists/L1/members/${id}/actions/delete-permanent`, { method: 'POST' });
	expect(await refused(create(0, ada))).toMatch(/signup form/u);
});

test('a 403 without JSON is waited for; one that says why is a right that is missing', async () => {
	const id = await made();
	one.fake.fault({ when: ({ method }) => method === 'PATCH', answer: { ...trouble.broken(), status: 403 } });
	const began = Date.now();
	ok((await contacts().write([update(0, id, { FNAME: 'A' })]))[0]!);
	expect(Date.now() - began).toBeGreaterThanOrEqual(900);
	one.fake.fault({
		times: 9,
		answer: { status: 403, body: { title: 'User Disabled', detail: 'This account is disabled.' } },
	});
	await expect(contacts().write([update(0, id, { FNAME: 'B' })])).rejects.toMatchObject({ kind: 'denied' });
});

test('more than a page of contacts is read while some come and go', async () => {
	for (let n = 1; n <= 2300; n++)
		one.rows.set(`k${n}`, { contact_id: `k${n}`, email_address: `p${n}@x.org`, status: 'subscribed' });
	let pages = 0;
	one.fake.on('GET', '/lists/L1/members', ({ query }) => {
		if (++pages === 2) one.rows.delete('k1');
		const all = [...one.rows.values()];
		const start = Number(query.get('offset'));
		return { body: { members: all.slice(start, start + Number(query.get('count'))), total_items: all.length } };
	});
	const survey = await contacts().read(
		[...one.rows.keys()].map((id, ref) => ({ ref, id })),
		['email'],
	);
	expect(new Set(survey.map(({ id }) => id)).size).toBeGreaterThanOrEqual(2299);
});
