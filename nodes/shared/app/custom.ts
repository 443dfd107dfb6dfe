/** Custom REST API: the data part of a definition, from the parameters of a node. */
import type { INodeProperties } from 'n8n-workflow';

import type { CredentialUse, Look, Pages, SystemDefinition, Writing } from '../../../connectors/rest/definition';
import { SyncError } from '../../../sync/types';
import { number, text, type Read } from '../parameters';
import { form } from './custom/form';

export const CUSTOM = 'custom';

export const CUSTOM_CREDENTIALS: [CredentialUse, ...CredentialUse[]] = [
	{ type: 'httpHeaderAuth', auth: 'by n8n' },
	{ type: 'httpBearerAuth', auth: 'by n8n' },
	{ type: 'httpBasicAuth', auth: 'by n8n' },
	{ type: 'httpQueryAuth', auth: 'by n8n' },
	{ type: 'oAuth2Api', auth: 'by n8n' },
];

export function customProperties(role: 'source' | 'destination'): INodeProperties[] {
	return form(role).map((property) => ({
		...property,
		displayOptions: { show: { system: [CUSTOM], ...property.displayOptions?.show } },
	}));
}

/** The definition that the parameters describe. Throws {@link SyncError} `setup`. */
export function customSystem(read: Read): SystemDefinition {
	const say = (name: string, otherwise = '') => text(read(name, otherwise)) || otherwise;
	const id = say('customId', 'id');
	const size = number(read('customPageSize', 100), 100, { least: 1, most: 10_000 });
	const look = (name: string): Look => ({
		method: say(`${name}Method`, 'GET') === 'POST' ? 'POST' : 'GET',
		...(say(`${name}Method`, 'GET') === 'POST' && { looksOnly: true }),
		path: needed(say(`${name}Path`), 'Path of the List'),
		query: object(read(`${name}Query`, '{}'), 'Query of the List'),
		...(say(`${name}Method`, 'GET') === 'POST' && { body: object(read(`${name}Body`, '{}'), 'Body of the List') }),
	});
	const list = look('customList');
	const place = list.path.split('?')[0]!;
	const items = say('customItems');
	const pages = pagesOf(read, size);
	const since = object(read('customSinceQuery', '{}'), 'Query for Changes');
	const follows = Object.keys(since).length > 0;
	const find = object(read('customFindQuery', '{}'), 'Query of the Search');
	const definition: SystemDefinition = {
		name: CUSTOM,
		displayName: hostOf(say('customBaseUrl')),
		aliases: [],
		docs: '',
		proven: { by: 'own fake', against: 'nothing but your own test run' },
		needs: 'what the API says',
		editing: 'as the API says',
		credentials: CUSTOM_CREDENTIALS,
		base: needed(say('customBaseUrl'), 'Base URL'),
		settings: {},
		headers: object(read('customHeaders', '{}'), 'Headers') as Record<string, string>,
		encoding: say('customEncoding', 'json') as SystemDefinition['encoding'],
		limits: {
			windows: limitsOf(read),
			concurrent: 2,
			headers: [],
			retryAfter: 'retry-after',
			penalty: 30,
		},
		errors: { message: ['message', 'error.message', 'errors', 'error', 'detail', 'title'], rules: [] },
		objects: {
			record: {
				displayName: `Record of ${place}`,
				place,
				label: say('customLabel', id),
				id,
				updatedAt: say('customUpdatedAt') || false,
				fields: {},
				moreFields: 'any path',
				read: {
					list: { request: list, items, pages },
					get:
						say('customGetPath') === ''
							? 'none'
							: {
									request: { method: 'GET', path: say('customGetPath') },
									record: say('customGetRecord'),
								},
					batch: 'none',
					find:
						say('customFindField') === ''
							? []
							: [
									{
										field: say('customFindField'),
										list: { request: { ...list, query: { ...list.query, ...find } }, items, pages },
										most: 1,
										by: 'search',
									},
								],
					changedSince: follows
						? {
								list: { request: { ...list, query: { ...list.query, ...since } }, items, pages },
								form: 'ISO',
								overlap: 60,
								watermark: say('customUpdatedAt') === '' ? 'request time' : 'updatedAt',
								tellsRemovals: false,
							}
						: 'none',
					detail: 'none',
					removed: 'absent from the list',
				},
				write: writingOf(read),
			},
		},
	};
	return merged(definition, object(read('customMore', '{}'), 'Further Settings'));
}

