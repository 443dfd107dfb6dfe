/** Apps as destinations, written by the real engine into stand-ins that behave as they do. */
import { amazon } from '../../systems/amazon';
import { asana } from '../../systems/asana';
import { jira } from '../../systems/jira';
import { klaviyo } from '../../systems/klaviyo';
import { shopify } from '../../systems/shopify';
import { slack } from '../../systems/slack';
import { whole, type Listed } from '../../sync/lists';
import { create, remove, update } from '../conformance/destination';
import type { DestinationOf } from './cases';
import * as airtable from './cases/airtable';
import * as mailchimp from './cases/mailchimp';
import * as brevo from './cases/brevo';
import * as chargebee from './cases/chargebee';
import * as clockify from './cases/clockify';
import * as ebay from './cases/ebay';
import * as salesforce from './cases/salesforce';
import * as stripe from './cases/stripe';
import * as woocommerce from './cases/woocommerce';
import type { Row } from './fake';
import { fakeAmazon } from './fakes/amazon';
import { fakeAsana } from './fakes/asana';
import type { DestinationFake } from './fakes/common';
import { fakeJira } from './fakes/jira';
import { fakeKlaviyo } from './fakes/klaviyo';
import { fakeShopify } from './fakes/shopify';
import { fakeSlack } from './fakes/slack';
import { destinationAt } from './open';
import { story } from './story';

const header = {
	type: 'httpHeaderAuth',
	credential: { name: 'Authorization', value: 'Klaviyo-API-Key secret-key' },
} as const;
const attributes = (row: Row, field: string, value: Row[string]) => void ((row.attributes as Row)[field] = value);
const atlassian = { email: 'sync@example.org', apiToken: 'secret-token', domain: 'https://x.atlassian.net' };

