/** What a sync is called: as its trigger says, or as its workflow is called. */
import type { IExecuteFunctions, ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';

import { SyncError } from '../../sync/types';
import { reader, text } from './parameters';

/** Throws {@link SyncError} `setup` where neither has a name. */
export function syncNameOf(context: IExecuteFunctions | ITriggerFunctions | IWebhookFunctions): string {
	const name = text(reader(context)('syncName', '')).trim() || (context.getWorkflow().name ?? '').trim();
	if (name === '')
		throw new SyncError('setup', 'The sync has no name.', {
			todo: 'Fill in Name of the Sync, such as “HR roster”.',
		});
	return name;
}
