/** One observer, whose reads never go back in time. */
import { changes, observer, people, syncOf, type Rules } from './rules';

export const observe: Rules = {
	'One observer per sync, with a fencing token.': async (world) => {
		people(world, 3);
		await world.tick();
		const sync = await syncOf(world);
		const { ledger } = world;
		const first = (await observer(world, 'first', 300))!;
		expect(await observer(world, 'second')).toBeUndefined();
		expect((await world.tick()).busy).toBe(true);
		const reading = await ledger.observe(sync, first, 'memory', []);
		await reading.add([{ key: 'k9', fields: { name: 'late' } }]);
		await new Promise((resolve) => setTimeout(resolve, 400));
		expect(await observer(world, 'second')).toBeGreaterThan(first);
		// Whatever the first one still does is refused.
		const overtaken = 'Another tick of this sync has taken over; this one stops.';
		const limits = { keys: 9, bytes: 1e6, ttl: 1000, before: 1e15, passedOnly: false };
		await expect(reading.finish({ complete: true })).rejects.toThrow(overtaken);
		await expect(ledger.observe(sync, first, 'memory', [])).rejects.toThrow(overtaken);
		await expect(ledger.lease(sync, first, limits)).rejects.toThrow(overtaken);
		await expect(ledger.carrier(sync, first, 1000)).rejects.toThrow(overtaken);
		await expect(ledger.renewTick(sync, first, 1000)).rejects.toThrow(overtaken);
		await reading.discard();
		expect([...(await world.stored()).keys()].sort()).toEqual(['k0', 'k1', 'k2']);
	},

	'Closing the workflow aborts the tick.': async (world) => {
		people(world, 30);
		await world.tick();
		world.source.records.delete('k1');
		world.person('k2', { team: 'Legal' });
		// While it reads: nothing of the read counts, and nothing is handed over.
		const pages = world.source.read.bind(world.source);
		world.source.read = async function* (since) {
			for await (const page of pages(since)) {
				world.stop.abort();
				yield page;
			}
		};
		const stopped = await world.tick();
		expect([stopped.runs, stopped.observed]).toEqual([0, undefined]);
		expect(changes(world)).toEqual([]);
		// While it drains: the batch that is under way is the last one.
		world.source.read = pages;
		world.stop = new AbortController();
		people(world, 200);
		world.between = (items) => {
			world.stop.abort();
			return items;
		};
		expect((await world.tick()).runs).toBe(1);
	},

	'A read changes or removes a key only if no later-begun read has touched it.': async (world) => {
		people(world, 3);
		await world.tick();
		const { ledger } = world;
		const [sync, token] = [await syncOf(world), (await observer(world))!];
		const early = await ledger.observe(sync, token, 'memory', []);
		const late = await ledger.observe(sync, token, 'memory', []);
		const record = (key: string, name: string) => ({ key, fields: { name } });
		await late.add([record('k0', 'late'), record('new', 'late')]);
		await late.finish({ complete: false });
		// The early one had not seen them so: neither its older value nor that it lacks one counts.
		await early.add([record('k0', 'early'), record('k1', 'early')]);
		await early.finish({ complete: true });
		const stored = await world.stored();
		expect([...stored.keys()].sort()).toEqual(['k0', 'k1', 'k2', 'new']);
		expect(stored.get('k0')).toContain('late');
		expect(stored.get('k1')).toContain('early');
		await early.discard();
		await late.discard();
		const there = await world.ask<{ key: string; present: number }>(
			(sql, { table }) => sql`SELECT key, present FROM ${table('record')} ORDER BY key`,
		);
		expect(there.map(({ key, present }) => [key, present])).toEqual([
			['k0', 1],
			['k1', 1],
			['k2', 0],
			['new', 1],
		]);
	},

	'Only fingerprints of one reader are compared; a new reader raises a version only where fields differ.': async (
		world,
	) => {
		people(world, 10);
		await world.tick();
		Object.assign(world.source, { tag: 'another reader' });
		world.person('k1', { team: 'Legal' });
		const { observed, handed } = await world.tick();
		expect(observed).toMatchObject({ created: 0, updated: 1, unchanged: 9 });
		expect(handed).toBe(1);
		expect(changes(world)).toEqual(['update k1@x.test team']);
		// From then on its fingerprints stand for themselves.
		const tags = await world.ask<{ tag: string }>(
			(sql, { table }) => sql`SELECT DISTINCT tag FROM ${table('record')}`,
		);
		expect(tags).toEqual([{ tag: 'another reader' }]);
	},
};
