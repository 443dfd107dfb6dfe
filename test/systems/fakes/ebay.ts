/** eBay: inventory items of one seller by their SKUs. Whatever is written replaces the whole item. */
import { Fake, type Answer, type Call, type Json, type Row } from '../fake';
import { at, page, type DestinationFake } from './common';

/** What an item is read with and cannot be written with. */
const READ_ONLY = ['groupIds', 'inventoryItemGroupKeys'];

const error = (errorId: number, message: string): Row => ({
	errors: [{ errorId, domain: 'API_INVENTORY', category: 'REQUEST', message }],
});
const absent = error(25710, 'We didn’t find the resource/entity you are requesting. Please verify the request');

/** What is wrong with an item, if anything. */
function wrong(item: Row): Row | undefined {
	const strange = READ_ONLY.find((name) => name in item);
	if (strange !== undefined) return error(2004, `Unknown field ${strange}`);
	if (at(item, 'availability', 'shipToLocationAvailability', 'allocationByFormat') !== null)
		return error(2004, 'Unknown field allocationByFormat');
	if (String(at(item, 'product', 'title') ?? '').length > 80)
		return error(25718, 'The title value is invalid. The title may have at most 80 characters');
	const images = at(item, 'product', 'imageUrls');
	if (Array.isArray(images) && images.some((url) => !String(url).startsWith('https://')))
		return error(25721, 'Invalid picture URL');
	return undefined;
}

/** As eBay shows it: what of it is for sale in which form is added, and not what is empty. */
function shown(item: Row): Row {
	const quantity = at(item, 'availability', 'shipToLocationAvailability', 'quantity');
	if (typeof quantity !== 'number') return item;
	const availability = item.availability as Row;
	const ship = availability.shipToLocationAvailability as Row;
	const allocationByFormat = { auction: 0, fixedPrice: quantity };
	return { ...item, availability: { ...availability, shipToLocationAvailability: { ...ship, allocationByFormat } } };
}

export async function fakeEbay(): Promise<DestinationFake> {
	const rows: DestinationFake['rows'] = new Map();
	const fake = await Fake.start();
	const language = ({ headers }: Call) => String(headers['content-language'] ?? '');
	const unspoken: Answer = { status: 400, body: error(25709, 'Invalid value for header Content-Language.') };
	const replace = (sku: string, item: Row, locale: string): { status: number; body?: Row } => {
		if (sku.length > 50) return { status: 400, body: error(25707, 'This is an invalid value for a SKU.') };
		const problem = wrong(item);
		if (problem !== undefined) return { status: 400, body: problem };
		const before = rows.get(sku);
		// The groups that an item is in are kept beside it.
		const groups: Row = before?.groupIds === undefined ? {} : { groupIds: before.groupIds };
		rows.set(sku, { ...item, ...groups, sku, locale });
		return { status: before === undefined ? 201 : 204 };
	};
	fake.on('GET', '/inventory_item', ({ query }) => {
		const size = Number(query.get('limit') ?? 25);
		if (size < 1 || size > 200) return { status: 400, body: error(25706, 'limit is 1 to 200') };
		const all = [...rows.values()];
		const { some } = page(all, Number(query.get('offset') ?? 0) * size, size);
		const body = { total: all.length, size: Math.ceil(all.length / size), limit: size };
		return { body: { ...body, ...(all.length > 0 && { inventoryItems: some.map(shown) }) } };
	});
	fake.on('GET', '/inventory_item/*', ({ parts }) => {
		const row = rows.get(parts[0]!);
		return row ? { body: shown(row) } : { status: 404, body: absent };
	});
	fake.on('PUT', '/inventory_item/*', (call) => {
		if (!/^[a-z]{2}-[A-Z]{2}$/u.test(language(call))) return unspoken;
		return replace(call.parts[0]!, call.json(), language(call).replace('-', '_'));
	});
	fake.on('DELETE', '/inventory_item/*', ({ parts }) =>
		rows.delete(parts[0]!) ? { status: 204 } : { status: 404, body: absent },
	);
	const many = (call: Call, each: (request: Row) => Row): Answer => {
		const { requests } = call.json() as { requests: Row[] };
		if (requests.length > 25) return { status: 400, body: error(25733, 'at most 25 SKUs') };
		const responses = requests.map(each);
		return { status: responses.every(({ statusCode }) => statusCode === 200) ? 200 : 207, body: { responses } };
	};
	fake.on('POST', '/bulk_get_inventory_item', (call) =>
		many(call, ({ sku }): Row => {
			const row = rows.get(String(sku));
			return row
				? { statusCode: 200, sku: sku!, inventoryItem: shown(row) }
				: { statusCode: 404, sku: sku!, ...absent };
		}),
	);
	fake.on('POST', '/bulk_create_or_replace_inventory_item', (call) => {
		if (!/^[a-z]{2}-[A-Z]{2}$/u.test(language(call))) return unspoken;
		return many(call, ({ sku, locale, ...item }) => {
			const { status, body = { warnings: [], errors: [] } } = replace(
				String(sku),
				item,
				String(locale ?? language(call).replace('-', '_')),
			);
			return { statusCode: status === 400 ? 400 : 200, sku: sku!, locale: locale ?? null, ...body };
		});
	});
	return { fake, rows };
}

/** What a stand-in that is `guarded` was asked for: how many access tokens it gave, and which one is good. */
export interface Tokens {
	good: string;
	given: number;
}

/** Lets nobody in but with an access token, which it gives for this refresh token at `/token`. */
export function guarded(
	fake: Fake,
	given: Record<'clientId' | 'clientSecret' | 'refreshToken' | 'scope', string>,
): Tokens {
	const tokens = { good: 'none yet', given: 0 };
	const basic = Buffer.from(`${given.clientId}:${given.clientSecret}`).toString('base64');
	const wanted = { grant_type: 'refresh_token', refresh_token: given.refreshToken, scope: given.scope };
	fake.on('POST', '/token', (call) => {
		const form = Object.fromEntries(call.form());
		if (JSON.stringify(form) !== JSON.stringify(wanted) || call.headers['authorization'] !== `Basic ${basic}`)
			return { status: 400, body: { error: 'invalid_grant' } };
		tokens.good = `access-${++tokens.given}`;
		return { body: { access_token: tokens.good, expires_in: 7200, token_type: 'User Access Token' } };
	});
	fake.fault({
		times: Infinity,
		when: ({ path, headers }) => path !== '/token' && headers['authorization'] !== `Bearer ${tokens.good}`,
		answer: { status: 401, body: error(1001, 'Invalid access token. Check the value of the Authorization header') },
	});
	return tokens;
}

/** Puts a value where a row has it; what is between is made. */
export function setAt(row: Row, path: string[], value: Json): void {
	const [first, ...rest] = path;
	if (rest.length === 0) return void (row[first!] = value);
	const inside = (row[first!] ?? {}) as Row;
	row[first!] = inside;
	setAt(inside, rest, value);
}
