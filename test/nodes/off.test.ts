/** Is this person off everywhere? Only what was taken away counts, and only while it stays away. */
import { find } from '../../nodes/SyncLedger/actions/find';
import type { Call } from '../../nodes/SyncLedger/execute';
import { World } from '../engine/world';

describe('whoever has left', () => {
	let world: World;
	beforeEach(async () => {
		world = await World.open();
		world.sweepEvery = 0;
		world.attempts = 1;
		world.guard = { ...world.guard, few: 1000, share: 1 };
		for (const key of ['k1', 'k2']) world.person(key);
		await world.tick();
	});
	afterEach(async () => await world.close());

	const look = async () => {
		const asked: Record<string, unknown> = { who: 'k1', syncOrAll: 0 };
		const call = { ledger: world.ledger, read: (name: string, other?: unknown) => asked[name] ?? other };
		return (await find(call as unknown as Call)).map(({ json }) => json)[0]!;
	};
	const leaves = async () => {
		world.source.records.delete('k1');
		await world.tick();
		await world.tick();
	};

	test('is off once that is confirmed, and not while the account that somebody gave back cannot be taken away', async () => {
		await leaves();
		expect(await look()).toMatchObject({ offEverywhere: true, text: 'k1 is off everywhere: To.' });
		world.destination.byEmail('k1@x.test')!.active = 'yes';
		world.destination.refuses.add('k1@x.test');
		await world.tick();
		expect(world.destination.byEmail('k1@x.test')).toMatchObject({ active: 'yes' });
		expect(await look()).toMatchObject({
			offEverywhere: false,
			text: expect.stringContaining('k1 is not off everywhere: To: removed (') as string,
		});
		world.destination.refuses.clear();
		await world.tick();
		expect(world.destination.byEmail('k1@x.test')).toMatchObject({ active: 'no' });
		expect(await look()).toMatchObject({ offEverywhere: true });
	});

	test('is not off where the mapping only lets go of the account', async () => {
		world.mapping.removal = { kind: 'detach', set: {}, onReturn: {} };
		await leaves();
		expect(world.told()).toContain('k1 detached');
		expect(await look()).toMatchObject({
			offEverywhere: false,
			text: 'k1 is not off everywhere: To: detached, and left as it was.',
			destinations: [{ standing: 'removed', off: false }],
		});
	});

	test('is off where the account was deleted', async () => {
		world.mapping.removal = { kind: 'delete', set: {}, onReturn: {} };
		await leaves();
		expect(world.destination.byEmail('k1@x.test')).toBeUndefined();
		expect(await look()).toMatchObject({ offEverywhere: true });
	});
});
