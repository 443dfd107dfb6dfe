/** That a removal is confirmed, or that somebody hears of it; and who is named when an edit is overwritten. */
import { overBothLedgers } from './ledgers';
import { Crash } from './memory';
import { World } from './world';

overBothLedgers((store) => {
	let world: World;
	beforeEach(async () => {
		world = await World.open(store);
		for (let n = 0; n < 30; n++) world.person(`k${n}`);
		await world.tick();
		world.told();
	});
	afterEach(async () => await world.close());

	/** As if so much more time had passed since the source changed. */
	const later = async (minutes: number) =>
		await world.ask(
			(sql, { table }) => sql`UPDATE ${table('record')} SET changed_at = changed_at - ${minutes * 60_000}`,
		);
	const late = (troubles: string[]) => troubles.filter((text) => text.includes('not confirmed'));

	describe('a removal', () => {
		it('is reported as confirmed, with the seconds since the source changed', async () => {
			world.source.records.delete('k3');
			world.beforeRun = async () => void (await later(2));
			await world.tick();
			const [gone] = world.outcomes.filter(({ outcome }) => outcome === 'deactivated');
			expect(gone).toMatchObject({ key: 'k3', confirmed: true });
			expect(gone!.seconds).toBeGreaterThanOrEqual(120);
			expect(gone!.seconds).toBeLessThan(180);
			expect(gone!.text).toMatch(
				/^Person k3 was deactivated in People: active from empty to “no”; confirmed 12\d seconds after the source changed\.$/u,
			);
		});

		it('is sent before all other work, however much is due', async () => {
			for (let n = 0; n < 30; n++) world.person(`k${n}`, { team: 'Legal' });
			world.batch = 5;
			world.guard = { ...world.guard, changes: 1 };
			world.source.records.delete('k29');
			world.destination.log.length = 0;
			await world.tick();
			const { log } = world.destination;
			expect([log.length, log[0]]).toEqual([30, 'update k29@x.test active']);
		});

		it('that the mapping made is confirmed without a time: the source said nothing', async () => {
			world.mapping.scope = ({ id }) => id !== 'k3';
			world.flow = world.mapping.fingerprint = 'mapping 2';
			await later(60);
			expect(late((await world.tick()).troubles)).toEqual([]);
			const [gone] = world.outcomes.filter(({ outcome }) => outcome === 'deactivated');
			expect(gone).toMatchObject({ key: 'k3', confirmed: true });
			expect(gone).not.toHaveProperty('seconds');
		});

		it('that the destination, down for six minutes, does not confirm becomes news after five, by name, once', async () => {
			world.source.records.delete('k3');
			world.destination.faults = ['down', 'down', 'down', 'down'];
			const first = await world.tick();
			expect(first).toMatchObject({ health: 'failing', turned: true });
			expect(late(first.troubles)).toEqual([]);
			await later(4);
			expect(late((await world.tick()).troubles)).toEqual([]);
			await later(2);
			const told = await world.tick();
			expect(late(told.troubles)).toEqual([
				expect.stringMatching(
					/^1 removal is not confirmed 5 min after the source changed: Person k3 in To \(6 min\)\./u,
				),
			]);
			expect(told.turned).toBe(true);
			expect(await world.tick()).toMatchObject({ turned: false });
			world.destination.faults = [];
			const after = await world.tick();
			expect(after).toMatchObject({ health: 'healthy', turned: true });
			expect(world.outcomes.find(({ outcome }) => outcome === 'deactivated')).toMatchObject({ confirmed: true });
		});

		it('is news for each one, and not where the user wants none', async () => {
			world.destination.faults = ['down', 'down', 'down'];
			world.source.records.delete('k3');
			await world.tick();
			await later(6);
			await world.tick();
			world.source.records.delete('k4');
			await world.tick();
			await later(6);
			world.destination.faults = ['down', 'down'];
			expect(await world.tick()).toMatchObject({ turned: true });
			world.unconfirmedAfter = 0;
			expect(late((await world.tick()).troubles)).toEqual([]);
		});

		it('that waits for a person is told of as held, not as unconfirmed', async () => {
			for (let n = 0; n < 20; n++) world.source.records.delete(`k${n}`);
			await world.tick();
			await later(10);
			const { troubles, counts } = await world.tick();
			expect(counts).toMatchObject({ held: 20 });
			expect(late(troubles)).toEqual([]);
		});

		it('whose record is with a run that does not end is told of all the same', async () => {
			world.person('k3', { team: 'Legal' });
			world.ttl = 60_000;
			world.between = () => {
				throw new Crash('n8n lost the run');
			};
			await world.tick();
			world.between = (items) => items;
			world.source.records.delete('k3');
			await world.tick();
			await later(6);
			expect(late((await world.tick()).troubles).join()).toContain('Person k3');
		});
	});

	describe('an edit that is overwritten', () => {
		const drift = (by: string | null) => {
			const row = world.destination.byEmail('k7@x.test')!;
			Object.assign(row, { team: 'Pirates', note: by });
		};

		it('by a sweep names who edited last, in the sentence, the item and the history', async () => {
			world.editor = 'note';
			world.sweepEvery = 0;
			drift('bob');
			await world.tick();
			const [healed] = world.outcomes.filter(({ outcome }) => outcome === 'healed');
			expect(healed).toMatchObject({
				key: 'k7',
				editedBy: 'bob',
				changes: [{ field: 'team', was: 'Pirates', now: 'Sales', drift: true }],
			});
			expect(healed!.text).toMatch(/^Person k7 had been edited in People by bob; /u);
			expect(JSON.stringify(await world.everything())).toContain('edited in the destination by bob');
			expect(world.destination.byEmail('k7@x.test')).toMatchObject({ note: 'bob' });
		});

		it('by a change of the source names them too', async () => {
			world.editor = 'note';
			drift('bob');
			world.person('k7', { name: 'Renamed' });
			await world.tick();
			const [updated] = world.outcomes.filter(({ key, outcome }) => key === 'k7' && outcome !== 'unchanged');
			expect(updated).toMatchObject({ editedBy: 'bob' });
			expect(updated!.changes.filter(({ drift: edited }) => edited).map(({ field }) => field)).toEqual(['team']);
		});

		it('where the destination names nobody, nobody is named', async () => {
			world.editor = 'note';
			world.sweepEvery = 0;
			drift(null);
			await world.tick();
			const [healed] = world.outcomes.filter(({ outcome }) => outcome === 'healed');
			expect(healed!.text).toMatch(/^Person k7 had been edited in People; /u);
			expect(healed).not.toHaveProperty('editedBy');
		});
	});
});
