/** What the runs of the workflow put out, read over n8n's own interface. */
import type { IDataObject } from 'n8n-workflow';

import { outputOf, type Api, type Execution } from '../../test/n8n/api';
import { NAMES } from './workflow';

export interface Outcome {
	outcome: string;
	key: string;
	name: string;
	text: string;
	changes: { field: string; was: unknown; now: unknown }[];
}

export interface HeldItem {
	hold: number;
	reason: string;
	count: number;
	names: string[];
	text: string;
}

export class Runs {
	private seen = 0;
	private readonly outcomes: Outcome[] = [];
	private readonly holds: HeldItem[] = [];
	private readonly failures: Outcome[] = [];
	/** What the trigger reported of the sync as a whole, as failed executions. */
	private readonly reports: { message: string; description: string }[] = [];

	constructor(
		private readonly api: Api,
		private readonly workflow: string,
	) {}

	/** Reads the runs that have ended since the last look; answers their outcomes. */
	async look(): Promise<Outcome[]> {
		const listed = await this.api.executions({ workflowId: this.workflow });
		const fresh = listed.filter(({ id, mode }) => Number(id) > this.seen && mode !== 'manual').reverse();
		const news: Outcome[] = [];
		for (const { id, status } of fresh) {
			// In order: one that is still running is read, with those after it, at the next look.
			if (['new', 'running', 'waiting', 'unknown'].includes(status)) break;
			this.seen = Number(id);
			news.push(...this.read(await this.api.execution(id)));
		}
		this.outcomes.push(...news);
		return news;
	}

	private read(execution: Execution): Outcome[] {
		const { error } = execution.data.resultData;
		if (error) this.reports.push({ message: error.message, description: String(error.description ?? '') });
		const json = (output: number): IDataObject[] =>
			outputOf(execution, NAMES.destination, output).map((item) => item.json);
		this.holds.push(...(json(1) as unknown as HeldItem[]));
		const failed = json(2) as unknown as Outcome[];
		this.failures.push(...failed);
		return [...(json(0) as unknown as Outcome[]), ...failed];
	}

	/** The newest outcome of that kind for that person. */
	find(outcome: string, { employee_no }: { employee_no: number }): Outcome | undefined {
		return this.outcomes.findLast((one) => one.outcome === outcome && one.key === String(employee_no));
	}

	get held(): HeldItem[] {
		return this.holds;
	}

	get failed(): Outcome[] {
		return this.failures;
	}

	reported(pattern: RegExp): { message: string; description: string } | undefined {
		return this.reports.findLast(({ message, description }) => pattern.test(message) || pattern.test(description));
	}

	/** How many records of each outcome; a hold counts the removals that it holds. */
	counts(): Record<string, number> {
		const counts: Record<string, number> = {
			created: 0,
			adopted: 0,
			updated: 0,
			healed: 0,
			deactivated: 0,
			reactivated: 0,
			held: 0,
			failed: 0,
		};
		for (const { outcome } of this.outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
		for (const { count } of this.holds) counts['held']! += count;
		return counts;
	}
}
