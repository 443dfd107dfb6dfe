/** Every event of `sync/states.ts` as the calls that make it happen to the lab's link. */
import { sql } from 'kysely';

import { recover } from '../../ledger/due';
import type { LinkEvent } from '../../sync/states';
import { KEY, linked, LONG, made, upToDate, type Lab, type Row } from './lab';

/** A guard that lets a few pass; after a lost ledger none does. */
const GUARD = { few: 1e6, share: 1, changes: 1, first: false };
const NEVER = 0;
const LINK = { key: KEY, part: '' };
const LEASE = { keys: 1000, bytes: 1e9, ttl: LONG, before: 1e15, passedOnly: false };

/** The link as the event finds it, and what its last run knows. */
interface Scene {
	before: Row;
	/** A run had it once, and answers now: perhaps too late. */
	answers: boolean;
	/** A sweep is healing it. */
	healing: boolean;
	/** A node has claimed it. */
	working: boolean;
	version: number;
}

/**
 * Makes the event happen. `false`: it cannot come to that. A row: how the link stood just before the ledger heard of it,
 * where that is later than the scene.
 */
type Happening = (lab: Lab, scene: Scene) => Promise<false | Row | void>;

/** What may happen: the events, and some of them in more ways than one. */
export const HAPPENINGS: Record<LinkEvent, Happening> & Record<`revived after ${string}`, Happening> = {
	changed: async (lab, { before }) => {
		if (before.present === 0) return false;
		lab.memory.edits++;
		await lab.read(true);
	},
	vanished: async (lab, { before }) => (before.present === 0 ? false : await lab.read(false)),
	returned: async (lab, { before }) => (before.present === 1 ? false : await lab.read(true)),

	leased: async (lab) => {
		const { run, records } = await lab.ledger.lease(lab.sync, await lab.token(), LEASE);
		if (records.some(({ key }) => key === KEY)) lab.took(run);
	},
	carried: async (lab, { before }) => {
		const carried = await lab.ledger.carrier(lab.sync, await lab.token(), LONG);
		if (before.state === 'settled' && carried?.records.some(({ key }) => key === KEY)) lab.took(carried.run);
	},
	leaseExpired: async (lab) => {
		await lab.store.db.run(sql`UPDATE ${lab.store.table('link')} SET lease_until = 1 WHERE lease IS NOT NULL`);
		await lab.ledger.lease(lab.sync, await lab.token(), { ...LEASE, before: NEVER });
	},
	reopened: async (lab) => (lab.store.shared ? false : await recover(lab.store)),
	guardPassed: async (lab, { before }) => {
		if (before.cautious === 1) return false;
		await lab.ledger.countIntended(lab.sync, await lab.token(), GUARD);
	},
	guardHeld: async (lab, { before }) => {
		const strict = async (cautious: number, first: string) =>
			await lab.store.db.run(
				sql`UPDATE ${lab.store.table('destination')} SET cautious = ${cautious}, first_write = ${first}`,
			);
		await strict(1, 'waits');
		await lab.ledger.countIntended(lab.sync, await lab.token(), { ...GUARD, first: true });
		await strict(before.cautious, before.first_write);
	},
	doneByHand: async (lab) => void (await lab.ledger.done(lab.sync, { key: KEY })),
	accepted: async (lab) => {
		const { db, table } = lab.store;
		await db.run(sql`UPDATE ${table('link')} SET provisional = '{"n":2}' WHERE key = ${KEY}`);
		await lab.ledger.accept(lab.sync, KEY);
		await db.run(sql`UPDATE ${table('link')} SET provisional = NULL WHERE key = ${KEY}`);
	},
	retried: async (lab) => void (await lab.ledger.retry(lab.sync, { key: KEY })),
	requested: async (lab) => void (await lab.ledger.resync(lab.sync, { keys: [KEY] })),
	released: async (lab, { before }) => void (await lab.ledger.release(lab.sync, before.hold ?? 0)),

	claimed: async (lab, scene) =>
		scene.before.state === 'handed' && !upToDate(scene.before) ? false : await claim(lab, scene),
	passedOver: async (lab, scene) =>
		scene.before.state === 'handed' && upToDate(scene.before) ? false : await claim(lab, scene),
	givenBack: async (lab, { answers }) =>
		answers ? await lab.ledger.unclaim(lab.destination, lab.memory.run, [LINK]) : false,
	intendedRemoval: async (lab, { answers, before }) => {
		const nothingToRemove = before.state === 'claimed' && (!linked(before) || before.removal === 'released');
		if (!answers || nothingToRemove) return false;
		await lab.ledger.intendRemovals(lab.destination, lab.memory.run, [LINK]);
	},
	guardedWrite: async (lab, { answers, before }) => {
		if (!answers || (before.state === 'claimed' && before.present === 0 && upToDate(before))) return false;
		const write = { ...LINK, kind: 'first' as const, what: 'create' };
		await lab.ledger.intendWrites(lab.destination, lab.memory.run, [write]);
	},
	waits: async (lab, { answers }) => {
		if (!answers) return false;
		await lab.ledger.wait(lab.destination, lab.memory.run, [
			{ ...LINK, patience: LONG, text: 'for bob', refs: [] },
		]);
	},
	intendedWrite: async (lab, { answers, before, version }) => {
		if (!answers) return false;
		const write = { ...LINK, version, create: before.counterpart === null, match: { n: 1 } };
		await lab.ledger.intend(lab.destination, lab.memory.run, [write], LONG);
	},
	confirmed: async (lab, scene) => {
		const { before, working } = scene;
		// What the run knows to be gone from the source is never confirmed as standing in the destination.
		const gone = working && before.present === 0 && upToDate(before) && made(before) !== null;
		return gone ? false : await confirm(lab, scene, 'settled', made(before));
	},
	confirmedInPart: async (lab, scene) => {
		const { before, working } = scene;
		const gone = working && before.present === 0 && upToDate(before) && made(before) !== null;
		return gone ? false : await confirm(lab, scene, 'waiting', made(before));
	},
	confirmedRemoval: async (lab, scene) => {
		const { before, working } = scene;
		if (working && !linked(before)) return false;
		return await confirm(lab, scene, 'gone', before.state === 'writing' ? made(before) : null);
	},
	failedForNow: async (lab, scene) => await fail(lab, scene, 0),
	gaveUp: async (lab, scene) => await fail(lab, scene, null),
	leftToAPerson: async (lab, scene) => await fail(lab, scene, null, true),
	healed: async (lab, { before, healing }) => {
		if (lab.memory.run === 0 || (before.state === 'writing' && !healing)) return false;
		await lab.ledger.confirmHeal(lab.destination, lab.memory.run, [{ ...LINK, told: null, history: [] }]);
	},
	runEndedWell: async (lab, { answers }) => (answers ? await end(lab, true) : false),
	runFailed: async (lab, { answers }) => (answers ? await end(lab, false) : false),

	rerouted: async (lab) => {
		lab.memory.ways++;
		await lab.seen(true);
	},
	remapped: async (lab) => {
		lab.memory.mappings++;
		await lab.seen(true);
	},
	healing: async (lab, { before }) => {
		const found = await swept(lab, before);
		if (!found) return false;
		const { run, keys } = await lab.ledger.claimHeal(lab.destination, [found], LONG);
		if (keys.has(KEY)) lab.took(run);
	},
	awaited: async (lab) => {
		const { db, table } = lab.store;
		await db.run(sql`UPDATE ${table('link')} SET waits_since = 1 WHERE key = ${KEY}`);
		await lab.ledger.awaken(lab.sync, await lab.token());
		await db.run(sql`UPDATE ${table('link')} SET waits_since = NULL WHERE key = ${KEY}`);
	},
	sweptMissing: async (lab, { before }) => await missed(lab, before, 'missing'),
	sweptDrifted: async (lab, { before }) => await missed(lab, before, 'drifted'),
	revived: async (lab) => await revive(lab, async () => undefined),
	'revived after a change': async (lab, { before }) => {
		if (before.present === 0) return false;
		lab.memory.edits++;
		return await revive(lab, async () => await lab.read(true));
	},
	'revived after a vanishing': async (lab, { before }) =>
		before.present === 0 ? false : await revive(lab, async () => await lab.read(false)),
	'revived after a return': async (lab, { before }) =>
		before.present === 1 ? false : await revive(lab, async () => await lab.read(true)),
	restarted: async (lab) => void (await lab.ledger.checkAge((await lab.ledger.sequence()) + 10)),
};

