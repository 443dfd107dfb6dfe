/** A directory through the suite that every destination must pass. */
import { Attribute, Change } from 'ldapts';

import { destinationConformance } from '../../conformance/destination';
import { BASE } from '../../servers/slapd';
import { ldap, overSlapd, person, standing } from './place';

overSlapd('OpenLDAP', (place) => {
	destinationConformance('a directory', {
		open: async () => await Promise.resolve(ldap(place(), { irreversible: true })),
		empty: async () => await place().empty(),
		edit: async (field, value) => {
			const client = await place().client();
			const { searchEntries } = await client.search(BASE, {
				filter: '(objectClass=inetOrgPerson)',
				attributes: ['dn'],
			});
			const modification = new Attribute({ type: field, values: [value] });
			for (const { dn } of searchEntries)
				await client.modify(dn, new Change({ operation: 'replace', modification }));
			await client.unbind();
		},
		standing: async (fields) => await standing(place(), fields),
		fields: person,
		match: 'uid',
		text: 'displayName',
		foreign: 'description',
		bad: (number) => ({ ...person(number), sn: null }),
		respelled: { active: 'TRUE', displayName: 7 },
		absentId: '00000000-0000-0000-0000-000000000000',
	});
});
