/** What becomes of records that need others: they go on with what was found, wait, or are given up. */
import { belong } from './belong';
import type { ApplyContext } from './context';
import type { DesiredItem } from './items';
import type { Link } from './ledger';
import { nameOf } from './outcome';
import type { Settlement } from './settle';
import { SyncError } from './types';

interface Claimed {
	item: DesiredItem;
	link: Link;
}

/** Settles those that wait or fail for others; answers with the rest, each with what it needed. */
export async function withOthers(
	claimed: Claimed[],
	context: ApplyContext,
	settlement: Settlement,
): Promise<Claimed[]> {
	const going: Claimed[] = [];
	let now: number | undefined;
	for (const [at, belongs] of (await belong(claimed, context)).entries()) {
		const { item, link } = claimed[at]!;
		if (belongs.how === 'fails') {
			settlement.refuse(item, link, belongs.error, belongs.lasting ? { lasting: true } : {});
			continue;
		}
		const waits = belongs.how === 'waits' ? belongs : belongs.item.stamp.partial;
		if (waits && link.waitsSince !== null) {
			now ??= await context.ledger.now();
			const waited = now - link.waitsSince;
			if (waited >= waits.patience) {
				settlement.refuse(item, link, inVain(item, waits.text, waited), { waits: true });
				continue;
			}
		}
		if (belongs.how === 'waits') settlement.wait(item, link, belongs);
		else going.push({ item: belongs.item, link });
	}
	return going;
}

/** Why a record is given up that waited in vain. */
function inVain(item: DesiredItem, text: string, waited: number): SyncError {
	return new SyncError('refused', `${nameOf(item)} waited ${lasted(waited)} in vain: ${text}`, {
		todo:
			item.stamp.action === 'remove'
				? 'Remove those records, or let them refer to another one; it is tried again by itself then.'
				: 'See to that record; this one is tried again by itself as soon as it is there.',
		final: true,
	});
}

function lasted(milliseconds: number): string {
	const units = [
		[86_400_000, 'day'],
		[3_600_000, 'hour'],
		[60_000, 'minute'],
		[1000, 'second'],
	] as const;
	const [size, name] = units.find(([size]) => milliseconds >= size) ?? [1000, 'second'];
	const count = Math.round(milliseconds / size);
	return `${count} ${name}${count === 1 ? '' : 's'}`;
}
