/** The guard on removals: how many counterparts may go within 24 hours before a person has to look. */
import type { RemovalGuard } from './ledger';

/** Links below which a share says little. */
export const FEW_LINKS = 20;

export const DEFAULT_GUARD: RemovalGuard = { few: 5, share: 0.1 };

/**
 * Whether that many removals are too many. `links` are the counterparts that stood before the first of them.
 * From 20 links on: more than `few` and more than `share` of them. Below: more than a third, and at least 3.
 */
export function exceeds(guard: RemovalGuard, counted: { removals: number; links: number }): boolean {
	const { removals, links } = counted;
	if (links < FEW_LINKS) return removals >= 3 && removals > links / 3;
	return removals > Math.max(guard.few, guard.share * links);
}
