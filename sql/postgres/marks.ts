/**
 * Row marks in Postgres: 64 bits over the row as it would be sent in binary form. That form knows no session settings:
 * lengths and NULL stand before every value, times are counted, text is UTF-8. (`hash_record_extended` would be faster
 * still, but it hashes by equality: 32 bits of a bigint or a time, one hash for all spellings of a `citext`.)
 */
import { sql, type RawBuilder } from 'kysely';

import type { Marked, Marks } from '../types';

/**
 * Types of Postgres' own that have a binary form; all others go as text, for a type of somebody's need not have one. A
 * value whose type is not told goes as it is: where it has no binary form, the statement fails.
 */
const SENT =
	/^(?:boolean|smallint|integer|bigint|real|double precision|numeric|text|"char"|name|bpchar|character|character varying|bytea|uuid|date|timestamp|time|interval|json|jsonb|inet|cidr|macaddr|bit|bit varying)(?:\(-?\d+(?:,-?\d+)?\))?(?: with(?:out)? time zone)?(?:\[\])*$/;

const row = (columns: readonly Marked[]): RawBuilder<unknown> =>
	sql`ROW(${sql.join(columns.map(({ value, type }) => (type === undefined || SENT.test(type) ? value : sql`${value}::text`)))})`;

const hashed = (columns: readonly Marked[]): RawBuilder<unknown> =>
	sql`hash_array_extended(ARRAY[record_send(${row(columns)})], 0)`;

export const marks: Marks = {
	version: 'postgres 1',
	mark: hashed,
	shown: (mark) => sql<string>`(${mark})::text`,
	fold: (mark, over = sql``) => sql<string>`(bit_xor(${mark}) ${over})::text || ' ' || (sum(${mark}) ${over})::text`,
	// All groups in memory, and the rows marked by several processes: by itself the planner takes marks for cheap.
	settings: [sql`SET LOCAL work_mem = '64MB'`, sql`SET LOCAL parallel_tuple_cost = 0`, sql`SET LOCAL jit = off`],
	once: sql`OFFSET 0`,
	slot: (key) => sql<number>`(${hashed(key)} & 2147483647)::integer`,
};
