/** What every Destination must do that can hold a lock. A suite to be called inside a `describe`. */
import type { Destination, Fields, Lock, LockSpec, WriteResult } from '../../sync/types';
import { create, ok, prepared, remove, update } from './destination';

export interface LockCase {
	/** A destination over what stands there. The suite closes it. */
	open(): Promise<Destination>;
	/** Empties the object, whatever is locked. */
	empty(): Promise<void>;
	/**
	 * Somebody else's hands, with all the rights there are: sets a field of the counterparts whose match value is among
	 * `which` (all without it), all in one step; or removes them. Answers with what the destination said, if it refused.
	 */
	edit(field: string, value: string, which?: string[]): Promise<string | undefined>;
	erase(which: string[]): Promise<string | undefined>;
	/** All counterparts as they really stand there, in the order of the match field. */
	standing(fields: string[]): Promise<Fields[]>;
	/** Whatever a lock leaves behind there, by name. */
	traces(): Promise<string[]>;
	fields(number: number): Fields;
	match: string;
	/** Two text fields that `fields` sets, and one that it does not. */
	owned: string;
	other: string;
	foreign: string;
	/** Whether it can tell the sync from somebody with the same rights who does not know its key. */
	secret: boolean;
}

export function lockConformance(name: string, given: LockCase): void {
	describe(`${name} holds a lock`, () => {
		let destination: Destination;
		let lock: Lock;
		let ids: string[];
		const spec: LockSpec = {
			name: 'one_way_sync_0123456789ab',
			message: "synced from HR's “roster”; change it there",
			fields: [given.match, given.owned],
			key: 'a secret of the sync',
		};
		const matchOf = (number: number) => String(given.fields(number)[given.match]);
		const values = async (field: string) => (await given.standing([field])).map((row) => row[field]);

		beforeEach(async () => {
			await given.empty();
			destination = await given.open();
			lock = destination.lock!;
			const sets = await Promise.all([1, 2, 3, 4].map((n) => prepared(destination, given.fields(n))));
			ids = (await destination.write(sets.map((set, i) => create(i, set)))).map((result) => ok(result).id);
			expect(await lock.keep(spec)).toBe('new');
			// The first two are linked; of the second one the source owns the match field only.
			await lock.mark([
				{ id: ids[0]!, fields: [given.match, given.owned] },
				{ id: ids[1]!, fields: [given.match] },
			]);
		});
		afterEach(async () => {
			await lock.remove(spec.name, destination.target.id);
			await destination.close();
			expect(await given.traces()).toEqual([]);
		});

		test('refuses a change of an owned field, and says where to change it', async () => {
			const before = await values(given.owned);
			expect(await given.edit(given.owned, 'mine', [matchOf(1)])).toContain(spec.message);
			expect(await values(given.owned)).toEqual(before);
		});

		test('lets everybody read, write what is not owned, and write and remove what is not linked', async () => {
			expect(await given.edit(given.foreign, 'mine')).toBeUndefined();
			expect(await given.edit(given.other, 'mine', [matchOf(1), matchOf(2)])).toBeUndefined();
			expect(await given.edit(given.owned, 'mine', [matchOf(2), matchOf(3)])).toBeUndefined();
			expect(await given.erase([matchOf(4)])).toBeUndefined();
			expect(await values(given.owned)).toEqual([given.fields(1)[given.owned], 'mine', 'mine']);
		});

		test('a change of linked and unlinked ones in one step is refused as a whole', async () => {
			expect(await given.edit(given.owned, 'mine')).toContain(spec.message);
			expect(await values(given.owned)).not.toContain('mine');
		});

		test('a change to the value that stands there already is none', async () => {
			expect(await given.edit(given.owned, String(given.fields(1)[given.owned]), [matchOf(1)])).toBeUndefined();
		});

		test('another letter case is a change', async () => {
			const value = String(given.fields(1)[given.owned]).toUpperCase();
			expect(await given.edit(given.owned, value, [matchOf(1)])).toContain(spec.message);
		});

		test('refuses the removal of linked ones', async () => {
			expect(await given.erase([matchOf(2)])).toContain(spec.message);
			expect(await given.erase([matchOf(2), matchOf(3)])).toContain(spec.message);
			expect(await values(given.match)).toHaveLength(4);
		});

		test('the sync itself passes: updates, creates and deletes', async () => {
			const { [given.owned]: text } = await prepared(destination, given.fields(50));
			const results = await destination.write([
				update(0, ids[0]!, { [given.owned]: text! }),
				create(1, await prepared(destination, given.fields(5))),
				remove(2, ids[1]!),
			]);
			expect(results.map((result: WriteResult) => result.ok)).toEqual([true, true, true]);
			expect(await given.edit(given.owned, 'mine', [matchOf(1)])).toContain(spec.message);
			// A deleted one is no longer known: what comes in its place is free.
			await destination.write([create(0, await prepared(destination, given.fields(2)))]);
			expect(await given.erase([matchOf(2)])).toBeUndefined();
		});

		if (given.secret) {
			test('nobody passes by another key', async () => {
				const second = await given.open();
				await second.lock!.pass({ name: spec.name, key: 'another secret' });
				const [result] = await second.write([update(0, ids[0]!, { [given.owned]: 'theirs' })]);
				await second.close();
				expect(result).toMatchObject({ ok: false, error: { message: expect.stringContaining(spec.message) } });
			});
		}

		test('a session that does not know of the lock is refused per record, and the others go through', async () => {
			const second = await given.open();
			const results = await second.write([
				update(0, ids[0]!, { [given.owned]: 'theirs' }),
				update(1, ids[2]!, { [given.owned]: 'theirs' }),
			]);
			await second.close();
			expect(results.map((result) => result.ok)).toEqual([false, true]);
		});

		test('what is no longer linked is free', async () => {
			await lock.mark([{ id: ids[0]!, fields: null }]);
			expect(await given.edit(given.owned, 'mine', [matchOf(1)])).toBeUndefined();
			expect(await given.erase([matchOf(1)])).toBeUndefined();
		});

		test('marking a counterpart that is not there, or twice, is harmless', async () => {
			await destination.write([remove(0, ids[3]!)]);
			await lock.mark([
				{ id: ids[3]!, fields: [given.owned] },
				{ id: ids[0]!, fields: [given.match] },
				{ id: ids[0]!, fields: [given.match, given.owned] },
			]);
			expect(await given.edit(given.owned, 'mine', [matchOf(1)])).toContain(spec.message);
		});

		test('is kept as it stands, renewed when owned fields or the message change, and knows its counterparts on', async () => {
			expect(await lock.keep(spec)).toBe('standing');
			const wider = {
				...spec,
				message: 'synced from Payroll; change it there',
				fields: [...spec.fields, given.other],
			};
			expect(await lock.keep(wider)).toBe('renewed');
			expect(await given.edit(given.owned, 'mine', [matchOf(1)])).toContain('synced from Payroll');
			expect(await given.edit(given.other, 'mine', [matchOf(1)])).toBeUndefined();
			await lock.mark([{ id: ids[0]!, fields: [given.other] }]);
			expect(await given.edit(given.other, 'his', [matchOf(1)])).toContain('synced from Payroll');
			expect(await given.edit(given.owned, 'mine', [matchOf(1)])).toBeUndefined();
		});

		test('two locks of two syncs stand side by side', async () => {
			const second = await given.open();
			const theirs = {
				...spec,
				name: 'one_way_sync_ba9876543210',
				message: 'synced from B',
				fields: [given.other],
				key: 'b',
			};
			await second.lock!.keep(theirs);
			await second.lock!.mark([{ id: ids[0]!, fields: [given.other] }]);
			expect(await given.edit(given.other, 'mine', [matchOf(1)])).toContain('synced from B');
			const own = await destination.write([update(0, ids[0]!, { [given.owned]: 'mine' })]);
			const foreign = await destination.write([update(0, ids[0]!, { [given.other]: 'mine' })]);
			expect([own[0]!.ok, foreign[0]!.ok]).toEqual([true, false]);
			await second.lock!.remove(theirs.name, second.target.id);
			await second.close();
		});

		test('shows what it would run, and no secret', async () => {
			const { install, remove: removal } = await lock.show(spec);
			expect(install.length).toBeGreaterThan(1);
			expect(removal.length).toBeGreaterThan(1);
			expect([...install, ...removal].join('\n')).not.toContain(spec.key);
		});

		test('unlocked, everything is free and nothing is left; and that may be said twice', async () => {
			expect(await lock.remove(spec.name, destination.target.id)).toBe(true);
			expect(await given.traces()).toEqual([]);
			expect(await lock.remove(spec.name, destination.target.id)).toBe(true);
			expect(await given.edit(given.owned, 'mine')).toBeUndefined();
			const [result] = await destination.write([update(0, ids[0]!, { [given.owned]: 'ours' })]);
			expect(result!.ok).toBe(true);
		});
	});
}
