/** What every Source must do. A suite to be called inside a `describe`. */
import type { Fields, RecordPage, Source, SourceRecord } from '../../sync/types';

export interface SourceCase {
	/** A source over what `put` and `drop` left. The suite closes it. */
	open(how?: { follow?: boolean }): Promise<Source>;
	/** Creates or changes records behind the source's back, by key. */
	put(records: { key: string; fields: Fields }[]): Promise<void>;
	drop(keys: string[]): Promise<void>;
	/** Empties the source. */
	empty(): Promise<void>;
	/** The fields of record `key` with a text that differs by `text`, as the source must give them. */
	fields(key: string, text: string): Fields;
	/** Whether it can read only what changed. */
	follows: boolean;
	/** Keys that its own kind of key can take; none where it makes its keys itself. */
	keys?: string[];
}

/** Everything a read gives. */
export async function readAll(
	source: Source,
	since?: RecordPage['cursor'],
): Promise<{ records: SourceRecord[]; last: RecordPage; completes: number }> {
	const records: SourceRecord[] = [];
	let last: RecordPage | undefined;
	let completes = 0;
	for await (const page of source.read(since)) {
		records.push(...page.records);
		if (page.complete) completes++;
		last = page;
	}
	return { records, last: last!, completes };
}

export function sourceConformance(name: string, given: SourceCase): void {
	describe(`${name} conforms as a source`, () => {
		const using = async <T>(work: (source: Source) => Promise<T>, how?: { follow?: boolean }): Promise<T> => {
			const source = await given.open(how);
			return work(source).finally(() => source.close());
		};
		const record = (key: string, text = 'a') => ({ key, fields: given.fields(key, text) });

		beforeEach(() => given.empty());

		test('an empty source is read as complete and empty', async () => {
			const { records, completes, last } = await using((source) => readAll(source));
			expect([records, completes, last.complete]).toEqual([[], 1, true]);
		});

		test('every record comes once, and the last page alone is complete', async () => {
			const keys = Array.from({ length: 25 }, (_, i) => String(i + 1));
			await given.put(keys.map((key) => record(key)));
			const { records, completes, last } = await using((source) => readAll(source));
			expect(records.map(({ key }) => key).sort()).toEqual([...keys].sort());
			expect([completes, last.complete]).toEqual([1, true]);
			expect(records.find(({ key }) => key === '7')!.fields).toEqual(given.fields('7', 'a'));
		});

		test('two reads of the same give the same', async () => {
			await given.put(['1', '2', '3'].map((key) => record(key)));
			const sorted = async () =>
				(await using((source) => readAll(source))).records.sort((a, b) => (a.key < b.key ? -1 : 1));
			expect(await sorted()).toEqual(await sorted());
		});

		test('the tag stays the same for the same reader', async () => {
			expect(await using(async ({ tag }) => tag)).toBe(await using(async ({ tag }) => tag));
		});

		test('a read that is aborted is never complete', async () => {
			await given.put(Array.from({ length: 25 }, (_, i) => record(String(i + 1))));
			const abort = new AbortController();
			await using(async (source) => {
				const pages: RecordPage[] = [];
				const read = async () => {
					for await (const page of source.read(undefined, abort.signal)) {
						pages.push(page);
						abort.abort(new Error('enough'));
					}
				};
				await expect(read()).rejects.toThrow('enough');
				expect(pages.some(({ complete }) => complete)).toBe(false);
			});
		});

		test('a source is JSON all through', async () => {
			await given.put([record('1')]);
			const { records } = await using((source) => readAll(source));
			expect(JSON.parse(JSON.stringify(records))).toEqual(records);
		});

		test('fetches records by key as they are now, and leaves out what is gone', async () => {
			await given.put(['1', '2', '3'].map((key) => record(key)));
			await using(async (source) => {
				if (!source.fetch) return;
				await readAll(source);
				await given.put([record('2', 'b')]);
				await given.drop(['3']);
				const found = await source.fetch(['2', '3', 'absent', '2']);
				expect(found.map(({ key, fields }) => ({ key, fields }))).toEqual([record('2', 'b')]);
				expect(await source.fetch([])).toEqual([]);
			});
		});

		for (const key of given.keys ?? [])
			test(`the key ${JSON.stringify(key)} comes as it is and is found again`, async () => {
				await given.put([record(key), record('other')]);
				await using(async (source) => {
					const { records } = await readAll(source);
					expect(records.map((one) => one.key).sort()).toEqual([key, 'other'].sort());
					if (source.fetch) expect((await source.fetch([key])).map((one) => one.key)).toEqual([key]);
				});
			});

		if (given.follows) {
			test('a read from a cursor on gives what changed, and is not complete', async () => {
				await given.put(['1', '2', '3'].map((key) => record(key)));
				await using(
					async (source) => {
						const first = await readAll(source);
						expect([first.records.length, first.completes]).toEqual([3, 1]);
						await given.put([record('2', 'b'), record('4', 'c')]);
						const next = await readAll(source, first.last.cursor);
						expect(next.completes).toBe(0);
						const changed = new Map(next.records.map(({ key, fields }) => [key, fields]));
						expect(changed.get('2')).toEqual(given.fields('2', 'b'));
						expect(changed.get('4')).toEqual(given.fields('4', 'c'));
						const nothing = await readAll(source, next.last.cursor);
						expect(nothing.last.cursor).toEqual(next.last.cursor);
					},
					{ follow: true },
				);
			});
		}
	});
}
