/** The settings of the node. */
import type { INodeProperties } from 'n8n-workflow';

import { changesNamed } from '../SyncFromDatabaseTrigger/description/changes';
import { options as common } from '../SyncFromDatabaseTrigger/description/options';
import { appProperties, baseUrlOption } from '../shared/app/description';

export const properties: INodeProperties[] = [
	...appProperties('source'),
	{
		displayName: 'Name of the Sync',
		name: 'syncName',
		type: 'string',
		default: '',
		noDataExpression: true,
		placeholder: 'e.g. HR roster',
		description:
			'What the sync is called in the ledger and in messages; one of its own for each sync. It may be changed at any time. Without one, it is called as the workflow is.',
	},
	{
		displayName: 'How Changes Are Found',
		name: 'changes',
		type: 'options',
		default: 'follow',
		noDataExpression: true,
		options: [
			{
				name: 'Ask for What Changed',
				value: 'follow',
				description:
					'Read only what changed since the last time, where the system can say it, and everything now and then; where it cannot, everything each time',
			},
			{
				name: 'Compare Everything',
				value: 'compare',
				description: 'Read all records each time: finds what is new, changed and gone',
			},
		],
		description: 'Asking for what changed takes the fewest requests',
	},
	{
		displayName: 'Sensitive Fields',
		name: 'sensitive',
		type: 'string',
		default: '',
		noDataExpression: true,
		placeholder: 'e.g. salary, birthday',
		description: 'Fields whose values the ledger keeps as fingerprints only, with commas between them',
	},
	...changesNamed('completeEvery', 'schedule', 'every', 'unit', 'cron'),
	{
		...common[0]!,
		options: [...(common[0]!.options as INodeProperties[]), baseUrlOption].sort((one, other) =>
			one.displayName.localeCompare(other.displayName),
		),
	},
];
