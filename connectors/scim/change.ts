/**
 * What is sent for one record: the body of a create, the fewest operations of a PATCH, or a whole PUT that keeps whatever
 * was not meant.
 */
import type { Fields } from '../../sync/types';
import type { Dialect } from './dialects';
import { follow, hasEntry, isObject, pathText, put, type ScimPath } from './path';
import type { Json } from './http';
import type { ScimField, Schemas } from './schema';

/** One attribute's new value: an id where it is a reference. */
export interface Setting {
	field: ScimField;
	value: Fields[string];
}

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** The body of a POST. */
export function createBody(settings: Setting[], schemas: Schemas, { primary }: Dialect): Json {
	const body: Json = { schemas: [schemas.all[0]!.id] };
	for (const { field, value } of settings) if (value !== null) put(body, field.path, value);
	return named(primary ? withPrimary(body) : body, schemas);
}

/** The body of a PUT: everything that stands there, with the settings. */
export function replaceBody(standing: Json, settings: Setting[], schemas: Schemas, { primary }: Dialect): Json {
	const { meta: _meta, groups: _groups, ...body } = structuredClone(standing);
	for (const { field, value } of settings) put(body, field.path, value);
	return named(primary ? withPrimary(body) : body, schemas);
}

/** The body of a PATCH. `standing`: what stands there, where it matters. */
export function patchBody(
	settings: Setting[],
	standing: Json | undefined,
	dialect: Dialect,
): Json & { Operations: Json[] } {
	const operations = dialect.patch === 'value' ? byValue(settings, standing) : byPath(settings, standing, dialect);
	return {
		schemas: [PATCH_OP],
		Operations: operations.map(({ op, ...rest }) => ({
			op: dialect.ops === 'capital' ? op.charAt(0).toUpperCase() + op.slice(1) : op,
			...rest,
		})),
	};
}

/** Whether what stands there has to be known before a PATCH. */
export function needsStanding(settings: Setting[], { patch, valuePaths }: Dialect): boolean {
	return settings.some(({ field: { path } }) =>
		path.filter ? true : path.sub !== undefined && (patch === 'value' || !valuePaths),
	);
}

interface Operation {
	op: 'add' | 'replace' | 'remove';
	path?: string;
	value?: unknown;
}

function byPath(settings: Setting[], standing: Json | undefined, { valuePaths }: Dialect): Operation[] {
	const operations: Operation[] = [];
	const after = structuredClone(standing ?? {});
	const whole = new Map<string, ScimPath>();
	for (const { field, value } of settings) {
		const { path } = field;
		const stood = hasEntry(after, path);
		const absent = standing !== undefined && follow(after, path) === undefined;
		// Not every server makes the object around a value by itself.
		const bare = absent && path.sub !== undefined && follow(after, listOf(path)) === undefined;
		put(after, path, value);
		if (value === null && absent) continue;
		if (path.filter === undefined) {
			if (value === null) operations.push({ op: 'remove', path: pathText(path) });
			else if (bare) operations.push({ op: 'add', path: pathText(listOf(path)), value: { [path.sub!]: value } });
			else operations.push({ op: 'replace', path: pathText(path), value });
		} else if (!valuePaths) whole.set(pathText(listOf(path)), listOf(path));
		else if (value === null) {
			const kept = hasEntry(after, path);
			if (stood) operations.push({ op: 'remove', path: pathText(kept ? path : { ...path, sub: undefined }) });
		} else if (stood) operations.push({ op: 'replace', path: pathText(path), value });
		else {
			const entry = {
				[path.filter.sub]: path.filter.value,
				...(path.sub === undefined ? (value as Json) : { [path.sub]: value }),
			};
			operations.push({ op: 'add', path: pathText(listOf(path)), value: [entry] });
		}
	}
	for (const [path, list] of whole) operations.push(wholeValue(after, list, path));
	return operations;
}

/** One operation for all that has a value: whole attributes, since there are no paths into them. */
function byValue(settings: Setting[], standing: Json | undefined): Operation[] {
	const after = structuredClone(standing ?? {});
	for (const { field, value } of settings) put(after, field.path, value);
	const value: Json = {};
	const removed: Operation[] = [];
	for (const { field } of settings) {
		const top: ScimPath = { attribute: field.path.attribute, urn: field.path.urn };
		const found = follow(after, top);
		if (found === undefined) removed.push({ op: 'remove', path: pathText(top) });
		else if (top.urn === undefined) value[top.attribute] = found;
		else {
			const known = value[top.urn];
			value[top.urn] = { ...(isObject(known) ? known : {}), [top.attribute]: found };
		}
	}
	return [...(Object.keys(value).length > 0 ? [{ op: 'replace' as const, value }] : []), ...removed];
}

function wholeValue(after: Json, list: ScimPath, path: string): Operation {
	const value = follow(after, list);
	return value === undefined ? { op: 'remove', path } : { op: 'replace', path, value };
}

function listOf({ urn, attribute }: ScimPath): ScimPath {
	return { attribute, urn };
}

/** Names the extensions that a body has attributes of. */
function named(body: Json, { all }: Schemas): Json {
	const given = Array.isArray(body['schemas']) ? (body['schemas'] as unknown[]) : [];
	const used = all.map(({ id }) => id).filter((id, at) => at === 0 || isObject(body[id]));
	const extra = Object.keys(body).filter((name) => /^urn:/iu.test(name));
	return { ...body, schemas: [...new Set([...given, ...used, ...extra])] };
}

/** Where a list of addresses has no primary one, the first is. */
function withPrimary(body: Json): Json {
	const emails = body['emails'];
	if (!Array.isArray(emails) || emails.length === 0 || emails.some((one) => isObject(one) && one['primary'] === true))
		return body;
	const [first, ...rest] = emails as Json[];
	return { ...body, emails: [{ ...first, primary: true }, ...rest] };
}
