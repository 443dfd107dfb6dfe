/** Mistakes between two databases: in the trigger, in the mapping, in the destination. */
import { join } from 'node:path';

import type { IDataObject } from 'n8n-workflow';

import { named } from '../../nodes/world';
import { row, rows, shownBy, type Mistake } from './mistake';

const LOGIN = row('login', '={{ $json.email }}');

const source = (made: string, parameters: IDataObject): Mistake => ({
	made,
	node: 'Sync From Database Trigger',
	show: async (world) => shownBy(await world.test({ source: parameters })),
});
const mapping = (made: string, parameters: IDataObject): Mistake => ({
	made,
	node: 'Source-Wins Mapping',
	show: async (world) => shownBy(await world.test({ mapping: parameters })),
});
const destination = (made: string, parameters: IDataObject, by: IDataObject = {}): Mistake => ({
	made,
	node: 'Sync To Database',
	show: async (world) => shownBy(await world.test({ destination: parameters, mapping: by })),
});

export const databases: Mistake[] = [
	source('named a table that is not there', { table: named('peple') }),
	source('wrote half a path', { file: 'hr.sqlite' }),
	source('named a file outside of the folders that nodes may open', { file: '/nowhere/hr.sqlite' }),
	{
		made: 'named a file that is not there',
		node: 'Sync From Database Trigger',
		show: async (world) => shownBy(await world.test({ source: { file: join(world.folder, 'roster.sqlite') } })),
	},
	source('chose no key for a SELECT', { records: 'query', query: 'SELECT id, email FROM people' }),
	source('wrote two statements', {
		records: 'query',
		query: 'SELECT 1 AS id; SELECT 2 AS id',
		keyColumns: ['id'],
	}),
	source('gave a column the reserved name', {
		records: 'query',
		query: 'SELECT id, 1 AS _sync FROM people',
		keyColumns: ['id'],
	}),
	source('marked the key as sensitive', { keyColumns: ['id'], sensitive: ['id'] }),
	source('put records with sensitive fields into groups', { sensitive: ['team'], options: { groupBy: 'name' } }),
	source('chose a column to follow that is not there', { changes: 'follow', followColumn: 'changed' }),
	source('wrote an interval below ten seconds', { every: 2 }),
	source('wrote a cron line that is none', { schedule: 'cron', cron: 'every day' }),

	mapping('mapped nothing', rows()),
	mapping('gave a row no destination field', rows(LOGIN, row('', '={{ $json.team }}'))),
	mapping('gave a row no value', rows(LOGIN, row('title', ''))),
	mapping('wrote one field twice', rows(LOGIN, row('title', 'a'), row('title', 'b'))),
	mapping('wrote the reserved field', rows(LOGIN, row('_sync', 'a'))),
	mapping('named a field by a value of the record', rows(LOGIN, row('={{ $json.name }}', 'a'))),
	mapping('matched by a field that is not mapped', { match: ['logn'] }),
	mapping('gave Deactivate no field', { removalRows: {} }),
	mapping('set one field twice on removal', {
		removalRows: { row: [1, 2].map(() => ({ field: 'active', set: '0', onReturn: '1' })) },
	}),
	mapping('did not say what a removal sets', { removalRows: { row: [{ field: 'active', set: '', onReturn: '1' }] } }),
	mapping('did not say what a return sets', { removalRows: { row: [{ field: 'active', set: '0', onReturn: '' }] } }),
	mapping(
		'chose both Refers To and Look Up By',
		rows(LOGIN, row('title', 'a', { refersTo: 'w/n/d', lookUpBy: 'b' })),
	),
	mapping('chose Look Up In without Look Up By', rows(LOGIN, row('title', 'a', { lookUpIn: 'users' }))),
	mapping('wrote a line of a translation that is no pair', rows(LOGIN, row('title', 'a', { translate: 'Sales' }))),
	mapping('translated one value in two ways', rows(LOGIN, row('title', 'a', { translate: 'a = b\na = c' }))),
	mapping('named no list in One Record per Element Of', {
		onePer: 'element',
		elementsOf: 'team',
		elementKey: '={{ $json.team }}',
	}),
	mapping('named no field of an element in Element Key', {
		onePer: 'element',
		elementsOf: '={{ $json.team }}',
		elementKey: 'sku',
	}),
	mapping(
		'asked an expression of several records',
		rows(LOGIN, row('title', '={{ $json.team.length * 2 }}', { several: 'sum' })),
	),
	mapping('named a zone for dates in conditions that is none', { scopeZone: 'Mars/Olympus' }),
	mapping('named a time zone that is none', rows(LOGIN, row('title', 'x', { as: 'date', zone: 'Mars/Olympus' }))),
	mapping(
		'wrote a date form without a year',
		rows(LOGIN, row('title', '={{ $json.team }}', { as: 'date', format: 'dd.MM.' })),
	),
	mapping('wrote a constant that cannot be converted', rows(LOGIN, row('title', 'twelve', { as: 'number' }))),
	{
		made: 'put two mappings in a row',
		node: 'Source-Wins Mapping',
		show: async (world) => {
			const [again] = world.behind({});
			return shownBy(await world.test({ between: [{ ...again!, name: 'Again' }] }));
		},
	},

	destination('named a table that is not there', { table: named('acces') }),
	destination('mapped a field that is not there', {}, rows(LOGIN, row('titel', 'a'))),
	destination('chose a Last Edited By Column that is not there', { options: { editor: 'who' } }),
	destination(
		'left out a field that must be given',
		{},
		{ ...rows(row('title', '={{ $json.team }}')), match: ['title'] },
	),
	destination(
		'chose no match field where nothing mapped is unique',
		{},
		{
			...rows(row('title', '={{ $json.team }}')),
			match: [],
			mayCreate: false,
		},
	),
	destination('chose columns that do not identify a row', { idColumns: ['title'] }),
];
