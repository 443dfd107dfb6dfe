/** Paths, templates and encodings of the REST engine. */
import { encode } from '../../../connectors/rest/text/encode';
import { drop, get, put } from '../../../connectors/rest/text/path';
import { fill, fillJson, fillPath } from '../../../connectors/rest/text/template';
import type { Fields, Value } from '../../../sync/types';

describe('paths', () => {
	const record = {
		a: { b: [{ c: 1 }] },
		'x.y': 2,
		custom_fields: [
			{ id: 3, value: 'three' },
			{ id: 4, value: 'four' },
		],
	};

	test.each<[string, Value | undefined]>([
		['a.b[0].c', 1],
		['["x.y"]', 2],
		['custom_fields[id=4].value', 'four'],
		['custom_fields[id=5].value', undefined],
		['a.b.c', undefined],
		['toString', undefined],
	])('%s', (path, value) => expect(get(record, path)).toBe(value));

	test('the empty path is the whole', () => expect(get(record, '')).toBe(record));

	test('what is missing on the way is made', () => {
		const made: Fields = {};
		put(made, 'a.b', 1);
		put(made, 'fields[id=7].value', 'seven');
		put(made, 'fields[id=7].value', 'more');
		put(made, 'emails[type=work].value', 'a@b.c');
		expect(made).toEqual({
			a: { b: 1 },
			fields: [{ id: 7, value: 'more' }],
			emails: [{ type: 'work', value: 'a@b.c' }],
		});
		drop(made, 'a.b');
		expect(made['a']).toEqual({});
	});

	test('nothing reaches behind an object', () => {
		expect(() => put({}, '__proto__.polluted', true)).toThrow('__proto__');
		expect(() => get({}, 'constructor.name')).toThrow('constructor');
	});
});

describe('templates', () => {
	test('one place takes the type of its value, and a member without a value is left out', () => {
		const names = { fields: { a: null, b: [1] }, size: 10, cursor: undefined };
		expect(fillJson({ data: '{fields}', limit: '{size}', after: '{cursor}', text: 'n={size}' }, names)).toEqual({
			data: { a: null, b: [1] },
			limit: 10,
			text: 'n=10',
		});
	});

	test('a spread puts members among others', () => {
		expect(fillJson({ '...': '{fields}', status: 'new' }, { fields: { a: 1 } })).toEqual({ a: 1, status: 'new' });
	});

	test('functions', () => {
		const names = { key: 'abc-us21', mail: 'A@B.c', said: 'it\'s "so"', ids: ['1', '2'] };
		expect(fill('{key|lastPart:-}', names)).toBe('us21');
		expect(fill('{mail|lower|md5}', names)).toBe('5d60d4e28066df254d5452f92c910092');
		expect(fill("q='{said|backslash:'}'", names)).toBe("q='it\\'s \"so\"'");
		expect(fill('name:{said|quote}', names)).toBe('name:"it\'s \\"so\\""');
		expect(fill('{ids|join:,}', names)).toBe('1,2');
		expect(fill('{ids|quotes}', names)).toBe('"1","2"');
		expect(fill("{both|quotes:'}", { both: ["O'Hara \\", '2'] })).toBe("'O\\'Hara \\\\','2'");
		expect(fill('{{literal}}', names)).toBe('{literal}');
	});

	test('a path encodes its values, and refuses what would name something else', () => {
		expect(fillPath('/users/{id}.json', { id: 'a/b c' })).toBe('/users/a%2Fb%20c.json');
		expect(() => fillPath('/users/{id}', { id: undefined })).toThrow('no value');
		expect(() => fillPath('/users/{id}', { id: '..' })).toThrow('no value');
	});
});

describe('encodings', () => {
	const how = (encoding: 'json' | 'form' | 'flat form' | 'ndjson') => ({ base: 'http://x.test/api', encoding });
	const fields = { name: 'Ä b', metadata: { by: 'sync' }, items: [{ price: 1 }], gone: null };

	test('form with brackets', () => {
		const { body, headers } = encode({ method: 'POST', path: '/c', body: '{fields}' }, { fields }, how('form'));
		expect(decodeURIComponent(body!.replace(/\+/gu, ' '))).toBe(
			'name=Ä b&metadata[by]=sync&items[0][price]=1&gone=',
		);
		expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
	});

	test('flat form with comma lists', () => {
		const { body } = encode(
			{ method: 'POST', path: '/c', body: { users: '{ids}' } },
			{ ids: ['U1', 'U2'] },
			how('flat form'),
		);
		expect(body).toBe('users=U1%2CU2');
	});

	test('lines', () => {
		const { body } = encode(
			{ method: 'PATCH', path: '/c', body: '{rows}' },
			{ rows: [{ a: 1 }, { a: 2 }] },
			how('ndjson'),
		);
		expect(body).toBe('{"a":1}\n{"a":2}');
	});

	test('GraphQL takes its text as it is', () => {
		const graphql = 'query($n: Int) { things(take: $n) { id } }';
		const { body } = encode({ method: 'POST', path: '', graphql, body: { n: '{size}' } }, { size: 5 }, how('json'));
		expect(JSON.parse(body!)).toEqual({ query: graphql, variables: { n: 5 } });
	});

	test('a query leaves out what has no value, and repeats a list', () => {
		const request = {
			method: 'GET' as const,
			path: '/c?fixed=1',
			query: { after: '{cursor}', id: '{ids}', filter: { a: { _eq: '{v}' } } },
		};
		const { url } = encode(request, { cursor: undefined, ids: [1, 2], v: 'x' }, how('json'));
		expect(decodeURIComponent(url)).toBe('http://x.test/api/c?fixed=1&id=1&id=2&filter[a][_eq]=x');
	});
});
