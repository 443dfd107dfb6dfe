/** The ledger: one face over its rooms. */
import { sql } from 'kysely';

import type { Ledger } from '../sync/ledger';
import { accept } from './accept';
import { arrived } from './arrived';
import { handsOn } from './hands/hands';
import * as claims from './claim';
import * as outcomes from './confirm';
import * as counterparts from './counterparts';
import * as destinations from './destinations';
import * as due from './due';
import { gather } from './gather';
import { countIntended } from './guard';
import * as hints from './hints';
import * as holds from './holds';
import * as intents from './intend';
import * as locked from './locks';
import { moveLinks } from './move';
import { observe } from './observation';
import { toldPlainly } from './plain';
import { push } from './push';
import * as removals from './removals';
import { forgetRetired } from './retired';
import * as fighting from './fights';
import * as references from './references';
import * as marks from './marks';
import * as ranges from './ranges';
import { lookAt } from './look/look';
import { migrate } from './schema';
import { now, type Store } from './store';
import * as sweeps from './sweep';
import * as syncs from './syncs';
import { tidy } from './tidy';
import * as waits from './waiting';

/** Upgrades the store to this package's schema and puts the ledger's face on it. */
export async function ledgerOn(store: Store): Promise<Ledger> {
	await migrate(store);
	if (!store.shared) await due.recover(store);
	const { db, table } = store;
	const [row] = await db.all(sql<{ secret: string }>`SELECT secret FROM ${table('ledger')}`);
	const secret = row!.secret;
	return toldPlainly(store, {
		...lookAt(store),
		...handsOn(store),

		register: async (identity, name, takeOver) => await syncs.register(store, identity, name, takeOver),
		checkAge: async (seen) => await syncs.checkAge(store, seen),
		sequence: async () => await store.last(db),
		repaired: async (sync, count) => await syncs.repaired(store, sync, count),
		syncs: async () => await syncs.syncs(store),
		find: async (identity) => await syncs.find(store, db, identity),
		destinationsSeen: async (sync, seen, sweepEvery) =>
			await destinations.destinationsSeen(store, sync, seen, sweepEvery),
		secret: async () => secret,
		now: async () => await now(db),

		beginTick: async (sync, holder, ttl) => await syncs.beginTick(store, sync, holder, ttl),
		renewTick: async (sync, token, ttl) => await syncs.renewTick(store, sync, token, ttl),
		endTick: async (sync, token) => await syncs.endTick(store, sync, token),
		observe: async (sync, token, tag, sensitive) =>
			toldPlainly(store, await observe(store, sync, token, tag, sensitive, secret)),

		push: async (sync, tag, records, sensitive, token) =>
			await push(store, sync, tag, records, sensitive, secret, token),
		shared: store.shared,
		arrived: async (identity, within) => await arrived(store, identity, within),
		hint: async (sync, keys) => await hints.hint(store, sync, keys),
		hints: async (sync, limit) => await hints.hints(store, sync, limit),
		hinted: async (sync, followed) => await hints.hinted(store, sync, followed),
		sourceIs: async (sync, place) => await syncs.sourceIs(store, sync, place),
		countIntended: async (sync, token, guard) => {
			await holds.closeEmptyHolds(store, sync);
			return await countIntended(store, sync, token, guard);
		},
		lease: async (sync, token, limits) => await due.lease(store, sync, token, limits),
		awaken: async (sync, token) => await waits.awaken(store, sync, token),
		carrier: async (sync, token, ttl) => await due.carrier(store, sync, token, ttl),
		renewRun: async (run, ttl) => await due.renewRun(store, run, ttl),
		keep: async (destination, runs, sweeper, ttl) => await claims.keep(store, destination, runs, sweeper, ttl),
		endRun: async (run, how) => await due.endRun(store, run, how),
		unrouted: async (destination) => await due.unrouted(store, destination),
		counts: async (sync) => await due.counts(store, sync),
		failures: async (sync, limit, state) => await due.failures(store, sync, limit, state),
		setHealth: async (sync, health, text, kinds) => await syncs.setHealth(store, sync, health, text, kinds),

		unswept: async (sync) => await sweeps.unswept(store, sync),
		down: async (sync) => await destinations.down(store, sync),
		openHolds: async (sync) => await holds.openHolds(store, sync),

		setDown: async (destination, text, probeIn) => await destinations.setDown(store, destination, text, probeIn),
		destination: async (sync, node, name, target) =>
			await destinations.destination(store, sync, node, name, target),
		foundEmpty: async (destination, empty) => await destinations.foundEmpty(store, destination, empty),
		look: async (sync, node, target, keys) => await claims.look(store, sync, node, target, keys),
		claim: async (destination, run, mapping, items, ttl) =>
			await claims.claim(store, destination, run, mapping, items, ttl),
		intendRemovals: async (destination, run, keys) => await intents.intendRemovals(store, destination, run, keys),
		intendWrites: async (destination, run, writes) => await intents.intendWrites(store, destination, run, writes),
		intend: async (destination, run, writes, ttl) => await intents.intend(store, destination, run, writes, ttl),
		confirm: async (destination, run, revision, confirmed) =>
			await outcomes.confirm(store, destination, run, revision, confirmed),
		fail: async (destination, run, failed) => await outcomes.fail(store, destination, run, failed),
		wait: async (destination, run, waiting) => await waits.wait(store, destination, run, waiting),
		gather: async () => await gather(store),
		referred: async (destination, wanted) => await references.referred(store, destination, wanted),
		referrers: async (destination, keys) => await references.referrers(store, destination, keys),
		unclaim: async (destination, run, keys) => await claims.unclaim(store, destination, run, keys),
		accept: async (sync, key) => await accept(store, sync, key),
		keepCounterpart: async (destination, key, part, counterpart) =>
			await counterparts.keepCounterpart(store, destination, key, part, counterpart),
		moveLinks: async (destination, run, moves) => await moveLinks(store, destination, run, moves),
		sharers: async (destination, ids) => await counterparts.sharers(store, destination, ids),
		suspect: async (destination, ids) => await hints.suspect(store, destination, ids),
		unconfirmed: async (sync, after, limit) => await removals.unconfirmed(store, sync, after, limit),
		remapped: async (destination, mapping) => await destinations.remapped(store, destination, mapping),
		setLock: async (destination, lock) => await locked.setLock(store, destination, lock),
		locks: async (sync) => await locked.locks(store, sync),
		linkedPage: async (destination, after, limit) => await locked.linkedPage(store, destination, after, limit),
		linked: async (destination, ids) => await counterparts.linked(store, destination, ids),
		owns: async (destination, fields) => await destinations.owns(store, destination, fields),
		untoldHolds: async (destination) => await holds.untoldHolds(store, destination),
		release: async (sync, hold) => await holds.release(store, sync, hold),
		forgetRetired: async (sync) => await forgetRetired(store, sync),

		claimSweep: async (destination, holder, ttl) => await sweeps.claimSweep(store, destination, holder, ttl),
		sweepPage: async (destination, after, limit) => await sweeps.sweepPage(store, destination, after, limit),
		claimHeal: async (destination, found, ttl) => await sweeps.claimHeal(store, destination, found, ttl),
		fights: async (destination, links) => await fighting.fights(store, destination, links),
		confirmHeal: async (destination, run, healed) => await sweeps.confirmHeal(store, destination, run, healed),
		sweptMissing: async (destination, found, how) => await sweeps.sweptMissing(store, destination, found, how),
		sweepProgress: async (destination, holder, after, ttl) =>
			await sweeps.sweepProgress(store, destination, holder, after, ttl),
		sweptOf: async (destination, counterparts) => await sweeps.sweptOf(store, destination, counterparts),
		keepEdits: async (destination, holder, edits) => await sweeps.keepEdits(store, destination, holder, edits),
		endSweep: async (destination, holder, went) => await sweeps.endSweep(store, destination, holder, went),
		marking: async (destination, revision, fields) => await marks.marking(store, destination, revision, fields),
		beginRanges: async (destination, size) => await ranges.beginRanges(store, destination, size),
		ranges: async (destination, after, limit) => await ranges.ranges(store, destination, after, limit),
		splitRange: async (destination, range, bounds) => await ranges.splitRange(store, destination, range, bounds),
		forgetRanges: async (destination) => await ranges.forgetRanges(store, destination),
		compareMarks: async (destination, found) => await marks.compareMarks(store, destination, found),
		looseLinks: async (destination, after) => await marks.looseLinks(store, destination, after),
		cleanRanges: async (destination, verified, clean) =>
			await ranges.cleanRanges(store, destination, verified, clean),
		dirtyRanges: async (destination) => await ranges.dirtyRanges(store, destination),
		rangeProgress: async (destination, holder, range, ttl) =>
			await ranges.rangeProgress(store, destination, holder, range, ttl),

		tidy: async (sync, days) => await tidy(store, sync, days),
		close: async () => await db.close(),
	});
}
