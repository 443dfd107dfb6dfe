import type { INodeType, INodeTypeDescription, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { databaseCredentials, databaseProperties } from '../shared/description';
import { changes } from './description/changes';
import { options } from './description/options';
import { records } from './description/records';
import { needRuntimeFor } from '../shared/runtime';
import { start } from '../shared/trigger/start';
import { methods } from './methods';
import { readSettings } from './settings';
import { openSource } from './source';

/** Sync From Database Trigger: what changed in a table or SELECT, handed over until every destination has confirmed it. */
export class SyncFromDatabaseTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Sync From Database Trigger',
		name: 'syncFromDatabaseTrigger',
		icon: { light: 'file:syncFromDatabase.svg', dark: 'file:syncFromDatabase.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["records"] === "query" ? "SELECT" : ($parameter["table"]["value"] || $parameter["table"]) }}',
		description: 'Starts a one-way sync: reads a database and hands over every record that is new, changed or gone',
		eventTriggerDescription: '',
		defaults: { name: 'Sync From Database Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: databaseCredentials,
		properties: [...databaseProperties('source'), ...records, ...changes, ...options],
	};

	methods = methods;

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		needRuntimeFor(this.getNode());
		return await start(
			this,
			() => readSettings(this),
			async ({ source }) => await openSource(this, source),
		);
	}
}
