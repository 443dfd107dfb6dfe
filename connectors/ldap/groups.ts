/**
 * Memberships: which of these entries are in which group, and bringing single members in or out. Nobody else's membership
 * is ever sent.
 */
import { AndFilter, Attribute, Change, EqualityFilter } from 'ldapts';

import { SyncError } from '../../sync/types';
import { dnText, keyOf, parseDn, sameDn } from './dn';
import { Entries, type Entry, type Place } from './entries';
import { codeOf, isOfSystem, told } from './errors';

/** An entry that is to be in a group, or out of it. */
export interface Joining {
	/** The entry's name, and what the answer is given under. */
	dn: string;
	id: string;
	group: string;
	member: boolean;
}

const TOGETHER = 500;

export class Groups {
	private readonly entries: Entries;
	private readonly attribute: string;

	constructor(
		private readonly place: Omit<Place, 'class'>,
		private readonly how: { where: string; create: boolean },
	) {
		this.entries = new Entries({ ...place, class: place.flavour.group.class });
		this.attribute = place.flavour.group.member;
	}

	/** The members of these groups, by the group's name, each by `keyOf` its name; of a group that is not there, none. */
	async members(names: readonly string[], deadline?: number): Promise<Map<string, Set<string>>> {
		const found = new Map<string, Set<string>>();
		for (const name of new Set(names)) found.set(name, (await this.find(name, deadline))?.members ?? new Set());
		return found;
	}

	/** Brings entries in and out; answers with what went wrong, by id. Throws where the directory as a whole cannot. */
	async join(joinings: readonly Joining[], deadline?: number): Promise<Map<string, SyncError>> {
		const errors = new Map<string, SyncError>();
		for (const name of new Set(joinings.map(({ group }) => group))) {
			const own = joinings.filter(({ group }) => group === name);
			try {
				await this.joinOne(name, own, errors, deadline);
			} catch (error) {
				if (isOfSystem(error)) throw error;
				for (const { id } of own) errors.set(id, this.tell(error, name));
			}
		}
		return errors;
	}

	/** An entry has another name now: where the directory did not see to it by itself, its groups hear of it. */
	async renamed(from: string, to: string, deadline?: number): Promise<void> {
		for await (const group of this.entries.anyOf(this.attribute, [from], [], deadline)) {
			const changes = [this.change('add', [to]), this.change('delete', [from])];
			await this.entries.use(async (client) => await client.modify(group.dn, changes), deadline);
		}
	}

	private async joinOne(
		name: string,
		joinings: Joining[],
		errors: Map<string, SyncError>,
		deadline: number | undefined,
	): Promise<void> {
		const found = await this.find(name, deadline);
		if (!found) {
			const coming = joinings.filter(({ member }) => member).map(({ dn }) => dn);
			if (coming.length > 0) await this.create(name, coming, deadline);
			return;
		}
		const needed = joinings.filter(({ dn, member }) => found.members.has(keyOf(dn)) !== member);
		for (let from = 0; from < needed.length; from += TOGETHER)
			await this.send(name, found, needed.slice(from, from + TOGETHER), errors, deadline);
	}

	/** Sends some; where they are refused together, their halves. */
	private async send(
		name: string,
		group: { entry: Entry; members: Set<string> },
		joinings: Joining[],
		errors: Map<string, SyncError>,
		deadline: number | undefined,
	): Promise<void> {
		const names = (member: boolean) => joinings.filter((one) => one.member === member).map(({ dn }) => dn);
		const [coming, leaving] = [names(true), names(false)];
		const { dn } = group.entry;
		const left = group.members.size + coming.length - leaving.length;
		// A group that may not be empty has itself for a member then: that gives nobody anything.
		if (left <= 0 && this.place.flavour.group.needsMember) coming.push(dn);
		const changes = [
			...(coming.length > 0 ? [this.change('add', coming)] : []),
			...(leaving.length > 0 ? [this.change('delete', leaving)] : []),
		];
		try {
			await this.entries.use(async (client) => await client.modify(dn, changes), deadline);
			for (const one of coming) group.members.add(keyOf(one));
			for (const one of leaving) group.members.delete(keyOf(one));
		} catch (error) {
			if (isOfSystem(error)) throw error;
			// It is so already: somebody was faster.
			if (joinings.length === 1 && (codeOf(error) === 20 || codeOf(error) === 16)) return;
			if (joinings.length === 1) {
				errors.set(joinings[0]!.id, this.tell(error, name));
				return;
			}
			const middle = joinings.length >> 1;
			await this.send(name, group, joinings.slice(0, middle), errors, deadline);
			await this.send(name, group, joinings.slice(middle), errors, deadline);
		}
	}

	private async create(name: string, members: string[], deadline: number | undefined): Promise<void> {
		if (!this.how.create)
			throw new SyncError('refused', `there is no group “${name}” there`, {
				todo: 'Create it, or turn on Create Missing Groups in the node.',
				field: `groups[${name}]`,
			});
		const dn = dnText([[{ type: 'cn', value: name }], ...(parseDn(this.place.base) ?? [])]);
		const { class: type, account } = this.place.flavour.group;
		const attributes = {
			objectClass: [type],
			cn: [name],
			...(account !== undefined && isAccountName(name) && { [account]: name }),
			[this.attribute]: members,
		};
		await this.entries.use(async (client) => await client.add(dn, attributes), deadline);
	}

	private async find(name: string, deadline?: number): Promise<{ entry: Entry; members: Set<string> } | undefined> {
		const filter = new AndFilter({ filters: [new EqualityFilter({ attribute: 'cn', value: name })] });
		const found = await this.entries.search(filter, [this.attribute], deadline);
		if (found.length > 1)
			throw new SyncError('refused', `there are ${found.length} groups “${name}” there`, {
				todo: 'Narrow the group base in the node, or give one of them another name.',
				field: `groups[${name}]`,
			});
		const [entry] = found;
		return entry && { entry, members: await this.membersOf(entry, deadline) };
	}

	/** Active Directory gives long lists in pieces: `member;range=0-1499`. */
	private async membersOf(entry: Entry, deadline?: number): Promise<Set<string>> {
		const members = new Set<string>();
		let current: Entry | undefined = entry;
		while (current) {
			let next: string | undefined;
			for (const [name, values] of current.values) {
				const piece = /^member(?:;range=\d+-(\d+|\*))?$/iu.exec(name);
				if (!piece && name !== this.attribute.toLowerCase()) continue;
				for (const value of values) members.add(keyOf(value.toString('utf8')));
				const end = piece?.[1];
				if (end !== undefined && end !== '*') next = `${this.attribute};range=${Number(end) + 1}-*`;
			}
			current = next === undefined ? undefined : await this.entries.byName(entry.dn, [next], deadline);
		}
		for (const member of members) if (sameDn(member, entry.dn)) members.delete(member);
		return members;
	}

	private change(operation: 'add' | 'delete', values: string[]): Change {
		return new Change({ operation, modification: new Attribute({ type: this.attribute, values }) });
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

/** Whether Active Directory takes it for a `sAMAccountName`. */
export function isAccountName(name: string): boolean {
	return name.length <= 256 && !/["/\\[\]:;|=,+*?<>@\u0000-\u001f]|\.$/u.test(name);
}
