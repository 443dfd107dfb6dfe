import { rows, stamp } from './given';
import { map, row } from './rows';
import { n8nIsHere, runMapping } from './run';

const reference = { kind: 'reference', to: 'Customers', patience: 1000 } as const;
const lookUp = { kind: 'look up', by: 'email', object: 'users' } as const;

describe('a row that refers to another record', () => {
	const refer = (customer: unknown, more = {}) =>
		map(
			{ rows: [row('id', 'x'), row('customer_id', '={{ $json.customer }}', { finds: reference, ...more })] },
			{ customer: customer as never },
		);

	test('names it by its key, and owns a field that has no value yet', () => {
		const { fields, mapped } = refer(12);
		expect(fields).toEqual({ id: 'x' });
		expect(mapped).toMatchObject({
			action: 'write',
			owned: ['id', 'customer_id'],
			needs: [{ kind: 'reference', field: 'customer_id', to: 'Customers', keys: ['12'], patience: 1000 }],
		});
		expect(refer(['a', 2]).mapped.needs).toMatchObject([{ keys: ['["a","2"]'] }]);
	});

	test('refers to nobody where its value is empty: the field is emptied, or left alone', () => {
		expect(refer(null)).toMatchObject({ fields: { customer_id: null }, mapped: { owned: ['id', 'customer_id'] } });
		expect(refer(null).mapped).not.toHaveProperty('needs');
		expect(refer('', { ifEmpty: 'leave' }).mapped.owned).toEqual(['id']);
	});

	test('fails where its value can be no key, or is sensitive', () => {
		expect(refer({ id: 1 }).mapped).toMatchObject({ action: 'fail', error: { field: 'customer_id' } });
		const { mapped } = map(
			{ rows: [row('id', 'x'), row('c', '={{ $json.c }}', { finds: reference })] },
			{ c: 'secret' },
			{ sensitive: ['c'] },
		);
		expect(mapped.error?.reason).toContain('sensitive');
		expect(JSON.stringify(mapped)).not.toContain('secret');
	});

	test('needs nothing for a record that is removed', () => {
		const removed = map(
			{ rows: [row('id', 'x'), row('c', '={{ $json.c }}', { finds: reference })] },
			{ c: 1 },
			{ removed: true },
		);
		expect(removed.mapped).not.toHaveProperty('needs');
	});
});

test('a row that is looked up says by what, and where; of a list, each member', () => {
	const look = (mail: unknown) =>
		map({ rows: [row('id', 'x'), row('user', '={{ $json.mail }}', { finds: lookUp })] }, { mail: mail as never })
			.mapped.needs;
	expect(look('a@x.test')).toEqual([
		{ kind: 'look up', field: 'user', by: 'email', object: 'users', values: ['a@x.test'] },
	]);
	expect(look(['a', 'b'])).toMatchObject([{ many: true, values: ['a', 'b'] }]);
});

(n8nIsHere ? describe : describe.skip)('the node in n8n', () => {
	jest.setTimeout(120_000);

	test('takes both from the settings of a row, without an expression', async () => {
		const parameters = rows(
			{ field: 'id', value: '={{ $json.id }}' },
			{ field: 'customer_id', value: '={{ $json.customer }}', settings: { refersTo: 'w/t/n', waitHours: 2 } },
			{
				field: 'owner',
				value: '={{ $json.mail }}',
				settings: { lookUpBy: 'email', lookUpIn: 'users', trim: true, case: 'lower' },
			},
		);
		const { items, error } = await runMapping(parameters, [
			{ id: 1, customer: 7, mail: ' A@x ', _sync: stamp('1') },
		]);
		expect(error).toBeUndefined();
		expect(items[0]!.json).toMatchObject({
			id: 1,
			_sync: {
				owned: ['id', 'customer_id', 'owner'],
				needs: [
					{ kind: 'reference', to: 'w/t/n', keys: ['7'], patience: 7_200_000 },
					{ kind: 'look up', by: 'email', object: 'users', values: ['a@x'] },
				],
			},
		});
		const both = rows({ field: 'id', value: 'x', settings: { refersTo: 'itself', lookUpBy: 'a' } });
		expect((await runMapping(both, [{ _sync: stamp('1') }])).error?.message).toContain(
			'both Refers To and Look Up By',
		);
	});
});
