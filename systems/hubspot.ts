/**
 * HubSpot: deals, contacts and companies, as a source.
 *
 * From HubSpot's reference and the words of its own client: the list gives 100 at once and, asked for, what is associated;
 * only a search tells what changed, without associations, 200 at once and never more than 10,000 in all, so that a long way goes on from the last
 * time seen; what was written a moment ago comes late there; contacts say `lastmodifieddate`, all others
 * `hs_lastmodifieddate`; values come as texts, and only of properties that were asked for. 100 requests in 10 seconds,
 * 4 searches a second, a quota of a day that the headers tell. Removed records are in the recycle bin, and absent.
 */
import type {
	ChangedSince,
	FieldDefinition,
	Join,
	ObjectDefinition,
	SystemDefinition,
	Value,
} from '../connectors/rest/definition';
import { without } from './parts';

/** HubSpot's numbers come as texts. */
export const numberFromText = (value: Value): Value =>
	typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value || null;

/** So do its yes and no. */
export const truthFromText = (value: Value): Value =>
	value === 'true' ? true : value === 'false' ? false : (value ?? null);

/** A list says `id`, the batch of associations `toObjectId`. */
const textOfId = (one: Value): string | undefined => {
	const id = one !== null && typeof one === 'object' && !Array.isArray(one) ? (one.id ?? one.toObjectId) : undefined;
	return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
};

/** Ids of what is associated: each once, however it is associated. */
export const idsOf = (value: Value): Value =>
	Array.isArray(value) ? [...new Set(value.map((one) => textOfId(one)).filter((id) => id !== undefined))] : [];

const text = (name: string): FieldDefinition => ({ kind: 'text', read: `properties.${name}`, write: false });
const time = (name: string): FieldDefinition => ({ ...text(name), kind: 'date and time' });
const amount = (name: string): FieldDefinition => ({ ...text(name), kind: 'number', fromSystem: numberFromText });
const truth = (name: string): FieldDefinition => ({ ...text(name), kind: 'yes/no', fromSystem: truthFromText });
const associated = (what: string): FieldDefinition => ({
	kind: 'json',
	type: `IDs of ${what}`,
	read: `associations.${what}.results`,
	write: false,
	fromSystem: idsOf,
	unordered: true,
});

const tied = (path: string, to: string): Join => ({
	list: {
		request: {
			method: 'POST',
			looksOnly: true,
			path: `/crm/v4/associations/${path}/${to}/batch/read`,
			body: { inputs: '{ids|wrap:id}' },
		},
		items: 'results',
		pages: { kind: 'none' },
	},
	most: 1000,
	of: 'from.id',
	from: 'to',
	to: `associations.${to}.results`,
	none: [],
});

interface Kind {
	displayName: string;
	/** As it stands in addresses. */
	path: string;
	label: string;
	/** The property that says when it was changed last. */
	changed: string;
	/** What of its associations is read: a search does not tell them, so that these are then asked for, 1,000 at once. */
	associations?: string[];
	fields: Record<string, FieldDefinition>;
}

function object({ displayName, path, label, changed, associations, fields }: Kind): ObjectDefinition {
	const names = [...Object.values(fields).flatMap(({ read }) => (read ? [read] : [])), `properties.${changed}`]
		.filter((read) => read.startsWith('properties.'))
		.map((read) => read.slice('properties.'.length));
	const wanted = `${names.join(',')}{setting.properties|lead:,}`;
	const query: Record<string, string> = {
		properties: wanted,
		...(associations === undefined ? {} : { associations: associations.join(',') }),
	};
	const changedSince: ChangedSince = {
		list: {
			request: {
				method: 'POST',
				looksOnly: true,
				path: `/crm/v3/objects/${path}/search`,
				body: {
					filterGroups: [{ filters: [{ propertyName: changed, operator: 'GTE', value: '{since|text}' }] }],
					sorts: [changed],
					properties: [...names, '{setting.properties|split:,}'],
					limit: '{size}',
					after: '{cursor}',
				},
			},
			items: 'results',
			pages: { kind: 'cursor', size: 200, next: 'paging.next.after' },
			ceiling: 10_000,
		},
		form: 'unix milliseconds',
		// Its index is late, mostly by seconds.
		overlap: 300,
		watermark: 'updatedAt',
		...(associations === undefined ? {} : { then: associations.map((to) => tied(path, to)) }),
		tellsRemovals: false,
	};
	return {
		displayName,
		label,
		id: 'id',
		updatedAt: `properties.${changed}`,
		fields: {
			id: { kind: 'text', read: 'id', write: false },
			...fields,
			more: {
				kind: 'json',
				type: 'the properties of More Properties, by their names',
				read: 'properties',
				write: false,
				fromSystem: (value) => without(value, [...names, 'hs_object_id', 'createdate']),
			},
		},
		moreFields: 'none',
		read: {
			list: {
				request: {
					method: 'GET',
					path: `/crm/v3/objects/${path}`,
					query: { ...query, limit: '{size}', after: '{cursor}' },
				},
				items: 'results',
				pages: { kind: 'cursor', size: 100, next: 'paging.next.after' },
			},
			get: { request: { method: 'GET', path: `/crm/v3/objects/${path}/{id}`, query }, record: '' },
			batch:
				associations === undefined
					? {
							list: {
								request: {
									method: 'POST',
									looksOnly: true,
									path: `/crm/v3/objects/${path}/batch/read`,
									body: {
										inputs: '{ids|wrap:id}',
										properties: [...names, '{setting.properties|split:,}'],
									},
								},
								items: 'results',
								pages: { kind: 'none' },
							},
							most: 100,
						}
					: 'none',
			find: [],
			changedSince,
			detail: 'none',
			removed: { path: 'archived', is: [true] },
		},
		write: 'read only',
	};
}

