/** The attributes that a server has: what a field's name means there, what it can hold, and how values are compared. */
import { SyncError, type FieldInfo, type Value } from '../../sync/types';
import type { Json } from './http';
import { isObject, parseField, type ScimPath } from './path';

export interface Attribute {
	name: string;
	type: string;
	multiple: boolean;
	required: boolean;
	writable: boolean;
	/** Compared with its case. */
	exact: boolean;
	unique?: boolean;
	/** Never given out: a password. */
	secret?: boolean;
	allowed?: string[];
	subs?: Attribute[];
}

export interface Schema {
	id: string;
	attributes: Attribute[];
}

/** A field of ours: its place in the resource, and what stands there. */
export interface ScimField {
	name: string;
	path: ScimPath;
	attribute: Attribute;
}

/** Reads a schema as a server tells it. */
export function schemaOf(given: Json): Schema | undefined {
	if (typeof given['id'] !== 'string' || !Array.isArray(given['attributes'])) return undefined;
	return { id: given['id'], attributes: attributesOf(given['attributes']) };
}

function attributesOf(given: unknown[]): Attribute[] {
	return given.filter(isObject).flatMap((one) => {
		const { name, type, mutability, returned, uniqueness, canonicalValues } = one;
		if (typeof name !== 'string') return [];
		const allowed = Array.isArray(canonicalValues)
			? canonicalValues.filter((value): value is string => typeof value === 'string')
			: [];
		return {
			name,
			type: typeof type === 'string' ? type : 'string',
			multiple: one['multiValued'] === true,
			required: one['required'] === true,
			writable: mutability !== 'readOnly',
			exact: one['caseExact'] === true,
			...(uniqueness === 'server' || uniqueness === 'global' ? { unique: true } : {}),
			...((returned === 'never' || mutability === 'writeOnly') && { secret: true }),
			...(allowed.length > 0 && { allowed }),
			...(Array.isArray(one['subAttributes']) && { subs: attributesOf(one['subAttributes']) }),
		};
	});
}

/** The schemas of one type of resource: its own first, then its extensions. */
export class Schemas {
	constructor(
		readonly type: 'User' | 'Group',
		readonly all: Schema[],
	) {}

	/** The field of a name, or undefined where the resource has none of it. */
	find(name: string): ScimField | undefined {
		const parsed = parseField(name);
		if (parsed?.kind !== 'attribute') return undefined;
		let { path } = parsed;
		const schema = path.urn === undefined ? this.all[0] : this.all.find(({ id }) => same(id, path.urn!));
		if (!schema) return undefined;
		if (path.urn !== undefined && same(schema.id, this.all[0]!.id)) path = { ...path, urn: undefined };
		else if (path.urn !== undefined) path = { ...path, urn: schema.id };
		const top = attributeOf(schema, path.attribute) ?? common(path);
		if (!top) return undefined;
		if (path.filter && !top.multiple) return undefined;
		if (path.sub === undefined) return { name, path, attribute: path.filter ? { ...top, multiple: false } : top };
		if (top.multiple && !path.filter) return undefined;
		const sub = top.subs?.find((one) => same(one.name, path.sub!));
		return sub && { name, path, attribute: { ...sub, writable: top.writable && sub.writable } };
	}

	/** Throws SyncError `setup` for what the resource does not have. */
	field(name: string): ScimField {
		const found = this.find(name);
		if (found) return found;
		throw new SyncError('setup', `There is no attribute “${name}” of a ${this.type} there.`, {
			todo: 'Correct the field in the mapping; a list’s entry is named as emails[type eq "work"].value.',
			field: name,
		});
	}

	/** Every field that can be named without knowing more, for lists. */
	fields(): FieldInfo[] {
		const own = this.all.flatMap(({ id, attributes }, at) => {
			const prefix = at === 0 ? '' : `${id}:`;
			return attributes.flatMap((one) => namesOf(one).map((name) => this.info(this.field(prefix + name))));
		});
		if (own.some(({ name }) => name === 'externalId')) return own;
		return [...own.slice(0, 1), this.info(this.field('externalId')), ...own.slice(1)];
	}

	info({ name, attribute, path }: ScimField): FieldInfo {
		const top = path.sub === undefined && path.filter === undefined;
		return {
			name,
			type: attribute.multiple ? `list of ${attribute.type}` : attribute.type,
			kind: kindOf(attribute),
			required: attribute.required && top && path.urn === undefined,
			identity: attribute.unique === true || (top && path.attribute === 'externalId'),
			writable: attribute.writable,
			...(attribute.allowed && !attribute.multiple && attribute.type === 'string' && top
				? { allowed: attribute.allowed }
				: {}),
		};
	}
}

/** `externalId` and `id` are of every resource, and stand in no schema. */
function common({ urn, attribute, filter, sub }: ScimPath): Attribute | undefined {
	if (urn !== undefined || filter || sub !== undefined) return undefined;
	const given = { name: attribute, type: 'string', multiple: false, required: false, exact: true };
	if (attribute === 'externalId') return { ...given, writable: true };
	return attribute === 'id' ? { ...given, writable: false, unique: true } : undefined;
}

function namesOf(attribute: Attribute): string[] {
	const { name, type, multiple, subs = [] } = attribute;
	if (type !== 'complex') return [name];
	if (name === 'manager') return ['manager.value', 'manager[externalId]', 'manager[userName]'];
	if (!multiple) return subs.map((sub) => `${name}.${sub.name}`);
	if (name === 'groups' || name === 'members') return [];
	const types = subs.find((sub) => sub.name === 'type')?.allowed ?? ['work', 'home', 'other'];
	const plain = subs.some((sub) => sub.name === 'value') ? ['value'] : subs.map((sub) => sub.name);
	return [
		...types.flatMap((one) =>
			plain
				.filter((sub) => sub !== 'type' && sub !== 'primary')
				.map((sub) => `${name}[type eq ${JSON.stringify(one)}].${sub}`),
		),
		name,
	];
}

function kindOf({ type, multiple }: Attribute): FieldInfo['kind'] {
	if (multiple) return 'json';
	switch (type) {
		case 'boolean':
			return 'yes/no';
		case 'integer':
		case 'decimal':
			return 'number';
		case 'dateTime':
			return 'date and time';
		case 'complex':
			return 'json';
		case 'binary':
			return 'bytes';
		default:
			return 'text';
	}
}

function attributeOf(schema: Schema, name: string): Attribute | undefined {
	return schema.attributes.find((one) => same(one.name, name));
}

function same(a: string, b: string): boolean {
	return a.toLowerCase() === b.toLowerCase();
}

/** Whether two values of an attribute are one and the same to the server. */
export function alike({ exact, type }: Attribute, a: unknown, b: Value): boolean {
	if (typeof a === 'string' && typeof b === 'string') return exact || type !== 'string' ? a === b : same(a, b);
	return a === b;
}
