/**
 * One tick of a sync: observe, drain, sweep, tell. The conductor of the whole loop; what it needs from outside (the
 * ledger, a source, a way to hand items over, a way to wait) it is given.
 */
import { canonical, set } from './canonical';
import { conceal, isKeyed } from './fingerprint';
import type { Stamp } from './items';
import type {
	DestinationSeen,
	DueCounts,
	HandedRecord,
	Hold,
	Ledger,
	ObservationResult,
	RemovalGuard,
	SyncIdentity,
	SyncRow,
} from './ledger';
import { SyncError, type Fields, type Source } from './types';

export interface OutgoingItem {
	fields: Fields;
	stamp: Stamp;
}

/** How a run that was started with a batch ended, as far as its starter can tell. */
export interface RunEnd {
	/** `parked`: it waits (a Wait node); `silent`: nothing was heard of it for too long. */
	how: 'ended' | 'parked' | 'silent' | 'error';
	error?: string;
}

export interface TickHost {
	/** Starts a run with a batch and waits for its end; calls `alive` now and then meanwhile. */
	handOver(items: OutgoingItem[], alive: () => Promise<void>): Promise<RunEnd>;
	/** Opens the source; called once a tick at most. */
	openSource(): Promise<Source>;
	/** The destinations that stand behind the trigger now. */
	destinations(): DestinationSeen[];
	signal: AbortSignal;
}

export interface TickSettings {
	identity: SyncIdentity;
	name: string;
	takeOver?: string;
	/** A hold that a person lets pass. */
	release?: number;
	/** Tells one holder of the tick's lease from another. */
	holder: string;
	sensitive: string[];
	/** Milliseconds between complete reads where changes are followed; null: every read is complete. */
	completeEvery: number | null;
	/** Milliseconds between sweeps; null: never. */
	sweepEvery: number | null;
	guard: RemovalGuard;
	batch: { keys: number; bytes: number };
	/** Milliseconds a handed batch stays leased without a sign of life, and how long a failed run waits. */
	leaseTtl: number;
	retryIn: number;
	/** The newest number of the ledger that the workflow remembers. */
	seen?: number;
	/** Days that the history is kept. */
	historyDays: number;
	/** Milliseconds that a parked run keeps its leases. */
	parkedTtl: number;
}

