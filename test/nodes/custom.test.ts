/** Custom REST API as a destination, by its form alone, in n8n's own executor: what it writes, and whose tokens run out. */
import { placeOf } from '../../connectors/rest/destination';
import { customSystem } from '../../nodes/shared/app/custom';
import { SyncToApp } from '../../nodes/SyncToApp/SyncToApp.node';
import { n8nIsHere, type NodeToRun } from '../n8n/inprocess';
import { Fake, type Row } from '../systems/fake';
import { World, type Given } from './world';

const PEOPLE = 4;

/** An API of people: envelopes, pages, PUT for changes, and a token that is renewed. */
async function api(): Promise<{ fake: Fake; rows: Map<string, Row>; token: { good: string; given: number } }> {
	const rows = new Map<string, Row>();
	const token = { good: 'first-token', given: 0 };
	const fake = await Fake.start();
	const guarded =
		(work: Parameters<Fake['on']>[2]): Parameters<Fake['on']>[2] =>
		(call) =>
			call.headers['authorization'] === `Bearer ${token.good}`
				? work(call)
				: { status: 401, body: { message: 'the token has run out' } };
	fake.on('POST', '/token', () => {
		token.good = `token-${++token.given}`;
		return { body: { access_token: token.good, refresh_token: 'again', token_type: 'bearer', expires_in: 3600 } };
	});
	fake.on(
		'GET',
		'/people',
		guarded(({ query }) => {
			const login = query.get('login');
			const size = Number(query.get('per_page') ?? 10);
			const page = Number(query.get('page') ?? 1);
			const all = [...rows.values()].filter((row) => login === null || (row.account as Row).login === login);
			return { body: { data: all.slice((page - 1) * size, page * size), total: all.length } };
		}),
	);
	const one = (id: string | undefined) => rows.get(id ?? '');
	fake.on(
		'GET',
		'/people/*',
		guarded(({ parts }) => {
			const row = one(parts[0]);
			return row ? { body: { data: row } } : { status: 404, body: { message: 'nobody' } };
		}),
	);
	fake.on(
		'POST',
		'/people',
		guarded((call) => {
			const { data } = call.json() as { data: Row };
			const id = String(rows.size + 1);
			rows.set(id, { id, ...data });
			return { status: 201, body: { data: { id, ...data } } };
		}),
	);
	fake.on(
		'PUT',
		'/people/*',
		guarded((call) => {
			const row = one(call.parts[0]);
			if (!row) return { status: 404, body: { message: 'nobody' } };
			const { data } = call.json() as { data: Row };
			// It wipes what is not sent.
			rows.set(String(row.id), { ...data, id: row.id! });
			return { status: 204 };
		}),
	);
	fake.on(
		'DELETE',
		'/people/*',
		guarded(({ parts }) => (rows.delete(parts[0]!) ? { status: 204 } : { status: 404, body: {} })),
	);
	return { fake, rows, token };
}

test('two lists of one API are two places, and a list that is asked for in two ways is one', () => {
	const at = (path: string) => {
		const given: Record<string, unknown> = { customBaseUrl: 'https://api.example.com', customListPath: path };
		const system = customSystem((name, otherwise) => given[name] ?? otherwise);
		return placeOf({ system, object: 'record' }, 'https://api.example.com', {});
	};
	expect(at('/people').id).not.toBe(at('/offers').id);
	expect(at('/people?active=true').id).toBe(at('/people').id);
	expect(at('/people').text).toBe('Record of /people in api.example.com (api.example.com)');
});

