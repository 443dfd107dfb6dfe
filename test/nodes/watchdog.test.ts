/** A sync whose trigger is dead cannot say so: another one does, once. */
import { DatabaseSync } from 'node:sqlite';

import { longestRest } from '../../nodes/shared/trigger/cron';
import { closeLedgers, openLedger } from '../../nodes/shared/ledger';
import { staleness } from '../../sync/watchdog';
import { World } from './world';

describe('a sync beside one that has died', () => {
	let world: World;
	const real = performance.now.bind(performance);
	beforeEach(() => {
		world = new World();
		// n8n has been running for days.
		let later = 1e9;
		jest.spyOn(performance, 'now').mockImplementation(() => real() + (later += 60_000));
	});
	afterEach(async () => {
		jest.restoreAllMocks();
		await world.remove();
	});

	test('tells of it once, by a failed execution of its own, and says where to look', async () => {
		const trigger = await world.publish();
		await trigger.tick();
		const { instance } = (await (await openLedger()).syncs())[0]!.identity;
		const { id } = await (
			await openLedger()
		).register({ instance, workflow: 'the dead one', node: 't' }, 'Payroll');
		await (await openLedger()).rhythm(id, { tick: 10_000, read: 10_000 });
		await closeLedgers();
		const ledger = new DatabaseSync(world.ledger);
		ledger.exec(
			`UPDATE sync SET tick_at = registered_at - 600000, registered_at = registered_at - 600000 WHERE id = ${id}`,
		);
		ledger.close();
		await trigger.tick();
		await trigger.tick();
		expect(world.told).toEqual([
			expect.stringMatching(
				/^The sync “Payroll” has stopped: Its trigger has not run since .+, though it should every 10 seconds\. This is told by “HR”.+workflow the dead one/u,
			),
		]);
		await trigger.close();
	});
});

describe('when a sync is stale', () => {
	const hour = 3_600_000;
	const beat = (every: number | null, since: number) => ({ every, since });
	test('after three intervals and a little, not before', () => {
		const at = 100 * hour;
		const of = (since: number) =>
			staleness({ tick: beat(hour, since), read: beat(hour, at), sweeps: [] }, at).map(({ kind }) => kind);
		expect(of(at - 3 * hour)).toEqual([]);
		expect(of(at - 3 * hour - 31_000)).toEqual(['ticks']);
	});

	test('what does not happen by itself is never late, and a dead trigger is all that is said', () => {
		const sweeps = [{ ...beat(hour, 0), name: 'Phones' }];
		expect(staleness({ tick: beat(null, 0), read: beat(null, 0), sweeps: [] }, 100 * hour)).toEqual([]);
		expect(staleness({ tick: beat(hour, 0), read: beat(hour, 0), sweeps }, 100 * hour)).toHaveLength(1);
		expect(
			staleness({ tick: beat(hour, 99 * hour), read: beat(hour, 0), sweeps }, 100 * hour).map(({ kind }) => kind),
		).toEqual(['reads', 'sweep Phones']);
	});

	test.each([
		['*/15 * * * *', 15 * 60],
		['*/10 * * * * *', 10],
		['0 8-17 * * 1-5', (3 * 24 - 9) * 3600],
		['0 8-17 * * MON-FRI', (3 * 24 - 9) * 3600],
		['30 0 7 1 * *', 31 * 86_400],
		['0 12 * * 7', 7 * 86_400],
		['0 6 1,15 * *', 17 * 86_400],
	])('a trigger by the line %s may rest %s seconds', (line, seconds) => {
		expect(longestRest(line)).toBe(seconds * 1000);
	});

	test.each(['0 0 L * *', '0 0 * * 5#2', 'every day', '61 * * * *', '0 0 30 2 *'])(
		'of the line “%s” nobody knows',
		(line) => {
			expect(longestRest(line)).toBeNull();
		},
	);
});