export const hubspot: SystemDefinition = {
	name: 'hubspot',
	displayName: 'HubSpot',
	aliases: ['CRM', 'deals', 'contacts', 'companies', 'sales'],
	docs: 'https://developers.hubspot.com/docs/api-reference/crm-deals-v3/guide',
	proven: {
		by: 'own fake',
		against: "a stand-in whose answers HubSpot's own client, @hubspot/api-client 14.0.1, reads",
	},
	needs: 'A private app with the scopes to read the objects in question, and crm.objects.*.read of what is associated',
	editing: 'HubSpot is a source: people go on editing there.',
	credentials: [
		{ type: 'hubspotAppToken', auth: 'by n8n' },
		{
			type: 'hubspotOAuth2Api',
			auth: 'by n8n',
			oauth2: { tokenType: 'Bearer', includeCredentialsOnRefreshOnBody: true },
		},
	],
	base: 'https://api.hubapi.com',
	settings: {
		properties: {
			displayName: 'More Properties',
			description:
				'Internal names of further properties to read, with commas between; they are then found in the field “more”',
			placeholder: 'e.g. vat_number,segment',
			required: false,
		},
	},
	headers: {},
	encoding: 'json',
	limits: {
		windows: [
			{ requests: 4, seconds: 1 },
			{ requests: 100, seconds: 10 },
		],
		concurrent: 2,
		headers: [
			{ remaining: 'x-hubspot-ratelimit-remaining' },
			{ remaining: 'x-hubspot-ratelimit-daily-remaining', daily: true },
		],
		retryAfter: 'retry-after',
		penalty: 10,
	},
	errors: {
		message: ['message'],
		field: 'errors[0].context.propertyName[0]',
		rules: [
			{ status: 429, where: [{ path: 'policyName', is: ['DAILY'] }], means: 'quota spent' },
			{
				status: 403,
				means: 'denied',
				todo: 'Give the private app the scopes that it lacks (Settings, Integrations, Private Apps).',
			},
			{ status: 477, means: 'unavailable' },
		],
	},
	objects: {
		deal: object({
			displayName: 'Deal',
			path: 'deals',
			label: 'properties.dealname',
			changed: 'hs_lastmodifieddate',
			associations: ['contacts', 'companies'],
			fields: {
				name: text('dealname'),
				stage: text('dealstage'),
				pipeline: text('pipeline'),
				amount: amount('amount'),
				currency: text('deal_currency_code'),
				closedWon: truth('hs_is_closed_won'),
				closeDate: time('closedate'),
				ownerId: text('hubspot_owner_id'),
				contactIds: associated('contacts'),
				companyIds: associated('companies'),
			},
		}),
		contact: object({
			displayName: 'Contact',
			path: 'contacts',
			label: 'properties.email',
			changed: 'lastmodifieddate',
			fields: {
				email: text('email'),
				firstName: text('firstname'),
				lastName: text('lastname'),
				phone: text('phone'),
				jobTitle: text('jobtitle'),
				lifecycleStage: text('lifecyclestage'),
				ownerId: text('hubspot_owner_id'),
				companyId: text('associatedcompanyid'),
			},
		}),
		company: object({
			displayName: 'Company',
			path: 'companies',
			label: 'properties.name',
			changed: 'hs_lastmodifieddate',
			fields: {
				name: text('name'),
				domain: text('domain'),
				phone: text('phone'),
				street: text('address'),
				city: text('city'),
				zip: text('zip'),
				state: text('state'),
				country: text('country'),
				ownerId: text('hubspot_owner_id'),
			},
		}),
	},
};
