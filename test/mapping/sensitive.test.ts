import fc from 'fast-check';

import { asItIs, map, row } from './rows';

const number = { ...asItIs, as: 'number' } as const;

describe('sensitive values', () => {
	const rows = [
		row('iban', '={{ $json.iban }}', { conversion: number }),
		row('masked', '={{ $json.iban.slice(-4) }}'),
		row('all', '={{ JSON.stringify($json) }}'),
		row('name', '={{ $json.name }}'),
		row('shout', '={{ $json.name.toUpperCase() }}'),
	];

	test('are known by the destination fields that they reach', () => {
		expect(map({ rows }, { iban: '1' }, { sensitive: ['iban'] }, { evaluate: () => 'x' }).mapped.sensitive).toEqual(
			['iban', 'masked', 'all'],
		);
		expect(
			map(
				{ rows, byName: { except: [], ifEmpty: 'write' } },
				{ pin: '1' },
				{ sensitive: ['pin'] },
				{ evaluate: () => 'x' },
			).mapped.sensitive,
		).toEqual(['all', 'pin']);
		expect(
			map(
				{
					rows: [
						row('a', '={{ $json.person }}'),
						row('b', '={{ $json.person.pin }}'),
						row('c', '={{ $json.person.name }}'),
					],
				},
				{},
				{ sensitive: ['person.pin'] },
			).mapped.sensitive,
		).toEqual(['a', 'b']);
	});

	test('never stand in an error', () => {
		fc.assert(
			fc.property(
				fc.string({ minLength: 4 }).map((text) => `§${text}`),
				(secret) => {
					const failing = () => {
						throw new Error(`Unexpected token in ${secret}`);
					};
					for (const source of [rows[0]!, rows[1]!, rows[2]!]) {
						const { mapped } = map(
							{ rows: [source] },
							{ iban: secret },
							{ sensitive: ['iban'] },
							{ evaluate: failing },
						);
						expect(mapped.action).toBe('fail');
						expect(JSON.stringify(mapped)).not.toContain(JSON.stringify(secret).slice(1, -1));
					}
				},
			),
		);
	});

	test('that were kept as fingerprints only are not written as if they were values', () => {
		const iban = { $keyed: 'abc' };
		expect(
			map({ rows: [row('iban', '={{ $json.iban }}')] }, { iban }, { sensitive: ['iban'] }).mapped,
		).toMatchObject({
			action: 'fail',
		});
		expect(
			map({ byName: { except: [], ifEmpty: 'write' } }, { iban }, { sensitive: ['iban'] }).mapped,
		).toMatchObject({
			action: 'fail',
			owned: [],
		});
		expect(
			map({ rows: [row('iban', '={{ $json.iban }}')] }, { iban }, { sensitive: ['iban'], removed: true }),
		).toMatchObject({ fields: {}, mapped: { action: 'remove' } });
	});
});
