/**
 * Jira Cloud: issues of one project, as a destination and as a source.
 *
 * From Atlassian's OpenAPI document and pages: create answers with id and key alone, an update with 204; a description is a
 * document (ADF), never text; labels have no white space; the search (`/search/jql`, which replaced `/search`) gives
 * `nextPageToken` and `isLast`, no total, wants its fields named, and may be late by seconds to minutes; a new issue's
 * project and type go into its fields. Retry-After with 429. The search is not in the contract that was at hand: it stands
 * as Atlassian's pages describe it.
 */
import type { FieldDefinition, Paged, Request, SystemDefinition } from '../connectors/rest/definition';
import { documentOf, keyOf, labelOf, labelsOf, textOf } from './jira/values';

const ours = 'project = "{setting.project}"';
const search = (jql: string): Paged => ({
	request: {
		method: 'POST',
		looksOnly: true,
		path: '/search/jql',
		body: { jql, fields: ['*navigable'], maxResults: '{size}', nextPageToken: '{cursor}' },
	},
	items: 'issues',
	pages: { kind: 'cursor', size: 100, next: 'nextPageToken', more: { path: 'isLast', is: [true], not: true } },
});

/** One label more, or one less; whatever other labels there are stays. */
const label = (verb: 'add' | 'remove'): Request => ({
	method: 'PUT',
	path: '/issue/{id}',
	body: { update: { labels: [{ [verb]: '{member}' }] } },
});

const fields: Record<string, FieldDefinition> = {
	key: { kind: 'text', type: 'PROJ-1', read: 'key', write: false },
	summary: { kind: 'text', read: 'fields.summary', write: 'summary', required: true, maxLength: 255 },
	description: {
		kind: 'text',
		type: 'plain text',
		read: 'fields.description',
		write: 'description',
		fromSystem: textOf,
		toSystem: documentOf,
	},
	externalId: {
		kind: 'text',
		type: 'the key in the source; kept as a label sync:…',
		read: 'fields.labels',
		write: { create: 'labels' },
		fromSystem: keyOf,
		toSystem: labelOf,
	},
	labels: {
		kind: 'json',
		type: 'list of labels',
		read: 'fields.labels',
		write: { add: label('add'), remove: label('remove') },
		fromSystem: labelsOf,
		unordered: true,
	},
	assignee: { kind: 'text', type: 'account ID', read: 'fields.assignee.accountId', write: 'assignee.accountId' },
	priority: { kind: 'text', read: 'fields.priority.name', write: 'priority.name' },
	dueDate: { kind: 'date', read: 'fields.duedate', write: 'duedate' },
	status: { kind: 'text', read: 'fields.status.name', write: false },
	updated: { kind: 'date and time', read: 'fields.updated', write: false },
};

/** Set with every write: no field of anybody's, and nothing that people see. */
const properties = [{ key: 'one-way-sync', value: { managed_by: 'one-way sync' } }];

