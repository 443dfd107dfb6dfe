/** One record per element of a list, in the mapping node of a real n8n. */
import type { IDataObject } from 'n8n-workflow';

import { condition, rows, scope, stamp } from './given';
import { n8nIsHere, runMapping } from './run';

(n8nIsHere ? describe : describe.skip)('one record per element of a list', () => {
	jest.setTimeout(120_000);

	const parameters = {
		...rows(
			{ field: 'sku', value: '={{ $json.lines[0].sku }}' },
			{ field: 'title', value: '={{ $json.name }} {{ $json.lines[0].size }}' },
			// A real expression, which only n8n's evaluator can answer.
			{ field: 'shout', value: '={{ $json.lines[0].sku.toUpperCase() + $json.lines.length }}' },
		),
		match: ['sku'],
		onePer: 'element',
		elementsOf: '={{ $json.lines }}',
		elementKey: '={{ $json.lines[0].id }}',
	};
	const run = async (given: IDataObject, more: IDataObject = {}, change = {}) =>
		await runMapping({ ...parameters, ...more }, [{ ...given, _sync: stamp('7', change) }]);
	const syncOf = (json: IDataObject) => json['_sync'] as IDataObject;
	const lines = [
		{ id: 1, sku: 'a', size: 'S' },
		{ id: 2, sku: 'b', size: 'M' },
	];

	test('every element is mapped as if it were the only one of its record', async () => {
		const { items, error } = await run({ name: 'Shirt', lines });
		expect(error).toBeUndefined();
		expect(items.map(({ json: { _sync: _stamp, ...json } }) => json)).toEqual([
			{ sku: 'a', title: 'Shirt S', shout: 'A1' },
			{ sku: 'b', title: 'Shirt M', shout: 'B1' },
		]);
		expect(items.map(({ json }) => [syncOf(json)['part'], syncOf(json)['parts'], syncOf(json)['key']])).toEqual([
			['1', { keys: ['1', '2'], set: {} }, '7'],
			['2', { keys: ['1', '2'], set: {} }, '7'],
		]);
	});

	test('an empty list, none at all, and one that is text', async () => {
		for (const given of [{ lines: [] }, { lines: null }, {}]) {
			const { items, hints } = await run({ name: 'Shirt', ...given });
			expect(items).toHaveLength(1);
			expect(syncOf(items[0]!.json)).toMatchObject({ action: 'write', parts: { keys: [] } });
			expect(syncOf(items[0]!.json)['part']).toBeUndefined();
			expect(hints[0]).toContain('0 failed');
		}
		expect((await run({ name: 'Shirt', lines: JSON.stringify(lines) })).items).toHaveLength(2);
	});

	test('a key that is missing or comes twice fails the record, and names the element and the key', async () => {
		const failing = async (given: unknown) => {
			const { items } = await run({ name: 'Shirt', lines: given as IDataObject[] });
			expect(items).toHaveLength(1);
			expect(syncOf(items[0]!.json)).toMatchObject({ action: 'fail' });
			expect(syncOf(items[0]!.json)['parts']).toBeUndefined();
			return (syncOf(items[0]!.json)['error'] as IDataObject)['reason'];
		};
		expect(await failing([...lines, { id: 1, sku: 'c' }])).toBe(
			'Elements 1 and 3 of “lines” have the same key "1".',
		);
		expect(await failing([...lines, { sku: 'c' }])).toBe('Element 3 of “lines” has no key.');
		expect(await failing('a, b')).toBe('“lines” is no list, but "a, b".');
	});

	test('the scope looks at each element, a removal at all of them', async () => {
		const only = scope(condition('={{ $json.lines[0].size }}', 'string', 'equals', 'S'));
		const { items } = await run({ name: 'Shirt', lines }, only);
		expect(items.map(({ json }) => syncOf(json)['action'])).toEqual(['write', 'remove']);
		const gone = await run({ name: 'Shirt', lines }, {}, { change: 'removed' });
		expect(gone.items.map(({ json }) => [syncOf(json)['action'], syncOf(json)['part']])).toEqual([
			['remove', '1'],
			['remove', '2'],
		]);
	});

	test('what deactivates a part that is no longer there travels with the others', async () => {
		const { items } = await run(
			{ name: 'Shirt', lines },
			{
				removal: 'deactivate',
				removalRows: { row: [{ field: 'active', set: 'false', onReturn: 'true', as: 'yes/no' }] },
			},
		);
		expect(syncOf(items[0]!.json)['parts']).toMatchObject({ set: { active: false } });
	});

	test('settings that cannot be meant are told of before anything is mapped', async () => {
		expect((await run({ lines }, { elementsOf: 'lines' })).error?.message).toContain('names no list');
		expect((await run({ lines }, { elementKey: 'id' })).error?.message).toContain('Element Key'); // typed, not dragged in
		// Dragged in as the first element: the list is meant.
		expect((await run({ name: 'Shirt', lines }, { elementsOf: '={{ $json.lines[0] }}' })).items).toHaveLength(2);
	});
});
