/**
 * Salesforce's rows are as its queries give them, by object. It answers at its own paths and at the engine's, which begins
 * behind the version, and knows as much of SOQL as is asked of it here.
 */
import { Fake, type Answer, type Call, type Json, type Row } from '../fake';
import { tableOf, type SourceFake } from './common';

const BASE = '/services/data/v65.0';
const SOQL = /^SELECT ([\w,]+) FROM (\w+)(?: WHERE (.+?))?(?: ORDER BY (.+))?$/u;
/** No such field in this organization, though it would be a name. */
const UNKNOWN = 'Unknown__c';

const error = (status: number, errorCode: string, message: string, fields?: string[]): Answer => ({
	status,
	body: [{ message, errorCode, ...(fields && { fields }) }],
});

/** As Salesforce writes moments. */
const stamp = () => new Date().toISOString().replace('Z', '+0000');

export async function fakeSalesforce(): Promise<SourceFake> {
	const rows: SourceFake['rows'] = new Map();
	const results = new Map<string, Row[]>();
	let last = 0;
	const fake = await Fake.start();
	const on = (method: string, path: string, handler: (call: Call, base: string) => Answer) => {
		for (const base of ['', BASE]) fake.on(method, base + path, (call) => handler(call, base));
	};
	const shown = (type: string, row: Row, names: string[]): Row => ({
		attributes: { type, url: `${BASE}/sobjects/${type}/${String(row.Id)}` },
		...Object.fromEntries(names.map((name) => [name, row[name] ?? null])),
	});
	/** A result stands as it was when it was asked for. */
	const given = (found: Row[], from: number, id: string, base: string): Answer => {
		const end = from + 2000;
		const done = end >= found.length;
		return {
			body: {
				totalSize: found.length,
				done,
				...(!done && { nextRecordsUrl: `${base}/query/${id}-${end}` }),
				records: found.slice(from, end),
			},
			headers: { 'sforce-limit-info': 'api-usage=18/15000' },
		};
	};
	on('GET', '/query', ({ query }, base) => {
		const soql = SOQL.exec(query.get('q') ?? '');
		if (soql === null) return error(400, 'MALFORMED_QUERY', `unexpected token: ${query.get('q')}`);
		const [, select, type, where, order] = soql;
		const names = select!.split(',');
		if (names.includes(UNKNOWN)) return error(400, 'INVALID_FIELD', `No such column '${UNKNOWN}' on ${type}`);
		const holds = conditionOf(where);
		if (holds === undefined) return error(400, 'MALFORMED_QUERY', `unexpected token: ${where}`);
		const by = (order ?? '').split(', ').filter((name) => name !== '');
		const found = [...tableOf(rows, type!).values()]
			.filter(holds)
			.sort((a, b) => by.reduce((sum, name) => sum || compared(a[name], b[name]), 0))
			.map((row) => shown(type!, row, names));
		const id = `01g${++last}`;
		results.set(id, found);
		return given(found, 0, id, base);
	});
	on('GET', '/query/*', ({ parts: [locator] }, base) => {
		const [id, from] = locator!.split('-');
		const found = results.get(id!);
		return found ? given(found, Number(from), id!, base) : error(400, 'INVALID_QUERY_LOCATOR', 'invalid locator');
	});
	const absent = error(404, 'NOT_FOUND', 'The requested resource does not exist');
	on('GET', '/sobjects/*/*', ({ parts: [type, id], query }) => {
		const row = tableOf(rows, type!).get(id!);
		const names = query.get('fields')?.split(',') ?? Object.keys(row ?? {});
		return row ? { body: shown(type!, row, names) } : absent;
	});
	on('POST', '/composite/sobjects/*', (call) => {
		const { ids, fields } = call.json() as unknown as { ids: string[]; fields: string[] };
		if (ids.length > 2000) return error(400, 'EXCEEDED_ID_LIMIT', 'record limit reached');
		const [type] = call.parts as [string];
		const table = tableOf(rows, type);
		return { body: ids.map((id) => (table.has(id) ? shown(type, table.get(id)!, fields) : null)) };
	});

	type Failure = { statusCode: string; message: string; fields: string[] };
	/** What is wrong with a record as it would stand there. */
	const wrong = (type: string, row: Row): Failure | undefined => {
		const required = type === 'Contact' ? 'LastName' : 'Name';
		if ((row[required] ?? '') === '')
			return {
				statusCode: 'REQUIRED_FIELD_MISSING',
				message: `Required fields are missing: [${required}]`,
				fields: [required],
			};
		const email = row.Email ?? null;
		if (typeof email === 'string' && !email.includes('@'))
			return {
				statusCode: 'INVALID_EMAIL_ADDRESS',
				message: `Email: invalid email address: ${email}`,
				fields: ['Email'],
			};
		const key = row.Source_Key__c ?? null;
		const twin = [...tableOf(rows, type).values()].find(
			(one) => key !== null && one.Source_Key__c === key && one.Id !== row.Id,
		);
		if (!twin) return undefined;
		const message = `duplicate value found: Source_Key__c duplicates value on record with id: ${String(twin.Id)}`;
		return { statusCode: 'DUPLICATE_VALUE', message, fields: [] };
	};
	const saved = (type: string, set: Row, id?: string): Failure | string => {
		const before = id === undefined ? {} : tableOf(rows, type).get(id);
		if (before === undefined) return { statusCode: 'ENTITY_IS_DELETED', message: 'entity is deleted', fields: [] };
		const row: Row = { ...before, ...set };
		row.Id = id ?? `003${String(++last).padStart(15, '0')}`;
		row.SystemModstamp = stamp();
		const failure = wrong(type, row);
		if (failure) return failure;
		tableOf(rows, type).set(row.Id, row);
		return row.Id;
	};
	const single = (type: string, set: Row, id?: string): Answer => {
		const done = saved(type, set, id);
		if (typeof done !== 'string')
			return error(
				done.statusCode === 'ENTITY_IS_DELETED' ? 404 : 400,
				done.statusCode,
				done.message,
				done.fields,
			);
		return id === undefined ? { status: 201, body: { id: done, success: true, errors: [] } } : { status: 204 };
	};
	on('POST', '/sobjects/*', (call) => single(call.parts[0]!, call.json()));
	on('PATCH', '/sobjects/*/*', (call) => single(call.parts[0]!, call.json(), call.parts[1]));
	on('DELETE', '/sobjects/*/*', ({ parts: [type, id] }) =>
		tableOf(rows, type!).delete(id!) ? { status: 204 } : error(404, 'ENTITY_IS_DELETED', 'entity is deleted'),
	);
	for (const method of ['POST', 'PATCH'])
		on(method, '/composite/sobjects', (call) => {
			const { records } = call.json() as unknown as { records: (Row & { attributes: Row })[] };
			if (records.length > 200)
				return error(400, 'EXCEEDED_ID_LIMIT', 'record limit reached. cannot submit more than 200');
			return {
				body: records.map(({ attributes, id, ...set }) => {
					const done = saved(String(attributes.type), set, method === 'POST' ? undefined : String(id));
					return typeof done === 'string'
						? { id: done, success: true, errors: [] }
						: { success: false, errors: [done] };
				}),
			};
		});
	return { fake, rows };
}

function compared(a: Json | undefined, b: Json | undefined): number {
	const [one, other] = [String(a ?? ''), String(b ?? '')];
	return one === other ? 0 : one < other ? -1 : 1;
}

/** `F >= moment` and `F IN ('a','b')`; undefined for what is no condition. */
function conditionOf(where: string | undefined): ((row: Row) => boolean) | undefined {
	if (where === undefined) return () => true;
	const since = /^(\w+) >= (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/u.exec(where);
	if (since) return (row) => Date.parse(String(row[since[1]!])) >= Date.parse(since[2]!);
	const among = /^(\w+) IN \(((?:'(?:[^'\\]|\\.)*',?)+)\)$/u.exec(where);
	if (!among) return undefined;
	const values = [...among[2]!.matchAll(/'((?:[^'\\]|\\.)*)'/gu)].map(([, one]) =>
		one!.replace(/\\(.)/gu, '$1').toLowerCase(),
	);
	return (row) => values.includes(String(row[among[1]!] ?? '').toLowerCase());
}
