/** Every request to Akeneo by its contract; and its list while products come and go. */
import { plainValues } from '../../systems/akeneo';
import { readAll } from '../conformance/source';
import { sources, stand } from './cases/akeneo';
import { withContract } from './contract/find';
import { fakeAkeneo } from './fakes/akeneo';
import { tableOf, type SourceFake } from './fakes/common';
import { recorder, sourceAt } from './open';

let one: SourceFake;
beforeEach(async () => {
	one = await fakeAkeneo();
});
afterEach(() => one.fake.stop());
const put = (id: string, at: string) => tableOf(one.rows, 'products').set(id, sources[0]!.row(id, 'shirts', at));

test('what comes and goes while it reads moves nothing from page to page', async () => {
	for (let n = 1000; n < 1350; n++) put(String(n), '2026-06-01T00:00:00.000Z');
	const keys: string[] = [];
	for await (const { records } of sourceAt({ ...stand, url: one.fake.url }, 'product').read()) {
		keys.push(...records.map(({ key }) => key));
		tableOf(one.rows, 'products').delete(String(1000 + keys.length / 100));
		put(`0${keys.length}`, '2026-06-01T00:00:00.000Z');
	}
	expect(new Set(keys).size).toBe(350);
	expect(keys).toHaveLength(350);
});

test('each attribute has the value of the channel and language alone', () => {
	const name = [{ data: 'Top', locale: 'en_US', scope: 'ecommerce' }];
	const price = [{ data: [{ amount: '15.5', currency: 'EUR' }], locale: null, scope: null }];
	expect(plainValues({ name, price, none: [] })).toEqual({
		name: 'Top',
		price: [{ amount: '15.5', currency: 'EUR' }],
		none: null,
	});
	expect(plainValues(null)).toBeNull();
});

withContract('akeneo', (check) => {
	test('every request to Akeneo is within its contract', async () => {
		for (let n = 1000; n < 1150; n++) put(String(n), '2026-06-01T00:00:00.000Z');
		const url = `${one.fake.url}/api/rest/v1`;
		const { http, sent } = recorder({ url }, '/api/rest/v1');
		const source = sourceAt({ ...stand, url }, 'product', true, http);
		const { last } = await readAll(source);
		await readAll(source, last.cursor);
		expect(await source.fetch(['1003', 'none'])).toMatchObject([{ key: '1003' }]);
		expect(sent.length).toBeGreaterThan(3);
		expect(sent.flatMap((each) => check(each))).toEqual([]);
	});
});
