/**
 * Stripe: customers, products, prices and draft invoices, as a destination and as a source.
 *
 * From Stripe's OpenAPI document (2025-10-15) and the words of its own library: bodies are forms with brackets, JSON is
 * refused; updates touch only what is sent, an empty text unsets; lists go from newest to oldest behind `starting_after`,
 * up to 100 at once, and none filters by time of change; the list of prices holds active ones only; search is late, up to
 * an hour in an outage; a product's id may be given on create, a customer's not; amounts, currency and interval of a price
 * are set for ever; a deleted customer is answered as `{ deleted: true }`; `Idempotency-Key` has up to 255 characters, is
 * known for at least 24 hours, and another body under a known key is refused. 25 requests a second (sandbox, and each
 * resource's default), 100 live: Stripe's support pages.
 */
import type { ObjectDefinition, RemovalStep, SystemDefinition, Value } from '../connectors/rest/definition';
import { invoice, invoiceItem, ONLY_DRAFTS } from './stripe/invoices';
import { byExternalId, currency, externalId, list, statementDescriptor, writing } from './stripe/parts';

const PARTS = ['city', 'country', 'line1', 'line2', 'postal_code', 'state'];

/** An address is written as a whole, so that no part of an old one stays: what is not given is null. */
export function wholeAddress(value: Value): Value {
	if (value === null || typeof value !== 'object' || Array.isArray(value)) return value === '' ? null : value;
	const whole = Object.fromEntries(PARTS.map((part) => [part, value[part] === '' ? null : (value[part] ?? null)]));
	return Object.values(whole).every((part) => part === null) ? null : whole;
}

/** In a form, the parts that are empty are empty texts. */
export function formAddress(value: Value): Value {
	if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([part, text]) => [part, text ?? '']));
}

/** A form cannot say that a list is empty: it is no value, for which Stripe takes an empty text. */
export const someList = (value: Value): Value => (Array.isArray(value) && value.length === 0 ? null : value);

const inactive = (what: string): RemovalStep => ({
	step: 'deactivate',
	reversible: true,
	set: { field: 'active', to: false, back: true },
	sideEffects: `An inactive ${what} cannot be sold any more; subscriptions that have it go on.`,
});

const customer: ObjectDefinition = {
	displayName: 'Customer',
	label: 'name',
	id: 'id',
	updatedAt: false,
	fields: {
		id: { kind: 'text', read: 'id', write: false },
		email: { kind: 'text', read: 'email', write: 'email', maxLength: 512 },
		name: { kind: 'text', read: 'name', write: 'name', maxLength: 256 },
		phone: { kind: 'text', read: 'phone', write: 'phone', maxLength: 20 },
		description: { kind: 'text', read: 'description', write: 'description', maxLength: 5000 },
		address: {
			kind: 'json',
			type: PARTS.join(', '),
			read: 'address',
			write: 'address',
			spell: wholeAddress,
			fromSystem: wholeAddress,
			toSystem: formAddress,
		},
		preferredLocales: {
			kind: 'json',
			type: 'list of languages',
			read: 'preferred_locales',
			write: 'preferred_locales',
			spell: someList,
		},
		taxExempt: { kind: 'text', read: 'tax_exempt', write: 'tax_exempt', allowed: ['none', 'exempt', 'reverse'] },
		externalId,
	},
	moreFields: 'any path',
	read: {
		list: list('/customers'),
		get: { request: { method: 'GET', path: '/customers/{id}' }, record: '' },
		batch: 'none',
		find: [
			// The filter heeds upper and lower case.
			{ field: 'email', list: list('/customers', { email: '{value}' }), most: 1, by: 'exact' },
			byExternalId('/customers'),
		],
		changedSince: 'none',
		detail: 'none',
		removed: { path: 'deleted', is: [true] },
	},
	write: writing('/customers', [
		{
			step: 'delete',
			reversible: false,
			request: { method: 'DELETE', path: '/customers/{id}' },
			sideEffects: 'The customer is gone for ever, and its subscriptions are cancelled at once.',
		},
	]),
};

