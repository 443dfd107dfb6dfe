/** Redmine: users and projects. */
import type { SystemDefinition, Value, Write } from '../connectors/rest/definition';

const PAGES = { kind: 'offset', size: 100, first: 0, total: 'total_count' } as const;

const create = (path: string, envelope: string, extra: Record<string, string | boolean> = {}): Write => ({
	request: { method: 'POST', path, body: { [envelope]: '{fields}', ...extra } },
	sends: 'changed',
	empty: 'empty text',
	answer: { record: envelope, id: `${envelope}.id` },
});

/** Answers 204 without a body, so that the record is read again. */
const update = (path: string, envelope: string): Write => ({
	request: { method: 'PUT', path, body: { [envelope]: '{fields}' } },
	sends: 'changed',
	empty: 'empty text',
	answer: { record: false, id: false },
});

/** A project's status is 1 while it is open, and 5 when it is closed. */
export const isClosed = (status: Value): Value => status === 5;

export const redmine: SystemDefinition = {
	name: 'redmine',
	displayName: 'Redmine',
	aliases: ['project management', 'issue tracker', 'time tracking', 'projects'],
	docs: 'https://www.redmine.org/projects/redmine/wiki/Rest_api',
	proven: { by: 'real server', against: 'Redmine 5.0.4' },
	needs: 'REST API switched on in the administration; the key of an administrator',
	editing:
		'Users: only administrators edit them, and “Allow users to delete their own account” is switched off. Projects: take “Edit project” out of the roles.',
	credentials: [
		{
			type: 'httpHeaderAuth',
			hint: 'Name: X-Redmine-API-Key. Value: the key of an administrator (My account, API access key).',
			auth: 'by n8n',
		},
	],
	base: '{setting.url|trimSlash}',
	settings: {
		url: {
			displayName: 'Redmine URL',
			description: 'The address of Redmine, as the browser shows it on the first page',
			placeholder: 'e.g. https://redmine.example.com',
			required: true,
		},
	},
	headers: {},
	encoding: 'json',
	// Its projects are a tree that takes one new leaf at a time; two at once can end in a 500.
	limits: { windows: [], concurrent: 1, headers: [], retryAfter: 'retry-after', penalty: 30 },
	errors: {
		message: ['errors'],
		rules: [
			{
				status: 422,
				where: [{ path: 'errors', matches: /has already been taken/iu }],
				means: 'duplicate',
			},
			{
				status: 403,
				means: 'denied',
				todo: 'Use the key of an administrator, and see that the REST API is switched on.',
			},
		],
	},
	objects: {
		user: {
			displayName: 'User',
			label: 'login',
			id: 'id',
			updatedAt: 'updated_on',
			fields: {
				id: { kind: 'number', read: 'id', write: false },
				login: { kind: 'text', read: 'login', write: 'login', required: true, maxLength: 60 },
				firstname: { kind: 'text', read: 'firstname', write: 'firstname', required: true, maxLength: 30 },
				lastname: { kind: 'text', read: 'lastname', write: 'lastname', required: true, maxLength: 255 },
				mail: { kind: 'text', read: 'mail', write: 'mail', required: true, maxLength: 60 },
				admin: { kind: 'yes/no', read: 'admin', write: 'admin' },
				status: { kind: 'number', type: '1 active, 2 registered, 3 locked', read: 'status', write: 'status' },
			},
			moreFields: 'none',
			read: {
				list: {
					request: {
						method: 'GET',
						path: '/users.json',
						// Without an (empty) status only active ones are listed.
						query: { status: '', sort: 'id', limit: '{size}', offset: '{offset}' },
					},
					items: 'users',
					pages: PAGES,
				},
				get: { request: { method: 'GET', path: '/users/{id}.json' }, record: 'user' },
				batch: 'none',
				find: [
					{
						field: 'login',
						list: {
							request: {
								method: 'GET',
								path: '/users.json',
								query: { status: '', name: '{value}', limit: '{size}', offset: '{offset}' },
							},
							items: 'users',
							pages: PAGES,
						},
						most: 1,
						by: 'search',
					},
				],
				changedSince: 'none',
				detail: 'none',
				listLacks: ['status'],
				removed: 'absent from the list',
			},
			write: {
				create: {
					...create('/users.json', 'user'),
					request: {
						method: 'POST',
						path: '/users.json',
						// Nobody signs in with the password; people ask for one of their own.
						body: { user: { '...': '{fields}', generate_password: true }, send_information: false },
					},
				},
				update: update('/users/{id}.json', 'user'),
				batches: [],
				removal: [
					{
						step: 'deactivate',
						reversible: true,
						set: { field: 'status', to: 3, back: 1 },
						sideEffects: 'A locked user cannot sign in and keeps all issues and memberships.',
					},
					{
						step: 'delete',
						reversible: false,
						request: { method: 'DELETE', path: '/users/{id}.json' },
						sideEffects: 'What the user wrote is kept and shown as by “Anonymous”; memberships are lost.',
					},
				],
				idempotency: 'none',
				conditional: 'none',
				mark: 'none',
				isEmpty: 'by the list',
			},
		},
		project: {
			displayName: 'Project',
			label: 'name',
			id: 'id',
			updatedAt: 'updated_on',
			fields: {
				id: { kind: 'number', read: 'id', write: false },
				identifier: {
					kind: 'text',
					read: 'identifier',
					write: { create: 'identifier' },
					required: true,
					maxLength: 100,
				},
				name: { kind: 'text', read: 'name', write: 'name', required: true, maxLength: 255 },
				description: { kind: 'text', read: 'description', write: 'description' },
				homepage: { kind: 'text', read: 'homepage', write: 'homepage', maxLength: 255 },
				is_public: { kind: 'yes/no', read: 'is_public', write: 'is_public' },
				parent_id: { kind: 'number', read: 'parent.id', write: 'parent_id' },
				closed: {
					kind: 'yes/no',
					read: 'status',
					fromSystem: isClosed,
					write: {
						states: [
							{ value: false, request: { method: 'PUT', path: '/projects/{id}/reopen.json' } },
							{ value: true, request: { method: 'PUT', path: '/projects/{id}/close.json' } },
						],
					},
				},
			},
			moreFields: 'none',
			read: {
				list: {
					request: {
						method: 'GET',
						path: '/projects.json',
						query: { limit: '{size}', offset: '{offset}' },
					},
					items: 'projects',
					pages: PAGES,
				},
				get: { request: { method: 'GET', path: '/projects/{id}.json' }, record: 'project' },
				batch: 'none',
				find: [
					{
						// The identifier is as good as the id.
						field: 'identifier',
						list: {
							request: { method: 'GET', path: '/projects/{value}.json' },
							items: 'project',
							pages: { kind: 'none' },
						},
						most: 1,
						by: 'exact',
					},
				],
				changedSince: 'none',
				detail: 'none',
				listLacks: ['homepage'],
				removed: 'absent from the list',
			},
			write: {
				create: create('/projects.json', 'project'),
				update: update('/projects/{id}.json', 'project'),
				batches: [],
				removal: [
					{
						step: 'archive',
						reversible: true,
						set: { field: 'closed', to: true, back: false },
						sideEffects: 'A closed project can be read, and nothing in it can be changed.',
					},
					{
						step: 'delete',
						reversible: false,
						request: { method: 'DELETE', path: '/projects/{id}.json' },
						sideEffects: 'All issues, files, wiki pages and subprojects in it are lost.',
					},
				],
				idempotency: 'none',
				conditional: 'none',
				mark: 'none',
				isEmpty: 'by the list',
			},
		},
	},
};
