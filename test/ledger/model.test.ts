/** Any interleaving of what n8n, the guard, people and accidents do to a ledger, against a small model. */
import { sql } from 'kysely';
import fc from 'fast-check';

import { check, comesToRest } from './check';
import { Play } from './play';
import { KEYS, type Answer, type Step } from './steps';
import { overEveryStore } from './stores';

const key = fc.constantFrom(...KEYS);
/** Mostly the youngest run, sometimes an older one that has lost its leases. */
const run = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat({ max: 4 }) });
const how = fc.constantFrom<Answer>(
	'write',
	'settle',
	'settle',
	'share',
	'remove',
	'intend removal',
	'intend write',
	'retry',
	'give up',
	'give back',
);
const doing = <Do extends string>(...names: Do[]) => fc.constantFrom(...names);

const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ do: doing('edit'), key }) },
	{ weight: 2, arbitrary: fc.record({ do: doing('drop', 'heal', 'miss'), key }) },
	{ weight: 5, arbitrary: fc.record({ do: doing('read'), complete: fc.boolean(), keys: fc.nat({ max: 6 }) }) },
	{ weight: 5, arbitrary: fc.record({ do: doing('lease'), keys: fc.integer({ min: 1, max: 6 }) }) },
	{ weight: 6, arbitrary: fc.record({ do: doing('claim'), run }) },
	{ weight: 12, arbitrary: fc.record({ do: doing('answer'), run, key, how }) },
	{ weight: 2, arbitrary: fc.record({ do: doing('age', 'healed'), run }) },
	{ weight: 2, arbitrary: fc.record({ do: doing('end'), run, ok: fc.boolean() }) },
	{ weight: 2, arbitrary: fc.record({ do: doing('count'), cautious: fc.boolean() }) },
	{ weight: 3, arbitrary: fc.record({ do: doing('release', 'remap', 'carry', 'retire', 'reopen') }) },
	{ weight: 1, arbitrary: fc.record({ do: doing('restart') }) },
);

/** A first load, so that the steps meet links that have something to lose. */
const LOADED: Step[] = [
	...KEYS.map((one): Step => ({ do: 'edit', key: one })),
	{ do: 'read', complete: true, keys: 0 },
	{ do: 'lease', keys: 6 },
	{ do: 'claim', run: 0 },
	...KEYS.slice(0, 4).map((one): Step => ({ do: 'answer', run: 0, key: one, how: 'settle' })),
];

const RUNS = Number(process.env['LEDGER_RUNS'] ?? 0);

describe('the ledger keeps what it has been told', () => {
	overEveryStore((place) => {
		it('through any interleaving, and always comes to rest (invariants 3, 4, 6 and 7)', async () => {
			const store = await place.empty();
			await fc.assert(
				fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
					const play = await Play.open(store);
					try {
						for (const one of [...LOADED, ...steps]) {
							await play.step(one);
							await check(play);
						}
						await comesToRest(play);
					} finally {
						for (const table of [
							'history',
							'hold',
							'run',
							'link',
							'destination',
							'record',
							'sync',
						] as const)
							await store.db.run(sql`DELETE FROM ${store.table(table)}`);
					}
				}),
				{ numRuns: RUNS || (place.kind === 'sqlite' ? 40 : 12) },
			);
		}, 3_600_000);
	});
});
