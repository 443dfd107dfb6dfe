/** What changed in a system since a moment, where it can be asked: for sources that follow it, and for short sweeps. */
import type { Fields } from '../../../sync/types';
import { SyncError } from '../../../sync/types';
import type { ChangedSince, ObjectDefinition } from '../definition';
import type { Asked, Client } from '../net/client';
import { servedBy } from '../net/served';
import { get } from '../text/path';
import { joined } from './join';
import { moment, spelledMoment } from './moment';
import { pagesOf, type Page } from './pages';

export class ChangeList {
	constructor(
		private readonly client: Client,
		private readonly object: ObjectDefinition,
		private readonly how: ChangedSince,
	) {}

	/**
	 * Pages of what changed since a moment (milliseconds since 1970) less the overlap, with the parts that the list leaves out
	 * and that can be asked for many records at once; `at`: where the next question begins, when this page is the last one.
	 */
	async *since(from: number, asked: Asked): AsyncGenerator<{ records: Fields[]; at: number }> {
		const { watermark, overlap, then } = this.how;
		const began = Date.now();
		let latest = from;
		let served: number | undefined;
		for await (const page of this.pages(from - overlap * 1000, asked)) {
			latest = later(this.object, latest, page.records) ?? latest;
			if (typeof watermark === 'object') served = told(this.how, page) ?? served;
			else if (watermark === 'request time') served ??= servedAt(page) ?? began;
			const at = watermark === 'updatedAt' ? latest : Math.max(served ?? from, from);
			const records = Array.isArray(then)
				? await joined(this.client, then, page.records, { id: this.object.id, asked })
				: page.records;
			yield { records, at };
		}
	}

	/**
	 * The bare list. Where one query gives no more than so many, it goes on by the time of the last change, which such lists
	 * are ordered by.
	 */
	async *pages(from: number, asked: Asked): AsyncGenerator<Page> {
		const { list, form } = this.how;
		for (let at = from; ;) {
			let read = 0;
			let latest: number | undefined = at;
			const names = { since: spelledMoment(at, form) };
			for await (const page of pagesOf(this.client, list, { id: this.object.id, names, asked })) {
				read += page.records.length;
				latest = later(this.object, latest, page.records);
				yield page;
			}
			if (list.ceiling === undefined || read < list.ceiling) return;
			if (latest === undefined || latest <= at)
				throw new SyncError(
					'unreachable',
					`More than ${list.ceiling} records changed at the same moment, and no more are given at once.`,
				);
			at = latest;
		}
	}

	/**
	 * The moment from which on changes are to be asked for, by the system's own clock. Takes a request where no answer of it
	 * has said so yet, or where only the list of changes says it.
	 */
	async now(asked: Asked): Promise<number> {
		const known = typeof this.how.watermark === 'object' ? undefined : servedBy(this.client.access.base);
		if (known !== undefined) return known;
		const began = Date.now();
		for await (const page of this.pages(began - this.how.overlap * 1000, asked))
			return told(this.how, page) ?? servedAt(page) ?? began;
		return began;
	}
}

/** The latest change among these records and before them. */
export function later(
	{ updatedAt }: ObjectDefinition,
	latest: number | undefined,
	records: Fields[],
): number | undefined {
	if (updatedAt === false) return latest;
	for (const record of records) {
		const at = moment(get(record, updatedAt));
		if (at !== undefined && (latest === undefined || at > latest)) latest = at;
	}
	return latest;
}

/** Where the answer itself says from when on the next read begins. */
export function told({ watermark }: ChangedSince, { answer }: Page): number | undefined {
	return typeof watermark === 'object' ? moment(get(answer.body, watermark.path)) : undefined;
}

/** The `Date` of an answer (RFC 9110, section 6.6.1). */
export function servedAt({ answer }: Page): number | undefined {
	return Date.parse(answer.headers['date'] ?? '') || undefined;
}
