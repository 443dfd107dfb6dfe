/** What Google Sheets alone does: rows without ids, cells that are left out, dates as numbers; and its own client's word. */
import { dateOf, rowsOf } from '../../systems/googlesheets';
import { SyncError } from '../../sync/types';
import { readAll } from '../conformance/source';
import { ask, judgesAreThere } from '../judges/judges';
import { stand } from './cases/googlesheets';
import { fakeGoogleSheets, type SheetsFake } from './fakes/googlesheets';
import { sourceAt } from './open';

let one: SheetsFake;
beforeEach(async () => {
	one = await fakeGoogleSheets();
	one.sheets.set('Chairs', [
		['SKU', 'Name', 'Price', 'From'],
		['A1', 'Stool', 12.5, 46_354],
		['B2', 'Bench', '', ''],
	]);
});
afterEach(() => one.fake.stop());
const at = (settings = {}) => ({
	...stand,
	settings: { ...stand.settings!, sheet: 'Chairs', ...settings },
	url: one.fake.url,
});
const read = async (settings = {}) => await readAll(sourceAt(at(settings), 'row'));
const chairs = () => one.sheets.get('Chairs')!;

test('rows keep their keys wherever they stand, and hold every column', async () => {
	const expected = [
		{ key: 'A1', name: 'A1', fields: { SKU: 'A1', Name: 'Stool', Price: 12.5, From: '2026-11-28' } },
		{ key: 'B2', name: 'B2', fields: { SKU: 'B2', Name: 'Bench', Price: null, From: null } },
	];
	expect((await read()).records).toEqual(expected);
	const [headers, stool, bench] = chairs();
	one.sheets.set('Chairs', [headers!, [], bench!, ['', 'Total of nothing'], stool!, [], []]);
	const { records, completes } = await read();
	expect(records).toEqual([...expected].reverse());
	expect(completes).toBe(1);
	expect(one.fake.calls[0]!.query.get('valueRenderOption')).toBe('UNFORMATTED_VALUE');
});

test('a row without a key is counted, and a key that comes twice comes twice', async () => {
	chairs().push(['', 'Nameless'], ['A1', 'Another stool']);
	const pages = [];
	for await (const page of sourceAt(at(), 'row').read()) pages.push(page);
	expect(pages.map(({ unkeyed }) => unkeyed)).toEqual([1, 0]);
	expect(pages[0]!.records.map(({ key, fields }) => [key, fields.Name])).toEqual([
		['A1', 'Stool'],
		['B2', 'Bench'],
		['A1', 'Another stool'],
	]);
});

describe('a sheet that cannot be read as it is gives no record and removes none', () => {
	const fails = async (settings = {}): Promise<{ kind: string; said: string }> => {
		const error = await read(settings).catch((caught: unknown) => caught);
		if (!(error instanceof SyncError)) throw new Error(`no SyncError but ${JSON.stringify(error)}`);
		return { kind: error.kind, said: `${error.message} ${error.detail.todo}` };
	};

	test.each([
		['is empty', () => one.sheets.set('Chairs', []), /The sheet is empty: its first row has to name the columns/u],
		['has no such column', () => (chairs()[0]![0] = 'Number'), /no column “SKU”, but Number, Name, Price, From\./u],
		['has two columns of a name', () => (chairs()[0]![2] = 'Name'), /Two columns have the name “Name”/u],
		[
			'has an error in its keys',
			() => (chairs()[2]![0] = '#REF!'),
			/Row 3 has the error #REF! in the column of the key/u,
		],
		['is being calculated', () => (chairs()[1]![2] = 'Loading...'), /Row 2 is being calculated/u],
		[
			'is not there',
			() => one.sheets.delete('Chairs'),
			/Unable to parse range.*Sheet has to be the name on the tab/u,
		],
	])('%s', async (_name, change, said) => {
		change();
		expect(await fails()).toEqual({ kind: 'setup', said: expect.stringMatching(said) });
	});

	test('in another spreadsheet, or one that is not shared', async () => {
		expect(await fails({ spreadsheet: 'S2' })).toMatchObject({ kind: 'setup' });
		one.fake.fault({
			times: 9,
			answer: {
				status: 403,
				body: { error: { code: 403, status: 'PERMISSION_DENIED', message: 'no permission' } },
			},
		});
		expect(await fails()).toMatchObject({ kind: 'denied', said: expect.stringMatching(/Share the spreadsheet/u) });
	});

	test('but one with nothing below the names of its columns is empty', async () => {
		one.sheets.set('Chairs', [chairs()[0]!]);
		expect(await read()).toMatchObject({ records: [], completes: 1 });
	});
});

