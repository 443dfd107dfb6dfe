/** Several records of the source as one: a group has the fields of its first member, and all members. */
import { GroupedSource } from '../../sync/groups';
import type { Fields, Value } from '../../sync/types';
import { overBothLedgers } from './ledgers';
import { World } from './world';

overBothLedgers((store) => {
	let world: World;
	beforeEach(async () => {
		world = await World.open(store);
		world.mapping.removal = { kind: 'delete', set: {}, onReturn: {} };
		world.mapping.unmapped = ['members', 'line', 'order'];
		world.grouped = (source) => new GroupedSource(source, ['order'], async () => await world.ledger.gather());
		world.before = (fields) => ({
			...fields,
			team: (fields['members'] as Fields[]).map(({ name }) => name as Value).join(' '),
		});
	});
	afterEach(async () => await world.close());

	const line = (order: string | null, number: number, name = `${order}${number}`) =>
		world.source.records.set(String(number), { id: number, order, email: order, name });
	const standing = () =>
		[...world.destination.rows.values()].map(({ email, name, team }) => `${email}: ${name} of ${team}`).sort();

	it('has its members in the order of their keys, and changes with any of them', async () => {
		line('B', 3);
		line('A', 10);
		line('A', 2);
		line(null, 4);
		const result = await world.tick();
		expect(standing()).toEqual(['A: A2 of A2 A10', 'B: B3 of B3']);
		expect(result.observed).toMatchObject({ read: 2, created: 2, unkeyed: 1 });
		world.told();
		line('A', 10, 'changed');
		await world.tick();
		expect(world.told()).toEqual(['A updated']);
		expect(standing()).toEqual(['A: A2 of A2 changed', 'B: B3 of B3']);
		expect((await world.tick()).handed).toBe(0);
	});

	it('whose last member leaves is a removal through the guard; one that loses one is not (invariant 6)', async () => {
		for (let n = 0; n < 40; n++) line(`o${n % 20}`, n);
		await world.tick();
		for (let n = 20; n < 40; n++) world.source.records.delete(String(n));
		await world.tick();
		expect(standing()).toHaveLength(20);
		for (let n = 0; n < 10; n++) world.source.records.delete(String(n));
		const { held } = await world.tick();
		expect(held).toMatchObject([{ kind: 'removals', count: 10 }]);
		expect(standing()).toHaveLength(20);
		world.release = held[0]!.id;
		await world.tick();
		expect(standing()).toHaveLength(10);
	});

	it('is not touched by a read that broke off (invariant 6)', async () => {
		for (let n = 0; n < 20; n++) line(`o${n % 4}`, n);
		await world.tick();
		const before = standing();
		world.source.records.delete('0');
		for (const fault of ['breaks', 'is cut']) {
			if (fault === 'breaks') world.source.breakAfter = 8;
			else world.source.cut = true;
			const { troubles } = await world.tick();
			expect(troubles.join()).toMatch(/could not be read/u);
			expect(standing()).toEqual(before);
		}
	});

	it('is not made of records that come twice with different fields, nor by a field that they do not have', async () => {
		line('A', 1);
		world.source.twice = true;
		expect((await world.tick()).troubles.join()).toMatch(/came twice/u);
		world.source.twice = false;
		world.grouped = (source) => new GroupedSource(source, ['ordr'], async () => await world.ledger.gather());
		expect((await world.tick()).troubles.join()).toMatch(/no field “ordr”/u);
		expect(standing()).toEqual([]);
	});
});
