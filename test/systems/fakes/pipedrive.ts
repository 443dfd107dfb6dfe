/** Pipedrive's rows are as its API v2 gives them. */
import { Fake } from '../fake';
import { tableOf, type SourceFake } from './common';

export async function fakePipedrive(): Promise<SourceFake> {
	const rows: SourceFake['rows'] = new Map();
	const fake = await Fake.start();
	fake.on('GET', '/*', ({ parts: [type], query }) => {
		const limit = Number(query.get('limit') ?? 100);
		if (limit > 500) return { status: 400, body: { success: false, error: 'limit must be at most 500' } };
		const by = query.get('sort_by') ?? 'id';
		const since = query.get('updated_since');
		if (since !== null && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(since))
			return { status: 400, body: { success: false, error: 'updated_since is not RFC 3339' } };
		const ids = query.get('ids')?.split(',');
		const all = [...tableOf(rows, type!).values()]
			.filter((row) => row.is_deleted !== true)
			.filter((row) => ids === undefined || ids.includes(String(row.id)))
			.filter((row) => since === null || Date.parse(String(row.update_time)) >= Date.parse(since))
			.sort((a, b) =>
				by === 'id'
					? Number(a.id) - Number(b.id)
					: String(a[by]).localeCompare(String(b[by])) || Number(a.id) - Number(b.id),
			);
		const cursor = query.get('cursor');
		const start = cursor === null ? 0 : Number(Buffer.from(cursor, 'base64').toString());
		const end = start + limit;
		const next = end < all.length ? Buffer.from(String(end)).toString('base64') : null;
		return { body: { success: true, data: all.slice(start, end), additional_data: { next_cursor: next } } };
	});
	fake.on('GET', '/*/*', ({ parts: [type, id] }) => {
		const row = tableOf(rows, type!).get(id!);
		return row === undefined
			? { status: 404, body: { success: false, error: `${type} not found` } }
			: { body: { success: true, data: row } };
	});
	return { fake, rows };
}
