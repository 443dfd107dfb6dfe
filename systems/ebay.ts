/**
 * eBay: a seller's inventory items by their SKUs, over the Inventory API; offers, with prices, are another resource.
 *
 * From eBay's own contract (sell_inventory_v1_oas3.json 1.18.0) and pages (developer.ebay.com/api-docs/sell/inventory,
 * methods createOrReplaceInventoryItem, bulkCreateOrReplaceInventoryItem, bulkGetInventoryItem, getInventoryItems and
 * deleteInventoryItem): an item's id is its SKU, in the address. Both ways to write replace the whole item, and make one
 * where there is none, so that all that stands there is read right before and sent along, and a SKU is looked for before
 * it is created; there is no condition by which eBay would refuse a write over somebody's edit between the two. 25 are read or
 * written at once, each answered with a status of its own (200, or 207 for all); Content-Language is required. Pages of up
 * to 200 are counted from 0 by what is called `offset`. A listing can be revised 250 times a day. An item with quantity 0
 * is out of stock (type ShipToLocationAvailabilityWithAll): its listing stays, hidden from searches, where the seller's
 * Out-of-Stock preference is on, and else ends (user guide, Quantity). Nothing says when an item was changed. The contract
 * calls `aspects` a text where its own example has an object of lists, which is what is sent.
 */
import type { FieldDefinition, Fields, Paged, Request, SystemDefinition, Value } from '../connectors/rest/definition';
import { isObject } from '../connectors/rest/records/values';
import { number, plainly, text } from './parts';

const ITEM = '/inventory_item/{id}';
const spoken = { 'Content-Language': '{setting.language}' };

const bySku = (skus: string): Paged => ({
	request: {
		method: 'POST',
		path: '/bulk_get_inventory_item',
		body: { requests: `{${skus}|wrap:sku}` },
		looksOnly: true,
	},
	items: 'responses',
	within: { record: 'inventoryItem', absent: { path: 'statusCode', is: [404] } },
	pages: { kind: 'none' },
});

/** What has no value is left out, for that empties it; so is what is left with nothing inside. */
export function filled(value: Value): Value {
	if (!isObject(value)) return value;
	return Object.fromEntries(
		Object.entries(value)
			.map(([name, one]): [string, Value] => [name, filled(one)])
			.filter(([, one]) => one !== null && one !== '' && !(isObject(one) && Object.keys(one).length === 0)),
	);
}

const as = (fields: Fields): Value => filled(fields);

const put = (sku: string): Request => ({
	method: 'PUT',
	path: `/inventory_item/${sku}`,
	headers: spoken,
	body: '{fields}',
});

const product = (name: string, more: Partial<FieldDefinition> = {}): FieldDefinition => ({
	...text(`product.${name}`, `product.${name}`),
	...more,
});
const texts = (name: string, type: string): FieldDefinition => product(name, { kind: 'json', type });
const codes = (name: string): FieldDefinition => ({ ...texts(name, 'list of texts'), unordered: true });
const parcel = (path: string, type?: string): FieldDefinition => {
	const place = `packageWeightAndSize.${path}`;
	return type === undefined ? number(place, place) : { ...text(place, place), type };
};

