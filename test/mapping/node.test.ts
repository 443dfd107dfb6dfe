import type { IDataObject } from 'n8n-workflow';

import { condition, rows, scope, stamp } from './given';
import { n8nIsHere, runMapping } from './run';

(n8nIsHere ? describe : describe.skip)('the node in n8n', () => {
	jest.setTimeout(120_000);

	test('maps dragged-in fields, text and real expressions, and keeps the stamp', async () => {
		const parameters = rows(
			{ field: 'userName', value: '={{ $json.email }}', settings: { trim: true, case: 'lower' } },
			{ field: 'city', value: '={{ $json["home address"].cities[1] }}' },
			{ field: 'full', value: '={{ $json.first }} {{ $json.last }}' },
			{ field: 'initial', value: '={{ $json.first.slice(0, 1) + $itemIndex }}', settings: { owner: 'once' } },
			{ field: 'start', value: '={{ $json.start }}', settings: { as: 'date', format: 'dd.MM.yyyy' } },
			{ field: 'gone', value: '={{ $json.nothing.here }}', settings: { ifEmpty: 'leave' } },
		);
		const person = {
			email: ' Ann@X.org ',
			'home address': { cities: ['A', 'B'] },
			first: 'Ann',
			last: 'Lee',
			start: '31.07.2026',
		};
		const { items, hints, error } = await runMapping(parameters, [
			{ ...person, _sync: stamp('1') },
			{ ...person, first: 'Bea', _sync: stamp('2', { test: true }) },
		]);
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => ({ ...json, _sync: undefined }))).toEqual([
			{ userName: 'ann@x.org', city: 'B', full: 'Ann Lee', initial: 'A0', start: '2026-07-31' },
			{ userName: 'ann@x.org', city: 'B', full: 'Bea Lee', initial: 'B1', start: '2026-07-31' },
		]);
		expect(items[1]).toMatchObject({
			pairedItem: { item: 1 },
			json: {
				_sync: {
					key: '2',
					run: 7,
					test: true,
					action: 'write',
					owned: ['userName', 'city', 'full', 'start'],
					once: ['initial'],
				},
			},
		});
		expect(hints[0]).toBe('2 to write, 0 to remove, 0 failed.');
		expect(hints[1]).toContain('No record has the field “nothing”');
	});

	test('answers dragged-in fields exactly as the evaluator of n8n does', async () => {
		const sources = [
			'={{ $json.a }}',
			'={{ $json.a.b }}',
			'={{ $json["a"].b[0] }}',
			'=x {{ $json.a }} y',
			'={{ $json.a }}{{ $json.c }}',
			'={{ $json?.a?.b }}',
			'=plain',
			'={{ null }}',
			'={{ $json.a.length }}',
			'={{ $json["c"] }} ',
		];
		const values = [null, true, false, 0, 1.5, '', 'text', [1, null, 'x'], { b: ['deep'] }, { b: null }, 'ü\\n'];
		// The same expression with a comment is not a plain path, so the evaluator answers it.
		const slow = (source: string) => source.replaceAll('}}', '/* */ }}');
		const parameters = rows(
			...sources.flatMap((source, index) => [
				{ field: `f${index}`, value: source },
				{ field: `s${index}`, value: slow(source) },
			]),
		);
		const { items, error } = await runMapping(
			parameters,
			values.map((a, index) => ({
				a,
				c: values[(index + 3) % values.length]!,
				_sync: stamp(String(index)),
			})),
		);
		expect(error).toBeUndefined();
		expect(items).toHaveLength(values.length);
		for (const { json } of items) {
			const [fast, evaluated] = ['f', 's'].map((letter) =>
				sources.map((source, index) => [source, json[letter + index]]),
			);
			expect(fast).toEqual(evaluated);
		}
	});

	test('decides the scope by the filter of n8n, and treats who leaves it as removed', async () => {
		const parameters = {
			...rows({ field: 'n', value: '={{ $json.n }}' }),
			...scope(
				condition('={{ $json.dept }}', 'string', 'equals', 'Sales'),
				condition('={{ $json.age }}', 'number', 'gte', 18),
				condition('={{ $json.n.toUpperCase() }}', 'string', 'notEquals', 'B'),
			),
			removal: 'delete',
		};
		const people = [
			{ n: 'a', dept: 'Sales', age: '20' },
			{ n: 'b', dept: 'Sales', age: 20 },
			{ n: 'c', dept: 'HR', age: 20 },
			{ n: 'd', dept: 'Sales', age: 'old' },
			{ n: 'e', dept: 'Sales' },
			{ n: 'f', dept: 'HR', _sync: stamp('f', { change: 'removed' }) },
		];
		const { items, hints } = await runMapping(
			parameters,
			people.map((person) => ({ _sync: stamp(person.n), ...person })),
		);
		expect(
			items.map(({ json: { n, _sync } }) => [n, (_sync as IDataObject)['action'], (_sync as IDataObject)['why']]),
		).toEqual([
			['a', 'write', undefined],
			['b', 'remove', 'out of scope'],
			['c', 'remove', 'out of scope'],
			['d', 'fail', undefined],
			['e', 'fail', undefined],
			['f', 'remove', 'removed'],
		]);
		expect((items[3]!.json['_sync'] as IDataObject)['error']).toEqual({
			reason: expect.stringMatching(/^Condition 2 of the scope cannot be decided: .*'old'/u),
			todo: expect.any(String),
		});
		expect((items[4]!.json['_sync'] as IDataObject)['error']).toMatchObject({
			reason: 'Condition 2 of the scope cannot be decided: the record has no field “age”.',
		});
		expect(hints[0]).toMatch(
			/^1 to write, 2 out of scope, 1 to remove, 2 failed\. First failure: d \(Person d\): Condition 2/u,
		);
	});

	test('refuses a scope that looks at no field, and takes the blank condition of a new node for none', async () => {
		const row = rows({ field: 'n', value: '={{ $json.n }}' });
		const { items } = await runMapping({ ...row, ...scope(condition('', 'string', 'equals')) }, [
			{ n: 1, _sync: stamp('1') },
		]);
		expect(items[0]!.json['_sync']).toMatchObject({ action: 'write' });
		const { error } = await runMapping({ ...row, ...scope(condition('dept', 'string', 'equals', 'Sales')) }, [
			{ n: 1, _sync: stamp('1') },
		]);
		expect(error?.message).toBe('Condition 1 of the scope looks at no field of the record');
	});

	test('says which setting is wrong, and what to do', async () => {
		const { error } = await runMapping(rows({ field: 'a', value: '1' }, { field: 'a', value: '2' }), [
			{ _sync: stamp('1') },
		]);
		expect(error).toEqual({ message: 'Fields 1 and 2 both write “a”', description: 'Remove one of them.' });
		expect(
			(await runMapping(rows({ field: 'a', value: '={{ $json.__proto__ }}' }), [{ _sync: stamp('1') }])).error
				?.message,
		).toContain('may not go through “__proto__”');
		expect(
			(await runMapping(rows({ field: '={{ $json.a }}', value: '1' }), [{ _sync: stamp('1') }])).error?.message,
		).toContain('by a value of the record');
	});

	test('shows no sensitive value, neither in an item nor in a hint', async () => {
		const sensitive = ['iban'];
		const parameters = {
			...rows({ field: 'i', value: '={{ $json.iban }}', settings: { as: 'number' } }),
			...scope(condition('={{ $json.iban }}', 'number', 'gt', 5)),
		};
		const { items, hints } = await runMapping(parameters, [{ iban: 'DE99', _sync: stamp('1', { sensitive }) }]);
		expect(items[0]!.json['_sync']).toMatchObject({ action: 'fail', sensitive: ['i'] });
		expect(JSON.stringify([items, hints])).not.toContain('DE99');
	});

	test('carries row settings, removal fields and match fields through the form of n8n', async () => {
		const parameters = {
			fieldsOf: 'postgres',
			...rows({ field: 'email', value: '={{ $json.email }}' }),
			removal: 'deactivate',
			removalRows: { row: [{ field: 'active', set: 'false', onReturn: 'true', as: 'yes/no' }] },
			existing: 'newer',
			since: '2026-01-01T00:00:00',
			recordDate: '={{ $json.at }}',
			mayCreate: false,
		};
		const { items, error } = await runMapping(parameters, [
			{ email: 'a', at: '2026-07-31T00:00:00Z', _sync: stamp('1', { change: 'removed' }) },
		]);
		expect(error).toBeUndefined();
		expect(items[0]!.json['_sync']).toMatchObject({
			action: 'remove',
			match: ['email'],
			removal: { kind: 'deactivate', set: { active: false }, onReturn: { active: true } },
			may: { create: false, update: true },
			existing: { which: 'newer', since: '2025-12-31T23:00:00Z', at: '2026-07-31T00:00:00Z' },
		});
	});
});
