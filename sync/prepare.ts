/**
 * What a batch needs before it can be planned: desired values in the destination's own spelling, and what stands there
 * now, read in as few calls as the destination allows.
 */
import { pick, set } from './canonical';
import { isKeyed } from './fingerprint';
import type { DesiredItem } from './items';
import { linkName } from './key';
import type { Ledger, Link, MovedLink, Sharer } from './ledger';
import { listed } from './lists';
import { linkText } from './parts';
import { merge, names } from './plan';
import { SyncError, type ActualRecord, type Destination, type Fields, type Lookup, type Marking } from './types';

/** An item with its link, ready to be planned. */
export interface Ready {
	item: DesiredItem;
	link: Link;
	prepared: Fields;
	actual: ActualRecord[];
	/** The counterpart was found by its match fields, not by a known id. */
	byMatch: boolean;
}

export interface Refused {
	item: DesiredItem;
	link: Link;
	error: SyncError;
}

const NONE: readonly string[] = [];

/** The destination fields that an item may write or compare. */
function fieldsOf({ stamp }: DesiredItem): (readonly string[])[] {
	return stamp.action === 'remove'
		? [Object.keys(stamp.removal.set), stamp.match]
		: [stamp.owned, stamp.once, stamp.fill ?? NONE, stamp.match, Object.keys(stamp.removal.onReturn)];
}

/** The values that an item may write, as the mapping gave them. */
function wantedOf({ stamp, fields }: DesiredItem, link: Link): Fields {
	const { removal } = stamp;
	if (stamp.action === 'remove') return merge(pick(fields, stamp.match), removal.set);
	return merge(
		pick(fields, stamp.owned),
		pick(fields, stamp.once),
		pick(fields, stamp.fill ?? NONE),
		pick(fields, stamp.match),
		link.removedBefore ? removal.onReturn : {},
	);
}

/** The values that an item may write, in the destination's spelling; lists as what they are. */
async function prepareOne(item: DesiredItem, link: Link, destination: Destination): ReturnType<Destination['prepare']> {
	const prepared = await destination.prepare(wantedOf(item, link));
	const { lists, action } = item.stamp;
	if (!prepared.ok || lists === undefined || action === 'remove') return prepared;
	const fields = merge(prepared.fields);
	for (const [name, kind] of Object.entries(lists))
		if (Object.hasOwn(fields, name)) set(fields, name, listed(kind, fields[name]!));
	return { ok: true, fields };
}

/** Why the mapping failed, as an error of its record. */
export function failureOf({ stamp }: DesiredItem): SyncError {
	const { field, value, reason, todo } = stamp.error ?? { reason: 'the mapping gave no reason' };
	const found = value === undefined || reason.includes(value) ? reason : `${reason} (found: ${value})`;
	const message = field === undefined || found.includes(field) ? found : `“${field}”: ${found}`;
	return new SyncError('refused', message, { field, todo });
}

/** Brings every item's desired values into the destination's spelling; those that it cannot hold are refused. */
export async function prepareAll(
	claimed: { item: DesiredItem; link: Link }[],
	destination: Destination,
): Promise<{ ready: Ready[]; refused: Refused[] }> {
	const ready: Ready[] = [];
	const refused: Refused[] = [];
	for (const { item, link } of claimed) {
		const { stamp } = item;
		if (stamp.action === 'fail') {
			refused.push({ item, link, error: failureOf(item) });
			continue;
		}
		const prepared = await prepareOne(item, link, destination);
		if (prepared.ok) ready.push({ item, link, prepared: prepared.fields, actual: [], byMatch: false });
		else if (stamp.action === 'remove') {
			// A removal never fails over a value that it does not write.
			const removalOnly = await destination.prepare(stamp.removal.set);
			if (removalOnly.ok) ready.push({ item, link, prepared: removalOnly.fields, actual: [], byMatch: false });
			else refused.push({ item, link, error: removalOnly.error });
		} else refused.push({ item, link, error: prepared.error });
	}
	return { ready, refused };
}

/**
 * Looks up the counterparts: by id where it is known, else by match; a known one that is gone is looked for by match.
 * `editor`: a field to read beside the mapping's.
 */
export async function readActual(
	ready: Ready[],
	destination: Destination,
	{ editor, marking }: { editor?: string; marking?: Marking } = {},
): Promise<void> {
	const fields = names(...ready.flatMap(({ item }) => fieldsOf(item)), editor === undefined ? [] : [editor]);
	const byId = ready.flatMap(({ link }, ref): Lookup[] =>
		link.counterpart === null ? [] : [{ ref, id: link.counterpart }],
	);
	await read(ready, byId, fields, destination, marking);
	// A create whose answer never came may stand there under the values that it was sent with.
	const intended = ready.flatMap((one, ref): Lookup[] => {
		const { createIntended, match } = one.link;
		if (one.actual.length > 0 || !createIntended || match === null || Object.values(match).some(isKeyed)) return [];
		one.byMatch = true;
		return [{ ref, match }];
	});
	await read(ready, intended, fields, destination, marking);
	const byMatch = ready.flatMap((one, ref): Lookup[] => {
		if (one.actual.length > 0) return [];
		const removing = one.item.stamp.action === 'remove';
		if (removing && !one.link.createIntended) return [];
		const match = matchOf(one);
		if (match === undefined) return [];
		one.byMatch = true;
		return [{ ref, match }];
	});
	await read(ready, byMatch, fields, destination, marking);
}

