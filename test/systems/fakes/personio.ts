/** Personio's rows are persons as its API v2 gives them, each with its `employment`, which is asked for by itself. */
import { Fake, type Answer, type Row } from '../fake';
import { tableOf, type SourceFake } from './common';

/** What a cursor keeps: where the next page begins, and what was asked for. */
interface Asked {
	after: string;
	limit: number;
	since?: string;
}

const problem = (status: number, title: string, detail: string): Answer => ({
	status,
	headers: { 'content-type': 'application/problem+json' },
	body: { personio_trace_id: 't', timestamp: '2026-01-01T00:00:00Z', errors: [{ title, detail, type: 'https://x' }] },
});

export async function fakePersonio(): Promise<SourceFake> {
	const rows: SourceFake['rows'] = new Map();
	const persons = tableOf(rows, 'persons');
	const fake = await Fake.start();
	const absent = problem(404, 'Resource not found', 'There is no resource for the specified id.');
	const shown = ({ employment, ...person }: Row): Row => ({
		...person,
		employments: employment ? [{ id: (employment as Row).id! }] : [],
		_meta: {
			links: { employments: { href: `https://api.personio.de/v2/persons/${String(person.id)}/employments` } },
		},
	});
	fake.on('GET', '/persons', ({ query }) => {
		const cursor = query.get('cursor');
		const since = query.get('updated_at.gt') ?? undefined;
		const asked: Asked =
			cursor !== null
				? (JSON.parse(Buffer.from(cursor.slice(4), 'base64url').toString()) as Asked)
				: { after: '', limit: Number(query.get('limit') ?? 10), ...(since !== undefined && { since }) };
		const known = ['limit', 'cursor', 'id', 'updated_at.gt'];
		if ([...query.keys()].some((name) => !known.includes(name)) || !(asked.limit >= 1 && asked.limit <= 50))
			return problem(400, 'Bad request', 'Provided request parameters are invalid.');
		if (since !== undefined && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u.test(since))
			return problem(400, 'Bad request', 'Provided filter encoding is invalid.');
		const ids = query.get('id')?.split(',');
		const padded = (id: unknown) => String(id).padStart(12, '0');
		const all = [...persons.values()]
			.filter((row) => ids === undefined || ids.includes(String(row.id)))
			.filter((row) => asked.since === undefined || Date.parse(String(row.updated_at)) > Date.parse(asked.since))
			.filter((row) => padded(row.id) > asked.after)
			.sort((a, b) => (padded(a.id) < padded(b.id) ? -1 : 1));
		const some = all.slice(0, asked.limit);
		const next = { ...asked, after: padded(some.at(-1)?.id) };
		const more = Buffer.from(JSON.stringify(next)).toString('base64url');
		return {
			body: {
				_data: some.map(shown),
				_meta: {
					links: {
						self: { href: `${fake.url}/persons` },
						...(some.length < all.length && { next: { href: `${fake.url}/persons?cursor=cur_${more}` } }),
					},
				},
			},
		};
	});
	fake.on('GET', '/persons/*', ({ parts: [id] }) => {
		const row = persons.get(id!);
		return row ? { body: shown(row) } : absent;
	});
	fake.on('GET', '/persons/*/employments', ({ parts: [id], query }) => {
		const row = persons.get(id!);
		if (!row) return absent;
		if (query.get('limit') !== '1') return problem(400, 'Bad request', 'Only the newest is asked for here.');
		return { body: { _data: row.employment ? [row.employment] : [], _meta: { links: {} } } };
	});
	return { fake, rows };
}
