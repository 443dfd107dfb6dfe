/** What the guard holds, as users of the nodes meet it: a test run says so beforehand, one failed run names it, one option lets it pass. */
import { DatabaseSync } from 'node:sqlite';

import { n8nIsHere } from '../n8n/inprocess';
import { named, World, type Given } from './world';

(n8nIsHere ? describe : describe.skip)('the guard', () => {
	jest.setTimeout(180_000);
	let world: World;
	afterEach(async () => await world.remove());

	/** One tick of the workflow as it is published with these settings. */
	const tick = async (given: Given = {}) => {
		const line = await world.publish(given);
		await line.tick();
		await line.close();
	};
	const held = () => world.runs.flatMap((run) => run.json('Target', 1));
	const waiting =
		/is not empty\. Once this is published, the first write there is held, .* until you release it once/u;

	test('holds the first write into a table that is not empty; a test run says so beforehand, and a release lets it pass', async () => {
		world = new World();
		world.destination.exec(`INSERT INTO access (login, title) VALUES ('p2@x.org', 'Chief')`);
		expect((await world.test()).hints('Target').join('\n')).toMatch(waiting);
		const off = { source: { options: { guardFirst: false } } };
		expect((await world.test(off)).hints('Target').join('\n')).not.toMatch(waiting);

		await tick();
		await tick();
		expect(world.rows()).toEqual([{ login: 'p2@x.org', title: 'Chief', active: 1, note: null }]);
		expect(world.told).toHaveLength(1);
		expect(world.told[0]).toContain('2 would be created, 1 adopted, of which 1 overwritten');
		const [hold, ...more] = held();
		expect(more).toEqual([]);
		expect(hold).toMatchObject({ outcome: 'held', kind: 'first', count: 3 });
		// It is known by now, and said as long as it waits.
		expect((await world.test()).hints('Target').join('\n')).toMatch(waiting);

		await tick({ source: { options: { release: hold!['hold'] } } });
		expect(world.rows().map(({ title }) => title)).toEqual(['Sales', 'Sales', 'Sales']);
		expect(world.told.at(-1)).toContain('is healthy again');
		world.hire(4);
		expect((await world.test()).hints('Target').join('\n')).not.toMatch(waiting);
	});

	test('says nothing of a first write where the table is empty, or where nothing would be written', async () => {
		world = new World();
		expect((await world.test()).hints('Target').join('\n')).not.toMatch(waiting);
		world.destination.exec(
			`INSERT INTO access (login, title) SELECT 'p' || value || '@x.org', 'Sales' FROM json_each('[1, 2, 3]')`,
		);
		expect((await world.test()).hints('Target').join('\n')).not.toMatch(waiting);
	});

	test('holds a run that would change one field of most records, before the first of them is written', async () => {
		world = new World(40);
		await tick();
		expect(world.rows()).toHaveLength(40);
		world.source.exec(`UPDATE people SET team = 'Legal' WHERE id <= 30`);
		await tick();
		await tick();
		expect(world.rows(`title = 'Legal'`)).toEqual([]);
		expect(world.told).toHaveLength(1);
		expect(world.told[0]).toContain('title');
		const [hold, ...more] = held();
		expect(more).toEqual([]);
		expect(hold).toMatchObject({ kind: 'changes', count: 30 });
		await tick({ source: { options: { release: hold!['hold'] } } });
		expect(world.rows(`title = 'Legal'`)).toHaveLength(30);
	});

	test('keeps what is known of a table that the node no longer writes to, until Forget Retired Destinations', async () => {
		world = new World();
		await tick();
		world.destination.exec(
			'CREATE TABLE other (nr INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, title TEXT, active INTEGER)',
		);
		const other = { destination: { table: named('other') } };
		const retired = () => {
			const ledger = new DatabaseSync(world.ledger, { readOnly: true });
			const row = ledger
				.prepare(
					`SELECT count(*) AS links FROM link WHERE destination IN (SELECT id FROM destination WHERE state = 'retired')`,
				)
				.get();
			ledger.close();
			return row!['links'];
		};
		const written = () => world.destination.prepare('SELECT login FROM other').all();
		// The node says what it writes to when an item reaches it.
		world.hire(4);
		await tick(other);
		await tick(other);
		expect(written()).toHaveLength(4);
		expect(retired()).toBe(4);
		await tick({ ...other, source: { options: { forgetRetired: true } } });
		expect(retired()).toBe(0);
		expect(world.rows()).toHaveLength(3);
		expect(written()).toHaveLength(4);
	});
});
