/** What every Destination must do. A suite to be called inside a `describe`. */
import type { Destination, Fields, Write, WriteResult } from '../../sync/types';

export interface DestinationCase {
	/** A destination over what stands there. The suite closes it. */
	open(): Promise<Destination>;
	/** Empties the object. */
	empty(): Promise<void>;
	/** Sets a field of every counterpart behind the destination's back. */
	edit(field: string, value: string): Promise<void>;
	/** All counterparts as they really stand there: the given fields. */
	standing(fields: string[]): Promise<Fields[]>;
	/** A record's fields, complete, different by number. */
	fields(number: number): Fields;
	/** The field that tells records apart; unique there. */
	match: string;
	/** A text field that `fields` sets. */
	text: string;
	/** A text field that `fields` does not set. */
	foreign: string;
	/** Fields that `prepare` or `write` must refuse. */
	bad(number: number): Fields;
	/** Fields that are given in one spelling and stand there in another. */
	respelled?: Fields;
	/** What one counterpart refers to another by is no id. */
	lookUpGivesNames?: true;
	/** An id of this kind that nothing has. */
	absentId: string;
}

let keys = 0;

export function create(ref: number, set: Fields, readBack: string[] = Object.keys(set)): Write {
	return { ref, action: 'create', set, readBack, idempotencyKey: `key-${++keys}` };
}

export function update(ref: number, id: string, set: Fields, readBack: string[] = Object.keys(set)): Write {
	return { ref, action: 'update', id, set, readBack, idempotencyKey: `key-${++keys}` };
}

export function remove(ref: number, id: string): Write {
	return { ref, action: 'delete', id, set: {}, readBack: [], idempotencyKey: `key-${++keys}` };
}

/** The desired fields in the destination's spelling. */
export async function prepared(destination: Destination, fields: Fields): Promise<Fields> {
	const answer = await destination.prepare(fields);
	if (!answer.ok) throw answer.error;
	return answer.fields;
}

export function ok(result: WriteResult): Extract<WriteResult, { ok: true }> {
	if (!result.ok) throw result.error;
	return result;
}

