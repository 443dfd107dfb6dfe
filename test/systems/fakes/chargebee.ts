/** Chargebee's rows are as its API gives them, each by its kind and id: `customer c1`. */
import { Fake, type Answer, type Call, type Row } from '../fake';
import { membersOf, page, type DestinationFake } from './common';

const error = (status: number, code: string, message: string, param?: string): Answer => ({
	status,
	body: { message, type: 'invalid_request', api_error_code: code, ...(param && { param }) },
});
const NUMBERS = /^(net_term_days|price|period)$/u;
const BILLING = ['vat_number', 'billing_address', 'vat_number_prefix', 'registered_for_gst'];

export async function fakeChargebee(apiKey: string): Promise<DestinationFake> {
	const rows: DestinationFake['rows'] = new Map();
	const answered = new Map<string, { body: string; answer: Answer }>();
	let last = 0;
	let created = 1_700_000_000;
	const fake = await Fake.start();
	const expected = `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`;
	const on = (method: string, path: string, handler: (call: Call) => Answer) =>
		fake.on(method, path, (call) => {
			if (call.headers.authorization !== expected)
				return error(401, 'api_authentication_failed', 'Sorry, authentication failed. Invalid api key');
			const key = call.headers['chargebee-idempotency-key'];
			if (key === undefined) return handler(call);
			if (String(key).length > 100) return error(400, 'invalid_request', 'idempotency key is too long');
			const known = answered.get(`${call.path} ${String(key)}`);
			if (known && known.body !== call.body)
				return error(422, 'unable_to_process_request', 'The idempotency key was used with another payload');
			if (known) return { ...known.answer, headers: { 'chargebee-idempotency-replayed': 'true' } };
			const answer = handler(call);
			answered.set(`${call.path} ${String(key)}`, { body: call.body, answer });
			return answer;
		});
	for (const [kind, required, longest] of [
		['customer', [], 50],
		['item', ['id', 'name', 'type', 'item_family_id'], 100],
		['item_price', ['id', 'name', 'item_id'], 100],
	] as const) {
		const path = `/${kind}s`;
		const shown = (row: Row): Answer => {
			const some = Object.entries(row).filter(([name, value]) => value !== null && name !== 'kind');
			return { body: { [kind]: Object.fromEntries(some) } };
		};
		const of = () => [...rows.values()].filter((row) => row.kind === kind);
		const wrong = (row: Row): Answer | undefined => {
			const missing = required.find((name) => (row[name] ?? null) === null);
			if (missing) return error(400, 'param_wrong_value', `${missing} : cannot be blank`, missing);
			const email = row.email ?? null;
			if (email !== null && !String(email).includes('@'))
				return error(400, 'param_wrong_value', 'email : invalid email address', 'email');
			if (String(row.id).length > longest) return error(400, 'param_wrong_value', 'id : too long', 'id');
			return undefined;
		};
		on('GET', path, ({ query }) => {
			const size = Number(query.get('limit') ?? 10);
			if (size > 100) return error(400, 'param_wrong_value', 'limit : should be at most 100', 'limit');
			const among = query.get('id[in]');
			const after = query.get('updated_at[after]');
			const order = query.get('sort_by[asc]') ?? 'updated_at';
			const equal = ['email', 'company', 'name'].filter((name) => query.has(`${name}[is]`));
			const all = of()
				.filter((row) => among === null || (JSON.parse(among) as string[]).includes(String(row.id)))
				.filter((row) => after === null || Number(row.updated_at) > Number(after))
				.filter((row) => equal.every((name) => row[name] === query.get(`${name}[is]`)))
				.sort((a, b) => (String(a[order]) < String(b[order]) ? -1 : 1));
			const start = query.has('offset') ? Number((JSON.parse(query.get('offset')!) as string[])[0]) : 0;
			const { some, end } = page(all, start, size);
			return {
				body: {
					list: some.map((row) => shown(row).body),
					...(end < all.length && { next_offset: JSON.stringify([String(end)]) }),
				},
			};
		});
		on('POST', path, (call) => {
			const set = membersOf(call.form(), NUMBERS);
			const id = String(set.id ?? `gen${++last}`);
			if (rows.has(`${kind} ${id}`))
				return error(400, 'duplicate_entry', `The value ${id} is already present`, 'id');
			const status: Row = kind === 'customer' ? { deleted: false } : { status: 'active' };
			const at = { created_at: ++created, updated_at: Math.floor(Date.now() / 1000) };
			const row: Row = { ...status, ...set, kind, id, ...at };
			const failure = wrong(row);
			if (failure) return failure;
			rows.set(`${kind} ${id}`, row);
			return shown(row);
		});
		const one = (what: (row: Row, call: Call) => Answer) => (call: Call) => {
			const row = rows.get(`${kind} ${call.parts[0]}`);
			return row ? what(row, call) : error(404, 'resource_not_found', `${call.parts[0]} not found`);
		};
		const change = (row: Row, set: Row): Answer => {
			const changed = { ...row, ...set, updated_at: Math.floor(Date.now() / 1000) };
			const failure = wrong(changed);
			if (failure) return failure;
			rows.set(`${kind} ${String(row.id)}`, changed);
			return shown(changed);
		};
		on('GET', `${path}/*`, one(shown));
		on(
			'POST',
			`${path}/*`,
			one((row, call) => {
				const set = membersOf(call.form(), NUMBERS);
				const own = kind === 'customer' ? BILLING.find((name) => name in set) : 'id' in set ? 'id' : undefined;
				return own ? error(400, 'param_not_allowed', `${own} : not allowed here`, own) : change(row, set);
			}),
		);
		if (kind !== 'customer') continue;
		// What is not sent is taken away.
		on(
			'POST',
			`${path}/*/update_billing_info`,
			one((row, call) =>
				change(row, {
					...Object.fromEntries(BILLING.map((name) => [name, null])),
					...membersOf(call.form(), NUMBERS),
				}),
			),
		);
		on(
			'POST',
			`${path}/*/delete`,
			one((row) => {
				rows.delete(`${kind} ${String(row.id)}`);
				return shown({ ...row, deleted: true });
			}),
		);
	}
	return { fake, rows };
}
