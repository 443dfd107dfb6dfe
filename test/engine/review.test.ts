/** Read, then act: what nobody has looked at is not written. */
import type { Planned } from '../../sync/review';
import { overBothLedgers } from './ledgers';
import { World } from './world';

overBothLedgers((store) => {
	let world: World;
	let seen: Planned[];
	/** What happens while the person looks, and what they approve. */
	let meanwhile: () => void;
	let approve: (planned: Planned) => boolean;

	beforeEach(async () => {
		world = await World.open(store);
		seen = [];
		meanwhile = () => undefined;
		approve = () => true;
		world.review = async (planned) => {
			seen.push(...planned);
			meanwhile();
			return planned.filter(approve);
		};
		for (let n = 0; n < 30; n++) world.person(`k${n}`);
	});
	afterEach(async () => await world.close());

	const shown = () => seen.splice(0).map(({ item, outcome }) => `${item.stamp.key} ${outcome.action}`);

	describe('a plan that is reviewed', () => {
		it('is applied as it was shown, with was and now', async () => {
			await world.tick();
			expect(shown()).toHaveLength(30);
			expect(world.told()).toHaveLength(30);
			world.person('k3', { team: 'Legal' });
			await world.tick();
			expect(seen[0]!.outcome.changes).toEqual([{ field: 'team', was: 'Sales', now: 'Legal' }]);
			expect(shown()).toEqual(['k3 update']);
			expect(world.told()).toEqual(['k3 updated']);
			expect(world.destination.log.at(-1)).toBe('update k3@x.test team');
		});

		it('is held, with the new plan, when the destination has changed meanwhile; and comes again', async () => {
			await world.tick();
			shown();
			world.told();
			world.person('k3', { team: 'Legal' });
			const writes = world.destination.log.length;
			meanwhile = () => (world.destination.byEmail('k3@x.test')!.team = 'Pirates');
			await world.tick();
			expect(world.destination.log).toHaveLength(writes);
			const [held] = world.outcomes.splice(0);
			expect(held).toMatchObject({
				outcome: 'held',
				action: 'update',
				changes: [{ field: 'team', was: 'Pirates', now: 'Legal' }],
			});
			expect(held!.text).toMatch(
				/^Person k3 is no longer as it was reviewed, and nothing was written\. Now it would be updated/u,
			);
			meanwhile = () => undefined;
			shown();
			await world.tick();
			expect(shown()).toEqual(['k3 update']);
			expect(world.told()).toEqual(['k3 updated']);
		});

		it('is not applied once the record has changed again: the newer plan is shown', async () => {
			await world.tick();
			shown();
			world.told();
			world.person('k3', { team: 'Legal' });
			meanwhile = () => world.person('k3', { team: 'Board' });
			await world.tick();
			meanwhile = () => undefined;
			// The lease was kept: what was approved was still the newest that the ledger knew.
			expect(world.told()).toEqual(['k3 updated']);
			await world.tick();
			expect(shown()).toEqual(['k3 update', 'k3 update']);
			expect(world.destination.byEmail('k3@x.test')).toMatchObject({ team: 'Board' });
		});

		it('that was not approved is written by nobody', async () => {
			await world.tick();
			shown();
			world.told();
			approve = () => false;
			world.person('k3', { team: 'Legal' });
			await world.tick();
			await world.tick();
			expect(shown()).toEqual(['k3 update']);
			expect(world.told()).toEqual([]);
			expect(world.destination.byEmail('k3@x.test')).toMatchObject({ team: 'Sales' });
		});

		it('is made of a removal once the guard has let it pass, and of a deletion', async () => {
			await world.tick();
			shown();
			world.told();
			world.source.records.delete('k3');
			await world.tick();
			expect(shown()).toEqual(['k3 deactivate']);
			expect(world.told()).toEqual(['k3 deactivated']);
			world.mapping.removal = { kind: 'delete', set: {}, onReturn: {} };
			world.source.records.delete('k4');
			approve = () => false;
			await world.tick();
			expect(shown()).toEqual(['k4 remove']);
			expect(world.destination.byEmail('k4@x.test')).toBeDefined();
		});

		it('is made of drift too: a sweep heals nothing by itself then', async () => {
			world.sweepEvery = 0;
			await world.tick();
			shown();
			world.told();
			world.destination.byEmail('k7@x.test')!.team = 'Pirates';
			await world.tick();
			expect(world.told()).toEqual([]);
			await world.tick();
			expect(shown()).toEqual(['k7 heal']);
			expect(world.told()).toEqual(['k7 healed']);
		});

		it('of a create that somebody else did meanwhile is not turned into an overwrite', async () => {
			meanwhile = () => world.destination.rows.set('900', { email: 'k3@x.test', name: 'Theirs', team: 'Theirs' });
			await world.tick();
			expect(world.destination.rows.get('900')).toMatchObject({ name: 'Theirs' });
			expect(world.told()).toContain('k3 held');
			meanwhile = () => undefined;
			shown();
			await world.tick();
			expect(shown()).toEqual(['k3 adopt']);
			expect(world.told()).toEqual(['k3 adopted']);
		});

		it('is a plan of fingerprints: no value can be read from it', async () => {
			await world.tick();
			expect(seen.every(({ plan }) => /^[\w-]{22}$/u.test(plan.hash))).toBe(true);
			expect(new Set(seen.map(({ plan }) => plan.hash)).size).toBe(30);
		});
	});
});
