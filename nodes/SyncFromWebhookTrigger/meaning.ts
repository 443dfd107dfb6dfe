/** What an event is to the ledger: whose it is, what it is called, which of two is newer. */
import type { IWebhookFunctions } from 'n8n-workflow';

import type { ReadEvent } from '../../connectors/webhook/events';
import type { SyncIdentity } from '../../sync/ledger';
import { orderingText } from '../../sync/ordering';
import { follow } from '../../sync/path';
import { text } from '../shared/parameters';
import type { PushSettings } from './settings';

export function identityOf(context: IWebhookFunctions): SyncIdentity {
	return {
		instance: context.getInstanceId(),
		workflow: context.getWorkflow().id ?? '',
		node: context.getNode().id,
	};
}

/** What a person calls the record, where the settings say where that stands. */
export function labelOf(event: ReadEvent, { name }: PushSettings): { name?: string } {
	const found = name && text(follow(event.fields, name));
	return found ? { name: found.toWellFormed().replaceAll('\0', '') } : {};
}

/** Below zero where the first is older; zero where nobody can say. */
export function compare(one: ReadEvent['ordering'], other: ReadEvent['ordering']): number {
	const [first, second] = [orderingText(one), orderingText(other)];
	if (first === null || second === null || first === second) return 0;
	return first < second ? -1 : 1;
}