const cases: DestinationOf[] = [
	...chargebee.destinations,
	...salesforce.destinations,
	...clockify.destinations,
	...ebay.destinations,
	...brevo.destinations,
	...mailchimp.destinations,
	...woocommerce.destinations,
	...airtable.destinations,
	...stripe.destinations,
	{
		name: 'Klaviyo profiles',
		object: 'profile',
		start: fakeKlaviyo,
		stand: { system: klaviyo, ...header },
		of: (row) => row.type === 'profile',
		set: (row, _field, value) => attributes(row, 'title', value),
		fields: (n) => ({
			email: `P${n}@Example.org`,
			title: `T${n}`,
			firstName: `F${n}`,
			city: 'Rome',
			properties: { grade: n },
		}),
		match: 'email',
		text: 'title',
		foreign: 'lastName',
		bad: { email: 'no address' },
		absentId: 'P0',
		contract: { name: 'klaviyo', base: '/api' },
	},
	{
		name: 'Klaviyo catalog items',
		object: 'catalogItem',
		start: fakeKlaviyo,
		stand: { system: klaviyo, ...header },
		of: (row) => row.type === 'catalog-item',
		set: (row, _field, value) => attributes(row, 'title', value),
		fields: (n) => ({ externalId: `SKU-${n}`, title: `T${n}`, description: 'D', url: 'https://x.org/1', price: n }),
		match: 'externalId',
		text: 'title',
		foreign: 'imageFullUrl',
		bad: { externalId: 'SKU-dearest', title: 'T', description: 'D', url: 'https://x.org/1', price: 'dearest' },
		absentId: '$custom:::$default:::none',
		contract: { name: 'klaviyo', base: '/api' },
	},
	{
		name: 'Jira issues',
		object: 'issue',
		start: fakeJira,
		stand: {
			system: jira,
			type: 'jiraSoftwareCloudApi',
			credential: atlassian,
			settings: { project: 'HR', issueType: 'Task' },
		},
		of: () => true,
		set: (row, _field, value) => void ((row.fields as Row).summary = value),
		fields: (n) => ({
			externalId: `E ${n}`,
			summary: `Badge "${n}"`,
			description: `For\n\nE${n}`,
			labels: ['badge', 'hr'],
		}),
		match: 'externalId',
		text: 'summary',
		foreign: 'description',
		bad: { summary: 'x'.repeat(300) },
		absentId: '1',
		// The contract at hand is older than the search that replaced /search, and than what fetches many at once.
		contract: {
			name: 'jira',
			base: '/rest/api/3',
			but: ({ url }) => /\/search\/jql|\/field$|\/issue\/bulkfetch$/.test(url),
		},
	},
	{
		name: 'Slack user groups',
		object: 'userGroup',
		start: fakeSlack,
		stand: { system: slack, type: 'slackApi', credential: { accessToken: 'xoxb-secret' } },
		of: (row) => String(row.id).startsWith('S'),
		set: (row, _field, value) => void (row.handle = value),
		fields: (n) => ({ name: `Team ${n}`, handle: `team-${n}`, members: ['U2', 'U1'] }),
		match: 'name',
		text: 'handle',
		foreign: 'description',
		bad: { handle: 'nameless' },
		absentId: 'S0',
		contract: { name: 'slack', base: '/api' },
	},
	{
		name: 'Slack channels',
		object: 'channel',
		start: fakeSlack,
		stand: { system: slack, type: 'slackApi', credential: { accessToken: 'xoxb-secret' } },
		of: (row) => String(row.id).startsWith('C'),
		set: (row, _field, value) => void (row.topic = { value: value ?? '' }),
		fields: (n) => ({ name: `Sales Team ${n}`, topic: `All of ${n}`, isPrivate: false }),
		match: 'name',
		text: 'topic',
		foreign: 'purpose',
		bad: { name: 'ümläut ümläut' },
		absentId: 'C0',
		contract: { name: 'slack', base: '/api' },
	},
	{
		name: 'Asana tasks',
		object: 'task',
		start: fakeAsana,
		stand: {
			system: asana,
			type: 'asanaApi',
			credential: { accessToken: 'secret-pat' },
			settings: { project: '77' },
		},
		of: (row) => row.resource_type === 'task',
		set: (row, _field, value) => void (row.notes = value),
		fields: (n) => ({
			name: `Task ${n}`,
			notes: `About ${n}`,
			dueOn: '2026-12-01',
			completed: false,
			externalId: `E${n}`,
		}),
		match: 'externalId',
		text: 'notes',
		foreign: 'assignee',
		bad: { notes: 'nameless' },
		absentId: '1',
		contract: { name: 'asana', base: '/api/1.0' },
	},
	{
		name: 'Asana projects',
		object: 'project',
		start: fakeAsana,
		stand: {
			system: asana,
			type: 'asanaApi',
			credential: { accessToken: 'secret-pat' },
			settings: { workspace: '5' },
		},
		of: (row) => row.resource_type === 'project',
		set: (row, _field, value) => void (row.notes = value),
		fields: (n) => ({ name: `Project ${n}`, notes: `About ${n}`, archived: false }),
		match: 'name',
		text: 'notes',
		foreign: 'owner',
		bad: { notes: 'nameless' },
		absentId: '1',
		contract: { name: 'asana', base: '/api/1.0' },
	},
	{
		name: 'Shopify products',
		object: 'product',
		start: fakeShopify,
		stand: {
			system: shopify,
			type: 'shopifyAccessTokenApi',
			credential: { shopSubdomain: 'x', accessToken: 'shpat_secret' },
		},
		of: () => true,
		set: (row, field, value) => void (row[field] = value),
		fields: (n) => ({
			handle: `chair-${n}`,
			title: `Chair ${n}`,
			tags: ['wood', 'chairs'],
			seoTitle: `A chair, number ${n}`,
			variants: [
				{ sku: `C${n}-S`, price: 10, compareAtPrice: 11, options: { Size: 'S' } },
				{ sku: `C${n}-L`, price: 12.5, compareAtPrice: 15, options: { Size: 'L' } },
			],
		}),
		match: 'handle',
		text: 'title',
		foreign: 'productType',
		bad: { handle: 'bad-chair', title: 'x'.repeat(300) },
		absentId: 'gid://shopify/Product/1',
		contract: { name: 'shopify', base: '/admin/api/2026-10/graphql.json' },
	},
	{
		name: 'Amazon listings',
		object: 'listing',
		start: fakeAmazon,
		stand: {
			system: amazon,
			type: 'oAuth2Api',
			credential: { oauthTokenData: { access_token: 'Atza|secret' } },
			settings: { seller: 'S1', marketplace: 'A1', language: 'de_DE', currency: 'EUR', productType: 'CHAIR' },
		},
		of: () => true,
		set: (row, _field, value) =>
			void ((row.attributes as Row).item_name = [{ value, language_tag: 'de_DE', marketplace_id: 'A1' }]),
		fields: (n) => ({
			sku: `SKU ${n}/1`,
			name: `Chair ${n}`,
			bulletPoints: ['of wood', 'with legs'],
			price: 12.5,
			quantity: n,
			mainPicture: `https://example.org/${n}.jpg`,
		}),
		match: 'sku',
		text: 'name',
		foreign: 'brand',
		bad: { sku: 'bad', name: 'x'.repeat(600) },
		absentId: 'none',
		contract: { name: 'amazon-listings', base: '' },
	},
];

