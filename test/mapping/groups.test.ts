/** One counterpart from several records: what a group's members have together. */
import type { IDataObject } from 'n8n-workflow';

import { rows, stamp } from './given';
import { n8nIsHere, runMapping } from './run';

(n8nIsHere ? describe : describe.skip)('one counterpart from several records', () => {
	jest.setTimeout(120_000);

	const members = [
		{ order: 'A', sku: 'x', amount: '10.10', at: '2026-01-02' },
		{ order: 'A', sku: 'y', amount: '0.20', at: '2026-01-03' },
		{ order: 'A', sku: null, amount: null, at: '2026-01-01' },
	];
	const of = (several: string, value: string, settings: IDataObject = {}) => ({
		field: several,
		value,
		settings: { several, ...settings },
	});
	const parameters = rows(
		{ field: 'order', value: '={{ $json.order }}' },
		of('first', '={{ $json.at }}'),
		of('last', '={{ $json.at }}', { as: 'date' }),
		of('sum', '={{ $json.amount }}'),
		of('list', '={{ $json.sku }}', { list: 'set', case: 'upper' }),
	);
	const run = async (json: IDataObject, given: IDataObject = parameters) =>
		await runMapping(given, [{ ...json, _sync: stamp('A') }]);

	test('is of the first, of the last, their sum, or a list of them', async () => {
		const { items, error } = await run({ ...members[0], members });
		expect(error).toBeUndefined();
		const { _sync: given, ...fields } = items[0]!.json;
		expect(fields).toEqual({ order: 'A', first: '2026-01-02', last: '2026-01-01', sum: 10.3, list: ['X', 'Y'] });
		expect(given).toMatchObject({ action: 'write', lists: { list: 'set' } });
	});

	test('of a record that is no group, it is its own', async () => {
		const { items } = await run(members[1]!);
		expect(items[0]!.json).toMatchObject({ first: '2026-01-03', last: '2026-01-03', sum: 0.2, list: ['Y'] });
	});

	test('what cannot be added fails the record with the value; an expression cannot be asked of each member', async () => {
		const { items } = await run({ ...members[0], members: [...members, { order: 'A', amount: 'ten' }] });
		expect(items[0]!.json['_sync']).toMatchObject({
			action: 'fail',
			error: { field: 'sum', reason: '"ten" is no number that can be added.' },
		});
		const expression = rows(of('sum', '={{ Number($json.amount) * 2 }}'));
		expect((await run({ members }, expression)).error?.message).toContain('Of Several Records');
	});
});
