/** A ledger that was lost, restored from a copy, or came from another n8n. */
import { changes, people, syncOf, type Rules } from './rules';

export const lost: Rules = {
	'The newest number is kept with the workflow; a ledger behind it, or of another instance, starts a new epoch: nothing confirmed, every removal held, no create without a lookup.':
		async (world) => {
			people(world, 40);
			const { sequence } = await world.tick();
			const epoch = async () => (await world.ledger.find(world.identity))!.epoch;
			expect(sequence).toBe(await world.ledger.sequence());
			const first = await epoch();
			// In step with what is remembered: nothing happens.
			world.seen = sequence;
			expect((await world.tick()).handed).toBe(0);
			expect(await epoch()).toBe(first);
			// Behind it: all is compared anew, nothing made twice, and not even one removal goes.
			world.seen = sequence! + 1000;
			world.source.records.delete('k0');
			const result = await world.tick();
			expect(result.troubles.join()).toContain('older than this workflow remembers');
			expect(result.handed).toBe(39);
			expect(await epoch()).toBe(first + 1);
			expect(await world.ledger.sequence()).toBeGreaterThan(world.seen);
			world.seen = await world.ledger.sequence();
			expect(await world.tick()).toMatchObject({ counts: { held: 1 } });
			expect(world.destination.inserts).toHaveLength(40);
			expect(changes(world)).toEqual([]);
			// The same under another instance’s name.
			world.identity = { ...world.identity, instance: 'another' };
			world.takeOver = world.identity.workflow;
			world.destination.rows.delete('7');
			await world.tick();
			expect(await epoch()).toBe(first + 2);
			expect(world.destination.inserts).toHaveLength(41);
			expect(world.destination.rows.size).toBe(40);
			expect(changes(world)).toEqual([]);
		},

	'Caution ends with a person’s release.': async (world) => {
		people(world, 40);
		await world.tick();
		world.seen = (await world.ledger.sequence()) + 1000;
		await world.tick();
		world.seen = undefined;
		world.source.records.delete('k0');
		await world.tick();
		expect(changes(world)).toEqual([]);
		const [hold] = await world.ledger.openHolds(await syncOf(world));
		world.release = hold!.id;
		await world.tick();
		expect(changes(world)).toEqual(['update k0@x.test active']);
		world.source.records.delete('k1');
		await world.tick();
		expect(changes(world)).toHaveLength(2);
	},
};