const product: ObjectDefinition = {
	displayName: 'Product',
	label: 'name',
	id: 'id',
	updatedAt: 'updated',
	fields: {
		id: { kind: 'text', read: 'id', write: { create: 'id' }, maxLength: 5000 },
		name: { kind: 'text', read: 'name', write: 'name', required: true, maxLength: 5000 },
		description: { kind: 'text', read: 'description', write: 'description', maxLength: 40_000 },
		active: { kind: 'yes/no', read: 'active', write: 'active' },
		images: {
			kind: 'json',
			type: 'list of addresses of pictures, at most 8; Stripe fetches them',
			read: 'images',
			write: 'images',
			spell: someList,
		},
		url: { kind: 'text', read: 'url', write: 'url', maxLength: 5000 },
		unitLabel: { kind: 'text', read: 'unit_label', write: 'unit_label', maxLength: 12 },
		statementDescriptor,
		taxCode: { kind: 'text', read: 'tax_code', write: 'tax_code' },
		externalId,
	},
	moreFields: 'any path',
	read: {
		list: list('/products'),
		get: { request: { method: 'GET', path: '/products/{id}' }, record: '' },
		batch: { list: list('/products', { 'ids[]': '{ids}' }), most: 100 },
		find: [
			{ field: 'id', list: list('/products', { 'ids[]': '{values}' }), most: 100, by: 'exact' },
			byExternalId('/products'),
		],
		changedSince: 'none',
		detail: 'none',
		removed: { path: 'deleted', is: [true] },
	},
	write: writing('/products', [
		inactive('product'),
		{
			step: 'delete',
			reversible: false,
			request: { method: 'DELETE', path: '/products/{id}' },
			sideEffects: 'The product is gone for ever; Stripe refuses while it has prices.',
		},
	]),
};

const price: ObjectDefinition = {
	displayName: 'Price',
	label: 'nickname',
	id: 'id',
	updatedAt: false,
	fields: {
		id: { kind: 'text', read: 'id', write: false },
		product: {
			kind: 'text',
			type: 'ID of a product',
			read: 'product',
			write: { create: 'product' },
			required: true,
		},
		currency: { ...currency, required: true },
		unitAmount: { kind: 'number', type: 'in cents', read: 'unit_amount', write: { create: 'unit_amount' } },
		interval: {
			kind: 'text',
			read: 'recurring.interval',
			write: { create: 'recurring.interval' },
			allowed: ['day', 'week', 'month', 'year'],
		},
		intervalCount: {
			kind: 'number',
			read: 'recurring.interval_count',
			write: { create: 'recurring.interval_count' },
		},
		lookupKey: { kind: 'text', read: 'lookup_key', write: 'lookup_key', maxLength: 200 },
		nickname: { kind: 'text', read: 'nickname', write: 'nickname', maxLength: 5000 },
		active: { kind: 'yes/no', read: 'active', write: 'active' },
	},
	moreFields: 'any path',
	read: {
		list: list('/prices'),
		get: { request: { method: 'GET', path: '/prices/{id}' }, record: '' },
		batch: 'none',
		find: [{ field: 'lookupKey', list: list('/prices', { 'lookup_keys[0]': '{value}' }), most: 1, by: 'exact' }],
		changedSince: 'none',
		detail: 'none',
		removed: 'absent from the list',
	},
	write: writing('/prices', [inactive('price')]),
};

export const stripe: SystemDefinition = {
	name: 'stripe',
	displayName: 'Stripe',
	aliases: ['billing', 'payments', 'subscriptions', 'invoices'],
	docs: 'https://docs.stripe.com/api',
	proven: {
		by: 'stateful stand-in',
		against:
			"stripe-stateful-mock 0.0.16, and Stripe's OpenAPI document of 2025-10-15; invoices and their items: that document, and a stand-in of ours",
	},
	needs: 'A secret key, or a restricted key that may write the objects in question',
	editing:
		'Give people the roles Analyst, Support or View only (Settings, Team): they see customers, products and invoices and cannot edit them.',
	credentials: [{ type: 'stripeApi', auth: 'by n8n' }],
	base: 'https://api.stripe.com/v1',
	settings: {},
	headers: {},
	encoding: 'form',
	limits: {
		windows: [{ requests: 25, seconds: 1 }],
		concurrent: 4,
		headers: [],
		retryAfter: 'retry-after',
		penalty: 2,
	},
	errors: {
		message: ['error.message'],
		field: 'error.param',
		rules: [
			{ status: '2xx', where: [{ path: 'deleted', is: [true] }], means: 'absent' },
			{ status: 404, where: [{ path: 'error.code', is: ['resource_missing'] }], means: 'absent' },
			{ status: 400, where: [{ path: 'error.code', is: ['resource_already_exists'] }], means: 'duplicate' },
			// Two requests at once under one key; the second may be asked again.
			{ status: 409, means: 'unavailable' },
			{ status: 402, means: 'refused' },
			...ONLY_DRAFTS,
			{
				status: 403,
				means: 'denied',
				todo: 'Give the restricted key the right to write these objects (Developers, API keys).',
			},
		],
	},
	objects: { customer, product, price, invoice, invoiceItem },
};
