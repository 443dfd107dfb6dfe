/** Removals, the guard that counts them, and the holds that wait for a person. */
import { DEFAULT_GUARD } from '../../sync/guard';
import { SyncError } from '../../sync/types';
import type { World } from '../engine/world';
import { changes, destinationOf, people, syncOf, type Rules } from './rules';

/** So many of the people leave, from that one on. */
function leave({ source }: World, count: number, from = 0): void {
	for (let n = from; n < from + count; n++) source.records.delete(`k${n}`);
}

const holds = async (world: World) => await world.ledger.openHolds(await syncOf(world));

/** A guard that let some pass, to a destination that is down: they are on their way still. */
async function notSentYet(world: World): Promise<void> {
	people(world, 100);
	await world.tick();
	const read = world.destination.read;
	world.destination.read = async () => {
		throw new SyncError('unreachable', 'memory is down');
	};
	leave(world, 6);
	await world.tick();
	leave(world, 6, 6);
	await world.tick();
	expect(await holds(world)).toMatchObject([{ count: 6 }]);
	world.destination.read = read;
}

export const removals: Rules = {
	'A removal is intended first. Those that vanished are counted as one set; those that left the scope when all that is due has been planned.':
		async (world) => {
			world.guard = { ...DEFAULT_GUARD, changes: 1 };
			people(world, 100);
			await world.tick();
			// Twelve that vanish, in one read: held before the first is sent, though ten may go.
			leave(world, 12);
			await world.tick();
			expect(changes(world)).toEqual([]);
			expect(await holds(world)).toMatchObject([{ count: 12 }]);
			people(world, 12);
			await world.tick();
			expect(await holds(world)).toEqual([]);
			// Twelve that leave the scope, spread over batches: none goes before the last batch was planned.
			world.mapping.scope = ({ team }) => team === 'Sales';
			for (let n = 0; n < 96; n++)
				world.person(`k${n}`, { team: n % 8 === 0 ? 'Legal' : 'Sales', name: `New ${n}` });
			await world.tick();
			expect(changes(world).filter((line) => line.includes('active'))).toEqual([]);
			expect(await holds(world)).toMatchObject([{ count: 12 }]);
			// Ten go within the same tick.
			for (const n of [0, 8]) world.person(`k${n}`, { name: `New ${n}` });
			await world.tick();
			expect(changes(world).filter((line) => line.includes('active'))).toEqual([]);
			for (let n = 16; n < 96; n += 8) world.person(`k${n}`, { name: `New ${n}` });
			await world.tick();
			for (let n = 0; n < 10; n++) world.person(`k${n}`, { team: 'Legal', name: `New ${n}` });
			await world.tick();
			expect(changes(world).filter((line) => line.includes('active'))).toHaveLength(10);
		},

	'Count and release are one transaction per destination: intended, held, let pass and not sent yet, and sent within 24 hours.':
		async (world) => {
			people(world, 100);
			await world.tick();
			// Sent: six, which is few enough. Six more would be twelve within a day.
			leave(world, 6);
			await world.tick();
			expect(changes(world)).toHaveLength(6);
			leave(world, 6, 6);
			await world.tick();
			expect(changes(world)).toHaveLength(6);
			expect(await holds(world)).toMatchObject([{ count: 6 }]);
			// Held: what comes to them is held with them, and one by one is no way around it.
			leave(world, 1, 12);
			await world.tick();
			expect(await holds(world)).toMatchObject([{ count: 7 }]);
			expect(changes(world)).toHaveLength(6);
			// A day later those count no more.
			await world.ask(
				(sql, { table, db }) =>
					sql`UPDATE ${table('link')} SET sent_at = ${db.dialect.now} - 90000000 WHERE sent_at IS NOT NULL RETURNING key`,
			);
			leave(world, 1, 13);
			await world.tick();
			expect(changes(world)).toHaveLength(7);
			expect(await holds(world)).toMatchObject([{ count: 7 }]);
			// In a sync of its own: those that were let pass and are on their way still.
			Object.assign(world, { identity: { ...world.identity, workflow: 'other' }, name: 'other', node: 'other' });
			Object.assign(world.destination, { target: { id: 'memory:other', text: 'other' }, rows: new Map() });
			await notSentYet(world);
		},

	'Few links: more than a third, and at least three.': async (world) => {
		// Three of nine are a third.
		people(world, 9);
		await world.tick();
		leave(world, 3);
		await world.tick();
		expect(changes(world)).toHaveLength(3);
		leave(world, 1, 3);
		await world.tick();
		expect(changes(world)).toHaveLength(3);
		expect(await holds(world)).toMatchObject([{ count: 1 }]);
		// In a sync of its own: two of five are more than a third, and fewer than three.
		Object.assign(world, { identity: { ...world.identity, workflow: 'small' }, name: 'small', node: 'small' });
		Object.assign(world.destination, { target: { id: 'memory:small', text: 'small' }, rows: new Map(), log: [] });
		world.source.records.clear();
		people(world, 5);
		await world.tick();
		leave(world, 2);
		await world.tick();
		expect(changes(world)).toHaveLength(2);
		leave(world, 1, 2);
		await world.tick();
		expect(changes(world)).toHaveLength(2);
		expect(await holds(world)).toMatchObject([{ count: 1 }]);
	},

	'An empty, cut or failed read intends nothing.': async (world) => {
		people(world, 30);
		await world.tick();
		const before = new Map(world.source.records);
		world.source.records.clear();
		expect(await world.tick()).toMatchObject({ health: 'failing', observed: { emptied: true, vanished: 0 } });
		for (const [key, fields] of before) world.source.records.set(key, fields);
		leave(world, 1);
		for (const after of [1, 15, 29]) {
			world.source.breakAfter = after;
			expect((await world.tick()).troubles.join()).toContain('broke in the middle');
		}
		// One that ends without an error, and without having seen the end.
		const pages = world.source.read.bind(world.source);
		world.source.read = async function* () {
			for await (const page of pages()) yield { ...page, complete: false };
		};
		await world.tick();
		world.source.read = pages;
		expect(await world.ledger.counts(await syncOf(world))).toMatchObject({ due: 0, underway: 0, held: 0 });
		expect(changes(world)).toEqual([]);
		await world.tick();
		expect(changes(world)).toEqual(['update k0@x.test active']);
	},

	'Counterparts found missing are held by the same guard before they are created again.': async (world) => {
		people(world, 40);
		await world.tick();
		world.sweepEvery = 0;
		for (const id of [...world.destination.rows.keys()].slice(0, 20)) world.destination.rows.delete(id);
		await world.tick();
		await world.tick();
		expect(world.destination.rows.size).toBe(20);
		const [hold] = await holds(world);
		expect(hold).toMatchObject({ kind: 'missing', count: 20 });
		world.release = hold!.id;
		await world.tick();
		expect(world.destination.rows.size).toBe(40);
	},

	'A held link keeps being healed.': async (world) => {
		people(world, 40);
		await world.tick();
		leave(world, 20);
		await world.tick();
		world.sweepEvery = 0;
		world.destination.byEmail('k1@x.test')!.team = 'Pirates';
		await world.tick();
		expect(changes(world)).toEqual(['update k1@x.test team']);
		expect(await holds(world)).toMatchObject([{ count: 20 }]);
		world.release = (await holds(world))[0]!.id;
		await world.tick();
		expect(changes(world).filter((line) => line.endsWith('active'))).toHaveLength(20);
	},

	'A held removal is free when its record returns, also while it is being healed.': async (world) => {
		people(world, 40);
		await world.tick();
		leave(world, 20);
		await world.tick();
		// One is being healed by a sweep while it returns.
		const destination = await destinationOf(world);
		const page = (await world.ledger.sweepPage(destination, null, 100)).filter(({ key }) => key === 'k1');
		const { run, keys } = await world.ledger.claimHeal(destination, page, 60_000);
		expect([...keys]).toEqual(['k1']);
		people(world, 20);
		await world.tick();
		await world.ledger.confirmHeal(destination, run, [{ key: 'k1', part: '', told: null, history: [] }]);
		await world.tick();
		expect((await world.tick()).counts).toMatchObject({ held: 0, due: 0, underway: 0 });
		expect(await holds(world)).toEqual([]);
		expect(changes(world)).toEqual([]);
	},

	'A release counts once, and names its keys.': async (world) => {
		people(world, 100);
		await world.tick();
		leave(world, 30);
		await world.tick();
		const [hold] = await holds(world);
		expect(hold!.count).toBe(30);
		expect(hold!.names).toEqual(expect.arrayContaining(['Person k0', 'Person k1']));
		world.release = hold!.id;
		await world.tick();
		expect(changes(world)).toHaveLength(30);
		// What a person let pass counts no more for what comes after it, and lets nothing else pass.
		leave(world, 1, 30);
		await world.tick();
		expect(changes(world)).toHaveLength(31);
		leave(world, 30, 31);
		await world.tick();
		await world.tick();
		expect(changes(world)).toHaveLength(31);
		expect((await holds(world))[0]!.id).not.toBe(hold!.id);
	},

	'Fields that a removal sets are owned while it stands; a returner is confirmed when its values on return are read back.':
		async (world) => {
			people(world, 30);
			await world.tick();
			leave(world, 1);
			await world.tick();
			const row = () => world.destination.byEmail('k0@x.test')!;
			expect(row()).toMatchObject({ active: 'no' });
			// Somebody enables it by hand: it is set again, as any field that is owned.
			world.sweepEvery = 0;
			row().active = 'yes';
			await world.tick();
			expect(row()).toMatchObject({ active: 'no' });
			// It returns, and the destination does not take the value on return: that is no return.
			world.sweepEvery = null;
			world.attempts = 1;
			world.told();
			world.destination.spell = (field, value) => (field === 'active' ? 'no' : value);
			world.person('k0');
			await world.tick();
			expect(world.told()).toEqual(['k0 failed']);
			world.destination.spell = (_field, value) => value;
			// It vanishes and returns before it was enabled: the value on return is not forgotten.
			leave(world, 1);
			await world.tick();
			world.person('k0');
			await world.tick();
			expect(world.told().at(-1)).toBe('k0 reactivated');
			expect(row()).toMatchObject({ active: 'yes' });
			expect(world.destination.rows.size).toBe(30);
		},
};
