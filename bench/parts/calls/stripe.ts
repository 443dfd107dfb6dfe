/** Stripe's customers: their list behind the last one, by an address, and forms that make and change one. */
import { Fake, type Call, type Row } from '../../../test/systems/fake';
import type { DestinationFake } from '../../../test/systems/fakes/common';

const PATH = '/customers';

export async function fakeStripe(): Promise<DestinationFake> {
	const rows: DestinationFake['rows'] = new Map();
	const fake = await Fake.start();
	const set = (id: string, { form }: Call) => {
		const row: Row = { ...rows.get(id), id, object: 'customer' };
		for (const name of ['email', 'name']) if (form().has(name)) row[name] = form().get(name);
		rows.set(id, row);
		return { body: row };
	};
	fake.on('GET', PATH, ({ query }) => {
		const limit = Number(query.get('limit') ?? 10);
		if (limit > 100) return { status: 400, body: { error: { message: 'at most 100' } } };
		const address = query.get('email');
		// From the newest to the oldest.
		const all = [...rows.values()].reverse().filter(({ email }) => address === null || email === address);
		const after = query.get('starting_after');
		const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
		return { body: { data: all.slice(start, start + limit), has_more: start + limit < all.length } };
	});
	fake.on('GET', `${PATH}/*`, ({ parts }) => {
		const row = rows.get(parts[0]!);
		return row ? { body: row } : { status: 404, body: { error: { code: 'resource_missing' } } };
	});
	fake.on('POST', PATH, (call) => set(`cus_${rows.size + 1}`, call));
	fake.on('POST', `${PATH}/*`, (call) => set(call.parts[0]!, call));
	return { fake, rows };
}
