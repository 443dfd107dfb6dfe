/** The workflows that are tormented, in any of their variants: renamed, with other names for their nodes, another mapping. */
import type { IDataObject } from 'n8n-workflow';

import { inARow, type NewWorkflow } from '../n8n/harness';
import { drag, TYPE } from '../e2e/workflows';
import { TABLES, type Table } from './world';

type Credentials = Record<string, { id: string; name: string }>;
export interface Wiring {
	source: Credentials;
	destination: Credentials;
	/** The id of the workflow that `accounts` goes through. */
	sub: string;
	/** The id of `accounts` itself, once there is one. */
	accounts?: string;
}

/** The variants differ in all that a person may change without meaning another sync. */
export interface Variant {
	number: number;
	/** Teams in capital letters. */
	loud: boolean;
	/** The Wait is long enough for n8n to put the run away and take it up again later. */
	parks: boolean;
	/** Seconds after which n8n ends a run. */
	timeout?: number | undefined;
	/** The hold that a person lets pass. */
	release?: number;
}

const name = (title: string, { number }: Variant) => (number === 0 ? title : `${title} (${number})`);

function trigger(title: string, variant: Variant, { source }: Wiring) {
	return {
		id: 'from',
		name: name('From', variant),
		type: `${TYPE}.syncFromDatabaseTrigger`,
		parameters: {
			dialect: 'postgres',
			syncName: name(title, variant),
			every: 10,
			unit: 'seconds',
			schema: { __rl: true, mode: 'name', value: 'public' },
			table: { __rl: true, mode: 'name', value: 'people' },
			nameColumn: 'full_name',
			// The guard is wide open: what is removed without a cause is not to be hidden by it.
			options: {
				batchSize: 60,
				sweepEvery: 10,
				sweepUnit: 'seconds',
				guardFew: 1_000_000,
				guardShare: 100,
				guardChanges: 100,
				guardFirst: false,
				...(variant.release !== undefined && { release: variant.release }),
			},
		},
		credentials: source,
	};
}

function mapping(table: Table, variant: Variant, scope?: IDataObject) {
	const team = variant.loud ? '={{ $json.team.toUpperCase() }}' : 'team';
	const rows = drag({ person: 'id', login: 'email', name: 'full_name', team })['row'] as object[];
	const removal =
		TABLES[table] === 'delete'
			? { removal: 'delete' }
			: { removal: 'deactivate', removalRows: { row: [{ field: 'active', set: 'no', onReturn: 'yes' }] } };
	return {
		id: `map-${table}`,
		name: name(`Map ${table}`, variant),
		type: `${TYPE}.sourceWinsMapping`,
		parameters: {
			rows: { row: [...rows, { field: 'active', value: 'yes' }] },
			match: ['login'],
			...removal,
			...(scope && { scope }),
		} as never,
	};
}

function to(table: Table, variant: Variant, { destination }: Wiring) {
	return {
		id: `to-${table}`,
		name: name(`To ${table}`, variant),
		type: `${TYPE}.syncToDatabase`,
		parameters: {
			dialect: 'postgres',
			schema: { __rl: true, mode: 'name', value: 'public' },
			table: { __rl: true, mode: 'name', value: table },
		},
		credentials: destination,
	};
}

function conditions(leftValue: string, operation: string, rightValue: unknown, type = 'string'): IDataObject {
	return {
		options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 },
		combinator: 'and',
		conditions: [{ id: 'one', leftValue, rightValue, operator: { type, operation } }],
	};
}

const settings = ({ timeout }: Variant): IDataObject => ({
	executionOrder: 'v1',
	saveDataSuccessExecution: 'none',
	saveExecutionProgress: false,
	executionTimeout: timeout ?? -1,
});

