/**
 * Where a link `l` goes when its record `r` has changed, vanished or returned. A link that a run holds keeps its lease:
 * the run's answer sees that the record has moved on.
 */
import { sql } from 'kysely';

const HELD_BY_RUN = sql`l.state IN ('handed', 'claimed', 'writing')`;
/** Something of ours stands in the destination, or may. */
export const LINKED = sql`(l.counterpart IS NOT NULL OR l.create_intended = 1)`;
/** Its removal is confirmed; it may just be being healed. */
export const GONE = sql`(l.state = 'gone' OR (l.state = 'writing' AND l.healing = 'gone'))`;

/** The state. A removal is only intended until the guard has counted it. */
export const MOVED_STATE = sql`CASE WHEN ${HELD_BY_RUN} THEN l.state WHEN r.present = 1 THEN 'due' WHEN ${GONE} THEN 'gone'
	WHEN ${LINKED} THEN 'intended' ELSE 'settled' END`;

export const MOVED_REMOVAL = sql`CASE WHEN r.present = 1 THEN CASE WHEN l.removal = 'sent' THEN 'sent' ELSE 'none' END
	WHEN ${GONE} THEN l.removal WHEN ${LINKED} THEN 'intended' ELSE l.removal END`;

/** A held removal is free when its record returns. */
export const MOVED_HOLD = sql`CASE WHEN r.present = 1 THEN NULL ELSE l.hold END`;

/** Where a link goes that gives its lease back with work left: a removal is due only once the guard has counted it. */
export const AGAIN = sql`CASE WHEN l.removal = 'intended' THEN 'intended' ELSE 'due' END`;

/**
 * The same for a write that nobody answered for, or that failed. A removed counterpart that was only being healed is
 * removed as before: its record has no fields any more that could be sent again, and the next sweep compares it.
 */
export const UNANSWERED = sql`CASE WHEN l.healing = 'gone' AND r.present = 0 THEN 'gone' ELSE ${AGAIN} END`;

/** Why a link failed whose item never arrived. */
export const DROPPED =
	'A node between the trigger and the destination dropped this record, though its counterpart stands. Use the scope of the mapping instead, which also removes.';
