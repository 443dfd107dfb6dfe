/**
 * A destination at its stand-in, behind the whole engine and a ledger: a first sync into nothing, a tick without a change,
 * one in which one record in a hundred changed, and a sweep of everything.
 *
 * The least: every record is looked for before it is created, `find` values a request; it is read before it is changed,
 * `page` records a request; what answers do not show is read again, likewise; and writes take `create` and `update` records
 * a request. That it is empty, one request says.
 */
import { World } from '../../../test/engine/world';
import type { DestinationFake } from '../../../test/systems/fakes/common';
import { destinationAt, type Stand } from '../../../test/systems/open';
import type { Fields } from '../../../sync/types';
import { requests, type Case, type Counted, type Size } from './counted';

export interface DestinationCase {
	name: string;
	object: string;
	start(): Promise<DestinationFake>;
	stand: Omit<Stand, 'url'>;
	fields(id: number, text: string): Fields;
	match: string;
	/** Records that one request takes: looked for by their match field, read by id, listed, created, changed. */
	most: { find: number; read: number; page: number; create: number; update: number };
	/** Answers to these do not show the record. */
	readsAgain?: ('create' | 'update')[];
}

/** As many as a run of n8n carries. */
const RUN = 500;

export async function countDestination(one: DestinationCase, { records, changed }: Size): Promise<Counted[]> {
	const started = await one.start();
	const { fake, rows } = started;
	const world = await World.open();
	try {
		world.batch = RUN;
		world.ttl = 600_000;
		world.source.pageSize = 5000;
		world.mapping = { ...world.mapping, match: [one.match], removal: { kind: 'detach', set: {}, onReturn: {} } };
		// Every run of n8n has one of its own.
		world.beforeRun = async () => void (world.into = destinationAt({ ...one.stand, url: fake.url }, one.object));
		const set = (id: number, text: string) => world.source.records.set(String(id), { id, ...one.fields(id, text) });
		const counted: Counted[] = [];
		const count = async (name: Case, least: number): Promise<void> => {
			fake.forget();
			await world.tick();
			counted.push({ system: one.name, case: name, calls: fake.calls.length, least });
			const wrong = world.outcomes.splice(0).find(({ outcome }) => outcome === 'failed' || outcome === 'held');
			if (wrong || rows.size !== records)
				throw new Error(`${one.name}, ${name}: ${rows.size} records, ${wrong?.text ?? 'nothing failed'}`);
		};
		const { find, read, page, create, update } = one.most;
		const again = (what: 'create' | 'update') => one.readsAgain?.includes(what) === true;
		for (let id = 1; id <= records; id++) set(id, 'as it was');
		// Runs are counted by themselves: what one of them takes cannot go with another's.
		const runs = (count: number, each: number) =>
			Math.floor(count / RUN) * requests(RUN, each) + requests(count % RUN, each);
		const made = runs(records, create) + (again('create') ? runs(records, read) : 0);
		await count('first sync', 1 + runs(records, find) + made);
		await count('0 changed', 0);
		const apart = Math.floor(records / changed);
		for (let n = 1; n <= changed; n++) set(n * apart, 'as it is now');
		await count('1 % changed', runs(changed, read) * (again('update') ? 2 : 1) + runs(changed, update));
		world.sweepEvery = 1;
		await count('full sweep', requests(records, page));
		return counted;
	} finally {
		await world.close();
		await fake.stop();
	}
}
