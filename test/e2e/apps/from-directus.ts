/** Directus, as a source and as a destination: a real server, and 5,000 items read by the fewest requests. */
import type { Given } from '../../../connectors/rest/net/access';
import { RestDestination } from '../../../connectors/rest/destination';
import { RestSource } from '../../../connectors/rest/source';
import type { Fields } from '../../../sync/types';
import { directus as system } from '../../../systems/directus';
import { create, destinationConformance, ok, prepared, update } from '../../conformance/destination';
import { readAll, sourceConformance } from '../../conformance/source';
import { startDirectus, type Directus } from '../../servers/directus';

const column = (field: string, type: string, schema: object = {}, meta: object = {}) => ({ field, type, schema, meta });

export function fromDirectus(): void {
	let server: Directus;
	beforeAll(async () => {
		server = await startDirectus();
		await server.ask('POST', '/collections', {
			collection: 'products',
			schema: {},
			meta: {},
			fields: [
				column('id', 'string', { is_primary_key: true, length: 40, is_nullable: false }),
				column('sku', 'string', { is_unique: true }),
				column('name', 'string', { length: 80 }),
				column('note', 'text'),
				column('price', 'decimal'),
				column('date_created', 'timestamp', {}, { special: ['date-created'] }),
				column('date_updated', 'timestamp', {}, { special: ['date-updated'] }),
			],
		});
	}, 300_000);
	afterAll(() => server.stop());

	const given = (changed = ''): Given => ({
		system,
		type: 'httpBearerAuth',
		credential: { token: server.token },
		settings: { url: server.url, collection: 'products', fields: 'id,sku,name,note,price', changed },
	});
	const items = async () => await server.ask<Fields[]>('GET', '/items/products?limit=-1&sort=id');
	const drop = async (ids: unknown[]) => {
		if (ids.length > 0) await server.ask('DELETE', '/items/products', ids);
	};
	const empty = async () => await drop((await items()).map(({ id }) => id));
	const product = (key: number | string) => ({ id: `p-${key}`, sku: `SKU-${key}`, name: `Product ${key}` });

	destinationConformance('Directus items', {
		open: async () => new RestDestination({ ...given(), object: 'item' }),
		empty,
		edit: async (field, value) => {
			for (const { id } of await items())
				await server.ask('PATCH', `/items/products/${String(id)}`, { [field]: value });
		},
		standing: async (fields) =>
			(await items()).map((one) => Object.fromEntries(fields.map((field) => [field, one[field] ?? null]))),
		fields: product,
		match: 'sku',
		text: 'name',
		foreign: 'note',
		bad: (number) => ({ ...product(number), name: 'x'.repeat(300) }),
		absentId: 'p-none',
	});

	sourceConformance('Directus items', {
		open: async (how) => new RestSource({ ...given('date_updated'), object: 'item', follow: how?.follow === true }),
		put: async (records) => {
			const known = new Set((await items()).map(({ id }) => id));
			for (const { key, fields } of records) {
				const { id, sku, name, note } = fields;
				const set = { id, sku, name, note };
				if (known.has(key)) await server.ask('PATCH', `/items/products/${key}`, set);
				else await server.ask('POST', '/items/products', set);
			}
		},
		drop,
		empty,
		fields: (key, text) => ({
			id: key,
			sku: `SKU-${key}`,
			name: text,
			note: null,
			price: null,
			// These are not among the fields that are read.
			date_created: null,
			date_updated: null,
		}),
		follows: true,
	});

	test('5,000 items are made and read by the fewest requests, and what changed is asked for', async () => {
		await empty();
		const destination = new RestDestination({ ...given(), object: 'item' });
		for (let from = 0; from < 5000; from += 1000) {
			const sets = await Promise.all(
				Array.from({ length: 1000 }, async (_, n) => await prepared(destination, product(10_000 + from + n))),
			);
			const results = await destination.write(sets.map((set, ref) => create(ref, set)));
			results.forEach((result) => ok(result));
		}
		// The fields are asked for once; a hundred go together.
		expect(destination.client.calls).toBeLessThanOrEqual(51);
		const source = new RestSource({ ...given('date_updated'), object: 'item', follow: true });
		const whole = await readAll(source);
		expect([whole.records.length, whole.completes]).toEqual([5000, 1]);
		expect(source.client.calls).toBeLessThanOrEqual(53);
		const [changed] = await destination.write([update(0, 'p-12345', { name: 'Changed' })]);
		ok(changed!);
		const next = await readAll(source, { at: Date.now() - 1000 });
		expect(next.records.find(({ key }) => key === 'p-12345')?.fields).toMatchObject({ name: 'Changed' });
	}, 300_000);

	test('what may not be seen is no empty collection', async () => {
		const closed = { ...given(), settings: { ...given().settings, collection: 'directus_nothing' } };
		await expect(readAll(new RestSource({ ...closed, object: 'item' }))).rejects.toMatchObject({ kind: 'setup' });
	});
}
