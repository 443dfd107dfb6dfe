/** A test run of a destination node whose table is to be locked: what would be run there, and nothing is. */
import type { IExecuteFunctions } from 'n8n-workflow';

import type { DesiredItem } from '../../sync/items';
import { lockable, lockSpec } from '../../sync/lock';
import type { Destination } from '../../sync/types';
import { ledgerIfAny } from './ledger';

export interface ShownLock {
	/** One sentence. */
	text: string;
	sql: string[];
}

/** What the published workflow would do about the lock; undefined where nothing. Throws {@link SyncError}. */
export async function showLock(
	context: IExecuteFunctions,
	items: DesiredItem[],
	destination: Destination,
	on: boolean,
): Promise<ShownLock | undefined> {
	const { id, name } = context.getNode();
	const { stamp } = items[0]!;
	const { lock, target } = destination;
	if (!lock) return undefined;
	const ledger = await ledgerIfAny();
	const known = (await ledger?.locks(stamp.id)) ?? [];
	const mine = known.find((one) => [id, name].includes(one.node) && one.target === target.id && one.lock.name !== '');
	if (!on) {
		return (
			mine && { text: `When this is published, the lock on ${target.text} will be removed.`, sql: mine.lock.undo }
		);
	}
	const fields = lockable(items);
	if (mine && fields.every((field) => mine.lock.fields.includes(field))) return undefined;
	if (fields.length === 0) return undefined;
	// Before the first run there is no secret yet, and so no hash of it.
	const spec = lockSpec(
		{ sync: stamp.name, node: name },
		target.id,
		fields,
		ledger ? await ledger.secret() : '',
		mine?.destination ?? 0,
	);
	const { install } = await lock.show(spec);
	const verb = mine ? 'renewed' : 'installed';
	const hashed =
		!mine && /[0-9a-f]{64}/u.test(install.join(' '))
			? ' The hash in its SQL will be that of the sync’s own secret, which is made when it first runs.'
			: '';
	return {
		text: `When this is published, a lock will be ${verb} on ${target.text}. It refuses it when anyone but this sync changes ${list(fields)} of a synced row, or removes the row.${hashed}`,
		sql: install,
	};
}

function list(fields: string[]): string {
	return fields.length < 2 ? fields.join() : `${fields.slice(0, -1).join(', ')} or ${fields.at(-1)}`;
}
