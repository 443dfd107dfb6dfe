/**
 * Entries as the destination uses them: attributes by their names, and four kinds of field of our own: `active`,
 * `container` (where the entry stands), `groups[sales]` (whether it is in the group of that name), and
 * `manager[employeeNumber]` (an entry told by what it holds instead of by its name).
 */
import { same } from '../../sync/canonical';
import { SyncError, type FieldInfo, type Fields, type Value, type Write } from '../../sync/types';
import { dnText, isBelow, keyOf, parentOf, parseDn } from './dn';
import { Entries, type Entry } from './entries';
import type { LdapConnection } from './connection';
import type { Flavour } from './flavours';
import { Groups } from './groups';
import type { AttributeType, LdapSchema } from './schema';
import { bytesOf, readValues, spell, textOf } from './values';

export interface Settings {
	/** Everything that is looked for stands below it. */
	base: string;
	/** Where new entries are put. */
	container: string;
	/** Where groups are. */
	groups: string;
	/** The records are groups themselves: nothing is enabled or disabled then. */
	ofGroups: boolean;
	classes: readonly string[];
	/** The attribute that new entries are named by. */
	rdn: string;
	/** Instead of by an attribute, people are disabled by being moved there. */
	inactiveContainer?: string;
	irreversible: boolean;
	createGroups: boolean;
}

export type FieldOf =
	| {
			kind: 'attribute';
			name: string;
			type: AttributeType;
			/** The attribute of the other entry that it is told by. */ by?: AttributeType;
	  }
	| { kind: 'active' }
	| { kind: 'container' }
	| { kind: 'group'; group: string };

export class People {
	readonly entries: Entries;

	constructor(
		private readonly connection: LdapConnection,
		readonly flavour: Flavour,
		readonly schema: LdapSchema,
		readonly settings: Settings,
		readonly where: string,
	) {
		this.entries = new Entries({ connection, flavour, base: settings.base, class: settings.classes.at(-1)! });
		const unknown = settings.classes.find((name) => !schema.hasClass(name));
		if (unknown !== undefined)
			throw new SyncError('setup', `${where} knows no object class “${unknown}”`, {
				todo: 'Correct Object Classes in the node.',
			});
	}

	/** All entries below a name. */
	entriesBelow(base: string): Entries {
		return new Entries({ connection: this.connection, flavour: this.flavour, base, class: 'top' });
	}

	groups(): Groups {
		const { connection } = this.entries.place;
		const { groups, createGroups } = this.settings;
		return new Groups(
			{ connection, flavour: this.flavour, base: groups },
			{ where: this.where, create: createGroups },
		);
	}

	/** What a field's name means. Throws SyncError `setup` for what means nothing. */
	field(name: string): FieldOf {
		const found = this.find(name);
		if (found) return found;
		throw new SyncError('setup', `There is no attribute “${name}” in ${this.where}.`, {
			todo: 'Correct the field in the mapping, or load the schema in the directory.',
			field: name,
		});
	}

