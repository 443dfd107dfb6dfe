/** Apps as sources, read by the real engine from stand-ins that behave as they do. */
import { bamboohr } from '../../systems/bamboohr';
import { hubspot } from '../../systems/hubspot';
import { pipedrive } from '../../systems/pipedrive';
import type { Fields } from '../../sync/types';
import { readAll, sourceConformance } from '../conformance/source';
import type { SourceOf } from './cases';
import * as airtable from './cases/airtable';
import * as akeneo from './cases/akeneo';
import * as googlesheets from './cases/googlesheets';
import * as personio from './cases/personio';
import * as salesforce from './cases/salesforce';
import { withContract } from './contract/find';
import { trouble, type Row } from './fake';
import { fakeBamboo } from './fakes/bamboohr';
import { tableOf, type SourceFake } from './fakes/common';
import { fakeHubspot } from './fakes/hubspot';
import { fakePipedrive } from './fakes/pipedrive';
import { sourceAt, type Stand } from './open';

const cases: SourceOf[] = [
	...personio.sources,
	...salesforce.sources,
	...akeneo.sources,
	...airtable.sources,
	...googlesheets.sources,
	{
		name: 'HubSpot deals',
		object: 'deal',
		table: 'deals',
		start: fakeHubspot,
		stand: {
			system: hubspot,
			type: 'hubspotAppToken',
			credential: { appToken: 'pat-very-secret' },
			settings: { properties: 'segment' },
		},
		row: (id, text, at) => ({
			id,
			properties: {
				dealname: text,
				amount: '12.50',
				hs_is_closed_won: 'true',
				segment: 'A',
				hs_lastmodifieddate: at,
				hs_object_id: id,
			},
			associations: {
				companies: {
					results: [
						{ id: '7', type: 'x' },
						{ id: '7', type: 'y' },
					],
				},
			},
			updatedAt: at,
		}),
		fields: (id, text) => ({
			id,
			name: text,
			amount: 12.5,
			closedWon: true,
			companyIds: ['7'],
			contactIds: [],
			more: { segment: 'A' },
		}),
		gone: (row) => ({ ...row, archived: true }),
		page: 100,
	},
	{
		name: 'HubSpot contacts',
		object: 'contact',
		table: 'contacts',
		start: fakeHubspot,
		stand: { system: hubspot, type: 'hubspotAppToken', credential: { appToken: 'pat-very-secret' } },
		row: (id, text, at) => ({
			id,
			properties: { email: text, lastmodifieddate: at, associatedcompanyid: '9' },
			updatedAt: at,
		}),
		fields: (id, text) => ({ id, email: text, companyId: '9' }),
		gone: (row) => ({ ...row, archived: true }),
		page: 100,
	},
	{
		name: 'Pipedrive deals',
		object: 'deal',
		table: 'deals',
		start: fakePipedrive,
		stand: { system: pipedrive, type: 'pipedriveApi', credential: { apiToken: 'token-very-secret' } },
		row: (id, text, at) => ({
			id: Number(id),
			title: text,
			value: 5,
			status: 'won',
			update_time: at.replace('.000', ''),
			custom_fields: { abc: 1 },
		}),
		fields: (id, text) => ({ id: Number(id), title: text, value: 5, status: 'won', customFields: { abc: 1 } }),
		gone: (row) => ({ ...row, is_deleted: true }),
		page: 500,
	},
	{
		name: 'BambooHR employees',
		object: 'employee',
		table: 'employees',
		start: () => fakeBamboo('key-very-secret'),
		stand: {
			system: bamboohr,
			type: 'bambooHrApi',
			credential: { apiKey: 'key-very-secret', subdomain: 'x' },
			settings: { fields: 'customCostCenter' },
		},
		row: (id, text, at) => ({
			id,
			firstName: text,
			status: 'Active',
			terminationDate: '0000-00-00',
			customCostCenter: '42',
			lastChanged: at.replace('.000Z', '+00:00'),
		}),
		fields: (id, text) => ({ id, firstName: text, status: 'Active', more: { customCostCenter: '42' } }),
		gone: (row, at) => ({ ...row, action: 'Deleted', lastChanged: at.replace('.000Z', '+00:00') }),
		page: Infinity,
		detailed: true,
	},
];