export const jira: SystemDefinition = {
	name: 'jira',
	displayName: 'Jira',
	aliases: ['project management', 'issue tracker', 'tickets', 'Atlassian', 'tasks'],
	docs: 'https://developer.atlassian.com/cloud/jira/platform/rest/v3/',
	proven: {
		by: 'vendor contract',
		against: "Atlassian's OpenAPI document for writes; a stand-in of ours for /search/jql",
	},
	needs: 'Jira Cloud; an account that may browse, create, edit and delete issues in the project',
	editing:
		'Take the permissions Edit Issues and Delete Issues from everybody but the account of the sync, in the permission scheme of the project.',
	credentials: [{ type: 'jiraSoftwareCloudApi', auth: 'by n8n', base: '{credential.domain|trimSlash}/rest/api/3' }],
	base: '{credential.domain|trimSlash}/rest/api/3',
	settings: {
		project: {
			displayName: 'Project Key',
			description: 'The key of the project whose issues are meant',
			placeholder: 'e.g. HR',
			required: true,
		},
		issueType: {
			displayName: 'Issue Type',
			description: 'The type of new issues, by its name',
			placeholder: 'e.g. Task',
			required: false,
			default: 'Task',
		},
	},
	headers: { accept: 'application/json' },
	encoding: 'json',
	limits: {
		windows: [{ requests: 10, seconds: 1 }],
		concurrent: 3,
		headers: [{ remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset', unit: 'date' }],
		retryAfter: 'retry-after',
		penalty: 10,
	},
	errors: {
		message: ['errorMessages', 'errors'],
		rules: [
			{
				status: 403,
				means: 'denied',
				todo: 'Give the account the permissions to create, edit and delete issues in this project.',
			},
		],
	},
	objects: {
		issue: {
			displayName: 'Issue',
			label: 'fields.summary',
			id: 'id',
			updatedAt: 'fields.updated',
			fields,
			moreFields: {
				list: { request: { method: 'GET', path: '/field' }, items: '', pages: { kind: 'none' } },
				only: [{ path: 'custom', is: [true] }],
				name: '{id}',
				type: 'schema.type',
				kinds: {
					number: 'number',
					date: 'date',
					datetime: 'date and time',
					array: 'json',
					option: 'json',
					user: 'json',
					any: 'json',
				},
				read: 'fields.{id}',
				write: '{id}',
			},
			read: {
				list: search(`${ours} ORDER BY created ASC`),
				get: { request: { method: 'GET', path: '/issue/{id}' }, record: '' },
				batch: {
					list: {
						request: {
							method: 'POST',
							looksOnly: true,
							path: '/issue/bulkfetch',
							body: { issueIdsOrKeys: '{ids}', fields: ['*navigable'] },
						},
						items: 'issues',
						pages: { kind: 'none' },
					},
					most: 100,
				},
				find: [
					{
						field: 'externalId',
						list: search(`${ours} AND labels in ({values|quotes})`),
						most: 100,
						by: 'search',
						delay: 300,
					},
					{
						field: 'summary',
						// The search looks for words; what comes back is compared.
						list: search(`${ours} AND summary ~ {value|quote|quote}`),
						most: 1,
						by: 'search',
						delay: 300,
					},
				],
				changedSince: 'none',
				detail: 'none',
				removed: 'absent from the list',
			},
			write: {
				create: {
					request: {
						method: 'POST',
						path: '/issue',
						body: {
							fields: {
								'...': '{fields}',
								project: { key: '{setting.project}' },
								issuetype: { name: '{setting.issueType}' },
							},
							properties,
						},
					},
					sends: 'changed',
					empty: 'null',
					answer: { record: false, id: 'id' },
				},
				update: {
					request: { method: 'PUT', path: '/issue/{id}', body: { fields: '{fields}', properties } },
					sends: 'changed',
					empty: 'null',
					answer: { record: false, id: false },
				},
				batches: [
					{
						of: 'create',
						request: { method: 'POST', path: '/issue/bulk', body: { issueUpdates: '{rows}' } },
						row: {
							fields: {
								'...': '{fields}',
								project: { key: '{setting.project}' },
								issuetype: { name: '{setting.issueType}' },
							},
							properties,
						},
						most: 50,
						allOrNone: false,
						results: 'issues',
						matched: { by: 'reading', field: 'externalId' },
						record: false,
						failed: 'none',
						message: [],
						failures: {
							path: 'errors',
							ref: 'failedElementNumber',
							by: 'position',
							message: ['elementErrors.errorMessages', 'elementErrors.errors'],
						},
					},
				],
				removal: [
					{
						step: 'archive',
						reversible: true,
						takes: 'Jira Cloud Premium or Enterprise',
						task: 'Archive the issue “{name}” in Jira (the issue, Actions, Archive), or close it as your project does.',
						sideEffects:
							'An archived issue is out of searches and boards and cannot be edited until it is restored.',
					},
					{
						step: 'delete',
						reversible: false,
						request: { method: 'DELETE', path: '/issue/{id}', query: { deleteSubtasks: 'false' } },
						sideEffects:
							'Comments, attachments and work logs go with it; an issue with sub-tasks is refused.',
					},
				],
				idempotency: 'none',
				conditional: 'none',
				mark: { inRequests: true, says: 'the property one-way-sync of the issue' },
				isEmpty: 'by the list',
			},
		},
	},
};
