/** Rows found by one column's values: the look-ups of a mapping, in any table of the destination's database. */
import type { Database } from '../../sql/types';
import type { Value } from '../../sync/types';
import type { Table } from './table';

/** For each value the IDs of the rows that have it. A value that the column cannot hold is in none. */
export async function findIds(database: Database, table: Table, by: string, values: Value[]): Promise<string[][]> {
	const column = table.column(by);
	const ids = values.map((): string[] => []);
	const rows = values.flatMap((value, ref) => {
		try {
			const spelled = table.spell(column, value);
			return spelled === null ? [] : [[ref, table.bind(column, spelled)]];
		} catch {
			return []; // no such value can stand there
		}
	});
	for (const { ref, id } of await table.find(database, [column], rows, [])) ids[ref]!.push(id);
	return ids;
}
