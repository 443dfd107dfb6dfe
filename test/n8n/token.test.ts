/** A refresh token in a real n8n: it fetches access tokens with it, keeps them, and fetches the next one when that has run out. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { drag, line } from '../e2e/workflows';
import type { DestinationFake } from '../systems/fakes/common';
import { fakeEbay, guarded, type Tokens } from '../systems/fakes/ebay';
import { startN8n, until, type N8n } from './harness';

jest.setTimeout(180_000);
let n8n: N8n;
let ebay: DestinationFake;
let token: Tokens;
let copy: DatabaseSync;
const given = { clientId: 'app', clientSecret: 'cert', refreshToken: 'v^1.1#first', scope: 'sell.inventory' };
const titles = () =>
	copy
		.prepare('SELECT title FROM item ORDER BY sku')
		.all()
		.map((row) => row['title']);
const item = (sku: string, title: string) => void ebay.rows.set(sku, { sku, locale: 'en_US', product: { title } });

beforeAll(async () => {
	ebay = await fakeEbay();
	token = guarded(ebay.fake, given);
	item('K-1', 'Chair');
	item('K-2', 'Table');
	n8n = await startN8n();
	const file = join(n8n.files, 'copy.sqlite');
	copy = new DatabaseSync(file);
	copy.exec('CREATE TABLE item (sku TEXT PRIMARY KEY, title TEXT)');
	const tokenUrl = `${ebay.fake.url}/token`;
	const oneWaySyncRefreshTokenApi = await n8n.api.createCredential('eBay', 'oneWaySyncRefreshTokenApi', {
		...given,
		tokenUrl,
	});
	const { id } = await n8n.api.createWorkflow(
		line({
			name: 'Items',
			trigger: { system: 'ebay', object: 'item', options: { baseUrl: ebay.fake.url } },
			mapping: { rows: drag({ sku: 'sku', title: 'title' }), match: ['sku'], removal: 'delete' },
			destination: { dialect: 'sqlite', file, table: { __rl: true, mode: 'list', value: 'item' } },
			types: { trigger: 'syncFromAppTrigger' },
			credentials: { trigger: { oneWaySyncRefreshTokenApi } },
		}),
	);
	await n8n.api.activate(id);
});
afterAll(async () => {
	copy?.close();
	await n8n?.remove();
	await ebay?.fake.stop();
});

test('one access token lets it read everything, tick after tick', async () => {
	await until(() => titles().join() === 'Chair,Table', { what: 'two items', timeout: 90_000 });
	const before = ebay.fake.calls.length;
	await until(() => ebay.fake.calls.length > before + 1, { what: 'another tick', timeout: 60_000 });
	expect(token.given).toBe(1);
});

test('one that has run out is followed by the next', async () => {
	token.good = 'nobody has this';
	item('K-1', 'Armchair');
	await until(() => titles().join() === 'Armchair,Table', { what: 'the changed item', timeout: 90_000 });
	expect(token.given).toBe(2);
});
