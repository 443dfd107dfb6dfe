/** The trigger's ticks, one at a time, and what n8n is told of them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ITriggerFunctions } from 'n8n-workflow';

import { tick, type TickResult, type TickSettings } from '../../../sync/tick';
import type { Ledger } from '../../../sync/ledger';
import type { Source } from '../../../sync/types';
import { nodeError, whole } from '../errors';
import { doubtLedger, openLedger } from '../ledger';
import { Host } from './host';
import { onNudge } from './nudges';
import type { LoopSettings } from './settings';

/** How long a stopped tick is waited for. */
const FAREWELL = 5000;
/** Milliseconds between two looks for what other processes brought, and how far back each one looks. */
const LOOK = 1000;
const BACK = 5000;
/** Milliseconds that runs which something woke are apart at least, so that many changes become few runs. */
const GATHER = 500;
/** Milliseconds that the first change after a quiet time waits for others that come with it. */
const TOGETHER = 20;
/** Milliseconds between two looks after other syncs; one loop of the process looks for all. */
const WATCH = 15_000;
let watchedAt = Number.NEGATIVE_INFINITY;

export class Loop {
	private readonly stop = new AbortController();
	private readonly holder = randomUUID();
	private readonly host: Host;
	private running: Promise<void> | undefined;
	private waking = false;
	/** Whether the next tick that something wakes reads the source, too. */
	private whole = false;
	private readonly unlisten: () => void;
	private readonly looking: NodeJS.Timeout;
	private startedAt = Number.NEGATIVE_INFINITY;
	private wokenAt = Number.NEGATIVE_INFINITY;
	/** A tick could not even run, and n8n was told so. */
	private broken = false;

	constructor(
		private readonly context: ITriggerFunctions,
		private readonly settings: LoopSettings,
		openSource?: () => Promise<Source>,
	) {
		this.host = new Host(context, this.stop.signal, openSource);
		this.unlisten = onNudge(settings.tick.identity, (drainOnly) => this.nudged(drainOnly));
		this.looking = setInterval(() => void this.look(), LOOK).unref();
	}

	/**
	 * n8n's clock struck: a tick begins unless one is under way or it is too early. Within the time for which what comes is
	 * gathered, it hands nothing over.
	 */
	struck(): void {
		const { apart } = this.settings.schedule;
		if (
			this.running ||
			this.stop.signal.aborted ||
			(apart !== undefined && performance.now() - this.startedAt < apart)
		)
			return;
		this.startedAt = performance.now();
		this.whole = false;
		const { gather } = this.settings;
		const keepBack = gather !== undefined && performance.now() < this.wokenAt + gather;
		this.running = this.once({ keepBack }).finally(() => (this.running = undefined));
	}

	/**
	 * Something came in: a tick begins at once after a quiet time, else a little later, when the one that is under way has
	 * ended. `drainOnly`: there is nothing to read for it.
	 */
	nudged(drainOnly = false): void {
		if (this.stop.signal.aborted) return;
		if (!drainOnly) this.whole = true;
		if (this.waking) return;
		this.waking = true;
		void this.wake();
	}

	private async wake(): Promise<void> {
		const gather = this.settings.gather ?? GATHER;
		const left = this.wokenAt + gather - performance.now();
		await delay(Math.max(Math.min(TOGETHER, gather), left), undefined, { ref: false });
		this.waking = false;
		await this.running;
		this.awake();
	}

	private awake(): void {
		if (this.running || this.stop.signal.aborted) return;
		this.wokenAt = performance.now();
		const drainOnly = !this.whole && this.settings.tick.pushed !== true;
		this.whole = false;
		this.running = this.once({ drainOnly }).finally(() => (this.running = undefined));
	}

	/** Whether another process of this n8n brought something: a worker, or one that only takes webhooks. Never rejects. */
	private async look(): Promise<void> {
		if (this.running || this.waking) return;
		try {
			const ledger = await openLedger();
			if (!ledger.shared) clearInterval(this.looking);
			else if (await ledger.arrived(this.settings.tick.identity, BACK)) this.nudged(true);
		} catch {
			// The next tick meets the same, and says so.
		}
	}

	/** Waits for the tick that is under way. */
	async idle(): Promise<void> {
		await this.running;
	}

	/** Stops the tick that is under way, and waits a little for it. */
	async close(): Promise<void> {
		this.unlisten();
		clearInterval(this.looking);
		this.stop.abort();
		if (this.running) await Promise.race([this.running, delay(FAREWELL, undefined, { ref: false })]);
	}

	/** Never rejects. */
	private async once(how: Pick<TickSettings, 'drainOnly' | 'keepBack'>): Promise<void> {
		try {
			// n8n saves this with the workflow, so that a ledger that is older than it is noticed.
			const remembered = this.context.getWorkflowStaticData('node');
			const seen = Number(remembered['ledger'] ?? 0);
			const began = performance.now();
			const ledger = await openLedger();
			const { every = null } = this.settings.schedule;
			const result = await tick(ledger, this.host, {
				tickEvery: every,
				...this.settings.tick,
				holder: this.holder,
				seen,
				...how,
			});
			if (result.sequence !== undefined) remembered['ledger'] = result.sequence;
			if (!result.busy && !this.stop.signal.aborted) {
				if (how.drainOnly !== true) this.tell(result);
				await this.again(ledger, result, performance.now() - began);
			}
			await this.watch(ledger);
		} catch (error) {
			await doubtLedger();
			if (this.stop.signal.aborted) return;
			if (!this.broken) this.report('could not run', whole(error));
			this.broken = true;
		}
	}

	/** What changed again while its older version was under way is not left to the next strike of the clock. */
	private async again(ledger: Ledger, { handed }: TickResult, took: number): Promise<void> {
		if (handed > 0 && (await ledger.arrived(this.settings.tick.identity, took))) this.nudged(true);
	}

	/** One failed execution when the sync turns from healthy to failing or back, so that the error workflow hears of it once. */
	private tell({ turned, health, troubles }: TickResult): void {
		const recovered = this.broken && health === 'healthy';
		if (turned || recovered) {
			if (health === 'failing') this.report('is failing', troubles.join('\n'));
			else
				this.report(
					'is healthy again',
					'Everything that was due has been done or is on its way. This is no failure: it only says that the last one is over.',
				);
		}
		this.broken = false;
	}

	/** Looks after all syncs of this n8n, now and then: one whose trigger is dead cannot say so itself. */
	private async watch(ledger: Ledger): Promise<void> {
		const at = performance.now();
		if (this.stop.signal.aborted || at - watchedAt < WATCH) return;
		watchedAt = at;
		// The process's own age: what stopped while n8n was down goes on now.
		for (const { name, workflow, text } of await ledger.tellStale(this.context.getInstanceId(), at)) {
			const own = name === this.settings.tick.name;
			this.context.saveFailedExecution(
				nodeError(this.context.getNode(), `The sync “${name}” has stopped`, {
					description: `${text} ${own ? '' : `This is told by “${this.settings.tick.name}”, which looks after the others. `}See whether the workflow ${workflow} of “${name}” is published and what its last executions say. If it is meant to rest, pause it with the node Sync Ledger; if it is over, forget it there.`,
				}),
			);
		}
	}

	private report(what: string, description: string): void {
		const { name } = this.settings.tick;
		this.context.saveFailedExecution(
			nodeError(this.context.getNode(), `The sync “${name}” ${what}`, { description }),
		);
	}
}
