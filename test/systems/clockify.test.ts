/** What Clockify alone does: updates that replace, names that are taken, people whom only a person invites. */
import { create, ok, remove, update } from '../conformance/destination';
import { stand } from './cases/clockify';
import type { DestinationFake } from './fakes/common';
import { fakeClockify } from './fakes/clockify';
import { destinationAt } from './open';

let one: DestinationFake;
beforeEach(async () => {
	one = await fakeClockify();
});
afterEach(() => one.fake.stop());
const of = (object: string) => destinationAt({ ...stand, url: one.fake.url }, object);

test('an update sends along what it does not change, and nothing that may not be written', async () => {
	const project = { name: 'Roof', note: 'New tiles', isPublic: true, billable: false, color: '#FF0000' };
	const [made] = await of('project').write([create(0, project)]);
	const { id } = ok(made!);
	const [changed] = await of('project').write([update(0, id, { note: 'Old tiles' })]);
	expect(ok(changed!).actual).toEqual({ note: 'Old tiles' });
	const [found] = await of('project').read([{ ref: 0, id }], Object.keys(project));
	expect(found!.fields).toEqual({ ...project, note: 'Old tiles' });
});

test('a name that is taken is a conflict; another that contains it is not found for it', async () => {
	const clients = of('client');
	const names = ['Acme', 'Acme Europe'];
	await clients.write(names.map((name, ref) => create(ref, { name })));
	expect(await clients.write([create(0, { name: 'Acme' })])).toMatchObject([{ error: { kind: 'conflict' } }]);
	const found = await clients.read([{ ref: 0, match: { name: 'Acme' } }], ['name']);
	expect(found).toMatchObject([{ fields: { name: 'Acme' } }]);
});

test('a list of just full pages is read to its end', async () => {
	for (let n = 1; n <= 100; n++)
		one.rows.set(`u${n}`, { kind: 'users', id: `u${n}`, email: `U${n}@X.org`, name: `U${n}` });
	// One of them is not there.
	const wanted = Array.from({ length: 101 }, (_, n) => ({ ref: n, id: `u${n + 1}` }));
	expect(await of('user').read(wanted, ['email'])).toHaveLength(100);
	expect(one.fake.sent('GET', '/users').map(({ query }) => query.get('page'))).toEqual(['1', '2', '3']);
});

test('people are invited and deactivated by a person', async () => {
	one.rows.set('u1', { kind: 'users', id: 'u1', email: 'Ada@X.org', name: 'Ada', status: 'ACTIVE' });
	const users = of('user');
	expect(await users.read([{ ref: 0, match: { email: 'ada@x.org' } }], ['name'])).toMatchObject([{ id: 'u1' }]);
	expect(await users.write([remove(0, 'u1')])).toMatchObject([
		{ ok: false, error: { kind: 'refused', detail: { task: true } } },
	]);
	const todo = expect.stringMatching(/invite/iu) as string;
	expect(await users.write([create(0, { email: 'b@x.org' })])).toMatchObject([
		{ ok: false, error: { detail: { final: true, todo } } },
	]);
	expect(one.fake.calls.every(({ method }) => method === 'GET')).toBe(true);
});
