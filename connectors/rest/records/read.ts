/**
 * Finds records by their ids or by a field's value, in as few requests as the system allows: many in one where it can, one
 * by one where these are few, and else by reading the list.
 */
import { canonical } from '../../../sync/canonical';
import type { Fields, Lookup, Value } from '../../../sync/types';
import { SyncError } from '../../../sync/types';
import type { Find, ObjectDefinition } from '../definition';
import { type Asked, type Client } from '../net/client';
import { get } from '../text/path';
import { textOf } from '../text/template';
import { lengths } from './length';
import { idOf, pagesOf } from './pages';
import { pooled } from './pool';
import { recent } from './recent';
import type { Shape } from './shape';
import { throughList } from './through';
import { isObject } from './values';

/** A record that was looked for. */
export interface Hit {
	ref: number;
	id: string;
	record: Fields;
}

export class Reader {
	constructor(
		readonly client: Client,
		readonly object: ObjectDefinition,
		/** Names the place, for what is remembered of it. */
		readonly place: string,
	) {}

	/** `fields`: what is wanted of them, which a list may not show. */
	async find(wanted: Lookup[], shape: Shape, asked: Asked = {}, fields: string[] = []): Promise<Hit[]> {
		const byId = wanted.flatMap(({ ref, id }) => (id === undefined ? [] : [{ ref, id }]));
		const byMatch = wanted.flatMap(({ ref, id, match }) =>
			id === undefined && match && isWhole(match) ? [{ ref, match }] : [],
		);
		const matched = await this.byMatches(byMatch, shape, asked);
		const whole = this.lacks(fields) ? await this.byIds(matched, asked, fields) : matched;
		return [...(await this.byIds(byId, asked, fields)), ...whole];
	}

	/** Whether lists do not show all of these, and single records do. */
	private lacks(fields: string[]): boolean {
		return this.object.read.get !== 'none' && this.isUnlisted(fields);
	}

	private isUnlisted(fields: string[]): boolean {
		const { listLacks = [] } = this.object.read;
		return fields.some((field) => listLacks.includes(field));
	}

	/** The records with these ids. */
	async byIds(wanted: { ref: number; id: string }[], asked: Asked = {}, fields: string[] = []): Promise<Hit[]> {
		if (wanted.length === 0) return [];
		const { batch, get: one } = this.object.read;
		const refs = new Map<string, number[]>();
		for (const { ref, id } of wanted) refs.set(id, [...(refs.get(id) ?? []), ref]);
		const hits: Hit[] = [];
		const take = (record: Fields): void => {
			const id = idOf(record, this.object.id);
			if (id === undefined) return;
			for (const ref of refs.get(id) ?? []) hits.push({ ref, id, record });
			refs.delete(id);
		};
		const lacking = this.lacks(fields);
		const many = batch !== 'none' && (refs.size > 1 || one === 'none') && !lacking ? batch : undefined;
		const each = many?.most ?? 1;
		const only = one === 'none' && !many;
		if (!lacking || only)
			await throughList(
				this,
				{
					take,
					cost: () => (refs.size === 0 ? 0 : only ? Infinity : Math.ceil(refs.size / each)),
					each,
					asksAfter: !only,
				},
				asked,
			);
		if (many)
			await pooled(chunked([...refs.keys()], many.most), this.concurrent, async (ids) => {
				const names = { ids };
				for await (const { records } of pagesOf(this.client, many.list, { id: this.object.id, names, asked }))
					for (const record of records) take(record);
			});
		else if (one !== 'none')
			await pooled([...refs.keys()], this.concurrent, async (id) => {
				const record = await this.byId(id, asked);
				if (record) for (const ref of refs.get(id) ?? []) hits.push({ ref, id, record });
			});
		return hits;
	}

	/** One record as it is now; undefined where there is none. */
	async byId(id: string, asked: Asked = {}): Promise<Fields | undefined> {
		const { get: how } = this.object.read;
		if (how === 'none') return (await this.byIds([{ ref: 0, id }], asked))[0]?.record;
		try {
			const { body } = await this.client.look(how.request, { id }, asked);
			const found = get(body, how.record);
			const record = Array.isArray(found) ? found[0] : found;
			return isObject(record) ? record : undefined;
		} catch (error) {
			if (error instanceof SyncError && error.kind === 'missing') return undefined;
			throw error;
		}
	}

