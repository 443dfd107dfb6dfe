/** The destinations whose requests are counted, and how many records their APIs give and take at once. */
import { airtable } from '../../../systems/airtable';
import { amazon } from '../../../systems/amazon';
import { asana } from '../../../systems/asana';
import { brevo } from '../../../systems/brevo';
import { chargebee } from '../../../systems/chargebee';
import { clockify } from '../../../systems/clockify';
import { ebay } from '../../../systems/ebay';
import { jira } from '../../../systems/jira';
import { klaviyo } from '../../../systems/klaviyo';
import { mailchimp } from '../../../systems/mailchimp';
import { salesforce } from '../../../systems/salesforce';
import { shopify } from '../../../systems/shopify';
import { stripe } from '../../../systems/stripe';
import { woocommerce } from '../../../systems/woocommerce';
import { fakeAirtable } from '../../../test/systems/fakes/airtable';
import { fakeAmazon } from '../../../test/systems/fakes/amazon';
import { fakeAsana } from '../../../test/systems/fakes/asana';
import { fakeBrevo } from '../../../test/systems/fakes/brevo';
import { fakeChargebee } from '../../../test/systems/fakes/chargebee';
import { fakeClockify } from '../../../test/systems/fakes/clockify';
import { tableOf } from '../../../test/systems/fakes/common';
import { fakeEbay } from '../../../test/systems/fakes/ebay';
import { fakeJira } from '../../../test/systems/fakes/jira';
import { fakeKlaviyo } from '../../../test/systems/fakes/klaviyo';
import { fakeMailchimp } from '../../../test/systems/fakes/mailchimp';
import { fakeSalesforce } from '../../../test/systems/fakes/salesforce';
import { fakeShopify } from '../../../test/systems/fakes/shopify';
import { fakeWoocommerce } from '../../../test/systems/fakes/woocommerce';
import type { DestinationCase } from './destination';
import { fakeStripe } from './stripe';

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
		ownFields: true,
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
	{
		name: 'eBay inventory items',
		object: 'item',
		start: fakeEbay,
		stand: { system: ebay, type: 'oneWaySyncRefreshTokenApi', credential: {}, settings: { language: 'de-DE' } },
		fields: (id, text) => ({ sku: `SKU-${id}`, title: text }),
		match: 'sku',
		most: { find: 25, read: 25, page: 200, create: 25, update: 25 },
		readsAgain: ['create', 'update'],
		replaces: 'always',
	},
	{
		name: 'Stripe customers',
		object: 'customer',
		start: fakeStripe,
		stand: { system: stripe, type: 'stripeApi', credential: { secretKey: 'bench' } },
		fields: (id, text) => ({ email: `p${id}@example.org`, name: text }),
		match: 'email',
		most: { find: 1, read: 1, page: 100, create: 1, update: 1 },
	},
	{
		name: 'Chargebee customers',
		object: 'customer',
		start: () => fakeChargebee('bench'),
		stand: { system: chargebee, type: 'chargebeeApi', credential: { accountName: 'x', apiKey: 'bench' } },
		fields: (id, text) => ({ email: `p${id}@example.org`, company: text }),
		match: 'email',
		most: { find: 1, read: 100, page: 100, create: 1, update: 1 },
	},
	{
		name: 'WooCommerce products',
		object: 'product',
		start: fakeWoocommerce,
		stand: {
			system: woocommerce,
			type: 'wooCommerceApi',
			credential: { url: 'https://x.org', consumerKey: 'ck', consumerSecret: 'cs' },
		},
		fields: (id, text) => ({ sku: `CHAIR-${id}`, name: text }),
		match: 'sku',
		most: { find: 100, read: 100, page: 100, create: 100, update: 100 },
	},
	{
		name: 'Salesforce contacts',
		object: 'contact',
		start: async () => {
			const { fake, rows } = await fakeSalesforce();
			return { fake, rows: tableOf(rows, 'Contact') };
		},
		stand: {
			system: salesforce,
			type: 'salesforceOAuth2Api',
			credential: { clientSecret: 'bench', oauthTokenData: { access_token: 'bench' } },
			settings: { fields: 'Source_Key__c' },
		},
		fields: (id, text) => ({ Source_Key__c: `E${id}`, lastName: text }),
		match: 'Source_Key__c',
		most: { find: 100, read: 2000, page: 2000, create: 200, update: 200 },
		readsAgain: ['create', 'update'],
		run: 2000,
	},
	{
		name: 'Mailchimp contacts',
		object: 'member',
		start: fakeMailchimp,
		stand: {
			system: mailchimp,
			type: 'mailchimpApi',
			credential: { apiKey: 'bench-us6' },
			settings: { list: 'L1' },
		},
		fields: (id, text) => ({ email: `p${id}@example.org`, status: 'subscribed', FNAME: text }),
		match: 'email',
		most: { find: 1, read: 1, page: 1000, create: 1, update: 1 },
		ownFields: true,
	},
	{
		name: 'Brevo contacts',
		object: 'contact',
		start: fakeBrevo,
		stand: { system: brevo, type: 'sendInBlueApi', credential: { apiKey: 'bench' } },
		fields: (id, text) => ({ email: `p${id}@example.org`, FIRSTNAME: text }),
		match: 'email',
		most: { find: 1, read: 20, page: 1000, create: 1, update: 1 },
		readsAgain: ['create', 'update'],
		ownFields: true,
	},
	{
		name: 'Airtable records',
		object: 'record',
		start: fakeAirtable,
		stand: {
			system: airtable,
			type: 'airtableTokenApi',
			credential: { accessToken: 'bench' },
			settings: { base: 'app1', table: 'tblProducts' },
		},
		fields: (id, text) => ({ SKU: `CHAIR-${id}`, Name: text }),
		match: 'SKU',
		most: { find: 100, read: 100, page: 100, create: 10, update: 10 },
		ownFields: true,
	},
	{
		name: 'Asana tasks',
		object: 'task',
		start: fakeAsana,
		stand: { system: asana, type: 'asanaApi', credential: { accessToken: 'bench' }, settings: { project: '77' } },
		fields: (id, text) => ({ name: `Task ${id}`, notes: text }),
		match: 'name',
		most: { find: 0, read: 1, page: 100, create: 1, update: 1 },
	},
	{
		name: 'Clockify projects',
		object: 'project',
		start: fakeClockify,
		stand: {
			system: clockify,
			type: 'clockifyApi',
			credential: { apiKey: 'bench' },
			settings: { workspace: 'W1' },
		},
		fields: (id, text) => ({ name: `Project ${id}`, note: text }),
		match: 'name',
		most: { find: 1, read: 1, page: 5000, create: 1, update: 1 },
		endless: true,
		replaces: 'on update',
	},
];