/** A second later each time, so that every change is later than the one before. */
const started: SourceFake[] = [];
const begin = async (one: Promise<SourceFake>): Promise<SourceFake> => {
	started.push(await one);
	return await one;
};
afterAll(async () => {
	for (const { fake } of started) await fake.stop();
});

let clock = Date.UTC(2026, 5, 1);
const now = () => new Date((clock += 1000)).toISOString();

describe.each(cases)(
	'$name',
	({ name, object, table, start, stand, row, fields, gone, page, detailed, besides, follows = true }) => {
		let one: SourceFake;
		let rows: Map<string, Row>;
		beforeAll(async () => {
			one = await begin(start());
			rows = tableOf(one.rows, table);
		});
		beforeEach(() => {
			rows.clear();
			one.fake.forget();
		});
		const open = (follow = false) => sourceAt({ ...stand, url: one.fake.url }, object, follow);
		const put = (id: string, text: string) => rows.set(id, row(id, text, now()));
		/** All fields of the definition; those that are not named are empty. */
		const whole = (id: string, text: string): Fields => ({
			...Object.fromEntries(Object.keys(stand.system.objects[object]!.fields).map((field) => [field, null])),
			...fields(id, text),
		});
		const read = (found: { fields: Fields }) => {
			const { updated: _updated, addTime: _added, ...rest } = found.fields;
			return rest;
		};
		const expected = (id: string, text: string) => read({ fields: whole(id, text) });

		sourceConformance(name, {
			open: async (how) => open(how?.follow),
			put: async (records) => {
				for (const { key, fields: given } of records) {
					const text = Object.entries(fields(key, '?')).find(([, value]) => value === '?')![0];
					put(key, String(given[text]));
				}
			},
			drop: async (keys) => {
				for (const key of keys) rows.delete(key);
			},
			empty: async () => rows.clear(),
			fields: whole,
			follows: follows && stand.system.name !== 'hubspot',
		});

		test('reads everything page by page, asks for no more than that, and only looks', async () => {
			const count = page === Infinity ? 30 : page * 2 + 1;
			for (let n = 1; n <= count; n++) put(String(n), `r${n}`);
			const { records, completes } = await readAll(open());
			expect([records.length, completes]).toEqual([count, 1]);
			const calls = one.fake.calls.filter(({ path }) => besides?.test(path) !== true);
			expect(calls).toHaveLength((page === Infinity ? 1 : 3) + (detailed ? count : 0));
			expect(one.fake.calls.every((call) => call.method === 'GET')).toBe(true);
		});

		const changes = 'a read of what changed gives that, whole, and goes on from there';
		const testChanges = async () => {
			for (let n = 1; n <= 5; n++) put(String(n), 'a');
			const source = open(true);
			const first = await readAll(source);
			clock += 3_600_000;
			put('3', 'b');
			put('6', 'c');
			const next = await readAll(source, first.last.cursor);
			expect(next.completes).toBe(0);
			const changed = new Map(next.records.map((found) => [found.key, read(found)]));
			expect(changed.get('3')).toEqual(expected('3', 'b'));
			expect(changed.get('6')).toEqual(expected('6', 'c'));
			clock += 3_600_000;
			const calls = one.fake.calls.length;
			const nothing = await readAll(source, next.last.cursor);
			expect(nothing.records.filter(({ fields: found }) => found['text'] !== undefined)).toEqual([]);
			expect(one.fake.calls.length - calls).toBeLessThanOrEqual(3);
			for (const call of one.fake.calls)
				expect([call.method, /\/(search|batch\/read|composite\/sobjects\/\w+)$/.test(call.path)]).toEqual(
					call.method === 'GET' ? ['GET', false] : ['POST', true],
				);
		};
		if (follows) test(changes, testChanges);

		test('what is gone is not read any more, or said to be removed', async () => {
			put('1', 'a');
			put('2', 'a');
			const left = gone(rows.get('1')!, now());
			if (left) rows.set('1', left);
			else rows.delete('1');
			const { records } = await readAll(open());
			expect(records.filter(({ removed }) => removed !== true).map(({ key }) => key)).toEqual(['2']);
			expect((await open().fetch(['1', '2'])).map(({ key }) => key)).toEqual(['2']);
		});

		test('waits as long as it is told when it asks too fast, and reads on', async () => {
			for (let n = 1; n <= 3; n++) put(String(n), 'a');
			one.fake.fault({ answer: trouble.busy(1) });
			const began = Date.now();
			const { records, completes } = await readAll(open());
			expect([records.length, completes]).toEqual([3, 1]);
			expect(Date.now() - began).toBeGreaterThanOrEqual(950);
		});

		test('asks again after a server error, and a read is never complete that was answered with rubbish', async () => {
			put('1', 'a');
			one.fake.fault({ answer: trouble.broken(502) });
			expect((await readAll(open())).completes).toBe(1);
			for (const answer of [trouble.garbled, trouble.empty(), { body: {} }, { body: '[]' }] as const) {
				one.fake.forget();
				one.fake.fault({ times: 99, answer });
				const tried = readAll(open()).then(
					({ records, completes }) => ({ records: records.length, completes }),
					(error: unknown) => String(error),
				);
				expect({ answer, outcome: await tried }).toEqual({ answer, outcome: expect.any(String) });
			}
		});

		test('a wrong credential is denied, and shown nowhere', async () => {
			put('1', 'a');
			const secret = String(Object.values(stand.credential)[0]);
			one.fake.fault({
				times: 99,
				answer: { status: 401, body: { message: `no such key ${secret}`, error: `no such key ${secret}` } },
			});
			const error = await readAll(open()).catch((caught: unknown) => caught);
			expect(error).toMatchObject({ kind: 'denied' });
			expect(String(error)).not.toContain(secret);
		});
	},
);

