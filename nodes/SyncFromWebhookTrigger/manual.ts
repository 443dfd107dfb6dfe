/** A test in the editor: the event that arrives is understood and shown; nothing is written anywhere. */
import type { INodeExecutionData, ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';

import { newest, type ReadEvent } from '../../connectors/webhook/events';
import { SyncError } from '../../sync/types';
import { destinationsBehind } from '../shared/behind';
import { ledgerIfAny } from '../shared/ledger';
import { asItem } from '../shared/trigger/host';
import { syncNameOf } from '../shared/sync-name';
import { compare, identityOf, labelOf } from './meaning';
import type { Answer } from './receive';
import type { PushSettings } from './settings';

/**
 * n8n starts a test run with what the webhook gave, and then asks the node's trigger for its items once more: they wait
 * here in between, by the node's id.
 */
const arrived = new Map<string, INodeExecutionData[] | SyncError>();

/** The events of a test delivery as items. */
export async function testItems(
	context: IWebhookFunctions,
	settings: PushSettings,
	all: ReadEvent[],
): Promise<INodeExecutionData[]> {
	const events = newest(all, compare);
	const items =
		settings.about.side === 'destination'
			? events.map(({ key }) => ({
					json: { counterpart: key, text: 'It would be looked at, and healed where it differs.' },
				}))
			: await records(context, settings, events);
	arrived.set(context.getNode().id, items);
	return items;
}

async function records(
	context: IWebhookFunctions,
	settings: PushSettings,
	events: ReadEvent[],
): Promise<INodeExecutionData[]> {
	const known = await (await ledgerIfAny())?.find(identityOf(context));
	const behind = destinationsBehind(context).map(({ node }) => node);
	return events.map((event) => {
		const { name } = labelOf(event, settings);
		return asItem({
			fields: event.fields,
			stamp: {
				id: known?.id ?? 0,
				name: syncNameOf(context),
				key: event.key,
				version: 0,
				change: event.removed ? 'removed' : known ? 'updated' : 'created',
				reason: 'changed',
				for: behind,
				test: true,
				...(name !== undefined && { label: name }),
			},
		});
	});
}

/** What a refused test event comes to: the run that it starts fails with it. Its sender was answered already. */
export function refuseArrived(context: IWebhookFunctions, { status, text, why }: Answer): INodeExecutionData[] {
	const { id } = context.getNode();
	arrived.set(
		id,
		new SyncError('setup', `The test event was refused: ${why ?? text}.`, {
			todo: `${TODO[status] ?? TODO[422]} Its sender was answered ${status}.`,
		}),
	);
	return [{ json: {} }];
}

/** What to do about a test event that was answered so. */
const TODO: Record<number, string> = {
	400: 'Correct what the sender sends.',
	401: 'Put the sender’s secret into the credential, and choose in How the Sender Is Known what it sends.',
	413: 'Raise Largest Body in the options, or let the sender send less.',
	415: 'Let the sender send JSON or a form, with the Content-Type that says so.',
	422: 'Say under Where Things Are, and in Key Field, where the sender puts them.',
};

/** Gives the test run the items of the delivery that started it. */
export function emitArrived(context: ITriggerFunctions): void {
	const { id } = context.getNode();
	const items = arrived.get(id);
	arrived.delete(id);
	if (items instanceof SyncError) throw items;
	if (!items) {
		throw new SyncError('setup', 'No test event has arrived.', {
			todo: 'Press Listen for test event, and send one to the test URL.',
		});
	}
	context.emit([items]);
}