(n8nIsHere ? describe : describe.skip)('Custom REST API writes what its form says', () => {
	jest.setTimeout(120_000);
	let there: Awaited<ReturnType<typeof api>>;
	let world: World;
	let sync: Awaited<ReturnType<World['publish']>>;
	const stored = { accessTokenUrl: '', oauthTokenData: {} };

	beforeAll(async () => {
		there = await api();
		world = new World(PEOPLE);
		const { url } = there.fake;
		const target: NodeToRun = {
			name: 'Target',
			type: new SyncToApp(),
			parameters: {
				system: 'custom',
				customBaseUrl: url,
				customListPath: '/people',
				customListQuery: '{ "per_page": "{size}", "page": "{page}" }',
				customItems: 'data',
				customPages: 'page',
				customFirst: 1,
				customPageSize: 3,
				customTotal: 'total',
				customId: 'id',
				customLabel: 'account.login',
				customGetPath: '/people/{id}',
				customGetRecord: 'data',
				customFindField: 'account.login',
				customFindQuery: '{ "login": "{value}" }',
				customCreatePath: '/people',
				customCreateBody: '{ "data": "{fields}" }',
				customAnswerRecord: 'data',
				customAnswerId: 'data.id',
				customUpdatePath: '/people/{id}',
				customUpdateMethod: 'PUT',
				customUpdateBody: '{ "data": "{fields}" }',
				customUpdateSends: 'everything',
				customDeletePath: '/people/{id}',
			},
			credentials: { oAuth2Api: { id: 'o', name: 'People' } },
		};
		Object.assign(stored, {
			grantType: 'authorizationCode',
			authUrl: `${url}/authorize`,
			accessTokenUrl: `${url}/token`,
			clientId: 'n8n',
			clientSecret: 'very-secret',
			authentication: 'body',
			scope: '',
			oauthTokenData: { access_token: 'first-token', refresh_token: 'again', token_type: 'bearer' },
		});
		const given: Given = {
			target,
			credentials: { o: stored },
			source: { options: { guardFirst: false, guardShare: 100, sweepEvery: 10, sweepUnit: 'minutes' } },
			mapping: {
				rows: {
					row: [
						{ field: 'account.login', value: '={{ $json.email }}' },
						{ field: 'name', value: '={{ $json.name }}' },
					],
				},
				match: ['account.login'],
				removal: 'delete',
				removalRows: {},
			},
		};
		sync = await world.publish(given);
	});
	afterAll(async () => {
		await sync?.close();
		await world?.remove();
		await there?.fake.stop();
	});
	const row = (login: string) => [...there.rows.values()].find(({ account }) => (account as Row).login === login);

	test('creates everybody in its envelope, at paths of their own, and nobody twice', async () => {
		await sync.tick();
		expect([...there.rows.values()].map(({ account, name }) => [account, name])).toEqual(
			Array.from({ length: PEOPLE }, (_, n) => [{ login: `p${n + 1}@x.org` }, `Person ${n + 1}`]),
		);
		const writes = there.fake.sent('POST', '/people').length;
		await sync.tick();
		expect(there.fake.sent('POST', '/people')).toHaveLength(writes);
	});

	test('a change is sent with all that stands there, where the API wipes what is not sent', async () => {
		row('p2@x.org')!.room = 'theirs';
		world.source.exec("UPDATE people SET name = 'Ada' WHERE id = 2");
		await sync.tick();
		expect(row('p2@x.org')).toMatchObject({ name: 'Ada', room: 'theirs', account: { login: 'p2@x.org' } });
	});

	test('a token that has run out is renewed by n8n, and kept', async () => {
		there.token.good = 'nobody has this';
		world.source.exec("UPDATE people SET name = 'Grace' WHERE id = 3");
		await sync.tick();
		expect(row('p3@x.org')).toMatchObject({ name: 'Grace' });
		expect(there.token.given).toBe(1);
		expect(stored.oauthTokenData).toMatchObject({ access_token: 'token-1' });
	});

	test('an edit there is healed by the sweep, and who leaves is deleted', async () => {
		row('p1@x.org')!.name = 'edited';
		await world.anHourLater();
		await sync.tick();
		expect(row('p1@x.org')).toMatchObject({ name: 'Person 1' });
		world.source.exec('DELETE FROM people WHERE id = 4');
		await sync.tick();
		await sync.tick();
		expect(row('p4@x.org')).toBeUndefined();
		expect(there.rows.size).toBe(PEOPLE - 1);
	});
});
