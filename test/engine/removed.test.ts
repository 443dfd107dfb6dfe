/** What a removal leaves standing, a deactivated account, stays as the removal left it, whatever dies meanwhile. */
import { overBothLedgers } from './ledgers';
import { sleep, World } from './world';

overBothLedgers((store) => {
	let world: World;
	beforeEach(async () => {
		world = await World.open(store);
		world.sweepEvery = 0;
		world.guard = { few: 1e6, share: 1, changes: 1, first: true };
		for (const key of ['k1', 'k2', 'k3']) world.person(key);
		await world.tick();
		world.source.records.delete('k1');
		await world.tick();
		expect(account()).toBe('no');
	});
	afterEach(async () => {
		await world.close();
	});

	const account = () => world.destination.byEmail('k1@x.test')!.active;
	const reactivate = () => (world.destination.byEmail('k1@x.test')!.active = 'yes');
	/** A node that looks at a field, which nothing is left of for a record that was removed everywhere. */
	const dropTheErased = () => (world.between = (items) => items.filter(({ fields }) => fields['id'] !== undefined));

	it('invariant 1: also where the run died that was writing it back', async () => {
		dropTheErased();
		reactivate();
		world.ttl = 200;
		world.destination.faults = ['die before'];
		await world.tick();
		expect(account()).toBe('yes');
		await sleep(300);
		for (let n = 0; n < 3; n++) expect((await world.tick()).troubles).toEqual([]);
		expect(account()).toBe('no');
	});

	it('invariant 1: also where writing it back was refused', async () => {
		dropTheErased();
		reactivate();
		world.attempts = 1;
		world.destination.refuses.add('k1@x.test');
		await world.tick();
		expect(account()).toBe('yes');
		world.destination.refuses.clear();
		expect((await world.tick()).troubles).toEqual([]);
		expect(account()).toBe('no');
	});

	it('invariant 1: also under another mapping than the one that removed it', async () => {
		dropTheErased();
		world.flow = world.mapping.fingerprint = 'mapping 2';
		await world.tick();
		reactivate();
		await world.tick();
		expect(account()).toBe('no');
	});

	it('invariant 1: also with an older ledger, once the source has been read whole', async () => {
		dropTheErased();
		reactivate();
		world.seen = (await world.ledger.sequence()) + 1000;
		world.source.breakAfter = 0;
		await world.tick();
		world.seen = undefined;
		expect(account()).toBe('yes');
		await world.tick();
		expect(account()).toBe('no');
	});
});

overBothLedgers((store) => {
	it('invariant 6: a ledger that one sync finds older is older for all of them', async () => {
		const world = await World.open(store);
		for (let n = 0; n < 40; n++) world.person(`k${n}`);
		await world.tick();
		const other = { ...world.identity, workflow: 'w2' };
		const { id } = await world.ledger.register(other, 'others');
		const seen = (await world.ledger.sequence()) + 1000;
		world.seen = seen;
		await world.tick();
		expect((await world.ledger.find(other))!.epoch).toBe(2);
		// Of the same lost ledger, the other one has seen a later number: that is no second loss.
		expect(await world.ledger.checkAge(seen + 5000)).toBe(false);
		expect((await world.ledger.find(world.identity))!.epoch).toBe(2);
		expect((await world.ledger.register(other, 'others')).id).toBe(id);
		await world.close();
	});
});
