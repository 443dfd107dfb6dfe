/** Stripe, written by the real engine into stripe-stateful-mock, an independent stand-in; every request judged by Stripe's contract. */
import { Unreachable, type Http } from '../../connectors/rest/net/http';
import { stripe } from '../../systems/stripe';
import type { Fields } from '../../sync/types';
import { create, ok, prepared, remove, update } from '../conformance/destination';
import { judgesAreThere, startStripe } from '../judges/judges';
import { withContract } from './contract/find';
import { readAll } from '../conformance/source';
import { destinationAt, recorder, sourceAt, type Stand } from './open';

if (!judgesAreThere) process.stderr.write('skipped: Stripe at stripe-stateful-mock (test/judges)\n');
else
	describe('Stripe', () => {
		let server: Awaited<ReturnType<typeof startStripe>>;
		const stand: Stand = {
			system: stripe,
			type: 'stripeApi',
			credential: { secretKey: 'sk_test_secret' },
			get url() {
				return `${server.url}/v1`;
			},
		};
		/** The stand-in changes no products: what such a change would be answered with. */
		const record = recorder(stand, '/v1', ({ method, url, body = '' }) => {
			const [, id] = /\/products\/(sku-1)$/.exec(url) ?? [];
			if (method !== 'POST' || id === undefined) return undefined;
			const active = new URLSearchParams(body).get('active') === 'true';
			const answer = { id, object: 'product', name: 'Chair', active, images: [], metadata: {} };
			return { status: 200, headers: {}, text: JSON.stringify(answer) };
		});
		const open = (object: string, by: Http = record.http) => destinationAt(stand, object, by);
		beforeAll(async () => {
			server = await startStripe();
		});
		afterAll(() => server.stop());

		const customer = (n: number): Fields => ({
			email: `c${n}@example.org`,
			description: `Customer ${n}`,
			address: { line1: 'Via 1', city: 'Rome' },
			externalId: `E${n}`,
		});

		test('customers: created, found by their mail address, updated, emptied, and marked as managed', async () => {
			const destination = open('customer');
			const sets = await Promise.all([1, 2, 3].map((n) => prepared(destination, customer(n))));
			const ids = (await destination.write(sets.map((set, ref) => create(ref, set)))).map((one) => ok(one).id);
			const [read] = await destination.read([{ ref: 0, id: ids[1]! }], Object.keys(sets[1]!));
			expect(read!.fields).toEqual(sets[1]);
			const found = await destination.read([{ ref: 0, match: { email: 'c3@example.org' } }], ['description']);
			expect(found).toEqual([{ ref: 0, id: ids[2], fields: { description: 'Customer 3' } }]);
			const [changed] = await destination.write([
				update(0, ids[0]!, { description: 'Ada', phone: '1' }, [
					'description',
					'phone',
					'email',
					'metadata.managed_by',
				]),
			]);
			expect(ok(changed!).actual).toEqual({
				description: 'Ada',
				phone: '1',
				email: 'c1@example.org',
				'metadata.managed_by': 'one-way sync',
			});
		});

		test('a create whose answer was lost is sent again under its key, and made once', async () => {
			const destination = open('customer');
			const before = (await readAll(sourceAt(stand, 'customer'))).records.length;
			let lost = 0;
			const losing: Http = async (request) => {
				const answer = await record.http(request);
				if (request.method === 'POST' && lost++ === 0) throw new Unreachable('the line is cut', 'sent');
				return answer;
			};
			const set = await prepared(destination, customer(50));
			const [made] = await open('customer', losing).write([create(0, set)]);
			expect(ok(made!).actual).toEqual(set);
			expect(lost).toBe(2);
			const posts = record.sent.filter(({ method }) => method === 'POST').slice(-2);
			const keys = posts.map(({ headers }) => headers['idempotency-key']);
			expect(keys[0]).toBeDefined();
			expect(keys[0]).toBe(keys[1]);
			expect((await readAll(sourceAt(stand, 'customer'))).records.length).toBe(before + 1);
		});

		test('products: made with the source’s own id, no twin, deactivated and back', async () => {
			const destination = open('product');
			const set = await prepared(destination, { id: 'sku-1', name: 'Chair', images: [], active: true });
			const [made] = await destination.write([create(0, set)]);
			expect(ok(made!)).toMatchObject({ id: 'sku-1', actual: set });
			const [twin] = await destination.write([create(0, set)]);
			expect(twin).toMatchObject({ ok: false, error: { kind: 'conflict' } });
			const [step] = destination.removal;
			expect(step).toMatchObject({ step: 'deactivate', reversible: true, set: { field: 'active', to: false } });
			for (const active of [false, true]) {
				const [result] = await destination.write([update(0, 'sku-1', { active })]);
				expect(ok(result!).actual).toEqual({ active });
			}
			expect(await destination.read([{ ref: 0, match: { id: 'sku-1' } }], ['name'])).toMatchObject([
				{ id: 'sku-1' },
			]);
			const [absent] = await open('customer').write([update(0, 'cus_none', { description: 'x' })]);
			expect(absent).toMatchObject({ ok: false, error: { kind: 'missing' } });
		});

		test('prices: made once and for all, and deactivated', async () => {
			const destination = open('price');
			const set = await prepared(destination, {
				product: 'sku-1',
				currency: 'EUR',
				unitAmount: 1999,
				nickname: 'List price',
			});
			const [made] = await destination.write([create(0, set)]);
			expect(ok(made!).actual).toEqual({
				product: 'sku-1',
				currency: 'eur',
				unitAmount: 1999,
				nickname: 'List price',
			});
			const [off] = await destination.write([update(0, ok(made!).id, { active: false, nickname: null })]);
			expect(ok(off!).actual).toEqual({ active: false, nickname: null });
		});

		test('reads all customers page by page, in as few requests as there are pages', async () => {
			const destination = open('customer');
			const sets = await Promise.all(
				Array.from({ length: 230 }, (_, n) => prepared(destination, customer(1000 + n))),
			);
			await destination.write(sets.map((set, ref) => create(ref, set)));
			const source = sourceAt(stand, 'customer');
			const { records, completes } = await readAll(source);
			expect([completes, new Set(records.map(({ key }) => key)).size]).toEqual([1, records.length]);
			expect(source.client.calls).toBe(Math.ceil(records.length / 100));
		}, 60_000);

		test('a removed customer is gone for good, whether Stripe says so by 404 or by “deleted”', async () => {
			let asked = 0;
			const deleting: Http = async (request) => {
				await record.http({ ...request, method: 'GET', url: `${stand.url}/customers?limit=1` });
				asked++;
				const gone = { id: 'cus_1', object: 'customer', deleted: true };
				return { status: 200, headers: {}, text: JSON.stringify(gone) };
			};
			const [removed] = await open('customer', deleting).write([remove(0, 'cus_1')]);
			expect(removed).toEqual({ ref: 0, ok: true, id: 'cus_1', actual: null });
			expect(asked).toBe(1);
			expect(await open('customer', deleting).read([{ ref: 0, id: 'cus_1' }], ['name'])).toEqual([]);
		});

		test('a wrong key is denied, and shown nowhere', async () => {
			const answer: Http = async () => ({
				status: 401,
				headers: {},
				text: JSON.stringify({ error: { message: 'Invalid API Key provided: sk_test_secret' } }),
			});
			const error: unknown = await open('customer', answer)
				.write([create(0, { email: 'a@b.c' })])
				.catch((caught: unknown) => caught);
			expect(error).toMatchObject({ kind: 'denied' });
			expect(String(error)).not.toContain('sk_test_secret');
		});

		withContract('stripe', (check) => {
			test('every request so far, and a search, is within Stripe’s contract', async () => {
				const searching: Http = async (request) => {
					await record.http(request).catch(() => undefined);
					return { status: 200, headers: {}, text: '{"object":"search_result","data":[],"has_more":false}' };
				};
				for (const object of ['customer', 'product'])
					await open(object, searching).read([{ ref: 0, match: { externalId: "it's" } }], ['name']);
				await open('price', searching).read([{ ref: 0, match: { lookupKey: 'list' } }], ['nickname']);
				await open('product', searching).read(
					[
						{ ref: 0, id: 'a' },
						{ ref: 1, id: 'b' },
					],
					['name'],
				);
				for (const [object, id] of [
					['customer', 'cus_1'],
					['product', 'p'],
				] as const)
					await open(object, searching).write([remove(0, id)]);
				expect(record.sent.length).toBeGreaterThan(250);
				const wrong = record.sent.flatMap((sent) =>
					check(sent).map((found) => `${sent.method} ${sent.url} ${sent.body}: ${found}`),
				);
				expect([...new Set(wrong)]).toEqual([]);
			});
		});
	});
