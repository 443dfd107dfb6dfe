/** One trigger over the roster, and behind it a mapping and a destination each: SCIM, LDAP, Slack, time tracking, projects. */
import type { IDataObject, INode } from 'n8n-workflow';

import { inARow, type NewWorkflow } from '../../n8n/harness';
import { drag, TYPE } from '../workflows';

type Credential = { id: string; name: string };

export interface Place {
	/** Seconds between two ticks. */
	every: number;
	/** The SQLite file of time tracking. */
	file: string;
	ldap: { baseDn: string; container: string; groupBase: string };
	/** The address of Redmine, where it takes part. */
	redmine?: string;
	/** The zone in which days begin. */
	zone: string;
	credentials: {
		postgres: Credential;
		scim: Credential;
		ldap: Credential;
		slack: Credential;
		redmine?: Credential;
	};
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Who has begun, and has not ended yet: the days alone take people in and out. */
const scope = {
	options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 3 },
	combinator: 'and',
	conditions: [
		{
			id: 'begun',
			leftValue: '={{ $json.start_at }}',
			rightValue: '={{ $now }}',
			operator: { type: 'dateTime', operation: 'beforeOrEquals' },
		},
		{
			id: 'not-ended',
			leftValue: "={{ $json.last_day ?? '2999-12-31T00:00:00Z' }}",
			rightValue: '={{ $now }}',
			operator: { type: 'dateTime', operation: 'afterOrEquals' },
		},
		{
			id: 'last-day',
			leftValue: "={{ $json.last_date ?? '2999-12-31' }}",
			rightValue: '={{ $today }}',
			operator: { type: 'dateTime', operation: 'afterOrEquals' },
		},
	],
};

const table = (value: string) => ({ __rl: true, mode: 'name', value });

function mapping(
	rows: Record<string, string>,
	match: string,
	{ field = 'active', off = '={{ false }}', on = '={{ true }}' } = {},
): IDataObject {
	return {
		// `drag` would take a plain word for a field of the source.
		rows: { row: [...(drag(rows)['row'] as IDataObject[]), { field, value: on }] },
		match: [match],
		scope,
		removal: 'deactivate',
		removalRows: { row: [{ field, set: off, onReturn: on }] },
	};
}

export function leaverWorkflow({ every, file, ldap, redmine, zone, credentials }: Place): NewWorkflow {
	const number = '=E{{ $json.id }}';
	const { groupBase, ...directory } = ldap;
	const nodes: Array<Partial<INode> & Pick<INode, 'name' | 'type'>> = [
		{
			name: 'HR Roster',
			type: `${TYPE}.syncFromDatabaseTrigger`,
			parameters: {
				syncName: 'HR roster',
				every,
				unit: 'seconds',
				dialect: 'postgres',
				schema: table('public'),
				table: table('people'),
				nameColumn: 'login',
				// Redmine is not empty, for it has its administrator: the first write would wait for a person.
				options: { sweepEvery: 15, sweepUnit: 'seconds', guardFirst: false },
			},
			credentials: { postgres: credentials.postgres },
		},
		{
			name: 'Accounts',
			type: `${TYPE}.sourceWinsMapping`,
			parameters: mapping(
				{
					userName: 'login',
					externalId: number,
					'name.givenName': 'given',
					'name.familyName': 'family',
					title: 'title',
					[`${ENTERPRISE}:department`]: 'department',
					[`${ENTERPRISE}:manager[externalId]`]: 'boss',
					'groups[sales]': "={{ $json.department === 'Sales' }}",
				},
				'externalId',
			) as never,
		},
		{
			name: 'SCIM',
			type: `${TYPE}.syncToDirectory`,
			parameters: { protocol: 'scim', options: {} },
			credentials: { oneWaySyncScimApi: credentials.scim },
		},
		{
			name: 'Entries',
			type: `${TYPE}.sourceWinsMapping`,
			parameters: mapping(
				{
					uid: 'login',
					cn: '={{ $json.given }} {{ $json.family }}',
					sn: 'family',
					title: 'title',
					employeeNumber: number,
					'manager[employeeNumber]': 'boss',
					'groups[sales]': "={{ $json.department === 'Sales' }}",
				},
				'employeeNumber',
			) as never,
		},
		{
			name: 'LDAP',
			type: `${TYPE}.syncToDirectory`,
			parameters: { protocol: 'ldap', ...directory, options: { createGroups: true, groupBase } },
			credentials: { ldap: credentials.ldap },
		},
		{
			name: 'Time',
			type: `${TYPE}.sourceWinsMapping`,
			parameters: mapping({ number, name: '={{ $json.given }} {{ $json.family }}' }, 'number', {
				off: 'no',
				on: 'yes',
			}) as never,
		},
		{
			name: 'Time Tracking',
			type: `${TYPE}.syncToDatabase`,
			parameters: { dialect: 'sqlite', file, table: table('person'), options: {} },
		},
	];
	nodes.push(
		{
			name: 'Members',
			type: `${TYPE}.sourceWinsMapping`,
			parameters: mapping(
				{
					userName: 'login',
					externalId: number,
					'name.givenName': 'given',
					'name.familyName': 'family',
					'emails[type eq "work"].value': '={{ $json.login }}@example.org',
				},
				'externalId',
			) as never,
		},
		{
			name: 'Slack',
			type: `${TYPE}.syncToDirectory`,
			parameters: { protocol: 'scim', dialect: 'slack', options: {} },
			credentials: { oneWaySyncScimApi: credentials.slack },
		},
	);
	if (redmine !== undefined && credentials.redmine)
		nodes.push(
			{
				name: 'Project Users',
				type: `${TYPE}.sourceWinsMapping`,
				parameters: mapping(
					{
						login: 'login',
						firstname: 'given',
						lastname: 'family',
						mail: '={{ $json.login }}@example.org',
					},
					'login',
					{ field: 'status', off: '={{ 3 }}', on: '={{ 1 }}' },
				) as never,
			},
			{
				name: 'Projects',
				type: `${TYPE}.syncToApp`,
				parameters: { system: 'redmine', object: 'user', redmineUrl: redmine, options: {} },
				credentials: { httpHeaderAuth: credentials.redmine },
			},
		);
	const pairs = nodes.slice(1).flatMap(({ name }, at) => (at % 2 === 0 ? [[name, nodes[at + 2]!.name]] : []));
	const to = (node: string) => ({ node, type: 'main' as const, index: 0 });
	return {
		name: 'Leavers',
		nodes: nodes.map((node, at) => ({ ...node, position: [at * 200, 0] })),
		connections: {
			'HR Roster': { main: [pairs.map(([mapped]) => to(mapped!))] },
			...Object.fromEntries(pairs.map(([mapped, place]) => [mapped, { main: [[to(place!)]] }])),
		},
		settings: { executionOrder: 'v1', timezone: zone },
	};
}

/** Where is this person? One item, by the node Sync Ledger. */
export function lookWorkflow(who: string): NewWorkflow {
	return {
		name: `Look up ${who}`,
		nodes: [
			{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' },
			{ name: 'Look', type: `${TYPE}.syncLedger`, parameters: { action: 'find', syncOrAll: 0, who } },
		],
		connections: inARow('Start', 'Look'),
		settings: { executionOrder: 'v1', saveManualExecutions: true },
	};
}
