/** Items that stand for a failure: what n8n puts out where a node fails and the workflow goes on. */
import type { IExecuteFunctions, INodeExecutionData, ITaskData } from 'n8n-workflow';

/** Says of an item of the first input what failed, or undefined where it is an ordinary one. */
export function failureOf(context: IExecuteFunctions): (item: INodeExecutionData) => string | undefined {
	const fromErrorOutput = comesByErrorOutput(context);
	const broken = brokenBefore(context);
	return ({ json, error }) => {
		if (broken !== undefined) return broken;
		if (error !== undefined) return sentenceOf(error) ?? 'no reason was given';
		const said = json['error'];
		if (said === undefined || said === null || said === false) return undefined;
		const bare = Object.keys(json).every((name) => ['error', 'message', 'details'].includes(name));
		return fromErrorOutput || bare
			? (sentenceOf(said) ?? sentenceOf(json['message']) ?? 'no reason was given')
			: undefined;
	};
}

/**
 * What the node before failed with, where it failed as a whole and the workflow goes on all the same: its items are then
 * those that it was given itself, and nothing that it has made.
 */
function brokenBefore(context: IExecuteFunctions): string | undefined {
	try {
		const { previousNode, previousNodeRun = 0 } = context.getInputSourceData();
		// n8n's types do not show the run's data; every expression that looks back reads it.
		const { runExecutionData } = context as unknown as {
			runExecutionData?: { resultData?: { runData?: Record<string, ITaskData[] | undefined> } };
		};
		const error = runExecutionData?.resultData?.runData?.[previousNode]?.[previousNodeRun]?.error;
		return error && (sentenceOf(error) ?? 'no reason was given');
	} catch {
		return undefined; // the first node of a test run has no source
	}
}

/** Whether the items came by a node’s error output, which is behind its other outputs. */
function comesByErrorOutput(context: IExecuteFunctions): boolean {
	try {
		const source = context.getInputSourceData();
		// n8n's types do not show the workflow; without it, only what the item itself says counts.
		const { workflow } = context as unknown as {
			workflow?: { nodes?: Record<string, { onError?: string } | undefined> };
		};
		const before = workflow?.nodes?.[source.previousNode];
		return before?.onError === 'continueErrorOutput' && (source.previousNodeOutput ?? 0) > 0;
	} catch {
		return false; // the first node of a test run has no source
	}
}

/** An error's own words, without what n8n adds for itself. */
export function sentenceOf(error: unknown): string | undefined {
	if (typeof error === 'string') return error === '' ? undefined : error;
	if (typeof error !== 'object' || error === null) return undefined;
	const { message, description, messages } = error as Record<string, unknown>;
	const said = [message, description, ...(Array.isArray(messages) ? (messages as unknown[]) : [])].filter(
		(one, at, all): one is string => typeof one === 'string' && one !== '' && all.indexOf(one) === at,
	);
	return said.length === 0 ? undefined : said.slice(0, 2).join(': ').slice(0, 500);
}

/** What is known of an error beside its words: an HTTP status, a database’s code. */
export function codeOf(error: unknown): string | undefined {
	if (typeof error !== 'object' || error === null) return undefined;
	const { httpCode, statusCode, status, code, context } = error as Record<string, unknown>;
	for (const one of [httpCode, statusCode, status, code])
		if (typeof one === 'string' || typeof one === 'number') return String(one);
	return context === undefined ? undefined : codeOf(context);
}
