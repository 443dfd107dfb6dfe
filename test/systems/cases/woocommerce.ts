/** WooCommerce for the suites: products. */
import { woocommerce } from '../../../systems/woocommerce';
import type { DestinationOf } from '../cases';
import { fakeWoocommerce } from '../fakes/woocommerce';
import type { Stand } from '../open';

export const stand: Omit<Stand, 'url'> = {
	system: woocommerce,
	type: 'wooCommerceApi',
	credential: { url: 'https://x.org', consumerKey: 'ck_secret', consumerSecret: 'cs_secret' },
};

export const destinations: DestinationOf[] = [
	{
		name: 'WooCommerce products',
		object: 'product',
		start: fakeWoocommerce,
		stand,
		of: (row) => row.status !== 'trash',
		set: (row, field, value) => void (row[field] = value),
		fields: (n) => ({
			sku: `CHAIR-${n}`,
			name: `Chair & table ${n}`,
			description: `A chair,\n\nnumber ${n}`,
			regularPrice: 12.5,
			width: n,
			categoryIds: [9, 10],
		}),
		match: 'sku',
		text: 'description',
		foreign: 'purchaseNote',
		bad: { sku: 'bad-chair', name: 'Bad', catalogVisibility: 'nowhere at all' },
		absentId: '1',
	},
];
