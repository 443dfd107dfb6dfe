/** A destination's own NOTIFY: what was edited there is looked at at once. */
import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';

import { readBody } from '../../connectors/webhook/body';
import { readEvents } from '../../connectors/webhook/events';
import { keepListening } from '../../connectors/webhook/notify';
import type { ServerConfig } from '../../sql/types';
import { connectionTo } from '../shared/database';
import { nodeError, plain } from '../shared/errors';
import { reader, text } from '../shared/parameters';
import { look } from './look';
import { pushSettings, type PushSettings } from './settings';

/** Listens for as long as the workflow is published, where the node is told to. */
export function listening(context: ITriggerFunctions): ITriggerResponse {
	const settings = pushSettings(context);
	const read = reader(context);
	const channel = text(read('channel', ''));
	const { about } = settings;
	if (about.side !== 'destination' || read('dialect', 'none') !== 'postgres' || channel === '') return {};
	const stop = new AbortController();
	// One after the other, so that a storm of edits does not ask the ledger for everything at once.
	let before: Promise<void> = Promise.resolve();
	const reach = async () => {
		const { config, close } = await connectionTo(context, { dialect: 'postgres' });
		return { config: config as ServerConfig, close };
	};
	const ears = {
		heard: (payload: string) => {
			before = before
				.then(async () => await look(about, keysOf(payload, settings)))
				.catch((error: unknown) =>
					context.logger.warn(`What NOTIFY told of was not looked at: ${plain(error)}`),
				);
		},
		deaf: (error: Error) =>
			context.saveFailedExecution(
				nodeError(context.getNode(), 'The destination’s NOTIFY cannot be heard', {
					description: `${plain(error)}. It is tried again every five seconds; until then, edits there wait for the next sweep.`,
				}),
			),
	};
	void keepListening(reach, channel, ears, stop.signal);
	return {
		closeFunction: async () => {
			stop.abort();
			await before;
		},
	};
}

/** The payload is the ID itself, or JSON with it. */
function keysOf(payload: string, { events }: PushSettings): string[] {
	if (!/^\s*[[{]/u.test(payload)) return payload === '' ? [] : [payload];
	return readEvents(readBody(Buffer.from(payload), 'application/json'), events).map(({ key }) => key);
}
