/** How much is under way, for how long, and what a person hears of it. */
import { overBothLedgers } from './ledgers';
import { sleep, World } from './world';

overBothLedgers((store) => {
	let world: World;
	beforeEach(async () => {
		world = await World.open(store);
	});
	afterEach(async () => {
		await world.close();
	});

	describe('batches that are under way', () => {
		beforeEach(() => {
			world.batch = 10;
			world.parkedTtl = 60_000;
			for (let n = 0; n < 60; n++) world.person(`k${n}`);
		});

		it('are three at most, though their runs wait, and more come when one of them has ended', async () => {
			world.waits = 'for somebody';
			expect(await world.tick()).toMatchObject({ runs: 3, handed: 30, health: 'healthy' });
			expect(await world.tick()).toMatchObject({ runs: 0, handed: 0, health: 'healthy' });
			await world.goOn();
			expect(world.destination.rows.size).toBe(30);
			await world.tick();
			expect(world.destination.rows.size).toBe(60);
		});

		it('that nobody hears of count too, in an engine that cannot tell how a run ended', async () => {
			const unheard: (typeof world.parked)[0][] = [];
			const run = world.run.bind(world);
			world.run = async (items) => {
				unheard.push(items);
				return await Promise.resolve({ how: 'silent' as const });
			};
			expect(await world.tick()).toMatchObject({ runs: 3 });
			await run(unheard[0]!);
			expect(await world.tick()).toMatchObject({ runs: 1 });
			for (const items of unheard.slice(1)) await run(items);
			expect(await world.tick()).toMatchObject({ runs: 2 });
		});

		it('are told of, once, when nothing has moved for a long time', async () => {
			world.waits = 'for somebody';
			await world.tick();
			world.stuckAfter = 100;
			await sleep(150);
			const stuck = await world.tick();
			expect(stuck).toMatchObject({ health: 'failing', turned: true });
			expect(stuck.troubles.join()).toContain(
				'30 records wait: 3 batches were handed over to runs that have not ended',
			);
			expect(await world.tick()).toMatchObject({ health: 'failing', turned: false });
			// What was not tried is no sign that it goes on.
			expect(await world.tick({ keepBack: true })).toMatchObject({ health: 'failing', turned: false });
			expect(await world.tick()).toMatchObject({ health: 'failing', turned: false });
		});

		it('keep their leases for as long as the Wait node says and two minutes, not for a week', async () => {
			world.waits = 3_600_000;
			const before = await world.ledger.now();
			await world.tick();
			const leases = (await world.everything()).flatMap(
				(row) => (row as { lease_until?: number }).lease_until ?? [],
			);
			expect(leases).toHaveLength(30);
			for (const until of leases) {
				expect(until - before).toBeGreaterThanOrEqual(3_600_000 + 120_000);
				expect(until - before).toBeLessThan(3_600_000 + 180_000);
			}
		});
	});

	describe('a lease', () => {
		it('is renewed while the node works, also for what is not claimed yet, and never shortened', async () => {
			world.person('a');
			world.person('b');
			world.ttl = 400;
			world.waits = 'for somebody';
			await world.tick();
			const { id: sync } = (await world.ledger.find(world.identity))!;
			const { run } = world.parked[0]![0]!.stamp;
			const { id } = await world.ledger.destination(sync, world.node, 'To', world.destination.target);
			const { claims } = await world.ledger.claim(
				id,
				run!,
				world.mapping.fingerprint,
				[{ key: 'a', version: 1 }],
				300,
			);
			expect(claims[0]!.superseded).toBeUndefined();
			const ends = async () =>
				new Map(
					(await world.everything()).flatMap((row) => {
						const { key, lease_until } = row as { key?: string; lease_until?: number };
						return lease_until == null ? [] : [[key!, lease_until] as const];
					}),
				);
			const before = await ends();
			await world.ledger.keep(id, [run!], 'me', 30_000);
			const after = await ends();
			expect(after.get('a')!).toBeGreaterThan(before.get('a')!);
			expect(after.get('b')!).toBeGreaterThanOrEqual(before.get('b')!);
			await world.ledger.keep(id, [run!], 'me', 1);
			expect(await ends()).toEqual(after);
			// Longer than the claim's own time: without the renewal, its write would no longer be allowed.
			await sleep(500);
			const write = { key: 'a', part: '', version: 1, create: true, match: null };
			expect([...(await world.ledger.intend(id, run!, [write], 1000))]).toEqual(['a']);
			await world.ledger.keep(id, [run!], 'me', 60_000);
			expect((await ends()).get('a')! - (await world.ledger.now())).toBeLessThanOrEqual(1000);
		});

		it('is given back, and nothing written, when the run is stopped before its write', async () => {
			world.person('a');
			const stop = new AbortController();
			world.stopButton = stop.signal;
			const read = world.destination.read.bind(world.destination);
			world.destination.read = async (wanted, fields) => {
				stop.abort();
				return await read(wanted, fields);
			};
			await world.tick();
			expect(world.destination.log).toEqual([]);
			world.stopButton = undefined;
			world.destination.read = read;
			await world.tick();
			expect(world.destination.log).toEqual(['create a@x.test']);
		});
	});

	describe('a sweep', () => {
		it('that no item reaches for two intervals is told of once, and over when one does', async () => {
			for (let n = 0; n < 5; n++) world.person(`k${n}`);
			world.sweepEvery = 200;
			await world.tick();
			world.between = (items) => items.filter(({ stamp }) => stamp.reason !== 'sweep');
			await sleep(250);
			expect(await world.tick()).toMatchObject({ handed: 1, health: 'healthy' });
			await sleep(450);
			const missed = await world.tick();
			expect(missed).toMatchObject({ health: 'failing', turned: true });
			expect(missed.troubles.join()).toContain('no item reaches it');
			expect(await world.tick()).toMatchObject({ health: 'failing', turned: false });
			world.between = (items) => items;
			expect(await world.tick()).toMatchObject({ health: 'healthy', turned: true });
		});

		it('asks with one item at a time, though the run that carries it waits', async () => {
			world.person('a');
			world.sweepEvery = 50;
			await world.tick();
			await sleep(60);
			world.waits = 'for somebody';
			world.parkedTtl = 60_000;
			expect(await world.tick()).toMatchObject({ handed: 1 });
			expect(await world.tick()).toMatchObject({ handed: 0 });
		});
	});
});
