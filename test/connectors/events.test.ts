/** From a pushed body to changes of records. */
import fc from 'fast-check';

import { BodyError, readBody } from '../../connectors/webhook/body';
import { EventError, newest, readEvents, type EventSettings } from '../../connectors/webhook/events';
import type { Value } from '../../sync/types';

const settings = (given: Partial<EventSettings> = {}): EventSettings => ({
	events: [],
	record: [],
	key: [['id']],
	types: [],
	otherwise: 'changed',
	...given,
});
const json = (text: string, type = 'application/json') => readBody(Buffer.from(text), type);

describe('a body', () => {
	test('is JSON or a form, and nothing else', () => {
		expect(json('{"id":1}')).toEqual({ id: 1 });
		expect(json('{"id":1}', 'application/vnd.api+json; charset=utf-8')).toEqual({ id: 1 });
		expect(json('id=1&name=A+B&tag=x&tag=y', 'application/x-www-form-urlencoded')).toEqual({
			id: '1',
			name: 'A B',
			tag: ['x', 'y'],
		});
		expect(() => json('<a/>', 'text/xml')).toThrow(BodyError);
		for (const broken of ['', '{', '{"a":1}}', 'nul', "{'a':1}"])
			expect(() => json(broken)).toThrow('not valid JSON');
		expect(() => readBody(Buffer.from([0x22, 0xff, 0xfe, 0x22]), 'application/json')).toThrow('not valid UTF-8');
	});

	test('keeps long numbers as they are written', () => {
		expect(json('{"id":12345678901234567890,"n":1.5,"m":9007199254740991}')).toEqual({
			id: '12345678901234567890',
			n: 1.5,
			m: 9007199254740991,
		});
	});

	test('that is nested without end is refused', () => {
		expect(() => json('['.repeat(100) + ']'.repeat(100))).toThrow('nested too deeply');
		expect(() => json('['.repeat(500_000) + ']'.repeat(500_000))).toThrow(BodyError);
	});

	test('with names that mean something to JavaScript is data like any other', () => {
		const [event] = readEvents(json('{"id":1,"__proto__":{"polluted":true},"constructor":2}'), settings());
		expect(Object.hasOwn(event!.fields, '__proto__')).toBe(true);
		expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
	});

	test('of any bytes is a value or a plain refusal, never another error', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
				try {
					readBody(Buffer.from(bytes), 'application/json');
				} catch (error) {
					expect(error).toBeInstanceOf(BodyError);
				}
			}),
		);
	});
});

describe('events', () => {
	test('are one or several, at the top or within the body', () => {
		expect(readEvents({ id: 1 }, settings()).map(({ key }) => key)).toEqual(['1']);
		expect(readEvents([{ id: 1 }, { id: 2 }], settings()).map(({ key }) => key)).toEqual(['1', '2']);
		const within = settings({ events: ['list'], record: ['data', 'object'] });
		expect(readEvents({ list: [{ data: { object: { id: 3 } } }] }, within)[0]).toEqual({
			key: '3',
			removed: false,
			fields: { id: 3 },
		});
	});

	test('say by their type what they mean; a star stands for anything', () => {
		const typed = settings({
			type: ['type'],
			types: [
				{ type: 'customer.*.test', means: 'ignored' },
				{ type: '*.deleted', means: 'removed' },
			],
		});
		const means = (type: Value) => readEvents({ id: 1, type }, typed).map(({ removed }) => removed);
		expect(means('customer.deleted')).toEqual([true]);
		expect(means('customer.updated')).toEqual([false]);
		expect(means('customer.x.test')).toEqual([]);
		expect(means('deleted')).toEqual([false]);
		expect(means(null)).toEqual([false]);
		expect(readEvents({ id: 1 }, typed, 'products.deleted')[0]!.removed).toBe(true);
		expect(readEvents({ id: 1 }, settings({ otherwise: 'ignored' }))).toEqual([]);
	});

	test('of long types and many stars are read in no time', () => {
		const stars = settings({ type: ['type'], types: [{ type: '*a'.repeat(30), means: 'removed' }] });
		const before = performance.now();
		readEvents({ id: 1, type: 'a'.repeat(100_000) + 'b' }, stars);
		expect(performance.now() - before).toBeLessThan(2000);
	});

	test('without a record or a key are refused, and said which', () => {
		for (const body of [{}, { id: null }, { id: '' }, [{ id: 1 }, { name: 'x' }], 'text', 5, null] as Value[])
			expect(() => readEvents(body, settings())).toThrow(EventError);
		expect(() => readEvents([{ id: 1 }, { name: 'x' }], settings())).toThrow('event 2 has no key at “id”');
		expect(() => readEvents({}, settings({ events: ['a', 'b'] }))).toThrow('there is nothing at “a.b” in the body');
	});

	test('have keys of several parts as a database has them', () => {
		expect(readEvents({ a: 1, b: 'x' }, settings({ key: [['a'], ['b']] }))[0]!.key).toBe('["1","x"]');
	});

	test('of one key in one delivery count once: the newest', () => {
		const compare = (one: Value, other: Value) => Number(one) - Number(other);
		const at = (ordering: number, value: string) => ({ key: '1', removed: false, fields: { value }, ordering });
		expect(newest([at(2, 'b'), at(1, 'a')], compare)).toEqual([at(2, 'b')]);
		expect(newest([at(2, 'b'), at(2, 'c')], compare)).toEqual([at(2, 'c')]);
	});
});
