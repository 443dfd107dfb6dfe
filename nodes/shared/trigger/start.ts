/** How a trigger that reads its source on a schedule begins: one look for the editor, or the loop of the published workflow. */
import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';

import type { Source } from '../../../sync/types';
import { asNodeError } from '../errors';
import { Loop } from './loop';
import { emitTest } from './manual';
import type { LoopSettings } from './settings';

/** `read` reads the node's settings, `open` opens its source. Throws n8n's own error for the node. */
export async function start<S extends LoopSettings & { testRecords: number }>(
	context: ITriggerFunctions,
	read: () => S,
	open: (settings: S) => Promise<Source>,
): Promise<ITriggerResponse> {
	try {
		const settings = read();
		const opened = async () => await open(settings);
		if (context.getMode() === 'manual') {
			return {
				manualTriggerFunction: async () => {
					await emitTest(context, settings, settings.testRecords, opened).catch((error: unknown) => {
						throw asNodeError(context.getNode(), error);
					});
				},
			};
		}
		const loop = new Loop(context, settings, opened);
		context.helpers.registerCron({ expression: settings.schedule.expression }, () => loop.struck());
		loop.struck();
		return { closeFunction: async () => await loop.close() };
	} catch (error) {
		throw asNodeError(context.getNode(), error);
	}
}
