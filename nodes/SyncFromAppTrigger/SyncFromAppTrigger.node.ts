import type { INodeType, INodeTypeDescription, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { appCredentials } from '../shared/app/credentials';
import { methods } from '../shared/app/methods';
import { asNodeError } from '../shared/errors';
import { Loop } from '../shared/trigger/loop';
import { emitTest } from '../shared/trigger/manual';
import { properties } from './description';
import { readSettings } from './settings';
import { openSource } from './source';

/** Sync From App Trigger: what changed in an app, handed over until every destination has confirmed it. */
export class SyncFromAppTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Sync From App Trigger',
		name: 'syncFromAppTrigger',
		icon: { light: 'file:syncFromApp.svg', dark: 'file:syncFromApp.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["system"] === "custom" ? $parameter["customBaseUrl"] : $parameter["system"] + ": " + $parameter["object"] }}',
		description: 'Starts a one-way sync: reads an app and hands over every record that is new, changed or gone',
		eventTriggerDescription: '',
		defaults: { name: 'Sync From App Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: appCredentials,
		properties,
	};

	methods = methods;

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		try {
			const settings = readSettings(this);
			const open = async () => await openSource(this, settings);
			if (this.getMode() === 'manual') {
				return {
					manualTriggerFunction: async () => {
						await emitTest(this, settings, settings.testRecords, open).catch((error: unknown) => {
							throw asNodeError(this.getNode(), error);
						});
					},
				};
			}
			const loop = new Loop(this, settings, open);
			this.helpers.registerCron({ expression: settings.schedule.expression }, () => loop.struck());
			loop.struck();
			return { closeFunction: async () => await loop.close() };
		} catch (error) {
			throw asNodeError(this.getNode(), error);
		}
	}
}
