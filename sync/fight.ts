/** Two writers of one field: what a sweep writes back, somebody else writes again. It ends after some turns, with both values. */
import { same } from './canonical';
import type { Drifted } from './heal';
import type { Fight } from './ledger';
import { show } from './outcome';
import { SyncError } from './types';

/** So often a field is written back over the same value of somebody else's; then a person has to look. */
export const TURNS = 5;

/** Why a link is not healed any more, if so. What a removal set is written back for ever: nobody gets access by being stubborn. */
export function lostFight({ link, changes }: Drifted, fights: Fight[]): SyncError | undefined {
	if (link.removed) return undefined;
	for (const { field, was, now } of changes) {
		const fight = fights.find(
			(one) =>
				one.key === link.key &&
				one.part === link.part &&
				one.field === field &&
				same(one.ours, now) &&
				same(one.theirs, was),
		);
		if (!fight || fight.times < TURNS) continue;
		return new SyncError(
			'conflict',
			`somebody else writes “${field}” too: ${show(now)} was written back ${fight.times} times since ${new Date(fight.since).toISOString()}, and ${show(was)} stands there again`,
			{
				field,
				todo: 'Let one of the two own the field: stop the other writer, or take the field out of the mapping. The record is tried again when it changes.',
			},
		);
	}
	return undefined;
}
