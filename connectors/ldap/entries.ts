/** Finds and reads entries: by the id that they keep for ever, or by what they hold. Filters are built, never written as text. */
import { AndFilter, EqualityFilter, OrFilter, type Client, type Filter, type SearchOptions } from 'ldapts';

import { codeOf } from './errors';
import type { LdapConnection } from './connection';
import type { Flavour } from './flavours';

/** An entry as it was read: every value in bytes, by the attribute's name in lower case. */
export interface Entry {
	id: string;
	dn: string;
	values: ReadonlyMap<string, Buffer[]>;
}

export interface Place {
	connection: LdapConnection;
	flavour: Flavour;
	/** Everything that is looked for stands below it. */
	base: string;
	/** Only entries of this class. */
	class: string;
}

/** So many comparisons go in one filter. */
const TOGETHER = 100;
const PAGE = 500;

export class Entries {
	constructor(readonly place: Place) {}

	/** Those of the ids that there are. */
	async byIds(ids: readonly string[], attributes: readonly string[], deadline?: number): Promise<Map<string, Entry>> {
		const { id } = this.place.flavour;
		const found = new Map<string, Entry>();
		const wanted = [...new Set(ids)].flatMap((one) => this.bytesOfId(one) ?? []);
		for await (const entry of this.anyOf(id, wanted, attributes, deadline)) found.set(entry.id, entry);
		return found;
	}

	/** The entries of which an attribute has one of these values. */
	async *anyOf(
		attribute: string,
		values: readonly (Buffer | string)[],
		attributes: readonly string[],
		deadline?: number,
	): AsyncGenerator<Entry> {
		for (let from = 0; from < values.length; from += TOGETHER) {
			const filters = values
				.slice(from, from + TOGETHER)
				.map((value) => new EqualityFilter({ attribute, value }));
			const any = filters.length === 1 ? filters[0]! : new OrFilter({ filters });
			yield* await this.search(any, attributes, deadline);
		}
	}

	/** The entries for which a filter holds. */
	async search(filter: Filter, attributes: readonly string[], deadline?: number): Promise<Entry[]> {
		const { base, class: type } = this.place;
		const both = new AndFilter({
			filters: [new EqualityFilter({ attribute: 'objectClass', value: type }), filter],
		});
		const options: SearchOptions = { scope: 'sub', filter: both, paged: { pageSize: PAGE } };
		return await this.ask(base, options, attributes, deadline);
	}

	/** One entry by its name; undefined where there is none. */
	async byName(dn: string, attributes: readonly string[], deadline?: number): Promise<Entry | undefined> {
		try {
			return (await this.ask(dn, { scope: 'base' }, attributes, deadline))[0];
		} catch (error) {
			if (codeOf(error) === 32 || codeOf(error) === 34) return undefined;
			throw error;
		}
	}

	/** Whether there is none at all. */
	async isEmpty(): Promise<boolean> {
		const filter = new EqualityFilter({ attribute: 'objectClass', value: this.place.class });
		const one = { scope: 'sub', filter, sizeLimit: 1 } as const;
		return (await this.ask(this.place.base, one, [])).length === 0;
	}

	async use<T>(ask: (client: Client) => Promise<T>, deadline?: number): Promise<T> {
		return await this.place.connection.use(ask, deadline);
	}

	private async ask(
		base: string,
		options: SearchOptions,
		attributes: readonly string[],
		deadline?: number,
	): Promise<Entry[]> {
		const { id } = this.place.flavour;
		const wanted = [...new Set([id, ...attributes])];
		const { searchEntries } = await this.use(
			async (client) => await client.search(base, { ...options, attributes: wanted }),
			deadline,
		);
		return searchEntries.map(({ dn, ...given }) => {
			const values = new Map<string, Buffer[]>();
			for (const [name, value] of Object.entries(given)) {
				const list = (Array.isArray(value) ? value : [value]).map((one) =>
					typeof one === 'string' ? Buffer.from(one, 'utf8') : one,
				);
				if (list.length > 0) values.set(name.toLowerCase(), list);
			}
			return { id: this.textOfId(values.get(id.toLowerCase())?.[0], dn), dn, values };
		});
	}

	/** An id as text; the name of an entry that has none. */
	private textOfId(bytes: Buffer | undefined, dn: string): string {
		if (bytes === undefined) return dn;
		return this.place.flavour.idForm === 'bytes' ? bytes.toString('hex') : bytes.toString('utf8');
	}

	/** Undefined for what can be no id. */
	private bytesOfId(id: string): Buffer | string | undefined {
		if (this.place.flavour.idForm === 'text') return id;
		return /^(?:[0-9a-f]{2})+$/u.test(id) ? Buffer.from(id, 'hex') : undefined;
	}
}
