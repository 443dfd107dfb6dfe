/** The keys under which a system remembers what it was sent: a write that was repeated has the same one, another write another. */
import { World } from './world';

describe('idempotency keys', () => {
	let world: World;
	let sent: [action: string, key: string][];
	beforeEach(async () => {
		world = await World.open();
		sent = [];
		const write = world.destination.write.bind(world.destination);
		world.destination.write = async (writes) => {
			for (const { action, idempotencyKey } of writes) sent.push([action, idempotencyKey]);
			return await write(writes);
		};
	});
	afterEach(async () => await world.close());

	it('stay the same over all attempts of a create', async () => {
		world.person('a');
		world.destination.faults = ['down', 'down'];
		await world.tick();
		world.destination.refuses.add('a@x.test');
		await world.tick();
		await world.tick();
		world.destination.refuses.clear();
		await world.tick();
		expect(world.destination.rows.size).toBe(1);
		expect(sent.length).toBeGreaterThan(1);
		expect(new Set(sent.map(([action]) => action))).toEqual(new Set(['create']));
		expect(new Set(sent.map(([, key]) => key)).size).toBe(1);
	});

	it('differ for what is created in place of a counterpart that is gone', async () => {
		world.person('a');
		await world.tick();
		world.destination.rows.clear();
		world.sweepEvery = 0;
		await world.tick();
		await world.tick();
		expect(sent.map(([action]) => action)).toEqual(['create', 'create']);
		expect(new Set(sent.map(([, key]) => key)).size).toBe(2);
	});

	it('differ for an update that writes the same again, for what stands there may not be what was answered', async () => {
		world.person('a');
		await world.tick();
		world.person('a', { team: 'Legal' });
		world.destination.refuses.add('a@x.test');
		await world.tick();
		world.destination.refuses.clear();
		await world.tick();
		const updates = sent.filter(([action]) => action === 'update');
		expect(updates).toHaveLength(2);
		expect(new Set(updates.map(([, key]) => key)).size).toBe(2);
	});
});
