/** A scope edited by mistake at 100,000 records: half of them leave it at once, and none is removed. */
import type { Fields } from '../../sync/types';
import { World } from './world';

const MANY = 100_000;
const EVERYBODY: Fields[] = Array.from({ length: MANY }, (_, n) => ({ team: n % 2 === 0 ? 'Sales' : 'Legal' }));

describe('a scope edited by mistake', () => {
	let world: World;
	beforeEach(async () => {
		world = await World.open();
		world.batch = 5000;
		world.ttl = 600_000;
		world.source.pageSize = world.destination.batchSize = 5000;
	});
	afterEach(async () => {
		await world.close();
	});

	/** All of them as they are once the first load is over, without going through it. */
	const load = async () => {
		EVERYBODY.forEach((fields, n) => world.person(`k${n}`, fields));
		world.flow = 'mapping 1';
		world.waits = 'for somebody';
		await world.tick();
		world.parked.length = 0;
		world.waits = undefined;
		await world.ask(
			(
				sql,
				{ table },
			) => sql`UPDATE ${table('link')} SET state = 'settled', lease = NULL, lease_until = NULL, counterpart = key,
				version = 1, revision = (SELECT revision FROM ${table('destination')}),
				fields = (SELECT json_remove(r.fields, '$.id') FROM ${table('record')} r WHERE r.key = ${table('link')}.key)`,
		);
		for (const [key, { id: _, ...row }] of world.source.records) world.destination.rows.set(key, row);
	};

	it('so that half of 100,000 records leave it removes none, and says so once (invariant 6)', async () => {
		await load();
		world.mapping = { ...world.mapping, fingerprint: 'mapping 2', scope: ({ team }) => team === 'Sales' };
		world.flow = 'mapping 2';
		const tick = await world.tick();
		// Each once, and one of them again to tell of the hold.
		expect(tick).toMatchObject({ handed: MANY + 1, health: 'failing', turned: true, released: 0 });
		expect(tick.counts).toMatchObject({ held: MANY / 2, due: 0 });
		expect(tick.held.at(-1)).toMatchObject({ kind: 'removals', count: MANY / 2 });
		expect(world.destination.log).toEqual([]);
		expect(world.destination.rows.size).toBe(MANY);
		expect(await world.tick()).toMatchObject({ handed: 0, turned: false });
		expect(world.destination.log).toEqual([]);
	}, 300_000);
});
