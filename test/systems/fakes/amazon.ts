/** Amazon: the listings of one seller by their SKUs; what it takes on, it has done at once. */
import { Fake, type Answer, type Json, type Row } from '../fake';
import { type DestinationFake } from './common';

interface Patch {
	op: 'add' | 'replace' | 'merge' | 'delete';
	path: string;
	value: Row[];
}

export async function fakeAmazon(): Promise<DestinationFake> {
	const rows: DestinationFake['rows'] = new Map();
	const fake = await Fake.start();
	const root = '/listings/2021-08-01/items/*';
	const invalid = (message: string): Answer => ({
		status: 400,
		body: { errors: [{ code: 'InvalidInput', message }] },
	});
	const missing: Answer = { status: 404, body: { errors: [{ code: 'NOT_FOUND', message: 'SKU was not found' }] } };
	const taken = (sku: string, problem?: string): Answer => ({
		body: {
			sku,
			status: problem === undefined ? 'ACCEPTED' : 'INVALID',
			submissionId: 'f1dc2914-75dd-11ea-bc55-0242ac130003',
			issues:
				problem === undefined
					? []
					: [{ code: '90220', message: problem, severity: 'ERROR', attributeNames: ['item_name'] }],
		},
	});
	const touched = (row: Row): Row => ({
		...row,
		summaries: [{ marketplaceId: 'A1', status: ['BUYABLE'], lastUpdatedDate: new Date().toISOString() }],
	});
	const wrong = (name: Json | undefined) =>
		Array.isArray(name) && String((name[0] as Row).value).length > 500 ? 'item_name is too long' : undefined;
	fake.on('GET', root, ({ query }) => {
		if (!query.has('marketplaceIds')) return invalid('marketplaceIds is required');
		const size = Number(query.get('pageSize') ?? 10);
		if (size > 20) return invalid('pageSize is at most 20');
		const skus = query.get('identifiers')?.split(',');
		if (skus !== undefined && (skus.length > 20 || query.get('identifiersType') !== 'SKU'))
			return invalid('at most 20 identifiers');
		const since = query.get('lastUpdatedAfter');
		const at = (row: Row) => Date.parse(String((row.summaries as Row[])[0]!.lastUpdatedDate));
		const all = [...rows.values()]
			.filter((row) => skus === undefined || skus.includes(String(row.sku)))
			.filter((row) => since === null || at(row) >= Date.parse(since))
			.sort((a, b) => at(a) - at(b));
		const start = Number(query.get('pageToken') ?? 0);
		const next = start + size < all.length ? { nextToken: String(start + size) } : {};
		return {
			body: { numberOfResults: all.length, items: all.slice(start, start + size), pagination: next },
		};
	});
	fake.on('GET', `${root}/*`, ({ parts }) => {
		const row = rows.get(parts[1]!);
		return row === undefined ? missing : { body: row };
	});
	fake.on('PUT', `${root}/*`, (call) => {
		const sku = call.parts[1]!;
		const { attributes } = call.json() as { attributes: Row };
		const problem = wrong(attributes.item_name);
		if (problem === undefined) rows.set(sku, touched({ sku, attributes }));
		return taken(sku, problem);
	});
	fake.on('PATCH', `${root}/*`, (call) => {
		const row = rows.get(call.parts[1]!);
		if (row === undefined) return missing;
		const attributes: Row = { ...(row.attributes as Row) };
		for (const { op, path, value } of (call.json() as unknown as { patches: Patch[] }).patches) {
			const name = path.replace('/attributes/', '');
			const before = attributes[name];
			if (op === 'delete') delete attributes[name];
			else if (op === 'merge' && Array.isArray(before))
				attributes[name] = [{ ...(before[0] as Row), ...value[0] }];
			else attributes[name] = value;
		}
		const problem = wrong(attributes.item_name);
		if (problem === undefined) rows.set(String(row.sku), touched({ ...row, attributes }));
		return taken(String(row.sku), problem);
	});
	fake.on('DELETE', `${root}/*`, ({ parts }) => (rows.delete(parts[1]!) ? taken(parts[1]!) : missing));
	return { fake, rows };
}