function writingOf(read: Read): Writing {
	const say = (name: string, otherwise = '') => text(read(name, otherwise)) || otherwise;
	const request = (name: string, method: string, body: string) => ({
		method: say(`${name}Method`, method) as 'POST' | 'PUT' | 'PATCH',
		path: say(`${name}Path`),
		body: object(read(`${name}Body`, '{ "...": "{fields}" }'), body),
	});
	const removed = say('customDeletePath');
	return {
		create:
			say('customCreatePath') === ''
				? 'not possible'
				: {
						request: request('customCreate', 'POST', 'Body to Create'),
						sends: 'changed',
						empty: 'null',
						answer: {
							record: read('customAnswerHasRecord', true) === false ? false : say('customAnswerRecord'),
							id: say('customAnswerId', say('customId', 'id')),
						},
					},
		update:
			say('customUpdatePath') === ''
				? 'not possible'
				: {
						request: request('customUpdate', 'PATCH', 'Body to Update'),
						sends:
							say('customUpdateSends', 'changed') === 'everything'
								? { everything: true, without: [] }
								: 'changed',
						empty: 'null',
						answer: {
							record: read('customAnswerHasRecord', true) === false ? false : say('customAnswerRecord'),
							id: false,
						},
					},
		batches: [],
		removal: [
			removed === ''
				? { step: 'delete', reversible: false, task: 'Remove the record {id} by hand.', sideEffects: 'none' }
				: {
						step: 'delete',
						reversible: false,
						request: { method: 'DELETE', path: removed },
						sideEffects: 'As the API says.',
					},
		],
		idempotency:
			say('customIdempotency') === ''
				? 'none'
				: { header: say('customIdempotency'), maxLength: 64, hours: 24, on: 'create' },
		conditional: 'none',
		mark: 'none',
		isEmpty: 'by the list',
	};
}

function pagesOf(read: Read, size: number): Pages {
	const say = (name: string) => text(read(name, ''));
	const total = say('customTotal') || false;
	const first = number(read('customFirst', 0), 0) === 1 ? 1 : 0;
	switch (say('customPages')) {
		case 'offset':
			return { kind: 'offset', size, first, total };
		case 'page':
			return { kind: 'page', size, first, total };
		case 'cursor':
			return { kind: 'cursor', size, next: needed(say('customNext'), 'Next Is At') };
		case 'lastId':
			return {
				kind: 'last id',
				size,
				last: say('customId') || 'id',
				more: { path: say('customNext'), present: true },
			};
		case 'nextLink':
			return { kind: 'next link', size, next: needed(say('customNext'), 'Next Is At') };
		case 'linkHeader':
			return { kind: 'link header', size };
		default:
			return { kind: 'none' };
	}
}

function limitsOf(read: Read): SystemDefinition['limits']['windows'] {
	const requests = number(read('customLimit', 0), 0);
	return requests > 0 ? [{ requests, seconds: 60 }] : [];
}

function needed(value: string, what: string): string {
	if (value === '') throw new SyncError('setup', `“${what}” is empty.`, { todo: 'Fill it in.' });
	return value;
}

function hostOf(base: string): string {
	return /^https?:\/\/([^/]+)/u.exec(base)?.[1] ?? 'Custom REST API';
}

type Json = NonNullable<Look['query']>;

/** A JSON object that a person has typed into the form under this label. */
function object(given: unknown, label: string): Json {
	if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Json;
	const typed = text(given);
	if (typed === '') return {};
	try {
		const parsed: unknown = JSON.parse(typed);
		if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Json;
	} catch {
		// Said below.
	}
	throw new SyncError('setup', `“${label}” holds no JSON object: ${typed.slice(0, 60)}.`, {
		todo: 'Write it as { "name": "value" }.',
	});
}

/** What a person wrote as JSON goes over what the form says. */
function merged<T extends object>(definition: T, more: Json): T {
	const result = { ...definition } as Record<string, unknown>;
	for (const [name, value] of Object.entries(more)) {
		const known = result[name];
		result[name] = isPlain(known) && isPlain(value) ? merged(known, value as Json) : value;
	}
	return result as T; // the same members, some with other values
}

function isPlain(value: unknown): value is object {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
