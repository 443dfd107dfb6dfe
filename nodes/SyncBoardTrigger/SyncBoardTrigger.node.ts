import type { INodeType, INodeTypeDescription, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { needRuntimeFor } from '../shared/runtime';
import { boardCredentials, properties } from './description';
import { serve } from './serve';

/** Sync Board Trigger: a web page that shows every record × every destination, and lets people see to what needs them. */
// eslint-disable-next-line @n8n/community-nodes/webhook-lifecycle-complete -- nobody has to be told of the address: people open it
export class SyncBoardTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Sync Board Trigger',
		name: 'syncBoardTrigger',
		icon: { light: 'file:syncBoard.svg', dark: 'file:syncBoard.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["access"] === "basic" ? "with a user name and password" : "with a header" }}',
		description:
			'Serves a web page that shows whether all one-way syncs are in sync, and if not, what, where, since when and why',
		eventTriggerDescription: 'Waiting for you to open the test URL in a browser',
		activationMessage: 'The board is at the production URL of this node.',
		defaults: { name: 'Sync Board Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: boardCredentials,
		webhooks: [
			{ name: 'setup', httpMethod: 'GET', responseMode: 'onReceived', path: 'syncs' },
			{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'syncs' },
		],
		properties,
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		needRuntimeFor(this.getNode());
		return await serve(this);
	}
}
