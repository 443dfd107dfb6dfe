/** Looks through a list for what is wanted, where that takes fewer requests than asking for it. */
import type { Fields } from '../../../sync/types';
import type { ObjectDefinition } from '../definition';
import type { Asked, Client } from '../net/client';
import { lengths } from './length';
import { pagesOf } from './pages';

/** What is looked for. */
export interface Wanted {
	take: (record: Fields) => void;
	/** How many requests asking for what is left would take. Infinity: there is no other way than the list. */
	cost: () => number;
	/** How many of it one such request takes. */
	each: number;
	/** What the list did not show is asked for, so that records may move in it while it is read. */
	asksAfter: boolean;
}

/** Up to so many requests are made without thinking of a list that nobody has seen yet. */
const FEW = 10;

/**
 * True where it was read to its end, or until all was found. A list of which nobody knows how long it is may turn out to be
 * the longer way; it is left then, and known from then on.
 */
export async function throughList(
	{ client, object, place }: { client: Client; object: ObjectDefinition; place: string },
	{ take, cost, each, asksAfter }: Wanted,
	asked: Asked,
): Promise<boolean> {
	const { list } = object.read;
	const size = 'size' in list.pages ? list.pages.size : Infinity;
	const step = list.pages.kind === 'offset' && !asksAfter ? size - 1 : size;
	const pagesFor = (records: number) => (records <= size ? 1 : 1 + Math.ceil((records - size) / step));
	const otherwise = cost();
	const length = lengths.get(place);
	const pays = length === undefined ? otherwise > FEW && size > each : pagesFor(length) < otherwise;
	const cut = length !== undefined && length >= (list.ceiling ?? Infinity);
	if (!pays || (cut && otherwise < Infinity)) return false;
	let pages = 0;
	let read = 0;
	for await (const { records, total } of pagesOf(client, list, { id: object.id, asked, apart: asksAfter })) {
		pages++;
		read += records.length;
		for (const record of records) take(record);
		if (total !== undefined) lengths.set(place, total);
		const left = cost();
		if (left === 0) return true;
		if (otherwise === Infinity) continue;
		// A page that overlaps with the one before it gives one record less.
		const mayGoOn = records.length >= size - 1;
		const longer = total !== undefined ? pagesFor(total) - pages > left : pages >= otherwise && mayGoOn;
		if (longer) {
			lengths.atLeast(place, read + 1);
			return false;
		}
	}
	if (list.ceiling !== undefined && pages * size >= list.ceiling) return false;
	lengths.set(place, read);
	return true;
}