describe.each(cases)('$name', (one) => {
	// The suite names its stand-in before it is started: all that it asks of it comes later.
	let started: DestinationFake;
	const stand = {
		...one.stand,
		get url() {
			return started.fake.url;
		},
	};
	beforeAll(async () => {
		started = await one.start();
	});
	afterAll(() => started.fake.stop());
	const fake = new Proxy({} as DestinationFake['fake'], {
		get: (_target, name) => Reflect.get(started.fake, name).bind?.(started.fake) ?? Reflect.get(started.fake, name),
	});
	story({
		...one,
		stand,
		fake,
		count: async () => [...started.rows.values()].filter((row) => one.of(row)).length,
		edit: async (id, field, value) => one.set(started.rows.get(one.idOf?.(id) ?? id)!, field, value),
	});
});

test('a Shopify product keeps the variants that are not ours, though productSet deletes what is not sent', async () => {
	const { fake, rows } = await fakeShopify();
	try {
		const credential = { shopSubdomain: 'x', accessToken: 'x' };
		const stand = { system: shopify, type: 'shopifyAccessTokenApi', credential, url: fake.url } as const;
		const products = destinationAt(stand, 'product');
		const variant = (sku: string) => ({ sku, price: 10, options: { Size: sku } });
		const [ours, more, theirs] = ['S', 'L', 'XXL'].map(variant);
		const [made] = await products.write([
			create(0, { handle: 'chair', title: 'Chair', variants: [ours!, theirs!] }),
		]);
		const { id } = made as { id: string };
		const variants = async () => (await products.read([{ ref: 0, id }], ['variants']))[0]?.fields?.['variants'];
		const standing = async () =>
			new Set(((await variants()) as Array<ReturnType<typeof variant>>).map(({ sku }) => sku));
		const added = (...some: Array<ReturnType<typeof variant>>) => ({ $members: some });
		const write = async (wanted: Listed, before: Listed) =>
			await products.write([update(0, id, { variants: whole(wanted, await variants(), before) })]);

		expect(await write(added(ours!, more!), added(ours!))).toMatchObject([{ ok: true }]);
		expect(await standing()).toEqual(new Set(['S', 'L', 'XXL']));
		expect(await write(added(more!), added(ours!, more!))).toMatchObject([{ ok: true }]);
		expect(await standing()).toEqual(new Set(['L', 'XXL']));
		expect(await products.write([update(0, id, { title: 'Stool' })])).toMatchObject([{ ok: true }]);
		expect(await standing()).toEqual(new Set(['L', 'XXL']));
		expect(rows.size).toBe(1);
	} finally {
		await fake.stop();
	}
});

describe('what a Slack account cannot do', () => {
	let started: DestinationFake;
	const stand = { system: slack, type: 'slackApi', credential: { accessToken: 'xoxb-plan' } } as const;
	beforeAll(async () => {
		started = await fakeSlack();
		started.rows.set('U1', { id: 'U1', real_name: 'Ada', deleted: false, profile: { email: 'ada@x.org' } });
	});
	afterAll(() => started.fake.stop());

	test('people are deactivated by a person: a task that names SCIM and the plan', async () => {
		const people = destinationAt({ ...stand, url: started.fake.url }, 'person');
		expect(await people.read([{ ref: 0, match: { email: 'ada@x.org' } }], ['name'])).toEqual([
			{ ref: 0, id: 'U1', fields: { name: 'Ada' } },
		]);
		const [gone] = await people.write([remove(0, 'U1')]);
		expect(gone).toMatchObject({ ok: false, error: { kind: 'refused', detail: { task: true } } });
		expect(people.removal).toMatchObject([
			{ step: 'deactivate', takes: expect.stringMatching(/Business\+.*SCIM/) },
		]);
		const [made] = await people.write([create(0, { email: 'b@x.org' })]);
		const instead = expect.stringMatching(/Sync To Directory.*Business\+/u) as string;
		expect(made).toMatchObject({ ok: false, error: { kind: 'refused', detail: { final: true, todo: instead } } });
		const email = (await people.describe()).find(({ name }) => name === 'email');
		expect(email).toMatchObject({ writable: false, instead });
		expect(started.fake.sent('POST')).toEqual([]);
	});

	test('what takes a paid plan is said, and not tried again', async () => {
		started.fake.fault({
			when: ({ method }) => method === 'POST',
			answer: { body: { ok: false, error: 'paid_teams_only' } },
		});
		const groups = destinationAt({ ...stand, url: started.fake.url }, 'userGroup');
		const [made] = await groups.write([create(0, { name: 'Sales' })]);
		expect(made).toMatchObject({
			ok: false,
			error: { detail: { final: true, todo: expect.stringContaining('paid plan') } },
		});
	});
});
