/** What is kept of destinations that are retired, until a person drops it. */
import { sql } from 'kysely';

import { lockDestination, type Store } from './store';

/** Links that one transaction drops at most. */
const STEP = 2000;

/**
 * Drops the links and holds of a sync's retired destinations; how many links went. What was written there stays there, and
 * the history keeps its days. Should its node write there again one day, it is as new: it adopts by match.
 */
export async function forgetRetired(store: Store, sync: number): Promise<number> {
	const { db, table } = store;
	const retired = await db.all(
		sql<{
			id: number;
		}>`SELECT id FROM ${table('destination')} WHERE sync = ${sync} AND state = 'retired' ORDER BY id`,
	);
	let forgotten = 0;
	for (const { id } of retired) {
		for (let gone = STEP; gone === STEP; forgotten += gone) {
			gone = await db.transaction(async (tx) => {
				await lockDestination(store, tx, id);
				const still = sql`(SELECT d.id FROM ${table('destination')} d WHERE d.id = ${id} AND d.state = 'retired')`;
				await tx.run(sql`UPDATE ${table('destination')} SET first_write = 'unknown', swept_at = NULL, sweep_key = NULL, sweep_part = NULL, sweep_range = NULL
					WHERE id = ${id} AND state = 'retired'`);
				await tx.run(sql`DELETE FROM ${table('hold')} WHERE destination = ${still}`);
				await tx.run(sql`DELETE FROM ${table('range')} WHERE destination = ${still}`);
				await tx.run(sql`DELETE FROM ${table('reference')} WHERE destination = ${still}`);
				await tx.run(sql`DELETE FROM ${table('fight')} WHERE destination = ${still}`);
				await tx.run(sql`DELETE FROM ${table('mark')} WHERE destination = ${still} AND counterpart IN
					(SELECT counterpart FROM ${table('mark')} WHERE destination = ${id} ORDER BY counterpart LIMIT ${STEP})`);
				return await tx.run(sql`DELETE FROM ${table('link')} WHERE destination = ${still} AND key IN
					(SELECT key FROM ${table('link')} WHERE destination = ${id} ORDER BY key LIMIT ${STEP})`);
			});
		}
	}
	return forgotten;
}