export interface TickResult {
	/** Another tick of this sync was running. */
	busy: boolean;
	observed?: ObservationResult & { unkeyed: number; complete: boolean };
	/** Records handed over, and how many runs carried them. */
	handed: number;
	runs: number;
	released: number;
	held: Hold[];
	unrouted: number;
	counts?: DueCounts;
	/** What is wrong, one sentence each; empty when the sync is healthy. */
	troubles: string[];
	/** Their kinds: a kind that was not there when the sync was last told of is news, though it was failing already. */
	kinds: string[];
	/** Healthy before and failing now, or the other way round. */
	turned: boolean;
	/** The newest number of the ledger, for the workflow to remember. */
	sequence?: number;
	health: 'healthy' | 'failing';
}

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
	if (settings.seen !== undefined && (await ledger.checkAge(sync.id, settings.seen))) {
		trouble(
			result,
			'older ledger',
			'The ledger is older than this workflow remembers: it was lost, or restored from a copy. Everything is compared anew, and every removal is held until you release it.',
		);
	}
	await ledger.destinationsSeen(sync.id, host.destinations(), settings.sweepEvery);
	const token = await ledger.beginTick(sync.id, settings.holder, settings.leaseTtl);
	if (token === undefined) return { ...result, busy: true };
	const turn = new Turn(ledger, host, settings, sync, token, result);
	try {
		if (settings.release !== undefined) await ledger.release(sync.id, settings.release);
		await turn.observe();
		await turn.drain();
		await turn.sweep();
		await turn.tell();
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
			completeEvery === null || sync.completeReadAt === null || sync.now - sync.completeReadAt >= completeEvery;
		let observation;
		try {
			const source = (this.source ??= await host.openSource());
			await ledger.sourceIs(sync.id, source.place ?? null);
			observation = await ledger.observe(sync.id, token, source.tag, settings.sensitive);
			let unkeyed = 0;
			let whole = false;
			let cursor;
			for await (const page of source.read(complete ? undefined : (sync.cursor ?? undefined), host.signal)) {
				await observation.add(page.records);
				await ledger.renewTick(sync.id, token, settings.leaseTtl);
				unkeyed += page.unkeyed;
				cursor = page.cursor ?? cursor;
				whole = page.complete;
			}
			if (host.signal.aborted) throw new SyncError('retry', 'The sync was stopped while it read the source.');
			const observed = await observation.finish({ complete: complete && whole, cursor });
			this.result.observed = { ...observed, unkeyed, complete: complete && whole };
			this.judge(observed, unkeyed);
		} catch (error) {
			await observation?.discard();
			trouble(this.result, 'source', `The source could not be read: ${plain(error)}`);
		}
	}

	private judge(observed: ObservationResult, unkeyed: number): void {
		const { result } = this;
		if (observed.emptied) {
			trouble(
				result,
				'emptied',
				`The source gave no record at all, though ${this.sync.records} are known. Nothing was removed. If it is meant to be empty, delete the rows in the destination yourself.`,
			);
		}
		if (observed.duplicates.count > 0) {
			trouble(
				result,
				'duplicates',
				`${observed.duplicates.count} keys came more than once with different fields, and were left as they were: ${observed.duplicates.sample.slice(0, 5).join(', ')}. Choose key columns that are unique.`,
			);
		}
		if (unkeyed > 0) trouble(result, 'unkeyed', `${unkeyed} rows have an empty key and were left out.`);
	}

	/** Hands over what is due, then what the guard lets pass once everything due has been planned. */
	async drain(): Promise<void> {
		await this.count();
		if (!(await this.handAll(false))) return;
		// Those that left the scope are counted only now that all that was due has been planned.
		if ((await this.count()) > 0) await this.handAll(true);
	}

	/** Counts intended removals against the guard; how many it let pass. */
	private async count(): Promise<number> {
		const { ledger, sync, token, settings, result } = this;
		const { released, held } = await ledger.countRemovals(sync.id, token, settings.guard);
		result.released += released;
		result.held.push(...held);
		return released;
	}

	/** Hands over all that is due by now, each record once; false when no more should be. */
	private async handAll(removalsOnly: boolean): Promise<boolean> {
		const { ledger, sync, token, settings } = this;
		const before = await ledger.now();
		for (;;) {
			if (this.host.signal.aborted) return false;
			const { run, records } = await ledger.lease(sync.id, token, {
				...settings.batch,
				ttl: settings.leaseTtl,
				before,
				removalsOnly,
			});
			if (records.length === 0) return true;
			if (!(await this.hand(run, records))) return false;
		}
	}

	/** A destination with a sweep due and no item on its way gets one. */
	async sweep(): Promise<void> {
		const { ledger, sync, token, settings } = this;
		if (this.host.signal.aborted) return;
		const carried = await ledger.carrier(sync.id, token, settings.leaseTtl);
		if (carried) await this.hand(carried.run, carried.records);
	}

	/** One batch through n8n. False when no more should be handed over in this tick. */
	private async hand(run: number, records: HandedRecord[]): Promise<boolean> {
		const { ledger, sync, token, settings, result, host } = this;
		const items = await this.items(run, records);
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
			await ledger.renewRun(run, settings.parkedTtl);
			return true;
		}
		if (end.how === 'silent') return true;
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

	/** Items for a batch; sensitive values are read from the source again, for the ledger does not have them. */
	private async items(run: number, records: HandedRecord[]): Promise<OutgoingItem[]> {
		const { settings, sync } = this;
		const fetched = await this.fetchSensitive(records);
		const items: OutgoingItem[] = [];
		for (const record of records) {
			const fields = fetched === undefined ? record.fields : fetched.get(record.key);
			if (fields === undefined) continue;
			items.push({
				fields,
				stamp: {
					id: sync.id,
					name: settings.name,
					key: record.key,
					version: record.version,
					change: record.change,
					reason: record.reason,
					for: record.for,
					run,
					...(record.name !== null && { label: record.name }),
					...(settings.sensitive.length > 0 && { sensitive: settings.sensitive }),
				},
			});
		}
		return items;
	}

	/** Undefined where nothing is sensitive. A record that reads otherwise now than when it was observed is left out. */
	private async fetchSensitive(records: HandedRecord[]): Promise<Map<string, Fields> | undefined> {
		const { settings, host } = this;
		if (settings.sensitive.length === 0) return undefined;
		const fields = new Map<string, Fields>();
		const wanted: HandedRecord[] = [];
		for (const record of records) {
			if (record.change === 'removed' || !settings.sensitive.some((name) => isKeyed(record.fields[name])))
				fields.set(record.key, without(record.fields));
			else wanted.push(record);
		}
		if (wanted.length === 0) return fields;
		const source = (this.source ??= await host.openSource());
		if (!source.fetch)
			throw new SyncError('setup', 'This source cannot read single records again, which sensitive fields need.');
		const now = new Map((await source.fetch(wanted.map(({ key }) => key))).map((record) => [record.key, record]));
		const secret = await this.ledger.secret();
		for (const record of wanted) {
			const found = now.get(record.key);
			if (found && canonical(conceal(found.fields, settings.sensitive, secret)) === canonical(record.fields))
				fields.set(record.key, found.fields);
		}
		return fields;
	}

	/** Puts together how the sync feels, and says whether that is news. */
	async tell(): Promise<void> {
		const { ledger, sync, result } = this;
		result.counts = await ledger.counts(sync.id);
		for (const { name, text } of await ledger.down(sync.id))
			trouble(result, `down ${name}`, `${name} cannot be written to: ${text}`);
		for (const { reason, id } of await ledger.openHolds(sync.id)) {
			trouble(
				result,
				`hold ${id}`,
				`${reason}. They are held. If they are right, set the option Release Hold of the trigger to ${id}; if not, mend the source, and they free themselves.`,
			);
		}
		if (result.counts.failed > 0) {
			const [first] = await ledger.failures(sync.id, 1);
			const reason = first ? ` The first: ${first.name ?? first.key}: ${first.error}` : '';
			trouble(result, 'failed', `${result.counts.failed} records failed and were given up for now.${reason}`);
		}
		// What failed and waits for its next try is no sign of health; neither is it news.
		if (result.troubles.length === 0 && result.counts.later > 0 && sync.health === 'failing') {
			result.health = 'failing';
			return;
		}
		result.health = result.troubles.length === 0 ? 'healthy' : 'failing';
		const { turned } = await ledger.setHealth(
			sync.id,
			result.health,
			result.troubles.join('\n') || null,
			result.kinds,
		);
		result.turned = turned;
	}

	async close(): Promise<void> {
		await this.source?.close();
	}
}

/** A removed record's fields without the fingerprints that stand for sensitive values. */
function without(fields: Fields): Fields {
	const kept: Fields = {};
	for (const [name, value] of Object.entries(fields)) if (!isKeyed(value)) set(kept, name, value);
	return kept;
}

function trouble(result: TickResult, kind: string, text: string): void {
	result.troubles.push(text);
	result.kinds.push(kind);
}

function plain(error: unknown): string {
	if (error instanceof SyncError) {
		return error.detail.todo ? `${error.message.replace(/[.\s]+$/u, '')}. ${error.detail.todo}` : error.message;
	}
	return error instanceof Error ? error.message : String(error);
}
