/**
 * One tick of a sync: observe, drain, sweep, tell. The conductor of the whole loop; what it needs from outside (the
 * ledger, a source, a way to hand items over, a way to wait) it is given.
 */
import { followHints } from './hints';
import type { TickHost, TickResult, TickSettings } from './host';
import { LedgerError, type HandedRecord, type Ledger, type SyncRow } from './ledger';
import { outgoing } from './outgoing';
import { judge, plain, tell, tellRepairs, trouble } from './tell';
import { SyncError, type Source } from './types';

export type { OutgoingItem, RunEnd, TickHost, TickResult, TickSettings } from './host';

/** Batches of a sync whose leases may be out at once; parked runs, and runs of which nothing is heard, count. */
const OUTSTANDING = 3;
/** How long a chain of records that wait for each other is followed within one tick; the rest comes with the next. */
const CHAIN = 20;
/** A run that waited is given so many milliseconds to go on. */
const AFTER_WAIT = 2 * 60_000;

/** Runs one tick. Never throws for a source, a run or a destination that fails: that is what `troubles` says. */
export async function tick(ledger: Ledger, host: TickHost, settings: TickSettings): Promise<TickResult> {
	const result: TickResult = {
		busy: false,
		handed: 0,
		runs: 0,
		released: 0,
		held: [],
		unrouted: 0,
		troubles: [],
		kinds: [],
		turned: false,
		health: 'healthy',
	};
	const sync = await ledger.register(settings.identity, settings.name, settings.takeOver);
	if (settings.seen !== undefined && (await ledger.checkAge(settings.seen))) {
		trouble(
			result,
			'older ledger',
			'The ledger is older than this workflow remembers: it was lost, or restored from a copy. Everything is compared anew, and every removal is held until you release it.',
		);
	}
	await ledger.destinationsSeen(sync.id, host.destinations(), settings.sweepEvery);
	const { tickEvery = null, completeEvery } = settings;
	const read = host.openSource === undefined || tickEvery === null ? null : Math.max(tickEvery, completeEvery ?? 0);
	await ledger.rhythm(sync.id, { tick: tickEvery, read });
	const token = await ledger.beginTick(sync.id, settings.holder, settings.leaseTtl);
	if (token === undefined) return { ...result, busy: true };
	const turn = new Turn(ledger, host, settings, sync, token, result);
	try {
		if (settings.release !== undefined) result.release = await ledger.release(sync.id, settings.release);
		if (settings.forgetRetired) await ledger.forgetRetired(sync.id);
		if (!settings.drainOnly) await turn.observe();
		if (!settings.keepBack) await turn.handOver();
		await ledger.loaded(sync.id);
		if (!settings.drainOnly) await tell(ledger, sync, result, settings);
		result.sequence = await ledger.sequence();
		await ledger.tidy(sync.id, settings.historyDays);
	} finally {
		await turn.close();
		await ledger.endTick(sync.id, token);
	}
	return result;
}

class Turn {
	private source?: Source;

	constructor(
		private readonly ledger: Ledger,
		private readonly host: TickHost,
		private readonly settings: TickSettings,
		private readonly sync: SyncRow,
		private readonly token: number,
		private readonly result: TickResult,
	) {}

	/** Reads the source into the ledger. A read that breaks off changes nothing; what is due is drained all the same. */
	async observe(): Promise<void> {
		const { ledger, sync, token, settings, host } = this;
		const { completeEvery } = settings;
		const complete =
			completeEvery === null ||
			sync.readWanted ||
			sync.completeReadAt === null ||
			sync.now - sync.completeReadAt >= completeEvery;
		let observation;
		try {
			if (!host.openSource) return;
			if (settings.pushed && !complete && (await ledger.hints(sync.id, 1)).length === 0) return;
			const source = await this.open();
			await ledger.sourceIs(sync.id, source.place ?? null);
			if (settings.pushed) {
				await followHints(ledger, { sync: sync.id, token }, source, settings.sensitive, host.signal);
				if (!complete) return;
			}
			observation =
				host.collected?.observation ?? (await ledger.observe(sync.id, token, source.tag, settings.sensitive));
			let unkeyed = host.collected?.unkeyed ?? 0;
			let whole = false;
			let empty = false;
			let cursor;
			let blocks;
			const since = complete ? undefined : (sync.cursor ?? undefined);
			for await (const page of source.read(since, host.signal, await observation.blocks())) {
				await observation.add(page.records);
				await ledger.renewTick(sync.id, token, settings.leaseTtl);
				unkeyed += page.unkeyed;
				cursor = page.cursor ?? cursor;
				whole = page.complete;
				blocks = page.blocks;
				empty = page.empty === true;
			}
			if (host.signal.aborted) throw new SyncError('retry', 'The sync was stopped while it read the source.');
			if (complete && whole) source.believe?.(await observation.weigh());
			const observed = await observation.finish({ complete: complete && whole, cursor, blocks, empty, token });
			this.result.observed = { ...observed, unkeyed, complete: complete && whole };
			if (settings.pushed && sync.completeReadAt !== null) await tellRepairs(ledger, sync, this.result, observed);
			judge(this.result, observed, { unkeyed, known: sync.records, complete: complete && whole });
		} catch (error) {
			await observation?.discard();
			if (error instanceof LedgerError) throw error;
			const refused = error instanceof SyncError && error.kind === 'refused';
			const what = refused ? 'What was read is not believed' : 'The source could not be read';
			trouble(this.result, 'source', `${what}: ${plain(error)}`);
		}
	}

