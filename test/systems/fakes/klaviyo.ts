/** Klaviyo: profiles and catalog items, told apart by their `type`. */
import { Fake, type Answer, type Call, type Row } from '../fake';
import { merge, page, type DestinationFake } from './common';

export async function fakeKlaviyo(): Promise<DestinationFake> {
	const rows: DestinationFake['rows'] = new Map();
	let last = 0;
	const fake = await Fake.start();
	const error = (status: number, code: string, detail: string): Answer => ({
		status,
		body: { errors: [{ id: 'e', status, code, title: code, detail, source: { pointer: '/data/' } }] },
	});
	const of = (type: string) => [...rows.values()].filter((row) => row.type === type);
	const attributes = (row: Row) => row.attributes as Row;
	const lists = (path: string, type: string) =>
		fake.on('GET', path, ({ query }) => {
			const size = Number(query.get('page[size]') ?? 20);
			if (size > 100) return error(400, 'invalid', 'page size');
			const filter = query.get('filter') ?? '';
			const equals = /^equals\((\w+),(".*")\)$/.exec(filter);
			const since = /^greater-than\(updated,(.+)\)$/.exec(filter);
			const ids = /^any\(ids,(\[.*\])\)$/.exec(filter);
			const any = /^any\((id|email|phone_number|external_id),(\[.*\])\)$/.exec(filter);
			const wanted = any ? new Set(JSON.parse(any[2]!) as string[]) : undefined;
			if (wanted && wanted.size > 100) return error(400, 'invalid', 'too many values');
			if (filter !== '' && !equals && !since && !ids && !any) return error(400, 'invalid', `filter ${filter}`);
			const all = of(type).filter((row) => {
				if (any) return wanted!.has(String(any[1] === 'id' ? row.id : attributes(row)[any[1]!]));
				if (equals) return attributes(row)[equals[1]!] === JSON.parse(equals[2]!);
				if (since) return String(attributes(row).updated) > since[1]!;
				return ids ? (JSON.parse(ids[1]!) as string[]).includes(String(row.id)) : true;
			});
			const start = Number(query.get('page[cursor]') ?? 0);
			const { some, end } = page(all, start, size);
			const next = new URLSearchParams(query);
			next.set('page[cursor]', String(end));
			return {
				body: {
					data: some,
					links: { self: '', next: end < all.length ? `${fake.url}${path}?${next}` : null, prev: null },
				},
			};
		});
	const data = (call: Call) => call.json().data as { id?: string; attributes: Row };
	const one = (path: string, what: (row: Row, call: Call) => Answer) => (call: Call) => {
		const row = rows.get(call.parts[0]!);
		return row === undefined ? error(404, 'not_found', `${path} ${call.parts[0]} does not exist`) : what(row, call);
	};
	lists('/profiles', 'profile');
	lists('/catalog-items', 'catalog-item');
	fake.on('POST', '/profile-import', (call) => {
		const set = data(call).attributes;
		if (typeof set.email === 'string' && !set.email.includes('@'))
			return error(400, 'invalid', `Invalid email address: ${set.email}`);
		const known = of('profile').find(
			(row) => set.email != null && attributes(row).email === String(set.email).toLowerCase(),
		);
		if (known !== undefined) {
			known.attributes = merge(attributes(known), set);
			return { status: 200, body: { data: known } };
		}
		const id = `P${++last}`;
		const email: Row = typeof set.email === 'string' ? { email: set.email.toLowerCase() } : {};
		const row: Row = {
			type: 'profile',
			id,
			attributes: { properties: {}, location: {}, ...set, ...email, updated: new Date().toISOString() },
		};
		rows.set(id, row);
		return { status: 201, body: { data: row } };
	});
	const change = (row: Row, call: Call): Answer => {
		const set = data(call);
		if (set.id !== row.id) return error(400, 'invalid', 'id');
		row.attributes = { ...merge(attributes(row), set.attributes), updated: new Date().toISOString() };
		return { body: { data: row } };
	};
	fake.on(
		'GET',
		'/profiles/*',
		one('profile', (row) => ({ body: { data: row } })),
	);
	fake.on('PATCH', '/profiles/*', one('profile', change));
	fake.on('POST', '/catalog-items', (call) => {
		const set = data(call).attributes;
		if (typeof set.price === 'string') return error(400, 'invalid', 'price is no number');
		const id = `$custom:::$default:::${String(set.external_id)}`;
		if (rows.has(id)) return error(409, 'duplicate', 'A catalog item with that ID exists');
		const row: Row = {
			type: 'catalog-item',
			id,
			attributes: { published: true, ...set, updated: new Date().toISOString() },
		};
		rows.set(id, row);
		return { status: 201, body: { data: row } };
	});
	fake.on(
		'GET',
		'/catalog-items/*',
		one('item', (row) => ({ body: { data: row } })),
	);
	fake.on('PATCH', '/catalog-items/*', one('item', change));
	fake.on(
		'DELETE',
		'/catalog-items/*',
		one('item', (row) => (rows.delete(String(row.id)), { status: 204 })),
	);
	return { fake, rows };
}
