/** Who decides what stands in a field, story by story. */
import { DEFAULT_GUARD } from '../../sync/guard';
import { overBothLedgers } from './ledgers';
import { World } from './world';

overBothLedgers((store) => {
	let world: World;
	beforeEach(async () => {
		world = await World.open(store);
		world.sweepEvery = 0;
		world.guard = { ...DEFAULT_GUARD, first: false };
	});
	afterEach(async () => await world.close());

	const row = () => world.destination.byEmail('a@x.test')!;
	/** Two ticks: in the second one whatever the first one left to a sweep is seen. */
	const settle = async () => {
		await world.tick();
		await world.tick();
		return world.told();
	};

	describe('ownership', () => {
		it('set once: given on create, and the destination’s from then on (invariant 5)', async () => {
			world.mapping.once = ['team'];
			world.person('a');
			await settle();
			expect(row()).toMatchObject({ team: 'Sales' });
			row().team = 'Theirs';
			world.person('a', { team: 'Legal', name: 'Renamed' });
			expect(await settle()).toEqual(['a updated']);
			expect(row()).toMatchObject({ team: 'Theirs', name: 'Renamed' });
		});

		it('set once: what is adopted keeps its own', async () => {
			world.mapping.once = ['team'];
			world.destination.rows.set('7', { email: 'a@x.test', name: 'Old', team: 'Theirs' });
			world.person('a');
			expect(await settle()).toEqual(['a adopted']);
			expect(row()).toMatchObject({ team: 'Theirs', name: 'Person a' });
		});

		it('fill if empty: given on create and when it is found empty, and never over what stands there', async () => {
			world.mapping.fill = ['team', 'note'];
			world.destination.rows.set('7', { email: 'a@x.test', name: 'Person a', team: 'Theirs', note: '' });
			world.person('a', { note: 'from the source' });
			world.person('b', { note: 'new' });
			expect(await settle()).toEqual(['a adopted', 'b created']);
			expect(row()).toMatchObject({ team: 'Theirs', note: 'from the source' });
			expect(world.destination.byEmail('b@x.test')).toMatchObject({ team: 'Sales', note: 'new' });
			expect(world.destination.log).toContain('update a@x.test note');
		});

		it('fill if empty is no drift: neither an edit nor an emptied field is healed; the next change fills it', async () => {
			world.mapping.fill = ['note'];
			world.person('a', { note: 'first' });
			await settle();
			row().note = 'edited';
			expect(await settle()).toEqual([]);
			row().note = null;
			expect(await settle()).toEqual([]);
			expect(row().note).toBeNull();
			world.person('a', { note: 'second' });
			await world.tick();
			expect(world.outcomes.filter(({ outcome }) => outcome === 'updated')).toEqual([
				expect.objectContaining({ changes: [{ field: 'note', was: null, now: 'second' }] }),
			]);
			expect(row().note).toBe('second');
		});

		it('an emptied source field empties the destination, or leaves it alone, as its row says', async () => {
			world.mapping.leave = ['note'];
			world.person('a', { note: 'n' });
			await settle();
			world.person('a', { note: '', team: '' });
			await settle();
			expect(row()).toMatchObject({ note: 'n', team: '' });
			row().note = 'theirs now';
			row().team = 'edited';
			expect(await settle()).toEqual(['a healed']);
			expect(row()).toMatchObject({ note: 'theirs now', team: '' });
		});

		it('a field that is no longer mapped keeps its value, and is the destination’s from then on', async () => {
			world.person('a');
			await settle();
			world.flow = world.mapping.fingerprint = 'mapping 2';
			world.mapping.unmapped = ['team'];
			await settle();
			expect(row()).toMatchObject({ team: 'Sales' });
			row().team = 'Theirs';
			world.person('a', { team: 'Legal', name: 'Renamed' });
			await settle();
			expect(row()).toMatchObject({ team: 'Theirs', name: 'Renamed' });
		});
	});
});
