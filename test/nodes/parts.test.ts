/** One record as several, and several as one, through the real nodes. */
import { n8nIsHere } from '../n8n/inprocess';
import { World } from './world';

(n8nIsHere ? describe : describe.skip)('a published line', () => {
	jest.setTimeout(120_000);
	let world: World;
	beforeEach(() => {
		world = new World(0);
	});
	afterEach(async () => await world.remove());

	const person = (id: number, team: unknown) =>
		world.source
			.prepare('INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?)')
			.run(id, `p${id}@x.org`, `Person ${id}`, typeof team === 'string' ? team : JSON.stringify(team));

	test('writes one row per element of a list, takes away what is no longer in it, and says so', async () => {
		const mapping = {
			onePer: 'element',
			elementsOf: '={{ $json.team }}',
			elementKey: '={{ $json.team[0].no }}',
			rows: {
				row: [
					{ field: 'login', value: '={{ $json.team[0].mail.toLowerCase() }}' },
					{ field: 'title', value: '={{ $json.name }} {{ $json.team[0].no }}' },
				],
			},
			match: ['login'],
			removal: 'delete',
		};
		person(1, [
			{ no: 1, mail: 'A@x' },
			{ no: 2, mail: 'B@x' },
		]);
		person(2, []);
		person(3, [
			{ no: 1, mail: 'C@x' },
			{ no: 1, mail: 'D@x' },
		]);
		const preview = await world.test({ mapping });
		expect(preview.json('Target', 3).map(({ action, key, part }) => [action, key, part])).toEqual([
			['create', '1', '1'],
			['create', '1', '2'],
			['fail', '3', undefined],
		]);
		const line = await world.publish({ mapping });
		await line.tick();
		expect(world.rows().map(({ login, title }) => [login, title])).toEqual([
			['a@x', 'Person 1 1'],
			['b@x', 'Person 1 2'],
		]);
		const failed = world.runs.flatMap((run) => run.json('Target', 2).map(({ text }) => String(text)));
		expect(failed).toEqual([expect.stringContaining('Elements 1 and 2 of “team” have the same key "1"')]);
		person(1, [
			{ no: 2, mail: 'B@x' },
			{ no: 3, mail: 'E@x' },
		]);
		person(2, [{ no: 7, mail: 'F@x' }]);
		await line.tick();
		expect(world.rows().map(({ login }) => login)).toEqual(['b@x', 'e@x', 'f@x']);
		const told = world.runs.flatMap((run) => run.json('Target', 0));
		expect(told.find(({ outcome }) => outcome === 'removed')).toMatchObject({
			key: '1',
			part: '1',
			name: 'Person 1 (1)',
		});
		await line.close();
	});

	test('writes one row per group, with the sum of its members', async () => {
		const given = {
			source: { options: { groupBy: 'email' } },
			mapping: {
				rows: {
					row: [
						{ field: 'login', value: '={{ $json.email }}' },
						{ field: 'title', value: '={{ $json.team }}', settings: { several: 'sum' } },
					],
				},
				match: ['login'],
				removal: 'delete',
			},
		};
		for (const [id, amount] of [
			[1, '1.10'],
			[2, '2.20'],
			[3, '5'],
		] as const)
			person(id, amount);
		world.source.exec(`UPDATE people SET email = 'both@x' WHERE id < 3`);
		expect((await world.test(given)).json('Target', 3)).toHaveLength(2);
		const line = await world.publish(given);
		await line.tick();
		const totals = () =>
			world
				.rows()
				.map(({ login, title }) => `${login} ${title}`)
				.sort();
		expect(totals()).toEqual(['both@x 3.3', 'p3@x.org 5']);
		world.source.exec('DELETE FROM people WHERE id IN (2, 3)');
		await line.tick();
		expect(totals()).toEqual(['both@x 1.1']);
		await line.close();
	});
});
