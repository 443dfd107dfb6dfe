import { condition, rows, scope, stamp } from './given';
import { n8nIsHere, runMapping } from './run';

(n8nIsHere ? describe : describe.skip)('the speed of the node in n8n', () => {
	jest.setTimeout(120_000);

	test('maps 5,000 items × 12 dragged-in fields in a fraction of a second', async () => {
		const names = Array.from({ length: 12 }, (_, index) => `field${index}`);
		const items = Array.from({ length: 5000 }, (_, index) => ({
			...Object.fromEntries(names.map((name) => [name, `${name} of ${index}`])),
			_sync: stamp(String(index)),
		}));
		const dragged = names.map((name) => ({ field: name, value: `={{ $json.${name} }}` }));
		const fast = await runMapping(rows(...dragged), items);
		const scoped = await runMapping(
			{
				...rows(...dragged),
				...scope(
					condition('={{ $json.field0 }}', 'string', 'notEmpty', '', true),
					condition('={{ $json.field1 }}', 'string', 'contains', 'of'),
				),
			},
			items,
		);
		const few = items.slice(0, 500);
		const real = await runMapping(
			rows(
				...dragged.slice(2),
				...names.slice(0, 2).map((name) => ({ field: name, value: `={{ $json.${name}.trim() }}` })),
			),
			few,
		);
		const text = [fast, scoped, real]
			.map(
				(run, index) =>
					`${['12 dragged in', 'with a scope', '2 of 12 real expressions, 500 items'][index]}: ${run.seconds.toFixed(3)} s`,
			)
			.join('; ');
		process.stdout.write(`mapping of 5,000 items: ${text}\n`);
		expect(fast.items).toHaveLength(5000);
		// Per record: twelve dragged-in fields cost less than two real expressions, on a machine however busy.
		expect(fast.seconds / 5000).toBeLessThan(real.seconds / 500);
	});
});
