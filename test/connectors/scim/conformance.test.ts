/** Each way in which a SCIM server can be written to, through the suite that every destination must pass. */
import type { DialectName } from '../../../connectors/scim/dialects';
import type { Fields } from '../../../sync/types';
import { destinationConformance } from '../../conformance/destination';
import type { ScimOptions } from '../../servers/scim';
import { overScim, person, scim } from './place';

const ways: [name: string, options: ScimOptions, dialect?: DialectName][] = [
	['PATCH and bulk', { etag: true }],
	['PATCH without bulk', { bulk: false, ids: false }],
	['PUT and bulk, pages by a cursor', { patch: false, cursor: true, page: 7, operations: 5 }],
	['a server made for Okta', { dialect: 'okta' }, 'okta'],
	['a server made for Entra', { dialect: 'entra', cursor: true }, 'entra'],
	['a server like GitHub’s for managed users', { dialect: 'githubEnterprise' }, 'githubEnterprise'],
	['a server like GitHub’s', { dialect: 'github' }, 'github'],
];

for (const [name, options, dialect] of ways) {
	overScim(name, options, (place) => {
		destinationConformance(name, {
			open: async () => await Promise.resolve(scim(place(), { dialect, irreversible: true })),
			empty: async () => await place().empty(),
			edit: async (field, value) => {
				const users = await place().stored('users');
				await place().store(
					'users',
					users.map((user) => ({ ...user, [field]: value })),
				);
			},
			standing: async (fields) =>
				(await place().stored('users')).map(
					(user) => Object.fromEntries(fields.map((field) => [field, user[field]])) as Fields,
				),
			fields: (number) => {
				const fields = person(number);
				// The schemas that a server does not tell are those of the RFC.
				return dialect === 'github'
					? Object.fromEntries(Object.entries(fields).filter(([field]) => !field.includes('badge')))
					: fields;
			},
			match: 'userName',
			text: 'displayName',
			foreign: 'nickName',
			bad: (number) => ({ ...person(number), active: 'perhaps' }),
			respelled: { active: 'TRUE', displayName: 7 },
			absentId: 'ffffffff-0000-0000-0000-000000000000',
		});
	});
}
