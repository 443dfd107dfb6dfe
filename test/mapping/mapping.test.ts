import fc from 'fast-check';

import { compileMapping } from '../../sync/mapping';
import type { Fields } from '../../sync/types';
import { asItIs, map, row, settings } from './rows';

const number = { ...asItIs, as: 'number' } as const;

describe('rows', () => {
	test('give each destination field its value and its owner', () => {
		const { fields, mapped } = map(
			{
				rows: [
					row('userName', '={{ $json.email }}'),
					row('title', 'Ms', { owner: 'once' }),
					row('full', '={{ $json.first }} {{ $json.last }}'),
				],
				match: ['userName'],
			},
			{ email: 'ann@x.org', first: 'Ann', last: 'Lee' },
		);
		expect(fields).toEqual({ userName: 'ann@x.org', title: 'Ms', full: 'Ann Lee' });
		expect(mapped).toMatchObject({
			action: 'write',
			owned: ['userName', 'full'],
			once: ['title'],
			match: ['userName'],
			mapping: 'f',
		});
		expect(mapped).not.toHaveProperty('error');
	});

	test('say which fields are filled only where they are empty; an empty value fills nothing', () => {
		const rows = [
			row('id', '={{ $json.id }}'),
			row('tel', '={{ $json.phone }}', { owner: 'if empty' }),
			row('fax', '={{ $json.fax }}', { owner: 'if empty' }),
		];
		const { fields, mapped } = map({ rows }, { id: 1, phone: '12', fax: '' });
		expect(fields).toEqual({ id: 1, tel: '12' });
		expect(mapped).toMatchObject({ owned: ['id'], once: [], fill: ['tel'] });
		expect(map({ rows }, { id: 1 }).mapped).not.toHaveProperty('fill');
	});

	test('empty the destination field, or leave it alone and do not own it', () => {
		for (const empty of [null, '', undefined]) {
			const fields: Fields = { ...(empty !== undefined && { phone: empty }) };
			expect(map({ rows: [row('tel', '={{ $json.phone }}')] }, fields)).toMatchObject({
				fields: { tel: empty ?? null },
				mapped: { owned: ['tel'] },
			});
			const left = map(
				{
					rows: [
						row('tel', '={{ $json.phone }}', { ifEmpty: 'leave' }),
						row('t', '={{ $json.phone }}', { ifEmpty: 'leave', owner: 'once' }),
					],
				},
				fields,
			);
			expect(left).toMatchObject({ fields: {}, mapped: { owned: [], once: [] } });
		}
	});

	test('fail their record with field, value, reason and what to do', () => {
		const { fields, mapped } = map(
			{ rows: [row('age', '={{ $json.age }}', { conversion: number }), row('name', '={{ $json.name }}')] },
			{ age: '12a', name: 'Ann' },
		);
		expect(fields).toEqual({ name: 'Ann' });
		expect(mapped.action).toBe('fail');
		expect(mapped.error).toEqual({
			field: 'age',
			value: '12a',
			reason: '"12a" is not a number of the form 1234.5.',
			todo: expect.stringMatching(/\.$/u),
		});
	});

	test('fail their record where an expression fails or gives what is no value', () => {
		const rows = [row('x', '={{ $json.a.toUpperCase() }}')];
		const broken = map(
			{ rows },
			{},
			{},
			{
				evaluate: () => {
					throw new Error('no such function');
				},
			},
		);
		expect(broken.mapped).toMatchObject({
			action: 'fail',
			error: { field: 'x', reason: 'The expression failed: no such function.' },
		});
		for (const given of [NaN, new Date(NaN), () => 1])
			expect(map({ rows }, {}, {}, { evaluate: () => given }).mapped.action).toBe('fail');
		expect(map({ rows }, {}, {}, { evaluate: () => new Date(0) }).fields).toEqual({
			x: '1970-01-01T00:00:00.000Z',
		});
	});

	test('are wrong as settings when two write one field, one has no value, or a constant cannot be converted', () => {
		const compile = (more: Parameters<typeof settings>[0]) => () => compileMapping(settings(more));
		expect(compile({ rows: [row('a', 'x'), row('b', 'y'), row('a', 'z')] })).toThrow(
			'Fields 1 and 3 both write “a”',
		);
		expect(compile({ rows: [row('a', '')] })).toThrow('Field 1 (“a”) has no value');
		expect(compile({ rows: [row('', 'x')] })).toThrow('Field 1 has no destination field');
		expect(compile({ rows: [row('_sync', 'x')] })).toThrow('reserved');
		expect(compile({ rows: [row('n', 'x'), row('m', 'many', { conversion: number })] })).toThrow(
			'Field 2 (“m”): "many" is not a number',
		);
		expect(
			compile({ rows: [row('d', '={{ $json.d }}', { conversion: { ...asItIs, as: 'date', zone: 'Nowhere' } })] }),
		).toThrow('Field 1 (“d”): “Nowhere” is not a time zone');
		expect(compile({})).toThrow('Nothing is mapped');
		expect(compile({ rows: [row('email', 'x')], match: ['E-Mail'] })).toThrow(
			expect.objectContaining({
				message: 'The match field “E-Mail” is not mapped',
				detail: { todo: expect.stringContaining('“email”') },
			}),
		);
	});
});

