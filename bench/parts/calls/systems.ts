/** The systems whose requests are counted, and how many records their APIs give and take at once. */
import { amazon } from '../../../systems/amazon';
import { hubspot } from '../../../systems/hubspot';
import { jira } from '../../../systems/jira';
import { klaviyo } from '../../../systems/klaviyo';
import { pipedrive } from '../../../systems/pipedrive';
import { shopify } from '../../../systems/shopify';
import { fakeAmazon } from '../../../test/systems/fakes/amazon';
import { fakeHubspot } from '../../../test/systems/fakes/hubspot';
import { fakeJira } from '../../../test/systems/fakes/jira';
import { fakeKlaviyo } from '../../../test/systems/fakes/klaviyo';
import { fakePipedrive } from '../../../test/systems/fakes/pipedrive';
import { fakeShopify } from '../../../test/systems/fakes/shopify';
import type { DestinationCase } from './destination';
import type { SourceCase } from './source';

export const sources: SourceCase[] = [
	{
		name: 'HubSpot contacts, as a source',
		object: 'contact',
		table: 'contacts',
		start: fakeHubspot,
		stand: { system: hubspot, type: 'hubspotAppToken', credential: { appToken: 'pat-bench' } },
		row: (id, at) => ({
			id: String(id),
			properties: { email: `${id}@x.org`, lastmodifieddate: at.toISOString() },
			updatedAt: at.toISOString(),
		}),
		page: 100,
		changes: 200,
	},
	{
		name: 'HubSpot deals, as a source',
		object: 'deal',
		table: 'deals',
		start: fakeHubspot,
		stand: { system: hubspot, type: 'hubspotAppToken', credential: { appToken: 'pat-bench' } },
		row: (id, at) => ({
			id: String(id),
			properties: { dealname: `Deal ${id}`, hs_lastmodifieddate: at.toISOString() },
			associations: { contacts: { results: [{ id: '7', type: 'deal_to_contact' }] } },
			updatedAt: at.toISOString(),
		}),
		page: 100,
		changes: 200,
		besides: { requests: 2, each: 1000 },
	},
	{
		name: 'Pipedrive deals, as a source',
		object: 'deal',
		table: 'deals',
		start: fakePipedrive,
		stand: { system: pipedrive, type: 'pipedriveApi', credential: { apiToken: 'token-bench' } },
		row: (id, at) => ({ id, title: `Deal ${id}`, update_time: at.toISOString().replace('.000', '') }),
		page: 500,
		changes: 500,
	},
];

export const destinations: DestinationCase[] = [
	{
		name: 'Klaviyo profiles',
		object: 'profile',
		start: fakeKlaviyo,
		stand: {
			system: klaviyo,
			type: 'httpHeaderAuth',
			credential: { name: 'Authorization', value: 'Klaviyo-API-Key bench' },
		},
		fields: (id, text) => ({ email: `p${id}@example.org`, title: text }),
		match: 'email',
		most: { find: 100, read: 100, page: 100, create: 1, update: 1 },
	},
	{
		name: 'Jira issues',
		object: 'issue',
		start: fakeJira,
		stand: {
			system: jira,
			type: 'jiraSoftwareCloudApi',
			credential: { email: 'a@x.org', apiToken: 'bench', domain: 'https://x.atlassian.net' },
			settings: { project: 'HR', issueType: 'Task' },
		},
		fields: (id, text) => ({ externalId: `E${id}`, summary: text }),
		match: 'externalId',
		most: { find: 100, read: 100, page: 100, create: 50, update: 1 },
		readsAgain: ['create', 'update'],
	},
	{
		name: 'Shopify products',
		object: 'product',
		start: fakeShopify,
		stand: {
			system: shopify,
			type: 'shopifyAccessTokenApi',
			credential: { shopSubdomain: 'x', accessToken: 'bench' },
		},
		fields: (id, text) => ({ handle: `chair-${id}`, title: text }),
		match: 'handle',
		most: { find: 100, read: 250, page: 250, create: 1, update: 1 },
	},
	{
		name: 'Amazon listings',
		object: 'listing',
		start: fakeAmazon,
		stand: {
			system: amazon,
			type: 'oAuth2Api',
			credential: {},
			settings: { seller: 'S1', marketplace: 'A1', language: 'de_DE', currency: 'EUR', productType: 'CHAIR' },
		},
		fields: (id, text) => ({ sku: `SKU-${id}`, name: text }),
		match: 'sku',
		most: { find: 20, read: 20, page: 20, create: 1, update: 1 },
		// What is changed is read again; what is made is done later, and cannot be read yet.
		readsAgain: ['update'],
	},
];
