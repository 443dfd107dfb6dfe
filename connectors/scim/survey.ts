/**
 * What stands on a server, read list page by list page for a sweep: fewer requests than by ids. It is as old as its pages, so
 * that what differs, or is not there, is looked up again by id before anything is made of it.
 */
import type { Fields, Survey } from '../../sync/types';
import { ScimFailure } from './errors';
import type { Json } from './http';
import type { People } from './people';

export class ScimSurvey implements Survey {
	private readonly known = new Map<string, Json>();
	private readonly pages: AsyncIterator<Json[]>;
	private ended = false;
	/** Pages that were read, and how many requests it would have taken by ids. */
	private asked = { pages: 0, spared: 0 };

	constructor(
		private readonly people: People,
		private readonly fields: string[],
	) {
		this.pages = people.resources.pages()[Symbol.asyncIterator]();
	}

	/** Those of these that the list holds. Reads on until all are found, or for as long as that is cheaper than by ids. */
	async read(ids: string[]): Promise<Map<string, Fields>> {
		this.asked.spared += this.people.resources.requestsFor(ids);
		while (!this.ended && this.asked.pages < this.asked.spared && ids.some((id) => !this.known.has(id))) {
			this.asked.pages++;
			const next = await this.pages.next().catch(unlisted);
			if (next.done) this.ended = true;
			else for (const one of next.value) if (typeof one['id'] === 'string') this.known.set(one['id'], one);
		}
		const found = ids.map((id) => this.known.get(id)).filter((one) => one !== undefined);
		return found.length === 0 ? new Map() : await this.people.fieldsOf(found, this.fields);
	}
}

/** Not every server lists everybody: who is not found is looked up by the id. */
function unlisted(error: unknown): IteratorReturnResult<undefined> {
	if (error instanceof ScimFailure && [400, 403, 404, 405, 413, 501].includes(error.status))
		return { done: true, value: undefined };
	throw error;
}
