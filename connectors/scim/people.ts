/** One type of resource as the destination uses it: its fields, references and memberships, read in as few requests as it goes. */
import { SyncError, type FieldInfo, type Fields, type Value, type Write } from '../../sync/types';
import { same } from '../../sync/canonical';
import type { ResourceName } from './discovery';
import { Groups } from './groups';
import type { Json } from './http';
import { follow, parseField } from './path';
import { Resources, type Scim } from './resources';
import type { ScimField, Schemas } from './schema';
import { readValue, spell } from './values';

export interface PeopleOptions {
	where: string;
	/** Steps that cannot be taken back are allowed. */
	irreversible: boolean;
	/** A group that is not there is created. */
	createGroups: boolean;
}

export class People {
	readonly resources: Resources;
	readonly schemas: Schemas;
	readonly where: string;

	constructor(
		readonly scim: Scim,
		readonly type: ResourceName,
		private readonly options: PeopleOptions,
	) {
		this.where = options.where;
		this.resources = new Resources(scim, type);
		const schemas = type === 'User' ? scim.abilities.users : scim.abilities.groups;
		if (!schemas)
			throw new SyncError('setup', `${options.where} has no groups`, { todo: 'Choose People in Records Are.' });
		this.schemas = schemas;
	}

	/** The group that a field's name means, if it means a membership. */
	groupOf(name: string): string | undefined {
		const parsed = this.type === 'User' ? parseField(name) : undefined;
		return parsed?.kind === 'membership' ? parsed.group : undefined;
	}

	/** The same server's resources of another kind. */
	ofType(type: ResourceName): People {
		return type === this.type ? this : new People(this.scim, type, this.options);
	}

	groups(): Groups {
		return new Groups(this.scim, { where: this.where, create: this.options.createGroups });
	}

	/** What a name means, as the mapping sees it; undefined for what there is not. */
	info(name: string): FieldInfo | undefined {
		if (this.groupOf(name) !== undefined) return this.scim.abilities.groups && membershipInfo(name);
		const found = this.schemas.find(name);
		return found && this.schemas.info(found);
	}

	/** Throws SyncError `setup` for a name that means nothing. */
	check(name: string): void {
		if (this.groupOf(name) === undefined) this.schemas.field(name);
	}

	/** A wanted value in the server's spelling. Throws SyncError. */
	spell(name: string, value: Value | undefined): Value {
		if (this.groupOf(name) === undefined) {
			const field = this.schemas.field(name);
			// A reference is told by another attribute, which is text.
			return spell(
				field.path.by === undefined ? field : { ...field, attribute: { ...field.attribute, type: 'string' } },
				value,
			);
		}
		if (!this.scim.abilities.groups)
			throw new SyncError('setup', `${this.where} has no groups`, {
				todo: 'Take the groups out of the mapping.',
			});
		const attribute = { name, type: 'boolean', multiple: false, required: false, writable: true, exact: true };
		return spell({ name, path: { attribute: name }, attribute }, value) === true;
	}

	/** Whether an update goes by PATCH. */
	patches(settings: { field: ScimField }[]): boolean {
		if (!this.scim.abilities.patch) return false;
		return this.scim.dialect.update === 'patch' || settings.every(({ field }) => field.path.attribute === 'active');
	}

	/** Throws SyncError `refused` for a step that cannot be taken back, unless a person has allowed it. */
	permit({ action, set }: Write): void {
		if (this.options.irreversible) return;
		const { dialect } = this.scim;
		const step = action === 'delete' ? dialect.delete : set['active'] === false ? dialect.inactive : undefined;
		if (this.type === 'Group' && action !== 'delete') return;
		if (!step || (step.reversible && this.type === 'User')) return;
		const what = action === 'delete' ? 'a DELETE' : 'active = false';
		const effect = this.type === 'Group' ? 'deletes the group for good' : step.effect;
		throw new SyncError('refused', `${what} ${effect}, which cannot be taken back`, {
			todo: dialect.inactive.reversible
				? 'Let the mapping deactivate with active = false, or turn on Allow What Cannot Be Undone in the node.'
				: 'Let the mapping stop managing it (detach), or turn on Allow What Cannot Be Undone in the node.',
			final: true,
		});
	}

	isSecret(name: string): boolean {
		const found = this.groupOf(name) === undefined ? this.schemas.find(name) : undefined;
		return found !== undefined && this.secret(found);
	}

