/** The directories that are too heavy to stand beside all other tests. */
import { PEOPLE } from '../../servers/directory';
import * as ds389 from '../../servers/ds389';
import * as samba from '../../servers/samba';
import { openldap, type Kind } from './place';

/** 389 Directory Server. */
export const directoryServer: Kind = {
	...openldap,
	name: '389 Directory Server',
	flavour: 'ds389',
	available: ds389.available,
	start: ds389.startDs389,
	limited: undefined,
	disabling: { attribute: 'nsAccountLock', before: [], off: 'true', on: [] },
	absentId: '00000000-00000000-00000000-00000000',
};

/** Active Directory, as Samba has it. */
export const activeDirectory: Kind = {
	name: 'Active Directory',
	flavour: 'ad',
	available: samba.available,
	start: samba.startSamba,
	login: 'sAMAccountName',
	rdn: 'cn',
	password: 'unicodePwd',
	// A normal account whose password does not expire.
	disabling: { attribute: 'userAccountControl', before: ['66048'], off: '66050', on: '66048' },
	bytes: 'thumbnailPhoto',
	several: 'otherMailbox',
	personClass: 'user',
	groupClass: 'group',
	person: (number) => ({
		cn: `Person ${number}`,
		sAMAccountName: `person${number}`,
		sn: `No. ${number}`,
		employeeNumber: `E${number}`,
		mail: `person${number}@example.org`,
		otherMailbox: [`p${number}@example.org`, `person.${number}@example.org`],
		displayName: `Person ${number}`,
		active: true,
		container: PEOPLE,
	}),
	// No entry of that name is there to be a manager.
	bad: (number) => ({ ...activeDirectory.person(number), manager: `cn=nobody,${PEOPLE}` }),
	absentId: '0'.repeat(32),
};
