/** The destination that the node's settings describe, with whatever it is reached by. */
import { DatabaseDestination } from '../../connectors/database/destination';
import { SyncError, type Destination } from '../../sync/types';
import { databaseConfig } from '../shared/database';
import type { NodeContext } from '../shared/parameters';

export const DEFAULT_BATCH = 250;

export interface DestinationSettings {
	schema?: string;
	table: string;
	/** Empty: the table's primary key. */
	idColumns: string[];
	batchSize: number;
}

/** Throws {@link SyncError}. Closing the destination closes its tunnel too. */
export async function openDestination(
	context: NodeContext,
	{ schema, table, idColumns, batchSize }: DestinationSettings,
): Promise<Destination> {
	if (table === '') throw new SyncError('setup', 'No table is chosen.', { todo: 'Choose one in Table.' });
	const { config, close } = await databaseConfig(context);
	try {
		const database = new DatabaseDestination({
			database: config,
			table: { name: table, schema },
			...(idColumns.length > 0 && { id: idColumns }),
		});
		return {
			batchSize,
			target: database.target,
			marks: database.marks,
			describe: async () => await database.describe(),
			prepare: async (fields) => await database.prepare(fields),
			read: async (wanted, fields, marking) => await database.read(wanted, fields, marking),
			write: async (writes, within, marking) => await database.write(writes, within, marking),
			findBy: async (where, values) => await database.findBy(where, values),
			lock: database.lock,
			isEmpty: async () => await database.isEmpty(),
			close: async () => {
				await database.close();
				await close();
			},
		};
	} catch (error) {
		await close();
		throw error;
	}
}