	find(name: string): FieldOf | undefined {
		const { ofGroups } = this.settings;
		if (name === 'active' && !ofGroups) return { kind: 'active' };
		if (name === 'container') return { kind: 'container' };
		const inner = /^([^[]+)\[(.+)\]$/su.exec(name);
		if (inner?.[1] === 'groups' && !ofGroups) return { kind: 'group', group: inner[2]! };
		const type = this.schema.attribute(inner ? inner[1]! : name);
		if (!inner) return type && { kind: 'attribute', name, type };
		const by = this.schema.attribute(inner[2]!);
		if (!type || !by || type.form !== 'name') return undefined;
		return { kind: 'attribute', name: inner[1]!, type, by };
	}

	/** The fields of these classes, and those that are asked for beside. */
	describe(names: readonly string[]): FieldInfo[] {
		const { classes, rdn } = this.settings;
		const { must, may } = this.schema.attributesOf(classes);
		const first = this.schema.firstName(rdn);
		const own = [
			...must
				.filter((name) => name !== 'objectClass' && name !== first)
				.map((name) => ({ name, required: !this.flavour.fills?.includes(name) })),
			...may.filter((name) => name !== first).map((name) => ({ name, required: false })),
		].flatMap(({ name, required }) => this.schema.info(name, required) ?? []);
		const naming = this.schema.info(first, true);
		const plain = { required: false, identity: false, writable: true };
		const fields: FieldInfo[] = [
			...(naming ? [{ ...naming, identity: true }] : []),
			...own,
			...(this.settings.ofGroups
				? []
				: [{ name: 'active', type: 'whether the account is enabled', kind: 'yes/no' as const, ...plain }]),
			{ name: 'container', type: 'name of the entry above', kind: 'text', ...plain },
		];
		const known = new Set(fields.map((field) => field.name));
		for (const name of names.filter((one) => !known.has(one))) {
			const found = this.find(name);
			if (found?.kind === 'group') fields.push({ name, type: 'membership', kind: 'yes/no', ...plain });
			else if (found?.kind === 'attribute') {
				const info = this.schema.info(found.name, false);
				if (info) fields.push({ ...info, name });
			}
		}
		return fields;
	}

	/** A wanted value in the directory's spelling. Throws SyncError. */
	spell(name: string, value: Value | undefined): Value {
		const field = this.field(name);
		if (field.kind === 'attribute')
			return spell(name, field.by ? { ...field.by, single: true } : field.type, value);
		const one = { single: true, name, names: [name], writable: true, exact: true, secret: false };
		const yes: AttributeType = { ...one, form: 'boolean' };
		if (field.kind === 'group') return spell(name, yes, value) === true;
		if (field.kind === 'active') return spell(name, yes, value);
		return spell(name, { ...yes, form: 'name' }, value);
	}

	/** The attributes that have to be read for these fields. */
	attributesFor(names: readonly string[]): string[] {
		return names.flatMap((name) => {
			const field = this.field(name);
			if (field.kind === 'attribute') return field.name;
			return field.kind === 'active' ? this.flavour.disable.attribute : [];
		});
	}

	/** The wanted fields of entries, by id. */
	async fieldsOf(
		entries: readonly Entry[],
		names: readonly string[],
		deadline?: number,
	): Promise<Map<string, Fields>> {
		const fields = names.map((name) => [name, this.field(name)] as const);
		const groups = fields.flatMap(([, field]) => (field.kind === 'group' ? field.group : []));
		const members = groups.length > 0 ? await this.groups().members(groups, deadline) : undefined;
		const others = await this.othersOf(
			entries,
			fields.map(([, field]) => field),
			deadline,
		);
		return new Map(
			entries.map((entry) => {
				const read: Fields = {};
				for (const [name, field] of fields) {
					if (field.kind === 'active') read[name] = this.isActive(entry);
					else if (field.kind === 'container') read[name] = parentOf(entry.dn);
					else if (field.kind === 'group') read[name] = members!.get(field.group)!.has(keyOf(entry.dn));
					else {
						const value = readValues(field.type, this.valuesOf(entry, field.name));
						read[name] =
							field.by && value !== null
								? (others.get(`${field.by.name} ${keyOf(value as string)}`) ?? `(${value as string})`)
								: value;
					}
				}
				return [entry.id, read];
			}),
		);
	}

	valuesOf({ values }: Entry, name: string): Buffer[] {
		return values.get(name.toLowerCase()) ?? values.get(this.schema.firstName(name).toLowerCase()) ?? [];
	}

	isActive(entry: Entry): boolean {
		const { disable } = this.flavour;
		const { inactiveContainer } = this.settings;
		if (inactiveContainer !== undefined) return !isBelow(entry.dn, inactiveContainer);
		const value = this.valuesOf(entry, disable.attribute)[0]?.toString('utf8');
		if (disable.by === 'value') return value?.toLowerCase() !== disable.value.toLowerCase();
		return (Number(value ?? 0) & disable.bit) === 0;
	}

	/** The names of those who hold these values, by attribute and value. */
	async namesOf(
		wanted: readonly { by: AttributeType; value: Value }[],
		deadline?: number,
	): Promise<Map<string, string>> {
		const names = new Map<string, string[]>();
		for (const attribute of new Set(wanted.map(({ by }) => by.name))) {
			const own = wanted.filter(({ by }) => by.name === attribute);
			const values = [
				...new Set(own.flatMap(({ by, value }) => bytesOf(by, value).map((one) => one.toString('utf8')))),
			];
			for await (const entry of this.entries.anyOf(attribute, values, [attribute], deadline)) {
				const value = readValues(own[0]!.by, this.valuesOf(entry, attribute));
				const key = `${attribute} ${textOf(value).toLowerCase()}`;
				names.set(key, [...(names.get(key) ?? []), entry.dn]);
			}
		}
		return new Map([...names].flatMap(([key, found]) => (found.length === 1 ? [[key, found[0]!] as const] : [])));
	}

	/** Throws SyncError `refused` for a step that cannot be taken back, unless a person has allowed it. */
	permit({ action }: Write): void {
		const { irreversible, ofGroups } = this.settings;
		if (action !== 'delete' || irreversible) return;
		const what = ofGroups ? 'a group deletes it with all its memberships' : 'an entry deletes the account';
		throw new SyncError('refused', `deleting ${what} for good, which cannot be taken back`, {
			todo: `Let the mapping ${ofGroups ? 'stop managing it (detach)' : 'deactivate with active = false'}, or turn on Allow What Cannot Be Undone in the node.`,
			final: true,
		});
	}

	isSecret(name: string): boolean {
		const field = this.find(name);
		return field?.kind === 'attribute' && field.type.secret;
	}

	/** Where a new entry is put, or an entry is moved to. */
	containerFor(set: Fields): string | undefined {
		const { container, inactiveContainer } = this.settings;
		if (inactiveContainer !== undefined && set['active'] === false) return inactiveContainer;
		if (typeof set['container'] === 'string') return set['container'];
		return set['active'] === true && inactiveContainer !== undefined ? container : undefined;
	}

	/** An entry's new name. Throws SyncError where it would have none. */
	nameIn(container: string, set: Fields): string {
		const { rdn } = this.settings;
		const name = Object.keys(set).find((one) => this.schema.firstName(one) === this.schema.firstName(rdn));
		const value = name === undefined ? null : set[name]!;
		const text = Array.isArray(value) ? value[0] : value;
		if (text === null || text === undefined || text === '' || typeof text === 'object')
			throw new SyncError('refused', `“${rdn}” is empty or no text, and names the new entry`, {
				todo: 'Map a value to it, or choose another naming attribute in the node.',
				field: rdn,
			});
		this.checkName(rdn, textOf(text));
		return dnText([[{ type: rdn, value: textOf(text) }], ...(parseDn(container) ?? [])]);
	}

	/** Throws SyncError `refused` for a value that cannot name an entry here. */
	checkName(field: string, value: string): void {
		if (this.flavour.noNul && value.includes('\0'))
			throw new SyncError(
				'refused',
				`“${field}” has a NUL in it, which ${this.flavour.label} does not keep in a name`,
				{
					todo: 'Correct the value in the source or the mapping.',
					field,
				},
			);
	}

	differs({ set }: Write, found: Fields): boolean {
		return Object.entries(set).some(([name, value]) => !this.isSecret(name) && !same(found[name], value));
	}

	/** What the entries that are referred to are told by, by attribute and name. */
	private async othersOf(
		entries: readonly Entry[],
		fields: readonly FieldOf[],
		deadline?: number,
	): Promise<Map<string, string>> {
		const others = new Map<string, string>();
		for (const field of fields) {
			if (field.kind !== 'attribute' || !field.by) continue;
			const { by } = field;
			const dns = new Map<string, string>();
			for (const entry of entries)
				for (const value of this.valuesOf(entry, field.name))
					dns.set(keyOf(value.toString('utf8')), value.toString('utf8'));
			await Promise.all(
				[...dns].map(async ([key, dn]) => {
					const found = await this.entries.byName(dn, [by.name], deadline);
					const value = found && readValues(by, this.valuesOf(found, by.name));
					if (typeof value === 'string') others.set(`${by.name} ${key}`, value);
				}),
			);
		}
		return others;
	}
}