/** Makes it happen; the link as the ledger found it, or undefined where it cannot come to that. */
export async function happen(lab: Lab, what: keyof typeof HAPPENINGS): Promise<Row | undefined> {
	const before = await lab.row();
	const healing = before.state === 'writing' && before.lease === lab.memory.run && before.healing !== null;
	const then = await HAPPENINGS[what]!(lab, {
		before,
		healing,
		answers: lab.memory.run > 0 && !healing,
		working: before.state === 'claimed' || before.state === 'writing',
		version: before.handed ?? before.record_version,
	});
	return then === false ? undefined : (then ?? before);
}

export function eventOf(what: keyof typeof HAPPENINGS): LinkEvent {
	return what.startsWith('revived') ? 'revived' : (what as LinkEvent);
}

async function claim(lab: Lab, { answers, before, version }: Scene): Promise<false | void> {
	if (!answers) return false;
	const { run, mapping } = lab.memory;
	const { revision } = await lab.ledger.claim(lab.destination, run, mapping, [{ key: KEY, version }], LONG);
	if (before.state === 'handed') lab.memory.revision = revision;
}

async function confirm(
	lab: Lab,
	{ answers, version }: Scene,
	state: 'settled' | 'gone' | 'waiting',
	counterpart: string | null,
): Promise<false | void> {
	if (!answers) return false;
	const { run, revision } = lab.memory;
	const done = { ...LINK, version, counterpart, state, fields: { n: 1 }, told: null, history: [], patience: LONG };
	await lab.ledger.confirm(lab.destination, run, revision, [done]);
}

async function fail(lab: Lab, { version }: Scene, retryIn: number | null, task = false): Promise<false | void> {
	const { run } = lab.memory;
	if (run === 0) return false;
	const failed = { ...LINK, version, error: 'no', retryIn, countsAttempt: true, ...(task && { task }) };
	await lab.ledger.fail(lab.destination, run, [failed]);
}

async function end(lab: Lab, ok: boolean): Promise<void> {
	await lab.ledger.endRun(lab.memory.run, { ok, retryIn: 0 });
}

/** The link as a sweep's page shows it, or as an old page showed it. */
async function swept(lab: Lab, before: Row): Promise<{ key: string; part: string; version: number } | undefined> {
	if (!['settled', 'gone', 'held'].includes(before.state)) return { ...LINK, version: before.version ?? 0 };
	return (await lab.ledger.sweepPage(lab.destination, null, 1000)).find(({ key }) => key === KEY);
}

async function missed(lab: Lab, before: Row, how: 'missing' | 'drifted'): Promise<false | void> {
	const found = await swept(lab, before);
	return found ? await lab.ledger.sweptMissing(lab.destination, [found], how) : false;
}

async function revive(lab: Lab, meanwhile: () => Promise<void>): Promise<Row> {
	await lab.seen(false);
	await meanwhile();
	const retired = await lab.row();
	await lab.seen(true);
	return retired;
}
