/**
 * Pipedrive: deals, persons and organizations, as a source, over API v2.
 *
 * From Pipedrive's reference and the words of its own client: pages of up to 500 behind an opaque cursor, null at the end;
 * `updated_since` takes RFC 3339 and holds the moment itself; the list leaves deleted records out (a deal's status
 * `deleted` is asked for by itself); up to 100 `ids` at once; custom fields stand under `custom_fields` by their hash.
 * Every request costs tokens of a day's budget (a list 20, one record 2), and there is a limit for 2 seconds.
 */
import type { FieldDefinition, ObjectDefinition, Paged, SystemDefinition } from '../connectors/rest/definition';
import { number, text, time } from './parts';

function object(
	displayName: string,
	path: string,
	label: string,
	fields: Record<string, FieldDefinition>,
): ObjectDefinition {
	const list = (query: Record<string, string>): Paged => ({
		request: { method: 'GET', path: `/${path}`, query: { ...query, limit: '{size}', cursor: '{cursor}' } },
		items: 'data',
		pages: { kind: 'cursor', size: 500, next: 'additional_data.next_cursor' },
	});
	return {
		displayName,
		label,
		id: 'id',
		updatedAt: 'update_time',
		fields: {
			id: number('id'),
			...fields,
			ownerId: number('owner_id'),
			addTime: time('add_time'),
			customFields: { kind: 'json', type: 'by their hashes', read: 'custom_fields', write: false },
		},
		moreFields: 'none',
		read: {
			list: list({ sort_by: 'id', sort_direction: 'asc' }),
			get: { request: { method: 'GET', path: `/${path}/{id}` }, record: 'data' },
			batch: { list: list({ ids: '{ids|join:,}' }), most: 100 },
			find: [],
			changedSince: {
				list: list({ updated_since: '{since}', sort_by: 'update_time', sort_direction: 'asc' }),
				form: 'ISO seconds',
				overlap: 60,
				watermark: 'updatedAt',
				tellsRemovals: false,
			},
			detail: 'none',
			removed: { path: 'is_deleted', is: [true] },
		},
		write: 'read only',
	};
}

export const pipedrive: SystemDefinition = {
	name: 'pipedrive',
	displayName: 'Pipedrive',
	aliases: ['CRM', 'deals', 'sales', 'pipeline'],
	docs: 'https://developers.pipedrive.com/docs/api/v1',
	proven: {
		by: 'own fake',
		against: "a stand-in whose answers Pipedrive's own client, pipedrive 33.7.0 (v2), reads",
	},
	needs: 'The API token of a user who sees all deals, persons and organizations',
	editing: 'Pipedrive is a source: people go on editing there.',
	credentials: [
		{ type: 'pipedriveApi', auth: 'by n8n' },
		{ type: 'pipedriveOAuth2Api', auth: 'by n8n' },
	],
	base: 'https://api.pipedrive.com/api/v2',
	settings: {},
	headers: {},
	encoding: 'json',
	limits: {
		windows: [{ requests: 20, seconds: 2 }],
		concurrent: 2,
		headers: [{ remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset', unit: 'seconds' }],
		retryAfter: 'retry-after',
		penalty: 10,
	},
	errors: {
		message: ['error', 'error_info'],
		rules: [
			{ status: '2xx', where: [{ path: 'success', is: [false] }], means: 'refused' },
			{ status: 429, where: [{ path: 'error', matches: /daily|budget/iu }], means: 'quota spent' },
			{
				status: 402,
				means: 'not possible',
				todo: 'Pipedrive asks for a plan that has this; see Billing in its settings.',
			},
		],
	},
	objects: {
		deal: object('Deal', 'deals', 'title', {
			title: text('title'),
			value: number('value'),
			currency: text('currency'),
			status: { ...text('status'), allowed: ['open', 'won', 'lost', 'deleted'] },
			stageId: number('stage_id'),
			pipelineId: number('pipeline_id'),
			personId: number('person_id'),
			organizationId: number('org_id'),
			wonTime: time('won_time'),
			lostTime: time('lost_time'),
		}),
		person: object('Person', 'persons', 'name', {
			name: text('name'),
			firstName: text('first_name'),
			lastName: text('last_name'),
			email: text('emails[primary=true].value'),
			phone: text('phones[primary=true].value'),
			organizationId: number('org_id'),
		}),
		organization: object('Organization', 'organizations', 'name', {
			name: text('name'),
			address: text('address.value'),
		}),
	},
};
