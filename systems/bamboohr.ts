/**
 * BambooHR: employees, as a source.
 *
 * From BambooHR's OpenAPI document and reference: with an API key the list of employees is not to be had (OAuth only);
 * *changed since* gives ids by id, with an action (Inserted, Updated, Deleted) and the time of the newest as `latest`, and
 * each employee is then read by its own request. Changes are recorded since 5 June 2011, and every change of a field,
 * of job, status or pay counts. Who left is `Inactive`; only who was deleted is gone. Errors come as a header.
 * BambooHR names no rate limit; it answers 503 (older words of it) or 429 when asked too much.
 */
import type { FieldDefinition, Paged, SystemDefinition } from '../connectors/rest/definition';
import { without } from './parts';

const FIELDS = {
	firstName: 'text',
	lastName: 'text',
	preferredName: 'text',
	displayName: 'text',
	workEmail: 'text',
	homeEmail: 'text',
	workPhone: 'text',
	mobilePhone: 'text',
	jobTitle: 'text',
	department: 'text',
	division: 'text',
	location: 'text',
	supervisor: 'text',
	supervisorEId: 'text',
	employeeNumber: 'text',
	hireDate: 'date',
	terminationDate: 'date',
	status: 'text',
	employmentHistoryStatus: 'text',
} as const;

const changed = (since: string): Paged => ({
	request: { method: 'GET', path: '/employees/changed', query: { since } },
	items: 'employees',
	byId: 'id',
	pages: { kind: 'none' },
});

const one = {
	request: {
		method: 'GET',
		path: '/employees/{id}',
		query: { fields: `${Object.keys(FIELDS).join(',')}{setting.fields|lead:,}` },
	},
	record: '',
} as const;

const fields: Record<string, FieldDefinition> = {
	id: { kind: 'text', read: 'id', write: false },
	more: {
		kind: 'json',
		type: 'the fields of More Fields, by their names',
		read: '',
		write: false,
		fromSystem: (value) => without(value, ['id', 'action', 'lastChanged', ...Object.keys(FIELDS)]),
	},
	...Object.fromEntries(
		Object.entries(FIELDS).map(([name, kind]): [string, FieldDefinition] => [
			name,
			{
				kind,
				read: name,
				write: false,
				// “Not ended” is a day that is no day.
				...(kind === 'date'
					? { fromSystem: (value) => (value === '0000-00-00' || value === '' ? null : value) }
					: {}),
			},
		]),
	),
};

export const bamboohr: SystemDefinition = {
	name: 'bamboohr',
	displayName: 'BambooHR',
	aliases: ['HR', 'employees', 'people', 'human resources'],
	docs: 'https://documentation.bamboohr.com/reference/get-changed-employee-ids',
	proven: {
		by: 'vendor contract',
		against: "BambooHR's OpenAPI document (bhr-api-php at a6a10ca2), and a stand-in of ours",
	},
	needs: 'The API key of a user who may see all employees and the fields in question; employees who were never changed since June 2011 are not told of',
	editing: 'BambooHR is a source: people go on editing there.',
	credentials: [
		{
			type: 'bambooHrApi',
			hint: 'The subdomain, and the API key of a user who may see all employees.',
			auth: { basic: { user: '{credential.apiKey}', password: 'x' } },
		},
	],
	base: 'https://{credential.subdomain}.bamboohr.com/api/v1',
	settings: {
		fields: {
			displayName: 'More Fields',
			description: 'Names of further fields to read, with commas between; up to 400 in all',
			placeholder: 'e.g. customCostCenter,country',
			required: false,
		},
	},
	headers: { accept: 'application/json' },
	encoding: 'json',
	limits: {
		windows: [{ requests: 5, seconds: 1 }],
		concurrent: 2,
		headers: [],
		retryAfter: 'retry-after',
		penalty: 60,
	},
	errors: {
		message: ['error.message', 'message'],
		header: 'x-bamboohr-error-message',
		rules: [
			{ status: 503, means: 'too fast' },
			{
				status: 403,
				means: 'denied',
				todo: 'Use the API key of a user who may see all employees and these fields.',
			},
		],
	},
	objects: {
		employee: {
			displayName: 'Employee',
			label: 'displayName',
			id: 'id',
			updatedAt: 'lastChanged',
			fields,
			moreFields: 'none',
			read: {
				// Everything that was ever changed: BambooHR began to take that down on 5 June 2011.
				list: changed('2011-06-01T00:00:00Z'),
				get: one,
				batch: 'none',
				find: [],
				changedSince: {
					list: changed('{since}'),
					form: 'ISO seconds',
					overlap: 60,
					watermark: { path: 'latest' },
					tellsRemovals: true,
				},
				detail: one,
				removed: { path: 'action', is: ['Deleted'] },
			},
			write: 'read only',
		},
	},
};
