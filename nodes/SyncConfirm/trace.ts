/**
 * Back from an item to the plan that it answers, by n8n's own pairing: which of its input items a node made an output
 * item from. n8n's expressions can follow one item at a time, and only where it comes from a single one; here thousands
 * are followed, and an answer to several plans (one “success” for a whole batch) is one to each of them. n8n's types do
 * not show the run's data; every expression that looks back reads it.
 */
import type { IExecuteFunctions, INodeExecutionData, IPairedItemData, ISourceData, ITaskData } from 'n8n-workflow';

import { tieOf, type Tie } from '../shared/errand';

export interface Traced {
	ties: Tie[];
	/** The node that does not say what its items were made from, where that is why there are none. */
	lostAt?: string;
}

type RunData = Record<string, ITaskData[] | undefined>;

export function tracer(context: IExecuteFunctions): (index: number) => Traced {
	const { runExecutionData } = context as unknown as {
		runExecutionData?: { resultData?: { runData?: RunData } };
	};
	const runData = runExecutionData?.resultData?.runData ?? {};
	const source = context.getInputSourceData();
	return (index) => {
		const traced: Traced = { ties: [] };
		follow(runData, source, index, traced, new Set());
		return traced;
	};
}

function follow(
	runData: RunData,
	{ previousNode, previousNodeOutput = 0, previousNodeRun = 0 }: ISourceData,
	index: number,
	traced: Traced,
	seen: Set<string>,
): void {
	const name = JSON.stringify([previousNode, previousNodeOutput, previousNodeRun, index]);
	if (seen.has(name)) return;
	seen.add(name);
	const task = runData[previousNode]?.[previousNodeRun];
	const item = task?.data?.['main']?.[previousNodeOutput]?.[index];
	if (!task || !item) return;
	const tie = tieOf(item);
	if (tie) {
		if (!traced.ties.includes(tie)) traced.ties.push(tie);
		return;
	}
	const pairs = pairsOf(item);
	// What a trigger puts out was made from nothing.
	if (pairs.length === 0 && task.source.some((given) => given !== null)) traced.lostAt ??= previousNode;
	for (const pair of pairs) {
		const source = pair.sourceOverwrite ?? task.source[pair.input ?? 0] ?? task.source[0];
		if (source) follow(runData, source, pair.item, traced, seen);
	}
}

function pairsOf({ pairedItem }: INodeExecutionData): IPairedItemData[] {
	if (pairedItem === undefined) return [];
	const all = Array.isArray(pairedItem) ? pairedItem : [pairedItem];
	return all.map((one) => (typeof one === 'number' ? { item: one } : one));
}

/** Every item that the plans of this run have put out so far; for answers that only a field ties to theirs. */
export function allTies(context: IExecuteFunctions): { tie: Tie; item: INodeExecutionData }[] {
	const { runExecutionData } = context as unknown as {
		runExecutionData?: { resultData?: { runData?: RunData } };
	};
	const own = context.getNode();
	const ours = own.type.slice(0, own.type.lastIndexOf('.') + 1);
	const plans = context.getParentNodes(own.name).filter(({ type }) => type === `${ours}syncPlan`);
	return plans
		.flatMap(({ name }) => runExecutionData?.resultData?.runData?.[name] ?? [])
		.flatMap((task) => task.data?.['main'] ?? [])
		.flatMap((items) => items ?? [])
		.flatMap((item) => {
			const tie = tieOf(item);
			return tie ? [{ tie, item }] : [];
		});
}
