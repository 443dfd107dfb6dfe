/** eBay for the suites: inventory items. */
import { ebay } from '../../../systems/ebay';
import type { DestinationOf } from '../cases';
import { fakeEbay, setAt } from '../fakes/ebay';
import type { Stand } from '../open';

export const stand: Omit<Stand, 'url'> = {
	system: ebay,
	type: 'oneWaySyncRefreshTokenApi',
	credential: { refreshToken: 'v^1.1#secret', accessToken: 'v^1.1#secret-too' },
	settings: { language: 'de-DE' },
};

export const destinations: DestinationOf[] = [
	{
		name: 'eBay inventory items',
		object: 'item',
		start: fakeEbay,
		stand,
		of: () => true,
		set: (row, field, value) => setAt(row, field === 'condition' ? [field] : ['product', field], value),
		fields: (n) => ({
			sku: `SKU ${n}/1`,
			title: `Chair ${n}`,
			imageUrls: [`https://example.org/${n}.jpg`, 'https://example.org/back.jpg'],
			ean: ['4006381333931'],
			condition: 'NEW',
			quantity: n,
			weight: 2.5,
			weightUnit: 'KILOGRAM',
		}),
		match: 'sku',
		text: 'title',
		foreign: 'brand',
		bad: { sku: 'bad', title: 'x'.repeat(100) },
		absentId: 'none',
		contract: { name: 'ebay', base: '/sell/inventory/v1' },
	},
];
