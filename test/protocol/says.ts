/** What a destination makes of what is written to it. */
import type { Value } from '../../sync/types';
import { changes, people, type Rules } from './rules';

export const says: Rules = {
	'A read-back counts as a respelling only within a fixed tolerance.': async (world) => {
		world.attempts = 1;
		const spellings: [key: string, written: Value, made: Value, taken: boolean][] = [
			['case', 'Ada', 'ADA', true],
			['space', ' a  b ', 'a b', true],
			['scale', '1.50', '1.5', true],
			['rounded', '12.345', '12.35', true],
			['zone', '2026-01-01T12:00:00+02:00', '2026-01-01T10:00:00Z', true],
			['order', { a: 1, b: 2 }, { b: 2, a: 1 }, true],
			['other text', 'Eve', 'Evelyn', false],
			['other number', '17.345', '17.5', false],
			['nothing', '0.4', '0', false],
			['other time', '2026-01-01T14:00:00+02:00', '2026-01-01T14:00:00Z', false],
			['other member', { a: 1 }, { a: 2 }, false],
			['emptied', 'Bob', null, false],
		];
		for (const [key, written] of spellings) world.person(key, { note: written });
		const of = (value: Value) => JSON.stringify(value);
		world.destination.spell = (field, value) =>
			field === 'note' ? spellings.find(([, written]) => of(written) === of(value))![2] : value;
		await world.tick();
		const others = spellings.filter(([, , , taken]) => !taken).map(([key]) => key);
		const doubtful = world.outcomes.filter(({ text }) => text.includes('is not what was written'));
		expect(doubtful.map(({ key }) => key).sort()).toEqual(others.sort());
		// What it made of the spellings is known from then on; the others are written once more.
		world.destination.spell = (_field, value) => value;
		world.sweepEvery = 0;
		const before = changes(world);
		await world.tick();
		const after = changes(world).filter((line) => !before.includes(line));
		expect(after.sort()).toEqual(others.map((key) => `update ${key}@x.test note`).sort());
	},

	'The value from before: failed, “did not take it”.': async (world) => {
		world.attempts = 1;
		people(world, 3);
		await world.tick();
		world.told();
		world.destination.spell = (field, value) => (field === 'team' ? 'Sales' : value);
		world.person('k1', { team: 'Legal' });
		await world.tick();
		expect(world.outcomes).toMatchObject([{ key: 'k1', outcome: 'failed' }]);
		expect(world.outcomes[0]!.text).toContain('did not take “Legal” for “team”; “Sales” still stands there');
		expect((await world.tick()).counts).toMatchObject({ failed: 1 });
	},

	'A counterpart that a list did not show is looked up by id.': async (world) => {
		people(world, 25);
		await world.tick();
		// It no longer shows under the value that it was matched by.
		const [id] = [...world.destination.rows].find(([, { email }]) => email === 'k1@x.test')!;
		const row = () => world.destination.rows.get(id)!;
		row().email = 'married@x.test';
		world.person('k1', { team: 'Legal' });
		await world.tick();
		expect(world.destination.rows.size).toBe(25);
		expect(row()).toMatchObject({ email: 'k1@x.test', team: 'Legal' });
		row().email = 'again@x.test';
		world.sweepEvery = 0;
		await world.tick();
		await world.tick();
		expect(world.destination.inserts).toHaveLength(25);
		expect(row()).toMatchObject({ email: 'k1@x.test' });
	},
};
