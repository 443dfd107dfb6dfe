/** Records that are due because time has passed. */
import { overBothLedgers } from './ledgers';
import { sleep, World } from './world';

const AWAY = 3000;

overBothLedgers((store) => {
	let world: World;
	beforeEach(async () => {
		world = await World.open(store);
		world.mapping.scope = ({ note }) => note === undefined || Number(note) > Date.now();
		world.mapping.flipsAt = ({ note }) => (Number(note) > Date.now() ? Number(note) : undefined);
	});
	afterEach(async () => {
		await world.close();
	});

	it('leave the scope the moment they flip, though nothing changed in the source', async () => {
		for (let n = 0; n < 30; n++) world.person(`k${n}`);
		world.person('leaver', { note: Date.now() + AWAY });
		await world.tick();
		world.told();
		expect(await world.tick()).toMatchObject({ handed: 0 });
		await sleep(AWAY + 50);
		await world.tick();
		expect(world.told()).toEqual(['leaver deactivated']);
		expect(await world.tick()).toMatchObject({ handed: 0 });
	});

	it('come into the scope the moment they flip', async () => {
		const begins = Date.now() + AWAY;
		world.mapping.scope = () => begins <= Date.now();
		world.mapping.flipsAt = () => (begins > Date.now() ? begins : undefined);
		world.person('joiner');
		await world.tick();
		expect(world.told()).toEqual([]);
		await sleep(Math.max(0, begins - Date.now()) + 50);
		await world.tick();
		expect(world.told()).toEqual(['joiner created']);
	});

	it('are held by the guard like any other when too many flip at once (invariant 6)', async () => {
		const flip = Date.now() + AWAY;
		for (let n = 0; n < 30; n++) world.person(`k${n}`, { note: flip });
		await world.tick();
		await sleep(Math.max(0, flip - Date.now()) + 50);
		await world.tick();
		expect((await world.tick()).counts).toMatchObject({ held: 30, due: 0 });
		expect(world.destination.log.filter((line) => !line.startsWith('create'))).toEqual([]);
	});

	it('come again after a day where the mapping reads the clock in another way', async () => {
		world.mapping.daily = true;
		world.mapping.flipsAt = undefined;
		world.person('a');
		await world.tick();
		const [flips] = (await world.everything()).flatMap((row) => (row as { flips_at?: number }).flips_at ?? []);
		expect((flips! - (await world.ledger.now())) / 3_600_000).toBeCloseTo(24, 1);
	});
});
