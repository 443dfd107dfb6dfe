/** How a trigger that reads its source on a schedule begins: one look for the editor, or the loop of the published workflow. */
import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';

import { GatheredHere, GroupedSource } from '../../../sync/groups';
import { SyncError, type Source } from '../../../sync/types';
import { asNodeError } from '../errors';
import { openLedger } from '../ledger';
import { reader, texts } from '../parameters';
import { Loop } from './loop';
import { emitTest } from './manual';
import type { LoopSettings } from './settings';

/** The fields by which records are put into groups; none where each is one. */
function groupedBy(context: ITriggerFunctions): string[] {
	const { groupBy } = reader(context)('options', {}) as { groupBy?: unknown }; // a collection is an object
	return texts(groupBy ?? '');
}

/**
 * The source as the node's settings want it: each record by itself, or in groups. Throws {@link SyncError} `setup` for what
 * members of a group would show.
 */
export function inGroups<S extends LoopSettings>(
	context: ITriggerFunctions,
	settings: S,
	open: () => Promise<Source>,
): { settings: S; open: () => Promise<Source> } {
	const by = groupedBy(context);
	if (by.length === 0) return { settings, open };
	if (settings.tick.sensitive.length > 0) {
		throw new SyncError(
			'setup',
			'Records with sensitive fields cannot be put into groups: the ledger would keep them.',
			{
				todo: 'Leave those fields out by a SELECT, or do not group the records.',
			},
		);
	}
	const inEditor = context.getMode() === 'manual';
	const gather = async () => (inEditor ? new GatheredHere() : await (await openLedger()).gather());
	return {
		// Nobody knows a group before everything has been read.
		settings: { ...settings, tick: { ...settings.tick, completeEvery: null } },
		open: async () => new GroupedSource(await open(), by, gather),
	};
}

/** `read` reads the node's settings, `open` opens its source. Throws n8n's own error for the node. */
export async function start<S extends LoopSettings & { testRecords: number }>(
	context: ITriggerFunctions,
	read: () => S,
	open: (settings: S) => Promise<Source>,
): Promise<ITriggerResponse> {
	try {
		const given = read();
		const { settings, open: opened } = inGroups(context, given, async () => await open(given));
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
