/** What a person does to a sync: pause, undo, check, retry, compare anew. */
import { overBothLedgers } from './ledgers';
import { World } from './world';

overBothLedgers((store) => {
	let world: World;
	let sync: number;
	beforeEach(async () => {
		world = await World.open(store);
		world.sweepEvery = null;
		world.guard = { ...world.guard, few: 1000, share: 1, changes: 1 };
		for (let n = 0; n < 6; n++) world.person(`k${n}`);
		await world.tick();
		world.told();
		sync = (await world.ledger.syncs())[0]!.id;
	}, 60_000);
	afterEach(async () => {
		await world.close();
	});
	const of = (key: string) => [...world.destination.rows.values()].find(({ email }) => email === `${key}@x.test`);
	const team = (key: string) => of(key)?.team;

	test('while it is paused the source is read, and nothing is written; then all of it is', async () => {
		expect(await world.ledger.pause(sync, true)).toBe(true);
		expect(await world.ledger.pause(sync, true)).toBe(false);
		world.person('k1', { team: 'Legal' });
		world.source.records.delete('k2');
		const { observed, handed } = await world.tick();
		expect(observed).toMatchObject({ updated: 1, vanished: 1 });
		expect([handed, team('k1')]).toEqual([0, 'Sales']);
		expect((await world.ledger.overview(10))[0]).toMatchObject({ health: 'paused' });
		await world.ledger.pause(sync, false);
		await world.tick();
		expect(world.told()).toEqual(['k1 updated', 'k2 deactivated']);
	});

	test('what a run still brings when the sync is paused is not written, and comes again', async () => {
		world.person('k1', { team: 'Legal' });
		world.beforeRun = async () => void (await world.ledger.pause(sync, true));
		await world.tick();
		expect(world.told()).toEqual(['k1 superseded']);
		expect(team('k1')).toBe('Sales');
		world.beforeRun = async () => undefined;
		await world.ledger.pause(sync, false);
		await world.tick();
		expect(world.told()).toEqual(['k1 updated']);
	});

	test('a run is undone: what stood there before is written back, and only that; the source wins again afterwards', async () => {
		world.destination.byEmail('k3@x.test')!['note'] = 'theirs';
		for (const key of ['k1', 'k2', 'k3']) world.person(key, { team: 'Wrong', name: `Person ${key}` });
		await world.tick();
		expect(world.told()).toEqual(['k1 updated', 'k2 updated', 'k3 updated']);
		const { run } = (await world.ledger.runs(sync, 1))[0]!;
		// One of them has moved on since.
		world.person('k3', { team: 'Right' });
		await world.tick();
		world.told();
		world.person('k4', { team: 'Legal' });
		expect(await world.ledger.undo(sync, run)).toEqual({ links: 3, busy: 0, created: 0, removed: 0, hidden: 0 });
		await world.tick();
		await world.tick();
		expect(world.told()).toEqual(['k1 updated', 'k2 updated', 'k3 updated']);
		expect(['k1', 'k2', 'k3', 'k4'].map(team)).toEqual(['Sales', 'Sales', 'Sales', 'Sales']);
		expect(world.destination.byEmail('k3@x.test')).toMatchObject({ note: 'theirs' });
		await world.ledger.pause(sync, false);
		await world.tick();
		expect(['k1', 'k2', 'k3', 'k4'].map(team)).toEqual(['Wrong', 'Wrong', 'Right', 'Legal']);
		expect((await world.tick()).health).toBe('healthy');
	});

	test('a check names what differs and what is not there, and writes nothing; the next sweep heals it', async () => {
		world.sweepEvery = 3_600_000;
		await world.tick();
		world.destination.byEmail('k1@x.test')!.team = 'Pirates';
		const [at] = [...world.destination.rows].find(([, row]) => row.email === 'k2@x.test')!;
		world.destination.rows.delete(at);
		const since = await world.ledger.check(sync);
		expect(await world.ledger.checked(sync, since)).toMatchObject({ done: false, waits: ['To'] });
		await world.tick();
		expect(world.told()).toEqual([]);
		expect(await world.ledger.checked(sync, since)).toMatchObject({
			done: true,
			destinations: [
				{
					records: 6,
					differ: 2,
					open: 0,
					differences: [
						{ key: 'k1', field: 'team', stands: 'Pirates', meant: 'Sales' },
						{ key: 'k2', field: null },
					],
				},
			],
		});
		expect(team('k1')).toBe('Pirates');
		world.sweepEvery = 0;
		await world.tick();
		await world.tick();
		expect(world.told()).toEqual(['k1 healed', 'k2 created']);
		const again = await world.ledger.check(sync);
		await world.tick();
		expect(await world.ledger.checked(sync, again)).toMatchObject({
			done: true,
			destinations: [{ differ: 0, open: 0 }],
		});
	});

	test('checks, however many, put no sweep off', async () => {
		world.sweepEvery = 3_600_000;
		await world.ask(
			(sql, { table }) => sql`UPDATE ${table('destination')} SET created_at = created_at - 7200000 RETURNING 1`,
		);
		world.destination.byEmail('k1@x.test')!.team = 'Pirates';
		const since = await world.ledger.check(sync);
		await world.tick();
		expect(world.told()).toEqual([]);
		expect(await world.ledger.checked(sync, since)).toMatchObject({ done: true, destinations: [{ differ: 1 }] });
		await world.tick();
		expect(world.told()).toEqual(['k1 healed']);
	});

	test('a check works while the sync is paused, too', async () => {
		world.sweepEvery = 3_600_000;
		await world.tick();
		await world.ledger.pause(sync, true);
		world.destination.byEmail('k1@x.test')!.team = 'Pirates';
		world.person('k4', { team: 'Legal' });
		const since = await world.ledger.check(sync);
		await world.tick();
		const found = await world.ledger.checked(sync, since);
		expect(found).toMatchObject({ done: true, destinations: [{ differ: 1, open: 1 }] });
		expect([team('k1'), team('k4')]).toEqual(['Pirates', 'Sales']);
	});

	test('what failed is tried again at once, and what nobody changed is compared anew', async () => {
		world.attempts = 1;
		world.destination.refuses.add('k1@x.test');
		world.person('k1', { team: 'Legal' });
		await world.tick();
		expect(world.told()).toEqual(['k1 failed']);
		world.destination.refuses.clear();
		expect(await world.ledger.retry(sync, {})).toBe(1);
		await world.tick();
		expect(world.told()).toEqual(['k1 updated']);
		world.destination.byEmail('k5@x.test')!.team = 'Pirates';
		expect(await world.ledger.resync(sync, { keys: ['k5'] })).toBe(1);
		await world.tick();
		expect(world.told()).toEqual(['k5 healed']);
	});
});
