/** What is particular to SCIM: the fewest operations, PUT that drops nothing, entity tags, pages, references, limits, credentials. */
import { sendByFetch } from '../../../connectors/scim/http';
import type { Fields } from '../../../sync/types';
import { create, ok, prepared, remove, update } from '../../conformance/destination';
import type { Request } from '../../servers/scim';
import { BADGE, ENTERPRISE, overScim, person, scim } from './place';

const writes = (asked: Request[]) => asked.filter(({ method }) => method !== 'GET');

overScim('SCIM', { etag: true, retryAfter: 1 }, (place) => {
	beforeEach(async () => {
		await place().empty();
		await place().refuse({});
		await place().limit(undefined);
		await place().asked();
	});

	const made = async (set: Fields) => {
		const destination = scim(place());
		const [result] = await destination.write([create(0, await prepared(destination, set))]);
		return { destination, id: ok(result!).id };
	};

	test('an update sends one operation for each field that changes, and the entity tag', async () => {
		const { destination, id } = await made(person(1));
		const [{ meta }] = (await place().stored('users')) as [{ meta: { version: string } }];
		await place().asked();
		const set = {
			displayName: 'Ada',
			'emails[type eq "work"].value': 'ada@example.org',
			'phoneNumbers[type eq "mobile"].value': '+49 1',
			'name.familyName': null,
			[`${ENTERPRISE}:department`]: 'Law',
		};
		expect(ok((await destination.write([update(0, id, set)]))[0]!).actual).toEqual(set);
		const [patch, ...rest] = writes(await place().asked());
		expect(rest).toEqual([]);
		expect(patch).toMatchObject({ method: 'PATCH', url: `/Users/${id}`, match: meta.version });
		expect(patch!.body!['Operations']).toEqual([
			{ op: 'replace', path: 'displayName', value: 'Ada' },
			{ op: 'replace', path: 'emails[type eq "work"].value', value: 'ada@example.org' },
			{ op: 'add', path: 'phoneNumbers', value: [{ type: 'mobile', value: '+49 1' }] },
			{ op: 'remove', path: 'name.familyName' },
			{ op: 'replace', path: `${ENTERPRISE}:department`, value: 'Law' },
		]);
	});

	test('an entry of a list is removed by itself; entries of others stay', async () => {
		const { destination, id } = await made(person(1));
		const [user] = await place().stored('users');
		const emails = [...(user!['emails'] as object[]), { type: 'home', value: 'own@example.org' }];
		await place().store('users', [{ ...user, emails }]);
		await destination.write([update(0, id, { 'emails[type eq "work"].value': null })]);
		expect((await place().stored('users'))[0]!['emails']).toEqual([{ type: 'home', value: 'own@example.org' }]);
	});

	test('a change that was made meanwhile is not overwritten by what was read before it', async () => {
		const { destination, id } = await made(person(1));
		const [user] = await place().stored('users');
		const racing = scim(place(), {
			server: {
				baseUrl: place().url,
				auth: { kind: 'bearer', token: 'secret' },
				send: async (request) => {
					if (
						request.method === 'PATCH' &&
						request.headers['if-match'] === (user!['meta'] as Fields)['version']
					)
						await place().store('users', [{ ...user, emails: [], meta: { version: 'W/"other"' } }]);
					return await sendByFetch(request);
				},
			},
		});
		const set = { 'emails[type eq "work"].value': 'new@example.org' };
		expect(ok((await racing.write([update(0, id, set)]))[0]!).actual).toEqual(set);
		expect(
			writes(await place().asked())
				.slice(-2)
				.map(({ method, match }) => [method, match]),
		).toEqual([
			['PATCH', (user!['meta'] as Fields)['version']],
			['PATCH', 'W/"other"'],
		]);
		await destination.close();
	});

	test('many travel in one request, and one that is refused holds up no other', async () => {
		const destination = scim(place());
		await place().refuse({ displayName: 'Person 7' });
		const sets = await Promise.all(Array.from({ length: 30 }, (_, i) => prepared(destination, person(i + 1))));
		await place().asked();
		const results = await destination.write(sets.map((set, i) => create(i, set)));
		expect(
			results.flatMap((result) =>
				result.ok ? [] : [[result.ref, result.error.kind, result.error.detail.field]],
			),
		).toEqual([[6, 'refused', 'displayName']]);
		expect(writes(await place().asked()).map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /Bulk']);
		await place().refuse({});
		const ids = results.flatMap((result) => (result.ok ? [result.id] : []));
		await destination.write([...ids.map((id, i) => update(i, id, { title: `T${i}` })), remove(99, ids[0]!)]);
		const asked = await place().asked();
		expect(writes(asked).map(({ method, url }) => `${method} ${url}`)).toEqual(
			['POST /Bulk', `DELETE /Users/${ids[0]}`].slice(0, 1),
		);
	});

	test('a value that looks like a reference into a bulk request is sent by itself', async () => {
		const destination = scim(place());
		const sets = [person(1), { ...person(2), displayName: 'bulkId:r0' }, person(3)];
		const results = await destination.write(
			await Promise.all(sets.map(async (set, i) => create(i, await prepared(destination, set)))),
		);
		expect(ok(results[1]!).actual!['displayName']).toBe('bulkId:r0');
	});

	const odd = [
		'E1" or userName pr or externalId eq "',
		"E1' OR '1'='1",
		'back\\slash\\',
		'a"b',
		'Žofie, von + zu #1; <=>',
		'# leading',
		' space ',
		'nul\u0000inside',
		'line\nbreak',
		'100%&count=1',
		'\u{1F600} \u202Eright to left',
		'x*)(userName=*',
	];

	test('names that attack come out as plain values, and find only themselves', async () => {
		const destination = scim(place());
		await made(person(1));
		const sets = await Promise.all(
			odd.map(
				async (externalId, i) =>
					await prepared(destination, { ...person(i + 10), userName: `${externalId}${i}`, externalId }),
			),
		);
		const results = await destination.write(sets.map((set, i) => create(i, set)));
		expect(results.map((result) => (result.ok ? result.actual!['externalId'] : result.error.message))).toEqual(odd);
		// Together in one filter, and each by itself.
		const together = await destination.read(
			odd.map((externalId, ref) => ({ ref, match: { externalId } })),
			['externalId'],
		);
		expect(together.map(({ fields }) => fields['externalId']).sort()).toEqual([...odd].sort());
		for (const [at, externalId] of odd.entries()) {
			const one = await destination.read([{ ref: 0, match: { userName: `${externalId}${at}` } }], ['externalId']);
			expect(one).toEqual([{ ref: 0, id: ok(results[at]!).id, fields: { externalId } }]);
		}
		expect(await destination.read([{ ref: 0, match: { externalId: 'E1" or externalId eq "E1' } }], [])).toEqual([]);
	});

	test('an id that attacks is an id', async () => {
		const { destination } = await made(person(1));
		for (const id of ['../Groups', '?filter=userName pr', '', 'x/../../raw/users', '..'])
			expect(await destination.read([{ ref: 0, id: id === '' ? ' ' : id }], ['userName'])).toEqual([]);
		expect(await place().stored('users')).toHaveLength(1);
	});

	test('a manager is told by another attribute; one who is not there yet holds up that field alone', async () => {
		const manager = `${ENTERPRISE}:manager[externalId]`;
		const { destination, id: boss } = await made(person(1));
		const [late, plain] = await destination.write([
			create(0, await prepared(destination, { ...person(2), [manager]: 'E3' })),
			create(1, await prepared(destination, { ...person(4), [manager]: 'E1' })),
		]);
		expect(ok(plain!).actual![manager]).toBe('E1');
		expect(
			(await place().stored('users')).find(({ externalId }) => externalId === 'E4')![ENTERPRISE],
		).toMatchObject({
			manager: { value: boss },
		});
		expect(late).toMatchObject({ ok: false, error: { kind: 'retry', detail: { field: manager } } });
		expect(await place().stored('users')).toHaveLength(3);
		await made(person(3));
		const [found] = await destination.read([{ ref: 0, match: { userName: 'person2' } }], [manager]);
		expect(found!.fields[manager]).toBeNull();
		const [again] = await destination.write([update(0, found!.id, { [manager]: 'E3' })]);
		expect(ok(again!).actual).toEqual({ [manager]: 'E3' });
	});

	test('a returner is made active again, and no second account', async () => {
		const { destination, id } = await made({ ...person(1), active: false });
		const match = [{ ref: 0, match: { externalId: 'E1' } }];
		expect(await destination.read(match, ['active'])).toEqual([{ ref: 0, id, fields: { active: false } }]);
		expect(ok((await destination.write([update(0, id, { active: true })]))[0]!).actual).toEqual({ active: true });
		expect(await place().stored('users')).toHaveLength(1);
	});

	test('a server that asks for a pause gets it', async () => {
		const { destination, id } = await made(person(1));
		await place().limit(1);
		const began = performance.now();
		expect(ok((await destination.write([update(0, id, { title: 'x' })]))[0]!).actual).toEqual({ title: 'x' });
		expect(performance.now() - began).toBeGreaterThan(900);
	});

	test('what was not done in time is answered with another try, and nothing of it lands later', async () => {
		const { destination, id } = await made(person(1));
		const late = update(0, id, { title: 'late' });
		expect(await destination.write([late], 0.001)).toMatchObject([{ ok: false, error: { kind: 'retry' } }]);
		expect(await destination.write([late], 2)).toMatchObject([{ ok: false, error: { kind: 'retry' } }]);
	});

	test('a password is written and never asked for', async () => {
		const destination = scim(place());
		const set = await prepared(destination, { ...person(1), password: 's3cret!' });
		expect(ok((await destination.write([create(0, set)]))[0]!).actual!['password']).toBe('s3cret!');
	});

	test.each([
		['a wrong token', { kind: 'bearer', token: 'wrong' } as const, 'denied'],
		['a token', { kind: 'bearer', token: 'secret' } as const, undefined],
		['name and password', { kind: 'basic', user: 'sync', password: 's3cret' } as const, undefined],
		['a wrong password', { kind: 'basic', user: 'sync', password: 'no' } as const, 'denied'],
	])('%s', async (_name, auth, kind) => {
		const destination = scim(place(), { server: { baseUrl: `${place().url}/`, auth } });
		const described = await destination.describe().then(
			() => undefined,
			(error: { kind: string; message: string }) => error,
		);
		expect(described?.kind).toBe(kind);
		if (auth.kind === 'bearer') expect(described?.message ?? '').not.toContain(auth.token);
	});

	test.each(['header', 'body'] as const)(
		'client credentials in the %s; a token that ran out is fetched anew',
		async (sentIn) => {
			const tokenUrl = place().url.replace('/scim/v2', '/token');
			const auth = { kind: 'client', tokenUrl, id: 'client', secret: 's3cret', scope: 'scim', sentIn } as const;
			const destination = scim(place(), { server: { baseUrl: place().url, auth } });
			expect(await destination.isEmpty()).toBe(true);
			await place().forgetTokens();
			expect(await destination.isEmpty()).toBe(true);
			const wrong = scim(place(), { server: { baseUrl: place().url, auth: { ...auth, secret: 'no' } } });
			await expect(wrong.isEmpty()).rejects.toMatchObject({ kind: 'denied' });
		},
	);

	test('a server that is not there, or is no SCIM server, is said in plain words', async () => {
		const at = (baseUrl: string) =>
			scim(place(), { server: { baseUrl, auth: { kind: 'bearer', token: 'secret' } } });
		await expect(at('http://127.0.0.1:9/scim').describe()).rejects.toMatchObject({ kind: 'unreachable' });
		await expect(at(place().url.replace('/scim/v2', '/elsewhere')).isEmpty()).rejects.toMatchObject({
			kind: 'setup',
		});
		expect(() => at('example')).toThrow(/no web address/u);
	});

	test('what cannot be undone is refused until a person allows it', async () => {
		const { destination, id } = await made(person(1));
		expect(await destination.write([remove(0, id)])).toMatchObject([
			{ ok: false, error: { kind: 'refused', detail: { final: true } } },
		]);
		expect(await place().stored('users')).toHaveLength(1);
		expect(ok((await destination.write([update(0, id, { active: false })]))[0]!).actual).toEqual({ active: false });
		expect(ok((await scim(place(), { irreversible: true }).write([remove(0, id)]))[0]!).actual).toBeNull();
	});

	test('memberships: only those of the people who are meant change', async () => {
		const destination = scim(place());
		const results = await destination.write(
			await Promise.all([1, 2, 3].map(async (n) => create(n, await prepared(destination, person(n))))),
		);
		const ids = results.map((result) => ok(result).id);
		await place().store('groups', [{ displayName: 'sales', members: [{ value: 'somebody' }, { value: ids[2] }] }]);
		const membership = await prepared(destination, { 'groups[sales]': 'yes' === 'yes' });
		await place().asked();
		const [first, third] = await destination.write([
			update(0, ids[0]!, membership),
			update(1, ids[2]!, { 'groups[sales]': false, 'groups[nobody’s]': false }),
		]);
		expect([ok(first!).actual, ok(third!).actual]).toEqual([
			{ 'groups[sales]': true },
			{ 'groups[sales]': false, 'groups[nobody’s]': false },
		]);
		expect(writes(await place().asked()).map(({ method }) => method)).toEqual(['PATCH']);
		const [group] = await place().stored('groups');
		expect((group!['members'] as { value: string }[]).map(({ value }) => value)).toEqual(['somebody', ids[0]]);
		const [absent] = await destination.write([update(0, ids[0]!, { 'groups[law]': true })]);
		expect(absent).toMatchObject({ ok: false, error: { kind: 'refused', detail: { field: 'groups[law]' } } });
		const creating = scim(place(), { createGroups: true });
		const [made_] = await creating.write([update(0, ids[0]!, { 'groups[law]': true })]);
		expect(ok(made_!).actual).toEqual({ 'groups[law]': true });
	});
});

overScim('SCIM without PATCH and entity tags', { patch: false, bulk: false }, (place) => {
	beforeEach(async () => await place().empty());

	test('what others write while a batch is under way is not put back', async () => {
		await place().store(
			'users',
			Array.from({ length: 6 }, (_, i) => ({ id: `u${i}`, userName: `person${i}`, nickName: 'before' })),
		);
		let edited = false;
		const destination = scim(place(), {
			hands: 1,
			server: {
				baseUrl: place().url,
				auth: { kind: 'bearer', token: 'secret' },
				send: async (request) => {
					const answer = await sendByFetch(request);
					if (request.method === 'PUT' && !edited) {
						edited = true;
						const users = await place().stored('users');
						await place().store(
							'users',
							users.map((user) => ({ ...user, nickName: 'after' })),
						);
					}
					return answer;
				},
			},
		});
		const results = await destination.write(
			Array.from({ length: 6 }, (_, i) => update(i, `u${i}`, { displayName: `Person ${i}` })),
		);
		for (const [i, result] of results.entries()) expect(ok(result).actual).toEqual({ displayName: `Person ${i}` });
		expect((await place().stored('users')).map(({ nickName }) => nickName)).toEqual(Array(6).fill('after'));
		await destination.close();
	});
});

overScim('SCIM without PATCH', { patch: false, bulk: false, etag: true, page: 5 }, (place) => {
	beforeEach(async () => await place().empty());

	test('PUT keeps everything that was not sent', async () => {
		const foreign = {
			userName: 'ada',
			nickName: 'mine',
			emails: [{ type: 'home', value: 'own@example.org', primary: true }],
			[ENTERPRISE]: { costCenter: '4711', department: 'Sales' },
			photos: [{ value: 'https://example.org/a.png', type: 'photo' }],
			schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
		};
		await place().store('users', [foreign]);
		const destination = scim(place());
		const [found] = await destination.read([{ ref: 0, match: { userName: 'ADA' } }], ['userName']);
		const set = {
			'emails[type eq "work"].value': 'ada@example.org',
			[`${ENTERPRISE}:department`]: 'Law',
			active: true,
		};
		expect(ok((await destination.write([update(0, found!.id, set)]))[0]!).actual).toEqual(set);
		const [{ id: _id, meta: _meta, ...user }] = (await place().stored('users')) as [Record<string, unknown>];
		expect(user).toEqual({
			...foreign,
			active: true,
			emails: [...foreign.emails, { type: 'work', value: 'ada@example.org' }],
			[ENTERPRISE]: { costCenter: '4711', department: 'Law' },
		});
	});

	test('a membership is put with all members that are there', async () => {
		const destination = scim(place());
		const [one] = await destination.write([create(0, await prepared(destination, person(1)))]);
		await place().store('groups', [{ displayName: 'sales', members: [{ value: 'somebody' }] }]);
		expect(ok((await destination.write([update(0, ok(one!).id, { 'groups[sales]': true })]))[0]!).actual).toEqual({
			'groups[sales]': true,
		});
		const [group] = await place().stored('groups');
		expect((group!['members'] as { value: string }[]).map(({ value }) => value)).toEqual(['somebody', ok(one!).id]);
	});

	test('a list goes on to its last page', async () => {
		await place().store(
			'users',
			Array.from({ length: 23 }, (_, i) => ({ userName: `u${i}`, externalId: 'same' })),
		);
		expect(await scim(place()).read([{ ref: 0, match: { externalId: 'same' } }], [])).toHaveLength(23);
	});
});

overScim('a server made for Entra', { dialect: 'entra', cursor: true, page: 5 }, (place) => {
	test('operations with capital letters, values by paths, members by a list', async () => {
		await place().empty();
		const destination = scim(place(), { dialect: 'entra' });
		const [one] = await destination.write([create(0, await prepared(destination, person(1)))]);
		const { id } = ok(one!);
		await place().store('groups', [{ displayName: 'sales', members: [{ value: id }, { value: 'somebody' }] }]);
		await place().asked();
		await destination.write([update(0, id, { active: false, 'groups[sales]': false, 'name.givenName': null })]);
		expect(writes(await place().asked()).map(({ body }) => body!['Operations'])).toEqual([
			[
				{ op: 'Replace', path: 'active', value: false },
				{ op: 'Remove', path: 'name.givenName' },
			],
			[{ op: 'Remove', path: 'members', value: [{ value: id }] }],
		]);
		expect((await place().stored('groups'))[0]!['members']).toEqual([{ value: 'somebody' }]);
	});

	test('pages by a cursor go on to the last one', async () => {
		await place().empty();
		await place().store(
			'users',
			Array.from({ length: 23 }, (_, i) => ({ userName: `u${i}`, externalId: 'same' })),
		);
		expect(
			await scim(place(), { dialect: 'entra' }).read([{ ref: 0, match: { externalId: 'same' } }], []),
		).toHaveLength(23);
	});
});

overScim('a server made for Okta', { dialect: 'okta' }, (place) => {
	test('a profile is put whole, active is patched without a path, members by paths; no bulk, one value in a filter', async () => {
		await place().empty();
		const destination = scim(place(), { dialect: 'okta' });
		const made = await destination.write(
			await Promise.all([1, 2].map(async (n) => create(n, await prepared(destination, person(n))))),
		);
		const [id, other] = made.map((result) => ok(result).id) as [string, string];
		await place().store('groups', [{ displayName: 'sales', members: [{ value: id }, { value: 'somebody' }] }]);
		await place().asked();
		await destination.write([
			update(0, id, { active: false, 'groups[sales]': false }),
			update(1, other, { displayName: 'Ada', active: false }),
		]);
		await destination.read(
			['person1', 'person2'].map((userName, ref) => ({ ref, match: { userName } })),
			['userName'],
		);
		const asked = await place().asked();
		const sent = writes(asked);
		expect(sent.map(({ method, url }) => `${method} ${url.split('/')[1]!}`).sort()).toEqual([
			'PATCH Groups',
			'PATCH Users',
			'PUT Users',
		]);
		const of = (url: string) => sent.find((one) => one.method === 'PATCH' && one.url.startsWith(url))!.body;
		expect(of('/Users')!['Operations']).toEqual([{ op: 'replace', value: { active: false } }]);
		expect(of('/Groups')!['Operations']).toEqual([{ op: 'remove', path: `members[value eq "${id}"]` }]);
		expect(sent.find(({ method }) => method === 'PUT')!.body).toMatchObject({ displayName: 'Ada', active: false });
		expect(asked.filter(({ url }) => / or /u.test(url))).toEqual([]);
	});
});

overScim('Slack', { dialect: 'slack', page: 7 }, (place) => {
	/** Slack has none of the badge's attributes. */
	const somebody = (n: number) => {
		const { [`${BADGE}:doors`]: _doors, ...fields } = person(n);
		return fields;
	};

	test('is asked for one value at a time, without bulk, and schemas that it does not list are the RFC’s', async () => {
		await place().empty();
		const destination = scim(place(), { dialect: 'slack' });
		await destination.write(
			await Promise.all([1, 2, 3].map(async (n) => create(n, await prepared(destination, somebody(n))))),
		);
		const found = await destination.read(
			[1, 2, 3].map((n, ref) => ({ ref, match: { userName: `person${n}` } })),
			['externalId'],
		);
		expect(found).toHaveLength(3);
		const asked = await place().asked();
		expect(asked.filter(({ url }) => /Bulk| or /u.test(url))).toEqual([]);
	});

	test('a sweep reads the list, page by page, instead of everybody by their ids', async () => {
		await place().empty();
		await place().store(
			'users',
			Array.from({ length: 40 }, (_, i) => ({ id: `u${i}`, userName: `person${i}`, title: 'Clerk' })),
		);
		await place().store('groups', [{ displayName: 'sales', members: [{ value: 'u3' }] }]);
		const destination = scim(place(), { dialect: 'slack' });
		const survey = await destination.survey(['title', 'groups[sales]']);
		await place().asked();
		const ids = Array.from({ length: 39 }, (_, i) => `u${i}`);
		const found = await survey.read([...ids, 'nobody']);
		expect([...found.keys()].sort()).toEqual([...ids].sort());
		expect(found.get('u3')).toEqual({ title: 'Clerk', 'groups[sales]': true });
		expect(found.get('u4')).toEqual({ title: 'Clerk', 'groups[sales]': false });
		const asked = (await place().asked()).filter(({ url }) => url.startsWith('/Users'));
		expect(asked.map(({ url }) => url.split('?')[0])).toEqual(Array(6).fill('/Users'));
		// No more than it would take by ids, where most of those on the list are somebody else's.
		const few = await destination.survey(['title']);
		expect((await few.read(['u1'])).size + (await few.read(['nobody'])).size).toBe(1);
		expect(await place().asked()).toHaveLength(2);
		await destination.close();
	});

	test('where nobody may read the list, a sweep does without it', async () => {
		const destination = scim(place(), {
			dialect: 'slack',
			server: {
				baseUrl: place().url,
				auth: { kind: 'bearer', token: 'secret' },
				send: async (request) => {
					if (request.url.includes('/Users?startIndex')) return { status: 403, headers: {}, body: '{}' };
					return await sendByFetch(request);
				},
			},
		});
		const survey = await destination.survey(['title']);
		expect(await survey.read(['u1', 'u2'])).toEqual(new Map());
		await destination.close();
	});

	test('a DELETE only deactivates, so that it needs no permission; an address is primary', async () => {
		await place().empty();
		const destination = scim(place(), { dialect: 'slack' });
		const [one] = await destination.write([create(0, await prepared(destination, somebody(1)))]);
		expect((await place().stored('users'))[0]!['emails']).toEqual([
			{ type: 'work', value: 'person1@example.org', primary: true },
		]);
		expect(ok((await destination.write([remove(0, ok(one!).id)]))[0]!).actual).toBeNull();
		expect(await place().stored('users')).toMatchObject([{ active: false }]);
	});
});

overScim('GitHub', { dialect: 'github' }, (place) => {
	test('active = false would destroy the identity, and is refused until a person allows it', async () => {
		const destination = scim(place(), { dialect: 'github' });
		const [one] = await destination.write([
			create(0, await prepared(destination, { userName: 'ada', active: true })),
		]);
		const { id } = ok(one!);
		expect(await destination.write([update(0, id, { active: false })])).toMatchObject([
			{
				ok: false,
				error: { kind: 'refused', message: expect.stringContaining('deletes the external identity') as string },
			},
		]);
		expect(await place().stored('users')).toHaveLength(1);
		expect(await destination.prepare({ 'groups[sales]': true })).toMatchObject({
			ok: false,
			error: { kind: 'setup' },
		});
	});
});

overScim('GitHub with managed users', { dialect: 'githubEnterprise' }, (place) => {
	test('active = false suspends under another name, and is refused until a person allows it; groups go by PATCH', async () => {
		await place().empty();
		const destination = scim(place(), { dialect: 'githubEnterprise' });
		const fields = { userName: 'ada', externalId: 'E1', 'emails[type eq "work"].value': 'a@x.org', active: true };
		const [one] = await destination.write([create(0, await prepared(destination, fields))]);
		const { id } = ok(one!);
		await place().store('groups', [{ displayName: 'sales', members: [{ value: 'somebody' }] }]);
		const joined = await destination.write([update(0, id, { 'groups[sales]': true })]);
		expect(ok(joined[0]!).actual).toEqual({ 'groups[sales]': true });
		const off = update(0, id, { active: false });
		expect(await destination.write([off])).toMatchObject([
			{ ok: false, error: { kind: 'refused', message: expect.stringContaining('in some cases only') as string } },
		]);
		expect(await place().stored('users')).toMatchObject([{ active: true, userName: 'ada' }]);
		const allowed = scim(place(), { dialect: 'githubEnterprise', irreversible: true });
		expect(ok((await allowed.write([off]))[0]!).actual).toEqual({ active: false });
		expect(await place().stored('users')).toMatchObject([{ active: false }]);
	});
});

overScim('SCIM groups', {}, (place) => {
	test('as records are created, renamed and deleted, and keep members that others put in', async () => {
		await place().empty();
		const groups = scim(place(), { resource: 'Group', irreversible: true });
		const [made] = await groups.write([create(0, await prepared(groups, { displayName: 'sales' }))]);
		const { id } = ok(made!);
		const [stored] = await place().stored('groups');
		await place().store('groups', [{ ...stored, members: [{ value: 'somebody' }] }]);
		expect(await groups.read([{ ref: 0, match: { displayName: 'sales' } }], ['displayName'])).toEqual([
			{ ref: 0, id, fields: { displayName: 'sales' } },
		]);
		const renamed = { displayName: 'field sales' };
		expect(ok((await groups.write([update(0, id, renamed)]))[0]!)).toMatchObject({ id, actual: renamed });
		expect(await place().stored('groups')).toMatchObject([{ ...renamed, members: [{ value: 'somebody' }] }]);
		const careful = scim(place(), { resource: 'Group' });
		expect(await careful.write([remove(0, id)])).toMatchObject([{ ok: false, error: { kind: 'refused' } }]);
		expect(ok((await groups.write([remove(0, id)]))[0]!).actual).toBeNull();
		expect(await place().stored('groups')).toEqual([]);
	});
});
