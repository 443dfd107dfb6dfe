/**
 * Whatever happens in whatever order (edits on both sides, faults, crashes, broken reads), once the trouble ends the
 * destination holds what the source says, nothing else was touched, and nobody was created twice or removed for no reason.
 */
import fc from 'fast-check';

import type { Fields } from '../../sync/types';
import { sleep, World } from './world';

type Step =
	| { do: 'add' | 'edit'; who: number; team: string }
	| { do: 'remove'; who: number }
	| { do: 'rename'; who: number; as: number }
	| { do: 'drift'; who: number; team: string }
	| { do: 'note'; who: number; note: string }
	| { do: 'vandal'; who: number }
	| { do: 'fault'; fault: 'down' | 'die before' | 'die after' }
	| { do: 'broken read'; after: number }
	| { do: 'reopen' | 'tick' };

const who = fc.integer({ min: 0, max: 29 });
const word = fc.constantFrom('Sales', 'Legal', 'Ops', 'R&D');
const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 3, arbitrary: fc.record({ do: fc.constantFrom('add' as const, 'edit' as const), who, team: word }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), who }) },
	{
		weight: 1,
		arbitrary: fc.record({ do: fc.constant('rename' as const), who, as: fc.integer({ min: 1, max: 3 }) }),
	},
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('drift' as const), who, team: word }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('note' as const), who, note: word }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('vandal' as const), who }) },
	{
		weight: 2,
		arbitrary: fc.record({
			do: fc.constant('fault' as const),
			fault: fc.constantFrom('down' as const, 'die before' as const, 'die after' as const),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({ do: fc.constant('broken read' as const), after: fc.integer({ min: 0, max: 20 }) }),
	},
	{
		weight: 5,
		arbitrary: fc.record({
			do: fc.constantFrom('tick' as const, 'tick' as const, 'tick' as const, 'reopen' as const),
		}),
	},
);

async function play(world: World, steps: Step[]): Promise<Map<string, string>> {
	const notes = new Map<string, string>();
	for (const one of steps) {
		const key = 'who' in one ? `k${one.who}` : '';
		const [id, row] = [...world.destination.rows].find(([, found]) => found.name === `Person ${key}`) ?? [];
		const email = world.source.records.get(key)?.email;
		switch (one.do) {
			case 'add':
			case 'edit':
				world.person(key, { team: one.team, ...(email !== undefined && { email }) });
				break;
			case 'remove':
				world.source.records.delete(key);
				break;
			case 'rename':
				if (email !== undefined) world.person(key, { team: 'Sales', email: `${key}-${one.as}@x.test` });
				break;
			case 'drift':
				if (row) row.team = one.team;
				break;
			case 'note':
				if (row) {
					row.note = one.note;
					notes.set(id!, one.note);
				}
				break;
			case 'vandal':
				world.destination.rows.delete(id!);
				notes.delete(id!);
				break;
			case 'fault':
				world.destination.faults.push(one.fault);
				break;
			case 'broken read':
				world.source.breakAfter = one.after;
				break;
			case 'reopen':
				await world.reopen();
				break;
			case 'tick':
				await world.tick();
		}
	}
	return notes;
}

function expected(fields: Fields): Fields {
	return { email: fields.email!, name: fields.name!, team: fields.team! };
}

describe('a sync converges', () => {
	it('after any mix of edits, drift, faults and crashes (invariants 1, 3, 4, 5, 6)', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
				const world = await World.open();
				try {
					world.ttl = 40;
					world.attempts = 100;
					world.sweepEvery = 0;
					world.guard = { few: 1000, share: 1, changes: 1, first: false };
					const notes = await play(world, steps);
					world.destination.faults = [];
					world.source.breakAfter = undefined;
					for (let n = 0; n < 4; n++) {
						await sleep(50);
						await world.tick();
					}
					const people = [...world.destination.rows.values()].map(({ name }) => String(name));
					expect(people).toHaveLength(new Set(people).size);
					for (const fields of world.source.records.values()) {
						const row = world.destination.byEmail(String(fields.email));
						expect(row).toMatchObject(expected(fields));
						expect(row!.active ?? 'yes').toBe('yes');
					}
					for (const [id, note] of notes) expect(world.destination.rows.get(id)?.note).toBe(note);
					for (const row of world.destination.rows.values()) {
						if (world.source.records.has(String(row.name).replace('Person ', ''))) continue;
						// The source may be empty, which removes nothing.
						if (world.source.records.size > 0) expect(row.active).toBe('no');
					}
					const quiet = world.destination.log.length;
					const last = await world.tick();
					expect(world.destination.log).toHaveLength(quiet);
					expect(last.counts).toMatchObject({ due: 0, underway: 0, failed: 0 });
				} finally {
					await world.close();
				}
			}),
			{ numRuns: Number(process.env['PROPERTY_RUNS'] ?? 40) },
		);
	}, 240_000);
});
