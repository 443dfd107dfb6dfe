/** Who a sync and a destination are. */
import { DEFAULT_GUARD } from '../../sync/guard';
import { changes, destinationOf, people, syncOf, type Rules } from './rules';

export const identity: Rules = {
	'A sync has an id of its own, tied to instance, workflow and trigger node; a rename keeps everything.': async (
		world,
	) => {
		people(world, 3);
		await world.tick();
		const id = await syncOf(world);
		world.name = 'another name';
		expect((await world.tick()).observed).toMatchObject({ created: 0, updated: 0, unchanged: 3 });
		expect(await syncOf(world)).toBe(id);
		const { ledger, identity: own } = world;
		for (const part of ['instance', 'workflow', 'node'] as const)
			expect(await ledger.find({ ...own, [part]: 'another' })).toBeUndefined();
	},

	'A destination is a sync, a node and a target. A changed target is a new, empty one that adopts and removes nothing; the old one retires: never due, never swept.':
		async (world) => {
			world.guard = { ...DEFAULT_GUARD, first: false };
			people(world, 25);
			await world.tick();
			const old = new Map(world.destination.rows);
			const other = new Map([...old].slice(0, 20).map(([id, row]) => [`other ${id}`, { ...row }]));
			other.set('stranger', { email: 'stranger@x.test' });
			world.told();
			Object.assign(world.destination, {
				target: { id: 'memory:others', text: 'others in memory' },
				rows: other,
			});
			world.sweepEvery = 0;
			await world.tick();
			await world.tick();
			const told = world.told().filter((line) => !line.endsWith('superseded'));
			expect(told.filter((line) => line.endsWith('adopted'))).toHaveLength(20);
			expect(told.filter((line) => line.endsWith('created'))).toHaveLength(5);
			expect(told).toHaveLength(25);
			// What the old one holds is left as it is, whatever becomes of the records and of its rows.
			old.get('1')!.team = 'Pirates';
			world.source.records.delete('k2');
			world.person('k3', { team: 'Legal' });
			await world.tick();
			await world.tick();
			expect([...old.values()].map(({ team, active }) => [team, active])).toEqual(
				[...old.keys()].map((id) => [id === '1' ? 'Pirates' : 'Sales', undefined]),
			);
			expect(other.get('stranger')).toEqual({ email: 'stranger@x.test' });
			expect((await world.tick()).counts).toMatchObject({ due: 0, underway: 0 });
		},

	'A retired destination’s links are kept until a person drops them.': async (world) => {
		people(world, 25);
		await world.tick();
		const { target } = world.destination;
		const rows = world.destination.rows;
		Object.assign(world.destination, { target: { id: 'memory:others', text: 'others' }, rows: new Map() });
		await world.tick();
		await world.tick();
		// Back at the first one: nothing is looked for by its match, or made anew.
		for (const [id, row] of rows) rows.set(id, { ...row, email: `changed ${id}` });
		Object.assign(world.destination, { target, rows });
		world.told();
		world.person('k0', { team: 'Legal' });
		await world.tick();
		await world.tick();
		expect(rows.get('1')).toMatchObject({ email: 'k0@x.test', team: 'Legal' });
		expect(rows.size).toBe(25);
		expect(world.told().filter((line) => line.endsWith('created'))).toEqual([]);
	},

	'A new secret or a renamed node is no change; a node that is made anew, or a sync that is taken over, keeps the links of its table.':
		async (world) => {
			people(world, 25);
			await world.tick();
			const [id, sync] = [await destinationOf(world), await syncOf(world)];
			// Whoever logs in there, the target's id is the same; that it names the place alone, the connectors' tests hold.
			const { target } = world.destination;
			const renamed = await world.ledger.destination(sync, world.node, 'Renamed', {
				...target,
				text: 'as another user',
			});
			expect(renamed.id).toBe(id);
			world.node = 'made anew';
			await world.tick();
			await world.tick();
			world.identity = { ...world.identity, workflow: 'another' };
			world.takeOver = 'w';
			await world.tick();
			expect(await syncOf(world)).toBe(sync);
			world.source.records.delete('k1');
			await world.tick();
			expect(changes(world)).toEqual(['update k1@x.test active']);
			expect(world.told().filter((line) => line.endsWith('adopted'))).toEqual([]);
			expect(world.destination.inserts).toHaveLength(25);
		},

	'A second key that matches a counterpart fails and names the first; so does a match that finds several.': async (
		world,
	) => {
		world.attempts = 1;
		world.person('first');
		await world.tick();
		world.told();
		world.person('second', { email: 'first@x.test' });
		world.destination.rows.set('90', { email: 'twice@x.test' });
		world.destination.rows.set('91', { email: 'twice@x.test' });
		world.person('third', { email: 'twice@x.test' });
		await world.tick();
		const text = (key: string) => world.outcomes.find((one) => one.key === key)!.text;
		expect(text('second')).toMatch(/shares its counterpart \d+ with key first/);
		expect(text('third')).toMatch(/finds 2 counterparts/);
		expect(world.told()).toEqual(['second failed', 'third failed']);
		expect(world.destination.byEmail('first@x.test')).toMatchObject({ name: 'Person first' });
		expect(changes(world)).toEqual([]);
	},

	'One owner of a field: two syncs may own disjoint fields of one counterpart; it is removed with its last link, else detached.':
		async (world) => {
			world.guard = { ...DEFAULT_GUARD, first: false };
			const first = { identity: world.identity, name: world.name, node: world.node };
			const second = { identity: { ...world.identity, workflow: 'second' }, name: 'second', node: 'second' };
			people(world, 25);
			world.mapping.removal = { kind: 'delete', set: {}, onReturn: {} };
			const owns = { first: { unmapped: ['team'], once: [] }, second: { unmapped: ['name'], once: ['email'] } };
			Object.assign(world.mapping, owns.first);
			await world.tick();
			world.told();
			// The same field is refused by the name of its owner.
			Object.assign(world, second, { attempts: 1 });
			await world.tick();
			expect(world.outcomes).toHaveLength(25);
			expect(world.outcomes[0]!.text).toContain('kept by the sync “people” too, which owns');
			world.told();
			// Another one is not.
			Object.assign(world.mapping, owns.second, { fingerprint: 'mapping 2' });
			for (const [key, fields] of world.source.records)
				world.source.records.set(key, { ...fields, team: 'Legal' });
			await world.tick();
			expect(world.told().filter((line) => line.endsWith('adopted'))).toHaveLength(25);
			expect(world.destination.byEmail('k1@x.test')).toMatchObject({ name: 'Person k1', team: 'Legal' });
			// It stands while one of the two has it, and goes with the other.
			world.source.records.delete('k1');
			await world.tick();
			expect(world.told()).toEqual(['k1 detached']);
			expect(world.destination.byEmail('k1@x.test')).toBeDefined();
			Object.assign(world, first);
			Object.assign(world.mapping, owns.first, { fingerprint: 'mapping 1' });
			await world.tick();
			expect(world.told()).toContain('k1 removed');
			expect(world.destination.byEmail('k1@x.test')).toBeUndefined();
		},
};
