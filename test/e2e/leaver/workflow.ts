/** One trigger over the roster, and behind it a mapping and a destination each for SCIM, LDAP and time tracking. */
import type { IDataObject, INode } from 'n8n-workflow';

import type { NewWorkflow } from '../../n8n/harness';
import { drag, TYPE } from '../workflows';

type Credential = { id: string; name: string };

export interface Place {
	/** Seconds between two ticks. */
	every: number;
	/** The SQLite file of time tracking. */
	file: string;
	ldap: { baseDn: string; container: string; groupBase: string };
	credentials: { postgres: Credential; scim: Credential; ldap: Credential };
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
	],
};

const table = (value: string) => ({ __rl: true, mode: 'name', value });

function mapping(rows: Record<string, string>, match: string, off: string, on: string): IDataObject {
	return {
		// `drag` would take a plain word for a field of the source.
		rows: { row: [...(drag(rows)['row'] as IDataObject[]), { field: 'active', value: on }] },
		match: [match],
		scope,
		removal: 'deactivate',
		removalRows: { row: [{ field: 'active', set: off, onReturn: on }] },
	};
}

export function leaverWorkflow({ every, file, ldap, credentials }: Place): NewWorkflow {
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
				options: { sweepEvery: 15, sweepUnit: 'seconds' },
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
				'={{ false }}',
				'={{ true }}',
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
				'={{ false }}',
				'={{ true }}',
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
			parameters: mapping(
				{ number, name: '={{ $json.given }} {{ $json.family }}' },
				'number',
				'no',
				'yes',
			) as never,
		},
		{
			name: 'Time Tracking',
			type: `${TYPE}.syncToDatabase`,
			parameters: { dialect: 'sqlite', file, table: table('person'), options: {} },
		},
	];
	const to = (node: string) => ({ node, type: 'main' as const, index: 0 });
	return {
		name: 'Leavers',
		nodes: nodes.map((node, at) => ({ ...node, position: [at * 200, 0] })),
		connections: {
			'HR Roster': { main: [[to('Accounts'), to('Entries'), to('Time')]] },
			Accounts: { main: [[to('SCIM')]] },
			Entries: { main: [[to('LDAP')]] },
			Time: { main: [[to('Time Tracking')]] },
		},
		settings: { executionOrder: 'v1' },
	};
}
