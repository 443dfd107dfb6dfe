/**
 * What a mapping leaves to the destination. Fields that go by their own name are written where the destination has a field
 * of that name. Where no match field is chosen, what must be unique there recognises a record: two could not stand there.
 */
import type { DesiredItem } from './items';
import type { FieldInfo } from './types';

export interface Fitted<Item extends DesiredItem> {
	items: Item[];
	/** Names that the destination has no field for, or one that it fills by itself. */
	left: string[];
	/** The field that was chosen to match by. */
	matchedBy?: string;
}

/** The items as this destination can take them. Lists are shared between items, and stay so. */
export function fit<Item extends DesiredItem>(given: Item[], fields: FieldInfo[]): Fitted<Item> {
	const { items, left } = byName(given, fields);
	if (items.every(({ stamp }) => stamp.match.length > 0)) return { items, left };
	const owned = new Set(items.flatMap(({ stamp }) => stamp.owned));
	const matchedBy = fields.find(({ name, unique, writable }) => unique && writable && owned.has(name))?.name;
	if (matchedBy === undefined) return { items, left };
	const match = [matchedBy];
	return {
		items: items.map((item) => (item.stamp.match.length > 0 ? item : { ...item, stamp: { ...item.stamp, match } })),
		left,
		matchedBy,
	};
}

/** What identifies a counterpart, and is made by the destination where it is not given: a number that counts up. */
function makesItself({ identity, required }: FieldInfo): boolean {
	return identity && !required;
}

function byName<Item extends DesiredItem>(items: Item[], fields: FieldInfo[]): Fitted<Item> {
	const taken = new Set(fields.filter((field) => field.writable && !makesItself(field)).map(({ name }) => name));
	const left = new Set<string>();
	const owned = new Map<string[], string[]>();
	const fitted = items.map((item) => {
		const without = (item.stamp.byName ?? []).filter((name) => !taken.has(name));
		if (without.length === 0) return item;
		for (const name of without) left.add(name);
		const kept = owned.get(item.stamp.owned) ?? item.stamp.owned.filter((name) => !without.includes(name));
		owned.set(item.stamp.owned, kept);
		const rest = Object.fromEntries(Object.entries(item.fields).filter(([name]) => !without.includes(name)));
		return { ...item, fields: rest, stamp: { ...item.stamp, owned: kept } };
	});
	return { items: fitted, left: [...left] };
}
