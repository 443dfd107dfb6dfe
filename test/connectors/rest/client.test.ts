/** What is sent again and what is not, what answers mean, and what no error may show. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { accessTo } from '../../../connectors/rest/net/access';
import { bounded } from '../../../connectors/rest/net/http';
import { Client, QuotaSpent } from '../../../connectors/rest/net/client';
import type { SystemDefinition } from '../../../connectors/rest/definition';
import { Fake } from '../../systems/fake';
import { given, system, thing } from './system';

describe('a request', () => {
	let fake: Fake;
	beforeEach(async () => {
		fake = await Fake.start();
		fake.on('GET', '/things', () => ({ body: { things: [] } })).on('POST', '/things', () => ({
			status: 201,
			body: { id: 1 },
		}));
	});
	afterEach(() => fake.stop());

	const client = (more: Partial<SystemDefinition> = {}) =>
		new Client(system(thing, more), accessTo(given(fake.url, system(thing, more))));
	const look = { method: 'GET', path: '/things' } as const;
	const post = { method: 'POST', path: '/things', body: '{fields}' } as const;

	test('goes out with the credential', async () => {
		await client().look(look, {});
		expect(fake.calls[0]!.headers['authorization']).toMatch(/^Bearer secret-token/u);
	});

	test.each([503, 500, 429])('that looks is sent again after %i', async (status) => {
		fake.fault({ answer: { status, headers: { 'retry-after': '0' } } });
		expect((await client().look(look, {})).body).toEqual({ things: [] });
		expect(fake.calls).toHaveLength(2);
	});

	test('that creates is sent once when nobody knows what became of it', async () => {
		fake.fault({ answer: 'cut', done: true });
		await expect(client().write(post, { fields: { name: 'a' } })).rejects.toMatchObject({ kind: 'unreachable' });
		expect(fake.calls).toHaveLength(1);
	});

	test('that creates is sent again where its idempotency key makes that safe, and when it was told to wait', async () => {
		const how = { header: 'Idempotency-Key', maxLength: 40, hours: 24, on: 'create' } as const;
		fake.fault({ answer: 'cut', done: true });
		await client().write(post, { fields: {} }, { key: { value: 'k1', how } });
		expect(fake.calls.map(({ headers }) => headers['idempotency-key'])).toEqual(['k1', 'k1']);
		fake.forget();
		fake.fault({ answer: { status: 429, headers: { 'retry-after': '0' } } });
		await client().write(post, { fields: {} });
		expect(fake.calls).toHaveLength(2);
	});

	test('reads no more of an answer than it is allowed', async () => {
		const most = 1024 * 1024;
		fake.on('GET', '/things', () => ({ body: `{"things":["${'x'.repeat(most)}"]}` }));
		const access = accessTo({ ...given(fake.url, system(thing)), http: bounded(most) });
		await expect(new Client(system(thing), access).look(look, {})).rejects.toMatchObject({
			kind: 'setup',
			message: expect.stringContaining('more than 1 MB'),
		});
		expect(fake.calls).toHaveLength(1);
	});

	test('that reads by a method that could write is refused', async () => {
		await expect(client().look({ method: 'POST', path: '/things' }, {})).rejects.toMatchObject({ kind: 'setup' });
		expect(fake.calls).toEqual([]);
	});

	test('that fails with 200 fails', async () => {
		const rules = {
			message: ['error'],
			rules: [{ status: '2xx' as const, where: [{ path: 'ok', is: [false] }], means: 'denied' as const }],
		};
		fake.fault({ answer: { body: { ok: false, error: 'not_in_scope' } } });
		await expect(client({ errors: rules }).look(look, {})).rejects.toMatchObject({
			kind: 'denied',
			message: expect.stringContaining('not_in_scope'),
		});
	});

	test('whose quota is spent ends at once, for all who use the credential', async () => {
		const rules = { message: [], rules: [{ status: 402, means: 'quota spent' as const }] };
		const asking = client({ errors: rules });
		fake.fault({ answer: { status: 402, headers: { 'retry-after': '3600' } } });
		await expect(asking.look(look, {})).rejects.toBeInstanceOf(QuotaSpent);
		await expect(asking.look(look, {})).rejects.toMatchObject({ detail: { retryAfter: expect.any(Number) } });
		expect(fake.calls).toHaveLength(1);
	});

	test.each<[string, object]>([
		['HTML', { status: 200, body: '<html>Sign in</html>', raw: true }],
		['half a JSON', { status: 200, body: '{"things": [', raw: true }],
	])('that is answered with %s is an error of the whole', async (_, answer) => {
		fake.fault({ answer, times: 9 });
		await expect(client().look(look, {})).rejects.toMatchObject({ kind: 'unreachable' });
	});

	test('that takes no time to answer ends in time', async () => {
		fake.fault({ answer: 'silence', times: 9 });
		const asking = client();
		await expect(asking.look(look, {}, { before: asking.in(300) })).rejects.toMatchObject({
			kind: expect.stringMatching(/unreachable|retry/u),
		});
	});

	test('says nothing secret, though the system does', async () => {
		const asking = client();
		const { credential } = given(fake.url, system());
		void credential;
		const token = String(asking.access.secrets[0]);
		fake.fault({
			answer: { status: 400, body: { message: `bad token ${token} in ${encodeURIComponent(token)}` } },
		});
		const error = await asking.look(look, {}).catch((thrown: Error) => thrown);
		expect(String((error as Error).message)).toContain('(secret)');
		expect(String((error as Error).message)).not.toContain(token);
	});

	test('follows no redirect to another host', async () => {
		let reached = 0;
		const other = createServer((_request, response) => {
			reached++;
			response.end('{}');
		});
		await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
		const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
		fake.fault({ answer: { status: 302, headers: { location } } });
		await expect(client().look(look, {})).rejects.toMatchObject({ kind: 'setup' });
		expect(reached).toBe(0);
		other.close();
	});
});
