/** Fields that a sweep has to write back again and again, because somebody else writes them too. */
import { sql } from 'kysely';

import { canonical } from '../sync/canonical';
import type { Fight, HistoryEntry } from '../sync/ledger';
import type { Value } from '../sync/types';
import type { Sql, SqlValue } from '../sql/types';
import { KEY_AND_PART, type Store } from './store';

/** A fight that so many sweeps have seen nothing of is over. */
const OVER = 20;

/** The fights that go on about these links. */
export async function fights(
	store: Store,
	destination: number,
	links: { key: string; part: string }[],
): Promise<Fight[]> {
	if (links.length === 0) return [];
	const { db, table } = store;
	const rows = await db.all(sql<Omit<Fight, 'ours' | 'theirs'> & { ours: string; theirs: string }>`
		SELECT f.key, f.part, f.field, f.ours, f.theirs, f.times, f.since FROM ${db.dialect.values(
			'w',
			KEY_AND_PART,
			links.map(({ key, part }) => [key, part]),
		)}
		JOIN ${table('fight')} f ON f.destination = ${destination} AND f.key = w.key AND f.part = w.part
		JOIN ${table('destination')} d ON d.id = f.destination WHERE d.sweeps - f.sweep <= ${OVER}`);
	return rows.map((row) => ({
		...row,
		ours: JSON.parse(row.ours) as Value,
		theirs: JSON.parse(row.theirs) as Value,
	}));
}

/** Counts heals: the same value of theirs, found again where ours was written back, is one fight that goes on. */
export async function countFights(
	store: Store,
	tx: Sql,
	destination: number,
	at: number,
	healed: { key: string; part: string; history: HistoryEntry[] }[],
): Promise<void> {
	const rows = healed.flatMap(({ key, part, history }) =>
		history.flatMap(({ field, was, now }): SqlValue[][] =>
			field === null ? [] : [[key, part, field, canonical(now as Value), canonical((was ?? null) as Value)]],
		),
	);
	if (rows.length === 0) return;
	const { table } = store;
	const columns = [...KEY_AND_PART, ...['field', 'ours', 'theirs'].map((name) => ({ name, type: 'text' }))];
	const known = table('fight');
	const goesOn = sql`${known}.ours = excluded.ours AND ${known}.theirs = excluded.theirs AND excluded.sweep - ${known}.sweep <= ${OVER}`;
	await tx.run(sql`INSERT INTO ${known} (destination, key, part, field, ours, theirs, times, since, at, sweep)
		SELECT d.id, w.key, w.part, w.field, w.ours, w.theirs, 1, d.now, d.now, d.sweeps
		FROM ${tx.dialect.values('w', columns, rows)}, (SELECT id, sweeps, CAST(${at} AS BIGINT) AS now FROM ${table('destination')} WHERE id = ${destination}) AS d WHERE 1 = 1
		ON CONFLICT (destination, key, part, field) DO UPDATE SET
			times = CASE WHEN ${goesOn} THEN ${known}.times + 1 ELSE 1 END, since = CASE WHEN ${goesOn} THEN ${known}.since ELSE excluded.since END,
			ours = excluded.ours, theirs = excluded.theirs, at = excluded.at, sweep = excluded.sweep`);
}
