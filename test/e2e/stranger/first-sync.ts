/** The sync of docs/first-sync.md, as its steps leave it in n8n; looked at every ten seconds, so that nobody waits. */
import { inARow, type NewWorkflow } from '../../n8n/api';
import { TYPE } from '../workflows';

export const NAMES = {
	trigger: 'Sync From Database Trigger',
	mapping: 'Source-Wins Mapping',
	destination: 'Sync To Database',
} as const;

type Credential = { id: string; name: string };
const table = (value: string) => ({ __rl: true, mode: 'list', value, cachedResultName: value });

export function firstSync({ reader, writer }: Record<'reader' | 'writer', Credential>): NewWorkflow & {
	nodes: { parameters: Record<string, unknown> }[];
} {
	return {
		name: 'HR roster',
		nodes: [
			{
				name: NAMES.trigger,
				type: `${TYPE}.syncFromDatabaseTrigger`,
				parameters: {
					table: table('employees'),
					every: 10,
					unit: 'seconds',
					options: { sweepEvery: 10, sweepUnit: 'seconds' },
				},
				credentials: { postgres: reader },
			},
			{
				name: NAMES.mapping,
				type: `${TYPE}.sourceWinsMapping`,
				typeVersion: 1.1,
				parameters: {
					rows: { row: [{ field: 'works_since', value: '={{ $json.start_date }}' }] },
					scope: {
						options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 3 },
						combinator: 'and',
						conditions: [
							{
								id: 'who-is-here',
								leftValue: '={{ $json.status }}',
								rightValue: 'active',
								operator: { type: 'string', operation: 'equals' },
							},
						],
					},
					removal: 'deactivate',
				},
			},
			{
				name: NAMES.destination,
				type: `${TYPE}.syncToDatabase`,
				parameters: { table: table('access_list') },
				credentials: { postgres: writer },
			},
		],
		connections: inARow(...Object.values(NAMES)),
		settings: { executionOrder: 'v1' },
	};
}