/** Looks one item up again by its match fields, after a create that clashed. */
export async function readAgain(one: Ready, destination: Destination, marking?: Marking): Promise<void> {
	const match = matchOf(one);
	one.actual =
		match === undefined ? [] : await destination.read([{ ref: 0, match }], names(...fieldsOf(one.item)), marking);
	one.byMatch = true;
}

/** The match fields with their values; undefined where one is empty, which matches nothing. */
function matchOf({ item, prepared }: Ready): Fields | undefined {
	const { match } = item.stamp;
	if (match.length === 0) return undefined;
	const values = pick(prepared, match);
	return match.every((field) => values[field] !== undefined && values[field] !== null && values[field] !== '')
		? values
		: undefined;
}

async function read(
	ready: Ready[],
	lookups: Lookup[],
	fields: string[],
	destination: Destination,
	marking: Marking | undefined,
): Promise<void> {
	if (lookups.length === 0) return;
	for (const record of await destination.read(lookups, fields, marking)) ready[record.ref]!.actual.push(record);
}

/**
 * A record that found the counterpart of a key which vanished is that key's record under another one: it takes the link
 * over. Answers with the names of the links that lost theirs, each with who has it now in words, and with records whose values on return
 * the destination cannot hold.
 */
export async function takeOver(
	ready: Ready[],
	run: number,
	{ ledger, row, destination: into }: { ledger: Ledger; row: { id: number }; destination: Destination },
): Promise<{ moved: Map<string, string>; refused: Refused[] }> {
	const finders = new Map<string, Ready>();
	for (const one of ready) {
		const { byMatch, actual, link, item } = one;
		if (!byMatch || actual.length !== 1 || link.counterpart !== null || item.stamp.action !== 'write') continue;
		if (!finders.has(actual[0]!.id)) finders.set(actual[0]!.id, one);
	}
	const dropped = new Set(ready.flatMap(({ item, link }) => (item.stamp.why === 'dropped' ? [linkName(link)] : [])));
	const moves = (await ledger.sharers(row.id, [...finders.keys()])).flatMap(
		({ counterpart, key, part, vanished, destination }): MovedLink[] => {
			const { link: to } = finders.get(counterpart)!;
			const free = vanished || dropped.has(linkName({ key, part }));
			return free && destination === row.id && linkName({ key, part }) !== linkName(to)
				? [{ from: { key, part }, to: { key: to.key, part: to.part }, counterpart }]
				: [];
		},
	);
	const moved = new Map<string, string>();
	const refused: Refused[] = [];
	for (const link of await ledger.moveLinks(row.id, run, moves)) {
		const one = finders.get(link.counterpart!)!;
		one.link = link;
		if (link.removedBefore) {
			const prepared = await prepareOne(one.item, link, into);
			if (prepared.ok) one.prepared = prepared.fields;
			else refused.push({ item: one.item, link, error: prepared.error });
		}
		const { from } = moves.find(({ to }) => linkName(to) === linkName(link))!;
		moved.set(linkName(from), linkText(link));
	}
	return { moved, refused };
}

/** What stands in the way of a counterpart, or of removing it. */
export interface Ties {
	/** Why this record may not have the counterpart that was found, if so. */
	refusal?: string;
	/** Another destination writes to it too, so that a removal only detaches. */
	shared: boolean;
}

/** How the counterparts that were found are tied already. */
export async function tiesOf(
	ready: Ready[],
	{ ledger, row }: { ledger: Pick<Ledger, 'sharers'>; row: { id: number } },
): Promise<(one: Ready) => Ties> {
	const found = ready.filter(({ actual }) => actual.length === 1).map(({ actual }) => actual[0]!.id);
	const sharers = new Map<string, Sharer[]>();
	for (const sharer of await ledger.sharers(row.id, found)) {
		sharers.set(sharer.counterpart, [...(sharers.get(sharer.counterpart) ?? []), sharer]);
	}
	// Two records of this batch may match one counterpart that nobody has yet: the first one gets it.
	const first = new Map<string, string>();
	for (const { byMatch, actual, link } of ready) {
		const id = byMatch && actual.length === 1 ? actual[0]!.id : link.counterpart;
		if (id !== null && !first.has(id)) first.set(id, linkText(link));
	}
	return ({ item, byMatch, actual, link }) => {
		if (actual.length !== 1) return { shared: false };
		const id = actual[0]!.id;
		const all = sharers.get(id) ?? [];
		const others = all.filter(({ destination }) => destination !== row.id);
		const shared = others.length > 0;
		const mine = all.find(({ destination }) => destination === row.id);
		const own = mine ? linkText(mine) : first.get(id);
		if (byMatch && own !== undefined && own !== linkText(link))
			return { shared, refusal: `it shares its counterpart ${id} with key ${own}` };
		// The destination that was there first keeps its fields.
		for (const { destination, sync, workflow, owned } of others) {
			const both = item.stamp.owned.filter((field) => owned.includes(field));
			if (destination < row.id && both.length > 0)
				return {
					shared,
					refusal: `its counterpart ${id} is kept by the sync “${sync}” too, which owns ${both.join(', ')} (if that one is gone, give this sync its name, and set Take Over From Workflow to ${workflow})`,
				};
		}
		return { shared };
	};
}