/** Trigger → Filter → Switch → (mapping → access) or (Wait → mapping → mailing). */
export function roster(variant: Variant, wiring: Wiring): NewWorkflow {
	const nodes = [
		trigger('Roster', variant, wiring),
		{
			id: 'filter',
			name: name('No ghosts', variant),
			type: 'n8n-nodes-base.filter',
			typeVersion: 2.2,
			parameters: { conditions: conditions('={{ $json.kind }}', 'notEquals', 'ghost'), options: {} } as never,
		},
		{
			id: 'switch',
			name: name('By site', variant),
			type: 'n8n-nodes-base.switch',
			typeVersion: 3.2,
			parameters: {
				rules: {
					values: ['A', 'B'].map((site) => ({
						conditions: conditions('={{ $json.site }}', 'equals', site),
					})),
				},
				options: {},
			} as never,
		},
		{
			id: 'wait',
			name: name('A little later', variant),
			type: 'n8n-nodes-base.wait',
			typeVersion: 1.1,
			parameters: { resume: 'timeInterval', amount: variant.parks ? 67 : 2, unit: 'seconds' },
		},
		mapping('access', variant),
		to('access', variant, wiring),
		mapping('mailing', variant),
		to('mailing', variant, wiring),
	];
	const [from, filter, by, wait, mapAccess, toAccess, mapMailing, toMailing] = nodes.map((node) => node.name);
	const main = (node: string) => [{ node, type: 'main' as const, index: 0 }];
	return {
		name: name('Roster', variant),
		nodes,
		connections: {
			...inARow(from!, filter!, by!),
			[by!]: { main: [main(mapAccess!), main(wait!)] },
			...inARow(mapAccess!, toAccess!),
			...inARow(wait!, mapMailing!, toMailing!),
		},
		settings: settings(variant),
	};
}

/** Trigger → a workflow of its own → IF → mapping with a scope → accounts. */
export function accounts(variant: Variant, wiring: Wiring): NewWorkflow {
	const nodes = [
		trigger('Accounts', variant, wiring),
		{
			id: 'sub',
			name: name('Through another workflow', variant),
			type: 'n8n-nodes-base.executeWorkflow',
			typeVersion: 1.2,
			parameters: {
				workflowId: { __rl: true, mode: 'id', value: wiring.sub },
				workflowInputs: { mappingMode: 'defineBelow', value: {}, matchingColumns: [], schema: [] },
				options: { waitForSubWorkflow: true },
			} as never,
		},
		{
			id: 'if',
			name: name('Numbered', variant),
			type: 'n8n-nodes-base.if',
			typeVersion: 2.2,
			parameters: { conditions: conditions('={{ $json.id }}', 'gt', 0, 'number'), options: {} } as never,
		},
		mapping('accounts', variant, conditions('={{ $json.employed }}', 'equals', 'yes')),
		to('accounts', variant, wiring),
	];
	return {
		name: name('Accounts', variant),
		nodes,
		connections: inARow(...nodes.map((node) => node.name)),
		settings: settings(variant),
	};
}

/** Trigger → mapping, one record per badge, each with the ID of its holder's account → badges. */
export function badges(variant: Variant, wiring: Wiring): NewWorkflow {
	const map = mapping('badges', variant);
	const [, , ...others] = (map.parameters as { rows: { row: object[] } }).rows.row;
	const nodes = [
		trigger('Badges', variant, wiring),
		{
			...map,
			parameters: {
				...(map.parameters as object),
				onePer: 'element',
				elementsOf: '={{ $json.badges }}',
				elementKey: '={{ $json.badges[0].no }}',
				rows: {
					row: [
						{ field: 'person', value: '={{ $json.badges[0].no }}' },
						{ field: 'login', value: '={{ $json.badges[0].login }}' },
						...others,
						{
							field: 'holder',
							value: '={{ $json.id }}',
							settings: { refersTo: `${wiring.accounts}/from/to-accounts` },
						},
					],
				},
			} as never,
		},
		to('badges', variant, wiring),
	];
	return {
		name: name('Badges', variant),
		nodes,
		connections: inARow(...nodes.map((node) => node.name)),
		settings: settings(variant),
	};
}

/** What `accounts` goes through: items in, the same items out. */
export const sub: NewWorkflow = {
	name: 'As they are',
	nodes: [
		{
			name: 'When called',
			type: 'n8n-nodes-base.executeWorkflowTrigger',
			typeVersion: 1.1,
			parameters: { inputSource: 'passthrough' },
		},
		{ name: 'Nothing', type: 'n8n-nodes-base.noOp' },
	],
	connections: inARow('When called', 'Nothing'),
	settings: { executionOrder: 'v1', saveDataSuccessExecution: 'none' },
};
