/** Airtable for the suites: the records of one table. */
import { airtable } from '../../../systems/airtable';
import type { DestinationOf, SourceOf } from '../cases';
import type { Row } from '../fake';
import { fakeAirtable } from '../fakes/airtable';
import type { Stand } from '../open';

export const stand: Omit<Stand, 'url'> = {
	system: airtable,
	type: 'airtableTokenApi',
	credential: { accessToken: 'pat-very-secret' },
	settings: { base: 'app1', table: 'Products' },
};

export const destinations: DestinationOf[] = [
	{
		name: 'Airtable records',
		object: 'record',
		start: fakeAirtable,
		stand,
		of: () => true,
		set: (row, _field, value) => {
			row.fields = { ...(row.fields as Row), fldName: value };
			row.modified = new Date().toISOString();
		},
		fields: (n) => ({
			SKU: `SKU-${n}; "${n}"`,
			Name: `Chair ${n}`,
			'Price (EUR)': n + 0.5,
			Active: n % 2 === 0,
			Tags: n % 3 === 0 ? [] : ['steel', 'wood'],
			Size: 'L',
			'Available from': '2026-11-28',
			Owner: 'ada@x.org',
		}),
		match: 'SKU',
		text: 'Name',
		foreign: 'Note "long"',
		bad: { SKU: 'bad', 'Price (EUR)': 'dear' },
		absentId: 'rec99999999999999',
	},
];

export const sources: SourceOf[] = [
	{
		name: 'Airtable records',
		object: 'record',
		table: 'records',
		start: async () => {
			const { fake, rows } = await fakeAirtable();
			return { fake, rows: new Map([['records', rows]]) };
		},
		stand,
		row: (id, text) => ({
			id,
			createdTime: '2026-01-01T00:00:00.000Z',
			fields: {
				fldSku: `S${id}`,
				fldName: text,
				fldTags: ['wood', 'new'],
				fldOwner: { id: 'usr1', email: 'ada@x.org', name: 'Ada' },
				// Another link each time that it is read.
				fldFiles: [
					{
						id: 'att1',
						filename: 'a.png',
						size: 7,
						type: 'image/png',
						url: `https://x.org/${Math.random()}`,
					},
				],
			},
		}),
		fields: (id, text) => ({
			recordId: id,
			createdTime: '2026-01-01T00:00:00.000Z',
			SKU: `S${id}`,
			Name: text,
			'Note "long"': null,
			'Price (EUR)': null,
			Active: false,
			Tags: ['new', 'wood'],
			Size: null,
			'Available from': null,
			Owner: 'ada@x.org',
			Files: [{ id: 'att1', filename: 'a.png', size: 7, type: 'image/png' }],
			'Code {old}': null,
			Label: `${id}!`,
		}),
		gone: () => undefined,
		page: 100,
		besides: /\/meta\//u,
		follows: false,
	},
];
