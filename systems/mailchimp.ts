/**
 * Mailchimp: the contacts of one audience, by their address.
 *
 * From Mailchimp's OpenAPI document 3.0.55: `PUT /lists/{list}/members/{hash}` creates or updates, where the hash is the MD5
 * of the address in lower case, and wants `status_if_new`; everywhere else a `contact_id` will do, which stays when the
 * address changes; DELETE archives; `delete-permanent` makes it impossible ever to import the contact again, and is not
 * used; pages of up to 1,000 with `total_items`. From Mailchimp's own words (mailchimp.com/developer/marketing/docs): 10
 * requests under way at once and no headers that tell of it; when it is busy, a 403 can come without JSON. An archived
 * contact is still shown by its address, cannot be archived again (405, like one that is pending or has bounced), and is
 * brought back by a PUT with a `status`. Its batch of 500 does none of that for archived contacts and is not used.
 */
import type { Paged, Request, SystemDefinition, Value } from '../connectors/rest/definition';
import { isObject } from '../connectors/rest/records/values';
import { lower } from './klaviyo';
import { plainly, text, time, truth } from './parts';

const MEMBERS = '/lists/{setting.list}/members';

const members = (query: Record<string, string> = {}): Paged => ({
	request: {
		method: 'GET',
		path: MEMBERS,
		query: { ...query, sort_field: 'timestamp_opt', sort_dir: 'ASC', count: '{size}', offset: '{offset}' },
	},
	items: 'members',
	pages: { kind: 'offset', size: 1000, first: 0, total: 'total_items' },
});

/** Tags as their names. */
export const namesOf = (value: Value): Value =>
	Array.isArray(value) ? value.map((one) => (isObject(one) ? (one.name ?? null) : one)) : value;

const tagged = (status: string): Request => ({
	method: 'POST',
	path: `${MEMBERS}/{id}/tags`,
	body: { tags: [{ name: '{member}', status }] },
});

const write = { sends: 'changed', empty: 'empty text', answer: { record: '', id: 'contact_id' } } as const;

