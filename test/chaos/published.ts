/** The workflows as they are published now, and everybody who publishes them anew: who edits them, and who releases holds. */
import { until } from '../n8n/until';
import type { Instances } from './instances';
import type { Random } from './random';
import { accounts, badges, roster, type Variant, type Wiring } from './workflows';
import type { Table } from './world';

export const which = ['roster', 'accounts', 'badges'] as const;
export type Which = (typeof which)[number];

const MAKE = { roster, accounts, badges };
const FIRST: Variant = { number: 0, loud: false, parks: false };

export class Published {
	/** How often a workflow was edited, and how often a hold was released. */
	edited = 0;
	released = 0;
	private readonly variants: Record<Which, Variant> = { roster: FIRST, accounts: FIRST, badges: FIRST };
	private ids!: Record<Which, string>;
	private asked = { hold: 0, at: 0 };

	constructor(
		private readonly random: Random,
		private readonly n8n: Instances,
		private readonly wiring: Wiring,
	) {}

	/** For the first time. */
	async start(): Promise<void> {
		const ids: string[] = [];
		for (const one of which) {
			const { id } = await this.n8n.main.api.createWorkflow(MAKE[one](FIRST, this.wiring));
			await this.n8n.main.api.activate(id);
			ids.push(id);
			// Badges refer to accounts.
			if (one === 'accounts') this.wiring.accounts = id;
		}
		this.ids = { roster: ids[0]!, accounts: ids[1]!, badges: ids[2]! };
	}

	/** Whether the mapping that is published for a table writes teams in capital letters. */
	loud(table: Table): boolean {
		return this.variants[table === 'accounts' || table === 'badges' ? table : 'roster'].loud;
	}

	/** Edited and renamed, all nodes too, and published. */
	async edit(one: Which, parks: boolean, timesOut: boolean): Promise<string> {
		this.variants[one] = {
			number: this.variants[one].number + 1,
			loud: this.random.chance(0.5),
			parks,
			...(timesOut && { timeout: this.random.between(1, 4) }),
		};
		try {
			await this.put(one);
			this.edited++;
			return `${one} published anew${parks ? ', with a long wait' : ''}${timesOut ? ', and its runs time out' : ''}`;
		} catch (error) {
			return `${one} could not be published (${error instanceof Error ? error.message.split('\n')[0]!.slice(0, 100) : String(error)})`;
		}
	}

	/** A person looks at what is held, and lets the oldest hold pass; '' where there was nothing to do. */
	async release(): Promise<string> {
		try {
			const [hold] = await this.n8n.ledger.openHolds();
			const again = hold?.id === this.asked.hold && performance.now() - this.asked.at < 30_000;
			const one = which.find((name) => this.ids[name] === hold?.workflow);
			if (!hold || !one || again) return '';
			this.variants[one] = { ...this.variants[one], release: hold.id };
			await this.put(one);
			this.asked = { hold: hold.id, at: performance.now() };
			this.released++;
			return `released: ${hold.reason}`;
		} catch {
			return ''; // n8n or the ledger is down just now
		}
	}

	/** As they are, without what keeps runs from their end. */
	async calm(): Promise<void> {
		for (const one of which) {
			this.variants[one] = { ...this.variants[one], parks: false, timeout: undefined };
			// n8n may still be finding its own database again.
			await until(() => this.put(one).then(() => true), {
				timeout: 180_000,
				every: 1000,
				what: `${one} to be published`,
			});
		}
	}

	private async put(one: Which): Promise<void> {
		const { api } = this.n8n.main;
		await api.updateWorkflow(this.ids[one], MAKE[one](this.variants[one], this.wiring));
		await api.activate(this.ids[one]);
	}
}