	secret({ attribute }: ScimField): boolean {
		return attribute.secret === true;
	}

	/** Whether what was read differs from what was written; passwords cannot be read. */
	differs({ set }: Write, found: Fields): boolean {
		return Object.entries(set).some(([name, value]) => !this.isSecret(name) && !same(found[name], value));
	}

	/** The fields of those that there are. `doubtful`: is looked at by its id, whatever a list showed. */
	async readByIds(
		ids: readonly string[],
		names: readonly string[],
		deadline?: number,
		doubtful?: (id: string, found: Fields) => boolean,
	): Promise<Map<string, Fields>> {
		const found = await this.resources.byIds(ids, deadline);
		const read = await this.fieldsOf([...found.values()], names, deadline);
		const doubted = doubtful ? [...read].filter(([id, fields]) => doubtful(id, fields)).map(([id]) => id) : [];
		if (doubted.length === 0) return read;
		const again = await Promise.all(doubted.map(async (id) => await this.resources.get(id, deadline)));
		const looked = await this.fieldsOf(
			again.filter((one) => one !== undefined),
			names,
			deadline,
		);
		for (const id of doubted) {
			const fields = looked.get(id);
			if (fields) read.set(id, fields);
			else read.delete(id);
		}
		return read;
	}

	/** The wanted fields of resources, by id. */
	async fieldsOf(resources: Json[], names: readonly string[], deadline?: number): Promise<Map<string, Fields>> {
		const groups = names.flatMap((name) => this.groupOf(name) ?? []);
		const members = groups.length > 0 ? await this.groups().members(groups, deadline) : undefined;
		const fields = names.filter((name) => this.groupOf(name) === undefined).map((name) => this.schemas.field(name));
		const references = await this.referencesOf(resources, fields, deadline);
		return new Map(
			resources.map((resource) => {
				const id = String(resource['id']);
				const values: Fields = {};
				for (const name of names) {
					const group = this.groupOf(name);
					if (group !== undefined) values[name] = members!.get(group)!.has(id);
				}
				for (const field of fields) {
					const value = readValue(field, follow(resource, field.path));
					values[field.name] =
						field.path.by === undefined || value === null
							? value
							: (references.get(`${field.path.by} ${textOf(value)}`) ?? `(${textOf(value)})`);
				}
				return [id, values];
			}),
		);
	}

	/** The ids of those who have these values, by attribute and value. */
	async idsOf(wanted: { by: string; value: Value }[], deadline?: number): Promise<Map<string, string>> {
		const ids = new Map<string, string>();
		const people = new Resources(this.scim, 'User');
		for (const by of new Set(wanted.map((one) => one.by))) {
			const values = [...new Set(wanted.filter((one) => one.by === by).map(({ value }) => value))];
			const field = this.scim.abilities.users.field(by);
			const found = await people.byMatch(
				[field],
				values.map((value) => [value]),
				deadline,
			);
			for (const [at, value] of values.entries())
				if (found[at]!.length === 1) ids.set(`${by} ${JSON.stringify(value)}`, String(found[at]![0]!['id']));
		}
		return ids;
	}

	/** What the referenced ones are told by, by attribute and id. */
	private async referencesOf(
		resources: Json[],
		fields: ScimField[],
		deadline?: number,
	): Promise<Map<string, string>> {
		const references = new Map<string, string>();
		const people = new Resources(this.scim, 'User');
		for (const { path, attribute } of fields.filter((field) => field.path.by !== undefined)) {
			const field = this.scim.abilities.users.field(path.by!);
			const ids = resources.flatMap((one) => {
				const id = follow(one, path);
				return typeof id === 'string' && id !== '' ? id : [];
			});
			if (attribute.multiple) continue;
			for (const [id, one] of await people.byIds(ids, deadline)) {
				const value = readValue(field, follow(one, field.path));
				if (value !== null) references.set(`${path.by} ${id}`, textOf(value));
			}
		}
		return references;
	}
}

/** A value that is no object, as text. */
export function textOf(value: Value): string {
	return typeof value === 'string' ? value : JSON.stringify(value);
}

export function membershipInfo(name: string): FieldInfo {
	return { name, type: 'membership', kind: 'yes/no', required: false, identity: false, writable: true };
}
