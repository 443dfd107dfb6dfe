/** A SCIM 2.0 server's users or groups as a destination. */
import {
	SyncError,
	type ActualRecord,
	type Destination,
	type FieldInfo,
	type Fields,
	type Lookup,
	type Survey,
	type Value,
	type Write,
	type WriteResult,
} from '../../sync/types';
import { dialects, type Dialect, type DialectName } from './dialects';
import { discover, type Abilities, type ResourceName } from './discovery';
import { told } from './errors';
import { ScimHttp, type ScimServer } from './http';
import { People } from './people';
import { ScimSurvey } from './survey';
import { writeAll } from './write';
import { withoutEnd } from '../../sync/ends';

export interface ScimDestinationOptions {
	server: ScimServer;
	dialect?: DialectName;
	resource?: ResourceName;
	/** Steps that cannot be taken back are allowed. */
	irreversible?: boolean;
	/** A group that a person is to be in is created where it is missing. */
	createGroups?: boolean;
	/** How many requests are under way at once. */
	hands?: number;
	batchSize?: number;
	/** What the server told of itself, kept by whoever opens one destination after another. */
	known?: AbilitiesKept;
}

/** Keeps for a while what a server told of itself. */
export interface AbilitiesKept {
	get(key: string): Abilities | undefined;
	set(key: string, abilities: Abilities): void;
}

/** What a look-up names. Throws {@link SyncError} `setup` for what is neither. */
function resourceOf(given: string): ResourceName {
	const name = given.trim().toLowerCase().replace(/s$/u, '');
	if (name === 'user') return 'User';
	if (name === 'group') return 'Group';
	throw new SyncError('setup', `A directory has no “${given}” to look through.`, {
		todo: 'Write User or Group in Look Up In of the mapping, or leave it empty.',
	});
}

export class ScimDestination implements Destination {
	readonly batchSize: number;
	readonly target: { id: string; text: string };
	private readonly http: ScimHttp;
	private readonly resource: ResourceName;
	private readonly expected = new Set<string>();
	private opened: Promise<People> | undefined;

	/** Connects when it is first asked something. Throws SyncError for an address that is none. */
	constructor(private readonly options: ScimDestinationOptions) {
		this.batchSize = options.batchSize ?? 100;
		this.resource = options.resource ?? 'User';
		this.http = new ScimHttp(options.server);
		const { host, pathname } = new URL(this.http.base);
		const place = `${host.toLowerCase()}${withoutEnd(pathname, '/')}`;
		this.target = {
			id: `scim:${place}/${this.resource}`,
			text: `${this.resource === 'User' ? 'users' : 'groups'} in SCIM at ${place}`,
		};
	}

	/** Field names that a mapping uses beside those that can be listed: groups[…], lists of other types. */
	expect(names: Iterable<string>): void {
		for (const name of names) this.expected.add(name);
	}

	/** What the server is: the data of its dialect. */
	get dialect(): Dialect {
		return dialects[this.options.dialect ?? 'standard'];
	}

	async describe(): Promise<FieldInfo[]> {
		return await this.asked(async (people) => {
			const fields = people.schemas.fields();
			const known = new Set(fields.map(({ name }) => name));
			const more = [...this.expected].filter((name) => !known.has(name));
			return await Promise.resolve([...fields, ...more.flatMap((name) => people.info(name) ?? [])]);
		});
	}

	async prepare(fields: Fields): Promise<{ ok: true; fields: Fields } | { ok: false; error: SyncError }> {
		const people = await this.people();
		try {
			const spelled = Object.entries(fields).map(([name, value]) => [name, people.spell(name, value)]);
			return { ok: true, fields: Object.fromEntries(spelled) as Fields };
		} catch (error) {
			if (error instanceof SyncError) return { ok: false, error };
			throw error;
		}
	}

	async read(wanted: Lookup[], fields: string[]): Promise<ActualRecord[]> {
		return await this.asked(async (people) => {
			const byId = wanted.filter(({ id }) => id !== undefined);
			const found =
				byId.length > 0
					? await people.readByIds(
							byId.map(({ id }) => id!),
							fields,
						)
					: new Map<string, Fields>();
			const records = byId.flatMap(({ ref, id }): ActualRecord[] => {
				const read = found.get(id!);
				return read ? [{ ref, id: id!, fields: read }] : [];
			});
			const byMatch = wanted.filter(({ id, match }) => id === undefined && match !== undefined);
			return [...records, ...(await this.readByMatch(people, byMatch, fields))];
		});
	}

