/** When what failed is tried again: a record by itself, a destination as a whole, and when no more. */
import { retryPolicy } from '../../nodes/shared/retry';
import { overBothLedgers } from './ledgers';
import { MemoryDestination } from './memory';
import { sleep, World } from './world';

const HOUR = 3_600_000;

overBothLedgers((store) => {
	let world: World;
	beforeEach(async () => {
		world = await World.open(store);
	});
	afterEach(async () => await world.close());

	describe('a record that fails', () => {
		/** Milliseconds until each record's next try. */
		const waits = async () =>
			(
				await world.ask<{ wait: number }>(
					(sql, { table, db }) =>
						sql`SELECT due_at - ${db.dialect.now} AS wait FROM ${table('link')} WHERE state = 'due'`,
				)
			).map(({ wait }) => wait);
		const hurry = async () =>
			await world.ask(
				(sql, { table }) => sql`UPDATE ${table('link')} SET due_at = 1 WHERE state = 'due' RETURNING key`,
			);

		it('waits twice as long after each try, and each record a little otherwise than the others', async () => {
			const { delay } = retryPolicy(9);
			Object.assign(world, { delay, attempts: 9 });
			for (let n = 0; n < 20; n++) {
				world.person(`k${n}`);
				world.destination.refuses.add(`k${n}@x.test`);
			}
			world.person('good');
			await world.tick();
			// What the machine needs between a failure and the look at it makes a wait a little shorter.
			for (const longest of [30_000, 60_000, 120_000]) {
				const all = await waits();
				expect(all).toHaveLength(20);
				expect(Math.max(...all)).toBeLessThanOrEqual(longest);
				expect(Math.min(...all)).toBeGreaterThan(longest * 0.75 - 6_000);
				expect(new Set(all.map((wait) => Math.round(wait / 10))).size).toBeGreaterThan(10);
				expect((await world.tick()).runs).toBe(0);
				await hurry();
				await world.tick();
			}
		});

		it('waits as long as the destination asks, not as long as usual', async () => {
			world.delay = () => HOUR;
			world.person('a');
			world.destination.refuses.add('a@x.test');
			world.destination.retryAfter = 60_000;
			await world.tick();
			expect((await waits())[0]).toBeLessThanOrEqual(60_000);
			expect((await world.tick()).runs).toBe(0);
			world.destination.refuses.clear();
			// As if a minute had passed.
			await world.ask((sql, { table }) => sql`UPDATE ${table('link')} SET due_at = due_at - 60000`);
			await world.tick();
			expect(world.told()).toEqual(['a created', 'a failed']);
		});

		it('is given up after so many tries, stays visible, and has all its tries again with a new version (invariant 3)', async () => {
			world.attempts = 3;
			world.person('a');
			world.destination.refuses.add('a@x.test');
			for (let n = 0; n < 5; n++) await world.tick();
			expect(world.told()).toEqual(['a failed', 'a failed', 'a failed']);
			const result = await world.tick();
			expect(result).toMatchObject({ runs: 0, health: 'failing', counts: { failed: 1, due: 0, later: 0 } });
			const sync = (await world.ledger.find(world.identity))!.id;
			expect(await world.ledger.failures(sync, 5)).toMatchObject([
				{ key: 'a', error: 'a@x.test is not welcome.' },
			]);
			world.person('a', { team: 'Legal' });
			for (let n = 0; n < 2; n++) await world.tick();
			expect(world.told()).toEqual(['a failed', 'a failed']);
			world.destination.refuses.clear();
			expect(await world.tick()).toMatchObject({ health: 'healthy', counts: { failed: 0 } });
			expect(world.told()).toEqual(['a created']);
		});
	});

	describe('a destination that is down', () => {
		it('is asked once per interval, while another one gets every change at once (invariant 9)', async () => {
			const other = new MemoryDestination();
			other.target = { id: 'memory:other', text: 'the other one' };
			world.beside.set('other', other);
			world.batch = 5;
			world.probeIn = 2000;
			const downs = (world.destination.faults = Array.from({ length: 50 }, () => 'down' as const));
			const began = performance.now();
			for (let round = 0; performance.now() - began < 3000; round++) {
				for (let n = 0; n < 10; n++) world.person(`k${n}`, { team: `Team ${round}` });
				await world.tick();
				expect(other.rows.size).toBe(10);
				expect([...other.rows.values()].every(({ team }) => team === `Team ${round}`)).toBe(true);
			}
			const probes = 50 - downs.length;
			expect(probes).toBeGreaterThanOrEqual(1);
			expect(probes).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - began) / 2000));
			expect(world.destination.rows.size).toBe(0);
			world.destination.faults = [];
			await sleep(2100);
			await world.tick();
			expect(world.destination.rows.size).toBe(10);
		});

		it('is left alone for as long as it asks, where that is longer than the interval', async () => {
			world.person('a');
			world.destination.faults = ['down'];
			world.destination.retryAfter = 1500;
			await world.tick();
			expect((await world.tick()).runs).toBe(0);
			await sleep(1600);
			await world.tick();
			expect(world.told()).toEqual(['a created']);
		});
	});
});