export const ebay: SystemDefinition = {
	name: 'ebay',
	displayName: 'eBay',
	aliases: ['marketplace', 'listings', 'inventory', 'products'],
	docs: 'https://developer.ebay.com/api-docs/sell/inventory/overview.html',
	proven: {
		by: 'vendor contract',
		against: "eBay's OpenAPI document of the Inventory API 1.18.0, and a stand-in of ours",
	},
	needs: 'A production keyset of the eBay Developers Program, and a refresh token of the seller with the scope sell.inventory',
	editing: 'Give team members no permission to publish and revise listings (My eBay, Account, Team access).',
	credentials: [
		{
			type: 'oneWaySyncRefreshTokenApi',
			hint: 'Token URL https://api.ebay.com/identity/v1/oauth2/token, scope https://api.ebay.com/oauth/api_scope/sell.inventory. n8n’s own OAuth2 API cannot sign in there: eBay takes the name of an address (RuName) where OAuth has the address.',
			auth: 'by n8n',
		},
	],
	base: 'https://{setting.host}/sell/inventory/v1',
	settings: {
		host: {
			displayName: 'eBay Host',
			description: 'The host of the API: api.ebay.com, or api.sandbox.ebay.com to try it',
			placeholder: 'e.g. api.ebay.com',
			required: true,
			default: 'api.ebay.com',
		},
		language: {
			displayName: 'eBay Language',
			description: 'The language of the texts, as eBay writes it',
			placeholder: 'e.g. de-DE',
			required: true,
			default: 'en-US',
		},
	},
	headers: {},
	encoding: 'json',
	limits: { windows: [], concurrent: 3, headers: [], retryAfter: 'retry-after', penalty: 60 },
	errors: {
		message: ['errors'],
		rules: [
			{
				status: 403,
				means: 'denied',
				todo: 'See that the refresh token was given with the scope sell.inventory.',
			},
		],
	},
	objects: {
		item: {
			displayName: 'Inventory Item',
			label: 'sku',
			id: 'sku',
			updatedAt: false,
			fields: {
				sku: { ...text('sku', { create: '' }), required: true, maxLength: 50 },
				title: product('title', { maxLength: 80 }),
				subtitle: product('subtitle', { maxLength: 55 }),
				description: product('description', { maxLength: 4000 }),
				brand: product('brand', { maxLength: 65 }),
				mpn: product('mpn', { type: 'the manufacturer’s part number', maxLength: 65 }),
				epid: product('epid', { type: 'eBay’s id of the product; fills in what its catalog knows' }),
				ean: codes('ean'),
				isbn: codes('isbn'),
				upc: codes('upc'),
				imageUrls: texts('imageUrls', 'list of https addresses, in their order'),
				aspects: texts('aspects', 'object of lists of texts: { "Color": ["Blue"] }'),
				condition: { ...text('condition', 'condition'), type: 'NEW, LIKE_NEW, USED_GOOD …' },
				conditionDescription: { ...text('conditionDescription', 'conditionDescription'), maxLength: 1000 },
				quantity: number(
					'availability.shipToLocationAvailability.quantity',
					'availability.shipToLocationAvailability.quantity',
				),
				weight: parcel('weight.value'),
				weightUnit: parcel('weight.unit', 'KILOGRAM, GRAM, POUND or OUNCE'),
				length: parcel('dimensions.length'),
				width: parcel('dimensions.width'),
				height: parcel('dimensions.height'),
				dimensionUnit: parcel('dimensions.unit', 'CENTIMETER, METER, INCH or FEET'),
				packageType: parcel('packageType', 'as eBay’s PackageTypeEnum says'),
				locale: text('locale'),
			},
			// One aspect alone: `product.aspects.Color`.
			moreFields: 'any path',
			read: {
				list: {
					request: { method: 'GET', path: '/inventory_item', query: { limit: '{size}', offset: '{page}' } },
					items: 'inventoryItems',
					pages: { kind: 'page', size: 200, first: 0, total: 'total' },
				},
				get: { request: { method: 'GET', path: ITEM }, record: '' },
				batch: { list: bySku('ids'), most: 25 },
				find: [{ field: 'sku', list: bySku('values'), most: 25, by: 'exact' }],
				changedSince: 'none',
				detail: 'none',
				removed: 'absent from the list',
			},
			write: {
				...plainly,
				looksFirst: 'sku',
				create: {
					request: put('{desired.sku}'),
					sends: 'changed',
					as,
					empty: 'null',
					answer: { record: false, id: false },
				},
				update: {
					request: put('{id}'),
					sends: {
						everything: true,
						without: [
							'sku',
							'locale',
							'groupIds',
							'inventoryItemGroupKeys',
							'availability.shipToLocationAvailability.allocationByFormat',
						],
					},
					as,
					empty: 'null',
					answer: { record: false, id: false },
				},
				batches: (['create', 'update'] as const).map((of) => ({
					of,
					request: {
						method: 'POST',
						path: '/bulk_create_or_replace_inventory_item',
						headers: spoken,
						body: { requests: '{rows}' },
					},
					row: {
						'...': '{fields}',
						sku: of === 'create' ? '{desired.sku}' : '{id}',
						locale: '{setting.language|split:-|join:_}',
					},
					most: 25,
					allOrNone: false,
					results: 'responses',
					matched: of === 'create' ? { by: 'field', field: 'sku' } : { by: 'id', path: 'sku' },
					record: false,
					failed: { path: 'statusCode', is: [200, 201, 204], not: true },
					message: ['errors'],
					judged: { status: 'statusCode', body: '' },
				})),
				removal: [
					{
						step: 'deactivate',
						reversible: true,
						set: { field: 'quantity', to: 0, back: 0 },
						sideEffects:
							'Its listing is out of stock and hidden from searches; it ends where the seller’s Out-of-Stock preference is off. On return it has the quantity that the mapping gives, and none where that gives none.',
					},
					{
						step: 'delete',
						reversible: false,
						request: { method: 'DELETE', path: ITEM },
						sideEffects:
							'Its listings end, its unpublished offers are deleted, and it leaves listings of several variations and its groups.',
					},
				],
			},
		},
	},
};
