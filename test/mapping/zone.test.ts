/** Days begin and end in the zone that the workflow is set to, wherever the server stands. */
import { DateTime } from 'luxon';

import { condition, rows, scope, stamp } from './given';
import { n8nIsHere, runMapping } from './run';

(n8nIsHere ? describe : describe.skip)('a last day and a start date, in the zone of the workflow', () => {
	jest.setTimeout(120_000);

	// At any moment one of the two has another date than UTC.
	test.each([
		['Pacific/Kiritimati', 'workflow'],
		['Pacific/Pago_Pago', 'workflow'],
		['Pacific/Kiritimati', 'mapping'],
		['Pacific/Pago_Pago', 'mapping'],
	])('act when their day comes in %s, the zone of the %s', async (zone, whose) => {
		const today = DateTime.now().setZone(zone).startOf('day');
		const day = (days: number) => today.plus({ days }).toISODate()!;
		const parameters = {
			...rows({ field: 'id', value: '={{ $json.id }}' }),
			...(whose === 'mapping' && { scopeZone: zone }),
			...scope(
				condition('={{ $json.starts }}', 'dateTime', 'beforeOrEquals', '={{ $today }}'),
				condition('={{ $json.lastDay }}', 'dateTime', 'afterOrEquals', '={{ $today }}'),
			),
		};
		const people = [
			{ id: 'works', starts: day(-10), lastDay: day(5) },
			{ id: 'first day', starts: day(0), lastDay: day(5) },
			{ id: 'last day', starts: day(-10), lastDay: day(0) },
			{ id: 'gone', starts: day(-10), lastDay: day(-1) },
			{ id: 'to come', starts: day(3), lastDay: day(9) },
		];
		const { items, error } = await runMapping(
			parameters,
			people.map((person) => ({ ...person, _sync: stamp(person.id) })),
			undefined,
			whose === 'workflow' ? zone : 'UTC',
		);
		expect(error).toBeUndefined();
		const told = items.map(({ json }) => {
			const { key, action, flipsAt } = json['_sync'] as { key: string; action: string; flipsAt?: number };
			return [key, action, flipsAt === undefined ? undefined : DateTime.fromMillis(flipsAt, { zone }).toISO()];
		});
		const midnight = (days: number) => today.plus({ days }).toISO();
		expect(told).toEqual([
			['works', 'write', midnight(5)],
			['first day', 'write', midnight(1)],
			['last day', 'write', midnight(1)],
			['gone', 'remove', undefined],
			['to come', 'remove', midnight(3)],
		]);
	});
});
