/** Chargebee for the suites: customers, items and item prices. */
import { chargebee } from '../../../systems/chargebee';
import type { DestinationOf } from '../cases';
import { fakeChargebee } from '../fakes/chargebee';
import type { Stand } from '../open';

const KEY = 'test-secret-key';
export const stand: Omit<Stand, 'url'> = {
	system: chargebee,
	type: 'chargebeeApi',
	credential: { accountName: 'x-test', apiKey: KEY },
};

const of = (kind: string) =>
	({
		start: () => fakeChargebee(KEY),
		stand,
		of: (row) => row.kind === kind,
		idOf: (id) => `${kind} ${id}`,
		match: 'id',
		absentId: 'none',
		contract: { name: 'chargebee', base: '' },
	}) satisfies Partial<DestinationOf>;

export const destinations: DestinationOf[] = [
	{
		...of('customer'),
		name: 'Chargebee customers',
		object: 'customer',
		set: (row, _field, value) => void (row.company = value),
		fields: (n) => ({
			id: `C "${n}" – ä`,
			company: `Company ${n}`,
			email: `c${n}@example.org`,
			netTermDays: 30,
			cf_region: 'EMEA',
			billingInfo: { vat_number: `DE${n}`, billing_address: { line1: `Street ${n}`, city: 'Berlin', line2: '' } },
		}),
		text: 'company',
		foreign: 'phone',
		bad: { id: 'bad', email: 'no-address' },
	},
	{
		...of('item'),
		name: 'Chargebee items',
		object: 'item',
		set: (row, _field, value) => void (row.name = value),
		fields: (n) => ({ id: `chair-${n}`, name: `Chair ${n}`, type: 'plan', itemFamilyId: 'chairs' }),
		text: 'name',
		foreign: 'description',
		bad: { id: 'familyless-chair', name: 'Chair', type: 'plan' },
	},
	{
		...of('item_price'),
		name: 'Chargebee item prices',
		object: 'itemPrice',
		set: (row, _field, value) => void (row.name = value),
		fields: (n) => ({
			id: `chair-EUR-${n}`,
			name: `Chair ${n}`,
			itemId: 'chair',
			pricingModel: 'per_unit',
			price: 1000 + n,
			currencyCode: 'EUR',
			period: 1,
			periodUnit: 'month',
		}),
		text: 'name',
		foreign: 'description',
		bad: { id: 'itemless-price', name: 'Chair' },
	},
];
