/** What the row marks of a destination cover. */
import type { ApplyContext } from './context';
import { markKey } from './fingerprint';
import type { DesiredItem } from './items';
import { names } from './plan';
import type { Marking } from './types';

/**
 * The fields that a sweep compares, hashed with a key of the destination's own; undefined where the destination makes no
 * marks. Items that are about to be written add theirs, so that a mark never covers less than what is owned.
 */
export async function markingOf(
	{ ledger, row, destination, secret }: ApplyContext,
	coming?: { items: DesiredItem[]; revision: number },
): Promise<Marking | undefined> {
	if (!destination.marks) return undefined;
	const fields = names(
		...(coming?.items ?? []).flatMap(({ stamp }) =>
			stamp.action === 'fail' ? [] : [stamp.action === 'remove' ? Object.keys(stamp.removal.set) : stamp.owned],
		),
	);
	return { fields: await ledger.marking(row.id, coming?.revision ?? null, fields), key: markKey(secret, row.id) };
}
