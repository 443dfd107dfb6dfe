/**
 * What stands in a system, read list page by list page for a sweep: fewer requests than asking by ids. It is as old as its
 * pages, so that what differs, or is not there, is looked up again by id before anything is made of it.
 */
import type { ActualRecord, Fields } from '../../../sync/types';
import type { ObjectDefinition } from '../definition';
import type { Asked, Client } from '../net/client';
import { idOf, pagesOf, type Page } from './pages';
import type { Shape } from './shape';

export class Survey {
	private readonly known = new Map<string, Fields>();
	private ended = false;
	/** Pages that were read, and how many requests asking by ids would have taken. */
	private asked = { pages: 0, spared: 0 };

	private constructor(
		private readonly pages: AsyncIterator<Page>,
		private readonly object: ObjectDefinition,
		private readonly shape: Shape,
		private readonly fields: string[],
		/** How many ids one request takes. */
		private readonly each: number,
	) {}

	/** Undefined where as many can be asked for by their ids in one request as stand on a page: then that is as cheap. */
	static async of(
		client: Client,
		object: ObjectDefinition,
		shape: Shape,
		fields: string[],
		asked: Asked,
	): Promise<Survey | undefined> {
		const lacking = fields.some((field) => (object.read.listLacks ?? []).includes(field));
		const { batch, list } = object.read;
		const each = batch === 'none' ? 1 : batch.most;
		if (lacking || (batch !== 'none' && !('size' in list.pages && list.pages.size > each))) return undefined;
		const pages = pagesOf(client, list, { id: object.id, asked, apart: true })[Symbol.asyncIterator]();
		return new Survey(pages, object, shape, fields, each);
	}

	/** Those of these that the list holds. Reads on until all are found, or for as long as that is cheaper than asking by ids. */
	async read(ids: string[]): Promise<Map<string, ActualRecord['fields']>> {
		const found = new Map<string, Fields>();
		let left = new Set(ids);
		this.asked.spared += Math.ceil(ids.length / this.each);
		for (;;) {
			for (const id of left) {
				const fields = this.known.get(id);
				if (fields) found.set(id, fields);
			}
			left = new Set([...left].filter((id) => !found.has(id)));
			if (left.size === 0 || this.ended || this.asked.pages >= this.asked.spared) return found;
			this.asked.pages++;
			const next = await this.pages.next();
			if (next.done) this.ended = true;
			else
				for (const record of next.value.records) {
					const id = idOf(record, this.object.id);
					if (id !== undefined) this.known.set(id, this.shape.read(record, this.fields));
				}
		}
	}
}
