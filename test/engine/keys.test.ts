/** Records whose key changes, and reads that come late. */
import { overBothLedgers } from './ledgers';
import { World } from './world';

overBothLedgers((store) => {
	let world: World;
	beforeEach(async () => {
		world = await World.open(store);
		for (let n = 0; n < 30; n++) world.person(`k${n}`);
	});
	afterEach(async () => {
		await world.close();
	});

	const rename = (from: string, to: string) => {
		world.person(to, { email: `${from}@x.test`, name: `Person ${from}` });
		world.source.records.delete(from);
	};
	const history = async () =>
		(await world.everything()).flatMap((row) => {
			const { outcome, was, now } = row as { outcome?: string; was?: string; now?: string };
			// Other tables count outcomes; only the history has values.
			return outcome === 'moved' && was !== undefined ? [`${was} → ${now}`] : [];
		});
	const changes = () => world.destination.log.filter((line) => !line.startsWith('create'));

	describe('a key that vanished beside a new one with its match value', () => {
		beforeEach(async () => {
			await world.tick();
			world.told();
		});

		it('moves its link: no removal, no twin, and the history says so (invariants 4 and 6)', async () => {
			rename('k3', 'n3');
			const result = await world.tick();
			expect(result.troubles).toEqual([]);
			expect(changes()).toEqual([]);
			expect(world.destination.rows.size).toBe(30);
			expect(await history()).toEqual(['"k3" → "n3"']);
			// From now on it is the new key's.
			world.person('n3', { email: 'k3@x.test', name: 'Person k3', team: 'Legal' });
			await world.tick();
			expect(changes()).toEqual(['update k3@x.test team']);
			world.source.records.delete('n3');
			await world.tick();
			expect(world.destination.byEmail('k3@x.test')).toMatchObject({ active: 'no' });
		});

		it('is not counted by the guard, not even when all keys change at once (invariant 6)', async () => {
			for (let n = 0; n < 30; n++) rename(`k${n}`, `n${n}`);
			const result = await world.tick();
			expect(result).toMatchObject({
				held: [],
				released: 0,
				health: 'healthy',
				counts: { held: 0, failed: 0, due: 0 },
			});
			expect(changes()).toEqual([]);
			expect(world.destination.rows.size).toBe(30);
			// Nor afterwards: none of it has been sent.
			for (let n = 0; n < 4; n++) world.source.records.delete(`n${n}`);
			expect(await world.tick()).toMatchObject({ released: 4, held: [] });
		});

		it('moves its link in a later read too, while its removal is held', async () => {
			for (let n = 0; n < 20; n++) world.source.records.delete(`k${n}`);
			expect((await world.tick()).counts).toMatchObject({ held: 20 });
			for (let n = 0; n < 20; n++) rename(`k${n}`, `n${n}`);
			await world.tick();
			expect((await world.tick()).counts).toMatchObject({ held: 0, due: 0, failed: 0 });
			expect(changes()).toEqual([]);
			expect(await world.tick()).toMatchObject({ health: 'healthy' });
		});

		it('whose removal was done already is brought back under its new key', async () => {
			world.source.records.delete('k3');
			await world.tick();
			rename('k3', 'n3');
			await world.tick();
			expect(world.told()).toEqual(['k3 deactivated', 'n3 reactivated']);
			expect(world.destination.byEmail('k3@x.test')).toMatchObject({ active: 'yes' });
			expect(world.destination.rows.size).toBe(30);
		});

		it('does not give its link away while its record stands', async () => {
			world.person('other', { email: 'k3@x.test' });
			await world.tick();
			expect(world.told()).toEqual(['other failed']);
			expect(await history()).toEqual([]);
		});
	});

	describe('an ordering field of the source', () => {
		beforeEach(async () => {
			world.source.ordering = 'note';
			world.person('k3', { note: '2026-05-01T10:00:00Z' });
			await world.tick();
			world.told();
		});

		it('keeps what is older from overwriting what is newer, and a complete read says so', async () => {
			world.person('k3', { note: '2026-05-01T09:59:59.5Z', team: 'Old' });
			const late = await world.tick();
			expect(late.observed).toMatchObject({ updated: 0, older: 1 });
			expect(late.troubles.join()).toContain('1 records are older in the source');
			expect(changes()).toEqual([]);
			world.person('k3', { note: '2026-05-01T12:00:01+02:00', team: 'New' });
			expect(await world.tick()).toMatchObject({ health: 'healthy', observed: { updated: 1, older: 0 } });
			expect(world.destination.byEmail('k3@x.test')).toMatchObject({ team: 'New' });
		});

		it('lets the later read count where two are equal, and where one has no value', async () => {
			world.person('k3', { note: '2026-05-01T10:00:00Z', team: 'Equal' });
			await world.tick();
			expect(world.destination.byEmail('k3@x.test')).toMatchObject({ team: 'Equal' });
			world.person('k3', { note: null, team: 'None' });
			await world.tick();
			expect(world.destination.byEmail('k3@x.test')).toMatchObject({ team: 'None' });
			// The last value that was known still counts.
			world.person('k3', { note: '2026-04-01T10:00:00Z', team: 'Old' });
			await world.tick();
			expect(world.destination.byEmail('k3@x.test')).toMatchObject({ team: 'None' });
		});

		it('compares numbers as numbers', async () => {
			world.person('k4', { note: 9 });
			await world.tick();
			world.person('k4', { note: 10, team: 'Ten' });
			await world.tick();
			world.person('k4', { note: 9.5, team: 'Nine' });
			await world.tick();
			expect(world.destination.byEmail('k4@x.test')).toMatchObject({ team: 'Ten' });
		});
	});
});