test('rows become records: columns by their names, errors and empty texts as nothing', () => {
	const rows = [
		[' SKU ', '', 'Size 24"', 7, 'From'],
		[1042, 'ignored', '#N/A', true, 46_354.5, 'beyond'],
		['', '', ''],
		['#1', 'x'],
	];
	const setting = { key: 'SKU', dates: 'From' };
	expect(rowsOf(rows, setting)).toEqual([
		{ key: 1042, cells: { SKU: 1042, "Size 24'": null, '7': true, From: '2026-11-28T12:00:00' } },
		{ key: '#1', cells: { SKU: '#1', "Size 24'": null, '7': null, From: null } },
	]);
	expect(rowsOf([['SKU', 'constructor']], { key: 'SKU' })).toMatch(/“constructor”/u);
	expect(rowsOf([['SKU']], { key: 'SKU', dates: 'From, Until' })).toBe('The first row has no column “From”, but SKU');
	const nothing = [[], [[]], null];
	expect(nothing.map((values) => rowsOf(values, { key: 'SKU' }))).toEqual(
		nothing.map(() => 'The first row has no column “SKU”, but nothing'),
	);
});

test('dates are days since the end of 1899, and what is no day stays', () => {
	expect([0, 46_354, 46_354.999_999, 33.625, 2_958_465].map(dateOf)).toEqual([
		'1899-12-30',
		'2026-11-28',
		'2026-11-29T00:00:00',
		'1900-02-01T15:00:00',
		'9999-12-31',
	]);
	const others = [-1, 1e12, '2026-11-28', 'soon', null, true];
	expect(others.map(dateOf)).toEqual(others);
});

if (judgesAreThere)
	test("Google's client reads the stand-in's values and errors", async () => {
		one.sheets.set("It's", [['a', ''], [], ['', 2.5, '']]);
		one.sheets.set('Empty', []);
		const about = (request: Record<string, unknown>) =>
			({ client: 'googlesheets', url: one.fake.url, call: 'get', with: request }) as const;
		const raw = { spreadsheetId: 'S1', valueRenderOption: 'UNFORMATTED_VALUE' };
		const [chairs, seen, quoted, empty, noSheet, none] = await ask([
			about({ ...raw, range: 'Chairs' }),
			about({ spreadsheetId: 'S1', range: "'Chairs'" }),
			about({ ...raw, range: "'It''s'" }),
			about({ ...raw, range: 'Empty' }),
			about({ ...raw, range: 'Nowhere' }),
			about({ ...raw, spreadsheetId: 'S2', range: 'Chairs' }),
		]);
		expect(chairs).toEqual({
			range: "'Chairs'!A1:Z1000",
			majorDimension: 'ROWS',
			values: [
				['SKU', 'Name', 'Price', 'From'],
				['A1', 'Stool', 12.5, 46_354],
				['B2', 'Bench'],
			],
		});
		expect((seen as { values: unknown[][] }).values[1]![2]).toBe('12,50 €');
		expect(quoted).toMatchObject({ values: [['a'], [], ['', 2.5]] });
		expect(empty).toEqual({ range: "'Empty'!A1:Z1000", majorDimension: 'ROWS' });
		expect(noSheet).toMatchObject({
			status: 400,
			message: expect.stringMatching(/^Unable to parse range: Nowhere/u),
		});
		expect(none).toMatchObject({ status: 404, message: expect.stringMatching(/not found/u) });
	});
else process.stderr.write('skipped: what Google’s own client says of its stand-in (test/judges)\n');
