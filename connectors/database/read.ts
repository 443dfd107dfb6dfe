/** Reads counterparts in bulk: by id, or by match fields, compared as their columns compare. */
import { rowMaker } from '../../sql/rows';
import type { Sql, SqlValue } from '../../sql/types';
import type { ActualRecord, Fields, Lookup, Marking } from '../../sync/types';
import type { ColumnInfo } from './column';
import { pieces } from './dialects/common';
import { markOf, type MarkOf } from './marks';
import { grouped, type Table } from './table';

/** The records for these lookups. Throws SqlError, or SyncError for fields that are not there. */
export async function readRecords(
	database: Sql,
	table: Table,
	wanted: readonly Lookup[],
	fields: readonly string[],
	marking?: Marking,
): Promise<ActualRecord[]> {
	const mark = marking && markOf(database, table, marking);
	const columns = fields.map((name) => table.column(name));
	const byId = wanted.flatMap(({ ref, id }) => {
		const bound = id === undefined ? undefined : table.bindId(id);
		return bound ? [{ ref, row: bound }] : [];
	});
	const found = await findAll(database, table, table.id, byId, columns, mark);
	const byMatch = wanted.filter(
		({ id, match }) => id === undefined && match !== undefined && Object.keys(match).length > 0,
	);
	for (const group of grouped(byMatch, ({ match }) => JSON.stringify(Object.keys(match!).sort()))) {
		const keys = Object.keys(group[0]!.match!)
			.sort()
			.map((name) => table.column(name));
		const rows = group.flatMap(({ ref, match }) => {
			const row = boundMatch(table, keys, match!);
			return row ? [{ ref, row }] : [];
		});
		found.push(...(await findAll(database, table, keys, rows, columns, mark)));
	}
	return found;
}

async function findAll(
	database: Sql,
	table: Table,
	keys: readonly ColumnInfo[],
	rows: { ref: number; row: SqlValue[] }[],
	columns: readonly ColumnInfo[],
	mark: MarkOf | undefined,
): Promise<ActualRecord[]> {
	const found: ActualRecord[] = [];
	const fieldsOf = rowMaker(columns.map(({ name }) => name));
	for (const piece of pieces(rows, Math.floor(database.dialect.maxBound / (keys.length + 1)))) {
		const records = await table.find(
			database,
			keys,
			piece.map(({ row }, i) => [i, ...row]),
			columns,
			mark,
		);
		for (const { ref, id, values, mark: made } of records)
			found.push({
				ref: piece[ref]!.ref,
				id,
				fields: fieldsOf(values) as Fields,
				...(made !== undefined && { mark: made }),
			});
	}
	return found;
}

/** Values to match, bound; undefined where one is empty or is nothing that the column could hold: that matches no row. */
function boundMatch(table: Table, keys: readonly ColumnInfo[], match: Record<string, unknown>): SqlValue[] | undefined {
	try {
		const row = keys.map((column) => table.bind(column, table.spell(column, match[column.name] as never)));
		return row.includes(null) ? undefined : row;
	} catch {
		return undefined;
	}
}
