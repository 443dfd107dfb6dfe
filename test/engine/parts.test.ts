/** One record as several counterparts: variants of a product, lines of an order. */
import type { Fields } from '../../sync/types';
import { MemoryDestination } from './memory';
import { overBothLedgers } from './ledgers';
import { World } from './world';

overBothLedgers((store) => {
	let world: World;
	beforeEach(async () => {
		world = await World.open(store);
		world.mapping.removal = { kind: 'delete', set: {}, onReturn: {} };
		world.mapping.parts = variantsOf;
		world.flow = world.mapping.fingerprint;
	});
	afterEach(async () => await world.close());

	const variantsOf = (fields: Fields) =>
		String(fields['variants'] ?? '')
			.split(' ')
			.filter((sku) => sku !== '')
			.map((sku) => ({
				key: sku,
				fields: { email: `${String(fields['id'])}-${sku}`, name: `${String(fields['name'])} ${sku}` },
			}));
	const product = (id: string, variants: string, name = `Product ${id}`) =>
		world.source.records.set(id, { id, name, variants });
	const remap = (fingerprint: string) => {
		world.mapping.fingerprint = fingerprint;
		world.flow = fingerprint;
	};
	const standing = () => [...world.destination.rows.values()].map(({ email }) => email).sort();

	it('each get what is theirs; one that is new is created, one that is gone is removed, the rest is left alone', async () => {
		product('p1', 'S M L');
		product('p2', 'one');
		product('p3', '');
		await world.tick();
		expect(standing()).toEqual(['p1-L', 'p1-M', 'p1-S', 'p2-one']);
		expect(world.outcomes).toMatchObject(
			expect.arrayContaining([expect.objectContaining({ key: 'p1', part: 'S', name: 'Product p1 (S)' })]),
		);
		world.told();

		product('p1', 'S L XL');
		product('p3', 'first');
		const result = await world.tick();
		expect(standing()).toEqual(['p1-L', 'p1-S', 'p1-XL', 'p2-one', 'p3-first']);
		expect(world.told()).toEqual(['p1/M removed', 'p1/XL created', 'p3/first created']);
		expect(result).toMatchObject({ health: 'healthy', counts: { due: 0, failed: 0, underway: 0, unrouted: 0 } });
		world.destination.log.length = 0;
		await world.tick();
		expect(world.destination.log).toEqual([]);
	});

	it('go with their record, and come back with it', async () => {
		product('p1', 'S M');
		product('p2', 'one');
		await world.tick();
		world.told();
		world.source.records.delete('p1');
		await world.tick();
		expect(standing()).toEqual(['p2-one']);
		expect(world.told()).toEqual(['p1/M removed', 'p1/S removed']);
		expect((await world.stored()).get('p1')).toBeNull();
		product('p1', 'S L');
		await world.tick();
		expect(standing()).toEqual(['p1-L', 'p1-S', 'p2-one']);
	});

	it('that are gone in large numbers are held, all of them, and go once they are released (invariant 6)', async () => {
		for (let n = 0; n < 12; n++) product(`p${n}`, 'a b c d e');
		await world.tick();
		for (let n = 0; n < 12; n++) product(`p${n}`, 'a b c');
		world.told();
		const result = await world.tick();
		expect(standing()).toHaveLength(60);
		expect(result.held).toMatchObject([{ kind: 'removals', count: 24 }]);
		expect(result.held[0]!.names[0]).toMatch(/^Product p\d+ \([de]\)$/u);
		// What else changes of the record is written meanwhile; a part that is back is no removal.
		product('p0', 'a b c d', 'Renamed');
		await world.tick();
		expect(world.destination.byEmail('p0-a')).toMatchObject({ name: 'Renamed a' });
		world.release = (await world.ledger.openHolds(1))[0]?.id ?? result.held[0]!.id;
		await world.tick();
		world.release = undefined;
		await world.tick();
		expect(standing().filter((email) => /-[de]$/u.test(String(email)))).toEqual(expect.arrayContaining(['p0-d']));
		expect(standing().length).toBeLessThanOrEqual(38);
	});

	it('are contained: one that is refused keeps no other from being written, and is tried again by itself (invariant 9)', async () => {
		world.destination.refuses.add('p1-M');
		product('p1', 'S M L');
		await world.tick();
		expect(standing()).toEqual(['p1-L', 'p1-S']);
		world.destination.refuses.clear();
		world.told();
		await world.tick();
		expect(standing()).toEqual(['p1-L', 'p1-M', 'p1-S']);
		expect(world.told()).toEqual(['p1/M created']);
	});

	it('have no twins, whatever dies between a write and its answer (invariant 4)', async () => {
		world.destination.batchSize = 2;
		product('p1', 'a b c d e');
		for (const fault of ['die after', 'die before', 'down'] as const) {
			world.destination.faults = [fault];
			await world.tick();
			await world.expire();
		}
		for (let n = 0; n < 3; n++) await world.tick();
		expect(standing()).toEqual(['p1-a', 'p1-b', 'p1-c', 'p1-d', 'p1-e']);
		expect(world.destination.inserts).toHaveLength(5);
	});

	it('are healed one by one when somebody edits them (invariant 1)', async () => {
		world.sweepEvery = 1;
		product('p1', 'S M');
		await world.tick();
		for (const row of world.destination.rows.values()) if (row['email'] === 'p1-M') row['name'] = 'edited';
		await world.tick();
		await world.tick();
		expect(world.destination.byEmail('p1-M')).toMatchObject({ name: 'Product p1 M' });
		expect(world.outcomes.filter(({ outcome }) => outcome === 'healed')).toMatchObject([
			{ key: 'p1', part: 'M', name: 'Product p1 (M)' },
		]);
		expect((await world.tick()).counts).toMatchObject({ due: 0, underway: 0, unrouted: 0 });
	});

	it('move to another key, and to another record, with what stands there', async () => {
		product('p1', 'S M');
		product('p2', 'one');
		await world.tick();
		const [id] = [...world.destination.rows].find(([, row]) => row['email'] === 'p1-M')!;
		// The same variant under another element key.
		world.mapping.parts = (fields) => variantsOf(fields).map(({ key, ...one }) => ({ ...one, key: `new ${key}` }));
		remap('mapping 2');
		world.told();
		await world.tick();
		expect(world.told()).toContain('p1/M superseded');
		expect(standing()).toEqual(['p1-M', 'p1-S', 'p2-one']);
		expect([...world.destination.rows].find(([, row]) => row['email'] === 'p1-M')![0]).toBe(id);
	});

	it('take the place of what their record was, and the reverse', async () => {
		world.mapping.parts = undefined;
		for (const id of ['p1', 'p2'])
			world.source.records.set(id, { id, email: id, name: `Product ${id}`, variants: 'S M' });
		world.mapping.unmapped = ['variants'];
		await world.tick();
		expect(standing()).toEqual(['p1', 'p2']);
		world.mapping.parts = variantsOf;
		remap('mapping 2');
		await world.tick();
		await world.tick();
		expect(standing()).toEqual(['p1-M', 'p1-S', 'p2-M', 'p2-S']);
		world.mapping.parts = undefined;
		remap('mapping 3');
		const { held } = await world.tick();
		expect(held).toMatchObject([{ kind: 'removals', count: 4 }]);
		world.release = held[0]!.id;
		await world.tick();
		expect(standing()).toEqual(['p1', 'p2']);
	});

	it('that fail as a whole change nothing of what stands there', async () => {
		product('p1', 'S M');
		await world.tick();
		world.between = (items) => items;
		const map = world.map.bind(world);
		world.mapping.parts = undefined;
		world.map = (item, n) => {
			const mapped = map(item, n);
			return {
				...mapped,
				stamp: {
					...mapped.stamp,
					action: 'fail',
					error: { reason: 'Elements 1 and 2 have the same key “S”.' },
				},
			};
		};
		product('p1', 'S S');
		world.told();
		await world.tick();
		expect(standing()).toEqual(['p1-M', 'p1-S']);
		expect(world.outcomes).toMatchObject([
			{ key: 'p1', outcome: 'failed', text: expect.stringContaining('the same key “S”') },
		]);
	});

	it('can be referred to, and are not deleted while something points at them', async () => {
		product('p1', 'S M');
		product('p2', 'one');
		await world.tick();
		const [id] = [...world.destination.rows].find(([, row]) => row['email'] === 'p1-M')!;
		const products = { ...world, destination: world.destination };

		const orders = new MemoryDestination();
		orders.target = { id: 'memory:orders', text: 'orders in memory' };
		orders.more = ['parent'];
		const inOrders = async () => {
			world.identity = { instance: 'i', workflow: 'orders', node: 'trigger' };
			world.name = 'orders';
			world.node = 'to orders';
			world.into = orders;
			world.source.records.clear();
			world.source.records.set('o1', { id: 'o1', email: 'o1', name: 'Order 1' });
			world.mapping = {
				...world.mapping,
				parts: undefined,
				owned: ['parent'],
				needs: () => [
					{ kind: 'reference', field: 'parent', to: 'people', keys: ['p1'], parts: ['M'], patience: 1e8 },
				],
			};
			return await world.tick();
		};
		const inProducts = async (...all: [string, string][]) => {
			world.identity = products.identity;
			world.name = products.name;
			world.node = products.node;
			world.into = undefined;
			world.source.records.clear();
			for (const [one, variants] of all) product(one, variants);
			world.mapping = { ...products.mapping };
			return await world.tick();
		};
		await inOrders();
		expect(orders.byEmail('o1')).toMatchObject({ parent: id });
		world.told();
		await inProducts(['p1', 'S'], ['p2', 'one']);
		expect(standing()).toContain('p1-M');
		expect(world.outcomes.find(({ outcome }) => outcome === 'waiting')).toMatchObject({
			key: 'p1',
			part: 'M',
			text: expect.stringContaining('1 record still points at it: Order 1 (orders)'),
		});
	});
});
