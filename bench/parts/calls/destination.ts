/**
 * A destination at its stand-in, behind the whole engine and a ledger: a first sync into nothing, a tick without a change,
 * one in which one record in a hundred changed, and a sweep of everything.
 *
 * The least, for any client that makes no twins, undoes nobody's edits and believes no write that it has not seen:
 *
 * - That nothing stands there, one request says; what fields the account has, another one.
 * - Each run of n8n looks for its records before it creates them, for others may have made them since the last run: by their
 *   match field, or in the list as long as it is by then, whichever takes fewer requests. It reads what it changes likewise.
 * - Writes take as many records a request as the API does, whatever a run carries. What their answers do not show is read.
 * - Where an update wipes what it does not send, the record is read right before it: by itself, or many where many are written.
 * - Where a create would do so to a record that stands there, each is looked for right before it, too.
 * - A sweep takes a request for each page of the list, or for as many ids as can be asked for at once, if these are more.
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
	/** Records that one request takes: looked for by their match field (0: by the list alone), read by id, listed, created, changed. */
	most: { find: number; read: number; page: number; create: number; update: number };
	/** Answers to these do not show the record. */
	readsAgain?: ('create' | 'update')[];
	/** The list does not say where it ends: a page that is not full does. */
	endless?: true;
	/** An update wipes what it does not send; `always`: so does a create, where something stands there. */
	replaces?: 'on update' | 'always';
	/** Only the account knows its fields. */
	ownFields?: true;
	/** Records that a run of n8n carries, where the trigger's Batch Size is set to more than its default. */
	run?: number;
}

/** The trigger's default. */
const RUN = 500;

export async function countDestination(one: DestinationCase, size: Size): Promise<Counted[]> {
	const { records, changed } = size;
	const started = await one.start();
	const { fake, rows } = started;
	const world = await World.open();
	try {
		world.batch = one.run ?? RUN;
		world.ttl = 600_000;
		world.source.pageSize = 5000;
		world.mapping = { ...world.mapping, match: [one.match], removal: { kind: 'detach', set: {}, onReturn: {} } };
		const set = (id: number, text: string) => world.source.records.set(String(id), { id, ...one.fields(id, text) });
		const least = leastOf(one, size);
		const counted: Counted[] = [];
		const count = async (name: Case): Promise<void> => {
			fake.forget();
			// Every run of n8n opens one of its own. What the account's fields are is not known from the case before.
			const credential = { ...one.stand.credential, benchCase: name };
			const stand = { ...one.stand, credential, url: fake.url };
			world.beforeRun = async () => void (world.into = destinationAt(stand, one.object));
			await world.tick();
			counted.push({ system: one.name, case: name, calls: fake.calls.length, least: least[name] });
			const wrong = world.outcomes.splice(0).find(({ outcome }) => outcome === 'failed' || outcome === 'held');
			if (wrong || rows.size !== records)
				throw new Error(`${one.name}, ${name}: ${rows.size} records, ${wrong?.text ?? 'nothing failed'}`);
		};
		for (let id = 1; id <= records; id++) set(id, 'as it was');
		await count('first sync');
		await count('0 changed');
		const apart = Math.floor(records / changed);
		for (let n = 1; n <= changed; n++) set(n * apart, 'as it is now');
		await count('1 % changed');
		world.sweepEvery = 1;
		await count('full sweep');
		return counted;
	} finally {
		await world.close();
		await fake.stop();
	}
}

function leastOf(one: DestinationCase, { records, changed }: Size): Record<Case, number> {
	const { find, read, page, create, update } = one.most;
	const run = one.run ?? RUN;
	const fields = one.ownFields ? 1 : 0;
	const listed = (standing: number) => (one.endless ? Math.floor(standing / page) + 1 : requests(standing, page));
	const looked = (some: number, standing: number) =>
		Math.min(find === 0 ? Infinity : requests(some, find), listed(standing));
	const seen = (some: number, standing: number) => Math.min(requests(some, read), requests(standing, page));
	const again = (what: 'create' | 'update', some: number, standing: number) =>
		one.readsAgain?.includes(what) === true ? seen(some, standing) : 0;
	let first = 1 + fields + requests(records, create);
	for (let before = 0; before < records; before += run) {
		const some = Math.min(run, records - before);
		first += looked(some, before) * (one.replaces === 'always' ? 2 : 1) + again('create', some, before + some);
	}
	let next = fields + requests(changed, update) + (one.replaces ? requests(changed, Math.min(update, read)) : 0);
	for (let before = 0; before < changed; before += run) {
		const some = Math.min(run, changed - before);
		next += seen(some, records) + again('update', some, records);
	}
	return {
		'first sync': first,
		'0 changed': 0,
		'1 % changed': next,
		'full sweep': fields + requests(records, Math.max(page, read)),
	};
}
