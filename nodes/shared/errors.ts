/** Errors in n8n's form: what was found as the message, what to do as the description. */
import { NodeOperationError, type INode } from 'n8n-workflow';

import { SqlError } from '../../sql/types';
import { SyncError } from '../../sync/types';
import { openEnded } from '../../sync/ends';

/** An error that n8n shows with the node; one that n8n already understands stays as it is. */
export function asNodeError(node: INode, error: unknown, itemIndex?: number): NodeOperationError {
	if (error instanceof NodeOperationError) return error;
	const description = error instanceof SyncError ? error.detail.todo : undefined;
	return nodeError(node, plain(error), { description, itemIndex });
}

/** n8n puts a sentence of its own in the place of any message that holds a word such as ECONNREFUSED; ours says more. */
export function nodeError(
	node: INode,
	message: string,
	more: { description?: string; itemIndex?: number },
): NodeOperationError {
	const error = new NodeOperationError(node, message, { ...more, level: 'warning' });
	error.message = message;
	return error;
}

/** What went wrong, in one sentence. */
export function plain(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** What went wrong and what to do. */
export function whole(error: unknown): string {
	const todo = error instanceof SyncError ? error.detail.todo : undefined;
	return todo === undefined ? plain(error) : `${openEnded(plain(error))}. ${todo}`;
}

/** Any error as the engine's own. */
export function asSyncError(error: unknown): SyncError {
	if (error instanceof SyncError) return error;
	const kind = error instanceof SqlError && error.kind === 'refused' ? 'denied' : 'unreachable';
	return new SyncError(kind, plain(error), { cause: error });
}
