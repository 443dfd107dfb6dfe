/** A directory's people as a destination. */
import { AndFilter, EqualityFilter } from 'ldapts';

import {
	SyncError,
	type ActualRecord,
	type Destination,
	type FieldInfo,
	type Fields,
	type Lookup,
	type Value,
	type Write,
	type WriteResult,
} from '../../sync/types';
import { LdapConnection, type LdapServer } from './connection';
import { keyOf, parseDn } from './dn';
import type { Entry } from './entries';
import { told } from './errors';
import { flavours, type Flavour, type FlavourName } from './flavours';
import { People } from './people';
import { LdapSchema } from './schema';
import { bytesOf } from './values';
import { writeAll } from './write';

export interface LdapDestinationOptions {
	server: LdapServer;
	flavour?: FlavourName | Flavour;
	base: string;
	/** What the records are; else people. */
	records?: 'people' | 'groups';
	/** Where new entries are put; else at the base. */
	container?: string;
	/** Where groups are; else below the base. */
	groups?: string;
	classes?: readonly string[];
	rdn?: string;
	/** Instead of by an attribute, people are disabled by being moved there. */
	inactiveContainer?: string;
	/** Steps that cannot be taken back are allowed. */
	irreversible?: boolean;
	createGroups?: boolean;
	batchSize?: number;
}

export class LdapDestination implements Destination {
	readonly batchSize: number;
	readonly target: { id: string; text: string };
	private readonly connection: LdapConnection;
	private readonly expected = new Set<string>();
	private opened: Promise<People> | undefined;

	/** Connects when it is first asked something. Throws SyncError for names that are none. */
	constructor(private readonly options: LdapDestinationOptions) {
		const { server, base, batchSize = 200 } = options;
		this.batchSize = batchSize;
		for (const [what, name] of [
			['Base DN', base],
			['Container for New People', options.container],
			['Group Base DN', options.groups],
			['Container of the Disabled', options.inactiveContainer],
		] as const)
			if (name !== undefined && name !== '' && !parseDn(name))
				throw new SyncError('setup', `${what}: “${name}” is no name of an entry`, {
					todo: 'Write it as ou=people,dc=example,dc=org.',
				});
		if (server.host === '' || base === '')
			throw new SyncError('setup', 'The address of the directory or its base DN is missing', {
				todo: 'Fill in the address in the credential, and Base DN in the node.',
			});
		const port = [389, 636, 3268, 3269].includes(server.port) ? '' : `:${server.port}`;
		const place = `${server.host.toLowerCase()}${port}/${keyOf(base)}`;
		this.target =
			options.records === 'groups'
				? { id: `ldap:${place}/groups`, text: `groups in LDAP at ${place}` }
				: { id: `ldap:${place}`, text: `LDAP at ${place}` };
		this.connection = new LdapConnection(server, this.target.text);
	}

	/** Field names that a mapping uses beside those of the object classes: groups[…], manager[uid]. */
	expect(names: Iterable<string>): void {
		for (const name of names) this.expected.add(name);
	}

	async describe(): Promise<FieldInfo[]> {
		return await this.asked(async (people) => await Promise.resolve(people.describe([...this.expected])));
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
		if (wanted.length === 0) return [];
		return await this.asked(async (people) => {
			const attributes = people.attributesFor(fields);
			const found: { ref: number; entry: Entry }[] = [];
			const byId = wanted.filter(({ id }) => id !== undefined);
			const entries = await people.entries.byIds(
				byId.map(({ id }) => id!),
				attributes,
			);
			for (const { ref, id } of byId) {
				const entry = entries.get(id!);
				if (entry) found.push({ ref, entry });
			}
			const byMatch = wanted.filter(({ id, match }) => id === undefined && match !== undefined);
			await this.findByMatch(people, byMatch, attributes, found);
			const read = await people.fieldsOf(
				found.map(({ entry }) => entry),
				fields,
			);
			return found.map(({ ref, entry }) => ({ ref, id: entry.id, fields: read.get(entry.id)! }));
		});
	}

	async write(writes: Write[], within?: number): Promise<WriteResult[]> {
		if (writes.length === 0) return [];
		const began = performance.now();
		const people = await this.people();
		return await writeAll(people, writes, within && Math.max(0, within - (performance.now() - began)));
	}

	/**
	 * The names (DNs) of entries, for that is how one entry refers to another. `object`: below which name they are looked
	 * for, whatever their class; else among those that are written.
	 */
	async findBy({ object, by }: { object?: string; by: string }, values: Value[]): Promise<string[][]> {
		if (object !== undefined && !parseDn(object))
			throw new SyncError('setup', `“${object}” is no name of an entry below which to look`, {
				todo: 'Write one such as ou=groups,dc=example,dc=org in Look Up In of the mapping, or leave it empty.',
			});
		return await this.asked(async (people) => {
			const wanted = values.map((value, ref): Lookup => ({ ref, match: { [by]: value } }));
			const found: { ref: number; entry: Entry }[] = [];
			await this.findByMatch(
				people,
				wanted,
				[],
				found,
				object === undefined ? people.entries : people.entriesBelow(object),
			);
			const dns = values.map((): string[] => []);
			for (const { ref, entry } of found) dns[ref]!.push(entry.dn);
			return dns;
		});
	}

