/**
 * All records of a list, page by page, each once, though others write meanwhile. Pages that are counted are read with an
 * overlap; where the records have moved, the list is read again, and what was not seen yet is added.
 */
import type { Fields, Value } from '../../../sync/types';
import { SyncError } from '../../../sync/types';
import type { Paged } from '../definition';
import { at, type Answered, type Asked, type Client } from '../net/client';
import { get } from '../text/path';
import { holds } from '../text/condition';
import type { Names } from '../text/template';
import { recordsAt } from './elements';

export interface Page {
	records: Fields[];
	/** How many there are in all, where that is told. */
	total?: number;
	answer: Answered;
}

/** A whole walk over so many pages of a list that keeps moving is given up. */
const PASSES = 4;

export interface ListOptions {
	/** Where a record's id stands: what has it was seen. */
	id: string;
	names?: Names;
	asked?: Asked;
	/** An answer that there is none is an empty list: what is asked for is one thing, at an address of its own. */
	single?: boolean;
	/** What is not seen is asked for by itself, so that nothing is read twice to see whether records moved. */
	apart?: boolean;
}

/** Every record once. The last page is yielded before it is known to be the last. */
export async function* pagesOf(client: Client, list: Paged, options: ListOptions): AsyncGenerator<Page> {
	const seen = new Set<string>();
	let lacked = 0;
	for (let pass = 1; ; pass++) {
		const walk = new Walk(client, list, options);
		let read = 0;
		for await (const page of walk.pages()) {
			read += page.records.length;
			const fresh = page.records.filter((record) => {
				const id = idOf(record, options.id);
				// What comes all at once has moved nowhere: the same twice is told as such.
				if (id === undefined || list.pages.kind === 'none') return true;
				if (seen.has(id)) return false;
				seen.add(id);
				return true;
			});
			yield { ...page, records: fresh };
			// No page behind the ceiling is given; whoever reads goes on in another way.
			if (list.ceiling !== undefined && read >= list.ceiling) return;
		}
		// A list that lacks the same each time counts what it does not show.
		const lacks = walk.lacking > 0 && walk.lacking !== lacked;
		if ((!walk.moved && !lacks) || options.apart === true) return;
		lacked = walk.lacking;
		if (pass >= PASSES)
			throw new SyncError('retry', `The list of ${client.system.displayName} kept changing while it was read.`, {
				todo: 'It is read again by itself.',
			});
	}
}

export function idOf(record: Value, path: string): string | undefined {
	const id = get(record, path);
	return id === undefined || id === null ? undefined : typeof id === 'object' ? JSON.stringify(id) : String(id);
}

/** One walk from the first page to the last. */
class Walk {
	/** Records moved from page to page meanwhile, so that some may not have been seen. */
	moved = false;
	/** How many records fewer it gave than it said there are. */
	lacking = 0;

	constructor(
		private readonly client: Client,
		private readonly list: Paged,
		private readonly options: ListOptions,
	) {}

	async *pages(): AsyncGenerator<Page> {
		const { pages } = this.list;
		switch (pages.kind) {
			case 'none':
				yield await this.ask({});
				return;
			case 'offset':
				yield* this.counted(pages.size, pages.first);
				return;
			case 'page':
				yield* this.numbered(pages.size, pages.first);
				return;
			case 'cursor': {
				let cursor: Value | undefined;
				for (;;) {
					const page = await this.ask({ size: pages.size, cursor });
					yield page;
					const next = get(page.answer.body, pages.next);
					if (empty(next) || next === cursor || (pages.more && !holds(pages.more, page.answer.body))) return;
					cursor = next;
				}
			}
			case 'last id': {
				let cursor: Value | undefined;
				for (;;) {
					const page = await this.ask({ size: pages.size, cursor });
					yield page;
					const last = get(page.records.at(-1), pages.last);
					if (empty(last) || !holds(pages.more, page.answer.body)) return;
					cursor = last;
				}
			}
			default: {
				let url: string | undefined;
				for (;;) {
					const page = await this.ask({ size: pages.size }, url);
					yield page;
					const next = pages.kind === 'next link' ? get(page.answer.body, pages.next) : linked(page.answer);
					if (typeof next !== 'string' || next === '' || next === url) return;
					url = this.sameHost(next);
				}
			}
		}
	}

