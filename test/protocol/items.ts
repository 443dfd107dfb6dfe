/** Items that never arrive, the order of mappings, and how runs end. */
import type { DueCounts } from '../../sync/ledger';
import type { OutgoingItem, RunEnd } from '../../sync/tick';
import { sleep } from '../engine/world';
import { changes, destinationOf, leaseAll, people, syncOf, type Rules } from './rules';

export const items: Rules = {
	'A run that ended well with an unclaimed item: unrouted for this version; a linked record shows as failed.': async (
		world,
	) => {
		world.ttl = 400;
		world.person('linked');
		await world.tick();
		world.person('linked', { team: 'Legal' });
		world.person('new');
		world.person('perhaps');
		// A create of this one may have landed: nobody knows.
		world.between = (given) => given.filter(({ stamp }) => stamp.key === 'perhaps');
		world.destination.faults = ['die after'];
		await world.tick();
		await sleep(world.ttl + 100);
		world.between = () => [];
		const result = await world.tick();
		expect(result).toMatchObject({ counts: { unrouted: 1, failed: 2, due: 0 } });
		expect((await world.ledger.failures(await syncOf(world), 9)).map(({ key }) => key).sort()).toEqual([
			'linked',
			'perhaps',
		]);
		// For this version only.
		world.between = (given) => given;
		expect((await world.tick()).handed).toBe(0);
		for (const key of ['linked', 'new', 'perhaps']) world.person(key, { team: 'Newest' });
		expect((await world.tick()).counts).toMatchObject({ unrouted: 0, failed: 0, due: 0 });
		expect(world.destination.rows.size).toBe(3);
	},

	'… and for that published workflow.': async (world) => {
		people(world, 2);
		world.between = () => [];
		world.flow = 'mapping 1';
		expect((await world.tick()).counts).toMatchObject({ unrouted: 2 });
		expect((await world.tick()).handed).toBe(0);
		world.between = (given) => given;
		world.flow = world.mapping.fingerprint = 'mapping 2';
		expect((await world.tick()).counts).toMatchObject({ unrouted: 0, due: 0 });
		expect(world.destination.rows.size).toBe(2);
		// A filter that was edited is another workflow, too: for what has no counterpart, and for what shows as failed.
		world.way = 'only k2';
		world.between = (given) => given.filter(({ stamp }) => stamp.key === 'k2');
		people(world, 4);
		world.person('k0', { team: 'Legal' });
		expect((await world.tick()).counts).toMatchObject({ unrouted: 1, failed: 1 });
		const destination = await destinationOf(world);
		expect(await world.ledger.unrouted(destination)).toBe(1);
		expect((await world.tick()).handed).toBe(0);
		world.between = (given) => given;
		expect((await world.tick()).handed).toBe(0);
		world.way = 'all';
		expect(await world.tick()).toMatchObject({ handed: 2, counts: { unrouted: 0, failed: 0, due: 0 } });
		expect(world.destination.rows.size).toBe(4);
		expect(await world.ledger.unrouted(destination)).toBe(0);
		expect((await world.tick()).handed).toBe(0);
		// The filter is edited while a run is on its way through the former one.
		world.person('k4');
		world.between = () => [];
		world.beforeRun = async () => {
			await world.ledger.destinationsSeen(
				await syncOf(world),
				[{ node: world.node, name: 'To', mappings: [world.flow!], way: 'edited' }],
				null,
			);
			world.way = 'edited';
		};
		await world.tick();
		world.between = (given) => given;
		expect((await world.tick()).handed).toBe(1);
		expect(world.destination.rows.size).toBe(5);
	},

	'Destinations are those found behind the trigger, and those that register by running.': async (world) => {
		people(world, 3);
		await world.tick();
		// Not seen behind the trigger, as in a sub-workflow: it stays, and is sent what is due there.
		world.hidden = true;
		world.node = 'hidden';
		world.destination.rows.clear();
		const sync = await syncOf(world);
		const { target } = world.destination;
		await world.ledger.destination(sync, world.node, 'Hidden', { ...target, id: 'elsewhere' });
		Object.assign(world.destination, { target: { ...target, id: 'elsewhere' } });
		expect(await world.tick()).toMatchObject({ handed: 3, counts: { due: 0 } });
		world.person('k0', { team: 'Legal' });
		expect(await world.tick()).toMatchObject({ handed: 1 });
		expect(world.destination.byEmail('k0@x.test')).toMatchObject({ team: 'Legal' });
	},

	'A revision is numbered when a production run of the published workflow brings another mapping, or its trigger sees one.':
		async (world) => {
			people(world, 25);
			await world.tick();
			const revision = async () =>
				(
					await world.ask<{ revision: number }>(
						(sql, { table }) => sql`SELECT revision FROM ${table('destination')}`,
					)
				)[0]!.revision;
			const first = await revision();
			// An item brings it …
			world.mapping.fingerprint = 'mapping 2';
			world.person('k0', { team: 'Legal' });
			await world.tick();
			expect(await revision()).toBe(first + 1);
			// (What changed waited until it was known what the new mapping does to all others.)
			expect((await world.tick()).handed).toBe(25);
			// … or the trigger sees it, though nothing is due; once.
			world.flow = world.mapping.fingerprint = 'mapping 3';
			expect((await world.tick()).handed).toBe(25);
			expect(await revision()).toBe(first + 2);
			expect((await world.tick()).handed).toBe(0);
			// An item of a run from before it is older, and writes nothing.
			world.person('k1', { team: 'Late' });
			world.beforeRun = async () => {
				world.flow = 'mapping 4';
				const seen = [{ node: world.node, name: 'To', mappings: ['mapping 4'] }];
				await world.ledger.destinationsSeen(await syncOf(world), seen, null);
			};
			world.told();
			await world.tick();
			expect(world.told()).toEqual(['k1 superseded']);
			expect(await revision()).toBe(first + 3);
		},

	'A destination writes for real only under a lease that the ledger knows.': async (world) => {
		people(world, 2);
		await world.tick();
		world.told();
		const forged = async (run: number | undefined) => {
			const stamp = {
				id: await syncOf(world),
				name: 'people',
				key: 'k0',
				version: 1,
				change: 'updated',
				reason: 'changed',
			};
			const item = {
				fields: { ...world.source.records.get('k0')!, team: 'Forged' },
				stamp: { ...stamp, for: [world.node], run },
			};
			await world
				.run([item as unknown as OutgoingItem])
				.catch((error: Error) => expect(error.message).toMatch(/without a lease/));
		};
		for (const run of [undefined, 1, 999_999]) await forged(run);
		expect(changes(world)).toEqual([]);
		expect(world.told().filter((line) => !line.endsWith('superseded'))).toEqual([]);
	},

	'However a run ends, or does not, the ledger is asked what became of its items.': async (world) => {
		world.ttl = 300;
		const ends: [RunEnd['how'], Partial<DueCounts>, () => Promise<void>][] = [
			['ended', { due: 0, underway: 0, unrouted: 1 }, async () => undefined],
			['error', { due: 1, underway: 0 }, async () => undefined],
			['silent', { due: 0, underway: 1 }, async () => await sleep(world.ttl + 100)],
			['parked', { due: 0, underway: 1 }, async () => await sleep(world.parkedTtl + 100)],
		];
		for (const [how, left, later] of ends) {
			for (const key of ['arrives', 'does not']) world.person(`${how} ${key}`);
			const run = world.run.bind(world);
			// Half of the batch is done before the run ends in its own way.
			world.run = async (given) => {
				await run(given.filter(({ stamp }) => stamp.key.endsWith('arrives')));
				return { how };
			};
			expect((await world.tick()).counts).toMatchObject(left);
			world.run = run;
			expect([how, world.told()]).toEqual([how, [`${how} arrives created`]]);
			await later();
			// A tick sees that the lease is over, and the next one hands out again.
			await world.tick();
			await world.tick();
			const again = how === 'ended' ? [] : [`${how} does not created`];
			expect([how, world.told()]).toEqual([how, again]);
		}
		expect((await world.tick()).counts).toMatchObject({ due: 0, underway: 0, unrouted: 1 });
	},

	'A waiting run parks its leases for as long as it waits and two minutes; for seven days where it waits for a person or a call.':
		async (world) => {
			world.ttl = 200;
			world.parkedTtl = 7 * 24 * 3600 * 1000;
			people(world, 1);
			let waiting: OutgoingItem[] = [];
			const run = world.run.bind(world);
			world.run = async (given) => {
				waiting = given;
				return { how: 'parked' };
			};
			await world.tick();
			world.run = run;
			await sleep(world.ttl + 100);
			expect((await leaseAll(world)).records).toEqual([]);
			const [link] = await world.ask<{ left: number }>(
				(sql, { table, db }) => sql`SELECT lease_until - ${db.dialect.now} AS left FROM ${table('link')}`,
			);
			expect(Math.round(link!.left / (24 * 3600 * 1000))).toBe(7);
			// It goes on, days later, and its items are as good as new.
			await world.run(waiting);
			expect(world.told()).toEqual(['k0 created']);
		},
};
