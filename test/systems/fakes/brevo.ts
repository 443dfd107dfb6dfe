/** Brevo: contacts by their numbers, found by address or `ext_id` as well; writes answer with an id, or nothing. */
import { Fake, type Answer, type Call, type Row } from '../fake';
import { page, type DestinationFake } from './common';

const ATTRIBUTES: Record<string, string> = { FIRSTNAME: 'text', AGE: 'float', BIRTHDAY: 'date', SMS: 'text' };

export async function fakeBrevo(): Promise<DestinationFake> {
	const rows: DestinationFake['rows'] = new Map();
	let last = 0;
	const fake = await Fake.start();
	const headers = {
		'x-sib-ratelimit-limit': '10',
		'x-sib-ratelimit-remaining': '9',
		'x-sib-ratelimit-reset': '1',
	};
	const error = (status: number, code: string, message: string): Answer => ({
		status,
		headers,
		body: { code, message },
	});
	const by = (kind: string, value: string) =>
		[...rows.values()].find((row) =>
			kind === 'email_id'
				? row.email === value.toLowerCase()
				: kind === 'ext_id'
					? (row.attributes as Row).EXT_ID === value
					: String(row.id) === value,
		);
	const gone = () => error(404, 'document_not_found', 'Contact does not exist');
	/** What Brevo does with what it is given: unknown attributes fail, values of another type are left out. */
	const set = (row: Row, given: Row): Answer | undefined => {
		const {
			attributes = {},
			listIds = [],
			unlinkListIds = [],
			ext_id: key,
			email,
			updateEnabled: _,
			...rest
		} = given;
		const { EMAIL: changed, ...others } = attributes as Row;
		const address = changed ?? email;
		if (address !== undefined && !/^[^@\s]+@[^@\s]+\.\w+$/.test(String(address)))
			return error(400, 'invalid_parameter', 'email is not valid');
		const twin =
			(address === undefined ? undefined : by('email_id', String(address))) ??
			(key === undefined || key === '' ? undefined : by('ext_id', String(key)));
		if (twin && twin !== row) return error(400, 'duplicate_parameter', 'Contact already exist');
		for (const name of Object.keys(others))
			if (!(name in ATTRIBUTES)) return error(400, 'invalid_parameter', `attribute ${name} does not exist`);
		const taken = Object.fromEntries(
			Object.entries(others).filter(
				([name, value]) => value === '' || (typeof value === 'number') === (ATTRIBUTES[name] === 'float'),
			),
		);
		const lists = new Set([...(row.listIds as number[]), ...(listIds as number[])]);
		for (const list of unlinkListIds as number[]) lists.delete(list);
		Object.assign(row, rest, {
			...(address !== undefined && { email: String(address).toLowerCase() }),
			attributes: { ...(row.attributes as Row), ...taken, ...(key !== undefined && { EXT_ID: key }) },
			listIds: [...lists],
			modifiedAt: new Date().toISOString(),
		});
		return undefined;
	};
	fake.on('GET', '/contacts', ({ query }) => {
		const limit = Number(query.get('limit') ?? 50);
		const ids = query.has('ids') ? query.getAll('ids') : undefined;
		if (limit > 1000) return error(400, 'out_of_range', 'Limit exceeds max value');
		if (ids && (ids.length > 20 || ids.some((id) => !/^\d+$/.test(id))))
			return error(400, 'invalid_parameter', 'ids takes 20 numbers');
		const since = query.get('modifiedSince');
		const all = [...rows.values()]
			.filter((row) => ids === undefined || ids.includes(String(row.id)))
			.filter((row) => since === null || Date.parse(String(row.modifiedAt)) > Date.parse(since))
			.sort((a, b) => (query.get('sort') === 'asc' ? 1 : -1) * (Number(a.id) - Number(b.id)));
		return {
			headers,
			body: { contacts: page(all, Number(query.get('offset') ?? 0), limit).some, count: all.length },
		};
	});
	const one = (what: (row: Row, call: Call) => Answer) => (call: Call) => {
		const row = by(call.query.get('identifierType') ?? 'contact_id', call.parts[0]!);
		return row ? what(row, call) : gone();
	};
	fake.on(
		'GET',
		'/contacts/*',
		one((row) => ({ headers, body: { ...row, statistics: {} } })),
	);
	fake.on('GET', '/contacts/attributes', () => ({
		headers,
		body: {
			attributes: [
				...Object.entries(ATTRIBUTES).map(([name, type]) => ({ name, category: 'normal', type })),
				{ name: 'BLACKLIST', category: 'global', calculatedValue: 'COUNT[BLACKLISTED]' },
			],
		},
	}));
	fake.on('POST', '/contacts', (call) => {
		const given = call.json();
		if (given.email === undefined && given.ext_id === undefined)
			return error(400, 'missing_parameter', 'email is missing');
		const row: Row = {
			id: ++last,
			emailBlacklisted: false,
			smsBlacklisted: false,
			whatsappBlacklisted: false,
			createdAt: new Date().toISOString(),
			listIds: [],
			attributes: {},
		};
		const wrong = set(row, given);
		if (wrong) return wrong;
		rows.set(String(row.id), row);
		return { status: 201, headers, body: { id: row.id } };
	});
	fake.on(
		'PUT',
		'/contacts/*',
		one((row, call) => set(row, call.json()) ?? { status: 204, headers }),
	);
	fake.on(
		'DELETE',
		'/contacts/*',
		one((row) => (rows.delete(String(row.id)), { status: 204, headers })),
	);
	return { fake, rows };
}
