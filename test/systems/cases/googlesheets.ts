/** Google Sheets for the suites: the rows of one sheet. */
import { googlesheets } from '../../../systems/googlesheets';
import type { SourceOf } from '../cases';
import type { Json, Row } from '../fake';
import { fakeGoogleSheets } from '../fakes/googlesheets';
import type { Stand } from '../open';

export const stand: Omit<Stand, 'url'> = {
	system: googlesheets,
	type: 'googleSheetsOAuth2Api',
	credential: { oauthTokenData: 'token-very-secret' },
	settings: { spreadsheet: 'S1', sheet: "Products '26", key: 'SKU', dates: 'From' },
};

const HEADERS = ['', 'SKU', 'Name', 'Price', 'From', 'Sold out', 'Note'];

/** A table of the suites as the sheet that it is. */
class AsSheet extends Map<string, Json[][]> {
	constructor(private readonly rows: Map<string, Row>) {
		super();
	}

	override get(name: string): Json[][] | undefined {
		if (name !== "Products '26") return undefined;
		return [HEADERS, ...[...this.rows.values()].map((row) => HEADERS.map((header) => row[header] ?? ''))];
	}
}

export const sources: SourceOf[] = [
	{
		name: 'Google Sheets rows',
		object: 'row',
		table: 'rows',
		start: async () => {
			const rows = new Map<string, Row>();
			const { fake } = await fakeGoogleSheets(new AsSheet(rows));
			return { fake, rows: new Map([['rows', rows]]) };
		},
		stand,
		row: (id, text) => ({ SKU: Number(id), Name: text, Price: 1234.5, From: 46_354.75, 'Sold out': false }),
		fields: (id, text) => ({
			SKU: Number(id),
			Name: text,
			Price: 1234.5,
			From: '2026-11-28T18:00:00',
			'Sold out': false,
			Note: null,
		}),
		gone: () => undefined,
		page: Infinity,
		follows: false,
	},
];
