/** Lock Synced Fields, in n8n's own executor. */
import type { IDataObject } from 'n8n-workflow';

import { n8nIsHere } from '../n8n/inprocess';
import { World, type Given } from './world';

(n8nIsHere ? describe : describe.skip)('a locked table', () => {
	jest.setTimeout(60_000);
	let world: World;
	beforeEach(() => (world = new World()));
	afterEach(async () => await world.remove());

	const locked: Given = { destination: { options: { lock: true } } };
	const traces = () =>
		world.destination.prepare(`SELECT name FROM sqlite_schema WHERE name LIKE 'one_way_sync%' ORDER BY name`).all();
	const edit = (statement: string) => {
		try {
			world.destination.exec(statement);
			return 'done';
		} catch (error) {
			return (error as Error).message;
		}
	};
	const REFUSED = 'synced from HR; change it there';
	const once = async (given: Given) => {
		const line = await world.publish(given);
		await line.tick();
		await line.close();
		return world.runs.at(-1)!;
	};

	test('a test run shows the SQL and installs nothing', async () => {
		const done = await world.test(locked);
		expect(done.error()).toBeUndefined();
		const shown = done.json('Target', 3).find(({ action }) => action === 'lock') as IDataObject;
		expect(shown['text']).toMatch(
			/^When this is published, a lock will be installed on table access .* changes active, login or title of a synced row/u,
		);
		expect(shown['sql']).toMatch(/CREATE TRIGGER "one_way_sync_[0-9a-f]{12}_update" AFTER UPDATE ON "access"/u);
		expect(done.json('Target', 3)[0]).toEqual(shown);
		expect(done.hints('Target').join()).toContain('The SQL is in the first item on Preview.');
		expect(traces()).toEqual([]);
	});

	test('the published workflow installs it, marks what it writes, and passes it', async () => {
		const run = await once(locked);
		expect(run.hints('Target').join()).toContain('The lock was installed');
		expect(edit(`UPDATE access SET title = 'mine' WHERE login = 'p1@x.org'`)).toContain(REFUSED);
		expect(edit(`DELETE FROM access`)).toContain(REFUSED);
		expect(edit(`UPDATE access SET note = 'mine'`)).toBe('done');
		expect(edit(`INSERT INTO access (login) VALUES ('other@x.org')`)).toBe('done');
		expect(edit(`UPDATE access SET title = 'mine' WHERE login = 'other@x.org'`)).toBe('done');
		world.source.exec(`UPDATE people SET team = 'Board' WHERE id = 1`);
		const second = await once(locked);
		expect(second.json('Target').map(({ outcome }) => outcome)).toEqual(['updated']);
		expect(second.hints('Target').join()).not.toContain('lock');
		expect(world.rows(`login = 'p1@x.org'`)).toMatchObject([{ title: 'Board' }]);
	});

	test('installed later, it knows all that is linked already', async () => {
		await once({});
		world.source.exec(`UPDATE people SET team = 'Board' WHERE id = 1`);
		await once(locked);
		for (const who of [1, 2, 3])
			expect(edit(`UPDATE access SET title = 'mine' WHERE login = 'p${who}@x.org'`)).toContain(REFUSED);
	});

	test('one that was deactivated cannot be switched on again by hand, though an active one can be switched off', async () => {
		for (let id = 4; id <= 30; id++) world.hire(id);
		await once(locked);
		world.source.exec('DELETE FROM people WHERE id = 2');
		const run = await once(locked);
		expect(run.json('Target').map(({ outcome }) => outcome)).toEqual(['deactivated']);
		expect(edit(`UPDATE access SET active = 1 WHERE login = 'p2@x.org'`)).toContain(REFUSED);
		expect(edit(`UPDATE access SET title = 'mine' WHERE login = 'p2@x.org'`)).toBe('done');
		expect(edit(`UPDATE access SET active = 0 WHERE login = 'p1@x.org'`)).toBe('done');
	});

	test('switched off, it is shown in a test run and gone after the next run', async () => {
		await once(locked);
		expect(traces().length).toBeGreaterThan(3);
		const shown = await world.test({});
		expect(shown.json('Target', 3).find(({ action }) => action === 'lock')).toMatchObject({
			text: expect.stringContaining('will be removed'),
			sql: expect.stringContaining('DROP TRIGGER'),
		});
		expect(traces().length).toBeGreaterThan(3);
		world.source.exec(`UPDATE people SET team = 'Board' WHERE id = 1`);
		const run = await once({});
		expect(run.hints('Target').join()).toContain('The lock was removed, and nothing of it is left');
		expect(traces()).toEqual([]);
		expect(edit(`UPDATE access SET title = 'mine'`)).toBe('done');
	});

	test('another mapping owns other fields: the lock follows', async () => {
		await once(locked);
		const wider: Given = {
			...locked,
			mapping: {
				rows: {
					row: [
						{ field: 'login', value: '={{ $json.email }}' },
						{ field: 'note', value: '={{ $json.name }}' },
					],
				},
			},
		};
		const run = await once(wider);
		expect(run.hints('Target').join()).toContain('was renewed');
		expect(edit(`UPDATE access SET note = 'mine' WHERE login = 'p1@x.org'`)).toContain(REFUSED);
		expect(edit(`UPDATE access SET title = 'mine'`)).toBe('done');
	});

	test('a node that writes to another table of the file takes its lock along', async () => {
		await once(locked);
		world.destination.exec(
			'CREATE TABLE other (nr INTEGER PRIMARY KEY, login TEXT UNIQUE, title TEXT, active INTEGER)',
		);
		const moved = { table: { __rl: true, mode: 'name', value: 'other' }, options: { lock: true } };
		await world.anHourLater();
		const told = await once({ destination: moved });
		expect(told.hints('Target').join()).toContain('The lock was installed: table other');
		expect(edit(`UPDATE access SET title = 'mine'`)).toBe('done');
		await once({ destination: moved });
		expect(world.destination.prepare('SELECT count(*) AS rows FROM other').get()).toMatchObject({ rows: 3 });
		expect(edit(`UPDATE other SET title = 'theirs'`)).toContain(REFUSED);
	});

	test('where it cannot be installed, the records are synced all the same, and the sync says so once', async () => {
		const shown = (await world.test(locked)).json('Target', 3).find(({ action }) => action === 'lock')!;
		const name = /one_way_sync_[0-9a-f]{12}/u.exec(shown['sql'] as string)![0];
		world.destination.exec(`CREATE VIEW ${name} AS SELECT 1 AS one`);
		const run = await once(locked);
		expect(run.json('Target').map(({ outcome }) => outcome)).toEqual(['created', 'created', 'created']);
		expect(run.hints('Target').join('\n')).toContain('the sync goes on without it');
		world.source.exec(`UPDATE people SET team = 'Board' WHERE id = 1`);
		await once(locked);
		expect(world.told).toEqual([expect.stringContaining('The lock of Target does not stand as it should')]);
		world.destination.exec(`DROP VIEW ${name}`);
		world.source.exec(`UPDATE people SET team = 'Sales' WHERE id = 1`);
		await once(locked);
		expect(world.told[1]).toContain('is healthy again');
		for (const who of [1, 2, 3])
			expect(edit(`UPDATE access SET title = 'mine' WHERE login = 'p${who}@x.org'`)).toContain(REFUSED);
	});

	test('a node that is taken out of the workflow leaves its lock behind, and says once how to lift it', async () => {
		await once(locked);
		const line = await world.publish({ ...locked, destination: { ...locked.destination }, without: true });
		await line.tick();
		await line.tick();
		await line.close();
		const told = world.told.filter((text) => text.includes('its lock still stands there'));
		expect(told).toHaveLength(1);
		for (const statement of told[0]!.split('run there: ')[1]!.split(';').slice(0, -1))
			world.destination.exec(statement);
		expect(traces()).toEqual([]);
	});
});
