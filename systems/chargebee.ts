/**
 * Chargebee: customers, items and item prices, as destinations and as sources, over API v2 and its product catalog 2.0.
 *
 * From Chargebee's reference (apidocs.chargebee.com) and the words of its own client: bodies are forms with brackets; each
 * record stands under its kind's name; IDs are given on create and unique (`duplicate_entry`); pages of up to 100 behind an
 * opaque `next_offset`; lists filter by `id[in]`, `updated_at[after]` and sort by what is named here. *Update billing info*
 * is an assignment: what of address and VAT number is not sent is removed. *Delete a customer* is done some minutes later
 * and takes all that is billed along; an archived item stays with the subscriptions that have it. *Idempotent requests*:
 * keys of up to 100 characters, known for 30 minutes. *What are the Chargebee API limits*: 150 requests a minute for test
 * sites and the smallest plan, 1,000 and more for others; 429 for one too many, and for two at once to one record.
 */
import type {
	FieldDefinition,
	ObjectDefinition,
	Paged,
	Request,
	SystemDefinition,
	Value,
	Writing,
} from '../connectors/rest/definition';
import { plainly } from './parts';

const ADDRESS = 'first_name,last_name,email,company,phone,line1,line2,line3,city,state_code,state,zip,country'.split(
	',',
);

const some = (value: Value | undefined, names: string[]): Record<string, Value> =>
	Object.fromEntries(
		names.flatMap((name) => {
			const one = value && typeof value === 'object' && !Array.isArray(value) ? value[name] : null;
			return one === undefined || one === null || one === '' ? [] : [[name, one]];
		}),
	);

/** VAT number and billing address, as far as they say something; nothing is no value. */
export function billingInfo(value: Value): Value {
	const { vat_number, billing_address } = some(value, ['vat_number', 'billing_address']);
	const address = some(billing_address, ADDRESS);
	const info = {
		...(vat_number !== undefined && { vat_number }),
		...(Object.keys(address).length > 0 && { billing_address: address }),
	};
	return Object.keys(info).length > 0 ? info : null;
}

const post = (path: string, body?: Request['body']): Request => ({
	method: 'POST',
	path,
	...(body !== undefined && { body }),
});

interface Kind {
	displayName: string;
	/** Around each record. */
	name: string;
	/** What lists can be sorted by and never changes. */
	order: string;
	/** Other fields than the id by which the list filters. */
	find: string[];
	fields: Record<string, FieldDefinition>;
	removal: Writing['removal'];
}

function object({ displayName, name, order, find, fields, removal }: Kind): ObjectDefinition {
	const path = `/${name}s`;
	const list = (query: Record<string, string>): Paged => ({
		request: { method: 'GET', path, query: { ...query, limit: '{size}', offset: '{cursor}' } },
		items: 'list',
		pages: { kind: 'cursor', size: 100, next: 'next_offset' },
	});
	const written = (to: string) => ({
		request: post(to, '{fields}'),
		sends: 'changed' as const,
		empty: 'empty text' as const,
		answer: { record: '', id: `${name}.id` },
	});
	return {
		displayName,
		label: `${name}.${name === 'customer' ? 'email' : 'name'}`,
		id: `${name}.id`,
		updatedAt: `${name}.updated_at`,
		fields,
		moreFields: { under: name, only: /^cf_/u },
		read: {
			list: list({ 'sort_by[asc]': order }),
			get: { request: { method: 'GET', path: `${path}/{id}` }, record: '' },
			batch: { list: list({ 'id[in]': '{ids|json}' }), most: 100 },
			find: [
				{ field: 'id', list: list({ 'id[in]': '{values|json}' }), most: 100, by: 'exact' },
				...find.map((field) => ({
					field,
					list: list({ [`${field}[is]`]: '{value}' }),
					most: 1,
					by: 'exact' as const,
				})),
			],
			changedSince: {
				list: list({ 'updated_at[after]': '{since}', 'sort_by[asc]': 'updated_at' }),
				form: 'unix seconds',
				overlap: 60,
				watermark: 'updatedAt',
				tellsRemovals: false,
			},
			detail: 'none',
			removed: 'absent from the list',
		},
		write: {
			...plainly,
			create: written(path),
			update: written(`${path}/{id}`),
			removal,
			idempotency: {
				header: 'chargebee-idempotency-key',
				maxLength: 100,
				hours: 0.5,
				replayed: 'chargebee-idempotency-replayed',
				on: 'every write',
			},
		},
	};
}

/** A field under its kind's name. */
const field =
	(name: string) =>
	(own: string, kind: FieldDefinition['kind'] = 'text', more: Partial<FieldDefinition> = {}): FieldDefinition => ({
		kind,
		read: `${name}.${own}`,
		write: own,
		...more,
	});
const once = (own: string): Partial<FieldDefinition> => ({ write: { create: own }, required: true });

