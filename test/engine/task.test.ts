/** What no API of the destination does is left to a person: held with what there is to do, and done only on that person's word. */
import { SyncError, type Write, type WriteResult } from '../../sync/types';
import { overBothLedgers } from './ledgers';
import { World } from './world';

const TODO = 'Deactivate {name} under Manage members';

overBothLedgers((store) => {
	let world: World;
	let sync: number;
	beforeEach(async () => {
		world = await World.open(store);
		world.mapping.removal = { kind: 'delete', set: {}, onReturn: {} };
		world.sweepEvery = 0;
		world.guard = { few: 1e6, share: 1, changes: 1, first: false };
		const { destination } = world;
		const write = destination.write.bind(destination);
		destination.write = async (writes: Write[]): Promise<WriteResult[]> => {
			const left = writes.filter(({ action }) => action === 'delete');
			const error = new SyncError('refused', 'cannot be removed by this API.', { todo: TODO, task: true });
			return [
				...(await write(writes.filter(({ action }) => action !== 'delete'))),
				...left.map(({ ref }) => ({ ref, ok: false as const, error })),
			];
		};
		for (const key of ['k1', 'k2', 'k3']) world.person(key, { name: `Person ${key}` });
		await world.tick();
		sync = (await world.ledger.find(world.identity))!.id;
		world.source.records.delete('k1');
	});
	afterEach(async () => {
		await world.close();
	});

	const side = async (key = 'k1') => (await world.ledger.record(sync, key))!.sides[0]!;
	const stands = () => world.destination.byEmail('k1@x.test') !== undefined;

	it('comes out held, once, with what there is to do', async () => {
		const { troubles } = await world.tick();
		const told = world.outcomes.filter(({ key, outcome }) => key === 'k1' && outcome === 'held');
		expect(told).toMatchObject([{ action: 'task', todo: 'Deactivate Person k1 under Manage members' }]);
		expect(await side()).toMatchObject({ standing: 'held', state: 'task', error: told[0]!.todo });
		expect(troubles.join()).toContain('1 task waits for a person');
		for (let n = 0; n < 3; n++) await world.tick();
		expect(world.outcomes.filter(({ key, outcome }) => key === 'k1' && outcome === 'held')).toHaveLength(1);
		expect(world.outcomes.some(({ key, confirmed }) => key === 'k1' && confirmed === true)).toBe(false);
	});

	it('is done when a person says so, and counts as no confirmation', async () => {
		await world.tick();
		expect(await world.ledger.done(sync, { key: 'k2' })).toBe(0);
		const before = (await side()).confirmedAt;
		expect(await world.ledger.done(sync, { key: 'k1' })).toBe(1);
		expect(await world.ledger.done(sync, { key: 'k1' })).toBe(0);
		expect(await side()).toMatchObject({ standing: 'removed', counterpart: null, confirmedAt: before });
		const { rows } = await world.ledger.history(sync, { key: 'k1' }, null, 10);
		expect(rows.map(({ outcome }) => outcome)).toEqual(
			expect.arrayContaining(['left to a person', 'done by hand']),
		);
		expect(rows.some(({ outcome }) => outcome === 'removed')).toBe(false);
		expect((await world.tick()).troubles).toEqual([]);
		// It was done by hand, or it was not: nothing more is sent.
		expect(stands()).toBe(true);
		expect(world.destination.log.some((line) => line.startsWith('delete'))).toBe(false);
	});

	it('is void when the record returns, and finds what still stands', async () => {
		await world.tick();
		world.person('k1', { name: 'Person k1', team: 'back' });
		expect((await world.tick()).troubles).toEqual([]);
		expect(await side()).toMatchObject({ standing: 'in sync' });
		expect(world.destination.byEmail('k1@x.test')!.team).toBe('back');
	});

	it('adopts what is found by its match field when the record returns after it was done', async () => {
		await world.tick();
		await world.ledger.done(sync, { key: 'k1' });
		world.person('k1', { name: 'Person k1', team: 'back' });
		await world.tick();
		expect(world.destination.inserts.filter((email) => email === 'k1@x.test')).toHaveLength(1);
		expect(world.destination.byEmail('k1@x.test')!.team).toBe('back');
	});

	it('is tried by the API again where a person wants that', async () => {
		await world.tick();
		expect(await world.ledger.retry(sync, { key: 'k1' })).toBe(1);
		const { write } = Object.getPrototypeOf(world.destination) as typeof world.destination;
		world.destination.write = write.bind(world.destination);
		await world.tick();
		expect(stands()).toBe(false);
		expect(await side()).toMatchObject({ standing: 'removed' });
	});

	it('is no removal that the guard counts, and none that is late', async () => {
		world.unconfirmedAfter = 1;
		await world.tick();
		await new Promise((done) => setTimeout(done, 20));
		const { troubles } = await world.tick();
		expect(troubles).toHaveLength(1);
		expect(troubles[0]).toContain('task');
	});
});
