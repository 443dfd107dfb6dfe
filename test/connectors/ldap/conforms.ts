/** A kind of directory through the suite that every destination must pass. */
import { Attribute, Change } from 'ldapts';

import { destinationConformance } from '../../conformance/destination';
import { PEOPLE, type Directory } from '../../servers/directory';
import { ldap, standing, type Kind } from './place';

export function conforms(kind: Kind, place: () => Directory): void {
	destinationConformance(kind.name, {
		open: async () => await Promise.resolve(ldap(place(), { flavour: kind.flavour, irreversible: true })),
		empty: async () => await place().empty(),
		edit: async (field, value) => {
			const client = await place().client();
			const { searchEntries } = await client.search(PEOPLE, {
				filter: `(objectClass=${kind.personClass})`,
				attributes: ['dn'],
			});
			const modification = new Attribute({ type: field, values: [value] });
			for (const { dn } of searchEntries)
				await client.modify(dn, new Change({ operation: 'replace', modification }));
			await client.unbind();
		},
		standing: async (fields) => await standing(place(), kind, fields),
		fields: kind.person,
		match: kind.login,
		text: 'displayName',
		foreign: 'description',
		bad: kind.bad,
		respelled: { active: 'TRUE', displayName: 7 },
		lookUpGivesNames: true,
		absentId: kind.absentId,
	});
}
