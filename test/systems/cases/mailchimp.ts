/** Mailchimp for the suites: contacts. */
import { mailchimp } from '../../../systems/mailchimp';
import type { DestinationOf } from '../cases';
import { fakeMailchimp } from '../fakes/mailchimp';
import type { Stand } from '../open';

export const stand: Omit<Stand, 'url'> = {
	system: mailchimp,
	type: 'mailchimpApi',
	credential: { apiKey: '0123secret-us6' },
	settings: { list: 'L1' },
};

export const destinations: DestinationOf[] = [
	{
		name: 'Mailchimp contacts',
		object: 'member',
		start: fakeMailchimp,
		stand,
		of: ({ status }) => status !== 'archived',
		set: (row, _field, value) => void ((row.merge_fields as typeof row).FNAME = value),
		fields: (n) => ({ email: `P${n}@Example.org`, status: 'subscribed', FNAME: `F${n}`, AGE: n, tags: ['b', 'a'] }),
		match: 'email',
		text: 'FNAME',
		foreign: 'language',
		bad: { email: 'no address', status: 'subscribed' },
		absentId: 'c0',
		contract: { name: 'mailchimp', base: '/3.0' },
	},
];
