/** Folding a table's rows per place by the database's own SQL. */
import { sql, type RawBuilder } from 'kysely';

import type { Folding, Marks } from './types';

/** As `Snapshot.folds` promises, as a subquery. */
export function foldsBySql(
	marks: Marks,
	from: RawBuilder<unknown>,
	{ key, columns, bits }: Folding,
): RawBuilder<unknown> {
	const rows = sql`SELECT ${marks.slot(key)} >> ${sql.lit(bits)} AS place, ${marks.mark(columns)} AS mark FROM ${from} AS t ${marks.once}`;
	return sql`(SELECT x.place, count(*) AS count, ${marks.fold(sql`x.mark`)} AS fold FROM (${rows}) AS x GROUP BY x.place)`;
}
