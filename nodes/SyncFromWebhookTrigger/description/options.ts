/** What most syncs leave as it is. */
import type { INodeProperties } from 'n8n-workflow';

import { options as common } from '../../SyncFromDatabaseTrigger/description/options';

/** The common options, but those that a source has which is read as a whole. */
const COMMON = (common[0]!.options as INodeProperties[]).filter(({ name }) => name !== 'testRecords');

const OWN: INodeProperties[] = [
	{
		displayName: 'Gather for Seconds',
		name: 'gather',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 3600 },
		default: 0.5,
		noDataExpression: true,
		description:
			'How far apart runs begin at least, so that many events become few runs; the first event after a quiet time goes at once',
	},
	{
		displayName: 'Largest Body (KB)',
		name: 'largest',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 16384 },
		default: 1024,
		noDataExpression: true,
		description: 'What is larger is refused',
	},
];

export const options: INodeProperties[] = [
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [...COMMON, ...OWN].sort((one, other) => one.displayName.localeCompare(other.displayName)),
	},
];
