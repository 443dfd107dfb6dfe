/** A source at its stand-in: what reading everything, nothing new and one record in a hundred takes. */
import { readAll } from '../../../test/conformance/source';
import type { Row } from '../../../test/systems/fake';
import { tableOf, type SourceFake } from '../../../test/systems/fakes/common';
import { sourceAt, type Stand } from '../../../test/systems/open';
import { requests, type Case, type Counted, type Size } from './counted';

export interface SourceCase {
	name: string;
	object: string;
	/** The table of the stand-in. */
	table: string;
	start(): Promise<SourceFake>;
	stand: Omit<Stand, 'url'>;
	row(id: number, changed: Date): Row;
	/** Records on a page of the whole list, and of the list of what changed. */
	page: number;
	changes: number;
	/** Requests that every so many changed records take besides: their associations. */
	besides?: { requests: number; each: number };
	/** Each record takes a request of its own: lists name its id alone. */
	detailed?: true;
}

/** A day between what was changed before and what changes now, so that no overlap reads a record twice. */
const BEFORE = Date.UTC(2026, 0, 1);
const NOW = Date.UTC(2026, 0, 2);

export async function countSource(one: SourceCase, { records, changed }: Size): Promise<Counted[]> {
	const started = await one.start();
	const { fake } = started;
	const rows = tableOf(started.rows, one.table);
	try {
		for (let id = 1; id <= records; id++) rows.set(String(id), one.row(id, new Date(BEFORE + id * 1000)));
		const source = sourceAt({ ...one.stand, url: fake.url }, one.object, true);
		const counted: Counted[] = [];
		const count = async (name: Case, least: number, since?: Parameters<typeof readAll>[1]) => {
			fake.forget();
			const read = await readAll(source, since);
			counted.push({ system: one.name, case: name, calls: fake.calls.length, least });
			return read;
		};
		const all = requests(records, one.page) + (one.detailed ? records : 0);
		const first = await count('first sync', all);
		if (new Set(first.records.map(({ key }) => key)).size !== records) throw new Error(`${one.name} was not read`);
		// What was read last is asked for again: it may have changed within the same moment.
		await count('0 changed', 1, { at: NOW });
		const apart = Math.floor(records / changed);
		for (let n = 1; n <= changed; n++) rows.set(String(n * apart), one.row(n * apart, new Date(NOW + n * 1000)));
		const { besides } = one;
		const joined = besides ? requests(changed, besides.each) * besides.requests : 0;
		const more = joined + (one.detailed ? changed : 0);
		const next = await count('1 % changed', requests(changed, one.changes) + more, { at: NOW });
		if (next.records.length !== changed) throw new Error(`${one.name} told of ${next.records.length} changes`);
		await count('full sweep', all);
		return counted;
	} finally {
		await fake.stop();
	}
}
