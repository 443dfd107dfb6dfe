/**
 * Klaviyo: profiles and catalog items.
 *
 * From Klaviyo's OpenAPI document, revision 2026-07-15: JSON:API throughout, the `revision` header is required; null
 * clears a value, and what is not sent stays; `profile-import` creates or updates (201 or 200); a profile cannot be
 * deleted by the ordinary API, suppressing it ends all marketing mail; pages of up to 100 behind `links.next`. A catalog
 * item's id is `$custom:::$default:::` and the item's own; it is created with that and never changes it.
 */
import type { Find, ObjectDefinition, Paged, SystemDefinition, Value, Write } from '../connectors/rest/definition';
import { isObject } from '../connectors/rest/records/values';
import { without } from './parts';

const MEDIA = 'application/vnd.api+json';

/** Klaviyo keeps mail addresses in lower case. */
export const lower = (value: Value): Value => (typeof value === 'string' ? value.trim().toLowerCase() : value);

/** The custom property that says that a sync keeps the profile. */
const MARK = 'managed_by';
const SAYS = 'one-way sync';

const NOT_THE_MARK = new RegExp(`^(?!${MARK}$)`, 'u');

/** Custom properties but for the mark, which is nobody's; without any there is nothing. What is somebody's stays. */
export const unmarked = (value: Value): Value =>
	isObject(value) ? without(value, value[MARK] === SAYS ? [MARK] : []) : value;

const list = (path: string, query: Record<string, string>): Paged => ({
	request: { method: 'GET', path, query },
	items: 'data',
	pages: { kind: 'next link', size: 100, next: 'links.next' },
});

const find = (field: string, attribute: string): Find => ({
	field,
	list: list('/profiles', { filter: `any(${attribute},{values|json})`, 'page[size]': '{size}' }),
	most: 100,
	by: 'exact',
});

const create = (path: string, type: string): Write => ({
	request: { method: 'POST', path, media: MEDIA, body: { data: { type, attributes: '{fields}' } } },
	sends: 'changed',
	empty: 'null',
	answer: { record: 'data', id: 'data.id' },
});

const update = (path: string, type: string): Write => ({
	...create(path, type),
	request: { method: 'PATCH', path, media: MEDIA, body: { data: { type, id: '{id}', attributes: '{fields}' } } },
});

const text = (name: string) => ({ kind: 'text', read: `attributes.${name}`, write: name }) as const;

const profile: ObjectDefinition = {
	displayName: 'Profile',
	label: 'email',
	id: 'id',
	updatedAt: 'attributes.updated',
	fields: {
		email: { ...text('email'), spell: lower },
		phoneNumber: { ...text('phone_number'), type: 'in international form, +49…' },
		externalId: text('external_id'),
		firstName: text('first_name'),
		lastName: text('last_name'),
		organization: text('organization'),
		title: text('title'),
		locale: text('locale'),
		image: { ...text('image'), type: 'address of a picture' },
		city: { kind: 'text', read: 'attributes.location.city', write: 'location.city' },
		country: { kind: 'text', read: 'attributes.location.country', write: 'location.country' },
		region: { kind: 'text', read: 'attributes.location.region', write: 'location.region' },
		zip: { kind: 'text', read: 'attributes.location.zip', write: 'location.zip' },
		address1: { kind: 'text', read: 'attributes.location.address1', write: 'location.address1' },
		address2: { kind: 'text', read: 'attributes.location.address2', write: 'location.address2' },
		properties: {
			kind: 'json',
			type: 'all custom properties; one alone: properties.NAME',
			read: 'attributes.properties',
			write: 'properties',
			spell: unmarked,
		},
	},
	// One custom property alone, while the others are somebody else's: what is not sent stays.
	moreFields: { under: 'attributes.properties', within: 'properties', only: NOT_THE_MARK },
	read: {
		list: list('/profiles', { sort: 'created', 'page[size]': '{size}' }),
		get: { request: { method: 'GET', path: '/profiles/{id}' }, record: 'data' },
		batch: { list: list('/profiles', { filter: 'any(id,{ids|json})', 'page[size]': '{size}' }), most: 100 },
		find: [find('email', 'email'), find('externalId', 'external_id'), find('phoneNumber', 'phone_number')],
		changedSince: {
			list: list('/profiles', {
				filter: 'greater-than(updated,{since})',
				sort: 'updated',
				'page[size]': '{size}',
			}),
			form: 'ISO',
			overlap: 120,
			watermark: 'updatedAt',
			tellsRemovals: false,
		},
		detail: 'none',
		removed: 'absent from the list',
	},
	write: {
		create: create('/profile-import', 'profile'),
		update: update('/profiles/{id}', 'profile'),
		batches: [],
		removal: [
			{
				step: 'deactivate',
				reversible: true,
				sideEffects:
					'A suppressed profile gets no marketing mail whatever it has agreed to; it stays and is billed no more.',
				task: 'Suppress {name} in Klaviyo (Audience, Profiles, the profile, Suppress): the sync writes no consent.',
			},
			{
				step: 'delete',
				reversible: false,
				sideEffects: 'All that is known of the person is erased and cannot be had back.',
				task: 'Delete {name} in Klaviyo (Settings, Other, Data privacy): its API deletes profiles only as a privacy request.',
			},
		],
		idempotency: 'none',
		conditional: 'none',
		mark: { path: `properties.${MARK}`, text: SAYS, says: `${MARK} among its custom properties` },
		isEmpty: 'by the list',
	},
};

