/**
 * Stripe's invoices as drafts, and the items on them. Nothing here finalises one: a person does, in Stripe.
 *
 * From Stripe's OpenAPI document and the words of its own library (23.1.0): a draft is edited and deleted freely; once an
 * invoice is finalised, its amounts, its way of collection and most of its details stay, it cannot be deleted, and only
 * voiding ends it; `auto_advance: false` keeps Stripe from finalising it after an hour. `due_date` and `days_until_due` are
 * two ways of saying one thing, of which only the first is shown: the days are counted from it. An item goes to the invoice that it names, as long as
 * that is a draft, at most 250 on each. Items have no search: one is looked for in the list of all.
 */
import type {
	ErrorRule,
	FieldDefinition,
	ObjectDefinition,
	Paged,
	Value,
	Write,
	Writing,
} from '../../connectors/rest/definition';
import { byExternalId, currency, externalId, list, statementDescriptor, write, writing } from './parts';

/** Stripe counts seconds, so that what is finer is no difference. */
export const wholeSeconds = (value: Value): Value =>
	typeof value === 'string' ? value.replace(/\.\d+Z$/u, '.000Z') : value;

/** A moment as Stripe takes it: seconds since 1970. */
export const unixSeconds = (value: Value): Value =>
	typeof value === 'string' ? Math.floor(Date.parse(value) / 1000) : value;

const DAY = 86_400;

/** The days between an invoice's creation and its due date, which is all that Stripe shows of them. */
export function daysUntilDue(record: Value): Value {
	if (record === null || typeof record !== 'object' || Array.isArray(record)) return null;
	const { created, due_date: due } = record;
	return typeof created === 'number' && typeof due === 'number' ? Math.round((due - created) / DAY) : null;
}

const todo =
	'Stripe changes and deletes drafts only, and this invoice is finalised: void or correct it in Stripe, which is for a person to decide, or leave such records out of the scope.';

/**
 * What is refused because an invoice is no draft any more. Stripe documents the code, and its answers do not always have
 * one: then it is told by the text (“Finalized invoices can't be updated in this way”, “You can only delete draft invoices”).
 */
export const ONLY_DRAFTS: ErrorRule[] = [
	{ status: 400, where: [{ path: 'error.code', is: ['invoice_not_editable'] }], means: 'refused', todo },
	{
		status: 400,
		where: [{ path: 'error.message', matches: /\bfinali[sz]ed\b|\bdraft invoices?\b|\bno longer editable\b/iu }],
		means: 'refused',
		todo,
	},
];

const REMOVED = { path: 'deleted', is: [true] };

const invoiceWriting = writing('/invoices', [
	{
		step: 'delete',
		reversible: false,
		request: { method: 'DELETE', path: '/invoices/{id}' },
		sideEffects:
			'A draft is gone for ever; items that are not removed, too, may wait for the customer’s next invoice. A finalised invoice is refused: a person voids it in Stripe.',
	},
]);

/** Whose invoice, or item, it is: said once and for all. */
const customer: FieldDefinition = {
	kind: 'text',
	type: 'ID of a customer',
	read: 'customer',
	write: { create: 'customer' },
	required: true,
	maxLength: 5000,
};

export const invoice: ObjectDefinition = {
	displayName: 'Draft Invoice',
	label: 'description',
	id: 'id',
	updatedAt: false,
	fields: {
		id: { kind: 'text', read: 'id', write: false },
		customer,
		currency,
		collectionMethod: {
			kind: 'text',
			type: 'send_invoice takes daysUntilDue or dueDate',
			read: 'collection_method',
			write: 'collection_method',
			allowed: ['charge_automatically', 'send_invoice'],
		},
		daysUntilDue: {
			kind: 'number',
			type: 'days from its creation',
			read: '',
			write: 'days_until_due',
			fromSystem: daysUntilDue,
		},
		dueDate: {
			kind: 'date and time',
			type: 'instead of daysUntilDue',
			read: 'due_date',
			write: 'due_date',
			spell: wholeSeconds,
			toSystem: unixSeconds,
		},
		description: { kind: 'text', read: 'description', write: 'description', maxLength: 1500 },
		footer: { kind: 'text', read: 'footer', write: 'footer', maxLength: 5000 },
		statementDescriptor,
		externalId,
		status: { kind: 'text', type: 'draft, open, paid, uncollectible, void', read: 'status', write: false },
		number: { kind: 'text', read: 'number', write: false },
		total: { kind: 'number', type: 'in the smallest unit of the currency', read: 'total', write: false },
	},
	// Not any path: a mapping could finalise by one of them.
	moreFields: { under: 'metadata', within: 'metadata', only: /^(?!(?:managed_by|external_id)$)/u },
	read: {
		// Those that are finalised, too: one that left a list of drafts would count as gone, and be made anew.
		list: list('/invoices'),
		get: { request: { method: 'GET', path: '/invoices/{id}' }, record: '' },
		batch: 'none',
		find: [byExternalId('/invoices')],
		changedSince: 'none',
		detail: 'none',
		removed: REMOVED,
	},
	write: {
		...invoiceWriting,
		create: {
			...write('/invoices'),
			request: {
				method: 'POST',
				path: '/invoices',
				// Left alone, Stripe finalises it after an hour; and accounts of before August 2022 put all pending items on it.
				body: { '...': '{fields}', auto_advance: false, pending_invoice_items_behavior: 'exclude' },
			},
		},
	},
};

/** Later versions take and show an item's price in another place (`pricing`); accounts have the version they began with. */
const headers = { 'stripe-version': '2024-06-20' };
const inVersion = <T extends Paged | Write>(one: T): T => ({ ...one, request: { ...one.request, headers } });

const itemWriting: Writing = writing('/invoiceitems', [
	{
		step: 'delete',
		reversible: false,
		request: { method: 'DELETE', path: '/invoiceitems/{id}', headers },
		sideEffects: 'The item leaves its draft for ever; Stripe refuses where the invoice is finalised.',
	},
]);

export const invoiceItem: ObjectDefinition = {
	displayName: 'Invoice Item',
	label: 'description',
	id: 'id',
	updatedAt: false,
	fields: {
		id: { kind: 'text', read: 'id', write: false },
		customer,
		// Without one, an item waits for whichever invoice of the customer comes next.
		invoice: {
			kind: 'text',
			type: 'ID of a draft invoice',
			read: 'invoice',
			write: { create: 'invoice' },
			required: true,
			maxLength: 5000,
		},
		amount: {
			kind: 'number',
			type: 'in the smallest unit of the currency; price instead',
			read: 'amount',
			write: 'amount',
		},
		currency,
		description: { kind: 'text', read: 'description', write: 'description', maxLength: 5000 },
		price: { kind: 'text', type: 'ID of a price', read: 'price.id', write: 'price', maxLength: 5000 },
		quantity: { kind: 'number', type: 'of the price', read: 'quantity', write: 'quantity' },
		externalId,
	},
	moreFields: 'any path',
	read: {
		list: inVersion(list('/invoiceitems')),
		get: { request: { method: 'GET', path: '/invoiceitems/{id}', headers }, record: '' },
		batch: 'none',
		find: [],
		changedSince: 'none',
		detail: 'none',
		removed: REMOVED,
	},
	write: {
		...itemWriting,
		create: inVersion(write('/invoiceitems')),
		update: inVersion(write('/invoiceitems/{id}')),
	},
};
