/** What comes into a destination node: which items are its own, which travel past, and which cannot be tied to a record. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { DesiredItem, MappedStamp, Stamp } from '../../sync/items';
import type { Fields } from '../../sync/types';
import { findDropped, isBlankItem, readStamp, refusal } from '../SourceWinsMapping/stamp';

export interface Incoming {
	/** Travel under a lease, and are for this node. */
	live: LiveItem[];
	/** Of a test in the editor: shown, and written only as far as the node is set to. */
	test: DesiredItem[];
	/** For other destinations, and left unread. */
	passed: number;
	/** Cannot be worked on, with what is wrong and what to do. */
	refused: { count: number; first: number; message: string; todo: string } | undefined;
	/** A node that dropped `_sync`, where the items could be tied to their records all the same. */
	droppedBy: string | undefined;
}

export interface LiveItem extends DesiredItem {
	/** What the trigger calls this node. */
	node: string;
}

const UNMAPPED = {
	message: 'These items come straight from a source',
	todo: 'Put a Source-Wins Mapping before this node, which says what goes into which field.',
};

/** `names`: what the trigger calls the node that the items are for; this one, if nothing is said. */
export function sortIncoming(context: IExecuteFunctions, names?: string[]): Incoming {
	const { id, name } = context.getNode();
	const sorted: Incoming = { live: [], test: [], passed: 0, refused: undefined, droppedBy: undefined };
	const stampOf = stamps(context, sorted);
	// Items of a production run that somebody copied or pinned into the editor are looked at and not written.
	const inEditor = context.getMode() === 'manual';
	for (const [index, given] of context.getInputData().entries()) {
		if (isBlankItem(given)) continue;
		const stamp = stampOf(given, index);
		if (stamp === undefined) {
			refuse(sorted, index, () => lost(context));
			continue;
		}
		const node = (names ?? [id, name]).find((known) => stamp.for.includes(known));
		if (stamp.test !== true && node === undefined) {
			sorted.passed++;
		} else if (!isMapped(stamp)) {
			refuse(sorted, index, () => UNMAPPED);
		} else {
			const { _sync: _stamp, ...plain } = given.json as Fields;
			const item: DesiredItem = { item: index, fields: stamp.plan?.fields ?? plain, stamp };
			if (stamp.test === true || inEditor) sorted.test.push(item);
			else sorted.live.push({ ...item, node: node! });
		}
	}
	return sorted;
}

/** Each item's own stamp, or the one of the item that n8n pairs it with; looked for only where one is missing. */
function stamps(
	context: IExecuteFunctions,
	sorted: Incoming,
): (item: INodeExecutionData, index: number) => Stamp | undefined {
	let dropped: ReturnType<typeof findDropped> | 'not looked' = 'not looked';
	return (item, index) => {
		const own = readStamp(item.json['_sync']);
		if (own !== undefined) return whole(own);
		if (dropped === 'not looked') dropped = findDropped(context, index);
		const tied = dropped?.stampOf(index);
		if (tied !== undefined) sorted.droppedBy = dropped?.by;
		return tied && whole(tied);
	};
}

/** A stamp from outside may lack what a destination needs. */
function whole(stamp: Stamp): Stamp | undefined {
	return Array.isArray(stamp.for) && typeof stamp.id === 'number' ? stamp : undefined;
}

function isMapped(stamp: Stamp): stamp is MappedStamp {
	const { mapping, action, owned, match } = stamp as Partial<MappedStamp>;
	return typeof mapping === 'string' && typeof action === 'string' && Array.isArray(owned) && Array.isArray(match);
}

function refuse(sorted: Incoming, index: number, why: () => { message: string; todo: string }): void {
	if (sorted.refused) sorted.refused.count++;
	else sorted.refused = { count: 1, first: index, ...why() };
}

function lost(context: IExecuteFunctions): { message: string; todo: string } {
	const { message, description } = refusal(context);
	return { message, todo: description };
}
