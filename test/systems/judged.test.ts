/** The stand-ins answer as the vendors do: so say the vendors' own clients, which read them as their own servers. */
import { ask, judgesAreThere } from '../judges/judges';
import type { Row } from './fake';
import { fakeAsana } from './fakes/asana';
import { fakeChargebee } from './fakes/chargebee';
import { fakeHubspot } from './fakes/hubspot';
import { fakePipedrive } from './fakes/pipedrive';
import { fakeSalesforce } from './fakes/salesforce';
import { fakeSlack } from './fakes/slack';

const table = (rows: Row[]) => new Map(rows.map((row) => [String(row.id), row]));

if (judgesAreThere) {
	test("HubSpot's client reads the stand-in's lists, searches and associations", async () => {
		const { fake, rows } = await fakeHubspot();
		rows.set(
			'deals',
			table(
				Array.from({ length: 3 }, (_, i) => ({
					id: String(i + 1),
					properties: { dealname: `Deal ${i + 1}`, hs_lastmodifieddate: `2026-01-0${i + 1}T00:00:00.000Z` },
					associations: { contacts: { results: [{ id: '7', type: 'deal_to_contact' }] } },
				})),
			),
		);
		const request = {
			filterGroups: [
				{
					filters: [
						{ propertyName: 'hs_lastmodifieddate', operator: 'GTE', value: String(Date.UTC(2026, 0, 2)) },
					],
				},
			],
			sorts: ['hs_lastmodifieddate'],
			properties: ['dealname'],
			limit: 1,
			after: '0',
		};
		const about = { client: 'hubspot', url: fake.url } as const;
		const list = { type: 'deals', properties: ['dealname'], limit: 2 };
		const inputs = [{ id: '1' }, { id: '3' }, { id: '9' }];
		const [first, rest, found, read, tied] = await ask([
			{ ...about, call: 'list', with: { ...list, associations: ['contacts'] } },
			{ ...about, call: 'list', with: { ...list, after: '3' } },
			{ ...about, call: 'search', with: { type: 'deals', request } },
			{ ...about, call: 'read', with: { type: 'deals', request: { inputs, properties: ['dealname'] } } },
			{ ...about, call: 'associations', with: { type: 'deals', to: 'contacts', request: { inputs } } },
		]);
		expect(first).toMatchObject({
			after: '3',
			results: [
				{ id: '1', properties: { dealname: 'Deal 1' }, associations: { contacts: { results: [{ id: '7' }] } } },
				{ id: '2' },
			],
		});
		expect(rest).toMatchObject({ results: [{ id: '3' }] });
		expect(found).toMatchObject({
			total: 2,
			after: '1',
			results: [{ id: '2', properties: { dealname: 'Deal 2' } }],
		});
		expect(read).toMatchObject({ results: [{ id: '1', properties: { dealname: 'Deal 1' } }, { id: '3' }] });
		expect(tied).toMatchObject({
			results: [
				{ _from: { id: '1' }, to: [{ toObjectId: '7' }] },
				{ _from: { id: '3' }, to: [{ toObjectId: '7' }] },
			],
		});
		await fake.stop();
	});

	test("Pipedrive's client reads the stand-in's pages and filters", async () => {
		const { fake, rows } = await fakePipedrive();
		rows.set(
			'deals',
			table(
				Array.from({ length: 3 }, (_, i) => ({
					id: i + 1,
					title: `Deal ${i + 1}`,
					update_time: `2026-01-0${i + 1}T00:00:00Z`,
				})),
			),
		);
		const about = { client: 'pipedrive', url: fake.url, call: 'deals' } as const;
		const [first, since, some] = await ask([
			{ ...about, with: { limit: 2, sort_by: 'id' } },
			{ ...about, with: { updated_since: '2026-01-02T00:00:00Z', sort_by: 'update_time' } },
			{ ...about, with: { ids: '3,9' } },
		]);
		expect(first).toMatchObject({
			success: true,
			data: [{ id: 1, title: 'Deal 1' }, { id: 2 }],
			additional_data: { next_cursor: expect.any(String) },
		});
		expect(since).toMatchObject({ data: [{ id: 2 }, { id: 3 }], additional_data: { next_cursor: null } });
		expect(some).toMatchObject({ data: [{ id: 3 }] });
		await fake.stop();
	});

	test("Slack's client takes the stand-in's answers and errors for Slack's", async () => {
		const { fake } = await fakeSlack();
		fake.fault({
			when: ({ path }) => path === '/users.list',
			answer: { status: 429, headers: { 'retry-after': '3' }, body: { ok: false, error: 'ratelimited' } },
		});
		const about = { client: 'slack', url: fake.url } as const;
		const [made, twice, listed, channel, busy] = await ask([
			{ ...about, call: 'usergroups.create', with: { name: 'Sales', handle: 'sales' } },
			{ ...about, call: 'usergroups.create', with: { name: 'Sales' } },
			{ ...about, call: 'usergroups.list', with: { include_disabled: true, include_users: true } },
			{ ...about, call: 'conversations.create', with: { name: 'sales-team' } },
			{ ...about, call: 'users.list', with: {} },
		]);
		expect(made).toMatchObject({ ok: true, usergroup: { name: 'Sales', date_delete: 0 } });
		expect(twice).toMatchObject({ code: 'slack_webapi_platform_error', error: 'name_already_exists' });
		expect(channel).toMatchObject({ ok: true, channel: { is_archived: false } });
		expect(listed).toMatchObject({ ok: true, usergroups: [{ name: 'Sales', handle: 'sales', users: [] }] });
		expect(busy).toMatchObject({ code: 'slack_webapi_rate_limited_error', retryAfter: 3 });
		await fake.stop();
	});

	test("Asana's client reads the stand-in's lists and creates", async () => {
		const { fake } = await fakeAsana();
		const about = { client: 'asana', url: fake.url } as const;
		const body = { data: { name: 'Call Ada', projects: ['1'], external: { gid: 'E1' } } };
		const [made, listed] = await ask([
			{ ...about, call: 'create', with: { body, options: { opt_fields: 'name,external.gid' } } },
			{ ...about, call: 'tasks', with: { project: '1', opt_fields: 'name' } },
		]);
		expect(made).toMatchObject({ data: { name: 'Call Ada', external: { gid: 'E1' } } });
		expect(listed).toMatchObject({ data: [{ name: 'Call Ada' }] });
		await fake.stop();
	});

	test("Chargebee's client reads the stand-in's lists, writes, replays and errors", async () => {
		const { fake, rows } = await fakeChargebee('key');
		const about = (call: string, ...given: unknown[]) =>
			({ client: 'chargebee', url: fake.url, call, with: { given, apiKey: 'key' } }) as const;
		const key = { 'chargebee-idempotency-key': 'k1' };
		const ada = { id: 'ada', email: 'ada@x.org', billing_address: { city: 'Rome' }, cf_region: 'EMEA' };
		const [made, again, twin, bob, listed, next, one, billed, item, archived, gone, none, denied] = await ask([
			about('customer.create', ada, key),
			about('customer.create', ada, key),
			about('customer.create', { id: 'ada' }),
			about('customer.create', { id: 'bob', net_term_days: 30 }),
			about('customer.list', { limit: 1, 'sort_by[asc]': 'created_at' }),
			about('customer.list', { limit: 1, offset: '["1"]', sort_by: { asc: 'created_at' } }),
			about('customer.list', { id: { in: '["bob","none"]' } }),
			about('customer.updateBillingInfo', 'ada', { vat_number: 'IT1' }),
			about('item.create', { id: 'chair', name: 'Chair', type: 'plan', item_family_id: 'chairs' }),
			about('item.update', 'chair', { status: 'archived' }),
			about('customer.delete', 'bob', { delete_payment_method: false }),
			about('customer.retrieve', 'bob'),
			{ ...about('customer.list'), with: { given: [], apiKey: 'other' } },
		]);
		expect(made).toMatchObject({ customer: { ...ada, deleted: false }, isIdempotencyReplayed: false });
		expect(again).toMatchObject({ customer: ada, isIdempotencyReplayed: 'true' });
		expect(twin).toMatchObject({ api_error_code: 'duplicate_entry', http_status_code: 400 });
		expect(bob).toMatchObject({ customer: { net_term_days: 30, updated_at: expect.any(Number) } });
		expect(listed).toMatchObject({ list: [{ customer: { id: 'ada' } }], next_offset: '["1"]' });
		expect(next).toMatchObject({ list: [{ customer: { id: 'bob' } }] });
		expect(next).not.toHaveProperty('next_offset');
		expect(one).toMatchObject({ list: [{ customer: { id: 'bob' } }] });
		expect(billed).toMatchObject({ customer: { vat_number: 'IT1' } });
		expect((billed as { customer: object }).customer).not.toHaveProperty('billing_address');
		expect(item).toMatchObject({ item: { id: 'chair', status: 'active' } });
		expect(archived).toMatchObject({ item: { status: 'archived' } });
		expect(gone).toMatchObject({ customer: { id: 'bob', deleted: true } });
		expect(none).toMatchObject({ api_error_code: 'resource_not_found', http_status_code: 404 });
		expect(denied).toMatchObject({ api_error_code: 'api_authentication_failed', http_status_code: 401 });
		expect([...rows.keys()]).toEqual(['customer ada', 'item chair']);
		await fake.stop();
	});

	test("Salesforce's stand-in is read by jsforce: results page by page, records by their IDs, writes and errors", async () => {
		const { fake, rows } = await fakeSalesforce();
		rows.set(
			'Contact',
			new Map(
				Array.from({ length: 2001 }, (_, i): [string, Row] => [
					`${i}`,
					{ Id: `${i}`, LastName: `L${i}`, SystemModstamp: '2026-01-01T00:00:00.000+0000' },
				]),
			),
		);
		const about = { client: 'salesforce', url: fake.url } as const;
		const contact = (call: string, ...given: unknown[]) => ({ ...about, call, with: { type: 'Contact', given } });
		const query = 'SELECT Id,LastName FROM Contact WHERE SystemModstamp >= 2026-01-01T00:00:00Z ORDER BY Id';
		const [first, all, read, made, changed, one, none, bad] = await ask([
			{ ...about, call: 'query', with: { given: [query] } },
			{ ...about, call: 'query', with: { given: [query, { autoFetch: true }] } },
			contact('retrieve', ['0', '9999'], { fields: ['LastName'] }),
			contact('create', [{ LastName: 'New' }, { Email: 'x' }]),
			contact('update', [
				{ Id: '1', Title: 'T' },
				{ Id: '9999', Title: 'T' },
			]),
			contact('retrieve', '1', { fields: ['Title'] }),
			contact('destroy', '9999'),
			{ ...about, call: 'query', with: { given: ['SELECT'] } },
		]);
		expect(first).toMatchObject({
			answer: { totalSize: 2001, done: false, nextRecordsUrl: expect.stringMatching(/-2000$/u) },
			used: { used: 18, limit: 15000 },
		});
		expect(all).toMatchObject({
			answer: { done: true, records: expect.arrayContaining([expect.objectContaining({ LastName: 'L999' })]) },
		});
		expect((all as { answer: { records: unknown[] } }).answer.records).toHaveLength(2001);
		expect(read).toMatchObject({ answer: [{ LastName: 'L0', attributes: { type: 'Contact' } }, null] });
		expect(made).toMatchObject({
			answer: [
				{ success: true, id: expect.any(String), errors: [] },
				{ success: false, errors: [{ statusCode: 'REQUIRED_FIELD_MISSING', fields: ['LastName'] }] },
			],
		});
		expect(changed).toMatchObject({
			answer: [
				{ success: true, id: '1' },
				{ success: false, errors: [{ statusCode: 'ENTITY_IS_DELETED' }] },
			],
		});
		expect(one).toMatchObject({ answer: { Title: 'T' } });
		expect(none).toMatchObject({ answer: { errorCode: 'ENTITY_IS_DELETED' } });
		expect(bad).toMatchObject({ answer: { errorCode: 'MALFORMED_QUERY' } });
		await fake.stop();
	});
} else process.stderr.write('skipped: what the vendors’ own clients say of the stand-ins (test/judges)\n');