export function destinationConformance(name: string, given: DestinationCase): void {
	describe(`${name} conforms as a destination`, () => {
		let destination: Destination;

		beforeEach(async () => {
			await given.empty();
			destination = await given.open();
		});
		afterEach(() => destination.close());

		const made = async (count: number): Promise<{ ids: string[]; fields: Fields[] }> => {
			const fields = await Promise.all(
				Array.from({ length: count }, (_, i) => prepared(destination, given.fields(i + 1))),
			);
			const results = await destination.write(fields.map((set, i) => create(i, set)));
			return { ids: results.map((result) => ok(result).id), fields };
		};

		test('describes its fields', async () => {
			const fields = await destination.describe();
			const names = fields.map((field) => field.name);
			for (const field of [...Object.keys(given.fields(1)), given.foreign]) expect(names).toContain(field);
			expect(fields.some(({ identity }) => identity)).toBe(true);
		});

		test('preparing twice is preparing once', async () => {
			const once = await prepared(destination, given.fields(1));
			expect(await prepared(destination, once)).toEqual(once);
		});

		test('what was created reads as it was prepared: no false difference', async () => {
			const { ids, fields } = await made(3);
			const read = await destination.read(
				ids.map((id, ref) => ({ ref, id })),
				Object.keys(fields[0]!),
			);
			expect(read.sort((a, b) => a.ref - b.ref)).toEqual(
				ids.map((id, ref) => ({ ref, id, fields: fields[ref] })),
			);
		});

		test('a create answers with what stands there', async () => {
			const set = await prepared(destination, given.fields(1));
			const [result] = await destination.write([create(7, set)]);
			expect(ok(result!)).toEqual({ ref: 7, ok: true, id: expect.any(String), actual: set });
		});

		test('finds counterparts by their match field, and nothing for what nobody has', async () => {
			const { ids, fields } = await made(3);
			const absent = (await prepared(destination, given.fields(99)))[given.match]!;
			const wanted = [fields[2]![given.match]!, absent, fields[0]![given.match]!];
			const read = await destination.read(
				wanted.map((value, ref) => ({ ref, match: { [given.match]: value } })),
				[given.text],
			);
			expect(read.sort((a, b) => a.ref - b.ref).map(({ ref, id }) => [ref, id])).toEqual([
				[0, ids[2]],
				[2, ids[0]],
			]);
			expect(read[0]!.fields).toEqual({ [given.text]: fields[2]![given.text] });
		});

		test('a look-up finds what has a value, and nothing for what nobody has or can have', async () => {
			const { ids, fields } = await made(3);
			const absent = (await prepared(destination, given.fields(99)))[given.match]!;
			const asked = [fields[2]![given.match]!, absent, null, fields[0]![given.match]!];
			const found = await destination.findBy!({ by: given.match }, asked);
			expect(found.map(({ length }) => length)).toEqual([1, 0, 0, 1]);
			if (!given.lookUpGivesNames) expect(found).toEqual([[ids[2]], [], [], [ids[0]]]);
			expect(await destination.findBy!({ by: given.match }, [])).toEqual([]);
		});

		test('an empty match value matches nothing', async () => {
			await made(1);
			expect(
				await destination.read(
					[
						{ ref: 0, match: { [given.match]: null } },
						{ ref: 1, match: {} },
					],
					[given.text],
				),
			).toEqual([]);
		});

		test('an id that nothing has is no counterpart', async () => {
			await made(1);
			expect(await destination.read([{ ref: 0, id: given.absentId }], [given.text])).toEqual([]);
		});

		test('an update writes its own fields and no other', async () => {
			const { ids, fields } = await made(2);
			await given.edit(given.foreign, 'mine');
			const { [given.text]: text } = await prepared(destination, given.fields(50));
			const [result] = await destination.write([
				update(0, ids[0]!, { [given.text]: text! }, [given.text, given.match, given.foreign]),
			]);
			expect(ok(result!).actual).toEqual({
				[given.text]: text,
				[given.match]: fields[0]![given.match],
				[given.foreign]: 'mine',
			});
			expect((await given.standing([given.foreign])).map((row) => row[given.foreign])).toEqual(['mine', 'mine']);
		});

		test('an update that changes nothing is done all the same', async () => {
			const { ids, fields } = await made(1);
			const [result] = await destination.write([update(0, ids[0]!, fields[0]!)]);
			expect(ok(result!).actual).toEqual(fields[0]);
		});

		test('an update of a counterpart that is gone is missing, and makes none', async () => {
			const { [given.text]: text } = await prepared(destination, given.fields(1));
			const [result] = await destination.write([update(0, given.absentId, { [given.text]: text! })]);
			expect(result).toMatchObject({ ok: false, error: { kind: 'missing' } });
			expect(await given.standing([given.match])).toEqual([]);
		});

		test('a delete removes the one that is meant, and is done when it is gone already', async () => {
			const { ids } = await made(3);
			const results = await destination.write([remove(0, ids[1]!), remove(1, given.absentId)]);
			expect(results).toEqual([
				{ ref: 0, ok: true, id: ids[1], actual: null },
				{ ref: 1, ok: true, id: given.absentId, actual: null },
			]);
			expect(await given.standing([given.match])).toHaveLength(2);
		});

		test('a second create of the same match value makes no twin', async () => {
			const { fields } = await made(1);
			const [result] = await destination.write([create(0, fields[0]!)]);
			expect(result).toMatchObject({ ok: false, error: { kind: 'conflict' } });
			expect(await given.standing([given.match])).toHaveLength(1);
		});

		test('one bad record holds up no other', async () => {
			const sets = await Promise.all(
				Array.from({ length: 20 }, (_, i) => prepared(destination, given.fields(i + 1))),
			);
			const writes = sets.map((set, i) => create(i, i === 13 ? given.bad(14) : set));
			const results = await destination.write(writes);
			expect(results.map(({ ref }) => ref)).toEqual(sets.map((_, i) => i));
			expect(results.flatMap((result) => (result.ok ? [] : [[result.ref, result.error.kind]]))).toEqual([
				[13, 'refused'],
			]);
			expect(await given.standing([given.match])).toHaveLength(19);
		});

		test('creates, updates and deletes go in one batch, each answered under its own number', async () => {
			const { ids } = await made(2);
			const set = await prepared(destination, given.fields(3));
			const { [given.text]: text } = await prepared(destination, given.fields(60));
			const results = await destination.write([
				create(10, set),
				update(20, ids[0]!, { [given.text]: text! }),
				remove(30, ids[1]!),
			]);
			expect(results.map(({ ref, ok: fine }) => [ref, fine])).toEqual([
				[10, true],
				[20, true],
				[30, true],
			]);
			expect((await given.standing([given.match])).length).toBe(2);
		});

		test('nothing to write is no work', async () => {
			expect(await destination.write([])).toEqual([]);
			expect(await destination.read([], [given.text])).toEqual([]);
		});

		test("a field that is not there is the set-up's fault", async () => {
			expect(await destination.prepare({ 'no such field': 1 })).toMatchObject({
				ok: false,
				error: { kind: 'setup', detail: { field: 'no such field' } },
			});
		});

		test('its target is the same whoever opens it', async () => {
			const other = await given.open();
			expect(other.target).toEqual(destination.target);
			await other.close();
		});

		if (given.respelled) {
			test('a value that is respelled is recognised when it is read again', async () => {
				const set = await prepared(destination, { ...given.fields(1), ...given.respelled });
				const [result] = await destination.write([create(0, set)]);
				expect(ok(result!).actual).toEqual(set);
			});
		}
	});
}
