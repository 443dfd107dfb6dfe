/** Akeneo: products by their UUIDs, behind cursors; of their values, those of one channel and language. */
import { Fake, type Answer, type Row } from '../fake';
import { tableOf, type SourceFake } from './common';

interface Filter {
	operator: string;
	value: string | string[];
}

export async function fakeAkeneo(): Promise<SourceFake> {
	const rows: SourceFake['rows'] = new Map();
	const fake = await Fake.start();
	const refused = (message: string): Answer => ({ status: 422, body: { code: 422, message } });
	for (const base of ['', '/api/rest/v1'])
		fake.on('GET', `${base}/products-uuid`, ({ path, query }) => {
			const [limit, scope, locale] = [Number(query.get('limit') ?? 10), query.get('scope'), query.get('locales')];
			if (limit > 100) return refused('You cannot request more than 100 items.');
			const search = JSON.parse(query.get('search') ?? '{}') as Record<string, Filter[]>;
			const holds = (row: Row, name: string, { operator, value }: Filter): boolean => {
				if (name === 'uuid' && operator === 'IN') return value.includes(String(row.uuid));
				if (name !== 'updated' || operator !== '>' || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(String(value)))
					throw new Error(
						`Filter on property "${name}" is not supported or does not support operator "${operator}"`,
					);
				return Date.parse(String(row.updated)) > Date.parse(`${String(value)}Z`);
			};
			const all = [...tableOf(rows, 'products').values()]
				.filter((row) =>
					Object.entries(search).every(([name, some]) => some.every((one) => holds(row, name, one))),
				)
				.sort((a, b) => (String(a.uuid) < String(b.uuid) ? -1 : 1));
			const after = query.get('search_after');
			const left = after === null ? all : all.filter(({ uuid }) => String(uuid) > after);
			const items = left.slice(0, limit).map((row) => ({
				...row,
				values: Object.fromEntries(
					Object.entries(row.values as Record<string, Row[]>)
						.map(([code, given]) => {
							const own = (one: Row, name: string, wanted: string | null) =>
								one[name] === null || wanted === null || one[name] === wanted;
							return [
								code,
								given.filter((one) => own(one, 'scope', scope) && own(one, 'locale', locale)),
							] as const;
						})
						.filter(([, some]) => some.length > 0),
				),
			}));
			const next = new URLSearchParams(query);
			next.set('search_after', String(items.at(-1)?.['uuid' as never] ?? ''));
			const links = { self: { href: `${fake.url}${path}` }, first: { href: `${fake.url}${path}` } };
			return {
				body: {
					_links: left.length > limit ? { ...links, next: { href: `${fake.url}${path}?${next}` } } : links,
					_embedded: { items },
				},
			};
		});
	return { fake, rows };
}
