/** One run's right to a link. */
import { sleep } from '../engine/world';
import { changes, destinationOf, leaseAll, people, syncOf, type Rules } from './rules';

export const lease: Rules = {
	'A lease is per destination and key; an item names the destinations it is for, and others let it pass unread.':
		async (world) => {
			people(world, 3);
			await world.tick();
			const { ledger, node } = world;
			const sync = await syncOf(world);
			const first = await destinationOf(world);
			await ledger.destinationsSeen(
				sync,
				[node, 'other'].map((one) => ({ node: one, name: one })),
				null,
			);
			const second = (await ledger.destination(sync, 'other', 'Other', { id: 'other', text: 'other' })).id;
			world.person('k0', { team: 'Legal' });
			const token = (await ledger.beginTick(sync, 'test', 60_000))!;
			const observation = await ledger.observe(sync, token, 'memory', []);
			await observation.add([...world.source.records].map(([key, fields]) => ({ key, fields })));
			await observation.finish({ complete: true });
			await observation.discard();
			// One item for both, and one for each of the others that only the new destination lacks.
			const { run, records } = await leaseAll(world);
			expect(records.map((record) => [record.key, [...record.for].sort()]).sort()).toEqual([
				['k0', ['other', node]],
				['k1', ['other']],
				['k2', ['other']],
			]);
			// What one destination does with its lease is nothing to the other one.
			const items = records.map(({ key, version }) => ({ key, version }));
			const claimed = async (id: number) =>
				(await ledger.claim(id, run, 'mapping 1', items, 60_000)).claims
					.filter(({ superseded }) => superseded === undefined)
					.map(({ link }) => link.key);
			expect(await claimed(first)).toEqual(['k0']);
			await ledger.fail(first, run, [
				{ key: 'k0', part: '', version: 2, error: 'no', retryIn: 60_000, countsAttempt: true },
			]);
			expect((await claimed(second)).sort()).toEqual(['k0', 'k1', 'k2']);
			// That others let it pass unread, test/nodes/preview.test.ts holds.
		},

	'A destination claims first, and takes key, version and revision again right before it writes; what is behind is superseded, and due again at once.':
		async (world) => {
			for (const key of ['before', 'during', 'steady']) world.person(key);
			await world.tick();
			for (const key of ['before', 'during', 'steady']) world.person(key, { team: 'Legal' });
			const overtake = async (key: string) => {
				const token = (await world.ledger.beginTick(await syncOf(world), 'test', 60_000))!;
				const observation = await world.ledger.observe(await syncOf(world), token, 'memory', []);
				await observation.add([{ key, fields: { ...world.source.records.get(key)!, team: 'Newest' } }]);
				await observation.finish({ complete: false });
				await observation.discard();
			};
			// One is overtaken on its way, another between the claim and the write; then its own lease is left.
			const read = world.destination.read.bind(world.destination);
			let once = true;
			world.destination.read = async (...wanted) => {
				if (once) await overtake('during');
				once = false;
				return await read(...wanted);
			};
			world.beforeRun = async () => await overtake('before');
			await world.tick().catch(() => undefined); // its token is gone
			expect(world.told()).toEqual(
				expect.arrayContaining(['before superseded', 'during superseded', 'steady updated']),
			);
			expect(changes(world)).toEqual(['update steady@x.test team']);
			expect(await world.ledger.counts(await syncOf(world))).toMatchObject({ due: 2, later: 0, underway: 0 });
		},

	'The end of a run frees no lease that a node has claimed.': async (world) => {
		people(world, 2);
		await world.tick();
		people(world, 2);
		for (const key of ['k0', 'k1']) world.person(key, { team: 'Legal' });
		const sync = await syncOf(world);
		const observation = await world.ledger.observe(
			sync,
			(await world.ledger.beginTick(sync, 'test', 60_000))!,
			'memory',
			[],
		);
		await observation.add([...world.source.records].map(([key, fields]) => ({ key, fields })));
		await observation.finish({ complete: true });
		await observation.discard();
		const { run, records } = await leaseAll(world);
		const item = { key: 'k0', version: records.find(({ key }) => key === 'k0')!.version };
		await world.ledger.claim(await destinationOf(world), run, 'mapping 1', [item], 60_000);
		await world.ledger.endRun(run, { ok: false, retryIn: 0 });
		expect((await leaseAll(world)).records.map(({ key }) => key)).toEqual(['k1']);
		expect(await world.ledger.counts(sync)).toMatchObject({ due: 0, underway: 2 });
	},

	'A link whose write may be in flight is read again before it is written again.': async (world) => {
		world.ttl = 400;
		people(world, 2);
		await world.tick();
		people(world, 0);
		world.person('k0', { team: 'Legal' });
		world.person('k2');
		// The writes land, and nobody hears of it; then somebody changes what the source owns too.
		world.destination.faults = ['die after'];
		await world.tick();
		await sleep(world.ttl + 100);
		world.destination.byEmail('k2@x.test')!.name = 'Edited';
		world.person('k2', { email: 'other@x.test' });
		await world.tick();
		await world.tick();
		expect(world.destination.log).toEqual([
			'create k0@x.test',
			'create k1@x.test',
			expect.stringMatching(/k0@x\.test team|create k2/u),
			expect.stringMatching(/k0@x\.test team|create k2/u),
			'update k2@x.test email,name',
		]);
		expect(world.destination.rows.size).toBe(3);
	},

	'A drain takes each key and destination once per tick.': async (world) => {
		world.attempts = 100;
		people(world, 120);
		for (let n = 0; n < 120; n += 2) world.destination.refuses.add(`k${n}@x.test`);
		const write = world.destination.write.bind(world.destination);
		const tried: string[] = [];
		world.destination.write = async (writes) => {
			tried.push(...writes.map(({ set }) => String(set['email'])));
			return await write(writes);
		};
		await world.tick();
		expect(tried).toHaveLength(120);
		expect(new Set(tried).size).toBe(120);
		await world.tick();
		expect(tried).toHaveLength(180);
	},

	'Equal items of one key collapse within a batch; differing ones fail the key.': async (world) => {
		people(world, 3);
		world.between = (items) =>
			items.flatMap((item) => {
				const { key } = item.stamp;
				if (key === 'k0') return [item, { ...item, fields: { ...item.fields } }];
				return key === 'k1' ? [item, { ...item, fields: { ...item.fields, team: 'Legal' } }] : [item];
			});
		await world.tick();
		expect(world.told()).toEqual(expect.arrayContaining(['k0 created', 'k1 failed', 'k2 created']));
		expect([...world.destination.inserts].sort()).toEqual(['k0@x.test', 'k2@x.test']);
	},
};
