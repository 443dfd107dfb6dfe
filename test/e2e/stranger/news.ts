/** What n8n's list of executions tells its user: the failed ones, each once, in their order. */
import type { Api } from '../../n8n/api';
import { until } from '../../n8n/until';

export class News {
	private readonly read = new Set<string>();

	constructor(
		private api: Api,
		private readonly workflow: string,
	) {}

	/** The same workflow in an n8n that was started again. */
	of(api: Api): void {
		this.api = api;
	}

	/** What n8n says by itself of runs that died with it. */
	forget(executions: { id: string }[]): void {
		for (const { id } of executions) this.read.add(id);
	}

	/** Waits for the next failed execution, and answers what it shows: what is wrong, and below it the description. */
	async next(what = 'a failed execution'): Promise<{ message: string; description: string }> {
		const find = async () =>
			(await this.api.executions({ workflowId: this.workflow, status: 'error' }))
				.filter(({ id }) => !this.read.has(id))
				.at(-1);
		const { id } = await until(find, { what, timeout: 150_000, every: 300 });
		this.read.add(id);
		const { error } = (await this.api.execution(id)).data.resultData;
		return { message: error?.message ?? '', description: error?.description ?? '' };
	}
}
