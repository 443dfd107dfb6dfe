/** The sources whose requests are counted, and how many records their APIs give at once. */
import { akeneo } from '../../../systems/akeneo';
import { bamboohr } from '../../../systems/bamboohr';
import { hubspot } from '../../../systems/hubspot';
import { personio } from '../../../systems/personio';
import { pipedrive } from '../../../systems/pipedrive';
import { salesforce } from '../../../systems/salesforce';
import { fakeAkeneo } from '../../../test/systems/fakes/akeneo';
import { fakeBamboo } from '../../../test/systems/fakes/bamboohr';
import { fakeHubspot } from '../../../test/systems/fakes/hubspot';
import { fakePersonio } from '../../../test/systems/fakes/personio';
import { fakePipedrive } from '../../../test/systems/fakes/pipedrive';
import { fakeSalesforce } from '../../../test/systems/fakes/salesforce';
import type { SourceCase } from './source';

/** As many of these systems write a moment. */
const offset = (at: Date) => at.toISOString().replace('.000Z', '+00:00');

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
	{
		name: 'Salesforce opportunities, as a source',
		object: 'opportunity',
		table: 'Opportunity',
		start: fakeSalesforce,
		stand: {
			system: salesforce,
			type: 'salesforceOAuth2Api',
			credential: { clientSecret: 'bench', oauthTokenData: { access_token: 'bench' } },
		},
		row: (id, at) => ({
			Id: String(id),
			Name: `Opportunity ${id}`,
			SystemModstamp: at.toISOString().replace('Z', '+0000'),
		}),
		page: 2000,
		changes: 2000,
	},
	{
		name: 'Akeneo products, as a source',
		object: 'product',
		table: 'products',
		start: fakeAkeneo,
		stand: {
			system: akeneo,
			type: 'httpBearerAuth',
			credential: { token: 'bench' },
			settings: { url: 'https://x.cloud.akeneo.com', channel: 'ecommerce', locale: 'en_US' },
		},
		row: (id, at) => ({
			uuid: String(id),
			family: `Family ${id}`,
			values: { sku: [{ data: `SKU-${id}`, locale: null, scope: null }] },
			updated: offset(at),
		}),
		page: 100,
		changes: 100,
	},
	{
		name: 'Personio persons, as a source',
		object: 'person',
		table: 'persons',
		start: fakePersonio,
		stand: {
			system: personio,
			type: 'oAuth2Api',
			credential: { clientSecret: 'bench', oauthTokenData: { access_token: 'bench' } },
		},
		row: (id, at) => ({ id: String(id), email: `${id}@x.org`, status: 'ACTIVE', updated_at: at.toISOString() }),
		page: 50,
		changes: 50,
	},
	{
		name: 'BambooHR employees, as a source',
		object: 'employee',
		table: 'employees',
		start: () => fakeBamboo('bench'),
		stand: { system: bamboohr, type: 'bambooHrApi', credential: { apiKey: 'bench', subdomain: 'x' } },
		row: (id, at) => ({ id: String(id), firstName: `Person ${id}`, lastChanged: offset(at) }),
		page: Infinity,
		changes: Infinity,
		detailed: true,
	},
];