	/** What is due, then a sweep whose time has come; while the sync is paused, what a person wants all the same. */
	async handOver(): Promise<void> {
		const { paused, checkWanted } = this.sync;
		if (paused) await this.undo();
		else await this.drain();
		if (!paused || checkWanted) await this.sweep();
	}

	/** Hands over what is due, then what the guard lets pass once everything due has been planned: see `sync/guard.ts`. */
	private async drain(): Promise<void> {
		await this.ledger.awaken(this.sync.id, this.token);
		// A record that came back under another key takes the link of the one that vanished, before that one is removed.
		if ((this.result.observed?.vanished ?? 0) > 0 && !(await this.handAll('new'))) return;
		await this.count();
		if (!(await this.handAll('all'))) return;
		// What was intended meanwhile is counted only now that all that was due has been planned.
		if ((await this.count()) > 0 && !(await this.handAll('passed'))) return;
		// What waited for these is due now; and what waits for that, after it.
		for (let turns = 0; turns < CHAIN && (await this.ledger.awaken(this.sync.id, this.token)) > 0; turns++) {
			if (!(await this.handAll('awaited'))) return;
		}
	}

	/** While it is paused, only what a person wants undone goes out. */
	private async undo(): Promise<void> {
		await this.handAll('undone');
	}

	/** Counts what is intended; how many links the guard let pass. */
	private async count(): Promise<number> {
		const { ledger, sync, token, settings, result } = this;
		const { released, held } = await ledger.countIntended(sync.id, token, settings.guard);
		result.released += released;
		result.held.push(...held);
		return released;
	}

	/** Hands over all that is due by now, each record once; false when no more should be. */
	private async handAll(which: 'new' | 'all' | 'passed' | 'undone' | 'awaited'): Promise<boolean> {
		const { ledger, sync, token, settings } = this;
		const before = await ledger.now();
		for (;;) {
			if (this.host.signal.aborted) return false;
			const { run, records, stuck } = await ledger.lease(sync.id, token, {
				...settings.batch,
				...(settings.unbounded !== true && { outstanding: OUTSTANDING }),
				ttl: settings.handedTtl ?? settings.leaseTtl,
				before,
				passedOnly: which === 'passed',
				newOnly: which === 'new',
				undoOnly: which === 'undone',
				awaitedOnly: which === 'awaited',
			});
			if (stuck && stuck.now - stuck.since > settings.stuckAfter) {
				trouble(
					this.result,
					'stuck',
					`${stuck.due} records wait: ${stuck.batches} batches were handed over to runs that have not ended, the last one at ${new Date(stuck.since).toISOString()}, and no more than ${OUTSTANDING} are under way at a time. See in n8n’s executions which runs wait, and let them go on; a run that was deleted there is given up when its leases end, at ${new Date(stuck.until).toISOString()}.`,
				);
			}
			if (records.length === 0) return true;
			if (!(await this.hand(run, records))) return false;
		}
	}

	/** A destination with a sweep due and no item on its way gets one. */
	private async sweep(): Promise<void> {
		const { ledger, sync, token, settings } = this;
		if (this.host.signal.aborted) return;
		const carried = await ledger.carrier(sync.id, token, settings.handedTtl ?? settings.leaseTtl);
		if (carried) await this.hand(carried.run, carried.records);
	}

	/** One batch through n8n. False when no more should be handed over in this tick. */
	private async hand(run: number, records: HandedRecord[]): Promise<boolean> {
		const { ledger, sync, token, settings, result, host } = this;
		const items = await outgoing(records, {
			sync: sync.id,
			name: settings.name,
			run,
			sensitive: settings.sensitive,
			source: async () => await this.open(),
			secret: async () => await ledger.secret(),
		});
		result.handed += items.length;
		result.runs++;
		if (items.length === 0) {
			await ledger.endRun(run, {
				ok: false,
				error: 'the record changed at the source while it was handed over',
				retryIn: 0,
			});
			return true;
		}
		const end = await host.handOver(items, async () => {
			await ledger.renewTick(sync.id, token, settings.leaseTtl);
			await ledger.renewRun(run, settings.leaseTtl);
		});
		await ledger.renewTick(sync.id, token, settings.leaseTtl);
		if (end.how === 'parked') {
			await ledger.renewRun(run, end.waits === undefined ? settings.parkedTtl : end.waits + AFTER_WAIT);
			return true;
		}
		if (end.how === 'silent' || end.how === 'full') return end.how === 'silent';
		const settled = await ledger.endRun(run, {
			ok: end.how === 'ended',
			error: end.error,
			retryIn: settings.retryIn,
		});
		result.unrouted += settled.unrouted + settled.unroutedLinked;
		if (settled.unroutedLinked > 0) {
			trouble(
				result,
				'dropped',
				`${settled.unroutedLinked} records that have a counterpart were dropped between the trigger and the destination. Use the scope of the mapping instead, which also removes.`,
			);
		}
		if (end.how === 'error') {
			trouble(
				result,
				'run',
				`A run failed${end.error ? `: ${end.error}` : ''}; ${settled.again} records will be tried again.`,
			);
			return false;
		}
		return true;
	}

	private async open(): Promise<Source> {
		if (!this.host.openSource)
			throw new SyncError('setup', 'This sync has no source that can be read: all of it is pushed.');
		return (this.source ??= await this.host.openSource());
	}

	async close(): Promise<void> {
		await this.source?.close();
	}
}
