/** A destination that can say what was changed in it: sweeps look at that alone, and at everything once a day. */
import type { Changes, Cursor, Fields } from '../../sync/types';
import { overBothLedgers } from './ledgers';
import { MemoryDestination } from './memory';
import { World } from './world';

/** Keeps a number of the last change of each row, as an API keeps a time. */
class Dated extends MemoryDestination {
	private readonly changed = new Map<string, number>();
	private before = new Map<string, string>();
	private clock = 0;
	/** Its list of changes gives ids alone. */
	terse = false;
	/** How often it was asked for rows by their ids, for how many, and from when on for changes. */
	lookups = 0;
	readonly asked: Cursor[] = [];
	/** What happens while changes are asked for. */
	meanwhile: () => Promise<void> = async () => undefined;

	/** Notices what was changed, by whomever. */
	private look(): void {
		this.clock++;
		const now = new Map([...this.rows].map(([id, row]) => [id, JSON.stringify(row)]));
		for (const [id, row] of now) if (this.before.get(id) !== row) this.changed.set(id, this.clock);
		this.before = now;
	}

	override async read(...given: Parameters<MemoryDestination['read']>) {
		this.lookups += given[0].filter(({ id }) => id !== undefined).length;
		return await super.read(...given);
	}

	readonly changes: Changes = {
		now: async () => {
			this.look();
			return this.clock;
		},
		since: (cursor) => this.pages(cursor as number),
	};

	private async *pages(since: number): ReturnType<Changes['since']> {
		this.look();
		this.asked.push(since);
		await this.meanwhile();
		const ids = [...this.changed].filter(([id, at]) => at > since && this.rows.has(id)).map(([id]) => id);
		const at = this.clock;
		for (let from = 0; from === 0 || from < ids.length; from += 4)
			yield {
				ids: ids.slice(from, from + 4),
				survey: (fields: string[]) =>
					this.terse
						? undefined
						: {
								read: async (some: string[]) =>
									new Map(
										some.map((id): [string, Fields] => [
											id,
											Object.fromEntries(
												fields.map((name) => [name, this.rows.get(id)![name] ?? null]),
											),
										]),
									),
							},
				cursor: from + 4 < ids.length ? since : at,
			};
	}
}

