/**
 * Finds records by their ids or by a field's value, in as few requests as the system allows: many in one where it can, one
 * by one where these are few, and else by reading the list.
 */
import { same } from '../../../sync/canonical';
import type { Fields, Lookup, Value } from '../../../sync/types';
import { SyncError } from '../../../sync/types';
import type { Find, ObjectDefinition } from '../definition';
import { type Asked, type Client } from '../net/client';
import { get } from '../text/path';
import { idOf, pagesOf } from './pages';
import { pooled } from './pool';
import { recent } from './recent';
import type { Shape } from './shape';
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
		private readonly place: string,
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
		const { listLacks = [], get: one } = this.object.read;
		return one !== 'none' && fields.some((field) => listLacks.includes(field));
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
		if (batch !== 'none' && (refs.size > 1 || one === 'none') && !lacking) {
			const chunks = chunked([...refs.keys()], batch.most);
			await pooled(chunks, this.concurrent, async (ids) => {
				const names = { ids };
				for await (const { records } of pagesOf(this.client, batch.list, { id: this.object.id, names, asked }))
					for (const record of records) take(record);
			});
			return hits;
		}
		if (one === 'none' || (refs.size > FEW && !lacking))
			await this.fromList((record) => take(record), refs, asked, one === 'none');
		if (one !== 'none')
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
		const open = new Set(wanted);
		const take = (record: Fields, some: Iterable<{ ref: number; match: Fields }>): void => {
			const id = idOf(record, this.object.id);
			if (id === undefined) return;
			const fields = shape.read(record, names);
			for (const one of some) {
				if (!names.every((name) => alike(one.match[name]!, fields[name]!))) continue;
				if (!hits.some((hit) => hit.ref === one.ref && hit.id === id)) hits.push({ ref: one.ref, id, record });
				open.delete(one);
			}
		};
		if (!how || (how.most === 1 && wanted.length > FEW)) {
			// What is found may be there twice, so that the list has to be read to its end.
			const whole = await this.fromList((record) => take(record, wanted), { size: wanted.length }, asked, !how);
			if (whole) return hits;
			hits.length = 0;
		}
		if (!how) return hits;
		const chunks = chunked(wanted, how.most);
		await pooled(chunks, this.concurrent, async (some) => {
			const values = some.map(({ match }) => shape.toSystem(how.field, match[how.field]!));
			const filled = { value: values[0], values, field: shape.field(how.field).read || how.field };
			for await (const { records } of pagesOf(this.client, how.list, {
				id: this.object.id,
				names: filled,
				asked,
				single: how.most === 1,
			}))
				for (const record of records) take(record, some);
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
		const field = names.find((name) => shape.field(name).kind !== 'json' && shape.field(name).read !== false);
		return any && field !== undefined ? { ...any, field } : undefined;
	}

	/** What we created a moment ago, a search may not show yet. */
	private async recall(
		how: Find,
		wanted: { ref: number; match: Fields }[],
		hits: Hit[],
		take: (record: Fields, some: { ref: number; match: Fields }[]) => void,
		asked: Asked,
	): Promise<void> {
		if (how.delay === undefined) return;
		const found = new Set(hits.map(({ ref }) => ref));
		for (const one of wanted) {
			if (found.has(one.ref)) continue;
			const id = recent.get(this.place, how.field, one.match[how.field]!);
			const record = id === undefined ? undefined : await this.byId(id, asked);
			if (record) take(record, [one]);
		}
	}

	/** Remembers what was created, for as long as a search may not show it. */
	created(id: string, fields: Fields): void {
		for (const { field: of, delay } of this.object.read.find)
			for (const field of of === '*' ? Object.keys(fields) : [of])
				if (delay !== undefined && fields[field] !== undefined)
					recent.set(this.place, field, fields[field], id, delay);
	}

	/**
	 * Reads the list while that is cheaper than asking one by one. True where it was read to its end. `whole`: there is no
	 * other way.
	 */
	private async fromList(
		take: (record: Fields) => void,
		left: { readonly size: number },
		asked: Asked,
		whole: boolean,
	): Promise<boolean> {
		const { list } = this.object.read;
		const size = 'size' in list.pages ? list.pages.size : Infinity;
		const most = left.size;
		let pages = 0;
		for await (const { records, total } of pagesOf(this.client, list, { id: this.object.id, asked })) {
			pages++;
			for (const record of records) take(record);
			if (whole) continue;
			if (left instanceof Map && left.size === 0) return true;
			if (
				total !== undefined
					? Math.ceil(total / size) - pages > left.size
					: pages >= most && records.length === size
			)
				return false;
		}
		return true;
	}

	private get concurrent(): number {
		return Math.max(1, this.client.system.limits.concurrent);
	}
}

/** Up to so many are asked for one by one, without thinking of the list. */
const FEW = 10;

function isWhole(match: Fields): boolean {
	const values = Object.values(match);
	return values.length > 0 && values.every((value) => value !== null && value !== '' && value !== undefined);
}

/** Systems find a mail address in any case; so do we, where the letters are all that differs. */
function alike(wanted: Value, found: Value): boolean {
	if (same(wanted, found)) return true;
	return typeof wanted === 'string' && typeof found === 'string' && wanted.toLowerCase() === found.toLowerCase();
}

export function chunked<T>(all: T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
}
