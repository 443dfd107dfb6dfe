/**
 * An object's fields: what a mapping calls them, where they stand in what is read, where they go in what is written, and
 * how their values are spelt on both sides.
 */
import { set } from '../../../sync/canonical';
import type { FieldInfo, Fields, Value } from '../../../sync/types';
import { SyncError } from '../../../sync/types';
import type { AnyMember, FieldDefinition, FieldWrite, ObjectDefinition } from '../definition';
import type { Client } from '../net/client';
import { holds } from '../text/condition';
import { get, listOf } from '../text/path';
import { fillText, textOf } from '../text/template';
import { pagesOf } from './pages';
import { ordered, spell } from './values';

/** A field as it is worked with. */
export interface Field extends FieldDefinition {
	name: string;
}

export class Shape {
	private constructor(
		private readonly fields: Map<string, Field>,
		/** Which other names are fields: any path, or the members of a part. */
		private readonly open: AnyMember | 'any path' | undefined,
		readonly where: string,
		private readonly object: ObjectDefinition,
		/** What a user filled in. */
		readonly setting: Record<string, string>,
	) {}

	/** The fields of an object: those of its definition, and those that only the account knows. */
	static async of(client: Client, object: ObjectDefinition): Promise<Shape> {
		const fields = new Map(
			Object.entries(object.fields).map(([name, field]) => [name, { ...field, ...placed(field, client), name }]),
		);
		const where = `${object.displayName} in ${client.system.displayName}`;
		const more = object.moreFields;
		if (typeof more === 'object' && 'list' in more)
			for (const field of await remembered(client, object))
				if (!fields.has(field.name)) fields.set(field.name, field);
		const { setting } = client.access.names;
		const open = more === 'none' || (typeof more === 'object' && 'list' in more) ? undefined : more;
		return new Shape(fields, open, where, object, setting as Record<string, string>); // texts, by `accessTo`
	}

	/** For lists and checks. `also`: names that a mapping uses, where any path is a field. */
	info(also: Iterable<string> = []): FieldInfo[] {
		const all = new Map(this.fields);
		if (this.open) for (const name of also) if (!all.has(name)) all.set(name, this.field(name));
		return [...all.values()].map((field) => ({
			name: field.name,
			type: field.type ?? field.kind,
			kind: field.kind,
			required: field.required === true,
			identity: field.read === this.object.id,
			writable: field.write !== false,
			...(field.write === false && this.object.instead !== undefined && { instead: this.object.instead }),
			...(field.allowed && { allowed: field.allowed }),
			...(field.maxLength !== undefined && { maxLength: field.maxLength }),
		}));
	}

	/** Throws {@link SyncError} `setup` for a name that is none. */
	field(name: string): Field {
		const known = this.fields.get(name);
		if (known) return known;
		const place = this.open && placeOf(this.open, name);
		if (place) return { name, kind: 'other', ...place };
		throw new SyncError('setup', `There is no field “${name}” of ${this.where}.`, {
			todo: 'Choose another one in the mapping.',
			field: name,
		});
	}

	/** The fields of a record as read, in the one spelling. */
	read(record: Value, names: Iterable<string>): Fields {
		const fields: Fields = {};
		for (const name of names) {
			const field = this.field(name);
			if (field.read === false) continue;
			const found = get(record, field.read) ?? null;
			set(fields, name, spelt(field, field.fromSystem ? field.fromSystem(found) : found));
		}
		return fields;
	}

	/** Fields that lists do not show, and that no second request brings. */
	private get unlisted(): string[] {
		const { detail, listLacks = [] } = this.object.read;
		return detail === 'none' ? listLacks : [];
	}

	/** Every field of a record, as a source gives it. */
	readAll(record: Value): Fields {
		if (this.open === 'any path' && this.fields.size === 0) return record as Fields; // records are objects
		const named = [...this.fields.values()]
			.filter(({ name, read }) => read !== false && !this.unlisted.includes(name))
			.map(({ name }) => name);
		return this.read(record, [...named, ...this.members(record)]);
	}

	/** The names of the members that are fields, too. */
	private members(record: Value): string[] {
		const { open } = this;
		if (typeof open !== 'object' || open.within !== undefined) return [];
		return Object.keys(get(record, open.under) ?? {}).filter((name) => placeOf(open, name));
	}

	/** A desired value in the one spelling. Throws {@link SyncError} `refused` where it cannot be held. */
	prepare(name: string, value: Value): Value {
		const field = this.field(name);
		const result = spell(field.kind, value);
		const refuse = (problem: string, todo: string) => {
			throw new SyncError('refused', `“${name}” of ${this.where}: ${textOf(value).slice(0, 80)} ${problem}.`, {
				field: name,
				todo,
			});
		};
		if (!result.ok) return refuse(result.problem, 'Convert it in the mapping.');
		const spelled = spelt(field, result.value);
		if (field.allowed && spelled !== null)
			for (const one of listOf(spelled))
				if (!field.allowed.includes(textOf(one)))
					refuse(
						'is none of the values that it may have',
						`Map it to one of ${field.allowed.slice(0, 20).join(', ')}.`,
					);
		if (field.maxLength !== undefined && typeof spelled === 'string' && [...spelled].length > field.maxLength)
			refuse(`is longer than ${field.maxLength} characters`, 'Shorten it in the mapping.');
		if (spelled === null && field.required === true)
			refuse('must not be empty', 'Fill it in the source, or set a default in the mapping.');
		return spelled;
	}

