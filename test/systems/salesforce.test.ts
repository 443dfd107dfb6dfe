/** What Salesforce alone does: results that stand, limits that come as 403, batches of which a part is refused. */
import { SyncError } from '../../sync/types';
import { create, update } from '../conformance/destination';
import { readAll } from '../conformance/source';
import { sources, stand } from './cases/salesforce';
import { trouble, type Answer, type Row } from './fake';
import { tableOf, type SourceFake } from './fakes/common';
import { fakeSalesforce } from './fakes/salesforce';
import { destinationAt, sourceAt } from './open';

let one: SourceFake;
let contacts: Map<string, Row>;
beforeAll(async () => {
	one = await fakeSalesforce();
	contacts = tableOf(one.rows, 'Contact');
});
afterAll(() => one.fake.stop());
beforeEach(() => {
	contacts.clear();
	one.fake.forget();
});

let credentials = 0;
/** A quota belongs to a credential, so that each has one of its own. */
const at = () => ({
	...stand,
	url: one.fake.url,
	credential: { ...stand.credential, clientId: String(++credentials) },
});
const limit = (message: string): Answer => ({ status: 403, body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message }] });

test('what is created while it reads changes nothing in the result that it reads', async () => {
	const deals = tableOf(one.rows, 'Opportunity');
	const { row } = sources[0]!;
	const put = (id: string) => deals.set(id, row(id, `Deal ${id}`, '2026-06-01T00:00:00.000Z'));
	for (let n = 10_000; n < 14_500; n++) put(String(n));
	const keys: string[] = [];
	for await (const { records } of sourceAt(at(), 'opportunity').read()) {
		put(String(1000 + keys.length)); // before all others
		deals.delete('14499');
		keys.push(...records.map(({ key }) => key));
	}
	expect([keys.length, new Set(keys).size, one.fake.calls.length]).toEqual([4500, 4500, 3]);
});

test('the requests of a day that are spent end a read early, as no failure; too many at once are waited for', async () => {
	contacts.set('1', { Id: '1', LastName: 'A' });
	one.fake.fault({ answer: limit('TotalRequests Limit exceeded.') });
	const spent = await readAll(sourceAt(at(), 'contact'));
	expect([spent.records.length, spent.completes]).toEqual([0, 0]);
	one.fake.fault({ answer: limit('ConcurrentRequests (Concurrent API Requests) Limit exceeded.') });
	expect((await readAll(sourceAt(at(), 'contact'))).completes).toBe(1);
	const days = destinationAt(at(), 'contact');
	one.fake.fault({ answer: limit('TotalRequests Limit exceeded.') });
	const error: unknown = await days.write([create(0, { lastName: 'B' })]).catch((caught: unknown) => caught);
	expect(error).toMatchObject({ kind: 'unreachable', detail: { pause: true } });
	expect(error).toBeInstanceOf(SyncError);
});

test('of many in one request each has its own answer: taken, refused, there already, gone', async () => {
	const into = destinationAt(at(), 'contact');
	const made = await into.write([
		create(0, { lastName: 'A', Source_Key__c: 'a' }),
		create(1, { lastName: 'B', Source_Key__c: 'b' }),
		create(2, { lastName: 'A again', Source_Key__c: 'a' }),
		create(3, { lastName: 'C', email: 'no address' }),
	]);
	const kinds = made.map((result) => (result.ok ? 'ok' : result.error.kind));
	expect(kinds).toEqual(['ok', 'ok', 'conflict', 'refused']);
	const [a, b] = made.map((result) => (result.ok ? result.id : ''));
	contacts.delete(a!);
	const changed = await into.write([update(0, a!, { title: 'T' }), update(1, b!, { title: 'T' })]);
	expect(changed).toMatchObject([
		{ ok: false, error: { kind: 'missing' } },
		{ ok: true, actual: { title: 'T' } },
	]);
	// Two creates and two updates, each in one request, and what stands there then.
	expect(one.fake.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
		'POST /composite/sobjects',
		'POST /composite/sobjects/Contact',
		'PATCH /composite/sobjects',
		'GET /sobjects/Contact/' + b!,
	]);
});

test('a second record with the same key is no twin, and a row that somebody holds is tried again', async () => {
	const into = destinationAt(at(), 'contact');
	await into.write([create(0, { lastName: 'A', Source_Key__c: 'a' })]);
	const [twin] = await into.write([create(0, { lastName: 'A', Source_Key__c: 'a' })]);
	expect([twin, contacts.size]).toMatchObject([{ ok: false, error: { kind: 'conflict' } }, 1]);
	one.fake.fault({ answer: { status: 400, body: [{ errorCode: 'UNABLE_TO_LOCK_ROW', message: 'held' }] } });
	const [held] = await into.write([update(0, [...contacts.keys()][0]!, { title: 'T' })]);
	expect(held).toMatchObject({ ok: false, error: { kind: 'retry' } });
});

test('a field that the organization has not is said so', async () => {
	const source = sourceAt({ ...at(), settings: { fields: 'Unknown__c' } }, 'contact');
	await expect(readAll(source)).rejects.toMatchObject({
		message: expect.stringContaining("No such column 'Unknown__c'"),
	});
	one.fake.fault({ times: 9, answer: trouble.empty(204) });
	expect((await readAll(sourceAt(at(), 'contact'))).records).toEqual([]);
});
