/**
 * Google Sheets: the rows of one sheet, as a source. The first row names the columns, and one column holds the key.
 *
 * From Google's pages (developers.google.com/workspace/sheets/api: samples/reading, reference/rest/v4/spreadsheets.values,
 * reference/rest/v4/ValueRenderOption, reference/rest/v4/DateTimeRenderOption, limits): the name of a sheet is a range that
 * holds all of it; empty cells at the end of a row and empty rows at the end are left out, and without any row `values` is;
 * 60 reads a minute for each user of a project, then 429. Rows have no ids, and nothing tells what changed, so that a sheet
 * is read whole, in one request: what is inserted or sorted meanwhile moves nothing.
 *
 * Values come unformatted (`UNFORMATTED_VALUE`): 1234.5 and not “€ 1.234,50”, whatever the format of the cell and the
 * locale of the spreadsheet are, so that a new format is no change. That makes dates the days since 30 December 1899, and
 * nothing tells a date from a number: the columns with dates are named in the settings.
 *
 * A destination it is not: a row can only be named by where it stands, which is another row as soon as somebody sorts.
 */
import type { Fields, Paged, SystemDefinition, Value } from '../connectors/rest/definition';
import { textOf } from '../connectors/rest/text/template';

const EPOCH = Date.UTC(1899, 11, 30);
/** The last day of the year 9999. */
const LAST = 2_958_465;

/** A day, or a moment without a zone, from the days since 30 December 1899; what is no such number stays as it is. */
export function dateOf(days: Value): Value {
	if (typeof days !== 'number' || days < 0 || days > LAST) return days;
	const iso = new Date(EPOCH + Math.round(days * 86_400) * 1000).toISOString();
	return iso.slice(0, Number.isInteger(days) ? 10 : 19);
}

const ERROR = /^#(NULL!|DIV\/0!|VALUE!|REF!|NAME\?|NUM!|N\/A|ERROR!)$/u;
const NO_NAME = /^(__proto__|constructor|prototype)$/u;

/**
 * Rows as records: the key, and the cells by the names of their columns. Empty cells, and those with an error, hold nothing;
 * rows without anything, and columns without a name, are left out. A sentence where the sheet cannot be read as it is.
 */
export function rowsOf(values: Value, setting: Record<string, string>): Fields[] | string {
	const [first = [], ...rows] = (Array.isArray(values) ? values : []).filter((row) => Array.isArray(row));
	// No path leads to a name with such a quote.
	const named = (text: Value) => textOf(text).trim().replaceAll('"', "'");
	const names = first.map(named);
	const key = named(setting.key ?? '');
	const dates = (setting.dates ?? '').split(',').map(named);
	const has = names.filter((name) => name !== '');
	const absent = [key, ...dates.filter((name) => name !== '')].find((name) => !has.includes(name));
	if (absent !== undefined) return `The first row has no column “${absent}”, but ${has.join(', ') || 'nothing'}`;
	const twice = has.find((name, n) => has.indexOf(name) !== n);
	if (twice !== undefined) return `Two columns have the name “${twice}”`;
	const odd = has.find((name) => NO_NAME.test(name));
	if (odd !== undefined) return `No column can have the name “${odd}”`;
	const records: Fields[] = [];
	for (const [n, row] of rows.entries()) {
		const where = `Row ${n + 2}`;
		if (row.includes('Loading...')) return `${where} is being calculated`;
		const of = row[names.indexOf(key)] ?? '';
		if (typeof of === 'string' && ERROR.test(of)) return `${where} has the error ${of} in the column of the key`;
		const cells: Fields = {};
		for (const [at, name] of names.entries()) {
			const cell = row[at] ?? null;
			const empty = cell === '' || (typeof cell === 'string' && ERROR.test(cell));
			if (name !== '') cells[name] = empty ? null : dates.includes(name) ? dateOf(cell) : cell;
		}
		if (Object.values(cells).some((cell) => cell !== null)) records.push({ key: cells[key] ?? null, cells });
	}
	return records;
}

const sheet: Paged = {
	request: {
		method: 'GET',
		path: "/{setting.spreadsheet}/values/'{setting.sheet|escape:'}'",
		query: {
			majorDimension: 'ROWS',
			valueRenderOption: 'UNFORMATTED_VALUE',
			dateTimeRenderOption: 'SERIAL_NUMBER',
		},
	},
	items: 'values',
	as: rowsOf,
	pages: { kind: 'none' },
};

export const googlesheets: SystemDefinition = {
	name: 'googlesheets',
	displayName: 'Google Sheets',
	aliases: ['spreadsheet', 'Google Workspace', 'catalog', 'table'],
	docs: 'https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values',
	proven: {
		by: 'own fake',
		against: "a stand-in whose answers Google's own client, @googleapis/sheets 18.1.1, reads",
	},
	needs: 'An account that may see the spreadsheet; in the sheet, names of columns in the first row, and one column whose value is another in each row',
	editing: 'Google Sheets is a source: people go on editing there.',
	credentials: [
		{ type: 'googleSheetsOAuth2Api', auth: 'by n8n' },
		{
			type: 'googleApi',
			hint: 'Set up for use in HTTP Request node: on, with the scope https://www.googleapis.com/auth/spreadsheets.readonly; the spreadsheet is shared with the address of the service account.',
			auth: 'by n8n',
		},
	],
	base: 'https://sheets.googleapis.com/v4/spreadsheets',
	settings: {
		spreadsheet: {
			displayName: 'Spreadsheet ID',
			description: 'It stands in the address of the spreadsheet, between /d/ and /edit',
			placeholder: 'e.g. 1aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789',
			required: true,
		},
		sheet: {
			displayName: 'Sheet',
			description: 'The name on its tab',
			placeholder: 'e.g. Products',
			required: true,
		},
		key: {
			displayName: 'Key Column',
			description: 'The name, in the first row, of the column that tells rows apart',
			placeholder: 'e.g. SKU',
			required: true,
		},
		dates: {
			displayName: 'Columns With Dates',
			description: 'Their names, with commas; elsewhere a date is a number of days',
			placeholder: 'e.g. Available From, Updated',
			required: false,
		},
	},
	headers: {},
	encoding: 'json',
	limits: {
		windows: [{ requests: 60, seconds: 60 }],
		concurrent: 2,
		headers: [],
		retryAfter: 'retry-after',
		penalty: 20,
	},
	errors: {
		message: ['error.message', 'range'],
		rules: [
			{
				status: '2xx',
				where: [
					{ path: 'range', present: true },
					{ path: 'values', present: false },
				],
				means: 'absent',
				todo: 'The sheet is empty: its first row has to name the columns.',
			},
			{
				status: 400,
				where: [{ path: 'error.message', matches: /Unable to parse range/u }],
				means: 'absent',
				todo: 'Sheet has to be the name on the tab.',
			},
			{
				status: 403,
				means: 'denied',
				todo: 'Share the spreadsheet with the account of the credential, and give a service account the scope that docs/systems.md names.',
			},
		],
	},
	objects: {
		row: {
			displayName: 'Row',
			label: 'key',
			id: 'key',
			updatedAt: false,
			fields: {},
			moreFields: { under: 'cells' },
			read: {
				list: sheet,
				get: 'none',
				batch: 'none',
				find: [],
				changedSince: 'none',
				detail: 'none',
				removed: 'absent from the list',
			},
			write: 'read only',
		},
	},
};
