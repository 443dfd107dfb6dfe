/** One entry written: added, or renamed and moved and then modified. Only what is set is sent. */
import { Attribute, Change } from 'ldapts';

import { SyncError, type Fields, type Value, type Write } from '../../sync/types';
import { dnText, parentOf, parseDn, sameDn } from './dn';
import type { Entry } from './entries';
import { isAccountName } from './groups';
import type { People } from './people';
import { bytesOf, textOf } from './values';

export interface Task {
	write: Write;
	/** What is set, with references as names. */
	set: Fields;
	id: string | undefined;
	dn?: string;
	error?: SyncError;
}

/** Adds the entry; the task has its id and name then. */
export async function add(people: People, task: Task, deadline?: number): Promise<void> {
	const { settings, flavour } = people;
	const { set } = task;
	const dn = people.nameIn(people.containerFor(set) ?? settings.container, set);
	const attributes = [new Attribute({ type: 'objectClass', values: [...settings.classes] })];
	for (const [name, value] of Object.entries(set)) {
		const values = valuesOf(people, name, value);
		if (values && values.length > 0) attributes.push(attributeOf(name, values));
	}
	const { disable } = flavour;
	if (settings.ofGroups) attributes.push(...groupAttributes(people, set, dn));
	else if (disable.by === 'bit') {
		const number = set['active'] === false ? disable.fresh | disable.bit : disable.fresh;
		attributes.push(new Attribute({ type: disable.attribute, values: [String(number)] }));
	}
	await people.entries.use(async (client) => await client.add(dn, attributes), deadline);
	task.dn = dn;
	const made = await people.entries.byName(dn, [], deadline);
	if (!made)
		throw new SyncError('retry', 'it was added, and cannot be seen', {
			todo: 'Give the account the right to read.',
		});
	task.id = made.id;
	if (set['active'] === false && settings.inactiveContainer === undefined && disable.by === 'value')
		await modify(people, dn, [replace(disable.attribute, [disable.value])], deadline);
}

/** What a new group cannot be without, and nobody has mapped. */
function groupAttributes({ flavour, schema }: People, set: Fields, dn: string): Attribute[] {
	const { member, needsMember, account } = flavour.group;
	const given = new Set(Object.keys(set).map((name) => schema.firstName(name).toLowerCase()));
	const [[{ value: name } = { value: '' }] = []] = parseDn(dn) ?? [];
	return [
		...(needsMember && !given.has(member) ? [attributeOf(member, [dn])] : []),
		...(account !== undefined && !given.has(account.toLowerCase()) && isAccountName(name)
			? [attributeOf(account, [name])]
			: []),
	];
}

/** Renames or moves the entry where that is set, and modifies it. */
export async function update(people: People, task: Task, standing: Entry, deadline?: number): Promise<void> {
	const { set } = task;
	task.dn = standing.dn;
	const to = newName(people, set, standing.dn);
	if (to !== undefined && !sameDn(to, standing.dn)) {
		await people.entries.use(async (client) => await client.modifyDN(standing.dn, to), deadline);
		task.dn = to;
		await people.groups().renamed(standing.dn, to, deadline);
		await repoint(people, task.write, standing.dn, to, deadline);
	}
	const changes: Change[] = [];
	const naming = new Set((parseDn(task.dn)?.[0] ?? []).map(({ type }) => people.schema.firstName(type)));
	for (const [name, value] of Object.entries(set)) {
		// Its one value is the entry's name, and was changed with it; Active Directory takes it in no other way.
		if (naming.has(people.schema.firstName(name)) && people.schema.attribute(name)?.single) continue;
		const values = valuesOf(people, name, value);
		if (values) changes.push(replace(name, values));
		else if (name === 'active') changes.push(...disabling(people, value, standing));
	}
	if (changes.length > 0) await modify(people, task.dn, changes, deadline);
}

/**
 * An entry has another name now: where the directory did not see to it by itself, those who refer to it hear of it, in the
 * attributes that the mapping refers by.
 */
async function repoint(people: People, write: Write, from: string, to: string, deadline?: number): Promise<void> {
	const fields = [...Object.keys(write.set), ...write.readBack].map((name) => people.field(name));
	const types = new Map(
		fields.flatMap((field) => (field.kind === 'attribute' && field.by ? [[field.name, field.type] as const] : [])),
	);
	for (const [name, { single }] of types)
		for await (const entry of people.entries.anyOf(name, [from], [], deadline)) {
			const changes = single
				? [replace(name, [to])]
				: [
						new Change({ operation: 'add', modification: attributeOf(name, [to]) }),
						new Change({ operation: 'delete', modification: attributeOf(name, [from]) }),
					];
			await modify(people, entry.dn, changes, deadline);
		}
}

/** The entry's name with what the set says of its naming attributes and its container; undefined where it says nothing. */
function newName(people: People, set: Fields, dn: string): string | undefined {
	const [rdn = []] = parseDn(dn) ?? [];
	let renamed = false;
	const parts = rdn.map(({ type, value }) => {
		const name = Object.keys(set).find((one) => people.schema.firstName(one) === people.schema.firstName(type));
		if (name === undefined) return { type, value };
		const list = (Array.isArray(set[name]) ? set[name] : [set[name]!]).map((one) => textOf(one));
		if (set[name] === null || set[name] === '')
			throw new SyncError('refused', `“${name}” is empty, and names the entry`, {
				todo: 'Map a value to it.',
				field: name,
			});
		if (list.some((one) => one.toLowerCase() === value.toLowerCase())) {
			const exact = list.find((one) => one.toLowerCase() === value.toLowerCase())!;
			renamed ||= exact !== value;
			return { type, value: exact };
		}
		renamed = true;
		people.checkName(name, list[0]!);
		return { type, value: list[0]! };
	});
	const container = people.containerFor(set);
	if (!renamed && (container === undefined || sameDn(container, parentOf(dn)))) return undefined;
	return dnText([parts, ...(parseDn(container ?? parentOf(dn)) ?? [])]);
}

/** What disables an entry, or enables it again, beside a move. */
function disabling({ flavour, settings }: People, active: Value, standing: Entry): Change[] {
	const { disable } = flavour;
	if (settings.inactiveContainer !== undefined || active === null) return [];
	if (disable.by === 'value') return [replace(disable.attribute, active === true ? [] : [disable.value])];
	const value = Number(standing.values.get(disable.attribute.toLowerCase())?.[0]?.toString() ?? disable.fresh);
	return [replace(disable.attribute, [String(active === true ? value & ~disable.bit : value | disable.bit)])];
}

/** An attribute's values as they are sent; undefined for a field of another kind. */
function valuesOf(people: People, name: string, value: Value): Buffer[] | undefined {
	const field = people.field(name);
	return field.kind === 'attribute' ? bytesOf(field.type, value) : undefined;
}

function attributeOf(type: string, values: Buffer[] | string[]): Attribute {
	return new Attribute({ type, values });
}

function replace(type: string, values: Buffer[] | string[]): Change {
	return new Change({ operation: 'replace', modification: attributeOf(type, values) });
}

async function modify(people: People, dn: string, changes: Change[], deadline?: number): Promise<void> {
	await people.entries.use(async (client) => await client.modify(dn, changes), deadline);
}
