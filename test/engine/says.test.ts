/** What a destination makes of a write: a spelling, a refusal, or another value, which is written once more and no oftener. */
import { overBothLedgers } from './ledgers';
import { World } from './world';

overBothLedgers((store) => {
	let world: World;
	beforeEach(async () => {
		world = await World.open(store);
		for (let n = 0; n < 10; n++) world.person(`k${n}`);
		world.sweepEvery = 0;
	});
	afterEach(async () => await world.close());

	const row = () => world.destination.byEmail('k1@x.test')!;
	/** Writes to the record, the create left out. */
	const writes = () => world.destination.log.filter((line) => line.startsWith('update k1@'));
	const sync = async () => (await world.ledger.find(world.identity))!.id;
	/** The destination makes something else of Legal. */
	const fixed = () => (world.destination.spell = (_field, value) => (value === 'Legal' ? 'Fixed' : value));

	describe('a value in whose place another one stands', () => {
		it('is confirmed provisionally, written once more at the next sweep, and then fails with both values (invariant 8)', async () => {
			fixed();
			world.person('k1', { team: 'Legal' });
			await world.tick(); // the sweep in the same run writes it for the second time
			const of = () => world.outcomes.splice(0).filter(({ key }) => key === 'k1');
			const [created, failed] = of();
			expect(created).toMatchObject({ outcome: 'created' });
			expect(created!.text).toContain('It reads “Fixed” in “team” now, which is not what was written');
			expect(failed).toMatchObject({ outcome: 'failed', again: false });
			expect(failed!.text).toContain('“team” cannot hold this value, or someone else writes it');
			expect(failed!.text).toContain('“Legal” was written twice, and “Fixed” stands there');
			expect(writes()).toEqual(['update k1@x.test team']);
			for (let n = 0; n < 3; n++) await world.tick();
			expect(writes()).toHaveLength(1);
			expect(of()).toEqual([]);
			expect(await world.tick()).toMatchObject({ counts: { failed: 1 }, health: 'failing' });
			// It is tried again when the source changes.
			world.person('k1', { team: 'Sales' });
			await world.tick();
			expect(of()).toMatchObject([{ outcome: 'updated' }]);
			expect(await world.tick()).toMatchObject({ counts: { failed: 0 }, health: 'healthy' });
		});

		it('fails as well when a change of another field writes it once more before any sweep (invariant 8)', async () => {
			world.sweepEvery = null;
			fixed();
			world.person('k1', { team: 'Legal' });
			await world.tick();
			expect(world.told()).toContain('k1 created');
			world.person('k1', { team: 'Legal', name: 'Married' });
			await world.tick();
			expect(world.told()).toEqual(['k1 failed']);
			expect(row()).toMatchObject({ name: 'Married', team: 'Fixed' });
		});

		it('fails without naming it where it is sensitive (invariant 8)', async () => {
			world.mapping.sensitive = ['team'];
			world.sensitive = ['team'];
			fixed();
			world.person('k1', { team: 'Legal' });
			await world.tick();
			await world.tick();
			const told = world.outcomes.filter(({ key }) => key === 'k1');
			expect(told.map(({ outcome }) => outcome)).toEqual(['created', 'failed']);
			expect(JSON.stringify(told)).not.toMatch(/Legal|Fixed/);
			expect(JSON.stringify(await world.everything())).not.toMatch(/Legal|Fixed/);
		});

		it('is written no more once a person has accepted what stands there, until the source changes (invariant 8)', async () => {
			fixed();
			world.person('k1', { team: 'Legal' });
			await world.tick();
			expect(world.told()).toContain('k1 failed');
			expect(await world.ledger.accept(await sync(), 'k2')).toEqual([]);
			expect(await world.ledger.accept(await sync(), 'k1')).toEqual(['team']);
			const before = world.destination.log.length;
			expect(await world.tick()).toMatchObject({ counts: { failed: 0, due: 0 }, health: 'healthy' });
			await world.tick();
			expect(world.destination.log).toHaveLength(before);
			expect(world.told()).toEqual([]);
			const history = await world.ask<{ was: string; now: string }>(
				(tag, { table }) =>
					tag`SELECT was, now FROM ${table('history')} WHERE key = 'k1' AND outcome = 'accepted'`,
			);
			expect(history).toEqual([{ was: '"Legal"', now: '"Fixed"' }]);
			// It is no licence for anything else that somebody writes there, and none for another value of the source.
			row().team = 'Pirates';
			await world.tick();
			expect(world.told()).toEqual(['k1 healed']);
			expect(row()).toMatchObject({ team: 'Fixed' });
			world.person('k1', { team: 'Sales' });
			await world.tick();
			expect(row()).toMatchObject({ team: 'Sales' });
		});

		it('is accepted while it is provisional, too (invariant 8)', async () => {
			world.sweepEvery = null;
			fixed();
			world.person('k1', { team: 'Legal' });
			await world.tick();
			expect(await world.ledger.accept(await sync(), 'k1')).toEqual(['team']);
			world.sweepEvery = 0;
			await world.tick();
			await world.tick();
			expect(writes()).toEqual([]);
		});
	});

	it('an edit in the same second as the write is not learned as a spelling, but written over (invariants 1 and 8)', async () => {
		let edited = false;
		world.destination.spell = (_field, value) => {
			if (value !== 'Legal' || edited) return value;
			edited = true;
			return 'Pirates';
		};
		world.person('k1', { team: 'Legal' });
		await world.tick();
		expect(row()).toMatchObject({ team: 'Legal' });
		expect(world.told().filter((line) => line.startsWith('k1'))).toEqual(['k1 created', 'k1 healed']);
		// The same edit later is as little a spelling.
		row().team = 'Pirates';
		await world.tick();
		expect(row()).toMatchObject({ team: 'Legal' });
		expect(world.told()).toEqual(['k1 healed']);
		expect(await world.tick()).toMatchObject({ counts: { failed: 0 }, health: 'healthy' });
	});

	it('a text that was cut to the declared length is a spelling; one that was cut elsewhere is none (invariant 8)', async () => {
		world.attempts = 1;
		world.destination.longest = { note: 5 };
		world.destination.spell = (field, value) => (field === 'note' ? String(value).slice(0, 5) : value);
		world.person('k1', { note: 'abcdefgh' });
		await world.tick();
		await world.tick();
		expect(world.told()).not.toContain('k1 failed');
		expect(writes()).toEqual([]);
		world.destination.spell = (field, value) => (field === 'note' ? String(value).slice(0, 4) : value);
		world.person('k1', { note: 'ijklmnop' });
		await world.tick();
		expect(world.told()).toEqual(['k1 failed', 'k1 updated']);
	});

	it('a deactivation that reads back otherwise is never confirmed, not even provisionally (invariant 6)', async () => {
		world.attempts = 1;
		await world.tick();
		world.told();
		world.destination.spell = (field, value) => (field === 'active' ? 'maybe' : value);
		world.source.records.delete('k1');
		await world.tick();
		await world.tick();
		expect(world.told()).toEqual(['k1 failed']);
		const links = await world.ask<{ state: string }>(
			(tag, { table }) => tag`SELECT state FROM ${table('link')} WHERE key = 'k1'`,
		);
		expect(links).toEqual([{ state: 'failed' }]);
	});
});
