/** Every kind of page, and lists that move while they are read. */
import type { Paged, Pages } from '../../../connectors/rest/definition';
import { accessTo } from '../../../connectors/rest/net/access';
import { Client } from '../../../connectors/rest/net/client';
import { pagesOf } from '../../../connectors/rest/records/pages';
import type { Value } from '../../../sync/types';
import { Fake, type Answer, type Call } from '../../systems/fake';
import { given, system } from './system';

const SIZE = 10;

describe('a list', () => {
	let fake: Fake;
	/** What stands there, in order. */
	let ids: number[];
	/** Called before each answer. */
	let meanwhile: (call: number) => void;
	beforeEach(async () => {
		fake = await Fake.start();
		ids = Array.from({ length: 25 }, (_, n) => n + 1);
		meanwhile = () => undefined;
	});
	afterEach(() => fake.stop());

	const serve = (answer: (call: Call) => Answer) =>
		fake.on('GET', '/things', (call) => {
			meanwhile(fake.calls.length);
			return answer(call);
		});
	const records = (from: number) => ids.slice(from, from + SIZE).map((id) => ({ id }));
	const read = async (pages: Pages, query: Record<string, string>, more: Partial<Paged> = {}): Promise<Value[]> => {
		const client = new Client(system(), accessTo(given(fake.url, system())));
		const list: Paged = { request: { method: 'GET', path: '/things', query }, items: 'things', pages, ...more };
		const all: Value[] = [];
		for await (const page of pagesOf(client, list, { id: 'id' })) all.push(...page.records.map(({ id }) => id!));
		return all;
	};
	const number = (call: Call, name: string) => Number(call.query.get(name) ?? 0);
	const byOffset = { kind: 'offset', size: SIZE, first: 0, total: 'total' } as const;
	const offset = () => serve((call) => ({ body: { things: records(number(call, 'offset')), total: ids.length } }));

	test('by offset', async () => {
		offset();
		expect(await read(byOffset, { limit: '{size}', offset: '{offset}' })).toEqual(ids);
		expect(fake.calls).toHaveLength(3);
	});

	test('by offset from 1, without a total', async () => {
		serve((call) => ({ body: { things: records(number(call, 'startIndex') - 1) } }));
		const pages = { kind: 'offset', size: SIZE, first: 1, total: false } as const;
		expect(await read(pages, { startIndex: '{offset}' })).toEqual(ids);
	});

	test('by page number, the total in a header', async () => {
		serve((call) => ({
			headers: { 'X-Total': String(ids.length) },
			body: { things: records((number(call, 'page') - 1) * SIZE) },
		}));
		const pages = { kind: 'page', size: SIZE, first: 1, total: { header: 'X-Total' } } as const;
		expect(await read(pages, { page: '{page}' })).toEqual(ids);
		expect(fake.calls).toHaveLength(3);
	});

	test('by cursor', async () => {
		serve((call) => {
			const at = number(call, 'cursor');
			return { body: { things: records(at), next: at + SIZE < ids.length ? String(at + SIZE) : '' } };
		});
		expect(await read({ kind: 'cursor', size: SIZE, next: 'next' }, { cursor: '{cursor}' })).toEqual(ids);
		expect(fake.calls[0]!.query.has('cursor')).toBe(false);
	});

	test('by the last id', async () => {
		serve((call) => {
			const at = ids.indexOf(number(call, 'after')) + 1;
			return { body: { things: records(at), more: at + SIZE < ids.length } };
		});
		const more = { path: 'more', is: [true] };
		const pages: Pages = { kind: 'last id', size: SIZE, last: 'id', more };
		expect(await read(pages, { after: '{cursor}' })).toEqual(ids);
	});

	test('by the address of the next page, and only on the same host', async () => {
		const next = (call: Call) => `${fake.url}/things?at=${number(call, 'at') + SIZE}&braces=%7B{x}`;
		serve((call) => ({
			body: {
				things: records(number(call, 'at')),
				next: number(call, 'at') + SIZE < ids.length ? next(call) : null,
			},
		}));
		expect(await read({ kind: 'next link', size: SIZE, next: 'next' }, {})).toEqual(ids);
		serve(() => ({ body: { things: records(0), next: 'https://elsewhere.test/things' } }));
		await expect(read({ kind: 'next link', size: SIZE, next: 'next' }, {})).rejects.toThrow('elsewhere.test');
	});

	test('by the Link header', async () => {
		serve((call) => {
			const to = number(call, 'at') + SIZE;
			const headers: Record<string, string> = {};
			if (to < ids.length) headers['link'] = `</first>; rel="first", </things?at=${to}>; rel="next"`;
			return { headers, body: { things: records(number(call, 'at')) } };
		});
		expect(await read({ kind: 'link header', size: SIZE }, {})).toEqual(ids);
	});

	test('all at once, as an object by id', async () => {
		serve(() => ({ body: { things: { 7: { name: 'a' }, 9: { name: 'b' } } } }));
		expect(await read({ kind: 'none' }, {}, { byId: 'id' })).toEqual(['7', '9']);
	});

	test('of which one is deleted and one inserted while it is read gives everything that stood there all the time, once', async () => {
		offset();
		meanwhile = (call) => {
			if (call === 2) ids = [...ids.slice(3), 26];
		};
		const all = await read(byOffset, { offset: '{offset}' });
		for (const id of ids) expect(all).toContain(id);
		expect(new Set(all).size).toBe(all.length);
	});

	test('that is new at the front gives nothing twice', async () => {
		offset();
		meanwhile = (call) => {
			if (call === 2) ids = [0, ...ids];
		};
		const all = await read(byOffset, { offset: '{offset}' });
		expect([...all].sort((a, b) => Number(a) - Number(b))).toEqual(ids);
	});

	test('that never stops moving is given up, and is not called complete', async () => {
		offset();
		meanwhile = () => void ids.shift();
		ids = Array.from({ length: 500 }, (_, n) => n + 1);
		await expect(read(byOffset, { offset: '{offset}' })).rejects.toMatchObject({ kind: 'retry' });
	});

	test.each<[string, Pages, Record<string, string>]>([
		['offset', byOffset, { offset: '{offset}' }],
		['page number', { kind: 'page', size: SIZE, first: 0, total: 'total' }, { page: '{page}' }],
	])('by %s that shows fewer than it says there are is read again', async (_, pages, query) => {
		let short = true;
		const from = (call: Call) => (call.query.has('page') ? number(call, 'page') * SIZE : number(call, 'offset'));
		serve((call) => {
			// The middle of the list is not there the first time: a part of the system is behind.
			const left = short ? ids.filter((id) => id < 8 || id > 13) : ids;
			if (left.length <= from(call) + 1) short = false;
			return { body: { things: left.slice(from(call), from(call) + SIZE).map((id) => ({ id })), total: 25 } };
		});
		const all = await read(pages, query);
		expect([...all].sort((a, b) => Number(a) - Number(b))).toEqual(ids);
		// Where it goes on lacking them, it counts what it does not show.
		ids = ids.filter((id) => id !== 9);
		fake.forget();
		expect(await read(pages, query)).toEqual(ids);
		expect(fake.calls.length).toBeLessThan(10);
	});

	test.each<[string, Value]>([
		['an object without the list', { error: 'x' }],
		['a text', 'ok'],
		['something else in its place', { things: 'none' }],
	])('that is answered with %s is an error, not an empty list', async (_, body) => {
		serve(() => ({ body }));
		await expect(read({ kind: 'none' }, {})).rejects.toMatchObject({ kind: 'unreachable' });
	});
});
