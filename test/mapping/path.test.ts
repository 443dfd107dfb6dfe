import fc from 'fast-check';

import { follow, parsePath } from '../../sync/path';
import type { Fields } from '../../sync/types';

describe('a path', () => {
	test.each([
		['$json.email', ['email']],
		[' $json.a.b ', ['a', 'b']],
		['$json["a b"]', ['a b']],
		["$json['x'].y[0]", ['x', 'y', '0']],
		['$json["it\'s"]', ["it's"]],
		['$json["say \\"hi\\""]', ['say "hi"']],
		['$json?.a?.["b"]', ['a', 'b']],
		['$json.größe', ['größe']],
		['$json["a.b"]', ['a.b']],
	])('is read from %s', (text, path) => {
		expect(parsePath(text)).toEqual(path);
	});

	test.each([
		'$json',
		'$json.a()',
		'$json.a + 1',
		'$json.a.b.toUpperCase()',
		'$json[name]',
		'$input.item.json.a',
		'$jsonx.a',
		'$json["a',
		'$json..a',
		'$json.a b',
		'$json["a\\n"]',
		'',
	])('is not made of %s', (text) => {
		expect(parsePath(text)).toBeUndefined();
	});

	test.each(['$json.__proto__', '$json["constructor"].name', '$json.a.prototype', "$json['__proto__'].polluted"])(
		'never goes through %s',
		(text) => {
			expect(() => parsePath(text)).toThrow(RangeError);
		},
	);

	test('reads own members only', () => {
		expect(follow({ a: {} }, ['a', 'toString'])).toBeUndefined();
		expect(follow({ a: 'text' }, ['a', 'length'])).toBe(4);
		expect(follow({ a: null }, ['a', 'b'])).toBeUndefined();
		expect(follow({ tags: ['x', 'y'] }, ['tags', '1'])).toBe('y');
	});

	test('finds any member of any record by the name that dragging writes', () => {
		const name = fc
			.string({ unit: 'binary', minLength: 1 })
			.filter(
				(text) =>
					!/[\\\n\r\u2028\u2029\u0000-\u001f]/u.test(text) &&
					!['__proto__', 'constructor', 'prototype'].includes(text),
			);
		fc.assert(
			fc.property(name, fc.jsonValue(), (member, value) => {
				const path = parsePath(`$json[${JSON.stringify(member).replace(/\\u[0-9a-f]{4}/gu, '')}]`);
				fc.pre(path !== undefined && path[0] === member);
				expect(follow({ [member]: value } as Fields, path)).toEqual(value);
			}),
		);
	});

	test('never throws on a record, whatever its shape', () => {
		fc.assert(
			fc.property(
				fc.dictionary(fc.string(), fc.jsonValue()),
				fc.array(fc.string(), { minLength: 1 }),
				(record, path) => void follow(record as Fields, path),
			),
		);
	});
});