overBothLedgers((store) => {
	let world: World;
	let there: Dated;
	beforeEach(async () => {
		world = await World.open(store);
		there = new Dated();
		world.into = there;
		world.sweepEvery = 0;
		world.guard = { ...world.guard, few: 1000, share: 1 };
		for (let n = 0; n < 30; n++) world.person(`k${n}`);
		await world.tick();
		await world.tick(); // compares everything
		world.told();
		there.lookups = 0;
	});
	afterEach(async () => await world.close());

	const row = (key: string) => [...there.rows.values()].find(({ email }) => email === `${key}@x.test`)!;
	const aDayLater = async () =>
		void (await world.ask(
			(sql, { table }) => sql`UPDATE ${table('destination')} SET whole_at = whole_at - 86400000 RETURNING 1`,
		));

	it('heals what was edited, and looks at nothing else (invariant 1)', async () => {
		row('k3')['team'] = 'edited';
		there.rows.set('stranger', { email: 'stranger@x.test' });
		await world.tick();
		expect(world.told()).toEqual(['k3 healed']);
		expect(row('k3')).toMatchObject({ team: 'Sales' });
		expect(there.lookups).toBeLessThanOrEqual(2);
		there.lookups = 0;
		await world.tick();
		await world.tick();
		expect(world.told()).toEqual([]);
		expect(there.lookups).toBe(0);
		expect(there.asked.every((from, n) => n === 0 || (from as number) >= (there.asked[n - 1] as number))).toBe(
			true,
		);
	});

	it('looks up what a list of changes does not tell', async () => {
		there.terse = true;
		row('k3')['team'] = 'edited';
		row('k7')['name'] = 'edited';
		await world.tick();
		expect(world.told().sort()).toEqual(['k3 healed', 'k7 healed']);
		expect(there.lookups).toBeLessThan(10);
	});

	it('disables again what somebody enabled by hand, though its record is gone (invariant 1)', async () => {
		world.source.records.delete('k3');
		await world.tick();
		await world.tick();
		expect(world.told()).toEqual(['k3 deactivated']);
		there.lookups = 0;
		row('k3')['active'] = 'yes';
		await world.tick();
		expect(world.told()).toEqual(['k3 healed']);
		expect(row('k3')).toMatchObject({ active: 'no' });
		expect(there.lookups).toBeLessThanOrEqual(2);
		await world.tick();
		row('k3')['active'] = 'yes';
		there.refuses.add('k3@x.test');
		await world.tick();
		expect(world.told()).toEqual(['k3 failed']);
		there.refuses.clear();
		await world.tick();
		expect(world.told()).toEqual(['k3 healed']);
	});

	it('compares everything once a day, which finds what was deleted', async () => {
		const [id] = [...there.rows].find(([, { email }]) => email === 'k3@x.test')!;
		there.rows.delete(id);
		await world.tick();
		await world.tick();
		expect(world.told()).toEqual([]);
		await aDayLater();
		await world.tick();
		await world.tick();
		expect(world.told()).toEqual(['k3 created']);
		const before = there.asked.length;
		await world.tick();
		expect(there.asked.length).toBe(before + 1);
	});

	it('is asked again from the same moment where it broke off, and where a run had what was changed', async () => {
		row('k3')['team'] = 'edited';
		there.meanwhile = async () => {
			there.meanwhile = async () => undefined;
			throw new Error('the connection broke');
		};
		await world.tick();
		expect(world.told()).toEqual([]);
		const broken = there.asked.at(-1);
		await world.expire();
		await world.renewed();
		await world.tick();
		expect(there.asked.at(-1)).toEqual(broken);
		expect(world.told()).toEqual(['k3 healed']);

		row('k5')['team'] = 'edited';
		const state = async (value: string) =>
			void (await world.ask(
				(
					sql,
					{ table },
				) => sql`UPDATE ${table('link')} SET state = ${value}, lease = CASE WHEN ${value} = 'writing' THEN 1 END,
					lease_until = CASE WHEN ${value} = 'writing' THEN 9999999999999 END WHERE key = 'k5' RETURNING 1`,
			));
		await state('writing');
		await world.tick();
		expect(world.told()).toEqual([]);
		await state('settled');
		await world.tick();
		expect(there.asked.at(-1)).toEqual(there.asked.at(-2));
		expect(world.told()).toEqual(['k5 healed']);
	});

	it('takes nothing away when it is only a check: what was edited before is healed by the next sweep (invariant 1)', async () => {
		const sync = (await world.ledger.syncs())[0]!.id;
		row('k3')['team'] = 'edited';
		const since = await world.ledger.check(sync);
		await world.tick();
		expect(world.told()).toEqual([]);
		expect(await world.ledger.checked(sync, since)).toMatchObject({ done: true, destinations: [{ differ: 1 }] });
		await world.tick();
		expect(world.told()).toEqual(['k3 healed']);
	});

	it('looks again at what was with another run, though nothing was to be written there', async () => {
		row('k5')['team'] = 'edited';
		const state = async (value: string) =>
			void (await world.ask(
				(
					sql,
					{ table },
				) => sql`UPDATE ${table('link')} SET state = ${value}, lease = CASE WHEN ${value} = 'handed' THEN 1 END,
					lease_until = CASE WHEN ${value} = 'handed' THEN 9999999999999 END WHERE key = 'k5' RETURNING 1`,
			));
		await state('handed');
		await world.tick();
		await state('settled');
		await world.tick();
		expect(world.told()).toEqual(['k5 healed']);
	});
});
