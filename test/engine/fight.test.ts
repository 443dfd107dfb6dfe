/** Two writers of one field: written back some times, then named and left to a person. */
import { World } from './world';

describe('two writers of one field', () => {
	let world: World;
	beforeEach(async () => {
		world = await World.open();
		world.sweepEvery = 0;
		world.guard = { ...world.guard, few: 1000, share: 1 };
		for (let n = 0; n < 5; n++) world.person(`k${n}`);
		await world.tick();
		world.told();
	});
	afterEach(async () => {
		await world.close();
	});

	const writes = async (team: string, rounds: number, field = 'team') => {
		const told: string[] = [];
		for (let n = 0; n < rounds; n++) {
			world.destination.byEmail('k1@x.test')![field] = team;
			await world.tick();
			told.push(...world.told());
		}
		return told;
	};

	it('are noticed: after five turns the field is left, and both values and the turns are named (invariants 1, 8)', async () => {
		const told = await writes('Pirates', 8);
		expect(told).toEqual([...Array.from({ length: 5 }, () => 'k1 healed'), 'k1 failed']);
		expect(world.destination.byEmail('k1@x.test')).toMatchObject({ team: 'Pirates' });
		const { health, troubles, counts } = await world.tick();
		expect(health).toBe('failing');
		expect(counts).toMatchObject({ failed: 1 });
		expect(troubles.join()).toMatch(
			/Person k1: somebody else writes “team” too: “Sales” was written back 5 times since .*Z, and “Pirates” stands there again\. Let one of the two own the field/,
		);
	});

	it('leave all other records alone, and end when the source has something new to say', async () => {
		await writes('Pirates', 7);
		world.destination.byEmail('k2@x.test')!.team = 'Pirates';
		await world.tick();
		expect(world.told()).toEqual(['k2 healed']);
		world.person('k1', { team: 'Legal' });
		await world.tick();
		expect(world.told()).toEqual(['k1 updated']);
		expect(world.destination.byEmail('k1@x.test')).toMatchObject({ team: 'Legal' });
		expect((await world.tick()).health).toBe('healthy');
	});

	it('are not whoever edits now this and now that, nor somebody who stopped for long', async () => {
		for (let n = 0; n < 7; n++) expect(await writes(`Team ${n}`, 1)).toEqual(['k1 healed']);
		await writes('Pirates', 4);
		for (let n = 0; n < 21; n++) await world.tick();
		expect(await writes('Pirates', 5)).toEqual(Array.from({ length: 5 }, () => 'k1 healed'));
	});

	it('never win over a removal: what it set is written back for ever', async () => {
		world.source.records.delete('k1');
		await world.tick();
		expect(world.told()).toEqual(['k1 deactivated']);
		expect(await writes('yes', 8, 'active')).toEqual(Array.from({ length: 8 }, () => 'k1 healed'));
		expect(world.destination.byEmail('k1@x.test')).toMatchObject({ active: 'no' });
	});

	it('survive a crash of the process', async () => {
		await writes('Pirates', 3);
		await world.reopen();
		expect(await writes('Pirates', 3)).toEqual(['k1 healed', 'k1 healed', 'k1 failed']);
	});
});
