/**
 * What goes wrong: a kill a round, often two, and around it a bad network, stopped runs, workflows that are published anew, and a
 * ledger that is put back from a copy.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import { until } from '../n8n/until';
import type { Driver } from './driver';
import type { Instances } from './instances';
import { draw, type Kill, type Round } from './program';
import { which, type Published } from './published';
import type { Random } from './random';
import type { Strangers } from './strangers';
import { written, type Place } from './world';

export class Torment {
	kills = 0;
	stopped = 0;
	/** Kills by what was killed. */
	readonly killed: Record<string, number> = {};
	/** Runs that n8n had put away when somebody looked. */
	readonly parked = new Set<string>();
	/** How many rows the sync wrote under torment. */
	written = 0;
	private copy: { path: string; known: ReadonlySet<string> } | undefined;
	private readonly rounds: Round[];

	constructor(
		private readonly random: Random,
		private readonly n8n: Instances,
		private readonly source: Place,
		private readonly destination: Place,
		private readonly published: Published,
		private readonly driver: Driver,
		private readonly strangers: Strangers,
		rounds: number,
		private readonly say: (text: string) => void,
	) {
		this.rounds = draw(random, rounds, n8n.workers.length > 0);
	}

	get cuts(): number {
		return this.places.reduce((sum, { proxy }) => sum + proxy.cuts, 0);
	}

	get doubled(): number {
		return this.places.reduce((sum, { proxy }) => sum + proxy.doubled, 0);
	}

	private get places(): Place[] {
		return [this.source, this.destination, ...(this.n8n.home ? [this.n8n.home] : [])];
	}

	async run(): Promise<void> {
		for (const [number, round] of this.rounds.entries()) {
			const done = await this.round(round);
			this.say(
				`  ${number + 1}/${this.rounds.length}: ${done.filter((text) => text !== '').join(', ')}; ${await written(this.destination)} rows written so far`,
			);
		}
		this.mend();
		this.written = await written(this.destination);
		this.driver.copyIsBack();
		await this.n8n.revive();
		await this.published.calm();
	}

	private async round({ kill, second, copies, parks, timesOut }: Round): Promise<string[]> {
		const { random } = this;
		// Now and then long enough for the sync to get through with everything.
		await sleep(random.chance(0.2) ? random.between(10_000, 20_000) : random.between(300, 4000));
		const done: string[] = [];
		if (copies) done.push(await this.takeCopy());
		for (let times = random.between(0, 2); times > 0; times--) {
			if (random.chance(0.8)) await this.busy(3000);
			done.push(this.mischief());
			await sleep(random.between(0, 1500));
		}
		if (random.chance(0.3)) done.push(await this.stop());
		if (parks) done.push(await this.published.edit('roster', true, false));
		else if (timesOut || random.chance(0.2))
			done.push(await this.published.edit(random.one(which), false, timesOut));
		done.push(await this.published.release());
		await this.watch();
		const moment = random.chance(0.6) ? await this.busy(6000) : 'whenever';
		await sleep(random.between(0, 60));
		const killed = [this.kill(kill)];
		if (second) {
			const later = random.between(0, 4000);
			killed.push(sleep(later).then(async () => await this.kill(second, [this.source, this.destination])));
		}
		done.push(`${(await Promise.all(killed)).join(' and ')} killed (${moment})`);
		this.mend();
		if (await this.n8n.revive()) done.push('what had ended by itself was started again');
		return done;
	}

	private mend(): void {
		for (const { proxy } of this.places) proxy.tell('mend');
	}

	private mischief(): string {
		const { random } = this;
		const { name, proxy } = random.one([...this.places, this.destination]);
		return random.weighted<() => string>([
			[3, () => (proxy.tell('cut'), `connections to ${name} cut`)],
			[3, () => (proxy.tell('swallow'), `answers of ${name} swallowed`)],
			[2, () => (proxy.tell('cutAfter', random.between(1, 60_000)), `answers of ${name} cut short`)],
			[2, () => (proxy.tell('delay', random.between(30, 600)), `${name} slow`)],
			[1, () => (proxy.tell('refuse'), `${name} out of reach`)],
			[2, () => (proxy.tell('late', random.between(500, 40_000)), `what was under way to ${name} comes late`)],
			[2, () => (proxy.tell('halfOpen', random.between(1000, 30_000)), `connections to ${name} half open`)],
			[1, () => (proxy.tell('double', random.between(1000, 20_000)), `connections to ${name} come twice`)],
		])();
	}

	/** n8n's stop button, on a run that is under way or put away. */
	private async stop(): Promise<string> {
		const { api } = this.n8n.main;
		try {
			const runs = [
				...(await api.executions({ status: 'running' })),
				...(await api.executions({ status: 'waiting' })),
			];
			if (runs.length === 0) return '';
			const { id, status } = this.random.one(runs);
			await api.request('POST', `/rest/executions/${id}/stop`);
			this.stopped++;
			return status === 'waiting' ? 'a run that had been put away stopped' : 'a run stopped';
		} catch {
			return ''; // it had just ended
		}
	}

	/** Which runs are put away; and whose counterparts the ledger knows again since it was put back. */
	private async watch(): Promise<void> {
		try {
			for (const { id } of await this.n8n.main.api.executions({ status: 'waiting' })) this.parked.add(id);
			if (this.driver.waiting) await this.driver.known(await this.n8n.ledger.known());
		} catch {
			// something of it is down just now
		}
	}

	private async takeCopy(): Promise<string> {
		try {
			this.driver.beforeCopy();
			const known = new Set((await this.n8n.ledger.known()).map(({ key, table }) => `${table} ${key}`));
			await this.driver.copied(known);
			this.copy = { path: await this.n8n.ledger.copy(), known };
			return 'the ledger copied';
		} catch {
			return 'the ledger could not be copied';
		}
	}

	private async putBack(): Promise<void> {
		if (this.copy === undefined) return;
		const { path, known } = this.copy;
		// Either database may be down just now.
		await until(async () => (await this.strangers.look(known), true), { what: 'both databases' });
		await this.n8n.ledger.restore(path);
		this.copy = undefined;
		this.driver.copyIsBack();
	}

	/** Waits, for a while, until the sync is just writing to the destination. */
	private async busy(patience: number): Promise<string> {
		const end = performance.now() + patience;
		while (performance.now() < end) {
			try {
				const [row] = await this.destination.direct.all(
					sql<{
						count: number;
					}>`SELECT count(*) AS count FROM pg_stat_activity WHERE usename = 'sync' AND state <> 'idle'`,
				);
				if (Number(row!.count) > 0) return 'while it wrote';
			} catch {
				return 'whenever';
			}
			await sleep(40);
		}
		return 'nothing to write';
	}

	/** `proxies`: before which databases one may be killed. */
	private async kill(kill: Kill, proxies = this.places): Promise<string> {
		const what = await this.strike(kill, proxies);
		this.kills++;
		this.killed[what] = (this.killed[what] ?? 0) + 1;
		return what;
	}

	/** SIGKILL, a pause, and up again; answers with what it was. */
	private async strike(kill: Kill, proxies: Place[]): Promise<string> {
		const { random, n8n } = this;
		const pause = async () => {
			await sleep(random.between(0, 1500));
			n8n.home?.proxy.tell('mend'); // n8n does not start without its own database
		};
		const database = async ({ name, server }: Place) => {
			await server.kill();
			await pause();
			await server.start();
			return `${name}’s database`;
		};
		switch (kill) {
			case 'n8n':
				await n8n.killMain(pause);
				return 'n8n';
			case 'worker':
				await n8n.killWorker(random.between(0, n8n.workers.length - 1), pause);
				return 'a worker';
			case 'restore': {
				const copied = this.copy !== undefined;
				await n8n.killAll(async () => {
					await pause();
					await this.putBack();
				});
				return copied ? 'n8n (and an older ledger put back)' : 'n8n';
			}
			case 'redis':
				await n8n.redis!.kill();
				await pause();
				await n8n.redis!.start();
				return 'Redis';
			case 'proxy': {
				const { name, proxy } = random.one(proxies);
				await proxy.kill();
				await pause();
				await proxy.start();
				return `the proxy before ${name}’s database`;
			}
			case 'destination':
				return await database(this.destination);
			case 'source':
				return await database(this.source);
			case 'home':
				return await database(n8n.home!);
		}
	}
}