test("HubSpot's daily quota ends a read early, as no failure, and nothing is missing for it", async () => {
	const { fake, rows } = await begin(fakeHubspot());
	const stand: Stand = {
		system: hubspot,
		type: 'hubspotAppToken',
		credential: { appToken: 'pat-quota' },
		url: fake.url,
	};
	const deals = tableOf(rows, 'deals');
	for (let n = 1; n <= 150; n++) deals.set(String(n), { id: String(n), properties: { dealname: 'x' } });
	fake.fault({
		when: ({ query }) => query.has('after'),
		times: 9,
		answer: {
			status: 429,
			body: { status: 'error', message: 'daily limit', errorType: 'RATE_LIMIT', policyName: 'DAILY' },
		},
	});
	const { records, completes } = await readAll(sourceAt(stand, 'deal'));
	expect([records.length, completes]).toEqual([100, 0]);
});

test('HubSpot gives no more than 10,000 changes at once: the read goes on from the last one', async () => {
	const { fake, rows } = await begin(fakeHubspot());
	const stand: Stand = {
		system: hubspot,
		type: 'hubspotAppToken',
		credential: { appToken: 'pat-many' },
		url: fake.url,
	};
	const contacts = tableOf(rows, 'contacts');
	const from = Date.UTC(2026, 0, 1);
	for (let n = 1; n <= 10_450; n++)
		contacts.set(String(n), {
			id: String(n),
			properties: { email: `${n}@x.org`, lastmodifieddate: new Date(from + n * 1000).toISOString() },
		});
	const { records } = await readAll(sourceAt(stand, 'contact', true), { at: from });
	expect(new Set(records.map(({ key }) => key)).size).toBe(10_450);
}, 60_000);

withContract('bamboohr', (check) => {
	test('every request to BambooHR is within its contract', async () => {
		const { fake, rows } = await begin(fakeBamboo('key-contract'));
		const { stand, row } = cases.at(-1)!;
		const url = `${fake.url}/api/v1`;
		for (const path of ['/employees/changed', '/employees/*'])
			fake.on('GET', `/api/v1${path}`, async (call) => {
				const answer = await fetch(`${fake.url}${call.url.replace('/api/v1', '')}`, {
					headers: { authorization: String(call.headers.authorization) },
				});
				return { status: answer.status, body: await answer.text() };
			});
		const employees = tableOf(rows, 'employees');
		for (let n = 1; n <= 3; n++) employees.set(String(n), row(String(n), 'a', now()));
		const source = sourceAt(
			{ ...stand, credential: { apiKey: 'key-contract', subdomain: 'x' }, url },
			'employee',
			true,
		);
		const { last } = await readAll(source);
		await readAll(source, last.cursor);
		await source.fetch(['1', '99']);
		const sent = fake.calls.filter((call) => call.path.startsWith('/api/v1'));
		expect(sent.length).toBeGreaterThan(6);
		expect(sent.flatMap((call) => check(call))).toEqual([]);
	});
});
