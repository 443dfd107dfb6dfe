/** What the ledger throws away by itself, a little at a time. */
import { sql } from 'kysely';

import { now, type Store } from './store';

const DAY = 24 * 60 * 60 * 1000;
/** Days that counts are kept at least. */
const YEAR = 366;
/** Rows that one transaction deletes at most, give or take rows of the same millisecond. */
const STEP = 2000;

/** Deletes history and fights older than `days`, and runs that ended more than a day ago; one step of each. */
export async function tidy(store: Store, sync: number, days: number): Promise<void> {
	const { table } = store;
	await store.db.transaction(async (tx) => {
		const at = await now(tx);
		const mine = sql`destination IN (SELECT id FROM ${table('destination')} WHERE sync = ${sync})`;
		const [oldest] = await tx.all(sql<{ until: number | null }>`SELECT max(at) AS until FROM
			(SELECT at FROM ${table('history')} WHERE at < ${at - days * DAY} AND ${mine} ORDER BY at LIMIT ${STEP}) AS old`);
		if (oldest?.until != null)
			await tx.run(sql`DELETE FROM ${table('history')} WHERE at <= ${oldest.until} AND ${mine}`);
		await tx.run(sql`DELETE FROM ${table('work')} WHERE at < ${at - days * DAY} AND ${mine}`);
		await tx.run(sql`DELETE FROM ${table('tally')} WHERE hour < ${at - Math.max(days, YEAR) * DAY} AND ${mine}`);
		await tx.run(sql`DELETE FROM ${table('fight')} WHERE at < ${at - days * DAY} AND ${mine}`);
		await tx.run(sql`DELETE FROM ${table('run')} WHERE sync = ${sync} AND coalesce(ended_at, until) < ${at - DAY}`);
	});
}