	private async byMatches(wanted: { ref: number; match: Fields }[], shape: Shape, asked: Asked): Promise<Hit[]> {
		if (wanted.length === 0) return [];
		const names = Object.keys(wanted[0]!.match);
		const how = this.howToFind(names, shape);
		const hits: Hit[] = [];
		const seen = new Set<string>();
		const byValues = new Map<string, number[]>();
		for (const { ref, match } of wanted) {
			const values = valuesOf(match, names);
			byValues.set(values, [...(byValues.get(values) ?? []), ref]);
		}
		const take = (record: Fields): void => {
			const id = idOf(record, this.object.id);
			if (id === undefined) return;
			for (const ref of byValues.get(valuesOf(shape.read(record, names), names)) ?? []) {
				if (!seen.has(`${ref} ${id}`)) hits.push({ ref, id, record });
				seen.add(`${ref} ${id}`);
			}
		};
		// What is found may be there twice, so that the list has to be read to its end.
		const parts =
			how &&
			partsOf(
				wanted.map(({ match }) => shape.toSystem(how.field, match[how.field]!)),
				how,
			);
		const cost = parts?.length ?? Infinity;
		const sought = { take, cost: () => cost, each: how?.most ?? 1, asksAfter: false };
		if ((!how || !this.isUnlisted(names)) && (await throughList(this, sought, asked))) return hits;
		if (!how || !parts)
			throw new SyncError(
				'setup',
				`${this.client.system.displayName} shows no more than ${this.object.read.list.ceiling} records, so that ${names.join(' and ')} cannot be looked for.`,
				{ todo: `Match by ${this.object.read.find.map(({ field }) => field).join(' or ')}.` },
			);
		hits.length = 0;
		seen.clear();
		await pooled(parts, this.concurrent, async (values) => {
			const field = shape.field(how.field).read || how.field;
			const filled = { value: values[0], values, field, name: how.field };
			for await (const { records } of pagesOf(this.client, how.list, {
				id: this.object.id,
				names: filled,
				asked,
				single: how.most === 1,
			}))
				for (const record of records) take(record);
		});
		await this.recall(how, wanted, hits, take, asked);
		return hits;
	}

	/** By which of these fields they can be looked for. */
	private howToFind(names: string[], shape: Shape): Find | undefined {
		const { find } = this.object.read;
		const named = find.find(({ field }) => names.includes(field));
		if (named) return named;
		const any = find.find(({ field }) => field === '*');
		const field = names.find((name) => {
			const { kind, read } = shape.field(name);
			return kind !== 'json' && read !== false && any?.not?.includes(kind) !== true;
		});
		return any && field !== undefined ? { ...any, field } : undefined;
	}

	/** What we created a moment ago, a search may not show yet. */
	private async recall(
		how: Find,
		wanted: { ref: number; match: Fields }[],
		hits: Hit[],
		take: (record: Fields) => void,
		asked: Asked,
	): Promise<void> {
		if (how.delay === undefined) return;
		const found = new Set(hits.map(({ ref }) => ref));
		for (const one of wanted) {
			if (found.has(one.ref)) continue;
			const id = recent.get(this.place, how.field, one.match[how.field]!);
			const record = id === undefined ? undefined : await this.byId(id, asked);
			if (record) take(record);
		}
	}

	/** Remembers what was created: for as long as a search may not show it, and that the list is longer by one. */
	created(id: string, fields: Fields): void {
		lengths.grew(this.place);
		for (const { field: of, delay } of this.object.read.find)
			for (const field of of === '*' ? Object.keys(fields) : [of])
				if (delay !== undefined && fields[field] !== undefined)
					recent.set(this.place, field, fields[field], id, delay);
	}

	private get concurrent(): number {
		return Math.max(1, this.client.system.limits.concurrent);
	}
}

function isWhole(match: Fields): boolean {
	const values = Object.values(match);
	return values.length > 0 && values.every((value) => value !== null && value !== '' && value !== undefined);
}

/** Systems find a mail address in any case; so do we, where the letters are all that differs. */
function valuesOf(fields: Fields, names: string[]): string {
	return canonical(
		names.map((name) => {
			const value: Value | undefined = fields[name];
			return typeof value === 'string' ? value.toLowerCase() : (value ?? null);
		}),
	);
}

export function chunked<T>(all: T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
}

/** A comma in an address. */
const SEPARATOR = '%2C'.length;

/** Values as they go in one request each. */
function partsOf(values: Value[], { most, longest = Infinity }: Find): Value[][] {
	const parts: Value[][] = [];
	let left = 0;
	for (const value of values) {
		const own = encodeURIComponent(textOf(value)).length + SEPARATOR;
		const part = parts.at(-1);
		if (part && part.length < most && own <= left) part.push(value);
		else {
			parts.push([value]);
			left = longest;
		}
		left -= own;
	}
	return parts;
}
