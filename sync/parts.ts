/**
 * One record as several counterparts: line items, variants, contracts. Every item says which element of the record's list it
 * stands for (its *part*), and which elements there are; whatever else of the record is linked has left the list, and is a
 * removal. The record has a link of its own beside those of its parts, which is due whenever the record changes.
 */
import { linkName } from './key';
import type { DesiredItem } from './items';
import type { Claim, Link } from './ledger';
import type { Parts } from './mapping';

type Named = Pick<Link, 'key' | 'part'>;

/** The part that an item stands for; empty for a record that is one counterpart. */
export function partOf({ stamp }: DesiredItem): string {
	return stamp.part ?? '';
}

/** The link that an item is about, as one text. */
export function linkNameOf(item: DesiredItem): string {
	return linkName({ key: item.stamp.key, part: partOf(item) });
}

/** A link as a person reads it: `1042`, `1042 (A-1)`. */
export function linkText({ key, part }: Named): string {
	return part === '' ? key : `${key} (${part})`;
}

/** A link by the name of its record. */
export function callLink({ name, ...link }: Named & { name: string | null }): string {
	return linkText({ key: name ?? link.key, part: link.part });
}

/** An item without an element: it only says that the record's list is empty, or that the record is to be removed. */
export function standsForNone({ stamp }: DesiredItem): boolean {
	return stamp.parts !== undefined && stamp.part === undefined;
}

/** What is to be done with a link that no item stands for. `item`: one of the record's, which says what became of it. */
export type Rest =
	/** The record's own link, with nothing behind it: its parts are known now. */
	{ how: 'known'; item: DesiredItem } | { how: 'removed' | 'failed'; item: DesiredItem };

/** What follows for a link of a record from an item of the same record that is not about that link. */
export function restOf(item: DesiredItem, link: Pick<Link, 'part' | 'counterpart' | 'createIntended'>): Rest {
	const { stamp } = item;
	const { parts } = stamp;
	if (stamp.action === 'fail' && parts === undefined) return { how: 'failed', item: ofPart(item, link.part) };
	if (parts && link.part === '' && link.counterpart === null && !link.createIntended)
		return { how: 'known', item: ofPart(item, '') };
	return { how: 'removed', item: removing(item, link.part, parts) };
}

/** The removal of a part that has left its record's list; or of what stood for a record that has parts now, and the reverse. */
function removing(item: DesiredItem, part: string, parts: Parts | undefined): DesiredItem {
	const { stamp } = ofPart(item, part);
	const { kind, set: given } = stamp.removal;
	const set = parts && Object.keys(parts.set).length > 0 ? parts.set : given;
	const error =
		parts?.error ??
		(kind === 'deactivate' && Object.keys(set).length === 0
			? {
					reason: 'it is no longer a part of its record, and the mapping does not say how one is deactivated',
					todo: 'Choose Delete or Detach for removals once, or put the former setting of One Record Per back.',
				}
			: undefined);
	return {
		...item,
		fields: {},
		stamp: {
			...stamp,
			action: error === undefined ? 'remove' : 'fail',
			why: stamp.why ?? 'dropped',
			owned: [],
			once: [],
			fill: [],
			removal: { kind, set, onReturn: {} },
			...(error !== undefined && { error }),
		},
	};
}

/** The same record, about another link of it. */
function ofPart(item: DesiredItem, part: string): DesiredItem {
	const { part: _other, needs: _needs, ...stamp } = item.stamp;
	return { ...item, stamp: { ...stamp, ...(part !== '' && { part }) } };
}

/** Items for a preview: with those for the linked parts that have left their records' lists. */
export function withDropped(items: DesiredItem[], links: Map<string, Link>): DesiredItem[] {
	const about = new Set(items.map(linkNameOf));
	const records = new Map(items.flatMap((item) => (item.stamp.parts ? [[item.stamp.key, item] as const] : [])));
	const more = [...links.values()].flatMap((link): DesiredItem[] => {
		const item = records.get(link.key);
		if (item === undefined || about.has(linkName(link))) return [];
		const rest = restOf(item, link);
		const done = link.removal === 'sent' || (link.counterpart === null && !link.createIntended);
		return rest.how === 'removed' && !done && !item.stamp.parts!.keys.includes(link.part) ? [rest.item] : [];
	});
	return [...items.filter((item) => !standsForNone(item)), ...more];
}

/** Claimed links by the items that are about them; and links of the same records that no item is about. */
export function claimedFor(
	items: DesiredItem[],
	claims: Claim[],
): { byItem: Map<string, Claim>; rest: { claim: Claim; rest: Rest }[] } {
	const about = new Set(items.filter((item) => !standsForNone(item)).map(linkNameOf));
	const records = new Map(items.map((item) => [item.stamp.key, item]));
	const byItem = new Map<string, Claim>();
	const rest: { claim: Claim; rest: Rest }[] = [];
	for (const claim of claims) {
		const name = linkName(claim.link);
		if (about.has(name)) byItem.set(name, claim);
		else if (claim.superseded === undefined)
			rest.push({ claim, rest: restOf(records.get(claim.link.key)!, claim.link) });
	}
	return { byItem, rest };
}

/** Batches of at most about `size` items; the items of one record stay together unless they are more than that. */
export function batchesOf(items: DesiredItem[], size: number): DesiredItem[][] {
	const batches: DesiredItem[][] = [];
	let batch: DesiredItem[] = [];
	const records = new Map<string, DesiredItem[]>();
	for (const item of items) {
		const its = records.get(item.stamp.key);
		if (its) its.push(item);
		else records.set(item.stamp.key, [item]);
	}
	const end = () => {
		if (batch.length > 0) batches.push(batch);
		batch = [];
	};
	for (const its of records.values()) {
		if (batch.length + its.length > size) end();
		for (const item of its) {
			if (batch.length >= size) end();
			batch.push(item);
		}
	}
	end();
	return batches;
}