/** Of items and item prices: they are archived and come back, each by a request of its own. */
function sold(
	name: string,
	own: Record<string, FieldDefinition>,
): Pick<Kind, 'name' | 'order' | 'find' | 'fields' | 'removal'> {
	const of = field(name);
	const status = (value: string) => ({ value, request: post(`/${name}s/{id}`, { status: value }) });
	return {
		name,
		order: 'id',
		find: ['name'],
		fields: {
			id: of('id', 'text', { ...once('id'), maxLength: 100 }),
			name: of('name', 'text', { required: true, maxLength: 100 }),
			externalName: of('external_name', 'text', { maxLength: 100 }),
			description: of('description', 'text', { maxLength: 2000 }),
			status: of('status', 'text', {
				allowed: ['active', 'archived'],
				write: { states: [status('active'), status('archived')] },
			}),
			...own,
		},
		removal: [
			{
				step: 'archive',
				reversible: true,
				set: { field: 'status', to: 'archived', back: 'active' },
				sideEffects: 'It cannot be subscribed to any more; subscriptions that have it go on.',
			},
		],
	};
}

const customer = field('customer');
const item = field('item');
const price = field('item_price');

export const chargebee: SystemDefinition = {
	name: 'chargebee',
	displayName: 'Chargebee',
	aliases: ['billing', 'subscriptions', 'invoices', 'payments'],
	docs: 'https://apidocs.chargebee.com/docs/api',
	proven: {
		by: 'own fake',
		against:
			"a stand-in whose answers Chargebee's own client, chargebee 3.33.0, reads, and the client's schemas for requests",
	},
	needs: 'A full-access API key of the site; items and item prices take product catalog 2.0',
	editing:
		'Give people a role without the rights to edit customers and the product catalog (Settings, Team Members).',
	credentials: [{ type: 'chargebeeApi', auth: { basic: { user: '{credential.apiKey}', password: '' } } }],
	base: 'https://{credential.accountName}.chargebee.com/api/v2',
	settings: {},
	headers: {},
	encoding: 'form',
	limits: {
		windows: [{ requests: 150, seconds: 60 }],
		concurrent: 2,
		headers: [],
		retryAfter: 'retry-after',
		penalty: 60,
	},
	errors: {
		message: ['message'],
		field: 'param',
		rules: [
			{ status: '2xx', where: [{ path: 'customer.deleted', is: [true] }], means: 'absent' },
			{ status: 400, where: [{ path: 'api_error_code', is: ['duplicate_entry'] }], means: 'duplicate' },
			// Not allowed as the record stands.
			{ status: 409, means: 'refused' },
			{
				status: 403,
				means: 'denied',
				todo: 'Use a full-access API key of the site (Settings, Configure Chargebee, API Keys).',
			},
		],
	},
	objects: {
		customer: object({
			displayName: 'Customer',
			name: 'customer',
			order: 'created_at',
			find: ['email', 'company'],
			fields: {
				id: customer('id', 'text', { write: { create: 'id' }, maxLength: 50 }),
				firstName: customer('first_name', 'text', { maxLength: 150 }),
				lastName: customer('last_name', 'text', { maxLength: 150 }),
				email: customer('email', 'text', { maxLength: 70 }),
				phone: customer('phone', 'text', { maxLength: 50 }),
				company: customer('company', 'text', { maxLength: 250 }),
				locale: customer('locale', 'text', { maxLength: 50 }),
				autoCollection: customer('auto_collection', 'text', { allowed: ['on', 'off'] }),
				netTermDays: customer('net_term_days', 'number'),
				taxability: customer('taxability', 'text', { allowed: ['taxable', 'exempt'] }),
				invoiceNotes: customer('invoice_notes', 'text', { maxLength: 2000 }),
				billingInfo: {
					kind: 'json',
					type: `vat_number, and billing_address with ${ADDRESS.join(', ')}; as a whole`,
					read: 'customer',
					fromSystem: billingInfo,
					spell: billingInfo,
					// What belongs to a VAT number and is not ours would be removed as well.
					write: {
						request: post('/customers/{id}/update_billing_info', {
							'...': '{value}',
							...Object.fromEntries(
								['vat_number_prefix', 'registered_for_gst', 'business_customer_without_vat_number'].map(
									(name) => [name, `{record.customer.${name}}`],
								),
							),
						}),
					},
				},
			},
			removal: [
				{
					step: 'delete',
					reversible: false,
					request: post('/customers/{id}/delete', { delete_payment_method: false }),
					later: true,
					sideEffects:
						'Some minutes later its subscriptions, invoices and credit notes are deleted, too, for ever; its means of payment stay at the gateway.',
				},
			],
		}),
		item: object({
			displayName: 'Item',
			...sold('item', {
				type: item('type', 'text', { ...once('type'), allowed: ['plan', 'addon', 'charge'] }),
				itemFamilyId: item('item_family_id', 'text', { required: true, maxLength: 100 }),
				unit: item('unit', 'text', { maxLength: 30 }),
			}),
		}),
		itemPrice: object({
			displayName: 'Item Price',
			...sold('item_price', {
				itemId: price('item_id', 'text', { ...once('item_id'), maxLength: 100 }),
				pricingModel: price('pricing_model', 'text', {
					allowed: ['flat_fee', 'per_unit', 'tiered', 'volume', 'stairstep'],
				}),
				price: price('price', 'number', { type: 'in cents' }),
				currencyCode: price('currency_code', 'text', { type: 'three letters', maxLength: 3 }),
				period: price('period', 'number'),
				periodUnit: price('period_unit', 'text', { allowed: ['day', 'week', 'month', 'year'] }),
			}),
		}),
	},
};
