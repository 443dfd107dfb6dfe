/** What every system must do as a destination, at a stand-in: a suite to be called inside a `describe`. */
import type { RestDestination } from '../../connectors/rest/destination';
import type { ActualRecord, Fields, Value, WriteResult } from '../../sync/types';
import { SyncError } from '../../sync/types';
import { create, ok, prepared, remove, update } from '../conformance/destination';
import { readAll } from '../conformance/source';
import type { Sent } from './contract/check';
import { withContract, type ContractName } from './contract/find';
import { trouble, type Fake } from './fake';
import { destinationAt, recorder, sourceAt, type Stand } from './open';

export interface StoryCase {
	object: string;
	stand: Stand;
	/** What answers, where it can be told to misbehave. */
	fake?: Fake;
	/** How many stand there now. */
	count(): Promise<number>;
	/** Somebody else's hands: sets a field of a counterpart as the system spells it. */
	edit(id: string, field: string, value: Value): Promise<void>;
	/** A record's fields, different by number. */
	fields(number: number): Fields;
	/** The field that tells records apart. */
	match: string;
	/** A text that `fields` sets, and one that may be set beside it. */
	text: string;
	foreign: string;
	/** Fields that the system refuses. */
	bad: Fields;
	/** An id of this kind that nothing has. */
	absentId: string;
	/** The path of the vendor's own base URL, and which contract knows it. */
	contract?: { name: ContractName; base: string; but?: (sent: Sent) => boolean };
}

