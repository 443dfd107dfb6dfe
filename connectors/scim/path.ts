/**
 * A field's name as the place in a resource that it means: `userName`, `name.givenName`, `emails[type eq "work"].value`,
 * `urn:…:enterprise:2.0:User:department`. And two that are ours: `groups[sales]`, whether the person is a member of the
 * group of that name, and `…:manager[externalId]`, a person told by another one's `externalId` instead of an id.
 */
import type { Json } from './http';

export interface ScimPath {
	/** The extension's URN; undefined for core attributes. */
	urn?: string;
	attribute: string;
	filter?: { sub: string; value: string | boolean };
	sub?: string;
	/** A reference: the attribute of the other resource that it is told by. */
	by?: string;
}

export type FieldName = { kind: 'attribute'; path: ScimPath } | { kind: 'membership'; group: string };

const NAME = /^([a-z$][\w$-]*)(?:\[([a-z]\w*)(?: eq ("(?:[^"\\]|\\.)*"|true|false))?\])?(?:\.([a-z$][\w$-]*))?$/iu;

/** Undefined for what is no such name. */
export function parseField(text: string): FieldName | undefined {
	const group = /^groups\[(.+)\]$/su.exec(text)?.[1];
	if (group !== undefined) return { kind: 'membership', group: unquoted(group) };
	const [urn, rest] = splitUrn(text);
	const found = NAME.exec(rest);
	if (!found) return undefined;
	const [, attribute, inner, value, sub] = found;
	const path: ScimPath = {
		attribute: attribute!,
		...(urn !== undefined && { urn }),
		...(sub !== undefined && { sub }),
	};
	if (inner !== undefined && value === undefined) {
		if (sub !== undefined) return undefined;
		path.by = inner;
		path.sub = 'value';
	} else if (inner !== undefined) {
		path.filter = { sub: inner, value: JSON.parse(value!) as string | boolean };
	}
	return { kind: 'attribute', path };
}

/** The URN ends at the last colon before any bracket. */
function splitUrn(text: string): [urn: string | undefined, rest: string] {
	if (!/^urn:/iu.test(text)) return [undefined, text];
	const bracket = text.indexOf('[');
	const at = (bracket < 0 ? text : text.slice(0, bracket)).lastIndexOf(':');
	return [text.slice(0, at), text.slice(at + 1)];
}

function unquoted(text: string): string {
	if (!/^"(?:[^"\\]|\\.)*"$/su.test(text)) return text;
	try {
		return JSON.parse(text) as string;
	} catch {
		return text;
	}
}

/** A path as a PATCH names it. */
export function pathText({ urn, attribute, filter, sub }: ScimPath): string {
	const list = filter ? `[${filter.sub} eq ${JSON.stringify(filter.value)}]` : '';
	return `${urn === undefined ? '' : `${urn}:`}${attribute}${list}${sub === undefined ? '' : `.${sub}`}`;
}

/** What stands at a path; undefined where nothing does. */
export function follow(resource: Json, path: ScimPath): unknown {
	const value = containerOf(resource, path)?.[path.attribute];
	const one = path.filter ? entryOf(value, path.filter) : value;
	if (path.sub === undefined) return one;
	if (isObject(one)) return one[path.sub];
	// Some servers give a manager's id without an object around it.
	return path.sub === 'value' && typeof one === 'string' ? one : undefined;
}

/** Puts a value at a path; null takes away what stands there. Nothing else of the resource changes. */
export function put(resource: Json, path: ScimPath, value: unknown): void {
	const { urn, attribute, filter, sub } = path;
	const container = urn === undefined ? resource : (resource[urn] as Json | undefined);
	if (container === undefined) {
		if (value === null) return;
		resource[urn!] = {};
		return put(resource, path, value);
	}
	if (filter) container[attribute] = listWith(container[attribute], path, value);
	else if (sub === undefined) container[attribute] = value;
	else {
		const standing = container[attribute];
		container[attribute] = { ...(isObject(standing) ? standing : {}), [sub]: value };
	}
	tidy(container, attribute);
	if (urn !== undefined && Object.keys(container).length === 0) delete resource[urn];
}

/** The list at a path with one entry's value changed. */
function listWith(standing: unknown, { filter, sub }: ScimPath, value: unknown): unknown[] {
	const list = Array.isArray(standing) ? [...(standing as unknown[])] : [];
	const at = list.findIndex((one) => isEntry(one, filter!));
	if (value === null) {
		if (at < 0) return list;
		const rest = sub === undefined ? {} : { ...(list[at] as Json), [sub]: null };
		const kept = Object.entries(rest).some(
			([name, member]) => member !== null && ![filter!.sub, 'primary', 'display'].includes(name),
		);
		return kept ? list.with(at, withoutNulls(rest)) : list.toSpliced(at, 1);
	}
	const changed = sub === undefined ? (value as Json) : { [sub]: value };
	if (at < 0) return [...list, { [filter!.sub]: filter!.value, ...changed }];
	return list.with(at, { ...(list[at] as Json), ...changed });
}

/** Whether a list at a path has the entry that the path means. */
export function hasEntry(resource: Json, path: ScimPath): boolean {
	return (
		path.filter !== undefined && entryOf(containerOf(resource, path)?.[path.attribute], path.filter) !== undefined
	);
}

function containerOf(resource: Json, { urn }: ScimPath): Json | undefined {
	if (urn === undefined) return resource;
	const found = Object.entries(resource).find(([name]) => name.toLowerCase() === urn.toLowerCase())?.[1];
	return isObject(found) ? found : undefined;
}

function entryOf(list: unknown, filter: NonNullable<ScimPath['filter']>): unknown {
	return Array.isArray(list) ? list.find((one) => isEntry(one, filter)) : undefined;
}

function isEntry(one: unknown, { sub, value }: NonNullable<ScimPath['filter']>): boolean {
	if (!isObject(one)) return false;
	const found = one[sub];
	if (typeof value === 'string') return typeof found === 'string' && found.toLowerCase() === value.toLowerCase();
	return (found ?? false) === value;
}

/** Leaves no empty values behind: in SCIM they mean "unassigned", as an absent one does. */
function tidy(container: Json, attribute: string): void {
	const value = container[attribute];
	const kept = isObject(value) ? withoutNulls(value) : value;
	if (
		kept === null ||
		(isObject(kept) && Object.keys(kept).length === 0) ||
		(Array.isArray(kept) && kept.length === 0)
	)
		delete container[attribute];
	else container[attribute] = kept;
}

function withoutNulls(value: Json): Json {
	return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null && member !== undefined));
}

export function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
