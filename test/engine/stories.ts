/** What a sync does, story by story; run over every kind of ledger. */
import type { Store } from '../../ledger/store';
import { DEFAULT_GUARD } from '../../sync/guard';
import { sleep, Stumble, World } from './world';

/** Declares the stories; `store` opens the ledger's store anew, empty before each story. */
export function stories(store?: () => Promise<Store>): void {
	let world: World;
	beforeEach(async () => {
		world = await World.open(store);
	});
	afterEach(async () => {
		await world.close();
	});

	describe('a sync', () => {
		it('creates what is new, once, and writes nothing when nothing changed', async () => {
			for (let n = 0; n < 120; n++) world.person(`k${n}`);
			const first = await world.tick();
			expect(first.troubles).toEqual([]);
			expect(first.observed).toMatchObject({ read: 120, created: 120, complete: true });
			expect(world.destination.rows.size).toBe(120);
			expect(world.told()).toHaveLength(120);
			const second = await world.tick();
			expect(second).toMatchObject({ handed: 0, runs: 0, health: 'healthy' });
			expect(world.destination.log).toHaveLength(120);
		});

		it('writes only the field that changed at the source', async () => {
			world.person('a');
			await world.tick();
			world.person('a', { team: 'Legal' });
			await world.tick();
			expect(world.destination.log).toEqual(['create a@x.test', 'update a@x.test team']);
			expect(world.told()).toEqual(['a created', 'a updated']);
		});

		it('never writes a field that the source does not own (invariant 5)', async () => {
			world.person('a');
			await world.tick();
			const [id] = [...world.destination.rows.keys()];
			world.destination.rows.get(id!)!.note = 'theirs';
			world.person('a', { team: 'Legal' });
			await world.tick();
			expect(world.destination.rows.get(id!)).toMatchObject({ note: 'theirs', team: 'Legal' });
		});

		it('deactivates a record that is gone, and reactivates it when it returns (no second account)', async () => {
			for (let n = 0; n < 30; n++) world.person(`k${n}`);
			await world.tick();
			world.told();
			world.source.records.delete('k3');
			await world.tick();
			expect(world.told()).toEqual(['k3 deactivated']);
			expect(world.destination.byEmail('k3@x.test')).toMatchObject({ active: 'no', name: 'Person k3' });
			world.person('k3');
			await world.tick();
			expect(world.told()).toEqual(['k3 reactivated']);
			expect(world.destination.byEmail('k3@x.test')).toMatchObject({ active: 'yes' });
			expect(world.destination.rows.size).toBe(30);
		});

		it('forgets the fields of a record that is gone, once nothing of it stands anywhere', async () => {
			world.mapping.scope = ({ team }) => team === 'Sales';
			for (let n = 0; n < 30; n++) world.person(`k${n}`);
			world.person('never', { team: 'Legal' });
			await world.tick();
			world.source.records.delete('never');
			world.source.records.delete('k1');
			await world.tick();
			await world.tick();
			const after = await world.stored();
			expect(after.get('never')).toBeNull();
			expect(after.get('k1')).toBeNull();
			expect(after.get('k2')).toContain('Person k2');
		});

		it('treats a record that leaves the scope as removed', async () => {
			for (let n = 0; n < 30; n++) world.person(`k${n}`);
			world.mapping.scope = ({ team }) => team === 'Sales';
			await world.tick();
			world.told();
			world.person('k1', { team: 'Legal' });
			await world.tick();
			expect(world.told()).toEqual(['k1 deactivated']);
			world.person('k1');
			await world.tick();
			expect(world.told()).toEqual(['k1 reactivated']);
		});

		it('adopts what is already there by its match field', async () => {
			world.guard = { ...DEFAULT_GUARD, first: false };
			world.destination.rows.set('77', { email: 'a@x.test', name: 'Old name', note: 'theirs' });
			world.person('a');
			await world.tick();
			expect(world.told()).toEqual(['a adopted']);
			expect(world.destination.rows.get('77')).toMatchObject({ name: 'Person a', note: 'theirs' });
			expect(world.destination.rows.size).toBe(1);
		});

		it('only links existing records where the mapping says so, until they change', async () => {
			world.destination.rows.set('77', { email: 'a@x.test', name: 'Old name' });
			world.mapping.existing = { which: 'link only' };
			world.sweepEvery = 0;
			world.person('a');
			await world.tick();
			await world.tick();
			expect(world.destination.rows.get('77')).toMatchObject({ name: 'Old name' });
			world.person('a', { team: 'Legal' });
			await world.tick();
			expect(world.destination.rows.get('77')).toMatchObject({ name: 'Person a', team: 'Legal' });
		});

		it('creates nothing for records that were there before it began, where they are to be linked only; but what is new', async () => {
			world.mapping.existing = { which: 'link only' };
			world.person('old');
			await world.tick();
			expect(world.destination.rows.size).toBe(0);
			world.person('new');
			await world.tick();
			expect(world.told()).toEqual(['new created']);
			world.person('old', { team: 'Legal' });
			await world.tick();
			expect(world.told()).toEqual(['old created']);
		});

		it('leaves records alone that are older than the date, and takes the newer ones', async () => {
			world.mapping.existing = { which: 'newer', since: '2026-01-01T00:00:00Z' };
			world.dateOf = ({ note }) => String(note);
			world.person('old', { note: '2025-12-31T00:00:00Z' });
			world.person('new', { note: '2026-02-01T00:00:00Z' });
			await world.tick();
			world.person('old', { note: '2025-12-31T00:00:00Z', team: 'Legal' });
			await world.tick();
			expect(world.told()).toEqual(['new created']);
		});

		it('fails a record that would share its counterpart with another key', async () => {
			world.person('a');
			world.person('b', { email: 'a@x.test' });
			await world.tick();
			expect(world.told()).toEqual(['a created', 'b failed']);
			expect(world.destination.rows.size).toBe(1);
			expect(world.destination.rows.get('1')).toMatchObject({ name: 'Person a' });
		});

		it('fails a match that finds several counterparts', async () => {
			world.destination.rows.set('1', { email: 'a@x.test' });
			world.destination.rows.set('2', { email: 'a@x.test' });
			world.person('a');
			world.attempts = 1;
			const result = await world.tick();
			expect(world.outcomes[0]?.text).toContain('finds 2 counterparts');
			expect(result.health).toBe('failing');
		});

		it('contains a bad record: it alone fails, is tried again, and is given up (invariant 9)', async () => {
			world.person('good');
			world.person('bad');
			world.destination.refuses.add('bad@x.test');
			const first = await world.tick();
			expect(world.told()).toContain('good created');
			expect(first.counts).toMatchObject({ failed: 0 });
			await world.tick();
			const last = await world.tick();
			expect(last.counts).toMatchObject({ due: 0, later: 0, failed: 1 });
			await world.tick();
			expect(world.told()).toEqual(['bad failed', 'bad failed']);
			world.destination.refuses.clear();
			world.person('bad', { team: 'Legal' });
			await world.tick();
			expect(world.told()).toEqual(['bad created']);
		});

		it('heals an edit made in the destination at the next sweep, once, and tells both values', async () => {
			for (let n = 0; n < 25; n++) world.person(`k${n}`);
			world.sweepEvery = 0;
			await world.tick();
			world.told();
			const [id] = [...world.destination.rows].find(([, row]) => row.email === 'k7@x.test')!;
			world.destination.rows.get(id)!.team = 'Pirates';
			await world.tick();
			const healed = world.outcomes.filter(({ outcome }) => outcome === 'healed');
			expect(healed).toHaveLength(1);
			expect(healed[0]).toMatchObject({
				key: 'k7',
				changes: [{ field: 'team', was: 'Pirates', now: 'Sales', drift: true }],
			});
			const writes = world.destination.log.length;
			await world.tick();
			expect(world.destination.log).toHaveLength(writes);
		});

		it('disables again what somebody enabled by hand', async () => {
			for (let n = 0; n < 25; n++) world.person(`k${n}`);
			world.sweepEvery = 0;
			await world.tick();
			world.source.records.delete('k7');
			await world.tick();
			world.destination.byEmail('k7@x.test')!.active = 'yes';
			await world.tick();
			expect(world.destination.byEmail('k7@x.test')).toMatchObject({ active: 'no' });
		});

		it('creates again what was deleted in the destination', async () => {
			for (let n = 0; n < 25; n++) world.person(`k${n}`);
			world.sweepEvery = 0;
			await world.tick();
			const [id] = [...world.destination.rows].find(([, row]) => row.email === 'k7@x.test')!;
			world.destination.rows.delete(id);
			await world.tick();
			await world.tick();
			expect(world.destination.byEmail('k7@x.test')).toMatchObject({ name: 'Person k7' });
			expect(world.destination.rows.size).toBe(25);
		});

		it('learns how the destination spells a value, and does not write it again (invariant 8)', async () => {
			world.destination.spell = (field, value) => (field === 'name' ? String(value).toUpperCase() : value);
			world.sweepEvery = 0;
			world.person('a');
			await world.tick();
			await world.tick();
			expect(world.destination.log).toEqual(['create a@x.test']);
			world.person('a', { team: 'Legal' });
			await world.tick();
			expect(world.destination.log).toEqual(['create a@x.test', 'update a@x.test team']);
		});

		it('never takes a refused value for a spelling (invariant 8)', async () => {
			world.attempts = 1;
			world.person('a');
			await world.tick();
			world.told();
			world.destination.spell = (field, value) => (field === 'team' ? 'Sales' : value);
			world.person('a', { team: 'Legal' });
			await world.tick();
			expect(world.outcomes[0]).toMatchObject({ outcome: 'failed' });
			expect(world.outcomes[0]?.text).toContain('did not take “Legal” for “team”; “Sales” still stands there');
		});

		it('notices a changed mapping though nothing else is due', async () => {
			for (let n = 0; n < 25; n++) world.person(`k${n}`);
			world.flow = 'mapping 1';
			await world.tick();
			world.flow = world.mapping.fingerprint = 'mapping 2';
			expect((await world.tick()).handed).toBe(25);
			expect((await world.tick()).handed).toBe(0);
		});

		it('sends all records again when the mapping changed', async () => {
			for (let n = 0; n < 25; n++) world.person(`k${n}`);
			await world.tick();
			world.mapping.fingerprint = 'mapping 2';
			world.mapping.once = ['team'];
			world.person('k0', { name: 'New' });
			await world.tick();
			const second = await world.tick();
			// One more: what changed waited until it was known what the new mapping does to all others.
			expect(second.handed).toBe(25);
			expect(world.destination.byEmail('k0@x.test')).toMatchObject({ name: 'New' });
			expect((await world.tick()).counts).toMatchObject({ due: 0 });
		});
	});

	describe('removals', () => {
		beforeEach(async () => {
			for (let n = 0; n < 100; n++) world.person(`k${n}`);
			await world.tick();
			world.told();
		});

		it('removes nothing after an empty read, and says so (invariant 6)', async () => {
			world.source.records.clear();
			const result = await world.tick();
			expect(result.observed).toMatchObject({ emptied: true, vanished: 0 });
			expect(result.health).toBe('failing');
			expect(result.turned).toBe(true);
			expect(world.told()).toEqual([]);
		});

		it('removes nothing after a read that ended without having seen everything (invariant 6)', async () => {
			for (let n = 0; n < 3; n++) world.source.records.delete(`k${n}`);
			world.source.cut = true;
			const result = await world.tick();
			expect(result.observed).toMatchObject({ complete: false, vanished: 0 });
			expect(world.told()).toEqual([]);
			world.source.cut = false;
			await world.tick();
			expect(world.told()).toEqual(['k0 deactivated', 'k1 deactivated', 'k2 deactivated']);
		});

		it('removes nothing after a read during which the sync was stopped (invariant 6)', async () => {
			world.source.records.delete('k1');
			world.stop.abort();
			const result = await world.tick();
			expect(result.troubles.join()).toContain('The sync was stopped while it read the source');
			world.stop = new AbortController();
			expect(world.told()).toEqual([]);
			await world.tick();
			expect(world.told()).toEqual(['k1 deactivated']);
		});

		it('removes nothing after a read that broke off (invariant 6)', async () => {
			world.source.records.delete('k1');
			world.source.breakAfter = 50;
			const result = await world.tick();
			expect(result.troubles.join()).toContain('broke in the middle');
			expect(world.told()).toEqual([]);
			await world.tick();
			expect(world.told()).toEqual(['k1 deactivated']);
		});

		it('holds too many removals before the first is sent, tells it once, and frees them when they return', async () => {
			for (let n = 0; n < 60; n++) world.source.records.delete(`k${n}`);
			await world.tick();
			await world.tick();
			expect(world.told()).toEqual([]);
			expect(world.held).toHaveLength(1);
			expect(world.held[0]).toMatchObject({ count: 60 });
			expect(world.held[0]?.names).toHaveLength(20);
			for (let n = 0; n < 60; n++) world.person(`k${n}`);
			const result = await world.tick();
			expect(result.counts).toMatchObject({ held: 0, due: 0 });
			expect((await world.tick()).health).toBe('healthy');
			expect(world.told()).toEqual([]);
			expect(world.destination.log.filter((line) => line.startsWith('update'))).toEqual([]);
		});

		it('are told of though the sync was failing for another reason already', async () => {
			world.attempts = 1;
			world.destination.refuses.add('k1@x.test');
			world.person('k1', { team: 'Legal' });
			expect(await world.tick()).toMatchObject({ health: 'failing', turned: true });
			expect(await world.tick()).toMatchObject({ health: 'failing', turned: false });
			for (let n = 2; n < 60; n++) world.source.records.delete(`k${n}`);
			const held = await world.tick();
			expect(held).toMatchObject({ health: 'failing', turned: true });
			expect(held.troubles.join()).toContain('would be removed');
			expect(await world.tick()).toMatchObject({ health: 'failing', turned: false });
		});

		it('removes what a person released, once', async () => {
			for (let n = 0; n < 60; n++) world.source.records.delete(`k${n}`);
			await world.tick();
			await world.tick();
			world.release = world.held[0]!.id;
			await world.tick();
			expect(world.told().filter((line) => line.endsWith('deactivated'))).toHaveLength(60);
			for (let n = 60; n < 80; n++) world.source.records.delete(`k${n}`);
			await world.tick();
			expect(world.told()).toEqual([]);
		});

		it('holds a scope that would push half of the records out', async () => {
			world.mapping.scope = ({ id }) => Number(String(id).slice(1)) < 50;
			world.mapping.fingerprint = 'mapping 2';
			world.person('k1', { name: 'Changed' });
			await world.tick();
			await world.tick();
			await world.tick();
			expect(world.told().filter((line) => line.endsWith('deactivated'))).toEqual([]);
			expect(world.held[0]).toMatchObject({ count: 50 });
		});
	});

	describe('when things die', () => {
		beforeEach(() => {
			world.ttl = 500;
		});

		it('makes no twin when the answer to a create never came (invariant 4)', async () => {
			world.person('a');
			world.person('b');
			world.destination.faults = ['die after'];
			await world.tick();
			expect(world.destination.inserts).toHaveLength(2);
			await world.reopen();
			await sleep(world.ttl + 50);
			await world.tick();
			expect(world.destination.inserts).toHaveLength(2);
			expect(world.destination.rows.size).toBe(2);
			expect((await world.tick()).counts).toMatchObject({ due: 0, underway: 0 });
		});

		it('loses nothing when it dies before the write (invariant 3)', async () => {
			world.person('a');
			world.destination.faults = ['die before'];
			await world.tick();
			await world.reopen();
			await sleep(world.ttl + 50);
			await world.tick();
			expect(world.told()).toEqual(['a created']);
		});

		it('makes no twin when it dies after a create, though the match value changes meanwhile', async () => {
			world.person('a');
			world.destination.faults = ['die after'];
			await world.tick();
			await sleep(world.ttl + 50);
			world.person('a', { email: 'new@x.test' });
			await world.tick();
			expect([...world.destination.rows.values()]).toMatchObject([{ email: 'new@x.test', name: 'Person a' }]);
		});

		it('waits for a destination that is down, without counting tries', async () => {
			world.person('a');
			for (let n = 0; n < 5; n++) {
				world.destination.faults = ['down'];
				const result = await world.tick();
				expect(result.troubles.join()).toContain('memory is down');
			}
			world.destination.faults = [];
			expect((await world.tick()).health).toBe('healthy');
			expect(world.told()).toEqual(['a created']);
		});

		it('tries a destination that is down once per interval only', async () => {
			for (let n = 0; n < 120; n++) world.person(`k${n}`);
			world.destination.faults = ['down'];
			world.probeIn = 2000;
			await world.tick();
			expect((await world.tick()).runs).toBe(0);
			await sleep(2100);
			await world.tick();
			expect(world.destination.rows.size).toBe(120);
		});

		it('frees removals that a mistaken scope intended, once the scope is mended', async () => {
			for (let n = 0; n < 100; n++) world.person(`k${n}`);
			await world.tick();
			world.flow = world.mapping.fingerprint = 'mapping 2';
			world.mapping.scope = () => false;
			await world.tick();
			expect((await world.tick()).counts).toMatchObject({ held: 100 });
			world.flow = world.mapping.fingerprint = 'mapping 3';
			world.mapping.scope = () => true;
			await world.tick();
			expect((await world.tick()).health).toBe('healthy');
			expect(world.destination.log.filter((entry) => !entry.startsWith('create'))).toEqual([]);
		});

		it('stays failing while what failed waits for its next try, and says so once', async () => {
			world.person('a');
			world.retryIn = 300;
			world.between = () => {
				throw new Stumble('a node of the user fails');
			};
			const first = await world.tick();
			expect(first).toMatchObject({ health: 'failing', turned: true });
			expect(first.troubles.join()).toContain('a node of the user fails');
			expect(await world.tick()).toMatchObject({ runs: 0, health: 'failing', turned: false });
			world.between = (items) => items;
			await sleep(350);
			expect(await world.tick()).toMatchObject({ health: 'healthy', turned: true });
			expect(world.told()).toEqual(['a created']);
		});

		it('settles what a node between dropped, and shows a linked record that is dropped as failed', async () => {
			world.person('a');
			world.person('b');
			world.between = (items) => items.filter(({ stamp }) => stamp.key === 'a');
			const first = await world.tick();
			expect(first.unrouted).toBe(1);
			expect(first.counts).toMatchObject({ unrouted: 1, due: 0 });
			world.between = () => [];
			world.person('a', { team: 'Legal' });
			const second = await world.tick();
			expect(second.counts).toMatchObject({ failed: 1 });
			expect(second.health).toBe('failing');
		});
	});

	describe('identity', () => {
		it('refuses a copy of a workflow until a person lets it take over', async () => {
			world.person('a');
			await world.tick();
			world.identity = { ...world.identity, workflow: 'copy' };
			await expect(world.tick()).rejects.toThrow('looks like a copy');
			world.takeOver = 'w';
			const result = await world.tick();
			expect(result.observed).toMatchObject({ created: 0 });
			expect(world.destination.inserts).toHaveLength(1);
		});

		it('keeps its links when the destination node is deleted and made anew, or put into another workflow', async () => {
			for (let n = 0; n < 25; n++) world.person(`k${n}`);
			await world.tick();
			world.told();
			world.node = 'made anew';
			world.identity = { ...world.identity, workflow: 'another' };
			world.takeOver = 'w';
			await world.tick();
			await world.tick();
			expect(world.told()).toEqual(Array.from({ length: 25 }, (_, n) => `k${n} superseded`).sort());
			world.source.records.delete('k1');
			await world.tick();
			expect(world.told()).toEqual(['k1 deactivated']);
			expect(world.destination.inserts).toHaveLength(25);
		});

		it('keeps a destination that the trigger cannot see, and sends it what it registered for', async () => {
			world.person('a');
			await world.tick();
			world.hidden = true;
			world.node = 'in a sub-workflow';
			await world.ledger.destination((await world.ledger.find(world.identity))!.id, world.node, 'Hidden', {
				id: 'elsewhere',
				text: 'elsewhere',
			});
			const result = await world.tick();
			expect(result.handed).toBe(1);
			expect((await world.tick()).counts).toMatchObject({ due: 0 });
		});

		it('keeps everything when the sync is renamed', async () => {
			world.person('a');
			await world.tick();
			world.name = 'another name';
			expect((await world.tick()).observed).toMatchObject({ created: 0, updated: 0 });
		});
	});

	describe('a ledger that is older than what was seen of it', () => {
		it('that was lost adopts what stands there, and removes nobody before a person has said so', async () => {
			for (let n = 0; n < 40; n++) world.person(`k${n}`);
			await world.tick();
			const sequence = await world.ledger.sequence();
			const other = await World.open(store && (async () => await store()));
			try {
				other.seen = sequence + 1000;
				for (const [id, row] of world.destination.rows) other.destination.rows.set(id, row);
				for (let n = 0; n < 40; n++) other.person(`k${n}`);
				const first = await other.tick();
				expect(first.troubles.join()).toContain('older than this workflow remembers');
				expect(other.destination.inserts).toEqual([]);
				other.seen = undefined;
				other.source.records.delete('k2');
				await other.tick();
				expect(other.told().filter((entry) => entry.endsWith('deactivated'))).toEqual([]);
				expect((await other.tick()).counts).toMatchObject({ held: 1 });
			} finally {
				await other.close();
			}
		});
	});

	describe('a test run that wrote', () => {
		it('makes no twin, though the match value changes before the sync runs', async () => {
			world.person('a');
			await world.tick();
			world.destination.rows.set('90', { email: 'b@x.test', name: 'Person b', team: 'Sales' });
			const [destination] = await world.destinations();
			await world.ledger.keepCounterpart(destination!.id, 'b', '', '90');
			world.person('b', { email: 'changed@x.test' });
			await world.tick();
			expect(world.destination.rows.get('90')).toMatchObject({ email: 'changed@x.test' });
			expect(world.destination.rows.size).toBe(2);
		});
	});

	describe('a destination that is the source', () => {
		it('is refused', async () => {
			world.person('a');
			world.source.place = world.destination.target.id;
			await expect(world.tick()).rejects.toThrow('The source of this sync is the same');
			expect(world.destination.rows.size).toBe(0);
		});
	});

	describe('counterparts that are gone', () => {
		it('by the dozen are not created again before a person has said so', async () => {
			for (let n = 0; n < 40; n++) world.person(`k${n}`);
			world.sweepEvery = 0;
			await world.tick();
			world.destination.rows.clear();
			await world.tick();
			await world.tick();
			expect(world.destination.rows.size).toBe(0);
			await world.tick();
			expect(world.held[0]).toMatchObject({ kind: 'missing', count: 40 });
			world.release = world.held[0]!.id;
			await world.tick();
			expect(world.destination.rows.size).toBe(40);
		});
	});

	describe('sensitive fields', () => {
		it('are in no message and not in the ledger when the destination refuses them', async () => {
			world.sensitive = ['note'];
			world.mapping.sensitive = ['note'];
			world.destination.refuses.add('a@x.test');
			world.attempts = 1;
			world.person('a', { note: 'salary 4711' });
			const result = await world.tick();
			expect(world.outcomes[0]).toMatchObject({ outcome: 'failed' });
			expect(JSON.stringify([world.outcomes, result])).not.toContain('4711');
			expect(JSON.stringify(await world.everything())).not.toContain('4711');
		});

		it('are in the destination and nowhere in the ledger', async () => {
			world.sensitive = ['note'];
			world.mapping.sensitive = ['note'];
			world.person('a', { note: 'salary 4711' });
			await world.tick();
			expect(world.destination.byEmail('a@x.test')).toMatchObject({ note: 'salary 4711' });
			expect(JSON.stringify(world.outcomes)).not.toContain('4711');
			world.sweepEvery = 0;
			world.destination.byEmail('a@x.test')!.note = 'other';
			await world.tick();
			await world.tick();
			expect(world.destination.byEmail('a@x.test')).toMatchObject({ note: 'salary 4711' });
			expect((await world.tick()).handed).toBeLessThanOrEqual(1);
		});
	});
}
