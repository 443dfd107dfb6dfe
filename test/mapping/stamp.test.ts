import type { IDataObject } from 'n8n-workflow';

import { rows, stamp } from './given';
import { n8nIsHere, runMapping } from './run';

(n8nIsHere ? describe : describe.skip)('items whose stamp was dropped, in n8n', () => {
	jest.setTimeout(120_000);

	test('ties items again whose stamp was dropped on the way, and names the node', async () => {
		const { items, hints } = await runMapping(
			rows({ field: 'a', value: '={{ $json.a }}' }),
			[
				{ a: 1, _sync: stamp('1') },
				{ a: 2, _sync: stamp('2') },
			],
			({ a }) => ({ a: Number(a) * 10 }),
		);
		expect(items.map(({ json }) => [json['a'], (json['_sync'] as IDataObject)['key']])).toEqual([
			[10, '1'],
			[20, '2'],
		]);
		expect(hints[1]).toContain('“Between” dropped “_sync”');
	});

	test('refuses items that no source stamped', async () => {
		const { error } = await runMapping(rows({ field: 'a', value: '={{ $json.a }}' }), [{ a: 1 }], ({ a }) => ({
			a,
		}));
		expect(error?.message).toBe(
			'The node “Between” or one before it dropped “_sync” from the items, so that they cannot be tied to their records',
		);
	});
});
