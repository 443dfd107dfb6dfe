/** Brevo for the suites: contacts. */
import { brevo } from '../../../systems/brevo';
import type { DestinationOf } from '../cases';
import { fakeBrevo } from '../fakes/brevo';
import type { Stand } from '../open';

export const stand: Omit<Stand, 'url'> = {
	system: brevo,
	type: 'sendInBlueApi',
	credential: { apiKey: 'xkeysib-secret' },
};

export const destinations: DestinationOf[] = [
	{
		name: 'Brevo contacts',
		object: 'contact',
		start: fakeBrevo,
		stand,
		of: () => true,
		set: (row, _field, value) => void ((row.attributes as typeof row).FIRSTNAME = value),
		fields: (n) => ({
			email: `P${n}@Example.org`,
			extId: `E/${n}`,
			FIRSTNAME: `F${n}`,
			AGE: n,
			BIRTHDAY: '1985-12-10',
			listIds: [7, 4],
		}),
		match: 'extId',
		text: 'FIRSTNAME',
		foreign: 'SMS',
		bad: { email: 'no address' },
		absentId: '99999',
	},
];
