/** Which way is taken to records, where there are several: the one with the fewest requests, and never one that misses some. */
import { RestDestination } from '../../../connectors/rest/destination';
import type { BatchGet, ObjectDefinition, Reading } from '../../../connectors/rest/definition';
import type { Lookup } from '../../../sync/types';
import { create as makes } from '../../conformance/destination';
import { Fake, type Row } from '../../systems/fake';
import { given, system, thing } from './system';

/** Records on a page. */
const SIZE = 10;
/** Ids that one request takes. */
const IDS = 4;

describe('the way with the fewest requests', () => {
	let fake: Fake;
	let things: Row[];
	beforeEach(async () => {
		fake = await Fake.start();
		things = [];
		fake.on('GET', '/things', ({ query }) => {
			const names = query.get('names')?.split(',');
			const ids = query.get('ids')?.split(',');
			const all = things.filter(
				({ id, name }) => (names?.includes(String(name)) ?? true) && (ids?.includes(String(id)) ?? true),
			);
			const from = Number(query.get('offset') ?? 0);
			const total = query.get('total') === 'no' ? {} : { total: all.length };
			return { body: { things: all.slice(from, from + SIZE), ...total } };
		})
			.on('GET', '/things/*', ({ parts }) => {
				const found = things.find(({ id }) => String(id) === parts[0]);
				return found ? { body: found } : { status: 404 };
			})
			.on('POST', '/things', (call) => {
				things.push({ ...call.json(), id: things.length + 1 });
				return { status: 201, body: things.at(-1) };
			});
	});
	afterEach(() => fake.stop());

	const asked = (query: Record<string, string>): Reading['list']['request'] => ({
		method: 'GET',
		path: '/things',
		query: { offset: '{offset}', ...query },
	});
	const batch: BatchGet = { list: { ...thing.read.list, request: asked({ ids: '{ids|join:,}' }) }, most: IDS };
	const named: Reading['find'][number] = {
		field: 'name',
		list: { ...thing.read.list, request: asked({ names: '{values|join:,}' }) },
		most: IDS,
		by: 'exact',
	};
	const there = (count: number) => {
		things = Array.from({ length: count }, (_, n) => ({ id: n + 1, name: `n${n + 1}`, note: null }));
	};
	const over = (read: Partial<Reading>, more: Partial<ObjectDefinition> = {}) => {
		const object: ObjectDefinition = { ...thing, ...more, read: { ...thing.read, ...read } };
		return new RestDestination(given(fake.url, system(object)));
	};
	const byId = (from: number, count: number): Lookup[] =>
		Array.from({ length: count }, (_, n) => ({ ref: n, id: String(from + n) }));
	const byName = (from: number, count: number): Lookup[] =>
		Array.from({ length: count }, (_, n) => ({ ref: n, match: { name: `n${from + n}` } }));
	const calls = async (work: Promise<unknown>): Promise<number> => {
		fake.forget();
		await work;
		return fake.calls.length;
	};

	test('is the list where it is shorter than so many requests for some ids each', async () => {
		there(50);
		const destination = over({ batch });
		const found = destination.read(byId(1, 48), ['name']);
		// Five pages, and nothing read twice, rather than twelve.
		expect(await calls(found)).toBe(5);
		expect((await found).map(({ fields }) => fields['name']).sort()).toEqual(
			Array.from({ length: 48 }, (_, n) => `n${n + 1}`).sort(),
		);
	});

	test('is the list no more, once it is known to be long', async () => {
		there(500);
		const destination = over({ batch });
		expect(await calls(destination.read(byId(101, 48), ['name']))).toBe(1 + 12);
		expect(await calls(destination.read(byId(201, 48), ['name']))).toBe(12);
	});

	test('is the list no more, though it never says how long it is', async () => {
		there(500);
		const list = { ...thing.read.list, request: asked({ total: 'no' }) };
		const pages = { ...thing.read.list.pages, total: false } as const;
		const destination = over({ batch, list: { ...list, pages } });
		const first = destination.read(byId(201, 48), ['name']);
		expect(await calls(first)).toBe(12 + 12);
		expect(await first).toHaveLength(48);
		expect(await calls(destination.read(byId(201, 48), ['name']))).toBe(12);
	});

	test('is the list for what has moved in it, or is not in it: that is asked for by its id', async () => {
		there(50);
		const hidden = things[24]!;
		const list = { ...thing.read.list, request: asked({ list: 'yes' }) };
		fake.on('GET', '/things', ({ query }) => {
			const ids = query.get('ids')?.split(',');
			const from = Number(query.get('offset') ?? 0);
			// As if somebody had deleted one before it meanwhile.
			const all = things.filter((one) => (ids ? ids.includes(String(one.id)) : one !== hidden));
			return { body: { things: all.slice(from, from + SIZE), total: all.length } };
		});
		const found = await over({ batch, list }).read(byId(1, 48), ['name']);
		expect(found).toHaveLength(48);
	});

	test('is the list for a first sync, as long as it is short', async () => {
		const destination = over({ find: [named] });
		expect(await destination.isEmpty()).toBe(true);
		expect(await calls(destination.read(byName(1, 40), ['name']))).toBe(1);
		await destination.write(Array.from({ length: 37 }, (_, n) => makes(n, { name: `n${n + 1}` })));
		// Four pages, each with a record of the one before, rather than five requests; then five would be as many.
		const again = destination.read(byName(18, 20), ['name']);
		expect(await calls(again)).toBe(4);
		expect((await again).map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, n) => String(n + 18)));
		await destination.write([makes(0, { name: 'n38' })]);
		expect(await calls(destination.read(byName(18, 20), ['name']))).toBe(5);
		expect(fake.calls.every(({ query }) => query.has('names'))).toBe(true);
	});

	test('is more requests for values that would make an address too long', async () => {
		there(500);
		const destination = over({ find: [{ ...named, longest: 15 }] });
		const found = destination.read(byName(101, 8), ['name']);
		// n101 and a comma are seven characters, so that two of them fit.
		expect(await calls(found)).toBe(4);
		expect(await found).toHaveLength(8);
	});

	test('is no list that does not show what is looked for', async () => {
		there(3);
		const destination = over({ find: [named], listLacks: ['name'] });
		await destination.isEmpty();
		await destination.read(byName(1, 40), ['note']);
		const looked = fake.calls.filter(({ path, query }) => path === '/things' && query.has('names'));
		expect(looked).toHaveLength(10);
	});

	test('is no list that is cut: where there is no other way, it says so', async () => {
		there(30);
		const list = { ...thing.read.list, ceiling: 20 };
		const some = await over({ find: [named], list }).read(byName(11, 20), ['name']);
		expect(some).toHaveLength(20);
		await expect(
			over({ find: [named], list }).read([{ ref: 0, match: { note: 'x' } }], ['name']),
		).rejects.toMatchObject({
			kind: 'setup',
			message: 'Things shows no more than 20 records, so that note cannot be looked for.',
			detail: { todo: 'Match by name.' },
		});
	});

	test('for a sweep is the list, where a page holds more than one request for ids takes', async () => {
		there(60);
		const survey = await over({ batch }).survey(['name']);
		const all = byId(1, 60).map(({ id }) => id!);
		expect(await calls(survey!.read(all))).toBe(6);
		expect(await over({ batch: { ...batch, most: SIZE } }).survey(['name'])).toBeUndefined();
	});

	test('asks nobody what time it is there who has said so', async () => {
		there(1);
		const changedSince: Reading['changedSince'] = {
			list: { ...thing.read.list, request: asked({ since: '{since}' }) },
			form: 'ISO',
			overlap: 60,
			watermark: 'request time',
			tellsRemovals: false,
		};
		const before = Date.now();
		const destination = over({ changedSince });
		expect(await calls(destination.changes!.now())).toBe(1);
		const again = destination.changes!.now();
		expect(await calls(again)).toBe(0);
		// Never later than it is there; answers say the time in seconds.
		const { at } = (await again) as { at: number };
		expect(at).toBeLessThanOrEqual(Date.now());
		expect(at).toBeGreaterThan(before - 1001);
	});
});
