/** Comparing where the data is: row marks of a table, their folds over ranges of ids, and the bounds that ranges are drawn at. */
import { sql, type RawBuilder } from 'kysely';

import type { Sql } from '../../sql/types';
import { fingerprint } from '../../sync/fingerprint';
import type { MarkedRange, Marking, Marks, Range, Value } from '../../sync/types';
import type { Table } from './table';

/** A mark as an expression over `t`, and what its text begins with: it names what made it and of what. */
export interface MarkOf {
	tag: string;
	value: RawBuilder<unknown>;
	shown: (mark: RawBuilder<unknown>) => RawBuilder<string>;
}

/** The identity is in it, so that two rows never exchange their marks unseen. A field that the table no longer has is left out. */
export function markOf({ dialect }: Pick<Sql, 'dialect'>, table: Table, { fields, key }: Marking): MarkOf {
	const columns = [...table.id, ...table.known(fields)];
	const { marks } = dialect;
	const parts = columns.map(({ name, type }) => ({ value: sql`t.${sql.id(name)}`, type }));
	const names = columns.map(({ name, type }) => [name, type]);
	return {
		tag: fingerprint(JSON.stringify([marks.version, table.id.length, names])).slice(0, 6),
		value: marks.mark([{ value: sql`CAST(${key} AS CHAR(22))` }, ...parts]),
		shown: (mark) => marks.shown(mark),
	};
}

/** The marks of a table, asked of `database` once it is described. */
export class TableMarks implements Marks {
	constructor(private readonly opened: <T>(ask: (database: Sql, table: Table) => Promise<T>) => Promise<T>) {}

	folds(marking: Marking, ranges: Range[]): Promise<{ fold: string; count: number }[]> {
		return this.opened(async (database, table) => {
			const { tag, value } = markOf(database, table, marking);
			const { marks } = database.dialect;
			const rows = await database.all(
				sql<{ r: number; c: number; f: string | null }>`${union(
					ranges.map(
						(range, n) => sql`SELECT ${sql.lit(n)} AS r, count(*) AS c, ${marks.fold(sql`x.m`)} AS f
							FROM (SELECT ${value} AS m FROM ${table.name} AS t WHERE ${within(table, range)} ${marks.once}) AS x`,
					),
				)}`,
			);
			const folds = new Map(rows.map(({ r, c, f }) => [Number(r), { count: Number(c), fold: f }]));
			return ranges.map((_, n) => {
				const { count, fold } = folds.get(n)!;
				return { fold: foldText(tag, count, fold), count };
			});
		});
	}

	list(marking: Marking, ranges: Range[], most: number): Promise<MarkedRange[]> {
		return this.opened(async (database, table) => {
			const { tag, value, shown } = markOf(database, table, marking);
			const { marks } = database.dialect;
			const ids = table.id.map((_, i) => sql.id(`i${i}`));
			const all = union(
				ranges.map(
					(range, n) => sql`SELECT * FROM (SELECT ${sql.lit(n)} AS r, ${listed(table)}, ${value} AS m
						FROM ${table.name} AS t WHERE ${within(table, range)} LIMIT ${sql.lit(most + 1)}) AS b${sql.raw(String(n))}`,
				),
			);
			// One statement, one moment: what the marks are and what they fold to.
			const rows = await database.all(sql<Record<string, Value>>`WITH p AS (${all})
				SELECT p.r, ${sql.join(ids.map((id) => sql`p.${id}`))}, ${shown(sql`p.m`)} AS m, NULL AS f FROM p
				UNION ALL SELECT p.r, ${sql.join(ids.map(() => sql`NULL`))}, NULL, ${marks.fold(sql`p.m`)} FROM p GROUP BY p.r`);
			const found = ranges.map((): { fold: string | null; marks: MarkedRange['marks'] } => ({
				fold: null,
				marks: [],
			}));
			for (const row of rows) {
				const range = found[Number(row['r'])]!;
				if (row['f'] !== null) range.fold = row['f'] as string;
				else range.marks.push({ id: idOf(table, row), mark: `${tag}:${row['m'] as string}` });
			}
			return found.map(({ fold, marks: inIt }) => ({
				fold: inIt.length > most ? undefined : foldText(tag, inIt.length, fold),
				marks: inIt,
			}));
		});
	}

	bounds(range: Range, size: number, most: number): Promise<string[]> {
		return this.opened(async (database, table) => {
			const ids = table.id.map((_, i) => sql.id(`i${i}`));
			const rows = await database.all(sql<Record<string, Value>>`
				SELECT ${sql.join(ids)} FROM (SELECT ${sql.join(ids)}, row_number() OVER (ORDER BY ${sql.join(ids)}) AS n
					FROM (SELECT ${listed(table)} FROM ${table.name} AS t WHERE ${within(table, range)}
						ORDER BY ${sql.join(ids)} LIMIT ${sql.lit(size * most)}) AS y) AS x
				WHERE n % ${sql.lit(size)} = 0 ORDER BY n`);
			return rows.map((row) => idOf(table, row));
		});
	}
}

/** The rows of a range. Whatever the database's order is, every row is behind a bound or is not: none is in no range. */
function within(table: Table, { after, upTo }: Range): RawBuilder<unknown> {
	const conditions: RawBuilder<unknown>[] = table.id
		.filter(({ nullable }) => nullable)
		.map(({ name }) => sql`t.${sql.id(name)} IS NOT NULL`);
	if (after !== null) conditions.push(table.dialect.order(table.id, '>', table.bindBound(after)));
	if (upTo !== null) conditions.push(table.dialect.order(table.id, '<=', table.bindBound(upTo)));
	return conditions.length === 0 ? sql`1 = 1` : sql.join(conditions, sql` AND `);
}

function listed(table: Table): RawBuilder<unknown> {
	return sql.join(table.id.map(({ name }, i) => sql`t.${sql.id(name)} AS ${sql.id(`i${i}`)}`));
}

function idOf(table: Table, row: Record<string, Value>): string {
	return table.idOf(table.id.map((_, i) => row[`i${i}`]!));
}

function union(selects: RawBuilder<unknown>[]): RawBuilder<unknown> {
	return sql.join(selects, sql` UNION ALL `);
}

function foldText(tag: string, count: number, fold: string | null): string {
	return `${tag}:${count}:${count === 0 ? '' : fold}`;
}
