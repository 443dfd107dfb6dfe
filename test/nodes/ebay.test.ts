/** eBay as a destination, by its form, in n8n's own executor: signed with access tokens that a refresh token brings. */
import { OneWaySyncRefreshTokenApi } from '../../credentials/OneWaySyncRefreshTokenApi.credentials';
import { SyncToApp } from '../../nodes/SyncToApp/SyncToApp.node';
import { n8nIsHere } from '../n8n/inprocess';
import type { Row } from '../systems/fake';
import type { DestinationFake } from '../systems/fakes/common';
import { fakeEbay, guarded, type Tokens } from '../systems/fakes/ebay';
import { World } from './world';

(n8nIsHere ? describe : describe.skip)('Sync To App brings items to eBay', () => {
	jest.setTimeout(120_000);
	let ebay: DestinationFake;
	let world: World;
	let sync: Awaited<ReturnType<World['publish']>>;
	const stored = {
		tokenUrl: '',
		clientId: 'app',
		clientSecret: 'cert',
		refreshToken: 'v^1.1#first',
		scope: 'https://api.ebay.com/oauth/api_scope/sell.inventory',
		accessToken: '',
	};
	let token: Tokens;

	beforeAll(async () => {
		ebay = await fakeEbay();
		const { fake, rows } = ebay;
		stored.tokenUrl = `${fake.url}/token`;
		token = guarded(fake, stored);
		rows.set('p1@x.org', { sku: 'p1@x.org', locale: 'en_US', product: { title: 'Old', subtitle: 'Theirs' } });
		world = new World(3);
		sync = await world.publish({
			target: {
				name: 'Target',
				type: new SyncToApp(),
				parameters: { system: 'ebay', object: 'item', options: { baseUrl: fake.url } },
				credentials: { oneWaySyncRefreshTokenApi: { id: 'e', name: 'eBay' } },
			},
			credentials: { e: stored },
			credentialTypes: [new OneWaySyncRefreshTokenApi()],
			source: { options: { guardFirst: false, guardShare: 100 } },
			mapping: {
				rows: {
					row: [
						{ field: 'sku', value: '={{ $json.email }}' },
						{ field: 'title', value: '={{ $json.name }}' },
						{ field: 'quantity', value: '={{ $json.id }}' },
					],
				},
				match: ['sku'],
				removal: 'delete',
				removalRows: {},
			},
		});
	});
	afterAll(async () => {
		await sync?.close();
		await world?.remove();
		await ebay?.fake.stop();
	});
	const quantity = (sku: string) =>
		((ebay.rows.get(sku)?.availability as Row).shipToLocationAvailability as Row).quantity;

	test('the first token is fetched and kept, and one that was there is adopted with what is not ours', async () => {
		await sync.tick();
		expect([...ebay.rows.keys()]).toEqual(['p1@x.org', 'p2@x.org', 'p3@x.org']);
		expect(ebay.rows.get('p1@x.org')).toMatchObject({ product: { title: 'Person 1', subtitle: 'Theirs' } });
		expect([token.given, stored.accessToken, stored.refreshToken]).toEqual([1, 'access-1', 'v^1.1#first']);
	});

	test('a token that has run out is renewed once', async () => {
		token.good = 'nobody has this';
		world.source.exec("UPDATE people SET name = 'Ada' WHERE id = 2");
		await sync.tick();
		expect(ebay.rows.get('p2@x.org')).toMatchObject({ product: { title: 'Ada' } });
		expect([token.given, stored.accessToken]).toEqual([2, 'access-2']);
	});

	test('who leaves is out of stock, and has the mapped quantity when it returns', async () => {
		world.source.exec('DELETE FROM people WHERE id = 3');
		await sync.tick();
		await sync.tick();
		expect(quantity('p3@x.org')).toBe(0);
		world.hire(3);
		await sync.tick();
		expect(quantity('p3@x.org')).toBe(3);
	});
});