export function story(given: StoryCase): void {
	const { object, stand, match, text, foreign } = given;
	const record = recorder(stand, given.contract?.base ?? '');
	let destination: RestDestination;
	beforeEach(() => {
		given.fake?.forget();
		destination = destinationAt(stand, object, record.http);
	});

	let last = 0;
	const made = async (count: number): Promise<{ ids: string[]; sets: Fields[] }> => {
		const sets: Fields[] = [];
		for (let n = 0; n < count; n++) sets.push(await prepared(destination, given.fields(++last)));
		const results = await destination.write(sets.map((set, ref) => create(ref, set)));
		return { ids: results.map((result) => ok(result).id), sets };
	};
	const byId = async (id: string, fields: string[]): Promise<Fields | undefined> =>
		(await destination.read([{ ref: 0, id }], fields))[0]?.fields;
	const byMatch = async (value: Value): Promise<ActualRecord[]> =>
		await destination.read([{ ref: 0, match: { [match]: value } }], [text]);

	const { changedSince } = stand.system.objects[object]!.read;
	if (changedSince !== 'none' && (changedSince.takes === undefined || stand.settings?.[changedSince.takes]))
		test('what somebody edits is among what changed, from the moment on at which the destination was asked last', async () => {
			const { ids } = await made(3);
			const { changes } = destination;
			const since = await changes!.now();
			await given.edit(ids[1]!, text, 'edited');
			const told = new Map<string, Value | undefined>();
			let next = since;
			for await (const page of changes!.since(since)) {
				next = page.cursor;
				const survey = page.survey([text]);
				const read = survey ? await survey.read(page.ids) : new Map<string, Fields>();
				for (const id of page.ids) told.set(id, read.get(id)?.[text]);
			}
			expect([...told.keys()]).toContain(ids[1]);
			expect(told.get(ids[1]!) ?? (await byId(ids[1]!, [text]))?.[text]).toBe('edited');
			expect(next).toEqual({ at: expect.any(Number) });
			const later = { at: Date.now() + 86_400_000 };
			for await (const page of changes!.since(later)) expect(page).toMatchObject({ ids: [], cursor: later });
		});

	test('what was created reads as it was meant, by its id and by its match field', async () => {
		const before = await given.count();
		const { ids, sets } = await made(3);
		expect((await given.count()) - before).toBe(3);
		expect(await byId(ids[1]!, Object.keys(sets[1]!))).toEqual(sets[1]);
		const found = await byMatch(sets[2]![match]!);
		expect(found.map(({ id }) => id)).toEqual([ids[2]]);
		expect(await byMatch('nobody-has-this@example.org')).toEqual([]);
		expect(await byId(given.absentId, [text])).toBeUndefined();
		expect(await destination.isEmpty()).toBe(false);
	});

	test('an update writes its own fields and no other, and an empty value empties', async () => {
		const { ids, sets } = await made(1);
		const { [text]: changed } = await prepared(destination, { [text]: given.fields(7000 + last)[text]! });
		const [first] = await destination.write([update(0, ids[0]!, { [foreign]: 'theirs' })]);
		ok(first!);
		const [result] = await destination.write([update(0, ids[0]!, { [text]: changed! }, [text, match, foreign])]);
		expect(ok(result!).actual).toEqual({ [text]: changed, [match]: sets[0]![match], [foreign]: 'theirs' });
		const [emptied] = await destination.write([update(0, ids[0]!, { [foreign]: null })]);
		expect(ok(emptied!).actual).toEqual({ [foreign]: null });
	});

	test('what somebody else changed is seen, and written back', async () => {
		const { ids, sets } = await made(2);
		await given.edit(ids[0]!, text, 'edited');
		expect(await byId(ids[0]!, [text])).toEqual({ [text]: 'edited' });
		const [healed] = await destination.write([update(0, ids[0]!, { [text]: sets[0]![text]! })]);
		expect(ok(healed!).actual).toEqual({ [text]: sets[0]![text] });
		expect(await byId(ids[1]!, [text])).toEqual({ [text]: sets[1]![text] });
	});

	test('a removal is done as the definition says: and taken back where it can be', async () => {
		const { ids, sets } = await made(2);
		for (const step of destination.removal) {
			if (!('set' in step)) continue;
			const { field, to, back } = step.set;
			for (const value of [to, back]) {
				const [result] = await destination.write([update(0, ids[0]!, { [field]: value })]);
				expect(ok(result!).actual).toEqual({ [field]: value });
			}
		}
		const deletes = destination.removal.some((step) => 'request' in step);
		const [removed] = await destination.write([remove(0, ids[0]!)]);
		if (deletes) expect([removed!.ok, await byId(ids[0]!, [text])]).toEqual([true, undefined]);
		else
			expect(removed).toMatchObject({
				ok: false,
				error: { kind: 'refused', detail: { todo: expect.any(String) } },
			});
		expect(await byId(ids[1]!, [text])).toEqual({ [text]: sets[1]![text] });
		if (deletes) expect(await destination.write([remove(0, ids[0]!)])).toMatchObject([{ ok: true, actual: null }]);
	});

	test('one bad record holds up no other, and one that is gone is missing', async () => {
		const good = await Promise.all([1, 2].map(() => prepared(destination, given.fields(++last))));
		const results = await destination.write([
			create(0, good[0]!),
			create(1, given.bad),
			create(2, good[1]!),
			update(3, given.absentId, { [text]: good[0]![text]! }),
		]);
		const outcome = (result: WriteResult) => (result.ok ? 'ok' : result.error.kind);
		expect([...results].sort((a, b) => a.ref - b.ref).map(outcome)).toEqual(['ok', 'refused', 'ok', 'missing']);
	});

	test('it is a source as well: everything once, and where it can be told, what changed', async () => {
		const { ids, sets } = await made(3);
		const source = sourceAt(stand, object, true, record.http);
		const { records, completes, last: end } = await readAll(source);
		expect([completes, records.length]).toEqual([1, await given.count()]);
		const one = records.find(({ key }) => key === ids[1]);
		const { read, fields, moreFields } = stand.system.objects[object]!;
		const { changedSince, listLacks = [] } = read;
		// Of what any path names, a source gives what the definition says.
		const shown = (name: string) => moreFields !== 'any path' || name in fields;
		const listed = Object.entries(sets[1]!).filter(([name]) => !listLacks.includes(name) && shown(name));
		expect(one!.fields).toMatchObject(Object.fromEntries(listed));
		if (changedSince === 'none') return;
		await given.edit(ids[2]!, text, 'edited');
		const next = await readAll(source, end.cursor);
		expect(next.completes).toBe(0);
		expect(next.records.find(({ key }) => key === ids[2])!.fields[text]).toBe('edited');
	});

	if (given.fake) {
		const fake = given.fake;
		const fails = async (work: Promise<unknown>): Promise<SyncError> => {
			const error = await work.then(
				(results) => (results as WriteResult[]).flatMap((one) => (one.ok ? [] : [one.error]))[0],
				(caught: unknown) => caught,
			);
			if (!(error instanceof SyncError)) throw new Error(`no SyncError but ${String(error)}`);
			return error;
		};

		test('waits as long as it is told when it asks too fast', async () => {
			fake.fault({ when: ({ method }) => method !== 'GET', answer: trouble.busy(1) });
			const began = Date.now();
			await made(1);
			expect(Date.now() - began).toBeGreaterThanOrEqual(950);
		});

		const { write } = stand.system.objects[object]!;
		const method = write === 'read only' || write.create === 'not possible' ? 'POST' : write.create.request.method;
		const repeats = method === 'PUT' || (write !== 'read only' && write.idempotency !== 'none');
		const again = repeats ? 'may be sent again, to the same place or with the same key' : 'is not sent again';
		test(`a create whose answer was lost ${again}, and is found by its match field: no twin`, async () => {
			await made(1);
			const set = await prepared(destination, given.fields(++last));
			const before = await given.count();
			fake.fault({ when: (call) => call.method === method, done: true, answer: 'cut' });
			if (repeats) ok((await destination.write([create(0, set)]))[0]!);
			else expect((await fails(destination.write([create(0, set)]))).kind).toMatch(/unreachable|retry/);
			expect((await given.count()) - before).toBe(1);
			expect(await byMatch(set[match]!)).toHaveLength(1);
		});

		test('server errors, rubbish and nothing at all count against no record', async () => {
			const { ids, sets } = await made(1);
			for (const answer of [trouble.broken(503), trouble.garbled, { status: 500 }, 'cut'] as const) {
				fake.forget();
				fake.fault({ times: 99, answer });
				const error = await fails(destination.write([update(0, ids[0]!, { [text]: sets[0]![text]! })]));
				expect({ answer, kind: error.kind }).toEqual({
					answer,
					kind: expect.stringMatching(/^(unreachable|retry)$/),
				});
			}
			fake.forget();
			fake.fault({ times: 99, answer: { status: 401, body: { error: 'no', errors: [{ message: 'no' }] } } });
			const denied = await fails(destination.write([update(0, ids[0]!, { [text]: sets[0]![text]! })]));
			expect(denied.kind).toBe('denied');
			for (const secret of Object.values(stand.credential))
				if (String(secret).includes('secret')) expect(denied.message).not.toContain(secret);
		}, 20_000);
	}

	if (given.contract) {
		const { name, but = () => false } = given.contract;
		/** Sent to be refused. */
		const isBad = ({ body }: Sent) =>
			Object.values(given.bad).some(
				(value) => typeof value === 'string' && value.length > 6 && decodeURIComponent(body).includes(value),
			);
		withContract(name, (check) => {
			test('every request so far is within the vendor’s contract', () => {
				const judged = record.sent.filter((sent) => !but(sent) && !isBad(sent));
				expect(judged.length).toBeGreaterThan(10);
				const wrong = judged.flatMap((sent) =>
					check(sent).map((found) => `${sent.method} ${sent.url} ${sent.body}: ${found}`),
				);
				expect([...new Set(wrong)]).toEqual([]);
			});
		});
	}
}
