/** Personio for the suites: employees with what they do, and persons alone. */
import { personio } from '../../../systems/personio';
import type { SourceOf } from '../cases';
import { fakePersonio } from '../fakes/personio';

const both = {
	table: 'persons',
	start: fakePersonio,
	stand: {
		system: personio,
		type: 'oAuth2Api',
		credential: { clientSecret: 'papi-secret', oauthTokenData: { access_token: 'papi-token-secret' } },
	},
	row: (id, text, at) => ({
		id,
		email: `${id}@example.org`,
		last_name: text,
		status: 'ACTIVE',
		custom_attributes: [{ id: 'dynamic_1', type: 'string', value: 'CC-7' }],
		updated_at: at,
		employment: {
			id: `e${id}`,
			status: 'LEAVE',
			updated_at: at,
			employment_start_date: '2024-01-17',
			employment_end_date: null,
			position: { title: 'Engineer' },
			supervisor: { id: '9' },
			org_units: [
				{ type: 'team', id: '4502' },
				{ type: 'department', id: '401' },
			],
		},
	}),
	gone: () => undefined,
	page: 50,
} satisfies Partial<SourceOf>;

const person = (id: string, text: string) => ({
	id,
	email: `${id}@example.org`,
	lastName: text,
	status: 'ACTIVE',
	more: { dynamic_1: 'CC-7' },
});

export const sources: SourceOf[] = [
	{ ...both, name: 'Personio persons', object: 'person', fields: person },
	{
		...both,
		name: 'Personio employees',
		object: 'employee',
		fields: (id, text) => ({
			...person(id, text),
			employmentStatus: 'LEAVE',
			startDate: '2024-01-17',
			position: 'Engineer',
			supervisorId: '9',
			departmentId: '401',
			teamId: '4502',
		}),
		detailed: true,
		follows: false,
	},
];
