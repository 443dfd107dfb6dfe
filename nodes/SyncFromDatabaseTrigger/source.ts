/** The source that the node's settings describe, with whatever it is reached by. */
import { DatabaseSource } from '../../connectors/database/source';
import { SyncError, type RecordPage, type Source } from '../../sync/types';
import { databaseConfig } from '../shared/database';
import type { NodeContext } from '../shared/parameters';
import type { SourceSettings } from './settings';

/** Rows that are read at once. With more of them, more live long enough to reach the old part of n8n's heap. */
const PAGE = 250;
/** The member of an item that is the sync's own. */
const RESERVED = '_sync';

/** Throws {@link SyncError}. Closing the source closes its tunnel too. */
export async function openSource(
	context: NodeContext,
	{ from, key, name, softDelete, ordering, follow }: SourceSettings,
): Promise<Source> {
	const { config, close } = await databaseConfig(context);
	try {
		const source = new DatabaseSource({
			database: config,
			from: 'query' in from ? from : { table: { name: from.table, schema: from.schema } },
			pageSize: PAGE,
			...(key.length > 0 && { key }),
			...(name !== undefined && { nameField: name }),
			...(softDelete !== undefined && { removedColumn: softDelete }),
			...(ordering !== undefined && { orderingColumn: ordering }),
			...(follow && { follow: { column: follow.column, overlap: follow.overlapSeconds } }),
		});
		return {
			tag: source.tag,
			...(source.place !== undefined && { place: source.place }),
			read: (since, signal, known) => unreserved(source.read(since, signal, known)),
			fetch: async (keys) => await source.fetch(keys),
			close: async () => {
				await source.close();
				await close();
			},
		};
	} catch (error) {
		await close();
		throw error;
	}
}

/** All rows have the same columns, so the first one of each page says whether one is called like the sync's own member. */
async function* unreserved(pages: AsyncIterable<RecordPage>): AsyncIterable<RecordPage> {
	for await (const page of pages) {
		if (page.records[0] && Object.hasOwn(page.records[0].fields, RESERVED)) {
			throw new SyncError(
				'setup',
				`The source has a column “${RESERVED}”, a name that every sync needs for itself.`,
				{ todo: 'Read the records by a SELECT that gives it another name.' },
			);
		}
		yield page;
	}
}
