/** What can be done. */
import type { INodePropertyOptions } from 'n8n-workflow';

export const ACTIONS: INodePropertyOptions[] = [
	{ name: 'Check', value: 'check', description: 'Read both sides now and compare them; nothing is written' },
	{
		name: 'Export',
		value: 'export',
		description: 'Everything the ledger knows of a sync, or of one record in all syncs, as a file',
	},
	{
		name: 'Forget',
		value: 'forget',
		description: 'Drop a whole sync, or everything about one record, from the ledger',
	},
	{ name: 'History', value: 'history', description: 'What became of which field, when and why' },
	{ name: 'List Records', value: 'list', description: 'Records that failed, wait, are held, or all of them' },
	{
		name: 'Look Up Record',
		value: 'find',
		description: 'One record in every destination: whether a person is off everywhere',
	},
	{
		name: 'Mark Task as Done',
		value: 'done',
		description: 'A person has done what the destination’s API cannot do; it leaves the list of what is held',
	},
	{
		name: 'Pause',
		value: 'pause',
		description: 'Read the source on, but hand over and write nothing until it is resumed',
	},
	{ name: 'Release Held', value: 'release', description: 'Let a hold pass, once' },
	{ name: 'Report', value: 'report', description: 'A page with figures and charts, as one HTML file to mail' },
	{ name: 'Resume', value: 'resume', description: 'Let a paused sync go on; the source wins again' },
	{
		name: 'Resync',
		value: 'resync',
		description: 'Compare records with their destinations and write what differs, though nothing has changed',
	},
	{ name: 'Retry', value: 'retry', description: 'Try again at once what failed' },
	{ name: 'Status', value: 'status', description: 'How every sync stands' },
	{ name: 'Undo Run', value: 'undo', description: 'Pause the sync, and write back what a run has overwritten' },
];
