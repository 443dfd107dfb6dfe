/** Records that belong together: references over several syncs and within one, circles, removals, look-ups. */
import { ITSELF, type Need } from '../../sync/needs';
import type { Fields } from '../../sync/types';
import { MemoryDestination } from './memory';
import { overBothLedgers } from './ledgers';
import { sleep, World } from './world';

const DAY = 24 * 3_600_000;

/** A world's clothes: the same ledger, another sync into another destination. */
interface Sync {
	name: string;
	destination: MemoryDestination;
	records: Map<string, Fields>;
	needs?: (fields: Fields) => Need[];
}

overBothLedgers((store) => {
	let world: World;
	beforeEach(async () => {
		world = await World.open(store);
		world.mapping.removal = { kind: 'delete', set: {}, onReturn: {} };
		world.mapping.unmapped = ['refs'];
	});
	afterEach(async () => {
		await world.close();
	});

	const refer = (field: string, to: string, key: unknown, patience = DAY): Need[] =>
		key === undefined || key === null ? [] : [{ kind: 'reference', field, to, keys: [String(key)], patience }];

	const sync = (name: string, needs?: (fields: Fields) => Need[]): Sync => {
		const destination = new MemoryDestination();
		destination.target = { id: `memory:${name}`, text: `${name} in memory` };
		destination.more = ['parent', 'other'];
		return { name, destination, records: new Map(), ...(needs && { needs }) };
	};
	const record = (at: Sync, key: string, refs?: string) =>
		at.records.set(key, {
			id: key,
			email: `${key}@x.test`,
			name: `${at.name} ${key}`,
			...(refs !== undefined && { refs }),
		});
	/** A tick of one of the syncs. */
	const tick = async (at: Sync) => {
		world.identity = { instance: 'i', workflow: at.name, node: 'trigger' };
		world.name = at.name;
		world.node = `to ${at.name}`;
		world.into = at.destination;
		world.mapping.needs = (fields) => at.needs?.(fields) ?? [];
		world.mapping.owned = at.needs ? ['parent'] : [];
		world.source.records.clear();
		for (const [key, fields] of at.records) world.source.records.set(key, fields);
		return await world.tick();
	};
	const idOf = (at: Sync, key: string) =>
		[...at.destination.rows].find(([, row]) => row['email'] === `${key}@x.test`)?.[0];
	const parentOf = (at: Sync, key: string) => at.destination.byEmail(`${key}@x.test`)?.['parent'];

	describe('customer, price, invoice', () => {
		let customers: Sync;
		let prices: Sync;
		let invoices: Sync;
		beforeEach(() => {
			customers = sync('customers');
			prices = sync('prices', ({ refs }) => refer('parent', 'customers', refs));
			invoices = sync('invoices', ({ refs }) => refer('parent', 'prices/trigger/to prices', refs));
		});

		it('that arrive in the wrong order wait for each other, and none is lost (invariant 3)', async () => {
			for (let n = 0; n < 30; n++) record(customers, `c${n}`);
			for (let n = 0; n < 30; n++) if (n !== 7) record(prices, `p${n}`, `c${n}`);
			for (let n = 0; n < 30; n++) record(invoices, `i${n}`, `p${n}`);
			// The other syncs have not run: nobody knows yet where the references lead.
			await tick(invoices);
			expect(world.outcomes.splice(0)[0]).toMatchObject({
				outcome: 'failed',
				text: expect.stringContaining('no destination that is known'),
			});
			await tick(prices);
			await tick(customers);
			world.told();
			await tick(invoices);
			expect(world.told()).toHaveLength(30);
			expect(invoices.destination.rows.size).toBe(0);

			await tick(prices);
			expect(prices.destination.rows.size).toBe(29);
			await tick(invoices);
			expect(invoices.destination.rows.size).toBe(29);
			expect(parentOf(invoices, 'i3')).toBe(idOf(prices, 'p3'));
			expect(parentOf(prices, 'p3')).toBe(idOf(customers, 'c3'));
			const result = await tick(invoices);
			expect(result).toMatchObject({ handed: 0, counts: { waiting: 1, failed: 0, due: 0 }, health: 'healthy' });

			record(prices, 'p7', 'c7');
			await tick(prices);
			await tick(invoices);
			expect(invoices.destination.rows.size).toBe(30);
			expect(parentOf(invoices, 'i7')).toBe(idOf(prices, 'p7'));
			expect((await tick(invoices)).counts).toMatchObject({ waiting: 0 });
		});

		it('are written as soon as a price is there that was missing for a day, if the user lets them wait so long', async () => {
			record(customers, 'c0');
			record(prices, 'p0', 'c0');
			await tick(customers);
			await tick(prices);
			invoices.needs = ({ refs }) => refer('parent', 'prices', refs, 2 * DAY);
			record(invoices, 'i0', 'p0');
			record(invoices, 'i1', 'p1');
			await tick(invoices);
			world.outcomes.splice(0);
			await world.ask(
				(sql, { table }) =>
					sql`UPDATE ${table('link')} SET waits_since = waits_since - ${DAY}, due_at = due_at - ${DAY} WHERE waits_since IS NOT NULL`,
			);
			expect(await tick(invoices)).toMatchObject({
				handed: 0,
				health: 'healthy',
				counts: { waiting: 1, failed: 0, due: 0 },
			});
			record(prices, 'p1', 'c0');
			await tick(prices);
			expect((await tick(invoices)).counts).toMatchObject({ waiting: 0, failed: 0 });
			expect(parentOf(invoices, 'i1')).toBe(idOf(prices, 'p1'));
			expect(world.outcomes.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
		});

		it('are given up after the time that the user sets, with both names, and come after all', async () => {
			record(customers, 'c0');
			record(prices, 'p0', 'c0');
			await tick(customers);
			await tick(prices);
			invoices.needs = ({ refs }) => refer('parent', 'prices', refs, 1000);
			record(invoices, 'i0', 'p0');
			record(invoices, 'i1', 'p1');
			await tick(invoices);
			expect(world.outcomes.find(({ key }) => key === 'i1')).toMatchObject({
				outcome: 'waiting',
				text: 'invoices i1 waits: “parent” refers to key p1 in prices in memory, which is not there: its source has no such record.',
			});
			let result = await tick(invoices);
			for (let tries = 0; result.counts?.failed !== 1 && tries < 100; tries++) {
				await sleep(200);
				result = await tick(invoices);
			}
			expect(world.outcomes.splice(0).filter(({ outcome }) => outcome === 'failed')).toMatchObject([
				{
					key: 'i1',
					again: false,
					text: expect.stringMatching(/invoices i1 waited .* in vain: .*key p1 in prices/u),
				},
			]);
			expect(result).toMatchObject({ health: 'failing', counts: { failed: 1, waiting: 0 } });
			expect((await tick(invoices)).handed).toBe(0);

			record(prices, 'p1', 'c0');
			await tick(prices);
			expect(await tick(invoices)).toMatchObject({ health: 'healthy', counts: { failed: 0 } });
			expect(parentOf(invoices, 'i1')).toBe(idOf(prices, 'p1'));
		});

		it('are deleted children first, and a record that is still needed says who points at it', async () => {
			for (let n = 0; n < 30; n++) {
				record(customers, `c${n}`);
				record(prices, `p${n}`, `c${n}`);
			}
			await tick(customers);
			await tick(prices);
			world.told();
			customers.records.delete('c3');
			await tick(customers);
			expect(world.outcomes.splice(0)).toMatchObject([
				{
					key: 'c3',
					outcome: 'waiting',
					text: 'customers c3 waits: 1 record still points at it: prices p3 (prices).',
				},
			]);
			expect(customers.destination.rows.size).toBe(30);
			await tick(customers);
			expect(world.told()).toEqual([]);

			prices.records.delete('p3');
			await tick(prices);
			expect(world.told()).toEqual(['p3 removed']);
			await tick(customers);
			expect(world.told()).toEqual(['c3 removed']);
		});

		it('get another ID where what they refer to was made anew', async () => {
			for (let n = 0; n < 30; n++) {
				record(customers, `c${n}`);
				record(prices, `p${n}`, `c${n}`);
			}
			world.sweepEvery = 0;
			await tick(customers);
			await tick(prices);
			customers.destination.rows.delete(idOf(customers, 'c3')!);
			for (let n = 0; n < 3; n++) await tick(customers);
			expect(idOf(customers, 'c3')).toBe('31');
			await tick(prices);
			expect(parentOf(prices, 'p3')).toBe('31');
		});
	});

	describe('employees and their managers', () => {
		const staff = (count: number, managerOf: (n: number) => number) => {
			const people = sync('people', ({ refs }) => refer('parent', ITSELF, refs));
			for (let n = 0; n < count; n++) record(people, `e${n}`, `e${managerOf(n)}`);
			return people;
		};

		it('in a circle are created first and get their managers second, in one tick (invariants 1 and 4)', async () => {
			const people = staff(60, (n) => (n + 1) % 60);
			const result = await tick(people);
			expect(people.destination.rows.size).toBe(60);
			for (let n = 0; n < 60; n++) expect(parentOf(people, `e${n}`)).toBe(idOf(people, `e${(n + 1) % 60}`));
			expect(result.counts).toMatchObject({ waiting: 0, failed: 0, due: 0 });
			expect(people.destination.inserts).toHaveLength(60);
			expect(await tick(people)).toMatchObject({ handed: 0 });
		});

		it('that must have a manager wait for him, level by level, in one tick', async () => {
			const people = staff(40, (n) => Math.floor((n - 1) / 2));
			people.records.set('e0', { id: 'e0', email: 'e0@x.test', name: 'Chief', parent: 'none' });
			people.destination.required = ['parent'];
			await tick(people);
			expect(people.destination.rows.size).toBe(40);
			expect(parentOf(people, 'e39')).toBe(idOf(people, 'e19'));
			expect(world.outcomes.some(({ outcome }) => outcome === 'failed')).toBe(false);
		});

		it('are deleted after whom they manage', async () => {
			const people = staff(60, (n) => Math.max(0, n - 1));
			await tick(people);
			for (const key of ['e57', 'e58', 'e59']) people.records.delete(key);
			await tick(people);
			expect(people.destination.log.filter((line) => line.startsWith('delete'))).toEqual([
				'delete e59@x.test',
				'delete e58@x.test',
				'delete e57@x.test',
			]);
		});
	});

	it('a circle over two syncs is broken where it closes', async () => {
		const teams = sync('teams', ({ refs }) => refer('parent', 'people', refs));
		const people = sync('people', ({ refs }) => refer('parent', 'teams', refs));
		await tick(teams);
		await tick(people);
		record(teams, 't', 'p');
		record(people, 'p', 't');
		await tick(teams);
		await tick(people);
		await tick(teams);
		await tick(people);
		expect([parentOf(teams, 't'), parentOf(people, 'p')]).toEqual([idOf(people, 'p'), idOf(teams, 't')]);
		expect(await tick(people)).toMatchObject({ handed: 0, counts: { waiting: 0 } });
	});

	describe('a look-up', () => {
		let asked: unknown[][];
		let people: Sync;
		beforeEach(() => {
			asked = [];
			people = sync('people', ({ refs }) => [
				{ kind: 'look up', field: 'parent', object: 'users', by: 'mail', values: [refs!] },
			]);
			Object.assign(people.destination, {
				findBy: async (_where: unknown, values: unknown[]) => {
					asked.push(values);
					return values.map((value) =>
						value === 'none' ? [] : value === 'two' ? ['1', '2'] : [`id of ${String(value)}`],
					);
				},
			});
		});

		it('is asked in batches, once a run for each value', async () => {
			for (let n = 0; n < 40; n++) record(people, `p${n}`, `u${n % 15}`);
			await tick(people);
			expect(parentOf(people, 'p39')).toBe('id of u9');
			expect(asked.flat()).toHaveLength(15);
			expect(asked.length).toBeLessThanOrEqual(4);
		});

		it('that finds none, or several, fails its record with the value, and no other (invariant 9)', async () => {
			record(people, 'a', 'none');
			record(people, 'b', 'two');
			record(people, 'c', 'one');
			world.attempts = 1;
			await tick(people);
			expect(parentOf(people, 'c')).toBe('id of one');
			expect(
				world.outcomes
					.filter(({ outcome }) => outcome === 'failed')
					.map(({ text }) => text)
					.sort(),
			).toEqual([
				'people a could not be written to People: “parent”: nothing in users has “none” in “mail”.',
				'people b could not be written to People: “parent”: two or more in users have “two” in “mail”.',
			]);
		});
	});
});
