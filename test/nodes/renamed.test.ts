/** A column of the destination that is renamed or dropped under a running sync that maps all fields of the same name. */
import { n8nIsHere } from '../n8n/inprocess';
import { World } from './world';

(n8nIsHere ? describe : describe.skip)('a column of the destination that goes by its own name', () => {
	jest.setTimeout(120_000);
	let world: World;
	beforeEach(() => {
		world = new World();
		world.destination.exec('ALTER TABLE access ADD COLUMN team TEXT');
	});
	afterEach(async () => await world.remove());

	const rows = { row: [{ field: 'login', value: '={{ $json.email }}' }] };
	const mapping = { mapAll: true, except: ['id'], rows };
	const teams = (column: string) =>
		world.destination
			.prepare(`SELECT ${column} AS team FROM access ORDER BY nr`)
			.all()
			.map(({ team }) => team);

	test('and is not there any more is told of, and nothing goes stale unseen', async () => {
		const line = await world.publish({ mapping });
		await line.tick();
		expect(teams('team')).toEqual(['Sales', 'Sales', 'Sales']);
		world.destination.exec('ALTER TABLE access RENAME team TO department');
		world.source.exec("UPDATE people SET team = 'Board' WHERE id = 2");
		await line.tick();
		expect(world.told).toEqual([
			expect.stringMatching(
				/Target cannot be written to: There is no field “team” in table access.*It was written until now\. Give it back its name/u,
			),
		]);
		await line.close();

		// One way that it names: the other field gets a row, and the old name is left out.
		const row = [...rows.row, { field: 'department', value: '={{ $json.team }}' }];
		const mended = await world.publish({ mapping: { ...mapping, except: ['id', 'team'], rows: { row } } });
		await world.anHourLater();
		await mended.tick();
		expect(teams('department')).toEqual(['Sales', 'Board', 'Sales']);
		expect(world.told).toHaveLength(2);
		await mended.close();
	});

	test('is told of by the sweep, too, where nothing changes in the source; and it may have its name back', async () => {
		const line = await world.publish({ mapping });
		await line.tick();
		world.destination.exec('ALTER TABLE access RENAME team TO department');
		await world.anHourLater();
		await line.tick();
		expect(world.told).toEqual([expect.stringContaining('There is no field “team”')]);
		world.destination.exec('ALTER TABLE access RENAME department TO team');
		world.source.exec("UPDATE people SET team = 'Board' WHERE id = 2");
		await world.anHourLater();
		await line.tick();
		expect(teams('team')).toEqual(['Sales', 'Board', 'Sales']);
		await line.close();
	});

	test('and never was there is left out without a word', async () => {
		const line = await world.publish({ mapping });
		await line.tick();
		world.source.exec("UPDATE people SET name = 'Other' WHERE id = 2");
		await world.anHourLater();
		await line.tick();
		expect(world.told).toEqual([]);
		await line.close();
	});
});
