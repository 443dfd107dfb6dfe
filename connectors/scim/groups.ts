/**
 * Memberships: which of these people are in which group, and bringing single members in or out. Nobody else's membership
 * is ever sent.
 */
import { SyncError } from '../../sync/types';
import { isOfSystem, ScimFailure, told } from './errors';
import type { Json } from './http';
import { isObject } from './path';
import { parts } from './pool';
import { Resources, type Scim } from './resources';

/** A person who is to be in a group, or out of it. */
export interface Joining {
	person: string;
	group: string;
	member: boolean;
}

interface Group {
	id: string;
	version?: string;
	members: Set<string>;
}

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export class Groups {
	private readonly resources: Resources;

	constructor(
		private readonly scim: Scim,
		private readonly how: { where: string; create: boolean },
	) {
		if (!scim.abilities.groups)
			throw new SyncError('setup', `${how.where} has no groups`, { todo: 'Take the groups out of the mapping.' });
		this.resources = new Resources(scim, 'Group');
	}

	/** The members of these groups, by name; of a group that is not there, none. */
	async members(names: readonly string[], deadline?: number): Promise<Map<string, Set<string>>> {
		const found = new Map<string, Set<string>>();
		for (const name of new Set(names))
			found.set(name, (await this.find(name, deadline))?.members ?? new Set<string>());
		return found;
	}

	/** Brings people in and out; answers with what went wrong, by person. Throws where the server as a whole cannot. */
	async join(joinings: readonly Joining[], deadline?: number): Promise<Map<string, SyncError>> {
		const errors = new Map<string, SyncError>();
		for (const name of new Set(joinings.map(({ group }) => group))) {
			const own = joinings.filter(({ group }) => group === name);
			try {
				await this.joinOne(name, own, errors, deadline);
			} catch (error) {
				if (isOfSystem(error) && !(error instanceof SyncError && error.kind === 'setup'))
					throw told(error, this.how.where, 'all');
				for (const { person } of own) errors.set(person, this.tell(error, name));
			}
		}
		return errors;
	}

	private async joinOne(
		name: string,
		joinings: Joining[],
		errors: Map<string, SyncError>,
		deadline: number | undefined,
	): Promise<void> {
		let group = await this.find(name, deadline);
		if (!group) {
			if (!joinings.some(({ member }) => member)) return;
			group = await this.create(name, deadline);
		}
		const needed = joinings.filter(({ person, member }) => group.members.has(person) !== member);
		for (const some of parts(needed, this.scim.dialect.members.most))
			await this.send(name, group, some, errors, deadline);
	}

	/** Sends some; where they are refused together, their halves. */
	private async send(
		name: string,
		group: Group,
		joinings: Joining[],
		errors: Map<string, SyncError>,
		deadline: number | undefined,
	): Promise<void> {
		try {
			if (this.scim.abilities.patch) await this.patch(group, joinings, deadline);
			else await this.replace(group, joinings, deadline);
		} catch (error) {
			const own = error instanceof ScimFailure && [400, 404, 409, 422].includes(error.status);
			if (!own) throw error;
			if (joinings.length === 1) {
				errors.set(joinings[0]!.person, this.tell(error, name));
				return;
			}
			const middle = joinings.length >> 1;
			await this.send(name, group, joinings.slice(0, middle), errors, deadline);
			await this.send(name, group, joinings.slice(middle), errors, deadline);
		}
	}

	private async patch({ id }: Group, joinings: Joining[], deadline: number | undefined): Promise<void> {
		const { ops, members } = this.scim.dialect;
		const op = (name: string) => (ops === 'capital' ? name.charAt(0).toUpperCase() + name.slice(1) : name);
		const entries = (member: boolean) =>
			joinings.filter((one) => one.member === member).map(({ person }) => ({ value: person }));
		const [coming, leaving] = [entries(true), entries(false)];
		const operations: Json[] = [];
		if (coming.length > 0) operations.push({ op: op('add'), path: 'members', value: coming });
		if (members.remove === 'path')
			for (const { value } of leaving)
				operations.push({ op: op('remove'), path: `members[value eq ${JSON.stringify(value)}]` });
		else if (leaving.length > 0) operations.push({ op: op('remove'), path: 'members', value: leaving });
		const body = { schemas: [PATCH_OP], Operations: operations };
		await this.scim.http.ask('PATCH', this.resources.place(id), { body, deadline });
	}

	/** The whole group, as it stands at that moment, with these members in or out. */
	private async replace({ id }: Group, joinings: Joining[], deadline: number | undefined): Promise<void> {
		const standing = await this.resources.get(id, deadline);
		if (!standing) throw new ScimFailure(404, undefined, 'the group is gone');
		const { meta, ...body } = standing;
		const leaving = new Set(joinings.filter(({ member }) => !member).map(({ person }) => person));
		const list = membersOf(standing);
		const kept = list.filter((one) => !leaving.has(String(one['value'])));
		const there = new Set(kept.map((one) => one['value']));
		const coming = joinings.filter(({ person, member }) => member && !there.has(person));
		body['members'] = [...kept, ...coming.map(({ person }) => ({ value: person }))];
		await this.scim.http.ask('PUT', this.resources.place(id), { body, deadline, match: this.tag(meta) });
	}

	private async create(name: string, deadline: number | undefined): Promise<Group> {
		if (!this.how.create)
			throw new SyncError('refused', `there is no group “${name}” there`, {
				todo: 'Create it, or turn on Create Missing Groups in the node.',
				field: `groups[${name}]`,
			});
		const schema = this.scim.abilities.groups!.all[0]!.id;
		const { json, location } = await this.scim.http.ask('POST', this.resources.path, {
			body: { schemas: [schema], displayName: name },
			deadline,
		});
		const id = typeof json['id'] === 'string' ? json['id'] : location?.split('/').at(-1);
		if (id === undefined) throw new ScimFailure(500, undefined, 'the new group has no id');
		return { id, members: new Set() };
	}

	private async find(name: string, deadline?: number): Promise<Group | undefined> {
		const field = this.scim.abilities.groups!.field('displayName');
		const [found = []] = await this.resources.byMatch([field], [[name]], deadline);
		if (found.length > 1)
			throw new SyncError('refused', `there are ${found.length} groups “${name}” there`, {
				todo: 'Give one of them another name.',
				field: `groups[${name}]`,
			});
		const [listed] = found;
		if (!listed) return undefined;
		const id = String(listed['id']);
		// Many servers leave the members out of lists.
		const whole = Array.isArray(listed['members']) ? listed : ((await this.resources.get(id, deadline)) ?? listed);
		return { id, members: new Set(membersOf(whole).map((one) => String(one['value']))) };
	}

	private tag(meta: unknown): string | undefined {
		const version = isObject(meta) ? meta['version'] : undefined;
		return this.scim.abilities.etag && typeof version === 'string' ? version : undefined;
	}

	private tell(error: unknown, name: string): SyncError {
		const { kind, message, detail } = told(error, this.how.where, 'record');
		if (detail.field === `groups[${name}]`) return new SyncError(kind, message, detail);
		return new SyncError(kind === 'missing' ? 'retry' : kind, `the group “${name}”: ${message}`, {
			...detail,
			field: `groups[${name}]`,
		});
	}
}

function membersOf(group: Json): Json[] {
	const list = group['members'];
	return Array.isArray(list) ? list.filter(isObject) : [];
}
