import type { INodeType, INodeTypeDescription, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { appCredentials } from '../shared/app/credentials';
import { methods } from '../shared/app/methods';
import { needRuntimeFor } from '../shared/runtime';
import { start } from '../shared/trigger/start';
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
		needRuntimeFor(this.getNode());
		return await start(
			this,
			() => readSettings(this),
			async (settings) => await openSource(this, settings),
		);
	}
}
