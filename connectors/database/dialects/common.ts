/** What the dialects share. */
import { sql, type RawBuilder } from 'kysely';

import type { ServerConfig, SqlValue } from '../../../sql/types';
import type { Value } from '../../../sync/types';
import type { ColumnInfo } from '../column';

/** The id columns of returned rows (`i0`, `i1`, …), in order. */
export function exactBack(rows: Record<string, Value>[], count: number): Value[][] {
	return rows.map((row) => Array.from({ length: count }, (_, i) => row[`i${i}`] ?? null));
}

/** A table on a server: who logs in there is no part of it. */
export function serverPlace(
	system: string,
	{ host, port, database }: ServerConfig,
	shown: string,
	parts: string[],
): { id: string; text: string } {
	return {
		id: JSON.stringify([system, host.toLowerCase(), port, database, ...parts]),
		text: `table ${shown} in ${system}@${host}:${port}/${database}`,
	};
}

/** `list` in pieces of at most `size`. */
export function pieces<T>(list: readonly T[], size: number): T[][] {
	const result: T[][] = [];
	for (let from = 0; from < list.length; from += size) result.push(list.slice(from, from + size));
	return result;
}

/** Rows compared as rows, by their columns' own order. */
export function rowOrder(
	columns: readonly ColumnInfo[],
	how: '>' | '<=',
	values: readonly SqlValue[],
): RawBuilder<boolean> {
	const own = columns.map(({ name }) => sql`t.${sql.id(name)}`);
	if (own.length === 1) return sql<boolean>`${own[0]} ${sql.raw(how)} ${values[0]}`;
	return sql<boolean>`(${sql.join(own)}) ${sql.raw(how)} (${sql.join(values)})`;
}