	/** By offset: each page begins with the last record of the one before, so that a shift shows. */
	private async *counted(size: number, first: number): AsyncGenerator<Page> {
		let read = 0;
		let total: number | undefined;
		let last: string | undefined;
		for (;;) {
			const overlap = last === undefined || this.options.apart === true ? 0 : 1;
			const page = await this.ask({ size, offset: first + read - overlap });
			const count = page.records.length;
			const anchor = overlap === 1 && page.records[0] ? idOf(page.records[0], this.options.id) : undefined;
			if (overlap === 1 && (anchor !== last || (total !== undefined && page.total !== total))) this.moved = true;
			total = page.total ?? total;
			yield page;
			read += count - overlap;
			this.lacking = Math.max(0, (total ?? 0) - read);
			last = count > 0 ? idOf(page.records[count - 1]!, this.options.id) : undefined;
			if (count <= overlap || last === undefined || (total === undefined ? count < size : read >= total)) return;
		}
	}

	private async *numbered(size: number, first: number): AsyncGenerator<Page> {
		let read = 0;
		let total: number | undefined;
		for (let number = first; ; number++) {
			const page = await this.ask({ size, page: number });
			if (total !== undefined && page.total !== undefined && page.total !== total) this.moved = true;
			total = page.total ?? total;
			yield page;
			read += page.records.length;
			this.lacking = Math.max(0, (total ?? 0) - read);
			if (page.records.length === 0 || (total === undefined ? page.records.length < size : read >= total)) return;
		}
	}

	private async ask(names: Names, url?: string): Promise<Page> {
		const { client, list, options } = this;
		const request = url === undefined ? list.request : { ...list.request, path: '{url}', query: {} };
		const answer = await this.follow(request, { ...options.names, ...names, url }, url);
		if (!answer) return { records: [], answer: { status: 404, headers: {}, body: undefined } };
		const total = 'total' in list.pages && list.pages.total !== false ? Number(at(answer, list.pages.total)) : NaN;
		return {
			records: recordsAt(answer, list, client, options.single),
			...(Number.isFinite(total) && { total }),
			answer,
		};
	}

	private async follow(
		request: Paged['request'],
		names: Names,
		url: string | undefined,
	): Promise<Answered | undefined> {
		const { client, options } = this;
		try {
			if (url === undefined) return await client.look(request, names, options.asked);
			return await client.look(
				{ ...request, path: url.replace(/\{/gu, '{{').replace(/\}/gu, '}}') },
				names,
				options.asked,
			);
		} catch (error) {
			if (error instanceof SyncError && error.kind === 'missing' && options.single === true) return undefined;
			// A list that is not there is nobody's missing record.
			if (error instanceof SyncError && error.kind === 'missing')
				throw new SyncError('setup', error.message, {
					todo:
						error.detail.todo ??
						'See that the settings name something that is there, and that the credential may see it.',
				});
			throw error;
		}
	}

	private sameHost(next: string): string {
		const { base } = this.client.access;
		const url = new URL(next, `${base}/`);
		if (url.origin !== new URL(base).origin)
			throw new SyncError(
				'setup',
				`${this.client.system.displayName} names ${url.host} for its next page, and credentials are not sent there.`,
			);
		return url.href;
	}
}

function linked({ headers }: Answered): string | undefined {
	return /<([^>]+)>\s*;[^,]*\brel="?next"?/iu.exec(headers['link'] ?? '')?.[1];
}

function empty(value: Value | undefined): boolean {
	return value === undefined || value === null || value === '' || value === false;
}
