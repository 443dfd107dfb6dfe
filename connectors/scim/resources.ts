/**
 * Finds resources of one type: by id, by the value of an attribute, or all of them. What a server lists is checked here
 * once more, for some take a filter that they do not understand for none at all.
 */
import { SyncError, type Value } from '../../sync/types';
import type { Dialect } from './dialects';
import type { Abilities, ResourceName } from './discovery';
import { ScimFailure } from './errors';
import type { Json, ScimHttp } from './http';
import { follow, isObject } from './path';
import { pool } from './pool';
import { alike, type ScimField } from './schema';

/** What all requests to one server share. */
export interface Scim {
	http: ScimHttp;
	dialect: Dialect;
	abilities: Abilities;
	/** How many requests are under way at once. */
	hands: number;
}

/** A filter's length stays below what any server takes in an address. */
const LONGEST_FILTER = 1500;
/** Fewer than so many are fetched one by one. */
const FEW = 4;

export class Resources {
	readonly path: string;
	/** A filter of several values was refused once. */
	private single = false;
	/** A filter by ids was refused once. */
	private unlisted = false;

	constructor(
		readonly scim: Scim,
		readonly type: ResourceName,
	) {
		this.path = scim.abilities.endpoint[type];
	}

	place(id: string): string {
		return `${this.path}/${encodeURIComponent(id)}`;
	}

	/** One by its id; undefined where there is none. */
	async get(id: string, deadline?: number): Promise<Json | undefined> {
		try {
			const { json } = await this.scim.http.ask('GET', this.place(id), { deadline });
			return json['id'] === undefined ? { ...json, id } : json;
		} catch (error) {
			if (error instanceof ScimFailure && (error.status === 404 || isNoId(error))) return undefined;
			throw error;
		}
	}

	/** Those of the ids that there are. One that a list does not show is looked at by itself before it counts as gone. */
	async byIds(ids: readonly string[], deadline?: number): Promise<Map<string, Json>> {
		const found = new Map<string, Json>();
		const wanted = [...new Set(ids)];
		if (wanted.length >= FEW && !this.unlisted && this.listsBy('id')) {
			const listed = new Set(wanted);
			try {
				for await (const one of this.anyOf('id', wanted, deadline)) {
					if (typeof one['id'] === 'string' && listed.has(one['id'])) found.set(one['id'], one);
				}
			} catch (error) {
				if (!(error instanceof ScimFailure) || !isFilter(error)) throw error;
				this.unlisted = true;
			}
		}
		const rest = wanted.filter((id) => !found.has(id));
		await pool(rest, this.scim.hands, async (id) => {
			const one = await this.get(id, deadline);
			if (one) found.set(id, one);
		});
		return found;
	}

	/** The resources of which the fields hold these values. */
	async byMatch(fields: ScimField[], values: Value[][], deadline?: number): Promise<Json[][]> {
		const [first] = fields;
		const name = first ? filterName(first) : '';
		const fits = (one: Json, wanted: Value[]) =>
			fields.every((field, at) => alike(field.attribute, follow(one, field.path), wanted[at]!));
		const found: Json[][] = values.map(() => []);
		if (!first) return found;
		const { by } = this.scim.dialect.filter;
		if (by && !by.some((one) => one.toLowerCase() === first.path.attribute.toLowerCase()))
			throw new SyncError('setup', `${this.scim.dialect.label} cannot be searched by “${first.name}”`, {
				todo: `Match by ${by.join(', ')} in the mapping.`,
				field: first.name,
			});
		const firsts = [...new Set(values.map(([value]) => value!))];
		const take = (one: Json) => {
			for (const [at, wanted] of values.entries())
				if (fits(one, wanted) && !found[at]!.some((other) => other['id'] === one['id'])) found[at]!.push(one);
		};
		if (firsts.length > 1 && this.listsBy(name)) {
			for await (const one of this.anyOf(name, firsts, deadline)) take(one);
		} else {
			await pool(firsts, this.scim.hands, async (value) => {
				for await (const one of this.listOrAll(`${name} eq ${quoted(value)}`, deadline)) take(one);
			});
		}
		// Not every server reads what has to be escaped; that it finds none of them says nothing then.
		if (
			values.some(
				([value], at) => found[at]!.length === 0 && typeof value === 'string' && quoted(value) !== `"${value}"`,
			)
		)
			for await (const one of this.list(undefined, deadline)) take(one);
		return found;
	}

