/** The demo's workflow, as a person would build it in the editor. */
import type { INodeParameters } from 'n8n-workflow';

import type { NewWorkflow } from '../../test/n8n/api';

export const NAMES = {
	trigger: 'HR roster',
	mapping: 'Who owns what',
	destination: 'Access list',
	synced: 'Tell the team',
	held: 'Ask HR',
	failed: 'Open a ticket',
} as const;

const ours = (name: string) => `n8n-nodes-one-way-sync.${name}`;
const table = (name: string) => ({ __rl: true, mode: 'list', value: name, cachedResultName: name });
/** What the editor leaves behind when a field is dragged in from the input panel. */
const dragged = (field: string) => `={{ $json.${field} }}`;
const row = (field: string, value: string, settings: INodeParameters = {}): INodeParameters => ({
	field,
	value,
	settings,
});

function note(id: string, content: string, [x, y]: [number, number], [width, height]: [number, number], color: number) {
	return {
		id: `note-${id}`,
		name: `Note ${id}`,
		type: 'n8n-nodes-base.stickyNote',
		position: [x, y] as [number, number],
		parameters: { content, width, height, color },
	};
}

/** Interval and sweep are short, so that nobody waits; both are longer by default. */
export function demoWorkflow(files: { hr: string; access: string }, release = 0): NewWorkflow {
	return {
		name: 'HR roster → access list',
		settings: { executionOrder: 'v1', saveDataSuccessExecution: 'all', timezone: 'Europe/Amsterdam' },
		nodes: [
			note(
				'1',
				'## 1 · Source\nEvery 10 seconds: who is new, changed or gone at HR?\n\nHR is only ever **read**. *Salary* is marked sensitive: the ledger keeps no value of it.',
				[-16, 0],
				[240, 528],
				5,
			),
			note(
				'2',
				'## 2 · Ownership\nThe fields here are HR’s: **always** written back. *Access level* is set once. *Badge* and *note* are not here: hands off.\n\nOnly *active* people belong in the list; others are switched off.',
				[240, 0],
				[240, 528],
				4,
			),
			note(
				'3',
				'## 3 · Destination\nReads what is there, writes only what differs. A sweep heals what somebody edited.\n\nToo many removals at once are **held** until a person decides.',
				[496, 0],
				[240, 528],
				6,
			),
			note(
				'4',
				'## 4 · Outcomes\nOne item per change: *was*, *now*, and a sentence for chat, mail or tickets.',
				[752, 0],
				[240, 528],
				7,
			),
			note(
				'5',
				'**Try it:** *Execute workflow* is a test run. It shows on *Preview* what would be done, and writes nothing. Then edit either SQLite file by hand, and watch the terminal.',
				[-16, 544],
				[1008, 80],
				2,
			),
			{
				id: 'demo-trigger',
				name: NAMES.trigger,
				type: ours('syncFromDatabaseTrigger'),
				position: [56, 272],
				parameters: {
					dialect: 'sqlite',
					file: files.hr,
					syncName: 'HR roster',
					table: table('employees'),
					nameColumn: 'name',
					sensitive: ['salary'],
					every: 10,
					unit: 'seconds',
					options: { sweepEvery: 20, sweepUnit: 'seconds', ...(release > 0 && { release }) },
				},
			},
			{
				id: 'demo-mapping',
				name: NAMES.mapping,
				type: ours('sourceWinsMapping'),
				position: [312, 272],
				parameters: {
					fieldsOf: 'sqlite',
					file: files.access,
					table: table('access_list'),
					rows: {
						row: [
							row('login', dragged('login'), { case: 'lower' }),
							row('name', dragged('name'), { trim: true }),
							row('email', dragged('email'), { case: 'lower' }),
							row('title', dragged('title')),
							row('department', dragged('department')),
							row('office', dragged('office')),
							row('works_since', dragged('start_date'), { as: 'date' }),
							row('active', '={{ true }}', { as: 'yes/no' }),
							row('access_level', 'standard', { owner: 'once' }),
						],
					},
					match: ['email'],
					scope: {
						options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 3 },
						combinator: 'and',
						conditions: [
							{
								id: 'active-people',
								leftValue: dragged('status'),
								rightValue: 'active',
								operator: { type: 'string', operation: 'equals' },
							},
						],
					},
					removal: 'deactivate',
					removalRows: {
						row: [{ field: 'active', set: '={{ false }}', onReturn: '={{ true }}', as: 'yes/no' }],
					},
				},
			},
			{
				id: 'demo-destination',
				name: NAMES.destination,
				type: ours('syncToDatabase'),
				position: [568, 240],
				parameters: { dialect: 'sqlite', file: files.access, table: table('access_list') },
			},
			...[NAMES.synced, NAMES.held, NAMES.failed].map((name, index) => ({
				id: `demo-after-${index}`,
				name,
				type: 'n8n-nodes-base.noOp',
				position: [832, 128 + 128 * index] as [number, number],
			})),
		],
		connections: {
			[NAMES.trigger]: { main: [[{ node: NAMES.mapping, type: 'main', index: 0 }]] },
			[NAMES.mapping]: { main: [[{ node: NAMES.destination, type: 'main', index: 0 }]] },
			[NAMES.destination]: {
				main: [NAMES.synced, NAMES.held, NAMES.failed].map((node) => [
					{ node, type: 'main' as const, index: 0 },
				]),
			},
		},
	};
}
