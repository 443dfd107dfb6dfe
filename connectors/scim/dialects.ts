/**
 * How servers differ from RFC 7643/7644, as data. `standard` is the RFC, as far as the server's own ServiceProviderConfig
 * says that it goes; the others are servers that were built for what one identity provider sends, or a vendor's own.
 */

/** One step that takes a person's access away. */
export interface RemovalStep {
	reversible: boolean;
	/** What it does there, in words that follow the system's name. */
	effect: string;
}

export interface Dialect {
	label: string;
	/** `path`: each operation names its attribute. `value`: one operation with an object of attributes, and no path. */
	patch: 'path' | 'value';
	/** The operations' names: `replace`, or `Replace`. */
	ops: 'lower' | 'capital';
	/** Whether a path may hold a filter: `emails[type eq "work"].value`. Without it, the whole list is sent. */
	valuePaths: boolean;
	/** Updates go by PATCH where offered, or always by PUT; `active` alone is always patched where that is offered. */
	update: 'patch' | 'put';
	members: {
		/** How members leave: `members[value eq "…"]`, or `members` with a list of values. */
		remove: 'path' | 'value';
		/** The most members that one request may bring in or take out. */
		most: number;
	};
	filter: {
		/** Attributes that may be filtered by; all, if nothing is said. */
		by?: readonly string[];
		/** Whether several values may be asked for at once. */
		or: boolean;
	};
	/** Whether bulk requests and entity tags are used where the server offers them. */
	bulk: boolean;
	/** The page size that is asked for. */
	page: number;
	/** A list of e-mail addresses must have a primary one. */
	primary: boolean;
	/** Whether there are groups. */
	groups: boolean;
	/** What `active: false` and DELETE do to a person. */
	inactive: RemovalStep;
	delete: RemovalStep;
	/** For people who choose it: plan, limits, what to watch. */
	note?: string;
}

const gone: RemovalStep = { reversible: false, effect: 'deletes the account for good' };
const disabled: RemovalStep = { reversible: true, effect: 'disables the account, and active = true enables it again' };

const standard: Dialect = {
	label: 'Standard (RFC 7644)',
	patch: 'path',
	ops: 'lower',
	valuePaths: true,
	update: 'patch',
	members: { remove: 'path', most: 500 },
	filter: { or: true },
	bulk: true,
	page: 100,
	primary: false,
	groups: true,
	inactive: disabled,
	delete: gone,
};

export const dialects = {
	standard,
	entra: {
		...standard,
		label: 'Made for Microsoft Entra',
		ops: 'capital',
		members: { remove: 'value', most: 100 },
		filter: { by: ['id', 'userName', 'externalId', 'displayName', 'emails'], or: false },
		bulk: false,
		note: 'Entra names each attribute in a path, writes operations with a capital letter, and filters by one value at a time.',
	},
	okta: {
		...standard,
		label: 'Made for Okta',
		patch: 'value',
		valuePaths: false,
		update: 'put',
		members: { remove: 'path', most: 100 },
		filter: { by: ['userName', 'displayName', 'id', 'externalId'], or: false },
		bulk: false,
		note: 'Okta replaces a profile by PUT, and patches active and memberships only.',
	},
	slack: {
		...standard,
		label: 'Slack',
		members: { remove: 'path', most: 100 },
		filter: { by: ['userName', 'email', 'id', 'externalId', 'displayName'], or: false },
		bulk: false,
		page: 1000,
		primary: true,
		delete: { reversible: true, effect: 'only deactivates the account, as active = false does' },
		note: 'Needs the Business+ or Enterprise plan and a token with the scope admin; writes of users are limited to 180 a minute.',
	},
	github: {
		...standard,
		label: 'GitHub (Organization)',
		patch: 'value',
		valuePaths: false,
		filter: { by: ['userName', 'externalId', 'id', 'emails'], or: false },
		bulk: false,
		primary: true,
		groups: false,
		inactive: {
			reversible: false,
			effect: 'removes the person from the organization and deletes the external identity',
		},
		note: 'Needs GitHub Enterprise Cloud with SAML; a returner has to be invited anew.',
	},
	githubEnterprise: {
		...standard,
		label: 'GitHub (Enterprise)',
		valuePaths: false,
		members: { remove: 'path', most: 100 },
		filter: { by: ['userName', 'externalId', 'id', 'displayName'], or: false },
		bulk: false,
		primary: true,
		inactive: {
			reversible: false,
			effect: 'suspends the account and replaces its name by a hash, which GitHub takes back in some cases only',
		},
		note: 'Needs an enterprise with managed users; a deleted account never comes back.',
	},
} as const satisfies Record<string, Dialect>;

export type DialectName = keyof typeof dialects;
