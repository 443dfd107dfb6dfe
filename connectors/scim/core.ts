/** The schemas of RFC 7643, for servers that do not tell theirs. */
import type { Attribute, Schema } from './schema';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function text(name: string, more: Partial<Attribute> = {}): Attribute {
	return { name, type: 'string', multiple: false, required: false, writable: true, exact: false, ...more };
}

function complex(name: string, subs: string[], more: Partial<Attribute> = {}): Attribute {
	return text(name, { type: 'complex', subs: subs.map((sub) => text(sub)), ...more });
}

function list(name: string, types: string[]): Attribute {
	const subs = [
		text('value'),
		text('display'),
		text('type', { allowed: types }),
		text('primary', { type: 'boolean' }),
	];
	return text(name, { type: 'complex', multiple: true, subs });
}

const address = ['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country'];

export const core: Record<'User' | 'Group', Schema[]> = {
	User: [
		{
			id: USER,
			attributes: [
				text('userName', { required: true, unique: true }),
				text('externalId', { exact: true }),
				complex('name', [
					'formatted',
					'familyName',
					'givenName',
					'middleName',
					'honorificPrefix',
					'honorificSuffix',
				]),
				...['displayName', 'nickName', 'title', 'userType', 'preferredLanguage', 'locale', 'timezone'].map(
					(name) => text(name),
				),
				text('profileUrl', { type: 'reference' }),
				text('active', { type: 'boolean' }),
				text('password', { secret: true }),
				list('emails', ['work', 'home', 'other']),
				list('phoneNumbers', ['work', 'home', 'mobile', 'fax', 'pager', 'other']),
				text('addresses', {
					type: 'complex',
					multiple: true,
					subs: [...address.map((sub) => text(sub)), text('type', { allowed: ['work', 'home', 'other'] })],
				}),
				list('entitlements', []),
				list('roles', []),
			],
		},
		{
			id: ENTERPRISE,
			attributes: [
				...['employeeNumber', 'costCenter', 'organization', 'division', 'department'].map((name) => text(name)),
				complex('manager', ['value', 'displayName']),
			],
		},
	],
	Group: [
		{
			id: GROUP,
			attributes: [
				text('displayName', { required: true }),
				text('externalId', { exact: true }),
				text('members', {
					type: 'complex',
					multiple: true,
					subs: [text('value', { exact: true }), text('type')],
				}),
			],
		},
	],
};
