/** Google Sheets: one spreadsheet of several sheets; cells hold what the API calls unformatted values. */
import { Fake, type Answer, type Json } from '../fake';

export interface SheetsFake {
	fake: Fake;
	/** By the name on the tab; the first row holds the names of the columns. */
	sheets: Map<string, Json[][]>;
}

/** As people see it: the formats of the cells are those of a German spreadsheet. */
const formatted = (cell: Json): Json =>
	typeof cell === 'number' ? `${cell.toFixed(2).replace('.', ',')} €` : cell === true ? 'TRUE' : cell;
const isEmpty = (cell: Json) => cell === '' || cell === null;

export async function fakeGoogleSheets(sheets: SheetsFake['sheets'] = new Map()): Promise<SheetsFake> {
	const fake = await Fake.start();
	const error = (code: number, status: string, message: string): Answer => ({
		status: code,
		body: { error: { code, message, status } },
	});
	for (const base of ['', '/v4/spreadsheets'])
		fake.on('GET', `${base}/*/values/*`, ({ parts: [spreadsheet, range], query }) => {
			if (spreadsheet !== 'S1') return error(404, 'NOT_FOUND', 'Requested entity was not found.');
			const name = /^'((?:[^']|'')*)'$/u.exec(range!)?.[1]?.replaceAll("''", "'") ?? range!;
			const rows = sheets.get(name);
			if (!rows) return error(400, 'INVALID_ARGUMENT', `Unable to parse range: ${range}`);
			const how = query.get('valueRenderOption') ?? 'FORMATTED_VALUE';
			const values = rows.map((row) => {
				const end = row.findLastIndex((cell) => !isEmpty(cell)) + 1;
				return row
					.slice(0, end)
					.map((cell) => (isEmpty(cell) ? '' : how === 'FORMATTED_VALUE' ? formatted(cell) : cell));
			});
			const some = values.slice(0, values.findLastIndex((row) => row.length > 0) + 1);
			return {
				body: {
					range: `'${name.replaceAll("'", "''")}'!A1:Z1000`,
					majorDimension: query.get('majorDimension') ?? 'ROWS',
					...(some.length > 0 && { values: some }),
				},
			};
		});
	return { fake, sheets };
}
