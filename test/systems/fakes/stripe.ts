/** Stripe's invoices and the items on them, as its API gives them: what stripe-stateful-mock does not know. */
import { Fake, type Answer, type Call, type Row } from '../fake';
import { membersOf, type DestinationFake } from './common';

const error = (status: number, message: string, code?: string, param?: string): Answer => ({
	status,
	body: { error: { type: 'invalid_request_error', message, ...(code && { code }), ...(param && { param }) } },
});
const unknown = (what: string, id: string, status: number, param: string): Answer =>
	error(status, `No such ${what}: '${id}'`, 'resource_missing', param);

const NUMBERS = /^(amount|quantity|due_date|days_until_due)$/u;

/** Members of metadata that are unset are gone. */
const withMetadata = (before: Row, set: Row): Row => {
	const all = { ...(before.metadata as Row), ...(set.metadata as Row) };
	const left = Object.entries(all).filter(([, value]) => value !== null);
	return { ...before, ...set, metadata: Object.fromEntries(left) };
};

/** Customers and prices that are there besides. */
export const CUSTOMER = 'cus_1';
export const PRICE = 'price_1';
const PRICE_IN_CENTS = 250;

export async function fakeStripe(secretKey: string): Promise<DestinationFake> {
	const rows: DestinationFake['rows'] = new Map();
	const answered = new Map<string, { body: string; answer: Answer }>();
	let last = 0;
	const fake = await Fake.start();
	const on = (method: string, path: string, handler: (call: Call) => Answer) =>
		fake.on(method, path, (call) => {
			if (call.headers.authorization !== `Bearer ${secretKey}`) return error(401, 'Invalid API Key provided');
			const key = call.headers['idempotency-key'];
			if (call.method !== 'POST' || key === undefined) return handler(call);
			const name = `${call.path} ${String(key)}`;
			const known = answered.get(name);
			if (known && known.body !== call.body)
				return error(400, 'Keys for idempotent requests can only be used with the same parameters');
			if (known) return { ...known.answer, headers: { 'idempotent-replayed': 'true' } };
			const answer = handler(call);
			answered.set(name, { body: call.body, answer });
			return answer;
		});
	const of = (object: string) => [...rows.values()].filter((row) => row.object === object).reverse();
	/** Whether it may be edited: a draft, or an item on one or on none. */
	const isDraft = (row: Row): boolean => {
		const { status } = row.object === 'invoice' ? row : (rows.get(String(row.invoice)) ?? { status: 'draft' });
		return status === 'draft';
	};

	/** An invoice as it is shown: with its total. */
	const shown = (row: Row): Answer => {
		if (row.object !== 'invoice') return { body: row };
		const mine = of('invoiceitem').filter(({ invoice }) => invoice === row.id);
		return { body: { ...row, total: mine.reduce((sum, { amount }) => sum + Number(amount), 0) } };
	};

	const wrongInvoice = (row: Row, set: Row): Answer | undefined => {
		if (row.customer !== CUSTOMER) return unknown('customer', String(row.customer), 400, 'customer');
		const isTwice = (set.days_until_due ?? null) !== null && (set.due_date ?? null) !== null;
		if (row.collection_method === 'send_invoice' && (isTwice || (row.due_date ?? null) === null))
			return error(
				400,
				'If invoice.collection_method is `send_invoice`, specify one of `due_date` and `days_until_due`.',
			);
		return undefined;
	};
	const wrongItem = (row: Row): Answer | undefined => {
		if (row.customer !== CUSTOMER) return unknown('customer', String(row.customer), 400, 'customer');
		const invoice = rows.get(String(row.invoice));
		if (invoice?.object !== 'invoice') return unknown('invoice', String(row.invoice), 400, 'invoice');
		if (typeof row.amount !== 'number')
			return error(400, 'You must specify one of `amount` or `price`.', 'parameter_missing');
		return undefined;
	};
	/** What Stripe makes of what it is given: of a price what it comes to, of days a date; what only steers it is not kept. */
	const settled = (row: Row): Row => {
		const { days_until_due: days, pending_invoice_items_behavior: _behavior, price, ...left } = row;
		if (typeof days === 'number') return { ...left, due_date: Number(row.created) + days * 86_400 };
		if ((price ?? null) === null) return left;
		const id = typeof price === 'string' ? price : (price as Row).id!;
		return { ...left, price: { id, object: 'price' }, amount: PRICE_IN_CENTS * Number(row.quantity) };
	};

	for (const [path, object, prefix] of [
		['/invoices', 'invoice', 'in_'],
		['/invoiceitems', 'invoiceitem', 'ii_'],
	] as const) {
		const wrong = object === 'invoice' ? wrongInvoice : wrongItem;
		const list = (some: Row[], more: boolean, also: Row = {}): Answer => ({
			body: { object: 'list', url: path, has_more: more, data: some.map((row) => shown(row).body), ...also },
		});
		const one = (what: (row: Row, call: Call) => Answer) => (call: Call) => {
			const row = rows.get(call.parts[0]!);
			return row?.object === object ? what(row, call) : unknown(object, call.parts[0]!, 404, 'id');
		};
		const drafts = (refusal: Answer, what: (row: Row, call: Call) => Answer) =>
			one((row, call) => (isDraft(row) ? what(row, call) : refusal));

		on('GET', path, ({ query }) => {
			const size = Number(query.get('limit') ?? 10);
			if (size > 100) return error(400, 'limit must be at most 100', undefined, 'limit');
			const all = of(object);
			const after = query.get('starting_after');
			const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
			return list(all.slice(start, start + size), start + size < all.length);
		});
		on('POST', path, (call) => {
			const set = membersOf(call.form(), NUMBERS);
			const id = `${prefix}${++last}`;
			const state: Row =
				object === 'invoice'
					? { status: 'draft', number: null, created: 1_700_000_000 + last }
					: { quantity: 1 };
			const row = settled(withMetadata({ id, object, currency: 'usd', description: null, ...state }, set));
			row.currency = String(row.currency).toLowerCase();
			const failure = wrong(row, set);
			if (failure) return failure;
			if (!isDraft(row))
				return error(400, 'The specified invoice can no longer be edited.', 'invoice_not_editable', 'invoice');
			rows.set(id, row);
			return shown(row);
		});
		on('GET', `${path}/*`, one(shown));
		const finalised = "Finalized invoices can't be updated in this way";
		on(
			'POST',
			`${path}/*`,
			drafts(error(400, finalised, object === 'invoice' ? undefined : 'invoice_not_editable'), (row, call) => {
				const set = membersOf(call.form(), NUMBERS);
				const fixed = ['customer', 'currency', 'invoice'].find((name) => name in set);
				if (fixed) return error(400, `Received unknown parameter: ${fixed}`, 'parameter_unknown', fixed);
				const changed = settled(withMetadata(row, set));
				const failure = wrong(changed, set);
				if (failure) return failure;
				rows.set(String(row.id), changed);
				return shown(changed);
			}),
		);
		on(
			'DELETE',
			`${path}/*`,
			drafts(error(400, 'You can only delete draft invoices'), (row) => {
				const id = String(row.id);
				rows.delete(id);
				// Its items wait for the next one.
				for (const item of of('invoiceitem')) if (item.invoice === id) item.invoice = null;
				return { body: { id, object, deleted: true } };
			}),
		);
		if (object !== 'invoice') continue;
		on('GET', `${path}/search`, ({ query }) => {
			const [, value] = /^metadata\['external_id'\]:'(.*)'$/u.exec(query.get('query') ?? '') ?? [];
			if (value === undefined) return error(400, 'We were unable to parse your search query');
			const plain = value.replace(/\\(.)/gu, '$1');
			const found = of(object).filter(({ metadata }) => (metadata as Row).external_id === plain);
			return list(found, false, { object: 'search_result', next_page: null });
		});
	}
	return { fake, rows };
}
