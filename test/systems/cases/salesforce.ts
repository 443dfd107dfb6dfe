/** Salesforce for the suites: opportunities, and contacts both ways. */
import { salesforce } from '../../../systems/salesforce';
import type { DestinationOf, SourceOf } from '../cases';
import { tableOf } from '../fakes/common';
import { fakeSalesforce } from '../fakes/salesforce';
import type { Stand } from '../open';

export const stand: Omit<Stand, 'url'> = {
	system: salesforce,
	type: 'salesforceOAuth2Api',
	credential: { clientSecret: 'client-secret', oauthTokenData: { access_token: '00D-secret' } },
	settings: { fields: 'Source_Key__c' },
};

export const sources: SourceOf[] = [
	{
		name: 'Salesforce opportunities',
		object: 'opportunity',
		table: 'Opportunity',
		start: fakeSalesforce,
		stand: { ...stand, settings: { fields: 'Region__c' } },
		row: (id, text, at) => ({
			Id: id,
			Name: text,
			Amount: 12.5,
			IsClosed: true,
			IsWon: true,
			CloseDate: '2026-05-31',
			AccountId: '0017',
			Region__c: 'EMEA',
			SystemModstamp: at.replace('Z', '+0000'),
		}),
		fields: (id, text) => ({
			id,
			name: text,
			amount: 12.5,
			closed: true,
			closedWon: true,
			closeDate: '2026-05-31',
			accountId: '0017',
			more: { Region__c: 'EMEA' },
		}),
		gone: () => undefined,
		page: 2000,
	},
];

const destination = {
	stand,
	of: () => true,
	set: (row, field, value) => void (row[field === 'title' ? 'Title' : 'Phone'] = value),
	match: 'Source_Key__c',
	absentId: '003000000000000000',
} satisfies Partial<DestinationOf>;

export const destinations: DestinationOf[] = [
	{
		...destination,
		name: 'Salesforce contacts',
		object: 'contact',
		start: async () => {
			const { fake, rows } = await fakeSalesforce();
			return { fake, rows: tableOf(rows, 'Contact') };
		},
		fields: (n) => ({ Source_Key__c: `E'${n}\\`, lastName: `L${n}`, title: `T${n}`, email: `p${n}@example.org` }),
		text: 'title',
		foreign: 'phone',
		bad: { lastName: 'L', email: 'no address' },
	},
	{
		...destination,
		name: 'Salesforce accounts',
		object: 'account',
		start: async () => {
			const { fake, rows } = await fakeSalesforce();
			return { fake, rows: tableOf(rows, 'Account') };
		},
		fields: (n) => ({ Source_Key__c: `A${n}`, name: `Account ${n}`, phone: `+49 ${n}` }),
		text: 'phone',
		foreign: 'website',
		bad: { phone: 'nameless' },
	},
];
