/** How directory servers differ, as data. */

export interface Flavour {
	label: string;
	/** The attribute that names an entry for ever, whatever it is called and wherever it stands. */
	id: string;
	/** How that attribute is given: as text, or as bytes. */
	idForm: 'text' | 'bytes';
	/** How an account is disabled: by an attribute with a value of its own, by a bit of a number, or not at all. */
	disable:
		| {
				by: 'value';
				attribute: string;
				value: string;
				/** Not of the schema, but kept by an overlay. */ operational?: true;
		  }
		| { by: 'bit'; attribute: string; bit: number; fresh: number };
	/** A NUL in a name is kept as its escape there, which would be another value: it is refused before. */
	noNul?: true;
	/** What entries must have by the schema, and the directory fills in itself. */
	fills?: readonly string[];
	/** What a new person is, if the node does not say. */
	classes: readonly string[];
	rdn: string;
	/** The class of a group, and where it keeps its members. */
	group: {
		class: string;
		member: string;
		/** A group may not be empty. */
		needsMember: boolean;
		/** Where a group's name stands once more; it would be a random one otherwise. */
		account?: string;
	};
}

export const flavours = {
	openldap: {
		label: 'OpenLDAP',
		id: 'entryUUID',
		idForm: 'text',
		disable: { by: 'value', attribute: 'pwdAccountLockedTime', value: '000001010000Z', operational: true },
		classes: ['inetOrgPerson'],
		rdn: 'uid',
		group: { class: 'groupOfNames', member: 'member', needsMember: true },
	},
	ds389: {
		label: '389 Directory Server',
		id: 'nsUniqueId',
		idForm: 'text',
		noNul: true,
		disable: { by: 'value', attribute: 'nsAccountLock', value: 'true', operational: true },
		classes: ['inetOrgPerson'],
		rdn: 'uid',
		group: { class: 'groupOfNames', member: 'member', needsMember: false },
	},
	ad: {
		label: 'Active Directory',
		id: 'objectGUID',
		idForm: 'bytes',
		// ACCOUNTDISABLE, in an account that is normal otherwise.
		disable: { by: 'bit', attribute: 'userAccountControl', bit: 2, fresh: 512 },
		fills: ['instanceType', 'nTSecurityDescriptor', 'objectCategory', 'objectSid', 'sAMAccountName', 'groupType'],
		classes: ['top', 'person', 'organizationalPerson', 'user'],
		rdn: 'cn',
		group: { class: 'group', member: 'member', needsMember: false, account: 'sAMAccountName' },
	},
} as const satisfies Record<string, Flavour>;

export type FlavourName = keyof typeof flavours;
