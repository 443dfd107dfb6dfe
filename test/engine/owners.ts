/** Who owns what: copies of workflows, several syncs on one destination, destinations that were left; over every kind of ledger. */
import type { Store } from '../../ledger/store';
import { World } from './world';

export function ownerStories(store?: () => Promise<Store>): void {
	let world: World;
	beforeEach(async () => {
		world = await World.open(store);
		for (let n = 0; n < 25; n++) world.person(`k${n}`, { note: 'from HR' });
		world.mapping.unmapped = ['note'];
		await world.tick();
		world.told();
	});
	afterEach(async () => {
		await world.close();
	});

	const second = () => {
		world.identity = { ...world.identity, workflow: 'second' };
		world.name = 'second';
		world.node = 'second';
		world.attempts = 1;
	};

	describe('one owner of a field', () => {
		it('a copy of a workflow that is renamed as well is a new sync: it is refused what the first one owns, by name', async () => {
			second();
			const result = await world.tick();
			expect(world.outcomes).toHaveLength(25);
			expect(world.outcomes.every(({ outcome }) => outcome === 'failed')).toBe(true);
			expect(world.outcomes[0]!.text).toContain(
				'is kept by the sync “people” too, which owns email, name, team (if that one is gone, give this sync its name, and set Take Over From Workflow to w)',
			);
			expect(result).toMatchObject({ health: 'failing', held: [] });
			expect(world.destination.log).toHaveLength(25);
		});

		it('two syncs may own disjoint fields of one counterpart, which goes with its last link only', async () => {
			second();
			world.mapping.unmapped = ['name', 'team'];
			world.mapping.foreign = ['email'];
			world.mapping.removal = { kind: 'delete', set: {}, onReturn: {} };
			await world.tick();
			// It is the second sync's first write there.
			world.release = world.held[0]!.id;
			await world.tick();
			expect(world.told().filter((line) => !line.endsWith('superseded'))).toEqual(
				Array.from({ length: 25 }, (_, n) => `k${n} adopted`).sort(),
			);
			expect(world.destination.byEmail('k3@x.test')).toMatchObject({ note: 'from HR', team: 'Sales' });

			world.source.records.delete('k3');
			await world.tick();
			expect(world.told()).toEqual(['k3 detached']);
			expect(world.destination.byEmail('k3@x.test')).toBeDefined();

			world.identity = { ...world.identity, workflow: 'w' };
			world.name = 'people';
			world.node = 'to';
			world.mapping.unmapped = ['note'];
			world.mapping.foreign = [];
			await world.tick();
			expect(world.told()).toEqual(['k3 removed']);
			expect(world.destination.byEmail('k3@x.test')).toBeUndefined();
		});
	});

	describe('a destination that was left', () => {
		it('is left as soon as its node is set up for another table, though nothing changes in the source and nothing is swept', async () => {
			world.settings = 'people';
			await world.tick();
			world.told();
			Object.assign(world.destination, { target: { id: 'memory:others', text: 'others' }, rows: new Map() });
			await world.tick();
			expect(world.destination.rows.size).toBe(0);

			world.settings = 'others';
			await world.tick();
			await world.tick();
			await world.tick();
			expect(world.destination.rows.size).toBe(25);
			expect(world.told().filter((line) => line.endsWith('created'))).toHaveLength(25);
		});

		it('is only looked at where another of its settings was changed', async () => {
			world.settings = 'a';
			await world.tick();
			await world.tick();
			world.told();
			world.destination.byEmail('k3@x.test')!['team'] = 'edited downstream';
			world.settings = 'b';
			await world.tick();
			await world.tick();
			expect(world.told()).toEqual([]);
			expect(world.destination.byEmail('k3@x.test')).toMatchObject({ team: 'edited downstream' });
			expect((await world.tick()).counts).toMatchObject({ due: 0, underway: 0 });
			expect(
				await world.ask(
					(sql, store) => sql`SELECT 1 FROM ${store.table('destination')} WHERE checked_at >= check_at`,
				),
			).toHaveLength(1);
		});

		it('keeps its links until a person drops them; its rows stay, and it is as new if the sync returns there', async () => {
			const links = async () => (await world.links()).filter(({ state }) => state === 'settled').length;
			world.destination.target.id = 'another table';
			world.person('k0', { team: 'Ops' });
			await world.tick();
			const retired = await world.links();
			expect(retired.filter(({ retired: yes }) => yes)).toHaveLength(25);
			expect(await links()).toBe(24);

			world.forgetRetired = true;
			await world.tick();
			expect((await world.links()).filter(({ retired: yes }) => yes)).toEqual([]);
			expect(world.destination.rows.size).toBe(25);

			world.forgetRetired = false;
			world.destination.target.id = 'memory:people';
			world.person('k1', { team: 'Legal' });
			await world.tick();
			await world.tick();
			expect(world.held.at(-1)).toMatchObject({
				kind: 'first',
				reason: expect.stringContaining('0 would be created, 25 adopted, of which 2 overwritten'),
			});
		});
	});
}
