/** Vendure, as a destination and as a source: a real server. */
import { RestDestination } from '../../connectors/rest/destination';
import type { Paged, SystemDefinition } from '../../connectors/rest/definition';
import type { Given } from '../../connectors/rest/net/access';
import { RestSource } from '../../connectors/rest/source';
import type { Fields } from '../../sync/types';
import { vendure as system } from '../../systems/vendure';
import { destinationConformance } from '../conformance/destination';
import { sourceConformance } from '../conformance/source';
import { available, startVendure, type Vendure } from '../servers/vendure';

const there = available();
const name = there.ok ? 'Vendure' : `Vendure (skipped: ${there.missing})`;

(there.ok ? describe : describe.skip)(name, () => {
	let server: Vendure;
	beforeAll(async () => {
		server = await startVendure();
	}, 150_000);
	afterAll(() => server.stop());

	const given = (): Given => ({
		system,
		type: 'httpBearerAuth',
		credential: { token: server.token },
		settings: { url: server.url, language: 'en' },
	});
	const products = async (): Promise<Fields[]> => {
		const query = '{ products(options: { take: 1000 }) { items { id name slug description enabled } } }';
		return (await server.ask<{ products: { items: Fields[] } }>(query)).products.items;
	};
	const drop = async (ids: unknown[]) =>
		void (await server.ask('mutation($ids: [ID!]!) { deleteProducts(ids: $ids) { result } }', { ids }));
	const empty = async () => await drop((await products()).map(({ id }) => id));
	const texts = ({ name, slug, description }: Fields) => ({
		translations: [{ languageCode: 'en', name, slug, description }],
	});
	const product = (number: number | string) => ({
		name: `Product ${number}`,
		slug: `p-${number}`,
		description: `About ${number}`,
	});

	destinationConformance('Vendure products', {
		open: async () => new RestDestination({ ...given(), object: 'product' }),
		empty,
		edit: async (field, value) => {
			const input = (await products()).map((one) => ({ id: one['id'], ...texts({ ...one, [field]: value }) }));
			await server.ask('mutation($input: [UpdateProductInput!]!) { updateProducts(input: $input) { id } }', {
				input,
			});
		},
		standing: async (fields) =>
			(await products()).map((one) => Object.fromEntries(fields.map((field) => [field, one[field]!]))),
		fields: (number) => ({ name: `Product ${number}`, slug: `p-${number}` }),
		match: 'slug',
		text: 'name',
		foreign: 'description',
		bad: (number) => ({ ...product(number), enabled: 'perhaps' }),
		absentId: '999999',
	});

	// Vendure numbers its products itself; the suite names its records, so that the slug is their key here.
	const { product: object } = system.objects;
	const bySlug = JSON.parse(JSON.stringify(object!.read.find[0]!.list).replace('{values}', '{ids}')) as Paged;
	const keyed = {
		...system,
		objects: {
			product: {
				...object!,
				id: 'slug',
				read: { ...object!.read, get: 'none', batch: { list: bySlug, most: 100 } },
			},
		},
	} satisfies SystemDefinition;
	const idsOf = async (slugs: string[]) =>
		(await products()).filter(({ slug }) => slugs.includes(String(slug))).map(({ id }) => id);

	sourceConformance('Vendure products', {
		open: async (how) =>
			new RestSource({ ...given(), system: keyed, object: 'product', follow: how?.follow === true }),
		put: async (records) => {
			for (const { key, fields } of records) {
				const [id] = await idsOf([key]);
				const [kind, input] =
					id === undefined
						? ['create', { enabled: true, ...texts(fields) }]
						: ['update', { id, ...texts(fields) }];
				const type = id === undefined ? 'CreateProductInput' : 'UpdateProductInput';
				await server.ask(`mutation($input: ${type}!) { ${kind}Product(input: $input) { id } }`, { input });
			}
		},
		drop: async (keys) => await drop(await idsOf(keys)),
		empty,
		fields: (key, text) => ({
			name: `Product ${key}`,
			slug: key,
			description: text,
			enabled: true,
			id: expect.anything(),
		}),
		follows: true,
	});
});
