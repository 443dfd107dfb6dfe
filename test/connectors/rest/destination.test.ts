/** What a destination sends: one by one and together, whole and in part, with versions, states and jobs. */
import { RestDestination } from '../../../connectors/rest/destination';
import type { Batch, Job, ObjectDefinition, Writing } from '../../../connectors/rest/definition';
import type { Fields, WriteResult } from '../../../sync/types';
import { create as makes, remove, update as changes } from '../../conformance/destination';
import { Fake, type Answer, type Row } from '../../systems/fake';
import { create, given, system, thing, update } from './system';

describe('a destination', () => {
	let fake: Fake;
	let things: Map<number, Row>;
	beforeEach(async () => {
		fake = await Fake.start();
		things = new Map();
		fake.on('GET', '/things', ({ query }) => {
			const all = [...things.values()].filter(({ name }) => !query.has('name') || name === query.get('name'));
			const from = Number(query.get('offset') ?? 0);
			return { body: { things: all.slice(from, from + 10), total: all.length } };
		})
			.on('GET', '/things/*', ({ parts }) => {
				const found = things.get(Number(parts[0]));
				return found
					? { headers: { etag: `"${String(found['version'] ?? 0)}"` }, body: found }
					: { status: 404 };
			})
			.on('POST', '/things', (call) => ({ status: 201, body: put(call.json()) }))
			.on('PATCH', '/things/*', ({ parts, json }) => {
				const found = things.get(Number(parts[0]));
				return found ? { body: Object.assign(found, json()) } : { status: 404 };
			})
			.on('DELETE', '/things/*', ({ parts }) => ({ status: things.delete(Number(parts[0])) ? 204 : 404 }));
	});
	afterEach(() => fake.stop());

	const put = (row: Row): Row => {
		const id = things.size + 1;
		things.set(id, { ...row, id });
		return things.get(id)!;
	};
	const over = (writing: Partial<Writing>, more: Partial<ObjectDefinition> = {}) =>
		new RestDestination(given(fake.url, system({ ...thing, ...more, write: { ...thing.write, ...writing } })));
	const kinds = (results: WriteResult[]) => results.map((result) => (result.ok ? 'ok' : result.error.kind));
	const named = (n: number): Fields => ({ name: `n${n}` });

	test('is empty where the list has none and counts none', async () => {
		expect(await over({}).isEmpty()).toBe(true);
		fake.on('GET', '/things', () => ({ body: { things: [], total: 3 } }));
		expect(await over({}).isEmpty()).toBe(false);
	});

	test('sends only what differs, and reads nothing again that the answer holds', async () => {
		put({ name: 'a', note: 'theirs', extra: 1 });
		const results = await over({}).write([changes(0, '1', { name: 'b' }, ['name', 'note'])]);
		expect(results).toEqual([{ ref: 0, ok: true, id: '1', actual: { name: 'b', note: 'theirs' } }]);
		expect(fake.calls.map(({ method, body }) => [method, body])).toEqual([['PATCH', '{"name":"b"}']]);
	});

	test('sends everything along where what is not sent is wiped', async () => {
		put({ name: 'a', note: 'theirs', made: 'by the system' });
		const whole = {
			...update,
			request: { ...update.request, method: 'PUT' as const },
			sends: { everything: true as const, without: ['id', 'made'] },
		};
		fake.on('PUT', '/things/*', ({ json }) => ({ body: { ...json(), id: 1 } }));
		await over({ update: whole }).write([changes(0, '1', { name: 'b' })]);
		expect(fake.sent('PUT')[0]!.json()).toEqual({ name: 'b', note: 'theirs' });
	});

	test('sends patch operations, one for each field, and another where a value is empty', async () => {
		put({ name: 'a' });
		const each = { op: 'replace', path: '/attributes/{path}', value: '{value}' };
		const patch = {
			...update,
			request: { ...update.request, body: { Operations: '{fields}' } },
			each,
			empty: { each: { op: 'remove', path: '/attributes/{path}' } },
		};
		await over({ update: patch }).write([changes(0, '1', { name: 'b', note: null })]);
		expect(fake.sent('PATCH')[0]!.json()).toEqual({
			Operations: [
				{ op: 'replace', path: '/attributes/name', value: 'b' },
				{ op: 'remove', path: '/attributes/note' },
			],
		});
	});

	test('writes only over the version that it read', async () => {
		put({ name: 'a', version: 7 });
		fake.on('PATCH', '/things/*', ({ headers }) => ({ status: headers['if-match'] === '"7"' ? 412 : 400 }));
		expect(
			kinds(await over({ conditional: { ifMatch: 'etag header' } }).write([changes(0, '1', { name: 'b' })])),
		).toEqual(['retry']);
	});

	test('writes states and members by requests of their own', async () => {
		put({ name: 'a', open: true, members: ['x', 'y'] });
		fake.on('POST', '/things/*/close', () => ({ status: 204 }))
			.on('PUT', '/things/*/members/*', () => ({ status: 204 }))
			.on('DELETE', '/things/*/members/*', () => ({ status: 204 }));
		const fields: ObjectDefinition['fields'] = {
			...thing.fields,
			open: {
				kind: 'yes/no',
				read: 'open',
				write: {
					states: [
						{ value: true, request: { method: 'POST', path: '/things/{id}/open' } },
						{ value: false, request: { method: 'POST', path: '/things/{id}/close' } },
					],
				},
			},
			members: {
				kind: 'json',
				read: 'members',
				unordered: true,
				write: {
					add: { method: 'PUT', path: '/things/{id}/members/{member}' },
					remove: { method: 'DELETE', path: '/things/{id}/members/{member}' },
				},
			},
		};
		await over({}, { fields }).write([changes(0, '1', { open: false, members: ['y', 'z'] })]);
		expect(
			fake.calls.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`),
		).toEqual(['POST /things/1/close', 'PUT /things/1/members/z', 'DELETE /things/1/members/x']);
	});

	test('asks after a job until it is done', async () => {
		let asked = 0;
		fake.on('POST', '/things', (call) => ({ status: 202, body: { job: 'j1', id: put(call.json())['id']! } })).on(
			'GET',
			'/jobs/j1',
			() => ({
				body: { state: ++asked < 3 ? 'running' : 'done' },
			}),
		);
		const job: Job = {
			id: 'job',
			poll: { method: 'GET', path: '/jobs/{job}' },
			seconds: 0.01,
			done: { path: 'state', is: ['done'] },
			failed: { path: 'state', is: ['failed'] },
			message: 'why',
		};
		const [result] = await over({ create: { ...create, answer: { record: false, id: 'id' }, job } }).write([
			makes(0, named(1)),
		]);
		expect(result).toEqual({ ref: 0, ok: true, id: '1', actual: named(1) });
		expect(asked).toBe(3);
	});

	test('is not down for one record that it stumbles over, and is for all', async () => {
		fake.fault({ when: ({ body }) => body.toString().includes('n2'), answer: { status: 500 }, times: 99 });
		expect(kinds(await over({}).write([makes(0, named(1)), makes(1, named(2)), makes(2, named(3))]))).toEqual([
			'ok',
			'retry',
			'ok',
		]);
		fake.fault({ when: ({ method }) => method === 'POST', answer: { status: 500 }, times: 99 });
		await expect(over({}).write([makes(0, named(4)), makes(1, named(5))])).rejects.toMatchObject({
			kind: 'unreachable',
		});
	});

	test('says of each record that a sync keeps it, when it makes one and when it changes one', async () => {
		const destination = over({ mark: { path: 'note', text: 'kept by a sync', says: 'managed by' } });
		const [made] = await destination.write([makes(0, named(1))]);
		const id = made?.ok ? made.id : '';
		await destination.write([
			{ ref: 0, action: 'update', id, set: { name: 'other' }, readBack: ['name'], idempotencyKey: 'k' },
		]);
		expect([fake.sent('POST')[0]!.json(), fake.sent('PATCH')[0]!.json()]).toMatchObject([
			{ note: 'kept by a sync' },
			{ name: 'other', note: 'kept by a sync' },
		]);
	});

	test('stops at a quota that is spent, and what was done counts', async () => {
		const rules = { message: [], rules: [{ status: 402, means: 'quota spent' as const }] };
		const destination = new RestDestination(
			given(
				fake.url,
				system(thing, {
					errors: rules,
					limits: { windows: [], concurrent: 1, headers: [], retryAfter: 'retry-after', penalty: 1 },
				}),
			),
		);
		fake.fault({ when: ({ body }) => body.toString().includes('n2'), answer: { status: 402 }, times: 99 });
		const results = await destination.write([makes(0, named(1)), makes(1, named(2)), makes(2, named(3))]);
		expect(kinds(results)).toEqual(['ok', 'retry', 'retry']);
		expect(fake.sent('POST')).toHaveLength(2);
		await expect(destination.write([makes(0, named(9))])).rejects.toMatchObject({ kind: 'unreachable' });
	});

	describe('that takes many at once', () => {
		const batch: Batch = {
			of: 'create',
			request: { method: 'POST', path: '/batch', body: { rows: '{rows}' } },
			row: { ref: '{ref}', fields: '{fields}' },
			most: 10,
			allOrNone: false,
			results: 'results',
			matched: { by: 'ref', path: 'ref' },
			record: 'thing',
			failed: { path: 'error', present: true },
			message: ['error'],
		};

		test('sends as few requests as it can, and matches the answers by what says whose they are', async () => {
			fake.on('POST', '/batch', (call) => {
				const rows = call.json()['rows'] as { ref: number; fields: Row }[];
				const results = rows.map(({ ref, fields }): Row =>
					fields['name'] === 'n13' ? { ref, error: 'name already taken' } : { ref, thing: put(fields) },
				);
				return { status: 207, body: { results: results.reverse() } };
			});
			const results = await over({ batches: [batch] }).write(
				Array.from({ length: 25 }, (_, n) => makes(n, named(n))),
			);
			expect(fake.calls).toHaveLength(3);
			expect(results.filter(({ ok }) => !ok)).toMatchObject([{ ref: 13, error: { kind: 'conflict' } }]);
			expect(results[7]).toMatchObject({ ref: 7, ok: true, actual: named(7) });
		});

		test('takes a record that no answer names for unanswered, not for done', async () => {
			fake.on('POST', '/batch', () => ({ body: { results: [] } }));
			expect(kinds(await over({ batches: [batch] }).write([makes(0, named(0)), makes(1, named(1))]))).toEqual([
				'retry',
				'retry',
			]);
		});

		test('halves what is refused as a whole until the bad one stands alone', async () => {
			fake.on('POST', '/batch', (call): Answer => {
				const rows = call.json()['rows'] as { ref: number; fields: Row }[];
				if (rows.some(({ fields }) => fields['name'] === 'n5'))
					return { status: 422, body: { message: 'n5 is bad' } };
				return { body: { results: rows.map(({ ref, fields }) => ({ ref, thing: put(fields) })) } };
			});
			const results = await over({ batches: [batch] }).write(
				Array.from({ length: 8 }, (_, n) => makes(n, named(n))),
			);
			expect(results.filter(({ ok }) => !ok)).toMatchObject([{ ref: 5, error: { kind: 'refused' } }]);
			expect(things.size).toBe(7);
		});
	});

	test('a delete that cannot be done by its API says what a person has to do, and is not called done', async () => {
		put({ name: 'a' });
		const removal = {
			step: 'delete',
			reversible: false,
			task: 'Remove {id} in the settings.',
			sideEffects: 'none',
		} as const;
		const [result] = await over({ removal: [removal] }).write([remove(0, '1')]);
		expect(result).toMatchObject({
			ok: false,
			error: { detail: { todo: 'Remove 1 in the settings.', task: true } },
		});
	});

	test('many are looked for in the list where that takes fewer requests than asking one by one', async () => {
		for (let n = 1; n <= 40; n++) put(named(n));
		const wanted = Array.from({ length: 30 }, (_, n) => ({ ref: n, id: String(n + 1) }));
		expect(await over({}).read(wanted, ['name'])).toHaveLength(30);
		expect(fake.calls.length).toBeLessThanOrEqual(5);
		fake.forget();
		expect(await over({}).read(wanted.slice(0, 2), ['name'])).toHaveLength(2);
		expect(fake.calls).toHaveLength(2);
	});

	test('a list whose order means nothing is no difference in another order', async () => {
		put({ name: 'a', tags: ['y', 'x'] });
		const destination = over({});
		const [read] = await destination.read([{ ref: 0, id: '1' }], ['tags']);
		expect(await destination.prepare({ tags: ['x', 'y'] })).toEqual({ ok: true, fields: read!.fields });
	});
});
