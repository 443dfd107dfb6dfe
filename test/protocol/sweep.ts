/** What a sweep compares, and who runs it. */
import { sleep } from '../engine/world';
import { changes, destinationOf, people, syncOf, type Rules } from './rules';

export const sweep: Rules = {
	'A state of its destination, claimed by any item that reaches it, resumed where it was cut off; a carrier where none came.':
		async (world) => {
			people(world, 30);
			await world.tick();
			const drift = () => [...world.destination.rows.values()].forEach((row) => (row.team = 'Pirates'));
			const healed = () => world.told().filter((line) => line.endsWith('healed')).length;
			/** Its time has come. */
			const due = async () =>
				await world.ask(
					(sql, { table }) =>
						sql`UPDATE ${table('destination')} SET sweep_due_at = 1, swept_at = 1 RETURNING id`,
				);
			world.sweepEvery = 3_600_000;
			await world.tick();
			world.told();
			// Nothing is due: one record, whole, carries it.
			drift();
			await due();
			expect(await world.tick()).toMatchObject({ handed: 1, runs: 1 });
			expect(healed()).toBe(30);
			// Something is: it rides along, and no carrier is sent.
			drift();
			await due();
			world.person('k30');
			expect(await world.tick()).toMatchObject({ handed: 1, runs: 1 });
			expect(healed()).toBe(30);
			// Cut off: whoever comes next goes on behind what was compared.
			const destination = await destinationOf(world);
			const { ledger } = world;
			await due();
			expect(await ledger.claimSweep(destination, 'first', 200)).toMatchObject({ after: null, range: null });
			expect(await ledger.claimSweep(destination, 'second', 200)).toBeUndefined();
			const place = { key: 'k5', part: '' };
			expect(await ledger.sweepProgress(destination, 'first', place, 200)).toBe(true);
			await sleep(300);
			expect(await ledger.claimSweep(destination, 'second', 200)).toMatchObject({ after: place, range: null });
			expect(await ledger.sweepProgress(destination, 'first', place, 200)).toBe(false);
		},

	'It compares what was confirmed at the present revision only.': async (world) => {
		people(world, 40);
		await world.tick();
		for (let n = 0; n < 20; n++) world.source.records.delete(`k${n}`);
		await world.tick();
		expect((await world.ledger.openHolds(await syncOf(world)))[0]).toMatchObject({ count: 20 });
		const page = async () => (await world.ledger.sweepPage(await destinationOf(world), null, 100)).length;
		expect(await page()).toBe(40);
		// Those that stand at the source are due with the new mapping, those that wait for a person stay at the old one.
		world.flow = world.mapping.fingerprint = 'mapping 2';
		world.destination.faults = ['down'];
		await world.tick();
		expect(await page()).toBe(0);
		await world.tick();
		expect(await page()).toBe(20);
		world.sweepEvery = 0;
		world.destination.byEmail('k1@x.test')!.team = 'Pirates';
		world.destination.byEmail('k21@x.test')!.team = 'Pirates';
		await world.tick();
		expect(changes(world)).toEqual(['update k21@x.test team']);
	},
};
