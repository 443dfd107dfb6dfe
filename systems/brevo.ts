/**
 * Brevo: contacts, by their address or a key of ours.
 *
 * From Brevo's reference (developers.brevo.com/reference, pages get-contacts, create-contact, update-contact and
 * update-batch-contacts) and the words of its own client: up to 1,000 a page, in the order of creation, with `count`; a
 * contact is had by its id, its address, or `ext_id` with `identifierType`; an update takes what is sent and answers 204
 * without a body; lists are joined by `listIds` and left by `unlinkListIds`; an address changes as the attribute EMAIL; a
 * value of another type than the attribute's is left out without a word, which reading back shows. From its page on rate
 * limits: 10 requests a second and 36,000 an hour for contacts, told of by `x-sib-ratelimit-*`. One unknown contact fails
 * a whole batch of updates, which does not say for how many it is: it is not used.
 */
import type { Fields, Find, Paged, Request, SystemDefinition, Value } from '../connectors/rest/definition';
import { lower } from './klaviyo';
import { plainly, text, time, truth } from './parts';

const contacts = (query: Record<string, string> = {}): Paged => ({
	request: {
		method: 'GET',
		path: '/contacts',
		query: { ...query, sort: 'asc', limit: '{size}', offset: '{offset}' },
	},
	items: 'contacts',
	pages: { kind: 'offset', size: 1000, first: 0, total: 'count' },
});

const one = (method: Request['method'], kind = 'contact_id'): Request => ({
	method,
	path: '/contacts/{id}',
	query: { identifierType: kind },
});

const find = (field: string, kind: string): Find => ({
	field,
	list: { request: { ...one('GET', kind), path: '/contacts/{value}' }, items: '', pages: { kind: 'none' } },
	most: 1,
	by: 'exact',
});

/** An update takes the address among the attributes. */
export const addressInside = ({ email, ...fields }: Fields): Value => {
	if (email === undefined) return fields;
	return { ...fields, attributes: { ...(fields.attributes as Fields | undefined), EMAIL: email } };
};

const joined = (member: string): Request => ({ ...one('PUT'), body: { [member]: ['{member|number}'] } });

const write = { sends: 'changed', empty: 'empty text' } as const;

export const brevo: SystemDefinition = {
	name: 'brevo',
	displayName: 'Brevo',
	aliases: ['Sendinblue', 'email marketing', 'newsletter', 'contacts'],
	docs: 'https://developers.brevo.com/reference/get-contacts',
	proven: {
		by: 'own fake',
		against: "a stand-in whose answers Brevo's own client, @getbrevo/brevo 6.0.3, reads",
	},
	needs: 'An API key; where the account allows certain IP addresses only, that of n8n among them',
	editing:
		'Take the permission Create/edit/delete contacts, and Import contacts, away from people (Users, Permissions).',
	credentials: [{ type: 'sendInBlueApi', auth: 'by n8n' }],
	base: 'https://api.brevo.com/v3',
	settings: {},
	headers: {},
	encoding: 'json',
	limits: {
		windows: [
			{ requests: 10, seconds: 1 },
			{ requests: 36_000, seconds: 3600 },
		],
		concurrent: 5,
		headers: [{ remaining: 'x-sib-ratelimit-remaining', reset: 'x-sib-ratelimit-reset', unit: 'seconds' }],
		retryAfter: 'x-sib-ratelimit-reset',
		penalty: 10,
	},
	errors: {
		message: ['message'],
		rules: [
			{ status: 400, where: [{ path: 'code', is: ['duplicate_parameter'] }], means: 'duplicate' },
			{ status: [400, 404], where: [{ path: 'code', is: ['document_not_found'] }], means: 'absent' },
		],
	},
	objects: {
		contact: {
			displayName: 'Contact',
			label: 'email',
			id: 'id',
			updatedAt: 'modifiedAt',
			fields: {
				email: { ...text('email', 'email'), spell: lower },
				extId: { ...text('attributes.EXT_ID', 'ext_id'), type: 'a key of the source' },
				emailBlacklisted: {
					...truth('emailBlacklisted', 'emailBlacklisted'),
					type: 'gets no campaigns; also of those who unsubscribed',
				},
				smsBlacklisted: truth('smsBlacklisted', 'smsBlacklisted'),
				listIds: {
					kind: 'json',
					type: 'list of ids of lists',
					read: 'listIds',
					write: { add: joined('listIds'), remove: joined('unlinkListIds') },
					unordered: true,
				},
				modifiedAt: time('modifiedAt'),
			},
			moreFields: {
				list: {
					request: { method: 'GET', path: '/contacts/attributes' },
					items: 'attributes',
					pages: { kind: 'none' },
				},
				only: [{ path: 'category', is: ['normal'] }],
				name: '{name}',
				type: 'type',
				kinds: { float: 'number', boolean: 'yes/no', date: 'date', 'multiple-choice': 'json' },
				read: 'attributes.{name}',
				write: 'attributes.{name}',
			},
			read: {
				list: contacts(),
				get: { request: one('GET'), record: '' },
				batch: { list: contacts({ ids: '{ids}' }), most: 20 },
				find: [find('email', 'email_id'), find('extId', 'ext_id')],
				changedSince: {
					list: contacts({ modifiedSince: '{since}' }),
					form: 'ISO',
					overlap: 120,
					watermark: 'updatedAt',
					tellsRemovals: false,
				},
				detail: 'none',
				removed: 'absent from the list',
			},
			write: {
				...plainly,
				create: {
					...write,
					request: { method: 'POST', path: '/contacts', body: { '...': '{fields}', updateEnabled: false } },
					answer: { record: false, id: 'id' },
				},
				update: {
					...write,
					request: { ...one('PUT'), body: '{fields}' },
					as: addressInside,
					answer: { record: false, id: false },
				},
				removal: [
					{
						step: 'deactivate',
						reversible: true,
						set: { field: 'emailBlacklisted', to: true, back: false },
						sideEffects:
							'A blocklisted contact gets no campaign and keeps its lists; on return it gets them again, whatever it chose meanwhile.',
					},
					{
						step: 'delete',
						reversible: false,
						request: one('DELETE'),
						sideEffects: 'Its attributes, lists and statistics are erased, and that it had unsubscribed.',
					},
				],
			},
		},
	},
};
