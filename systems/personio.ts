/**
 * Personio: people, as a source, over API v2.
 *
 * From the OpenAPI documents in Personio's reference (developer.personio.de, *List persons*, *Retrieve a person*, *List
 * employments of a given Person*): pages of up to 50, the next one behind `_meta.links.next.href`; several `id`s with commas
 * between; `updated_at.gt` tells which persons changed. What a person does there (position, department, dates) is in
 * employments, which the list names by ID only: the newest comes first, with a request for each person. Nothing says that a
 * changed employment changes the person, so that employees are read as a whole. Who left is `INACTIVE`; only who was
 * deleted is absent. v2 names no rate limit; that of v1 is kept (changelog of 6 May 2024): 300 a minute, 15 a second.
 */
import type { FieldDefinition, ObjectDefinition, Paged, SystemDefinition, Value } from '../connectors/rest/definition';
import { date, number, text, time } from './parts';

/** Custom attributes by their IDs; none is no object. */
export function attributesById(value: Value): Value {
	const pairs = (Array.isArray(value) ? value : []).flatMap((one): [string, Value][] =>
		one !== null && typeof one === 'object' && !Array.isArray(one) && typeof one.id === 'string'
			? [[one.id, one.value ?? null]]
			: [],
	);
	return pairs.length === 0 ? null : Object.fromEntries(pairs);
}

const list = (query: Record<string, string> = {}): Paged => ({
	request: { method: 'GET', path: '/persons', query: { ...query, limit: '{size}' } },
	items: '_data',
	pages: { kind: 'next link', size: 50, next: '_meta.links.next.href' },
});

const person: ObjectDefinition = {
	displayName: 'Person',
	label: 'email',
	id: 'id',
	updatedAt: 'updated_at',
	fields: {
		id: text('id'),
		email: text('email'),
		firstName: text('first_name'),
		lastName: text('last_name'),
		preferredName: text('preferred_name'),
		gender: text('gender'),
		status: { ...text('status'), allowed: ['ACTIVE', 'INACTIVE'] },
		createdAt: time('created_at'),
		more: {
			kind: 'json',
			type: 'custom attributes, by their IDs',
			read: 'custom_attributes',
			write: false,
			fromSystem: attributesById,
		},
	},
	moreFields: 'none',
	read: {
		list: list(),
		get: { request: { method: 'GET', path: '/persons/{id}' }, record: '' },
		batch: { list: list({ id: '{ids|join:,}' }), most: 50 },
		find: [],
		changedSince: {
			list: list({ 'updated_at.gt': '{since}' }),
			form: 'ISO seconds',
			overlap: 60,
			watermark: 'updatedAt',
			tellsRemovals: false,
		},
		detail: 'none',
		removed: 'absent from the list',
	},
	write: 'read only',
};

/** Of the newest employment. */
const of = (field: FieldDefinition): FieldDefinition => ({ ...field, read: `_data[0].${String(field.read)}` });

const employee: ObjectDefinition = {
	...person,
	displayName: 'Employee',
	fields: {
		...person.fields,
		employmentStatus: of({ ...text('status'), allowed: ['ACTIVE', 'ONBOARDING', 'LEAVE', 'INACTIVE'] }),
		employmentType: of({ ...text('type'), allowed: ['INTERNAL', 'EXTERNAL'] }),
		position: of(text('position.title')),
		weeklyHours: of(number('weekly_working_hours')),
		startDate: of(date('employment_start_date')),
		endDate: of(date('employment_end_date')),
		contractEndDate: of(date('contract_end_date')),
		probationEndDate: of(date('probation_end_date')),
		terminationDate: of(date('termination.termination_date')),
		lastWorkingDay: of(date('termination.last_working_day')),
		supervisorId: of(text('supervisor.id')),
		departmentId: of(text('org_units[type=department].id')),
		teamId: of(text('org_units[type=team].id')),
		officeId: of(text('office.id')),
		legalEntityId: of(text('legal_entity.id')),
		jobId: of(text('job.id')),
	},
	read: {
		...person.read,
		changedSince: 'none',
		detail: { request: { method: 'GET', path: '/persons/{id}/employments', query: { limit: 1 } }, record: '' },
	},
};

export const personio: SystemDefinition = {
	name: 'personio',
	displayName: 'Personio',
	aliases: ['HR', 'employees', 'people', 'human resources'],
	docs: 'https://developer.personio.de/reference/get_v2-persons',
	proven: {
		by: 'own fake',
		against: "a stand-in made after Personio's OpenAPI documents for persons and employments 2.0.0",
	},
	needs: 'An API credential with the scope personio:persons:read and the attributes in question; employees take a request for each, persons one for 50',
	editing: 'Personio is a source: people go on editing there.',
	credentials: [
		{
			type: 'oAuth2Api',
			hint: 'Grant type Client Credentials, access token URL https://api.personio.de/v2/auth/token, authentication Body, and the client ID and secret of an API credential (Settings, Integrations, API credentials).',
			auth: 'by n8n',
		},
	],
	base: 'https://api.personio.de/v2',
	settings: {},
	headers: {},
	encoding: 'json',
	limits: {
		windows: [
			{ requests: 15, seconds: 1 },
			{ requests: 300, seconds: 60 },
		],
		concurrent: 2,
		headers: [],
		retryAfter: 'retry-after',
		penalty: 10,
	},
	errors: {
		message: ['errors'],
		rules: [
			{
				status: 403,
				means: 'denied',
				todo: 'Give the API credential the scope personio:persons:read and the attributes in question.',
			},
		],
	},
	objects: { employee, person },
};
