import type { ServerResponse } from 'node:http';
import type {
	INodeType,
	INodeTypeDescription,
	ITriggerFunctions,
	ITriggerResponse,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { databaseCredentials } from '../shared/description';
import { asNodeError } from '../shared/errors';
import { needRuntimeFor } from '../shared/runtime';
import { Loop } from '../shared/trigger/loop';
import { openSource } from '../SyncFromDatabaseTrigger/source';
import { events, side } from './description/events';
import { options } from './description/options';
import { sender, webhookCredentials } from './description/sender';
import { listening } from './listening';
import { emitArrived, refuseArrived, testItems } from './manual';
import { methods } from './methods';
import { receive, understood, type Answer } from './receive';
import { pushSettings, triggerSettings } from './settings';

/** Sync From Webhook Trigger: what a system pushes, in the ledger before its sender is answered. */
// eslint-disable-next-line @n8n/community-nodes/webhook-lifecycle-complete -- people enter the address at the sender, as the notices say
export class SyncFromWebhookTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Sync From Webhook Trigger',
		name: 'syncFromWebhookTrigger',
		icon: { light: 'file:syncFromWebhook.svg', dark: 'file:syncFromWebhook.dark.svg' },
		group: ['trigger'],
		// For every request to a webhook of version 1, n8n evaluates an expression, which costs it more than all the rest.
		version: 2,
		subtitle: '={{ $parameter["sender"] === "other" ? "" : $parameter["sender"] }}',
		description: 'Starts a one-way sync: takes changes that the source pushes, and hands them over within seconds',
		eventTriggerDescription: 'Waiting for you to send an event to the test URL',
		activationMessage: 'Events that arrive at the production URL are in the ledger before they are answered.',
		defaults: { name: 'Sync From Webhook Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [...webhookCredentials, ...databaseCredentials],
		webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'sync' }],
		properties: [
			...side,
			{
				displayName: 'Name of the Sync',
				name: 'syncName',
				type: 'string',
				default: '',
				noDataExpression: true,
				placeholder: 'e.g. Customers',
				description:
					'What the sync is called in the ledger and in messages; one of its own for each sync. It may be changed at any time. Without one, it is called as the workflow is.',
				displayOptions: { show: { side: ['source'] } },
			},
			...sender,
			...events,
			...options,
		],
	};

	methods = methods;

	/** The schedule that drains what is due, also after a crash. */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		needRuntimeFor(this.getNode());
		try {
			if (this.getMode() === 'manual')
				return {
					manualTriggerFunction: async () => {
						try {
							emitArrived(this);
						} catch (error) {
							throw asNodeError(this.getNode(), error);
						}
					},
				};
			const settings = triggerSettings(this);
			if (!settings) return listening(this);
			const { source } = settings;
			const loop = new Loop(this, settings, source && (async () => await openSource(this, source)));
			this.helpers.registerCron({ expression: settings.schedule.expression }, () => loop.struck());
			loop.struck();
			return { closeFunction: async () => await loop.close() };
		} catch (error) {
			throw asNodeError(this.getNode(), error);
		}
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		needRuntimeFor(this.getNode());
		if (this.getMode() !== 'manual') return answered(this, await receive(this));
		try {
			return await tested(this);
		} catch (error) {
			throw asNodeError(this.getNode(), error);
		}
	}
}

/** A test event: its sender is answered, and the editor shows it, or what is wrong with it. */
async function tested(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const settings = pushSettings(context);
	const read = await understood(context, settings);
	if (!('status' in read)) {
		const items = await testItems(context, settings, read);
		answered(context, { status: 200, text: 'ok: shown in the editor, written nowhere' });
		return { noWebhookResponse: true, workflowData: [items] };
	}
	answered(context, read);
	// A question whether anybody is there is none to run for.
	if (read.status < 400) return { noWebhookResponse: true };
	return { noWebhookResponse: true, workflowData: [refuseArrived(context, read)] };
}

/** Answers the sender ourselves, since what is said depends on whether the ledger has it. */
function answered(context: IWebhookFunctions, { status, text }: Answer): IWebhookResponseData {
	const response = context.getResponseObject() as unknown as ServerResponse;
	response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
	return { noWebhookResponse: true };
}