	async isEmpty(): Promise<boolean> {
		return await this.asked(async (people) => await people.entries.isEmpty());
	}

	async close(): Promise<void> {
		await this.connection.close();
	}

	private async findByMatch(
		people: People,
		wanted: Lookup[],
		attributes: string[],
		found: { ref: number; entry: Entry }[],
		entries = people.entries,
	): Promise<void> {
		const single = new Map<string, { ref: number; value: string }[]>();
		for (const { ref, match } of wanted) {
			const parts = Object.entries(match!).map(([name, value]) => this.compared(people, name, value));
			if (parts.length === 0 || parts.some((part) => part === undefined)) continue;
			const [first] = parts as { attribute: string; value: string }[];
			if (parts.length === 1) {
				const group = single.get(first!.attribute) ?? [];
				single.set(first!.attribute, [...group, { ref, value: first!.value }]);
				continue;
			}
			const filters = (parts as { attribute: string; value: string }[]).map((part) => new EqualityFilter(part));
			for (const entry of await entries.search(new AndFilter({ filters }), attributes))
				found.push({ ref, entry });
		}
		for (const [attribute, lookups] of single) {
			const type = people.schema.attribute(attribute)!;
			const key = (text: string) => (type.exact ? text : text.toLowerCase().replace(/\s+/gu, ' ').trim());
			const refs = new Map<string, number[]>();
			for (const { ref, value } of lookups) refs.set(key(value), [...(refs.get(key(value)) ?? []), ref]);
			const values = [...new Set(lookups.map(({ value }) => value))];
			for await (const entry of entries.anyOf(attribute, values, [attribute, ...attributes])) {
				const own = new Set(
					people.valuesOf(entry, attribute).flatMap((bytes) => refs.get(key(bytes.toString('utf8'))) ?? []),
				);
				for (const ref of own) found.push({ ref, entry });
			}
		}
	}

	/** A match field as a comparison; undefined where it is empty or nothing that the attribute could hold. */
	private compared(people: People, name: string, value: Value): { attribute: string; value: string } | undefined {
		const field = people.field(name);
		if (field.kind !== 'attribute' || field.by)
			throw new SyncError('setup', `“${name}” cannot tell who somebody is`, {
				todo: 'Match by an attribute such as uid, mail or employeeNumber in the mapping.',
			});
		try {
			const [bytes, ...more] = bytesOf(field.type, people.spell(name, value));
			return bytes && more.length === 0 ? { attribute: field.name, value: bytes.toString('utf8') } : undefined;
		} catch {
			return undefined;
		}
	}

	/** Asks the directory for its schema, once. */
	private people(): Promise<People> {
		this.opened ??= this.open().catch((error: unknown) => {
			this.opened = undefined;
			throw told(error, this.target.text, 'all');
		});
		return this.opened;
	}

	private async open(): Promise<People> {
		const {
			flavour: given = 'openldap',
			base,
			container,
			groups,
			classes,
			rdn,
			inactiveContainer,
			...more
		} = this.options;
		const flavour = typeof given === 'string' ? flavours[given] : given;
		const schema = await this.connection.use(async (client) => {
			const root = await client.search('', { scope: 'base', attributes: ['subschemaSubentry'] });
			const [at = 'cn=Subschema'] = textsOf(root.searchEntries[0]?.['subschemaSubentry']);
			const { searchEntries } = await client.search(at, {
				scope: 'base',
				filter: '(objectClass=subschema)',
				attributes: ['attributeTypes', 'objectClasses', 'dITContentRules'],
			});
			const [entry] = searchEntries;
			const [types, names, rules] = ['attributeTypes', 'objectClasses', 'dITContentRules'].map((name) =>
				textsOf(entry?.[name]),
			);
			return new LdapSchema(types!, names!, rules);
		});
		const ofGroups = more.records === 'groups';
		const settings = {
			base: ofGroups ? groups || base : base,
			container: (ofGroups ? groups : container) || base,
			groups: groups || base,
			ofGroups,
			classes: ofGroups ? [flavour.group.class] : classes && classes.length > 0 ? classes : flavour.classes,
			rdn: ofGroups ? 'cn' : rdn || flavour.rdn,
			...(inactiveContainer && !ofGroups && { inactiveContainer }),
			irreversible: more.irreversible ?? false,
			createGroups: more.createGroups ?? false,
		};
		return new People(this.connection, flavour, schema, settings, this.target.text);
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

function textsOf(value: Buffer | Buffer[] | string | string[] | undefined): string[] {
	if (value === undefined) return [];
	return (Array.isArray(value) ? value : [value]).map((one) => one.toString());
}
