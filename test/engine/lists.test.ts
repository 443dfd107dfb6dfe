/** Lists as what they are: sets, and lists in which others have members of their own. */
import { holds, listed, whole, type Listed } from '../../sync/lists';
import type { Value } from '../../sync/types';
import { map, row } from '../mapping/rows';
import { overBothLedgers } from './ledgers';
import { World } from './world';

const set = (...members: Value[]) => listed('set', members) as Listed;
const ours = (...members: Value[]) => listed('members', members) as Listed;

describe('a list', () => {
	it('is held by the same members in any order, or by ours among others', () => {
		expect(holds(set('a', 'b', 'a'), ['b', 'a'])).toBe(true);
		expect(holds(set('a', 'b'), ['b', 'a', 'c'])).toBe(false);
		expect(holds(set(), null)).toBe(false);
		expect(holds(ours('a'), ['b', 'a', 'c'])).toBe(true);
		expect(holds(ours(), null)).toBe(true);
		expect(holds(ours('a'), null)).toBe(false);
	});

	it('is written whole, with the members of others, and without those that we added and no longer want', () => {
		expect(whole(set('a', 'b'), ['b', 'a'])).toEqual(['b', 'a']);
		expect(whole(set('a', 'b'), ['c'])).toEqual(['a', 'b']);
		expect(whole(ours('a', 'c'), ['x', 'a', 'b'], ours('a', 'b'))).toEqual(['x', 'a', 'c']);
		expect(whole(ours('a'), ['x', 'b'])).toEqual(['x', 'b', 'a']);
		expect(whole(ours(), null)).toBeNull();
	});

	it('has members of which the destination may say more than we do, as SCIM does', () => {
		const there = [
			{ value: '1', display: 'Ann' },
			{ value: '2', display: 'Bo' },
		];
		expect(holds(ours({ value: '1' }), there)).toBe(true);
		expect(whole(ours({ value: '3' }), there, ours({ value: '1' }))).toEqual([there[1], { value: '3' }]);
	});

	it('is mapped member by member; what is none fails its record', () => {
		const rows = [
			row('id', 'x'),
			row('team', '={{ $json.team }}', { list: 'set', conversion: { as: 'text', zone: 'UTC' } }),
		];
		expect(map({ rows }, { team: [1, 2] })).toMatchObject({
			fields: { team: ['1', '2'] },
			mapped: { lists: { team: 'set' } },
		});
		expect(map({ rows }, { team: '["a"]' }).fields).toMatchObject({ team: ['a'] });
		expect(map({ rows }, { team: 'a, b' }).mapped).toMatchObject({
			action: 'fail',
			error: { reason: '"a, b" is no list.' },
		});
	});
});

overBothLedgers((store) => {
	let world: World;
	beforeEach(async () => {
		world = await World.open(store);
		world.sweepEvery = 0;
	});
	afterEach(async () => {
		await world.close();
	});
	const group = (key: string, ...team: string[]) => world.person(key, { team });
	const there = (key: string) => world.destination.byEmail(`${key}@x.test`)!;
	/** Somebody edits the destination, and two ticks pass. */
	const edit = async (key: string, team: string[] | null) => {
		there(key)['team'] = team;
		world.told();
		world.destination.log.length = 0;
		await world.tick();
		await world.tick();
	};

	describe('a set', () => {
		beforeEach(async () => {
			world.mapping.lists = { team: 'set' };
			group('g', 'a', 'b', 'c');
			await world.tick();
		});

		it('in another order is no drift, and is not written again (invariant 8)', async () => {
			await edit('g', ['c', 'a', 'b']);
			group('g', 'b', 'c', 'a');
			await world.tick();
			expect(world.destination.log).toEqual([]);
			expect(world.told()).toEqual([]);
		});

		it('with other members is healed, and follows its source (invariant 1)', async () => {
			await edit('g', ['c', 'a', 'x']);
			expect(there('g')['team']).toEqual(['a', 'b', 'c']);
			expect(world.told()).toEqual(['g healed']);
			group('g', 'a');
			await world.tick();
			expect(there('g')['team']).toEqual(['a']);
			expect(world.told()).toEqual(['g updated']);
		});

		it('that the destination hands back in its own order is confirmed', async () => {
			world.destination.spell = (field, value) => (field === 'team' ? [...(value as string[])].reverse() : value);
			group('g', 'a', 'b', 'd');
			await world.tick();
			await world.tick();
			expect(world.told().slice(-1)).toEqual(['g updated']);
			expect(await world.tick()).toMatchObject({ health: 'healthy', counts: { failed: 0 } });
		});
	});

	describe('the members that we added', () => {
		beforeEach(async () => {
			world.mapping.lists = { team: 'members' };
			group('g', 'a', 'b');
			await world.tick();
		});

		it('are put back where somebody took them out; those of others stay (invariants 1 and 5)', async () => {
			await edit('g', ['theirs', 'b', 'a', 'too']);
			expect([world.destination.log, world.told()]).toEqual([[], []]);
			await edit('g', ['theirs', 'b']);
			expect(there('g')['team']).toEqual(['theirs', 'b', 'a']);
			expect(world.told()).toEqual(['g healed']);
			await edit('g', null);
			expect(there('g')['team']).toEqual(['a', 'b']);
		});

		it('are taken out when the source no longer has them, and nobody else is (invariant 5)', async () => {
			await edit('g', ['theirs', 'a', 'b']);
			group('g', 'b', 'c');
			await world.tick();
			expect(there('g')['team']).toEqual(['theirs', 'b', 'c']);
			expect(world.told()).toEqual(['g updated']);
			group('g');
			await world.tick();
			expect(there('g')['team']).toEqual(['theirs']);
		});
	});
});
