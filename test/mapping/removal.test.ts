import { compileMapping } from '../../sync/mapping';
import { asItIs, map, removalRow, row, settings } from './rows';

const number = { ...asItIs, as: 'number' } as const;

describe('a removal', () => {
	const removal = {
		kind: 'deactivate',
		rows: [
			removalRow('active', 'false', 'true', { ...asItIs, as: 'yes/no' }),
			removalRow('left_on', '={{ $now }}', '={{ null }}'),
		],
	} as const;
	const more = {
		rows: [row('email', '={{ $json.email }}'), row('age', '={{ $json.age }}', { conversion: number })],
		removal: { ...removal, rows: [...removal.rows] },
	};

	test('is mapped as far as it goes, whatever the last known fields are', () => {
		const { fields, mapped } = map(
			more,
			{ email: 'a', age: 'old' },
			{ removed: true },
			{ evaluate: () => '2026-07-31' },
		);
		expect(fields).toEqual({ email: 'a' });
		expect(mapped).toMatchObject({
			action: 'remove',
			why: 'removed',
			removal: {
				kind: 'deactivate',
				set: { active: false, left_on: '2026-07-31' },
				onReturn: { active: true, left_on: null },
			},
		});
		expect(mapped).not.toHaveProperty('error');
	});

	test('comes of leaving the scope too', () => {
		expect(
			map(more, { email: 'a', age: 'old' }, {}, { inScope: () => false, evaluate: () => 'x' }).mapped,
		).toMatchObject({ action: 'remove', why: 'out of scope' });
		expect(map(more, { email: 'a' }, {}, { inScope: () => true }).mapped).toMatchObject({
			action: 'write',
			removal: { set: {}, onReturn: { active: true, left_on: null } },
		});
	});

	test('never comes of a scope that cannot be decided', () => {
		expect(map(more, { email: 'a' }, {}, { inScope: () => ({ reason: 'No.' }) }).mapped).toMatchObject({
			action: 'fail',
			error: { reason: 'No.' },
		});
	});

	test('fails where what it sets cannot be had', () => {
		const desired = map(
			more,
			{ email: 'a' },
			{ removed: true },
			{
				evaluate: () => {
					throw new Error('no clock');
				},
			},
		);
		expect(desired.mapped).toMatchObject({ action: 'fail', why: 'removed', error: { field: 'left_on' } });
	});

	test('is undone by the mapped value where the field is mapped', () => {
		const both = {
			rows: [row('active', '={{ $json.active }}')],
			removal: { kind: 'deactivate' as const, rows: [removalRow('active', 'no', '')] },
		};
		expect(map(both, { active: 'trial' }).mapped.removal.onReturn).toEqual({ active: 'trial' });
	});

	test('says which field has no value, and needs one field at least', () => {
		const compile = (rows: ReturnType<typeof removalRow>[]) => () =>
			compileMapping(settings({ rows: [row('a', 'x')], removal: { kind: 'deactivate', rows } }));
		expect(compile([])).toThrow('Deactivate needs at least one field');
		expect(compile([removalRow('b', '', 'x')])).toThrow('does not say what “b” is set to');
		expect(compile([removalRow('b', 'x', '')])).toThrow('when the record returns');
		expect(compile([removalRow('b', 'x', 'y'), removalRow('b', 'x', 'y')])).toThrow('sets “b” twice');
	});
});