	/** Whether there is none at all. */
	async isEmpty(): Promise<boolean> {
		const { json } = await this.scim.http.ask('GET', this.path, { query: { count: 1 } });
		return Number(json['totalResults'] ?? 0) === 0 && listOf(json).length === 0;
	}

	/** How many requests {@link byIds} takes for so many. */
	requestsFor(ids: readonly string[]): number {
		return ids.length >= FEW && !this.unlisted && this.listsBy('id') ? filtersOf('id', ids).length : ids.length;
	}

	/** All, or all that a filter names. */
	private async *list(filter?: string, deadline?: number): AsyncGenerator<Json> {
		for await (const page of this.pages(filter, deadline)) yield* page;
	}

	/** The same, page by page. */
	async *pages(filter?: string, deadline?: number): AsyncGenerator<Json[]> {
		const { http, abilities } = this.scim;
		let start = 1;
		let cursor = '';
		for (;;) {
			const { json } = await http.ask('GET', this.path, {
				query: {
					...(filter !== undefined && { filter }),
					...(abilities.cursor ? { cursor } : { startIndex: start }),
					count: abilities.page,
				},
				deadline,
			});
			const page = listOf(json);
			yield page;
			const next = json['nextCursor'];
			if (typeof next === 'string' && next !== '' && next !== cursor) cursor = next;
			else {
				start += page.length;
				if (abilities.cursor || page.length === 0 || start > Number(json['totalResults'] ?? 0)) return;
			}
		}
	}

	/** Whether several values of an attribute may be asked for at once. */
	private listsBy(attribute: string): boolean {
		const { filter } = this.scim.dialect;
		return filter.or && !this.single && (filter.by === undefined || filter.by.includes(attribute));
	}

	/** Everything that has one of these values; one by one where the server takes no more. */
	private async *anyOf(name: string, values: readonly Value[], deadline?: number): AsyncGenerator<Json> {
		for (const some of filtersOf(name, values)) {
			if (!this.single) {
				try {
					yield* this.list(some.join(' or '), deadline);
					continue;
				} catch (error) {
					if (!(error instanceof ScimFailure) || !isFilter(error)) throw error;
					this.single = some.length > 1;
				}
			}
			for (const one of some) yield* this.listOrAll(one, deadline);
		}
	}

	/** What a filter names; everything where the server cannot read the filter, for its value is no reason to miss anybody. */
	private async *listOrAll(filter: string, deadline?: number): AsyncGenerator<Json> {
		try {
			yield* this.list(filter, deadline);
		} catch (error) {
			if (!(error instanceof ScimFailure) || error.status !== 400 || /^id eq /u.test(filter)) throw error;
			yield* this.list(undefined, deadline);
		}
	}
}

/** As many comparisons in one filter as an address can hold. */
function filtersOf(name: string, values: readonly Value[]): string[][] {
	const all: string[][] = [];
	let length = 0;
	for (const value of values) {
		const text = `${name} eq ${quoted(value)}`;
		const size = encodeURIComponent(text).length + 8;
		if (all.length === 0 || length + size > LONGEST_FILTER) {
			all.push([]);
			length = 0;
		}
		all.at(-1)!.push(text);
		length += size;
	}
	return all;
}

/** A value as a filter takes it: a JSON value, so that nothing in it can end it. */
export function quoted(value: Value): string {
	return JSON.stringify(value);
}

/** The name by which an attribute is filtered: lists by any of their entries, for servers know no more. */
function filterName({ path }: ScimField): string {
	const name = path.urn === undefined ? path.attribute : `${path.urn}:${path.attribute}`;
	return path.sub === undefined ? name : `${name}.${path.sub}`;
}

function isFilter({ status, scimType }: ScimFailure): boolean {
	return scimType === 'invalidFilter' || [400, 403, 413, 414, 500, 501].includes(status);
}

/** Some servers answer with 400 to an id that is none of theirs. */
function isNoId({ status, detail }: ScimFailure): boolean {
	return status === 400 && /\b(not found|no such|does not exist|invalid id)\b/iu.test(detail);
}

function listOf(json: Json): Json[] {
	const list = json['Resources'];
	return Array.isArray(list) ? list.filter(isObject) : [];
}
