/** What is written says that a sync keeps it, in every request, and in no field of anybody's. */
import { jira } from '../../systems/jira';
import { klaviyo } from '../../systems/klaviyo';
import type { Fields } from '../../sync/types';
import { create, ok, update } from '../conformance/destination';
import { stand as woocommerce } from './cases/woocommerce';
import type { Fake, Row } from './fake';
import { fakeJira } from './fakes/jira';
import { fakeKlaviyo } from './fakes/klaviyo';
import { fakeWoocommerce } from './fakes/woocommerce';
import { destinationAt, type Stand } from './open';

interface Case {
	name: string;
	object: string;
	start(): Promise<{ fake: Fake }>;
	stand: Omit<Stand, 'url'>;
	fields(n: number): Fields;
	changed: Fields;
}

const cases: Case[] = [
	{
		name: 'Jira issues',
		object: 'issue',
		start: fakeJira,
		stand: {
			system: jira,
			type: 'jiraSoftwareCloudApi',
			credential: { email: 'sync@example.org', apiToken: 'secret', domain: 'https://x.atlassian.net' },
			settings: { project: 'HR', issueType: 'Task' },
		},
		fields: (n) => ({ externalId: `E${n}`, summary: `Badge ${n}` }),
		changed: { summary: 'Another badge' },
	},
	{
		name: 'Klaviyo profiles',
		object: 'profile',
		start: fakeKlaviyo,
		stand: {
			system: klaviyo,
			type: 'httpHeaderAuth',
			credential: { name: 'Authorization', value: 'Klaviyo-API-Key secret' },
		},
		fields: (n) => ({ email: `p${n}@example.org`, properties: { grade: n } }),
		changed: { properties: { grade: 9 } },
	},
	{
		name: 'WooCommerce products',
		object: 'product',
		start: fakeWoocommerce,
		stand: woocommerce,
		fields: (n) => ({ sku: `S${n}`, name: `Chair ${n}`, 'meta_data[key=maker].value': 'M' }),
		changed: { name: 'Stool' },
	},
];

test.each(cases)('$name', async ({ object, start, stand, fields, changed }) => {
	const { fake } = await start();
	try {
		const destination = destinationAt({ ...stand, url: fake.url }, object);
		const written = async (writes: Parameters<typeof destination.write>[0]) => {
			const from = fake.calls.length;
			const results = await destination.write(writes);
			for (const result of results) expect(result).toMatchObject({ ok: true });
			const sent = fake.calls.slice(from).filter(({ body }) => JSON.stringify(body).includes('one-way sync'));
			expect(sent).toHaveLength(1);
			return results.map((result) => (result as { id: string }).id);
		};
		const [one] = await written([create(0, fields(1))]);
		await written([update(0, one!, changed)]);
		// Nothing of it is taken for the fields'.
		const [read] = await destination.read([{ ref: 0, id: one! }], Object.keys(fields(1)));
		expect(read!.fields).toEqual({ ...fields(1), ...changed });
	} finally {
		await fake.stop();
	}
});

/** Fields of somebody's mapping that stand where the mark would. */
const theirs: [name: string, of: string, fields: Fields][] = [
	[
		'a custom property of Klaviyo that is called like the mark',
		'Klaviyo profiles',
		{ properties: { managed_by: 'HR' } },
	],
	['properties without any', 'Klaviyo profiles', { properties: {} }],
	[
		'a custom field of WooCommerce that is called like the mark',
		'WooCommerce products',
		{ 'meta_data[key=managed_by].value': 'HR' },
	],
];

const changes: Record<string, Fields> = { profile: { email: 'other@example.org' }, product: { name: 'Stool' } };

test.each(theirs)('%s is what the mapping says, and no drift', async (_name, of, given) => {
	const { object, start, stand, fields } = cases.find(({ name }) => name === of)!;
	const { fake } = await start();
	try {
		const destination = destinationAt({ ...stand, url: fake.url }, object);
		const prepared = await destination.prepare({ ...fields(1), ...given });
		if (!prepared.ok) throw prepared.error;
		const [result] = await destination.write([create(0, prepared.fields)]);
		const { id, actual } = ok(result!);
		expect(actual).toEqual(prepared.fields);
		// Another field alone.
		const [name, value] = Object.entries(changes[object]!)[0]!;
		const readBack = Object.keys(prepared.fields);
		const [changed] = await destination.write([{ ...update(0, id, { [name]: value }), readBack }]);
		expect(ok(changed!).actual).toEqual({ ...prepared.fields, [name]: value });
	} finally {
		await fake.stop();
	}
});

test('a text is no place to say it in', async () => {
	const { fake } = await fakeKlaviyo();
	try {
		const destination = destinationAt({ ...cases[1]!.stand, url: fake.url }, 'profile');
		await destination.write([create(0, { email: 'a@example.org', properties: '{"grade":1}' })]);
		const [sent] = fake.calls.filter(({ method }) => method === 'POST');
		expect(JSON.stringify(sent!.json())).toContain('grade');
	} finally {
		await fake.stop();
	}
});

test('one custom property of Klaviyo is ours while others are theirs', async () => {
	const { fake, rows } = await fakeKlaviyo();
	try {
		const destination = destinationAt({ ...cases[1]!.stand, url: fake.url }, 'profile');
		const { id } = ok(
			(await destination.write([create(0, { email: 'a@example.org', 'properties.Grade': 1 })]))[0]!,
		);
		const properties = () => (rows.get(id)!.attributes as Row).properties as Row;
		properties()['Shop size'] = 'L';
		const [result] = await destination.write([update(0, id, { 'properties.Grade': 2 })]);
		expect(ok(result!).actual).toEqual({ 'properties.Grade': 2 });
		expect(properties()).toEqual({ Grade: 2, 'Shop size': 'L', managed_by: 'one-way sync' });
		// A slip of the pen makes none.
		for (const name of ['Grade', 'properties.', 'properties.managed_by'])
			expect(await destination.prepare({ [name]: 1 })).toMatchObject({ ok: false, error: { kind: 'setup' } });
	} finally {
		await fake.stop();
	}
});
