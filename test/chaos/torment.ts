/** What goes wrong: one kill a round, and around it a bad network, stopped runs, and workflows that are published anew. */
import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import type { Instances } from './instances';
import type { Random } from './random';
import { accounts, roster, type Variant, type Wiring } from './workflows';
import { written, type Place, type Table } from './world';

interface Published {
	id: string;
	variant: Variant;
	make: typeof roster;
}

export class Torment {
	kills = 0;
	stopped = 0;
	published = 0;
	/** Kills by what was killed. */
	readonly killed: Record<string, number> = {};
	/** How many rows the sync wrote under torment. */
	written = 0;
	private readonly workflows: Record<'roster' | 'accounts', Published>;

	constructor(
		private readonly random: Random,
		private readonly n8n: Instances,
		private readonly source: Place,
		private readonly destination: Place,
		private readonly wiring: Wiring,
		ids: { roster: string; accounts: string },
		private readonly say: (text: string) => void,
	) {
		const variant = { number: 0, loud: false, parks: false };
		this.workflows = {
			roster: { id: ids.roster, variant, make: roster },
			accounts: { id: ids.accounts, variant, make: accounts },
		};
	}

	get cuts(): number {
		return this.places.reduce((sum, { proxy }) => sum + proxy.cuts, 0);
	}

	/** Whether the mapping that is published for a table writes teams in capital letters. */
	loud(table: Table): boolean {
		return this.workflows[table === 'accounts' ? 'accounts' : 'roster'].variant.loud;
	}

	private get places(): Place[] {
		return [this.source, this.destination, ...(this.n8n.home ? [this.n8n.home] : [])];
	}

	async round(number: number, of: number): Promise<void> {
		const { random } = this;
		// Now and then long enough for the sync to get through with everything.
		await sleep(random.chance(0.2) ? random.between(12_000, 25_000) : random.between(500, 6000));
		const done: string[] = [];
		for (let times = random.between(0, 2); times > 0; times--) {
			if (random.chance(0.8)) await this.busy(4000);
			done.push(this.mischief());
			await sleep(random.between(0, 1500));
		}
		if (random.chance(0.3)) done.push(await this.stop());
		if (random.chance(0.25)) done.push(await this.publish(random.one(['roster', 'accounts'])));
		const moment = random.chance(0.6) ? await this.busy(9000) : 'whenever';
		await sleep(random.between(0, 60));
		done.push(`${await this.kill()} killed (${moment})`);
		this.mend();
		if (await this.n8n.revive()) done.push('what had ended by itself was started again');
		this.say(
			`  ${number}/${of}: ${done.filter((text) => text !== '').join(', ')}; ${await written(this.destination)} rows written so far`,
		);
	}

	/** Nothing goes wrong any more: all is up, and each workflow is published once more as it is. */
	async end(): Promise<void> {
		this.mend();
		this.written = await written(this.destination);
		await this.n8n.revive();
		for (const which of ['roster', 'accounts'] as const) {
			this.workflows[which].variant.parks = false;
			await this.put(this.workflows[which]);
		}
	}

	private mend(): void {
		for (const { proxy } of this.places) proxy.mend();
	}

	private mischief(): string {
		const { random } = this;
		const { name, proxy } = random.one([...this.places, this.destination]);
		return random.weighted<() => string>([
			[3, () => `${proxy.cut()} connections to ${name} cut`],
			[3, () => (proxy.swallow(), `answers of ${name} swallowed`)],
			[2, () => (proxy.cutAfter(random.between(1, 60_000)), `answers of ${name} cut short`)],
			[2, () => (proxy.delay(random.between(30, 600)), `${name} slow`)],
			[1, () => (proxy.refuse(), `${name} out of reach`)],
		])();
	}

	/** n8n's stop button, on a run that is under way. */
	private async stop(): Promise<string> {
		const { api } = this.n8n.main;
		try {
			const running = await api.executions({ status: 'running' });
			if (running.length === 0) return '';
			await api.request('POST', `/rest/executions/${this.random.one(running).id}/stop`);
			this.stopped++;
			return 'a run stopped';
		} catch {
			return ''; // it had just ended
		}
	}

	/** The workflow is edited, renamed and published anew. */
	private async publish(which: 'roster' | 'accounts'): Promise<string> {
		const workflow = this.workflows[which];
		const { number } = workflow.variant;
		const parks = which === 'roster' && this.random.chance(0.3);
		workflow.variant = { number: number + 1, loud: this.random.chance(0.5), parks };
		try {
			await this.put(workflow);
			this.published++;
			return `${which} published anew${parks ? ', with a long wait' : ''}`;
		} catch (error) {
			return `${which} could not be published (${error instanceof Error ? error.message.slice(0, 100) : String(error)})`;
		}
	}

	private async put({ id, variant, make }: Published): Promise<void> {
		const { api } = this.n8n.main;
		await api.updateWorkflow(id, make(variant, this.wiring));
		await api.activate(id);
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
			await sleep(15);
		}
		return 'nothing to write';
	}

	private async kill(): Promise<string> {
		const { random, n8n } = this;
		const pause = async () => {
			await sleep(random.between(0, 1500));
			n8n.home?.proxy.mend(); // n8n does not start without its own database
		};
		const database = async ({ name, server }: Place) => {
			await server.kill();
			await pause();
			await server.start();
			return `${name}’s database`;
		};
		const choices: Array<[number, () => Promise<string>]> = [
			[n8n.workers.length > 0 ? 5 : 6, async () => (await n8n.killMain(pause), 'n8n')],
			[4, () => database(this.destination)],
			[1, () => database(this.source)],
		];
		for (const number of n8n.workers.keys())
			choices.push([2, async () => (await n8n.killWorker(number, pause), 'a worker')]);
		if (n8n.home) choices.push([3, () => database(n8n.home!)]);
		const what = await random.weighted(choices)();
		this.kills++;
		this.killed[what] = (this.killed[what] ?? 0) + 1;
		return what;
	}
}
