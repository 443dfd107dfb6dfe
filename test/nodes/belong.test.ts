/** The settings of a row that ties records together, through the real nodes. */
import { methods } from '../../nodes/SourceWinsMapping/methods';
import { optionsContext } from '../mapping/run';
import { n8nIsHere } from '../n8n/inprocess';
import { World } from './world';

(n8nIsHere ? describe : describe.skip)('a published line whose records belong together', () => {
	jest.setTimeout(120_000);
	let world: World;
	beforeEach(() => {
		world = new World(0);
		world.source.exec(
			'ALTER TABLE people ADD COLUMN boss INTEGER; ALTER TABLE people ADD COLUMN office TEXT; ALTER TABLE people ADD COLUMN tags TEXT',
		);
		world.destination
			.exec(`ALTER TABLE access ADD COLUMN boss_nr INTEGER REFERENCES access (nr); ALTER TABLE access ADD COLUMN office_id INTEGER; ALTER TABLE access ADD COLUMN tags JSON;
			CREATE TABLE offices (id INTEGER PRIMARY KEY, city TEXT); INSERT INTO offices VALUES (7, 'Rome'), (8, 'Oslo')`);
	});
	afterEach(async () => await world.remove());

	const hire = (id: number, boss: number | null, team = 'Sales', office = 'Rome') =>
		world.source
			.prepare('INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?)')
			.run(id, `p${id}@x.org`, `Person ${id}`, team, boss, office, '["a","b"]');
	const mapping = {
		rows: {
			row: [
				{ field: 'login', value: '={{ $json.email }}' },
				{
					field: 'title',
					value: '={{ $json.team }}',
					settings: { translate: 'Sales\tS\nLegal\tL', otherwise: 'fixed', otherwiseValue: '?' },
				},
				{ field: 'boss_nr', value: '={{ $json.boss }}', settings: { refersTo: 'itself', waitHours: 24 } },
				{
					field: 'office_id',
					value: '={{ $json.office }}',
					settings: { lookUpBy: 'city', lookUpIn: 'offices' },
				},
				{ field: 'tags', value: '={{ $json.tags }}', settings: { list: 'set' } },
			],
		},
		removal: 'delete',
	};
	const row = (login: string) => world.destination.prepare('SELECT * FROM access WHERE login = ?').get(login);

	test('gets the IDs of each other and of what stands there, and says what it has no word for', async () => {
		hire(1, 2);
		hire(2, 1, 'Ops');
		hire(3, 9, 'Legal', 'Oslo');
		hire(4, null, 'Sales', 'Nowhere');
		const preview = await world.test({ mapping });
		expect(
			preview
				.json('Target', 3)
				.map(({ action }) => String(action))
				.sort(),
		).toEqual(['create', 'create', 'create', 'fail']);
		expect(preview.hints('Mapping').join()).toContain('1 value of “title” has no translation: Ops (1 record).');

		const line = await world.publish({ mapping });
		await line.tick();
		expect(row('p1@x.org')).toMatchObject({
			boss_nr: row('p2@x.org')!['nr'],
			office_id: 7,
			title: 'S',
			tags: '["a","b"]',
		});
		expect(row('p2@x.org')).toMatchObject({ boss_nr: row('p1@x.org')!['nr'], title: '?' });
		// Her boss is not there: she is, and waits for him.
		expect(row('p3@x.org')).toMatchObject({ boss_nr: null, office_id: 8, title: 'L' });
		expect(row('p4@x.org')).toBeUndefined();
		const told = world.runs.flatMap((run) => run.json('Target', 0).map(({ text }) => String(text)));
		expect(told.join()).toContain('It waits: “boss_nr” refers to key 9');

		hire(9, null);
		await line.tick();
		expect(row('p3@x.org')).toMatchObject({ boss_nr: row('p9@x.org')!['nr'] });
		world.destination.exec(`UPDATE access SET tags = '["b","a"]' WHERE login = 'p1@x.org'`);
		await world.anHourLater();
		await line.tick();
		expect(row('p1@x.org')).toMatchObject({ tags: '["b","a"]' });
		await line.close();

		const places = await methods.loadOptions.getReferences.call(optionsContext({}));
		expect(places.map(({ name }) => name)).toEqual(['(This Destination Itself)', 'HR → Target']);
		expect(places[1]!.value).toBe('workflow/node-0/node-2');
	});
});