export const mailchimp: SystemDefinition = {
	name: 'mailchimp',
	displayName: 'Mailchimp',
	aliases: ['email marketing', 'newsletter', 'audience', 'contacts'],
	docs: 'https://mailchimp.com/developer/marketing/api/list-members/',
	proven: { by: 'vendor contract', against: "Mailchimp's OpenAPI document 3.0.55, and a stand-in of ours" },
	needs: 'An API key of a user who may manage the audience (Manager, Admin or Owner)',
	editing: 'Give people the user level Author or Viewer (Account & billing, Users): they cannot change contacts.',
	credentials: [
		{ type: 'mailchimpApi', auth: 'by n8n' },
		{
			type: 'mailchimpOAuth2Api',
			hint: 'Server has to be filled in.',
			auth: 'by n8n',
			oauth2: { tokenType: 'Bearer' },
			base: 'https://{setting.server}.api.mailchimp.com/3.0',
		},
	],
	base: 'https://{credential.apiKey|lastPart:-}.api.mailchimp.com/3.0',
	settings: {
		list: {
			displayName: 'Audience ID',
			description: 'Audience, Settings, at the foot of the page',
			placeholder: 'e.g. 5f3a7b2c1d',
			required: true,
		},
		server: {
			displayName: 'Server',
			description: 'With OAuth2 only: what the address in the browser begins with',
			placeholder: 'e.g. us6',
			required: false,
		},
	},
	headers: {},
	encoding: 'json',
	limits: { windows: [], concurrent: 8, headers: [], retryAfter: 'retry-after', penalty: 10 },
	errors: {
		message: ['errors', 'detail', 'title'],
		field: 'errors[0].field',
		rules: [
			{ status: '2xx', where: [{ path: 'status', is: ['archived'] }], means: 'absent' },
			{ status: 403, where: [{ path: 'title', present: false }], means: 'too fast' },
			{ status: 400, where: [{ path: 'title', is: ['Member Exists'] }], means: 'duplicate' },
			{
				status: 400,
				where: [{ path: 'title', is: ['Forgotten Email Not Subscribed'] }],
				means: 'not possible',
				todo: 'The contact was deleted for good: only the person can come back, by a signup form.',
			},
			{
				status: 400,
				where: [{ path: 'title', is: ['Member In Compliance State'] }],
				means: 'not possible',
				todo: 'Whoever unsubscribed or bounced is asked first: map the status pending, or leave the status out.',
			},
			{
				status: 405,
				means: 'not possible',
				todo: 'Mailchimp archives nobody who is pending or has bounced: let the mapping deactivate instead.',
			},
		],
	},
	objects: {
		member: {
			displayName: 'Contact',
			label: 'email_address',
			id: 'contact_id',
			updatedAt: 'last_changed',
			fields: {
				email: { ...text('email_address', 'email_address'), required: true, spell: lower },
				status: {
					...text('status', 'status'),
					type: 'what a person agreed to; map it once, so that people can unsubscribe',
					required: true,
					allowed: ['subscribed', 'unsubscribed', 'pending', 'transactional'],
				},
				language: text('language', 'language'),
				vip: truth('vip', 'vip'),
				tags: {
					kind: 'json',
					type: 'list of names',
					read: 'tags',
					write: { add: tagged('active'), remove: tagged('inactive') },
					unordered: true,
					fromSystem: namesOf,
				},
				emailType: { ...text('email_type', 'email_type'), allowed: ['html', 'text'] },
				lastChanged: time('last_changed'),
			},
			moreFields: {
				list: {
					request: {
						method: 'GET',
						path: '/lists/{setting.list}/merge-fields',
						query: { count: '{size}', offset: '{offset}' },
					},
					items: 'merge_fields',
					pages: { kind: 'offset', size: 1000, first: 0, total: 'total_items' },
				},
				name: '{tag}',
				type: 'type',
				kinds: { number: 'number', address: 'json' },
				read: 'merge_fields.{tag}',
				write: 'merge_fields.{tag}',
				required: { path: 'required', is: [true] },
				allowed: 'options.choices',
			},
			read: {
				list: members(),
				get: { request: { method: 'GET', path: `${MEMBERS}/{id}` }, record: '' },
				batch: 'none',
				find: [
					{
						field: 'email',
						list: {
							request: { method: 'GET', path: `${MEMBERS}/{value|lower|md5}` },
							items: '',
							pages: { kind: 'none' },
						},
						most: 1,
						by: 'exact',
					},
				],
				changedSince: {
					list: members({ since_last_changed: '{since}' }),
					form: 'ISO seconds',
					overlap: 120,
					watermark: 'updatedAt',
					tellsRemovals: false,
				},
				detail: 'none',
				removed: { path: 'status', is: ['archived'] },
			},
			write: {
				...plainly,
				create: {
					...write,
					request: {
						method: 'PUT',
						path: `${MEMBERS}/{desired.email|lower|md5}`,
						body: { '...': '{fields}', status_if_new: '{desired.status}' },
					},
				},
				update: { ...write, request: { method: 'PATCH', path: `${MEMBERS}/{id}`, body: '{fields}' } },
				removal: [
					{
						step: 'deactivate',
						reversible: true,
						set: { field: 'status', to: 'unsubscribed', back: 'subscribed' },
						sideEffects:
							'No campaign reaches whoever is unsubscribed, who is billed all the same; on return Mailchimp may ask for a new consent.',
					},
					{
						step: 'archive',
						reversible: false,
						request: { method: 'DELETE', path: `${MEMBERS}/{record.contact_id}` },
						sideEffects:
							'An archived contact gets no mail and is not billed; what is known of it stays, and a person or a new create brings it back.',
					},
				],
			},
		},
	},
};