	async survey(fields: string[]): Promise<Survey> {
		const survey = await this.asked(async (people) => await Promise.resolve(new ScimSurvey(people, fields)));
		return { read: async (ids) => await this.asked(async () => await survey.read(ids)) };
	}

	async write(writes: Write[], within?: number): Promise<WriteResult[]> {
		if (writes.length === 0) return [];
		const began = performance.now();
		const people = await this.people();
		return await writeAll(people, writes, within && Math.max(0, within - (performance.now() - began)));
	}

	/** `object`: `User` or `Group`, where it is not what is written to. */
	async findBy({ object, by }: { object?: string; by: string }, values: Value[]): Promise<string[][]> {
		return await this.asked(async (own) => {
			const people = object === undefined ? own : own.ofType(resourceOf(object));
			const ids = values.map((): string[] => []);
			const field = people.schemas.field(by);
			const asked = values.flatMap((value, ref) => {
				try {
					const spelled = people.spell(by, value);
					return spelled === null || spelled === '' ? [] : [{ ref, spelled }];
				} catch {
					return []; // no such value can stand there
				}
			});
			const found = await people.resources.byMatch(
				[field],
				asked.map(({ spelled }) => [spelled]),
			);
			for (const [at, { ref }] of asked.entries()) ids[ref]!.push(...found[at]!.map((one) => String(one['id'])));
			return ids;
		});
	}

	async isEmpty(): Promise<boolean> {
		return await this.asked(async (people) => await people.resources.isEmpty());
	}

	async close(): Promise<void> {
		await Promise.resolve();
	}

	private async readByMatch(people: People, wanted: Lookup[], fields: string[]): Promise<ActualRecord[]> {
		const records: ActualRecord[] = [];
		const groups = new Map<string, Lookup[]>();
		for (const one of wanted) {
			const names = Object.keys(one.match!).sort();
			if (names.length === 0 || names.some((name) => one.match![name] === null || one.match![name] === ''))
				continue;
			const key = JSON.stringify(names);
			groups.set(key, [...(groups.get(key) ?? []), one]);
		}
		for (const [key, group] of groups) {
			const names = JSON.parse(key) as string[];
			if (names.some((name) => people.groupOf(name) !== undefined))
				throw new SyncError('setup', 'A membership cannot tell who somebody is', {
					todo: 'Match by userName or externalId in the mapping.',
				});
			const values = group.map(({ match }) => names.map((name) => people.spell(name, match![name])));
			const found = await people.resources.byMatch(
				names.map((name) => people.schemas.field(name)),
				values,
			);
			const read = await people.fieldsOf(found.flat(), fields);
			for (const [at, { ref }] of group.entries())
				for (const one of found[at]!)
					records.push({ ref, id: String(one['id']), fields: read.get(String(one['id']))! });
		}
		return records;
	}

	/** Asks the server what it is, once. */
	private people(): Promise<People> {
		this.opened ??= this.open().catch((error: unknown) => {
			this.opened = undefined;
			throw told(error, this.target.text, 'all');
		});
		return this.opened;
	}

	private async open(): Promise<People> {
		const {
			dialect: name = 'standard',
			known,
			hands = 4,
			irreversible = false,
			createGroups = false,
		} = this.options;
		const dialect = dialects[name];
		const key = `${this.target.id} ${name}`;
		let abilities = known?.get(key);
		if (!abilities) {
			abilities = await discover(this.http, dialect);
			known?.set(key, abilities);
		}
		const scim = { http: this.http, dialect, abilities, hands };
		return new People(scim, this.resource, { where: this.target.text, irreversible, createGroups });
	}

	private async asked<T>(ask: (people: People) => Promise<T>): Promise<T> {
		const people = await this.people();
		try {
			return await ask(people);
		} catch (error) {
			throw told(error, this.target.text, 'all');
		}
	}
}