describe('fields of the same name', () => {
	test('are all mapped, but for exceptions; rows win', () => {
		const byName = { except: ['_sync', 'salary'], ifEmpty: 'write' } as const;
		const { fields, mapped } = map(
			{
				byName: { ...byName, except: [...byName.except] },
				rows: [row('name', '={{ $json.nick }}')],
				match: ['email'],
			},
			{ email: 'a', salary: 1, name: 'Ann', nick: 'A', none: null },
		);
		expect(fields).toEqual({ name: 'A', email: 'a', nick: 'A', none: null });
		expect(mapped.owned).toEqual(['name', 'email', 'nick', 'none']);
	});

	test('carry any name, also one that JavaScript holds for itself', () => {
		const fields = JSON.parse('{"__proto__": "x", "constructor": "y"}') as Fields;
		const desired = map({ byName: { except: [], ifEmpty: 'write' } }, fields);
		expect(JSON.stringify(desired.fields)).toBe('{"__proto__":"x","constructor":"y"}');
		expect(Object.getPrototypeOf(desired.fields)).toBe(Object.prototype);
	});
});

describe('records that exist at the first run', () => {
	const existing = {
		which: 'newer' as const,
		since: '2026-01-01T00:00:00',
		at: row('', '={{ $json.created }}').value,
	};

	test('carry their own date beside the one they are compared with', () => {
		const more = { rows: [row('a', 'x')], existing, zone: 'Europe/Berlin' };
		expect(map(more, { created: '2026-07-31' }).mapped.existing).toEqual({
			which: 'newer',
			since: '2025-12-31T23:00:00Z',
			at: '2026-07-30T22:00:00Z',
		});
		expect(map(more, { created: null }).mapped.existing).toEqual({ which: 'newer', since: '2025-12-31T23:00:00Z' });
		expect(map(more, { created: 'soon' }).mapped).toMatchObject({
			action: 'fail',
			error: { field: 'Date of the Record' },
		});
	});

	test('need a date to be compared with', () => {
		expect(() => compileMapping(settings({ rows: [row('a', 'x')], existing: { which: 'newer' } }))).toThrow(
			'needs the date',
		);
	});
});

test('mapping never throws for a record, whatever it holds, and what it puts out is JSON', () => {
	const mapping = compileMapping(
		settings({
			byName: { except: [], ifEmpty: 'leave' },
			rows: (['text', 'number', 'yes/no', 'date', 'date and time'] as const).map((as) =>
				row(as, '={{ $json.a }}', { conversion: { ...asItIs, as } }),
			),
		}),
	);
	fc.assert(
		fc.property(
			fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), fc.jsonValue()),
			fc.boolean(),
			(fields, removed) => {
				const desired = mapping.map(
					{ fields: JSON.parse(JSON.stringify(fields)) as Fields, removed, sensitive: ['b'] },
					{ evaluate: () => null },
				);
				expect(JSON.parse(JSON.stringify(desired))).toEqual(desired);
				if (removed) expect(desired.mapped.action).toBe('remove');
			},
		),
	);
});
