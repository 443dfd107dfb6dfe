/** One text for equal values, whatever way it is made in; and copies of objects that are made at once. */
import fc from 'fast-check';

import { canonical, mapValues, pick, same } from '../../sync/canonical';
import type { Fields, Value } from '../../sync/types';

/** The text by its definition: names sorted as text at every level. */
function byDefinition(value: Value): string {
	if (Array.isArray(value)) return `[${value.map((one) => byDefinition(one ?? null)).join(',')}]`;
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	const members = Object.keys(value)
		.sort()
		.filter((name) => value[name] !== undefined)
		.map((name) => `${JSON.stringify(name)}:${byDefinition(value[name]!)}`);
	return `{${members.join(',')}}`;
}

const parsed = (text: string) => JSON.parse(text) as Fields;

describe('canonical', () => {
	it('is the text by its definition, of any JSON value', () => {
		fc.assert(fc.property(fc.jsonValue(), (value) => canonical(value as Value) === byDefinition(value as Value)));
	});

	it.each([
		['names that are whole numbers, which JavaScript puts first', '{"9":1,"10":{"b":2,"a":[{"2":0,"1":0}]},"a":3}'],
		['a member called __proto__', '{"b":1,"__proto__":{"d":1,"c":2},"a":2}'],
		['the same names in another order after the first', '[{"a":1,"b":2},{"b":2,"a":1}]'],
		['nothing', '{}'],
	])('is the text by its definition: %s', (_what, text) => {
		expect(canonical(parsed(text))).toBe(byDefinition(parsed(text)));
	});

	it('leaves out members without a value, and writes them in a list as nothing', () => {
		expect(canonical({ b: undefined, a: [undefined, -0] } as unknown as Value)).toBe('{"a":[null,0]}');
	});

	it('refuses what is no JSON, wherever it stands', () => {
		for (const wrong of [NaN, Infinity, () => 1, 1n])
			for (const value of [wrong, [wrong], { a: 1, b: wrong }, { 1: 1, b: { 2: wrong } }])
				expect(() => canonical(value as Value)).toThrow(TypeError);
	});

	it('takes objects whose members stand in another order for the same', () => {
		expect(same({ a: 1, b: { c: 1, d: 2 } }, { b: { d: 2, c: 1 }, a: 1 })).toBe(true);
		expect(same({ a: 1 }, { a: 1, b: null })).toBe(false);
	});
});

describe('copies', () => {
	const fields = parsed('{"b":1,"__proto__":2,"a":3}');

	it('pick has just the names that are there, in the order that was asked for', () => {
		expect(Object.entries(pick(fields, ['a', 'x', '__proto__']))).toEqual([
			['a', 3],
			['__proto__', 2],
		]);
		const all = pick(fields, ['b', '__proto__', 'a']);
		expect(Object.entries(all)).toEqual(Object.entries(fields));
		all['b'] = 4;
		expect(fields['b']).toBe(1);
	});

	it('mapValues has the same members, and leaves the given ones as they are', () => {
		expect(Object.entries(mapValues(fields, (value, name) => `${name} ${value as number}`))).toEqual([
			['b', 'b 1'],
			['__proto__', '__proto__ 2'],
			['a', 'a 3'],
		]);
		expect(fields['b']).toBe(1);
	});
});
