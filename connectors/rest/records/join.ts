/** Parts of records that a list leaves out, asked for many records at once. */
import type { Fields, Value } from '../../../sync/types';
import type { Join } from '../definition';
import type { Asked, Client } from '../net/client';
import { get, put } from '../text/path';
import { idOf, pagesOf } from './pages';
import { pooled } from './pool';
import { chunked } from './read';

/** The records with these parts. */
export async function joined(
	client: Client,
	joins: Join[],
	records: Fields[],
	{ id, asked }: { id: string; asked: Asked },
): Promise<Fields[]> {
	const whole = records.map((record) => structuredClone(record));
	for (const { list, most, of, from, to, none } of joins) {
		const found = new Map<string, Value>();
		const ids = whole.flatMap((record) => idOf(record, id) ?? []);
		await pooled(chunked(ids, most), client.system.limits.concurrent, async (some) => {
			for await (const page of pagesOf(client, list, { id: of, names: { ids: some }, asked }))
				for (const part of page.records) found.set(idOf(part, of) ?? '', get(part, from) ?? none);
		});
		for (const record of whole) put(record, to, found.get(idOf(record, id) ?? '') ?? none);
	}
	return whole;
}
