import { renameSync } from 'node:fs';

import { openLedger } from '../../nodes/shared/ledger';
import { n8nIsHere } from '../n8n/inprocess';
import { World } from './world';

const outcomes = (world: World, output = 0) =>
	world.runs
		.at(-1)!
		.json('Target', output)
		.map(({ outcome, key }) => `${String(outcome)} ${String(key)}`);
(n8nIsHere ? describe : describe.skip)('the line from a database to a database, published', () => {
	jest.setTimeout(120_000);
	let world: World;
	beforeEach(() => (world = new World()));
	afterEach(async () => await world.remove());

	test('creates, updates, deactivates and reactivates, and tells each in the form of the outputs', async () => {
		const line = await world.publish();
		await line.tick();
		expect(world.rows().map(({ login }) => login)).toEqual(['p1@x.org', 'p2@x.org', 'p3@x.org']);
		expect(world.runs).toHaveLength(1);
		const [first] = world.runs[0]!.items('Target');
		expect(first).toMatchObject({
			json: {
				outcome: 'created',
				key: '1',
				name: 'Person 1',
				text: expect.stringMatching(/^Person 1 was created in table access in .*access\.sqlite\.$/),
				changes: [
					{ field: 'login', was: null, now: 'p1@x.org' },
					{ field: 'title', was: null, now: 'Sales' },
				],
				_sync: { name: 'HR', key: '1', version: expect.any(Number), change: 'created', reason: 'changed' },
			},
			pairedItem: { item: 0 },
		});
		expect(world.runs[0]!.hints('Target')).toEqual(['3 created.']);

		await line.tick();
		expect(world.runs).toHaveLength(1);

		world.source.exec(`UPDATE people SET team = 'Board' WHERE id = 2`);
		world.hire(4);
		await line.tick();
		expect(outcomes(world).sort()).toEqual(['created 4', 'updated 2']);

		world.source.exec('DELETE FROM people WHERE id = 4');
		await line.tick();
		expect(outcomes(world)).toEqual(['deactivated 4']);
		expect(world.rows(`login = 'p4@x.org'`)).toMatchObject([{ active: 0 }]);

		world.hire(4);
		await line.tick();
		expect(outcomes(world)).toEqual(['reactivated 4']);
		expect(world.rows(`login = 'p4@x.org'`)).toMatchObject([{ active: 1, title: 'Sales' }]);
		expect(world.told).toEqual([]);
		await line.close();
	});

	test('writes back by its sweep what somebody changed in the destination, and leaves alone what is not mapped', async () => {
		const line = await world.publish();
		await line.tick();
		world.destination.exec(
			`UPDATE access SET title = 'Chief', note = 'mine' WHERE login = 'p2@x.org'; DELETE FROM access WHERE login = 'p3@x.org'`,
		);
		await line.tick();
		expect(world.rows(`login = 'p2@x.org'`)).toMatchObject([{ title: 'Chief' }]);

		await world.anHourLater();
		await line.tick();
		expect(outcomes(world)).toEqual(['healed 2']);
		expect(world.runs.at(-1)!.json('Target')[0]).toMatchObject({
			changes: [{ field: 'title', was: 'Chief', now: 'Sales', drift: true }],
			_sync: { key: '2', reason: 'sweep' },
		});
		expect(world.rows(`login = 'p2@x.org'`)).toMatchObject([{ title: 'Sales', note: 'mine' }]);

		await line.tick();
		expect(outcomes(world)).toEqual(['created 3']);
		await line.close();
	});

	test('holds the removals of a botched import, tells of them once, and lets them pass when they are released', async () => {
		for (let id = 4; id <= 40; id++) world.hire(id);
		const line = await world.publish();
		await line.tick();
		world.source.exec('DELETE FROM people WHERE id > 20');
		await line.tick();
		expect(world.rows('active = 0')).toEqual([]);
		const [held] = world.runs.at(-1)!.json('Target', 1);
		expect(held).toMatchObject({
			outcome: 'held',
			count: 20,
			names: expect.arrayContaining(['Person 21']),
			hold: expect.any(Number),
		});
		expect(world.told).toEqual([
			expect.stringMatching(/^The sync “HR” is failing: 20 of 40 counterparts would be removed/),
		]);
		await line.tick();
		expect(world.told).toHaveLength(1);
		await line.close();

		const releasing = await world.publish({ source: { options: { release: held!['hold'] as number } } });
		await releasing.tick();
		await releasing.tick();
		expect(world.rows('active = 0')).toHaveLength(20);
		expect(world.told.at(-1)).toMatch(/^The sync “HR” is healthy again/);
		await releasing.close();
	});

	test('a destination that is not there fails no record and stops no other branch: everything comes again', async () => {
		world.destination.close();
		renameSync(world.access, `${world.access}.away`);
		const line = await world.publish();
		await line.tick();
		expect(world.runs[0]!.error()).toBeUndefined();
		expect([0, 1, 2, 3].flatMap((output) => world.runs[0]!.json('Target', output))).toEqual([]);
		expect(world.runs[0]!.hints('Target')[0]).toMatch(
			/^Target cannot be written to: There is no file .* 3 records will come again by themselves; nothing is lost\.$/,
		);
		expect(world.told).toEqual([expect.stringMatching(/is failing: Target cannot be written to/)]);

		renameSync(`${world.access}.away`, world.access);
		await world.anHourLater();
		await line.tick();
		world.destination.open();
		expect(world.rows()).toHaveLength(3);
		expect(world.told).toHaveLength(2);
		await line.close();
	});

	test('a field that the table does not have is named with the one that was meant, and nothing is written', async () => {
		const line = await world.publish({
			mapping: {
				rows: {
					row: [
						{ field: 'login', value: '={{ $json.email }}' },
						{ field: 'titel', value: '={{ $json.team }}' },
					],
				},
			},
		});
		await line.tick();
		expect(world.rows()).toEqual([]);
		expect(world.runs[0]!.hints('Target')[0]).toContain('There is no field “titel” in table access');
		expect(world.runs[0]!.hints('Target')[0]).toContain('Did you mean “title”?');
		await line.close();

		const mended = await world.publish();
		await world.anHourLater();
		await mended.tick();
		expect(world.rows()).toHaveLength(3);
		await mended.close();
	});

	test('one record that the database refuses fails by itself, and is put out once it is given up', async () => {
		world.destination.exec(
			`CREATE TRIGGER picky BEFORE INSERT ON access WHEN NEW.login = 'p2@x.org' BEGIN SELECT RAISE(ABORT, 'not this one'); END`,
		);
		const line = await world.publish({ destination: { options: { attempts: 2 } } });
		await line.tick();
		expect(world.rows()).toHaveLength(2);
		expect(outcomes(world, 2)).toEqual([]);
		expect(world.runs[0]!.hints('Target').join(' ')).toContain(
			'2 created, 1 failed; 1 of the failed will be tried again by themselves',
		);

		await world.anHourLater();
		await line.tick();
		expect(world.runs.at(-1)!.json('Target', 2)).toEqual([
			expect.objectContaining({
				outcome: 'failed',
				key: '2',
				name: 'Person 2',
				text: expect.stringContaining('not this one'),
			}),
		]);
		await line.close();
	});

	test('items whose ledger does not answer are no dropped items: they come again', async () => {
		const line = await world.publish();
		await line.tick();
		world.source.exec(`UPDATE people SET team = 'Board' WHERE id = 1`);
		world.beforeRun = () => (process.env['ONE_WAY_SYNC_LEDGER'] = '/nowhere/ledger.sqlite');
		await line.tick();
		process.env['ONE_WAY_SYNC_LEDGER'] = world.ledger;
		world.beforeRun = () => undefined;
		expect(world.runs).toHaveLength(2);
		expect(world.runs.at(-1)!.error()).toBeUndefined();
		expect(world.runs.at(-1)!.json('Target', 2)).toEqual([
			expect.objectContaining({
				outcome: 'failed',
				text: expect.stringMatching(
					/^The ledger could not be used: The ledger \/nowhere\/ledger\.sqlite cannot be opened/,
				),
			}),
		]);
		await world.anHourLater();
		await line.tick();
		expect(world.rows(`login = 'p1@x.org'`)).toMatchObject([{ title: 'Board' }]);
		await line.close();
	});

	test('a source column called _sync is refused with a sentence', async () => {
		world.source.exec('ALTER TABLE people ADD COLUMN _sync TEXT');
		const line = await world.publish();
		await line.tick();
		expect(world.told).toEqual([expect.stringContaining('The source has a column “_sync”')]);
		expect(world.runs).toEqual([]);
		await line.close();
	});

	test('a trigger whose source is gone is told of once, and again when it is back', async () => {
		const line = await world.publish();
		await line.tick();
		renameSync(world.hr, `${world.hr}.away`);
		await line.tick();
		await line.tick();
		expect(world.told).toEqual([
			expect.stringMatching(/^The sync “HR” is failing: The source could not be read: There is no file/),
		]);
		renameSync(`${world.hr}.away`, world.hr);
		await line.tick();
		expect(world.told).toEqual([expect.anything(), expect.stringMatching(/^The sync “HR” is healthy again/)]);
		await line.close();
	});

	test('a copy of the workflow refuses to write until a person lets it take over, and says so once', async () => {
		const line = await world.publish();
		await line.tick();
		await line.close();
		await (await openLedger()).register({ instance: 'instance', workflow: 'other', node: 'x' }, 'Payroll');
		const copy = await world.publish({ source: { syncName: 'Payroll' } });
		await copy.tick();
		await copy.tick();
		expect(world.told).toEqual([
			expect.stringContaining(
				'could not run: The sync “Payroll” already belongs to the trigger of another workflow (other)',
			),
		]);
		await copy.close();
	});
});
