/** A small system for tests of the engine: things with an id, a name and a note, behind a fake. */
import type { ObjectDefinition, SystemDefinition, Write } from '../../../connectors/rest/definition';
import type { Given } from '../../../connectors/rest/net/access';

export const create: Write = {
	request: { method: 'POST', path: '/things', body: '{fields}' },
	sends: 'changed',
	empty: 'null',
	answer: { record: '', id: 'id' },
};
export const update: Write = {
	request: { method: 'PATCH', path: '/things/{id}', body: '{fields}' },
	sends: 'changed',
	empty: 'null',
	answer: { record: '', id: false },
};

export const thing = {
	displayName: 'Thing',
	label: 'name',
	id: 'id',
	updatedAt: 'at',
	fields: {
		id: { kind: 'number', read: 'id', write: false },
		name: { kind: 'text', read: 'name', write: 'name', required: true },
		note: { kind: 'text', read: 'note', write: 'note' },
		tags: { kind: 'json', read: 'tags', write: 'tags', unordered: true },
	},
	moreFields: 'none',
	read: {
		list: {
			request: { method: 'GET', path: '/things', query: { limit: '{size}', offset: '{offset}' } },
			items: 'things',
			pages: { kind: 'offset', size: 10, first: 0, total: 'total' },
		},
		get: { request: { method: 'GET', path: '/things/{id}' }, record: '' },
		batch: 'none',
		find: [
			{
				field: 'name',
				list: {
					request: { method: 'GET', path: '/things', query: { name: '{value}' } },
					items: 'things',
					pages: { kind: 'none' },
				},
				most: 1,
				by: 'exact',
			},
		],
		changedSince: 'none',
		detail: 'none',
		removed: 'absent from the list',
	},
	write: {
		create,
		update,
		batches: [],
		removal: [
			{
				step: 'delete',
				reversible: false,
				request: { method: 'DELETE', path: '/things/{id}' },
				sideEffects: 'none',
			},
		],
		idempotency: 'none',
		conditional: 'none',
		mark: 'none',
		isEmpty: 'by the list',
	},
} satisfies ObjectDefinition;

export function system(object: ObjectDefinition = thing, more: Partial<SystemDefinition> = {}): SystemDefinition {
	return {
		name: 'things',
		displayName: 'Things',
		aliases: [],
		docs: '',
		proven: { by: 'own fake', against: 'this test' },
		needs: 'nothing',
		editing: 'nobody edits',
		credentials: [{ type: 'httpBearerAuth', auth: 'by n8n' }],
		base: '{setting.url}',
		settings: {},
		headers: {},
		encoding: 'json',
		limits: { windows: [], concurrent: 3, headers: [], retryAfter: 'retry-after', penalty: 1 },
		errors: { message: ['message'], rules: [] },
		objects: { thing: object },
		...more,
	};
}

/** A token of its own each time, so that no test waits for another's limits. */
let tokens = 0;

export function given(url: string, of: SystemDefinition): Given & { object: string } {
	return {
		system: of,
		object: 'thing',
		type: 'httpBearerAuth',
		credential: { token: `secret-token-${++tokens}` },
		settings: { url },
	};
}
