/** Stripe for the suites: draft invoices and the items on them, at a stand-in of ours. */
import { stripe } from '../../../systems/stripe';
import type { DestinationOf } from '../cases';
import { CUSTOMER, fakeStripe } from '../fakes/stripe';
import type { Stand } from '../open';

const secretKey = 'sk_test_secret';

export const stand: Omit<Stand, 'url'> = { system: stripe, type: 'stripeApi', credential: { secretKey } };

/** An invoice that is there before anything is written. */
export const INVOICE = 'in_drafted';

export const start = async () => {
	const started = await fakeStripe(secretKey);
	started.rows.set(INVOICE, {
		id: INVOICE,
		object: 'invoice',
		status: 'draft',
		customer: CUSTOMER,
		created: 1_700_000_000,
		currency: 'eur',
		metadata: {},
	});
	return started;
};

const common = {
	start,
	stand,
	set: (row, field, value) => void (row[field] = value),
	match: 'externalId',
	text: 'description',
	contract: { name: 'stripe', base: '/v1' },
} satisfies Partial<DestinationOf>;

export const destinations: DestinationOf[] = [
	{
		...common,
		name: 'Stripe draft invoices',
		object: 'invoice',
		of: ({ object }) => object === 'invoice',
		fields: (n) => ({
			externalId: `R ${n}`,
			customer: CUSTOMER,
			currency: 'EUR',
			collectionMethod: 'send_invoice',
			dueDate: '2026-12-24T12:00:00.500Z',
			description: `Order ${n}`,
		}),
		foreign: 'footer',
		bad: { customer: 'cus_of_nobody' },
		absentId: 'in_none',
	},
	{
		...common,
		name: 'Stripe invoice items',
		object: 'invoiceItem',
		of: ({ object }) => object === 'invoiceitem',
		fields: (n) => ({
			externalId: `R ${n}/1`,
			customer: CUSTOMER,
			invoice: INVOICE,
			amount: 1999,
			currency: 'EUR',
			description: `Chair ${n}`,
		}),
		foreign: 'metadata.note',
		bad: { customer: CUSTOMER, invoice: 'in_of_nobody', amount: 1, currency: 'eur' },
		absentId: 'ii_none',
	},
];