const catalogItem: ObjectDefinition = {
	displayName: 'Catalog Item',
	label: 'attributes.title',
	id: 'id',
	updatedAt: 'attributes.updated',
	fields: {
		externalId: { kind: 'text', read: 'attributes.external_id', write: { create: 'external_id' }, required: true },
		title: { ...text('title'), required: true },
		description: { ...text('description'), required: true },
		url: { ...text('url'), required: true },
		price: { kind: 'number', read: 'attributes.price', write: 'price' },
		imageFullUrl: text('image_full_url'),
		imageThumbnailUrl: text('image_thumbnail_url'),
		images: { kind: 'json', type: 'list of addresses of pictures', read: 'attributes.images', write: 'images' },
		customMetadata: { kind: 'json', read: 'attributes.custom_metadata', write: 'custom_metadata' },
		published: { kind: 'yes/no', read: 'attributes.published', write: 'published' },
	},
	moreFields: 'none',
	read: {
		list: list('/catalog-items', { sort: 'created', 'page[size]': '{size}' }),
		get: { request: { method: 'GET', path: '/catalog-items/{id}' }, record: 'data' },
		batch: 'none',
		find: [
			{
				field: 'externalId',
				list: list('/catalog-items', {
					filter: 'any(ids,["$custom:::$default:::{value}"])',
					'page[size]': '{size}',
				}),
				most: 1,
				by: 'exact',
			},
		],
		changedSince: 'none',
		detail: 'none',
		removed: 'absent from the list',
	},
	write: {
		create: create('/catalog-items', 'catalog-item'),
		update: update('/catalog-items/{id}', 'catalog-item'),
		batches: [],
		removal: [
			{
				step: 'deactivate',
				reversible: true,
				set: { field: 'published', to: false, back: true },
				sideEffects: 'An unpublished item is not shown in mails any more.',
			},
			{
				step: 'delete',
				reversible: false,
				request: { method: 'DELETE', path: '/catalog-items/{id}' },
				sideEffects: 'Its variants are deleted with it.',
			},
		],
		idempotency: 'none',
		conditional: 'none',
		mark: 'none',
		isEmpty: 'by the list',
	},
};

export const klaviyo: SystemDefinition = {
	name: 'klaviyo',
	displayName: 'Klaviyo',
	aliases: ['email marketing', 'newsletter', 'profiles', 'catalog'],
	docs: 'https://developers.klaviyo.com/en/reference/api_overview',
	proven: { by: 'vendor contract', against: "Klaviyo's OpenAPI document, revision 2026-07-15" },
	needs: 'A private key with the scopes profiles and catalogs, read and write',
	editing: 'Give people the role Analyst or Content creator (Settings, Users): they cannot edit profiles.',
	credentials: [
		{
			type: 'httpHeaderAuth',
			hint: 'Name: Authorization. Value: Klaviyo-API-Key, a space, and the private key (Settings, API keys).',
			auth: 'by n8n',
		},
	],
	base: 'https://a.klaviyo.com/api',
	settings: {},
	headers: { revision: '2026-07-15', accept: MEDIA },
	encoding: 'json',
	limits: {
		windows: [
			{ requests: 10, seconds: 1 },
			{ requests: 150, seconds: 60 },
		],
		concurrent: 3,
		headers: [{ remaining: 'ratelimit-remaining', reset: 'ratelimit-reset', unit: 'seconds' }],
		retryAfter: 'retry-after',
		penalty: 10,
	},
	errors: {
		message: ['errors[0].detail', 'errors[0].title'],
		field: 'errors[0].source.pointer',
		rules: [
			{ status: 409, means: 'duplicate' },
			{ status: 400, where: [{ path: 'errors[0].code', is: ['duplicate_profile'] }], means: 'duplicate' },
			{
				status: 403,
				means: 'denied',
				todo: 'Give the private key the scopes that it lacks (Settings, API keys).',
			},
		],
	},
	objects: { profile, catalogItem },
};
