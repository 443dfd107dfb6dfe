/**
 * Row marks in MySQL and MariaDB: MD5 over the row as one text. What has a text without commas comes first, and of all
 * else its length; then the rest itself, byte by byte, so that no two rows have one text.
 */
import { sql, type RawBuilder } from 'kysely';

import type { Marked, Marks } from '../types';

/** Numbers and times, by their types' first words: as text none of them has a comma. */
const SHORT = /^(?:tinyint|smallint|mediumint|int|integer|bigint|decimal|numeric|double|date|datetime|time|year)\b/i;

/** The value as it stands before the long ones: itself, or its length. */
function head({ value, type = '' }: Marked): RawBuilder<unknown> {
	// A FLOAT's own text has six digits of it; a TIMESTAMP's depends on the session's zone; a BIT's is bytes.
	if (/^float\b/i.test(type)) return sql`IFNULL(${value} + 0e0, 'n')`;
	if (/^timestamp\b/i.test(type)) return sql`IFNULL(UNIX_TIMESTAMP(${value}), 'n')`;
	if (/^bit\b/i.test(type)) return sql`IFNULL(${value} + 0, 'n')`;
	return SHORT.test(type) ? sql`IFNULL(${value}, 'n')` : sql`IFNULL(OCTET_LENGTH(${value}), 'n')`;
}

function isLong({ type = '' }: Marked): boolean {
	return !SHORT.test(type) && !/^(?:float|timestamp|bit)\b/i.test(type);
}

function tail({ value, type = '' }: Marked): RawBuilder<unknown> {
	// MySQL's JSON is a type of its own; MariaDB's is text.
	const bytes = /^json\b/i.test(type) ? sql`CAST(${value} AS CHAR)` : value;
	return sql`IFNULL(CAST(${bytes} AS BINARY), '')`;
}

const text = (columns: readonly Marked[]): RawBuilder<unknown> =>
	sql`CONCAT_WS(',', ${sql.join([...columns.map(head), ...columns.filter(isLong).map(tail)])})`;

/** 64 bits of the mark, as a number. */
const half = (side: 'LEFT' | 'RIGHT', mark: RawBuilder<unknown>): RawBuilder<unknown> =>
	sql`CAST(CONV(${sql.raw(side)}(${mark}, 16), 16, 10) AS UNSIGNED)`;

export const marks: Marks = {
	version: 'mysql 1',
	// A row of more than max_allowed_packet has no text: it gets another mark each time, and is read.
	mark: (columns) => sql`IFNULL(MD5(${text(columns)}), MD5(UUID()))`,
	shown: (mark) => sql<string>`${mark}`,
	fold: (mark, over = sql``) =>
		sql<string>`CONCAT(BIT_XOR(${half('LEFT', mark)}) ${over}, ' ', BIT_XOR(${half('RIGHT', mark)}) ${over})`,
	settings: [],
	// A subquery that must not be merged is written into a temporary table, which takes longer than MD5 twice.
	once: sql``,
	slot: (key) => sql<number>`CAST(CRC32(${text(key)}) DIV 2 AS SIGNED)`,
};
