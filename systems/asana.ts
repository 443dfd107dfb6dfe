/**
 * Asana: tasks and projects, as destinations and as sources.
 *
 * From Asana's OpenAPI document: bodies are wrapped in `data`, answers too; updates touch only what is sent; pages of up to
 * 100 behind `next_page.offset`, and no other fields than those asked for with `opt_fields`; `external.gid` is the caller's
 * own key, seen by the app alone that set it (so by OAuth only), and `external:` before it stands for the task's ID. A
 * deleted task is in the trash for 30 days. 150 requests a minute on free plans, 1,500 on paid ones.
 */
import type {
	FieldDefinition,
	ObjectDefinition,
	Paged,
	SystemDefinition,
	Write,
	Writing,
} from '../connectors/rest/definition';

const TASK = 'name,notes,completed,due_on,start_on,assignee,external,modified_at';
const PROJECT = 'name,notes,archived,due_on,start_on,color,owner,modified_at';

const list = (path: string, query: Record<string, string>): Paged => ({
	request: { method: 'GET', path, query: { ...query, limit: '{size}', offset: '{cursor}' } },
	items: 'data',
	pages: { kind: 'cursor', size: 100, next: 'next_page.offset' },
});

const write = (
	method: 'POST' | 'PUT',
	path: string,
	opt_fields: string,
	more: Record<string, string | string[]> = {},
): Write => ({
	request: { method, path, query: { opt_fields }, body: { data: { '...': '{fields}', ...more } } },
	sends: 'changed',
	empty: 'null',
	answer: { record: 'data', id: 'data.gid' },
});

const writing = (create: Write, update: Write, removal: Writing['removal']): Writing => ({
	create,
	update,
	batches: [],
	removal,
	idempotency: 'none',
	conditional: 'none',
	mark: 'none',
	isEmpty: 'by the list',
});

const same = (name: string, kind: FieldDefinition['kind'] = 'text'): FieldDefinition => ({
	kind,
	read: name,
	write: name,
});

const task: ObjectDefinition = {
	displayName: 'Task',
	label: 'name',
	id: 'gid',
	updatedAt: 'modified_at',
	fields: {
		name: { ...same('name'), required: true },
		notes: { ...same('notes'), type: 'plain text' },
		completed: same('completed', 'yes/no'),
		dueOn: same('due_on', 'date'),
		startOn: same('start_on', 'date'),
		assignee: { kind: 'text', type: 'ID of a person', read: 'assignee.gid', write: 'assignee' },
		externalId: {
			kind: 'text',
			type: 'the key in the source; with OAuth only',
			read: 'external.gid',
			write: { create: 'external.gid' },
		},
	},
	moreFields: 'none',
	read: {
		list: list('/tasks', { project: '{setting.project}', opt_fields: TASK }),
		get: { request: { method: 'GET', path: '/tasks/{id}', query: { opt_fields: TASK } }, record: 'data' },
		batch: 'none',
		find: [],
		changedSince: {
			list: list('/tasks', { project: '{setting.project}', modified_since: '{since}', opt_fields: TASK }),
			form: 'ISO',
			overlap: 60,
			watermark: 'updatedAt',
			tellsRemovals: false,
		},
		detail: 'none',
		removed: 'absent from the list',
	},
	write: writing(
		write('POST', '/tasks', TASK, { projects: ['{setting.project}'] }),
		write('PUT', '/tasks/{id}', TASK),
		[
			{
				step: 'deactivate',
				reversible: true,
				set: { field: 'completed', to: true, back: false },
				sideEffects: 'A completed task leaves the open lists; whoever follows it is told.',
			},
			{
				step: 'delete',
				reversible: false,
				request: { method: 'DELETE', path: '/tasks/{id}' },
				sideEffects: 'It is in the trash of whoever the sync signs in as, and gone for ever after 30 days.',
			},
		],
	),
};

const project: ObjectDefinition = {
	displayName: 'Project',
	label: 'name',
	id: 'gid',
	updatedAt: 'modified_at',
	fields: {
		name: { ...same('name'), required: true },
		notes: { ...same('notes'), type: 'plain text' },
		archived: same('archived', 'yes/no'),
		dueOn: same('due_on', 'date'),
		startOn: same('start_on', 'date'),
		color: same('color'),
		owner: { kind: 'text', type: 'ID of a person', read: 'owner.gid', write: 'owner' },
	},
	moreFields: 'none',
	read: {
		list: list('/projects', { workspace: '{setting.workspace}', opt_fields: PROJECT }),
		get: { request: { method: 'GET', path: '/projects/{id}', query: { opt_fields: PROJECT } }, record: 'data' },
		batch: 'none',
		find: [],
		changedSince: 'none',
		detail: 'none',
		removed: 'absent from the list',
	},
	write: writing(
		write('POST', '/projects', PROJECT, { workspace: '{setting.workspace}' }),
		write('PUT', '/projects/{id}', PROJECT),
		[
			{
				step: 'archive',
				reversible: true,
				set: { field: 'archived', to: true, back: false },
				sideEffects: 'An archived project leaves the lists; its tasks stay.',
			},
			{
				step: 'delete',
				reversible: false,
				request: { method: 'DELETE', path: '/projects/{id}' },
				sideEffects: 'Tasks that are in no other project are hard to find from then on.',
			},
		],
	),
};

export const asana: SystemDefinition = {
	name: 'asana',
	displayName: 'Asana',
	aliases: ['project management', 'tasks', 'projects', 'work management'],
	docs: 'https://developers.asana.com/reference/rest-api-reference',
	proven: { by: 'vendor contract', against: "Asana's OpenAPI document (fc9f8dcf)" },
	needs: 'A personal access token, or OAuth; OAuth where Asana is to keep the key of the source (externalId)',
	editing: 'Give people the role Commenter in the project (Share, Manage members): they cannot edit its tasks.',
	credentials: [
		{ type: 'asanaApi', auth: 'by n8n' },
		{ type: 'asanaOAuth2Api', auth: 'by n8n' },
	],
	base: 'https://app.asana.com/api/1.0',
	settings: {
		project: {
			displayName: 'Project ID',
			description: 'For tasks: the project they are in; the number in its address',
			placeholder: 'e.g. 1204567890123456',
			required: false,
		},
		workspace: {
			displayName: 'Workspace ID',
			description: 'For projects: the workspace they are in',
			placeholder: 'e.g. 1201234567890123',
			required: false,
		},
	},
	headers: { accept: 'application/json' },
	encoding: 'json',
	limits: {
		windows: [{ requests: 150, seconds: 60 }],
		concurrent: 5,
		headers: [],
		retryAfter: 'retry-after',
		penalty: 30,
	},
	errors: {
		message: ['errors[0].message'],
		rules: [
			{ status: 402, means: 'not possible', todo: 'Asana has this on paid plans only.' },
			{ status: 403, means: 'denied', todo: 'Add the user of the token to the project, with the right to edit.' },
		],
	},
	objects: { task, project },
};
