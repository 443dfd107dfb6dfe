/** A destination whose list is cheaper to read than single counterparts: sweeps look through the list first. */
import type { Fields, Survey } from '../../sync/types';
import { MemoryDestination } from './memory';
import { World } from './world';

class Listed extends MemoryDestination {
	async survey(fields: string[]): Promise<Survey> {
		const shown = (row: Fields) => Object.fromEntries(fields.map((name) => [name, row[name] ?? null]));
		return await Promise.resolve({
			read: async (ids) =>
				new Map(
					ids.flatMap((id): [string, Fields][] =>
						this.rows.has(id) ? [[id, shown(this.rows.get(id)!)]] : [],
					),
				),
		});
	}
}

describe('a sweep by a list', () => {
	let world: World;
	beforeEach(async () => {
		world = await World.open();
		world.guard = { ...world.guard, few: 1000, share: 1 };
	});
	afterEach(async () => await world.close());

	it('sees what came back of what a removal emptied, though the first thousand links have no such field (invariant 1)', async () => {
		const there = new Listed();
		there.batchSize = 1000;
		world.source.pageSize = 1100;
		world.into = there;
		world.batch = 2000;
		world.mapping.removal = { kind: 'deactivate', set: { note: null }, onReturn: {} };
		for (let n = 0; n < 1001; n++) world.person(`k${String(n).padStart(4, '0')}`);
		world.person('z');
		await world.tick();
		const leaver = () => [...there.rows.values()].find(({ email }) => email === 'z@x.test')!;
		leaver()['note'] = 'licence';
		world.source.records.delete('z');
		await world.tick();
		await world.tick();
		expect(leaver()).toMatchObject({ note: null });
		world.told();

		leaver()['note'] = 'licence';
		world.sweepEvery = 0;
		await world.tick();
		await world.tick();
		expect(world.told()).toEqual(['z healed']);
		expect(leaver()).toMatchObject({ note: null });
	}, 60_000);
});
