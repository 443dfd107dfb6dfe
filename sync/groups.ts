/**
 * One record from several: what a source reads is put into groups, and each group is one record. It has the fields of its
 * first member, and beside them all members as a list, so that a mapping can take the last, a sum or all of them. A group
 * whose last member leaves is a record that has vanished, and so a removal through the guard.
 *
 * Nobody knows a group before everything has been read, so every read is a complete one; what was read is put aside, never
 * held in memory, and comes back group by group.
 */
import { canonical } from './canonical';
import { encodeKey } from './key';
import { SyncError, type Fields, type RecordPage, type Source, type SourceRecord, type Value } from './types';

/** The field that holds a group's members. */
export const MEMBERS = 'members';
/** Groups of a page. */
const PAGE = 250;

/** A record that was put aside with the key of its group. */
export interface Member {
	group: string;
	key: string;
	fields: Fields;
	name?: string;
}

/** Where members are put aside, to be read in the order of their groups. */
export interface Gathering {
	/** A key that comes again replaces nothing: equal ones are one. Throws {@link SyncError} `refused` where they differ. */
	add(members: Member[]): Promise<void>;
	/** All members, those of one group after the other. */
	inGroups(): AsyncIterable<Member>;
	close(): Promise<void>;
}

/** A source whose records are groups of another one's. */
export class GroupedSource implements Source {
	readonly tag: string;
	readonly place?: string;
	readonly believe?: NonNullable<Source['believe']>;

	/** `by`: the fields that a group's members share. */
	constructor(
		private readonly source: Source,
		private readonly by: readonly string[],
		private readonly gather: () => Promise<Gathering>,
	) {
		this.tag = canonical([source.tag, 'in groups by', [...by]]);
		if (source.place !== undefined) this.place = source.place;
		if (source.believe) this.believe = (read) => source.believe!(read);
	}

	async *read(_since?: unknown, signal?: AbortSignal): AsyncIterable<RecordPage> {
		const gathering = await this.gather();
		try {
			let [complete, empty] = [false, false];
			for await (const page of this.source.read(undefined, signal)) {
				const members = page.records
					.filter(({ removed }) => removed !== true)
					.map((record) => this.member(record));
				const known = members.filter((member) => member !== undefined);
				await gathering.add(known);
				[complete, empty] = [page.complete, page.empty === true];
				// Nothing yet, but whoever reads knows that it goes on.
				yield { records: [], unkeyed: page.unkeyed + members.length - known.length, complete: false };
			}
			if (!complete)
				throw new SyncError(
					'unreachable',
					'Not everything could be read, so that no group is known as a whole.',
					{
						todo: 'It is read again with the next tick.',
					},
				);
			for await (const records of this.groups(gathering)) yield { records, unkeyed: 0, complete: false };
			yield { records: [], unkeyed: 0, complete: true, ...(empty && { empty }) };
		} finally {
			await gathering.close();
		}
	}

	async close(): Promise<void> {
		await this.source.close();
	}

	/** Undefined where a field of the group is empty: it is in none. */
	private member({ key, fields, name }: SourceRecord): Member | undefined {
		if (Object.hasOwn(fields, MEMBERS))
			throw new SyncError('setup', `The source has a field “${MEMBERS}”, which every group needs for its own.`, {
				todo: 'Read the records by a SELECT that gives it another name, or do not group them.',
			});
		const missing = this.by.find((field) => !Object.hasOwn(fields, field));
		if (missing !== undefined)
			throw new SyncError('setup', `The records have no field “${missing}” to group them by.`, {
				todo: `Correct One Record per Group Of: ${Object.keys(fields).slice(0, 10).join(', ')}.`,
			});
		const group = encodeKey(this.by.map((field) => (fields[field] === '' ? null : fields[field])));
		return group === null ? undefined : { group, key, fields, ...(name !== undefined && { name }) };
	}

	private async *groups(gathering: Gathering): AsyncIterable<SourceRecord[]> {
		let page: SourceRecord[] = [];
		let members: Member[] = [];
		for await (const member of gathering.inGroups()) {
			if (members.length > 0 && members[0]!.group !== member.group) {
				page.push(asRecord(members));
				members = [];
				if (page.length === PAGE) {
					yield page;
					page = [];
				}
			}
			members.push(member);
		}
		if (members.length > 0) page.push(asRecord(members));
		if (page.length > 0) yield page;
	}
}

/** The order of the members is that of their keys, whatever the source's was. */
function asRecord(members: Member[]): SourceRecord {
	const sorted = [...members].sort((one, other) => compare(one.key, other.key));
	const [first] = sorted;
	return {
		key: first!.group,
		fields: { ...first!.fields, [MEMBERS]: sorted.map(({ fields }): Value => fields) },
		...(first!.name !== undefined && { name: first!.name }),
	};
}

/** Numbers as numbers. */
function compare(one: string, other: string): number {
	const whole = /^-?\d{1,15}$/u;
	if (whole.test(one) && whole.test(other)) return Number(one) - Number(other);
	return one < other ? -1 : Number(one > other);
}

/** Puts members aside in memory: for a test in the editor, which reads a few. */
export class GatheredHere implements Gathering {
	private readonly members = new Map<string, Member>();

	async add(members: Member[]): Promise<void> {
		for (const member of members) this.members.set(canonical([member.group, member.key]), member);
	}

	async *inGroups(): AsyncIterable<Member> {
		const order = (one: Member, other: Member) => (one.group < other.group ? -1 : Number(one.group > other.group));
		yield* [...this.members.values()].sort(order);
	}

	async close(): Promise<void> {}
}
