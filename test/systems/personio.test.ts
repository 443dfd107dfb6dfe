/** What Personio alone does: people who come and go while they are read, and people without an employment. */
import { readAll } from '../conformance/source';
import { sources } from './cases/personio';
import type { Row } from './fake';
import { tableOf, type SourceFake } from './fakes/common';
import { fakePersonio } from './fakes/personio';
import { sourceAt } from './open';

const { row, stand } = sources[0]!;
let one: SourceFake;
let persons: Map<string, Row>;
beforeAll(async () => {
	one = await fakePersonio();
	persons = tableOf(one.rows, 'persons');
});
afterAll(() => one.fake.stop());
beforeEach(() => {
	persons.clear();
	one.fake.forget();
});
const put = (id: number) => persons.set(String(id), row(String(id), `P${id}`, '2026-06-01T00:00:00.000Z'));
const source = (object: string) => sourceAt({ ...stand, url: one.fake.url }, object);

test('who is added or deleted on a page that was read moves nobody else', async () => {
	for (let id = 1000; id < 1120; id++) put(id);
	const keys: string[] = [];
	for await (const { records } of source('person').read()) {
		keys.push(...records.map(({ key }) => key));
		put(500 + keys.length);
		persons.delete('1001');
	}
	expect([keys.length, new Set(keys).size]).toEqual([120, 120]);
});

test('an employee without an employment, or deleted a moment ago, is as the list says', async () => {
	put(1);
	put(2);
	delete persons.get('1')!.employment;
	one.fake.fault({
		when: ({ path }) => path === '/persons/2/employments',
		answer: { status: 404, body: { errors: [{ title: 'Resource not found' }] } },
	});
	const { records, completes } = await readAll(source('employee'));
	expect(completes).toBe(1);
	expect(records.map(({ key, fields }) => [key, fields['lastName'], fields['position']])).toEqual([
		['1', 'P1', null],
		['2', 'P2', null],
	]);
});

test('what it says of a missing right is told, with what to do', async () => {
	one.fake.fault({
		answer: {
			status: 403,
			body: { errors: [{ title: 'Insufficient access scope', detail: 'Client scope insufficient' }] },
		},
	});
	await expect(readAll(source('person'))).rejects.toMatchObject({
		kind: 'denied',
		message: expect.stringContaining('Client scope insufficient'),
		detail: { todo: expect.stringContaining('personio:persons:read') },
	});
});