	/** A value as it is sent. */
	toSystem(name: string, value: Value): Value {
		const { toSystem } = this.field(name);
		return toSystem && value !== null ? toSystem(value) : value;
	}

	/** What a new record gets besides what is given. */
	defaults(given: Fields): Fields {
		const all = [...this.fields.values()].filter(
			({ name, otherwise }) => otherwise !== undefined && (given[name] ?? null) === null,
		);
		return Object.fromEntries(all.map(({ name, otherwise }) => [name, otherwise!]));
	}

	/** How a field is written. Throws {@link SyncError} `setup` for one that is not. */
	writeOf(name: string): Exclude<FieldWrite, false> {
		const { write } = this.field(name);
		if (write === false)
			throw new SyncError('setup', `“${name}” of ${this.where} cannot be written: the system makes it itself.`, {
				todo: 'Take the field out of the mapping.',
				field: name,
			});
		return write;
	}
}

/** Where a field stands that no definition names; undefined for a name that is none. */
function placeOf(open: AnyMember | 'any path', name: string): Pick<FieldDefinition, 'read' | 'write'> | undefined {
	if (open === 'any path') return { read: name, write: name };
	// No path leads to a name with such a quote.
	const { under, within, only } = open;
	const before = within === undefined ? '' : `${within}.`;
	const member = name.slice(before.length);
	if (!name.startsWith(before) || member === '' || name.includes('"') || only?.test(member) === false)
		return undefined;
	return { read: `${under}["${member}"]`, write: `${within ?? ''}["${member}"]` };
}

/** Paths with the settings in them. */
function placed({ read, write }: FieldDefinition, { access }: Client): Pick<FieldDefinition, 'read' | 'write'> {
	const filled = (path: string) => (path.includes('{') ? (fillText(path, access.names) ?? false) : path);
	return {
		read: read === false ? false : filled(read),
		write: typeof write === 'string' ? filled(write) : write,
	};
}

function spelt({ kind, spell: own, unordered, nothing = null }: Field, value: Value): Value {
	const result = spell(kind, value);
	const plain = result.ok ? result.value : value;
	const spelled = (own && plain !== null ? own(plain) : plain) ?? nothing;
	return unordered ? ordered(spelled) : spelled;
}

/** Every run of a workflow asks for the same fields. One that was made a minute ago is seen. */
const KEPT = 60_000;
const kept = new WeakMap<object, Map<ObjectDefinition, { until: number; fields: Promise<Field[]> }>>();

async function remembered(client: Client, object: ObjectDefinition): Promise<Field[]> {
	const { pace } = client.access; // one for each credential
	const known = kept.get(pace) ?? new Map<ObjectDefinition, { until: number; fields: Promise<Field[]> }>();
	kept.set(pace, known);
	const found = known.get(object);
	if (found && found.until > Date.now()) return await found.fields;
	const fields = moreFields(client, object);
	known.set(object, { until: Date.now() + KEPT, fields });
	fields.catch(() => known.delete(object));
	return await fields;
}

/** The fields that the account tells of. */
async function moreFields(client: Client, object: ObjectDefinition): Promise<Field[]> {
	const more = object.moreFields;
	if (typeof more !== 'object' || !('list' in more)) return [];
	const fields: Field[] = [];
	for await (const { records } of pagesOf(client, more.list, { id: '' })) {
		for (const one of records) {
			if (!(more.only ?? []).every((condition) => holds(condition, one))) continue;
			const name = fillText(more.name, one);
			const read = fillText(more.read, one);
			const write = fillText(more.write, one);
			if (name === undefined || read === undefined || write === undefined) continue;
			const type = textOf(get(one, more.type));
			const allowed = more.allowed === undefined ? [] : listOf(get(one, more.allowed)).flatMap(allowedOf);
			fields.push({
				name,
				kind: more.kinds[type] ?? 'text',
				type: type || 'text',
				read,
				write: more.readOnly && holds(more.readOnly, one) ? false : write,
				...(more.required && holds(more.required, one) && { required: true as const }),
				...(allowed.length > 0 && { allowed }),
				...more.types?.[type],
			});
		}
	}
	return fields;
}

/** An allowed value, alone or as `{ value }`. */
function allowedOf(value: Value): string[] {
	if (typeof value !== 'object' || value === null) return value === null ? [] : [String(value)];
	const inner = get(value, 'value') ?? get(value, 'id') ?? get(value, 'name');
	return inner === undefined || inner === null ? [] : [textOf(inner)];
}
