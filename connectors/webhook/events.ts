/** From a body to changes of records: which record, whether it changed or went, and in which order. Pure. */
import { encodeKey } from '../../sync/key';
import { follow, pathText, type Path } from '../../sync/path';
import type { Fields, Value } from '../../sync/types';

export interface EventSettings {
	/** Where the events are, within the body; empty: the body itself. A list is several events. */
	events: Path;
	/** Where the record is, within an event; empty: the event itself. */
	record: Path;
	/** The parts of the key, within the record. */
	key: Path[];
	/** Where the event's type is, within the event; a type that travels in a header is given to {@link readEvents}. */
	type?: Path;
	/** What types mean; `*` in one stands for anything. The first that fits counts. */
	types: { type: string; means: Meaning }[];
	/** What any other type means. */
	otherwise: Meaning;
	/** What rises with every change of the record, within the event or else within the record: a number, or a time. */
	ordering?: Path;
}

export type Meaning = 'changed' | 'removed' | 'ignored';

export interface ReadEvent {
	key: string;
	removed: boolean;
	fields: Fields;
	/** Undefined where the event does not say. */
	ordering?: Value;
}

/** An event that cannot be understood: all of the delivery is refused, so that its sender shows it. */
export class EventError extends Error {}

/** Most bytes of a key: what every ledger's index can hold. */
const LONGEST = 1024;

/** Whether every database can keep it as it is: no zero character, no half of a character. */
function isText(text: string): boolean {
	return !text.includes('\0') && text.isWellFormed();
}

/** The events of a body that mean anything, in their order. Throws {@link EventError}. */
export function readEvents(body: Value, settings: EventSettings, headerType?: string): ReadEvent[] {
	const found = settings.events.length === 0 ? body : at(body, settings.events);
	if (found === undefined) throw new EventError(`there is nothing at “${pathText(settings.events)}” in the body`);
	const list = Array.isArray(found) ? found : [found];
	return list.flatMap((event, n) => readEvent(event, n, settings, headerType));
}

function readEvent(event: Value, n: number, settings: EventSettings, headerType: string | undefined): ReadEvent[] {
	const which = `event ${n + 1}`;
	const type = headerType ?? (settings.type && at(event, settings.type));
	const means = meaning(typeof type === 'string' || typeof type === 'number' ? String(type) : undefined, settings);
	if (means === 'ignored') return [];
	const record = settings.record.length === 0 ? event : at(event, settings.record);
	if (typeof record !== 'object' || record === null || Array.isArray(record))
		throw new EventError(`${which} has no record at “${pathText(settings.record) || 'its top'}”`);
	const parts = settings.key.map((path) => follow(record, path));
	const key = parts.some((part) => part === '') ? null : encodeKey(parts);
	const places = settings.key.map((path) => `“${pathText(path)}”`).join(', ');
	if (key === null) throw new EventError(`${which} has no key at ${places}`);
	if (!isText(key) || Buffer.byteLength(key) > LONGEST)
		throw new EventError(`${which} has no key that can be kept at ${places}: it is too long, or no text`);
	const ordering = settings.ordering && (at(event, settings.ordering) ?? follow(record, settings.ordering));
	if (typeof ordering === 'string' && !isText(ordering))
		throw new EventError(`${which} has no text at “${pathText(settings.ordering!)}”`);
	return [{ key, removed: means === 'removed', fields: record, ...(ordering !== undefined && { ordering }) }];
}

function meaning(type: string | undefined, { types, otherwise }: EventSettings): Meaning {
	return types.find((one) => type !== undefined && fits(one.type, type))?.means ?? otherwise;
}

/** Whether a type is of a pattern's form: `*` stands for any run of characters. */
function fits(pattern: string, type: string): boolean {
	const [first = '', ...rest] = pattern.split('*');
	if (rest.length === 0) return pattern === type;
	if (!type.startsWith(first)) return false;
	let from = first.length;
	const last = rest.pop()!;
	for (const part of rest) {
		const found = type.indexOf(part, from);
		if (found < 0) return false;
		from = found + part.length;
	}
	return type.length - last.length >= from && type.endsWith(last);
}

function at(value: Value, path: Path): Value | undefined {
	return typeof value === 'object' && value !== null ? follow(value as Fields, path) : undefined;
}

/**
 * Of several events of one key the newest: by their ordering where both say it, else the later one. Older ones have no
 * effect, as if they had never come.
 */
export function newest(events: ReadEvent[], compare: (one: Value, other: Value) => number): ReadEvent[] {
	const kept = new Map<string, ReadEvent>();
	for (const event of events) {
		const before = kept.get(event.key);
		const older =
			before?.ordering !== undefined &&
			event.ordering !== undefined &&
			compare(event.ordering, before.ordering) < 0;
		if (!older) kept.set(event.key, event);
	}
	return [...kept.values()];
}
