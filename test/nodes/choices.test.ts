/** n8n's editor hides a parameter each of whose values some credential names (`findAlternativeAuthField`): none of ours may be one. */
import type { INodePropertyOptions, INodeType } from 'n8n-workflow';

import { SyncBoardTrigger } from '../../nodes/SyncBoardTrigger/SyncBoardTrigger.node';
import { SyncFromAppTrigger } from '../../nodes/SyncFromAppTrigger/SyncFromAppTrigger.node';
import { SyncFromDatabaseTrigger } from '../../nodes/SyncFromDatabaseTrigger/SyncFromDatabaseTrigger.node';
import { SyncFromWebhookTrigger } from '../../nodes/SyncFromWebhookTrigger/SyncFromWebhookTrigger.node';
import { SyncToApp } from '../../nodes/SyncToApp/SyncToApp.node';
import { SyncToDatabase } from '../../nodes/SyncToDatabase/SyncToDatabase.node';
import { SyncToDirectory } from '../../nodes/SyncToDirectory/SyncToDirectory.node';

const NODES: (new () => INodeType)[] = [
	SyncBoardTrigger,
	SyncFromAppTrigger,
	SyncFromDatabaseTrigger,
	SyncFromWebhookTrigger,
	SyncToApp,
	SyncToDatabase,
	SyncToDirectory,
];

test.each(NODES)('%p shows every choice that a credential depends on', (Node) => {
	const { credentials = [], properties } = new Node().description;
	const named = new Map<string, unknown[]>();
	for (const { displayOptions } of credentials)
		for (const [name, values] of Object.entries(displayOptions?.show ?? {}))
			named.set(name, [...(named.get(name) ?? []), ...(values as unknown[])]);
	expect(named.size).toBeGreaterThan(0);
	const hidden = properties.filter(
		({ name, options }) =>
			named.has(name) &&
			(options as INodePropertyOptions[]).every(({ value }) => named.get(name)!.includes(value)),
	);
	expect(hidden.map(({ name }) => name)).toEqual([]);
});
