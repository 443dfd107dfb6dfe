/** HubSpot's rows are `{ id, properties, associations, archived, createdAt, updatedAt }`. */
import { Fake, type Answer, type Row } from '../fake';
import { at, tableOf, type SourceFake } from './common';

export async function fakeHubspot(): Promise<SourceFake> {
	const rows: SourceFake['rows'] = new Map();
	const invalid = (message: string): Answer => ({
		status: 400,
		body: { status: 'error', message, correlationId: 'c', category: 'VALIDATION_ERROR' },
	});
	const shown = (row: Row, properties: string[], associations: string[] = []): Row => {
		const all = row.properties as Row;
		const names = [...new Set([...properties.filter((name) => name !== ''), 'hs_object_id'])];
		const tied = (row.associations ?? {}) as Row;
		const some = Object.fromEntries(associations.filter((name) => name in tied).map((name) => [name, tied[name]!]));
		return {
			id: row.id!,
			properties: Object.fromEntries(names.map((name) => [name, all[name] ?? null])),
			createdAt: row.createdAt ?? '2026-01-01T00:00:00.000Z',
			updatedAt: row.updatedAt ?? '2026-01-01T00:00:00.000Z',
			archived: row.archived ?? false,
			...(associations.length > 0 && Object.keys(some).length > 0 ? { associations: some } : {}),
		};
	};
	const listOf = (text: string | null) => (text === null || text === '' ? [] : text.split(','));
	const fake = await Fake.start();
	fake.on('GET', '/crm/v3/objects/*', ({ parts: [type], query }) => {
		const limit = Number(query.get('limit') ?? 10);
		if (limit > 100) return invalid('limit must be at most 100');
		const after = query.get('after');
		const all = [...tableOf(rows, type!).values()]
			.filter((row) => row.archived !== true)
			.sort((a, b) => Number(a.id) - Number(b.id));
		const left = after === null ? all : all.filter((row) => Number(row.id) >= Number(after));
		const page = left.slice(0, limit);
		const next = left[limit];
		return {
			body: {
				results: page.map((row) =>
					shown(row, listOf(query.get('properties')), listOf(query.get('associations'))),
				),
				...(next === undefined
					? {}
					: { paging: { next: { after: next.id!, link: 'https://api.hubapi.com/next' } } }),
			},
		};
	});
	fake.on('GET', '/crm/v3/objects/*/*', ({ parts: [type, id], query }) => {
		const row = tableOf(rows, type!).get(id!);
		if (row === undefined || row.archived === true)
			return {
				status: 404,
				body: { status: 'error', message: 'resource not found', category: 'OBJECT_NOT_FOUND' },
			};
		return { body: shown(row, listOf(query.get('properties')), listOf(query.get('associations'))) };
	});
	fake.on('POST', '/crm/v3/objects/*/search', (call) => {
		const asked = call.json() as unknown as {
			filterGroups?: { filters: { propertyName: string; operator: string; value: string }[] }[];
			sorts?: string[];
			properties?: string[];
			limit?: number;
			after?: string;
		};
		const { limit = 10, after = '0', sorts = [], filterGroups = [] } = asked;
		if (limit > 200) return invalid('limit must be at most 200');
		if (typeof after !== 'string') return invalid('after must be a text');
		if (Number(after) + limit > 10_000) return invalid('no more than 10,000 results');
		if (filterGroups.some((group) => group.filters.some((one) => typeof one.value !== 'string')))
			return invalid('values are texts');
		const held = (row: Row) =>
			filterGroups.every(({ filters }) =>
				filters.every(({ propertyName, operator, value }) => {
					const own = Date.parse(String(at(row, 'properties', propertyName)));
					return operator === 'GTE' && own >= Number(value);
				}),
			);
		const all = [...tableOf(rows, call.parts[0]!).values()].filter((row) => row.archived !== true && held(row));
		const [by] = sorts;
		if (by !== undefined)
			all.sort((a, b) => String(at(a, 'properties', by)).localeCompare(String(at(b, 'properties', by))));
		const end = Number(after) + limit;
		return {
			body: {
				total: all.length,
				results: all.slice(Number(after), end).map((row) => shown(row, asked.properties ?? [])),
				...(end < all.length ? { paging: { next: { after: String(end) } } } : {}),
			},
		};
	});
	fake.on('POST', '/crm/v3/objects/*/batch/read', (call) => {
		const { inputs, properties = [] } = call.json() as unknown as {
			inputs: { id: string }[];
			properties?: string[];
		};
		if (inputs.length > 100) return invalid('at most 100 inputs');
		const found = inputs.map(({ id }) => tableOf(rows, call.parts[0]!).get(id)).filter((row) => row !== undefined);
		const results = found.filter((row) => row.archived !== true).map((row) => shown(row, properties));
		return { status: results.length < inputs.length ? 207 : 200, body: { status: 'COMPLETE', results } };
	});
	fake.on('POST', '/crm/v4/associations/*/*/batch/read', (call) => {
		const { inputs } = call.json() as unknown as { inputs: { id: string }[] };
		if (inputs.length > 1000) return invalid('at most 1000 inputs');
		const [from, to] = call.parts as [string, string];
		const results = inputs.flatMap(({ id }) => {
			const row = tableOf(rows, from).get(id);
			const tied = row === undefined ? null : at(row, 'associations', to, 'results');
			if (!Array.isArray(tied)) return [];
			const ids = new Set(tied.map((one) => String((one as Row).id)));
			const associationTypes = [{ category: 'HUBSPOT_DEFINED', typeId: 3, label: null }];
			return [{ from: { id }, to: [...ids].map((toObjectId) => ({ toObjectId, associationTypes })) }];
		});
		return { status: results.length < inputs.length ? 207 : 200, body: { status: 'COMPLETE', results } };
	});
	return { fake, rows };
}
