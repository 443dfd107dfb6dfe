/** Stripe's products: their list by ids or behind the last one, and forms that make and change one. */
import { Fake, type Row } from '../../../test/systems/fake';
import type { DestinationFake } from '../../../test/systems/fakes/common';

export async function fakeStripe(): Promise<DestinationFake> {
	const rows: DestinationFake['rows'] = new Map();
	const fake = await Fake.start();
	fake.on('GET', '/products', ({ query }) => {
		const limit = Number(query.get('limit') ?? 10);
		const ids = query.getAll('ids[]');
		if (limit > 100 || ids.length > 100) return { status: 400, body: { error: { message: 'at most 100' } } };
		const all =
			ids.length > 0 ? ids.map((id) => rows.get(id)).filter((row) => row !== undefined) : [...rows.values()];
		const after = query.get('starting_after');
		const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
		return { body: { data: all.slice(start, start + limit), has_more: start + limit < all.length } };
	});
	fake.on('GET', '/products/*', ({ parts }) => {
		const row = rows.get(parts[0]!);
		return row ? { body: row } : { status: 404, body: { error: { message: 'No such product' } } };
	});
	const set = (id: string, form: URLSearchParams) => {
		const row: Row = { active: true, ...rows.get(id), id, ...(form.has('name') && { name: form.get('name') }) };
		rows.set(id, row);
		return { body: row };
	};
	fake.on('POST', '/products', (call) => set(call.form().get('id') ?? '', call.form()));
	fake.on('POST', '/products/*', (call) => set(call.parts[0]!, call.form()));
	return { fake, rows };
}
