/** What the dialects' locks share. */
import { sql, type RawBuilder } from 'kysely';

import type { LockPlan } from './dialect';

/** The name of an id column in the table of linked rows. */
export function idName(place: number): string {
	return `id${place + 1}`;
}

/** `l.id1 = OLD.nr AND …` */
export function sameRow({ id }: LockPlan, of: 'OLD' | 'NEW'): RawBuilder<boolean> {
	const ties = id.map(({ name }, place) => sql`l.${sql.id(idName(place))} = ${sql.raw(of)}.${sql.id(name)}`);
	return sql`${sql.join(ties, sql` AND `)}`;
}

/** A column's name as it stands in the list of owned columns. */
export function listed(name: string): string {
	return JSON.stringify(name);
}

/** `a OR b OR …` */
export function either(conditions: readonly RawBuilder<unknown>[]): RawBuilder<boolean> {
	return sql`(${sql.join(conditions, sql` OR `)})`;
}

/** The comment by which a lock is recognised. */
export function comment(mark: string): RawBuilder<unknown> {
	return sql.raw(`/* one-way sync ${mark} */`);
}

/** The mark that a text holds. */
export function markIn(text: string): string | undefined {
	return /\/\* one-way sync (\S+) \*\//u.exec(text)?.[1];
}
